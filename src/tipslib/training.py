"""Training: a generator of one row per epoch, so that a figure, a progress bar and early stopping all just iterate."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tipslib.arrays import check_finite, check_int, float_if_single
from tipslib.batches import are_labels, batches, checked, count, shuffled
from tipslib.datasets import Examples, Splits
from tipslib.history import DivergenceError, Epoch, History
from tipslib.losses import Loss, softmax_cross_entropy
from tipslib.networks import Sequential
from tipslib.optimizers import Optimizer, clip_by_norm
from tipslib.optional import progress_bar
from tipslib.random import run_generators
from tipslib.regularizers import Penalty, PenaltyFunction, Regularizer, as_regularizer
from tipslib.stopping import (
    BestEpoch,
    EarlyStopping,
    StopWhen,
    generalization_loss,
    progress_quotient,
    up_criterion,
)

__all__ = [
    "DivergenceError",
    "EarlyStopping",
    "Epoch",
    "History",
    "Penalty",
    "StopWhen",
    "evaluate",
    "fit",
    "generalization_loss",
    "progress_quotient",
    "train",
    "up_criterion",
]


def train(
    net: Sequential,
    splits: Splits,
    optimizer: Optimizer,
    *,
    loss: Loss = softmax_cross_entropy,
    epochs: int = 20,
    batch_size: int = 32,
    penalty: Regularizer | PenaltyFunction | None = None,
    clip_norm: float | None = None,
    seed: int = 0,
) -> Iterator[Epoch]:
    """Train ``net`` in place, and yield one ``Epoch`` per epoch; to stop, stop asking.

    Each epoch visits all training examples in a new order, drawn from ``seed``; with runs, run r draws from ``seed +
    r``. Labels are integers ``(N,)``, targets floats ``(N, K)``; data ``(R, N, ...)`` gives every run its own.
    ``penalty(params, decays)`` returns ``(value, gradient)``; the gradient is added to that of the loss, then
    ``clip_norm`` limits the norm of the sum. What ``l1`` and ``max_norm`` do to the weights themselves comes after the
    optimizer's step. Raises ``ValueError`` for splits that do not fit together or numbers out of range, ``TypeError``
    for a ``penalty`` of another type, and ``DivergenceError``, which holds the rows so far, once the loss is no longer
    finite.

    >>> from tipslib.datasets import digits
    >>> from tipslib.networks import mlp
    >>> from tipslib.optimizers import SGD
    >>> rows = list(train(mlp([64, 10]), digits(n=100), SGD(lr=0.1), epochs=2))
    >>> [(row.epoch, row.step) for row in rows]  # 32 + 32 + 32 + 4 examples: 4 steps
    [(1, 4), (2, 8)]
    """
    _check_numbers(epochs, batch_size, clip_norm)
    log = _Log(net, splits, optimizer, loss)
    rngs, regularizer = run_generators(seed, net.runs), as_regularizer(penalty)

    def rows() -> Iterator[Epoch]:
        for epoch in range(1, epochs + 1):
            log.start(epoch)
            for x, y in shuffled(log.train, batch_size, rngs, net.runs):
                value, dy = loss(net.forward(x, training=True), y)
                log.step(value)  # raises DivergenceError unless the loss is finite
                net.backward(dy, inputs=False)
                regularizer.add_gradient(net)
                if clip_norm is not None:
                    clip_by_norm(net.grads, clip_norm)
                optimizer.step(net.params, net.grads, net.decays)
                regularizer.after_step(net, optimizer.last_lr)
            yield log.row()

    return _quietly(rows())


def fit(
    net: Sequential,
    splits: Splits,
    optimizer: Optimizer,
    *,
    stop: Callable[[Epoch, Sequential], bool] | None = None,
    progress: bool = False,
    epochs: int = 20,
    **options: Any,
) -> History:
    """Train to the end and return the ``History``; ``options`` are those of ``train``.

    ``stop(row, net)`` ends the training when it returns True; an ``EarlyStopping`` or ``StopWhen`` with
    ``restore_best`` also puts the best epoch back, whether or not it stopped. ``progress=True`` shows a bar
    (``ImportError`` without tqdm). Ctrl-C ends the training too, and nothing is lost: the rows so far are returned with
    ``history.interrupted`` True, and the network keeps its last step, or gets its best epoch.

    >>> from tipslib.datasets import digits
    >>> from tipslib.networks import mlp
    >>> from tipslib.optimizers import SGD
    >>> history = fit(mlp([64, 10]), digits(n=100), SGD(lr=0.1), epochs=2)
    >>> history.step
    array([4, 8])
    """
    rows: Any = train(net, splits, optimizer, epochs=epochs, **options)
    if progress:
        rows = progress_bar(rows, epochs, "epoch")
    history = History()
    try:
        for row in rows:
            history.rows.append(row)
            if stop is not None and stop(row, net):
                break
    except KeyboardInterrupt:
        history.interrupted = True
    if isinstance(stop, BestEpoch) and stop.kept:
        stop.restore(net)
    return history


@np.errstate(over="ignore", invalid="ignore", divide="ignore")
def evaluate(net: Sequential, examples: Examples, loss: Loss = softmax_cross_entropy) -> tuple[Any, Any]:
    """Return mean loss and accuracy in inference mode, 1000 examples at a time to save memory.

    Floats, or arrays ``(R,)`` with runs; the accuracy is a share in [0, 1], NaN where the targets are not labels.

    >>> from tipslib.networks import mlp
    >>> net = mlp([1, 2])
    >>> net.params[:] = 0.0
    >>> value, accuracy = evaluate(net, Examples(np.zeros((2, 1)), np.array([0, 1])))  # log 2, and a tie goes to 0
    >>> round(value, 4), accuracy
    (0.6931, 0.5)
    """
    n = count(examples.y)
    order = np.arange(n) if net.runs is None else np.tile(np.arange(n), (net.runs, 1))
    total: Any = 0.0
    right: Any = 0.0 if are_labels(examples.y) else np.nan
    for x, y in batches(examples, 1000, order):
        outputs = net.forward(x)
        total = total + loss(outputs, y)[0] * x.shape[-2]
        if are_labels(y):
            right = right + (outputs.argmax(axis=-1) == y).sum(axis=-1)
    return total / n, float_if_single(right / n)


def _check_numbers(epochs: int, batch_size: int, clip_norm: float | None) -> None:
    check_int("train needs epochs", epochs, low=0)
    check_int("train needs batch_size", batch_size)
    if clip_norm is not None:
        check_finite("train needs clip_norm", clip_norm, positive=True)


def _quietly(rows: Iterator[Epoch]) -> Iterator[Epoch]:
    """Yield ``rows``; NumPy does not warn while one is computed, because what is not finite is reported by ``_Log``."""
    while True:
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            row = next(rows, None)
        if row is None:
            return
        yield row


class _Log:
    """Keeps track of a training: which step and epoch it is at, the rows so far, whether the loss is finite."""

    def __init__(self, net: Sequential, splits: Splits, optimizer: Optimizer, loss: Loss) -> None:
        self.train, self.val = (checked(name, getattr(splits, name), net.params.dtype) for name in ("train", "val"))
        self.net, self.optimizer, self.loss = net, optimizer, loss
        self.steps, self.history = 0, History()

    def start(self, epoch: int) -> None:
        self.epoch, self.started = epoch, time.perf_counter()

    def step(self, value: Any) -> None:
        """Count a step with the loss ``value``."""
        self.check(value)
        self.steps += 1

    def row(self) -> Epoch:
        """Measure the epoch that ends now."""
        measured = *evaluate(self.net, self.train, self.loss), *evaluate(self.net, self.val, self.loss)
        self.check(measured[0])
        lr = np.asarray(self.optimizer.last_lr)
        seconds = time.perf_counter() - self.started
        row = Epoch(self.epoch, self.steps, *measured, lr[..., 0] if lr.ndim else float(lr), seconds)
        self.history.rows.append(row)
        return row

    def check(self, value: Any) -> None:
        """Raise ``DivergenceError`` with the largest gradient of the last step, unless the loss ``value`` is finite."""
        bad = np.flatnonzero(~np.isfinite(value))
        if not bad.size:
            return
        run = "" if self.net.runs is None else f" of run {bad[0]}"
        when = f"The loss{run} became {np.ravel(value)[bad[0]]} in epoch {self.epoch}, step {self.steps}."
        if self.steps == 0:
            why = "No step had been made: look at the data and at the first weights."
        else:
            size, place = _largest_gradient(self.net, bad[0])
            why = f"The largest gradient of the step before was {size:.3g}, in {place}: "
            why += "a smaller lr or clip_norm may help."
        raise DivergenceError(f"{when} {why}", epoch=self.epoch, step=self.steps, history=self.history)


def _largest_gradient(net: Sequential, run: int) -> tuple[float, str]:
    """Return the largest absolute entry among the gradients of a run, and where it is; NaN counts as infinite."""
    found = []
    for i, layer in enumerate(net.layers):
        for name, grad in layer.grads.items():
            own = grad if net.runs is None else grad[run]
            found.append((float(np.nan_to_num(abs(own), nan=np.inf).max()), f"layer {i}, {layer}, {name}"))
    return max(found, default=(0.0, "no layer"))
