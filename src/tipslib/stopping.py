"""When to stop: patience, and the criteria of Prechelt 1998; and how to return to the best epoch.

Prechelt 1998 is *Early Stopping - But When?*, in Neural Networks: Tricks of the Trade, section 2. Its errors E_tr and
E_va are the losses here. Its *strips* are k epochs each (5 in the paper): 1 to k, k + 1 to 2k, and so on.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from tipslib.arrays import Array, check_finite, check_int, floats
from tipslib.history import Epoch, History
from tipslib.networks import Sequential


def generalization_loss(val_loss: ArrayLike) -> Array:
    """Return GL(t) = 100 (E_va(t) / min_{t' <= t} E_va(t') - 1) after each epoch, in percent (Prechelt 1998).

    ``val_loss`` and the result have shape ``(E,)`` for E epochs, or ``(E, R)`` with runs: columns of a ``History``. The
    criterion GL_alpha stops after the first epoch with GL(t) > alpha. Losses are positive.

    >>> generalization_loss([2.0, 1.0, 1.5])  # 50 % above the lowest so far
    array([ 0.,  0., 50.])
    """
    loss = floats(val_loss)
    with np.errstate(divide="ignore", invalid="ignore"):
        return 100 * (loss / np.minimum.accumulate(loss, axis=0) - 1)


def progress_quotient(train_loss: ArrayLike, val_loss: ArrayLike, *, strip: int = 5) -> Array:
    """Return PQ(t) = GL(t) / P_k(t), the generalization loss in percent over the progress in per mille (Prechelt 1998).

    P_k(t) = 1000 (mean E_tr / min E_tr - 1) over the last k = ``strip`` epochs: how much the training loss still moves.
    The arrays have shape ``(E,)`` or ``(E, R)``. The quotient is taken at the end of each strip and is NaN elsewhere,
    so that ``progress_quotient(...) > alpha`` is the criterion PQ_alpha. It is infinite where there is no progress.
    Raises ``ValueError`` for columns of different shapes, and unless ``strip`` is an integer >= 1.

    >>> progress_quotient([3.0, 1.0], [1.0, 1.5], strip=2)  # GL 50 %, P_2 = 1000 (2 / 1 - 1)
    array([ nan, 0.05])
    """
    train, val = floats(train_loss), floats(val_loss)
    check_int("progress_quotient needs strip", strip)
    if train.shape != val.shape:
        raise ValueError(f"progress_quotient needs columns of one shape, got {train.shape} and {val.shape}.")
    lost, quotient = generalization_loss(val), np.full_like(val, np.nan)
    for t in range(strip, len(train) + 1, strip):
        last = train[t - strip : t]
        with np.errstate(divide="ignore", invalid="ignore"):
            quotient[t - 1] = lost[t - 1] / (1000 * (last.mean(axis=0) / last.min(axis=0) - 1))
    return quotient


def up_criterion(val_loss: ArrayLike, *, successive: int = 3, strip: int = 5) -> Array:
    """Return after which epochs UP_s holds: the loss rose over each of the last s = ``successive`` strips.

    UP_1 stops at the end t of a strip of k epochs if E_va(t) > E_va(t - k); UP_s if, in addition, UP_(s-1) would have
    stopped at t - k (Prechelt 1998). So only the sign of a change counts, not its size. ``val_loss`` and the result,
    booleans, have shape ``(E,)`` or ``(E, R)``. Raises ``ValueError`` unless both numbers are integers >= 1.

    >>> up_criterion([3.0, 1.0, 2.0, 3.0], successive=2, strip=1)
    array([False, False, False,  True])
    """
    check_int("up_criterion needs successive", successive)
    check_int("up_criterion needs strip", strip)
    loss = floats(val_loss)
    holds = np.zeros(loss.shape, bool)
    ends = loss[strip - 1 :: strip]
    rose = ends[1:] > ends[:-1]
    for i in range(successive, len(ends)):  # i strips have ended before the one that ends now
        holds[strip * (i + 1) - 1] = rose[i - successive : i].all(axis=0)
    return holds


class BestEpoch:
    """The best epoch so far by ``monitor``, with its parameters and buffers: the base of ``EarlyStopping`` and others.

    A monitor that ends in ``loss`` is minimized, one that ends in ``accuracy`` is maximized. With runs, every run has
    its own best epoch: ``best_epoch`` is an int, or an array ``(R,)``. Raises ``ValueError`` for another monitor, and
    unless ``min_delta`` is finite and >= 0.

    >>> best = BestEpoch("val_accuracy")
    >>> [best.take(Epoch(i, i, 0, 0, 0, a, 0.1, 0)).tolist() for i, a in enumerate([0.5, 0.7, 0.6], 1)], best.best_epoch
    ([True, True, False], 2)
    """

    def __init__(self, monitor: str = "val_loss", min_delta: float = 0.0, restore_best: bool = True) -> None:
        name = type(self).__name__
        if monitor not in Epoch._fields or not monitor.endswith(("loss", "accuracy")):
            raise ValueError(f"{name} needs a loss or an accuracy to monitor, got {monitor!r}.")
        check_finite(f"{name} needs min_delta", min_delta)
        self.monitor, self.min_delta, self.restore_best = monitor, min_delta, restore_best
        self.sign = 1.0 if monitor.endswith("accuracy") else -1.0
        self.best: Any = -np.inf
        self.best_epoch: Any = 0
        self.kept: dict[str, Array] = {}

    def take(self, row: Epoch, net: Sequential | None = None, *, active: Any = True) -> Array:
        """Take a row, and the network to keep; return which of the ``active`` runs improved, ``()`` or ``(R,)``."""
        score = self.sign * np.asarray(getattr(row, self.monitor), np.float64)
        better = (score > self.best + self.min_delta) & active
        self.best = np.where(better, score, self.best)
        epochs = np.where(better, row.epoch, self.best_epoch)
        self.best_epoch = epochs if epochs.ndim else int(epochs)
        if net is not None and self.restore_best:
            self._keep(net, np.atleast_1d(better))
        return np.asarray(better)

    def _keep(self, net: Sequential, better: Array) -> None:
        for name in ("params", "buffers"):
            rows = getattr(net, name).reshape(len(better), -1)
            self.kept.setdefault(name, rows.copy())[better] = rows[better]

    def restore(self, net: Sequential) -> None:
        """Put ``params`` and ``buffers`` of the best epoch back into ``net``; ``RuntimeError`` if none were kept."""
        if not self.kept:
            raise RuntimeError(
                f"{type(self).__name__} has no network to restore: call it with the row and the network."
            )
        for name, rows in self.kept.items():
            flat = getattr(net, name)
            flat[...] = rows.reshape(flat.shape)


class EarlyStopping(BestEpoch):
    """Stop when ``monitor`` has not improved by more than ``min_delta`` for ``patience`` epochs; go back to the best.

    Pass it to ``fit`` as ``stop=``, or call it with each row: it returns True when it is time to stop. Given the
    network too, it keeps ``params`` and ``buffers`` of the best epoch, and ``restore(net)`` puts them back. A monitor
    that ends in ``loss`` is minimized, one that ends in ``accuracy`` is maximized. With runs, every run has its own
    best epoch, and training ends when all have run out of patience. ``best_epoch`` is an int, or an array ``(R,)``. Use
    a new object for each training. Raises ``ValueError`` for another monitor, for ``patience`` below 1, and unless
    ``min_delta`` is finite and >= 0.

    >>> stop = EarlyStopping("val_accuracy", patience=2)
    >>> rows = [Epoch(i, i, 0.0, 0.0, 0.0, accuracy, 0.1, 0.0) for i, accuracy in enumerate([0.5, 0.7, 0.6, 0.7], 1)]
    >>> [stop(row) for row in rows], stop.best_epoch
    ([False, False, False, True], 2)
    """

    def __init__(
        self, monitor: str = "val_loss", patience: int = 5, min_delta: float = 0.0, restore_best: bool = True
    ) -> None:
        check_int("EarlyStopping needs patience", patience)
        super().__init__(monitor, min_delta, restore_best)
        self.patience = patience
        self.wait: Any = 0

    def __call__(self, row: Epoch, net: Sequential | None = None) -> bool:
        """Take a row, and the network to keep; return True when training should stop."""
        # A run that is out of patience would have stopped if it were alone, so it no longer improves.
        better = self.take(row, net, active=self.wait < self.patience)
        self.wait = np.where(better, 0, self.wait + 1)
        return bool((self.wait >= self.patience).all())


class StopWhen(BestEpoch):
    """Stop when ``criterion(history)`` is true of the rows so far; go back to the best epoch by ``monitor``.

    For example Prechelt's PQ: ``StopWhen(lambda h: progress_quotient(h.train_loss, h.val_loss)[-1] > 0.5)``. With runs,
    the criterion returns ``(R,)``; a run for which it was true once is stopped and no longer improves, and training
    ends when all are stopped. Pass it to ``fit`` as ``stop=``. Raises ``ValueError`` unless the monitor ends in
    ``loss`` or ``accuracy``.

    >>> stop = StopWhen(lambda history: generalization_loss(history.val_loss)[-1] > 20)
    >>> rows = [Epoch(i, i, 0.0, 0.0, loss, 0.0, 0.1, 0.0) for i, loss in enumerate([1.0, 1.1, 1.3], 1)]
    >>> [stop(row) for row in rows], stop.best_epoch
    ([False, False, True], 1)
    """

    def __init__(
        self, criterion: Callable[[History], Any], *, monitor: str = "val_loss", restore_best: bool = True
    ) -> None:
        super().__init__(monitor, restore_best=restore_best)
        self.criterion, self.history = criterion, History()
        self.stopped: Any = np.False_

    def __call__(self, row: Epoch, net: Sequential | None = None) -> bool:
        """Take a row, and the network to keep; return True when training should stop."""
        self.history.rows.append(row)
        self.take(row, net, active=~self.stopped)
        self.stopped = self.stopped | np.asarray(self.criterion(self.history), bool)
        return bool(self.stopped.all())
