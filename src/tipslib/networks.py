"""A network: layers in order, over one flat vector of parameters (``flat`` shows how the layers share it).

So an optimizer works on one array, ``best = net.params.copy()`` keeps all weights, and ``net.params[:] = best`` puts
them back.
"""

import copy
import os
from collections.abc import Iterable, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from tipslib import flat, storage
from tipslib.activations import Activation, relu
from tipslib.arrays import Array, check_int
from tipslib.initializers import Initializer, he_normal
from tipslib.layers import Activate, BatchNorm, Dense, Dropout, Layer, build_all
from tipslib.random import run_generators, spawn


class Sequential:
    """Layers in order: the output of one is the input of the next.

    ``params``, ``grads`` and ``buffers`` (running statistics) are flat vectors, ``(P,)``; each layer's ``params["W"]``
    and so on are views into them. ``decays`` is 1 where weight decay applies. With ``runs=R`` there are R networks at
    once, ``(R, P)``: run r starts as the network with ``seed + r`` would, and draws what that one draws. Raises
    ``TypeError`` for something that is not a layer, ``ValueError`` for a layer that belongs to another network.

    >>> net = Sequential([Dense(3), Activate(relu), Dense(2)], n_in=4)
    >>> net.params.shape  # 4 * 3 + 3 + 3 * 2 + 2
    (23,)
    >>> np.shares_memory(net.params, net.layers[0].params["W"])
    True
    """

    def __init__(
        self,
        layers: Iterable[Layer],
        n_in: int,
        *,
        seed: int = 0,
        dtype: DTypeLike = np.float64,
        runs: int | None = None,
    ) -> None:
        check_int("Sequential needs n_in", n_in)
        if runs is not None:
            check_int("Sequential needs runs", runs)
        self.layers, self.n_in, self.runs = list(layers), n_in, runs
        self.plans = build_all("Sequential", self.layers, n_in)
        self.n_out = self.plans[-1].n_out if self.plans else n_in
        rngs = [spawn(rng, len(self.layers)) for rng in run_generators(seed, runs)]  # one per run and layer
        draws = [flat.first_values(self.plans, own) for own in rngs]
        self.params, self.buffers = (np.array(rows if runs else rows[0], dtype) for rows in zip(*draws, strict=True))
        self.grads = np.zeros_like(self.params)
        self.decays = flat.decays(self.plans).astype(dtype)
        for layer, per_run in zip(self.layers, zip(*rngs, strict=True), strict=True):
            layer.seed(list(per_run))
        self._bind()

    def _bind(self) -> None:
        """Give the layers their views, before the first ``forward``."""
        flat.bind(self.layers, self.plans, params=self.params, grads=self.grads, buffers=self.buffers)
        self._shape_out: tuple[int, ...] | None = None

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)  # the layers of a copy or a pickle have neither views nor caches
        self._bind()

    def copy(self) -> Self:
        """Return an independent network with the same layers, values and generators, before its first ``forward``.

        >>> net = mlp([2, 1])
        >>> twin = net.copy()
        >>> twin.params[:] = 0.0
        >>> bool(net.params.any()), bool(twin.layers[0].params["W"].any())
        (True, False)
        """
        return copy.deepcopy(self)

    def forward(self, x: ArrayLike, *, training: bool = False) -> Array:
        """Return the output for a batch, ``(N, n_in)`` to ``(N, n_out)``.

        With runs ``x`` is ``(R, N, n_in)``, or ``(N, n_in)`` shared by all, and the output is ``(R, N, n_out)``.
        ``x`` must stay as it is until ``backward``; the output is the caller's. Raises ``ValueError`` for other shapes.
        """
        h = self._batch(x)
        for layer in self.layers:
            h = layer.forward(h, training=training)
        self._shape_out = h.shape
        return h.copy()  # the last layer may need its output in backward, and the caller may change what is returned

    def _batch(self, x: ArrayLike) -> Array:
        x = np.asarray(x, self.params.dtype)
        lead = () if self.runs is None else (self.runs,)
        if x.ndim not in (2, 2 + len(lead)) or x.shape[-1] != self.n_in or x.shape[:-2] not in ((), lead):
            expected = "(N, {n})" if self.runs is None else "(N, {n}) or ({r}, N, {n})"
            raise ValueError(f"x must have shape {expected.format(n=self.n_in, r=self.runs)}, got {x.shape}.")
        return x if x.ndim == 2 + len(lead) else np.broadcast_to(x, lead + x.shape)

    def predict(self, x: ArrayLike) -> Array:
        """Return the outputs in inference mode, ``(N, n_in)`` to ``(N, n_out)``: logits, not classes.

        >>> mlp([2, 3]).predict([[0.0, 0.0]])  # biases start at zero
        array([[0., 0., 0.]])
        """
        return self.forward(x)

    def backward(self, dy: ArrayLike, *, inputs: bool = True) -> Array | None:
        """Write dL/dparams into ``grads`` (overwritten, not accumulated) and return dL/dx, from ``dy`` = dL/doutput.

        The gradient is that of the last ``forward``. Training needs no dL/dx: ``inputs=False`` saves that product and
        returns None. Raises ``RuntimeError`` if there was no ``forward``, ``ValueError`` unless ``dy`` has the output's
        shape.
        """
        if self._shape_out is None:
            raise RuntimeError("Sequential.backward needs a forward before it.")
        gradient: Any = np.asarray(dy, self.params.dtype)
        if gradient.shape != self._shape_out:
            raise ValueError(f"dy must have the output's shape, {self._shape_out}, got {gradient.shape}.")
        for i, layer in reversed(list(enumerate(self.layers))):
            gradient = layer.backward(gradient, inputs=inputs or i > 0)
        return gradient if inputs else None

    def layout(self) -> list[str]:
        """Return a line for the whole network, then one per layer with the shapes of its arrays.

        >>> mlp([4, 3]).layout()
        ['4 inputs, runs=None', 'Dense(3): W (4, 3), b (1, 3)']
        """
        held = [{**plan.params, **plan.buffers} for plan in self.plans]
        shapes = [", ".join(f"{name} {p.shape}" for name, p in arrays.items()) for arrays in held]
        lines = [f"{layer}: {text or 'no arrays'}" for layer, text in zip(self.layers, shapes, strict=True)]
        return [f"{self.n_in} inputs, runs={self.runs}", *lines]

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write ``params``, ``buffers`` and the ``layout`` to exactly ``path``, an ``.npz`` file without pickle."""
        storage.write(path, self.layout(), params=self.params, buffers=self.buffers)

    def load(self, path: str | os.PathLike[str]) -> None:
        """Read what ``save`` wrote into this network, which must have the same ``layout``.

        Raises ``ValueError``, and leaves the network as it was, for the file of another network and for one that is
        truncated, damaged or holds Python objects; ``OSError`` if the file cannot be read.
        """
        stored = storage.read(path, self.layout(), params=self.params.shape, buffers=self.buffers.shape)
        self.params[...], self.buffers[...] = stored["params"], stored["buffers"]

    def __repr__(self) -> str:
        return f"Sequential({self.layers}, n_in={self.n_in})"


def mlp(
    widths: Sequence[int],
    *,
    activation: Activation = relu,
    init: Initializer = he_normal,
    batch_norm: bool = False,
    dropout: float = 0.0,
    seed: int = 0,
    dtype: DTypeLike = np.float64,
    runs: int | None = None,
) -> Sequential:
    """Return a multilayer perceptron: per hidden width Dense, BatchNorm, activation, Dropout, then a last Dense.

    ``widths`` is ``[n_in, *hidden, n_out]``; BatchNorm and Dropout only where asked for. A Dense layer before BatchNorm
    has no bias, because subtracting the batch's mean would remove it. Raises ``ValueError`` for fewer than two widths.

    >>> mlp([64, 50, 10], batch_norm=True).layers
    [Dense(50), BatchNorm(), Activate(ReLU), Dense(10)]
    """
    if len(widths) < 2:
        raise ValueError(f"mlp needs widths [n_in, ..., n_out], got {list(widths)}.")
    layers: list[Layer] = []
    for n in widths[1:-1]:
        layers.append(Dense(n, init, bias=not batch_norm))
        layers += [BatchNorm()] if batch_norm else []
        layers.append(Activate(activation))
        layers += [Dropout(dropout)] if dropout else []
    layers.append(Dense(widths[-1], init))
    return Sequential(layers, widths[0], seed=seed, dtype=dtype, runs=runs)
