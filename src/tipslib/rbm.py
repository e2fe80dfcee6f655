"""Restricted Boltzmann machines, and the greedy pre-training with which deep learning began (Hinton et al. 2006).

An RBM has visible units v in [0, 1], ``(..., N, V)``, and binary hidden units h, ``(..., N, H)``, with the energy
E(v, h) = -v b - h c - v W h. Given one side, the units of the other side are independent, so the two can be sampled in
turn. With runs, every array has one more axis in front.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from tipslib.activations import sigmoid, softplus
from tipslib.arrays import Array, batch_sum, check_finite, check_int, float_if_single, transpose
from tipslib.initializers import normal
from tipslib.layers import Dense
from tipslib.networks import Sequential, mlp
from tipslib.optional import progress_bar
from tipslib.random import run_generators


class Statistics(NamedTuple):
    """The step that a batch suggests, before the learning rate: ``W`` ``(V, H)``, ``b`` ``(1, V)``, ``c`` ``(1, H)``.

    >>> Statistics(np.zeros((2, 3)), np.zeros((1, 2)), np.zeros((1, 3))).W.shape
    (2, 3)
    """

    W: Array
    b: Array
    c: Array


class RBM:
    """A restricted Boltzmann machine with sigmoid units, trained by contrastive divergence.

    ``W`` is ``(n_visible, n_hidden)``, drawn from N(0, 0.01^2) (Hinton 2012, section 8); ``b`` and ``c`` are rows of
    zeros. With ``runs=R`` there are R machines; run r draws what the machine with ``seed + r`` would draw.
    Raises ``ValueError`` unless ``n_visible``, ``n_hidden`` and ``runs`` are integers >= 1.

    >>> rbm = RBM(4, 3)
    >>> rbm.W[...] = 0.0
    >>> rbm.hidden(np.ones((1, 4)))  # sigmoid(0)
    array([[0.5, 0.5, 0.5]])
    """

    def __init__(self, n_visible: int, n_hidden: int, *, seed: int = 0, runs: int | None = None) -> None:
        for name, value in (("n_visible", n_visible), ("n_hidden", n_hidden), ("runs", 1 if runs is None else runs)):
            check_int(f"RBM needs {name}", value)
        self.n_visible, self.n_hidden, self.runs = n_visible, n_hidden, runs
        self.rngs = run_generators(seed, runs)
        weights = [normal(0.01)((n_visible, n_hidden), rng) for rng in self.rngs]
        lead = () if runs is None else (runs,)
        self.W = np.reshape(weights, (*lead, n_visible, n_hidden))
        self.b, self.c = np.zeros((*lead, 1, n_visible)), np.zeros((*lead, 1, n_hidden))

    def hidden(self, v: ArrayLike) -> Array:
        """Return p(h = 1 | v) = sigmoid(v W + c), ``(..., N, V)`` to ``(..., N, H)`` (Hinton 2012, equation 7)."""
        return sigmoid(np.asarray(v, np.float64) @ self.W + self.c)

    def visible(self, h: ArrayLike) -> Array:
        """Return p(v = 1 | h) = sigmoid(h W^T + b), ``(..., N, H)`` to ``(..., N, V)`` (Hinton 2012, equation 8)."""
        return sigmoid(np.asarray(h, np.float64) @ transpose(self.W) + self.b)

    def free_energy(self, v: ArrayLike) -> Array:
        """Return F(v) = -v b - sum_j log(1 + exp(c_j + v W_j)), ``(..., N)``: p(v) is proportional to exp(-F(v)).

        It is the energy of v with the hidden units summed out (Hinton 2012, section 16.1).
        """
        v = np.asarray(v, np.float64)
        linear: Array = (v @ transpose(self.b))[..., 0]
        return -linear - softplus(v @ self.W + self.c).sum(axis=-1)

    def sample(self, p: Array) -> Array:
        """Return 1 with probability ``p`` and else 0, of the shape of ``p``, ``(N, n)`` or ``(R, N, n)``."""
        draws = np.reshape([rng.random(p.shape[-2:]) for rng in self.rngs], p.shape)
        return (draws < p).astype(np.float64)

    def statistics(self, v: ArrayLike, k: int = 1) -> Statistics:
        """Return <v h> of the data minus <v h> after k steps of Gibbs sampling, means over the batch ``v`` (CD-k).

        It approximates the gradient of the mean log-likelihood of ``v``, ``(..., N, V)`` (Hinton 2002; Hinton 2012,
        equation 9). As in section 3 there, the units that drive the next step are sampled, but the last visible and
        hidden units are probabilities, for less noise. Raises ``ValueError`` unless ``k`` is an integer >= 1.
        """
        check_int("RBM.statistics needs k", k)
        v = np.asarray(v, np.float64)
        h = driven = self.hidden(v)
        for step in range(1, k + 1):
            v_model = self.visible(self.sample(driven))
            driven = self.hidden(v_model if step == k else self.sample(v_model))
        n = v.shape[-2]
        correlations = (transpose(v) @ h - transpose(v_model) @ driven) / n
        return Statistics(correlations, batch_sum(v - v_model) / n, batch_sum(h - driven) / n)

    def reconstruction_error(self, v: ArrayLike) -> Any:
        """Return the mean squared difference of ``v`` and its reconstruction from p(h | v): a float, or ``(R,)``.

        It is easy to monitor, but CD does not minimize it (Hinton 2012, section 5).
        """
        error = np.square(np.asarray(v) - self.visible(self.hidden(v))).mean(axis=(-2, -1))
        return float_if_single(error)

    def fit(
        self,
        x: ArrayLike,
        *,
        epochs: int = 30,
        lr: float = 0.05,
        batch_size: int = 20,
        k: int = 1,
        progress: bool = False,
    ) -> list[Any]:
        """Train by CD-k on ``x``, ``(N, V)`` or ``(R, N, V)``; return the reconstruction error after each epoch.

        Every epoch visits all examples in a new order. ``progress=True`` shows a bar (``ImportError`` without tqdm).
        Ctrl-C ends the training of this machine, which keeps what it has learned, and the errors so far are returned.
        Raises ``ValueError`` for values outside [0, 1] and other shapes, unless ``lr`` is finite and > 0, and unless
        ``batch_size`` is an integer >= 1.
        """
        x = self._checked(x)
        check_int("RBM.fit needs batch_size", batch_size)
        check_finite("RBM.fit needs lr", lr, positive=True)
        errors: list[Any] = []
        try:
            for _ in progress_bar(range(epochs), epochs, "epoch") if progress else range(epochs):
                self._epoch(x, lr, batch_size, k)
                errors.append(self.reconstruction_error(x))
        except KeyboardInterrupt:
            pass
        return errors

    def _epoch(self, x: Array, lr: float, batch_size: int, k: int) -> None:
        own_x = np.broadcast_to(x, (len(self.rngs), *x.shape[-2:]))
        shuffled = np.stack([rng.permutation(rows) for rng, rows in zip(self.rngs, own_x, strict=True)])
        shuffled = shuffled.reshape(*self.W.shape[:-2], *x.shape[-2:])
        for start in range(0, x.shape[-2], batch_size):
            steps = self.statistics(shuffled[..., start : start + batch_size, :], k)
            for own, step in zip((self.W, self.b, self.c), steps, strict=True):
                own += lr * step

    def _checked(self, x: ArrayLike) -> Array:
        x = np.asarray(x, np.float64)
        lead = () if self.runs is None else (self.runs,)
        if x.ndim < 2 or x.shape[-1] != self.n_visible or x.shape[:-2] not in ((), lead) or not x.shape[-2]:
            raise ValueError(f"RBM.fit needs x of shape (N, {self.n_visible}), got {x.shape}.")
        if not (x.min() >= 0 and x.max() <= 1):
            raise ValueError(f"RBM.fit needs x in [0, 1], got values from {x.min():g} to {x.max():g}.")
        return x


def stack(widths: Sequence[int], x: ArrayLike, *, seed: int = 0, runs: int | None = None, **options: Any) -> list[RBM]:
    """Return one trained RBM per pair of neighboring ``widths``: the first learns ``x``, each other the one below.

    What it learns of the one below are the probabilities p(h | v). ``x`` is ``(N, widths[0])``, in [0, 1]; ``options``
    are those of ``RBM.fit``. Raises ``ValueError`` for fewer than two widths, and what ``RBM.fit`` raises.

    >>> [rbm.W.shape for rbm in stack([4, 3, 2], np.ones((5, 4)), epochs=1)]
    [(4, 3), (3, 2)]
    """
    if len(widths) < 2:
        raise ValueError(f"stack needs widths [n_visible, n_hidden, ...], got {list(widths)}.")
    rbms: list[RBM] = []
    for n_visible, n_hidden in pairwise(widths):
        rbm = RBM(n_visible, n_hidden, seed=seed, runs=runs)
        rbm.fit(x, **options)
        rbms.append(rbm)
        x = rbm.hidden(x)
    return rbms


def greedy_pretrain(
    widths: Sequence[int], x: ArrayLike, *, seed: int = 0, runs: int | None = None, **options: Any
) -> Sequential:
    """Return a sigmoid network whose hidden layers are RBMs, trained greedily, one after the other, without labels.

    ``widths`` is ``[n_in, *hidden, n_out]``, as for ``mlp``; the last layer is that of ``mlp``, since only labels can
    train it. ``x`` is ``(N, n_in)``, in [0, 1]; the network expects inputs in the same range. ``options`` are those of
    ``RBM.fit``. (Hinton, Osindero & Teh 2006; Bengio et al. 2007, for a network that is then fine-tuned.) Raises
    ``ValueError`` for fewer than three widths, and what ``RBM.fit`` raises.

    >>> net = greedy_pretrain([4, 3, 2], np.ones((5, 4)), epochs=1)
    >>> net.layers
    [Dense(3), Activate(sigmoid), Dense(2)]
    """
    if len(widths) < 3:
        raise ValueError(f"greedy_pretrain needs widths [n_in, ..., n_out] with a hidden width, got {list(widths)}.")
    rbms = stack(widths[:-1], x, seed=seed, runs=runs, **options)
    net = mlp(widths, activation=sigmoid, seed=seed, runs=runs)
    dense = [layer for layer in net.layers if isinstance(layer, Dense)]
    for layer, rbm in zip(dense, rbms, strict=False):  # the last layer keeps its first values
        layer.params["W"][...], layer.params["b"][...] = rbm.W, rbm.c
    return net
