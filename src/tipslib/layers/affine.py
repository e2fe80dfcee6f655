"""Layers that are affine maps, or the largest of several affine maps."""

from dataclasses import replace
from functools import partial

import numpy as np

from tipslib.arrays import Array, batch_sum, check_int, transpose
from tipslib.initializers import Initializer, Shape, he_normal, zeros
from tipslib.layers.base import Layer, Param, Plan


class Dense(Layer):
    """The affine map y = x W + b, with W ``(n_in, n_out)`` and b ``(1, n_out)``, zero at first.

    ``bias=False`` leaves b out. Raises ``ValueError`` unless ``n_out`` is an integer >= 1.

    >>> from tipslib.initializers import constant
    >>> from tipslib.networks import Sequential
    >>> net = Sequential([Dense(1, constant(2.0))], n_in=2)
    >>> net.forward([[1.0, 3.0]])  # 2 * 1 + 2 * 3
    array([[8.]])
    """

    def __init__(self, n_out: int, init: Initializer = he_normal, bias: bool = True) -> None:
        check_int("Dense needs n_out", n_out)
        self.n_out, self.init, self.bias = n_out, init, bias

    def build(self, n_in: int) -> Plan:
        params = {"W": Param((n_in, self.n_out), self.init, decay=True)}
        if self.bias:
            params["b"] = Param((1, self.n_out), zeros)
        return Plan(self.n_out, params)

    def forward(self, x: Array, *, training: bool = False) -> Array:
        self.cache = x
        y: Array = x @ self.params["W"]
        if self.bias:
            y += self.params["b"]
        return y

    def backward(self, dy: Array, *, inputs: bool = True) -> Array | None:
        x = self.cached()
        np.matmul(transpose(x), dy, out=self.grads["W"])  # dL/dW = x^T dy, summed over the batch
        if self.bias:
            self.grads["b"][...] = batch_sum(dy)
        return dy @ transpose(self.params["W"]).copy() if inputs else None  # a copy multiplies faster than a view

    def __repr__(self) -> str:
        return f"Dense({self.n_out})"


def _side_by_side(shape: Shape, rng: np.random.Generator, *, init: Initializer, pieces: int) -> Array:
    n_in, n = shape
    return np.concatenate([init((n_in, n // pieces), rng) for _ in range(pieces)], axis=1)


class Maxout(Layer):
    """The largest of ``pieces`` affine maps: y = max over j of x W_j + b_j (Goodfellow et al. 2013, section 3).

    The W_j ``(n_in, n_out)`` are side by side in W ``(n_in, pieces n_out)``, the b_j in b ``(1, pieces n_out)``;
    ``init`` draws each W_j on its own, with the fans of one piece. The first piece wins a tie, and only the piece that
    wins gets the gradient. Raises ``ValueError`` unless ``n_out`` and ``pieces`` are integers >= 1.

    >>> from tipslib.networks import Sequential
    >>> net = Sequential([Maxout(1)], n_in=1)
    >>> net.layers[0].params["W"][...] = 1.0, -1.0  # max(x, -x)
    >>> net.forward([[-3.0]])
    array([[3.]])
    """

    def __init__(self, n_out: int, pieces: int = 2, init: Initializer = he_normal) -> None:
        check_int("Maxout needs n_out", n_out)
        check_int("Maxout needs pieces", pieces)
        self.n_out, self.pieces, self.init = n_out, pieces, init
        self.affine = Dense(n_out * pieces, partial(_side_by_side, init=init, pieces=pieces))

    def build(self, n_in: int) -> Plan:
        return replace(self.affine.build(n_in), n_out=self.n_out)

    def bind(self, kind: str, views: dict[str, Array]) -> None:
        super().bind(kind, views)
        self.affine.bind(kind, views)

    def forward(self, x: Array, *, training: bool = False) -> Array:
        z = self.affine.forward(x)
        z = z.reshape(*z.shape[:-1], self.pieces, self.n_out)
        best = z.argmax(axis=-2, keepdims=True)
        self.cache = best == np.arange(self.pieces)[:, None]
        return np.take_along_axis(z, best, axis=-2)[..., 0, :]

    def backward(self, dy: Array, *, inputs: bool = True) -> Array | None:
        dz = dy[..., None, :] * self.cached()
        return self.affine.backward(dz.reshape(*dy.shape[:-1], -1), inputs=inputs)

    def __repr__(self) -> str:
        return f"Maxout({self.n_out}, pieces={self.pieces})"
