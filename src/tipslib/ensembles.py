"""Many networks, one answer: averaging, bagging, snapshots, and why disagreement helps.

M networks are one network with ``runs=M`` or a list of networks; in both cases their outputs are ``(M, N, K)``.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from tipslib.arrays import Array, check_int, floats
from tipslib.datasets import Examples, Splits
from tipslib.history import Epoch
from tipslib.losses import softmax
from tipslib.networks import Sequential
from tipslib.random import generator


class Ambiguity(NamedTuple):
    """The error of an ensemble, E = E_members - A: its members' mean error minus how much they disagree.

    >>> Ambiguity(ensemble=1.0, members=5.0, disagreement=4.0).members
    5.0
    """

    ensemble: float
    members: float
    disagreement: float


def predictions(nets: Sequential | Sequence[Sequential], x: ArrayLike) -> Array:
    """Return the outputs of M networks for ``x``, ``(N, D)`` to ``(M, N, K)``: logits, if the networks classify.

    ``nets`` is a network with runs, or a sequence of networks without. Raises ``ValueError`` for anything else.

    >>> from tipslib.networks import mlp
    >>> predictions(mlp([2, 3], runs=4), np.zeros((5, 2))).shape
    (4, 5, 3)
    """
    if isinstance(nets, Sequential):
        if nets.runs is None:
            raise ValueError("An ensemble needs a network with runs or a sequence of networks, got a single network.")
        return nets.predict(x)
    if not nets or any(net.runs is not None for net in nets):
        raise ValueError("An ensemble needs one network or more, each without runs.")
    return np.stack([net.predict(x) for net in nets])


def average(logits: ArrayLike, *, geometric: bool = False) -> Array:
    """Return the class probabilities of an ensemble, ``(M, N, K)`` to ``(N, K)``: the mean of its members' softmax.

    ``geometric=True`` takes the normalized geometric mean instead, which is the softmax of the mean logits: the mean
    that dropout's weight scaling computes. Raises ``ValueError`` for other shapes.

    >>> average([[[0.0, 0.0]], [[np.log(9.0), 0.0]]])  # the mean of 0.5 and 0.9
    array([[0.7, 0.3]])
    >>> average([[[0.0, 0.0]], [[np.log(9.0), 0.0]]], geometric=True)  # odds of 3 to 1
    array([[0.75, 0.25]])
    """
    z = floats(logits)
    if z.ndim != 3:
        raise ValueError(f"average needs logits (M, N, K), got shape {z.shape}.")
    return softmax(z.mean(axis=0)) if geometric else softmax(z).mean(axis=0)


def bagging(splits: Splits, members: int, seed: int = 0) -> Splits:
    """Return ``splits`` with a bootstrap sample of the training examples for each of M members (Breiman 1996).

    Each sample draws N of the N examples with replacement, so that a member misses about 1/e of them. Training becomes
    ``x`` ``(M, N, D)`` and ``y`` ``(M, N)``, data for a network with ``runs=M``; sample m is drawn from ``seed + m``.
    Validation, test and scaling stay as they are; ``raw`` is dropped. Raises ``ValueError`` unless ``members`` is an
    integer >= 1.

    >>> from tipslib.datasets import digits
    >>> bagging(digits(n=100), members=5).train.x.shape
    (5, 100, 64)
    """
    check_int("bagging needs members", members)
    x, y = splits.train
    rows = np.stack([generator(seed + m).integers(len(y), size=len(y)) for m in range(members)])
    return replace(splits, train=Examples(x[rows], y[rows]), raw=None)


class Snapshots:
    """Copies of a network during training, one after every ``every`` epochs: an ensemble for the price of one training.

    Pass it to ``fit`` as ``stop=``; it never stops, and ``nets`` holds the copies. With a learning rate that falls to 0
    and starts again every ``every`` epochs, as ``schedules.cyclic_cosine`` does, the copies come from different minima
    (Huang et al. 2017, *Snapshot Ensembles*). Raises ``ValueError`` unless ``every`` is an integer >= 1.

    >>> from tipslib.datasets import digits
    >>> from tipslib.networks import mlp
    >>> from tipslib.optimizers import SGD
    >>> from tipslib.schedules import cyclic_cosine
    >>> from tipslib.training import fit
    >>> snapshots = Snapshots(every=2)
    >>> history = fit(mlp([64, 10]), digits(n=100), SGD(cyclic_cosine(0.3, steps=8)), epochs=6, stop=snapshots)
    >>> len(snapshots.nets)  # 4 steps per epoch, so 8 per cycle
    3
    """

    def __init__(self, every: int) -> None:
        check_int("Snapshots needs every", every)
        self.every = every
        self.nets: list[Sequential] = []

    def __call__(self, row: Epoch, net: Sequential) -> bool:
        """Keep a copy of ``net`` if ``every`` epochs have passed, and return False."""
        if row.epoch % self.every == 0:
            self.nets.append(net.copy())
        return False


def ambiguity(outputs: ArrayLike, targets: ArrayLike, weights: ArrayLike | None = None) -> Ambiguity:
    """Return the decomposition of the squared error of a weighted mean of M outputs: exact, for any outputs.

    With f = sum_m w_m f_m, E = mean (f - t)^2 is sum_m w_m mean (f_m - t)^2 minus the disagreement sum_m w_m mean
    (f_m - f)^2, which is never negative: no ensemble is worse than its members' mean (Krogh & Vedelsby 1995).
    ``outputs`` is ``(M, N, K)`` (or ``(M, N)``), ``targets`` ``(N, K)``, ``weights`` ``(M,)`` with sum 1,
    equal unless given; means are over all entries. Raises ``ValueError`` for other shapes or weights.

    >>> ambiguity([[1.0], [5.0]], [2.0])  # the mean is 3; errors 1 and 9; each is 2 away from the mean
    Ambiguity(ensemble=1.0, members=5.0, disagreement=4.0)
    """
    f, t = floats(outputs), floats(targets)
    if f.ndim < 2 or f.shape[1:] != t.shape:
        raise ValueError(f"ambiguity needs outputs (M, N, K) and targets (N, K), got {f.shape} and {t.shape}.")
    w = np.full(len(f), 1 / len(f)) if weights is None else floats(weights)
    if w.shape != (len(f),) or (w < 0).any() or not np.isclose(w.sum(), 1):
        raise ValueError(f"ambiguity needs {len(f)} weights >= 0 with sum 1, got {w}.")
    mean = np.tensordot(w, f, axes=1)

    def per_member(reference: Array) -> float:
        return float(w @ np.square(f - reference).reshape(len(f), -1).mean(axis=1))

    return Ambiguity(float(np.square(mean - t).mean()), per_member(t), per_member(mean))
