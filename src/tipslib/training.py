"""Training: a generator of one row per epoch, so that a figure, a progress bar and early stopping are all iteration."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from tipslib.arrays import Array, check_positive_int
from tipslib.datasets import Examples, Splits
from tipslib.history import DivergenceError, Epoch, History
from tipslib.losses import Loss, softmax_cross_entropy
from tipslib.networks import Sequential
from tipslib.optimizers import Optimizer, clip_by_norm
from tipslib.optional import progress_bar
from tipslib.random import run_generators
from tipslib.regularizers import MaxNorm, Penalty
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


def _labels(y: Array) -> bool:
    """Integers are labels, ``(..., N)``; anything else is a target, ``(..., N, K)``."""
    return y.dtype.kind in "iu"


def _count(y: Array) -> int:
    return y.shape[-1] if _labels(y) else y.shape[-2]


def _take(values: Array, rows: Array, per_run: bool) -> Array:
    """Return the examples ``rows``: ``(B,)``, or ``(R, B)``, of ``values`` shared by all runs or one set per run."""
    return values[np.arange(len(rows))[:, None], rows] if per_run else values.take(rows, axis=0)


def _batches(examples: Examples, size: int, orders: Array) -> Iterator[tuple[Array, Array]]:
    """Cut the ``orders``, ``(N,)`` or ``(R, N)``, into batches of ``size`` examples; the last may be smaller."""
    x, y = examples
    per_run = x.ndim == 3, y.ndim == (2 if _labels(y) else 3)
    for start in range(0, orders.shape[-1], size):
        rows = orders[..., start : start + size]
        yield _take(x, rows, per_run[0]), _take(y, rows, per_run[1])


def _orders(n: int, rngs: list[np.random.Generator], runs: int | None) -> Array:
    orders = np.stack([rng.permutation(n) for rng in rngs])
    return orders[0] if runs is None else orders


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
    n = _count(examples.y)
    order = np.arange(n) if net.runs is None else np.tile(np.arange(n), (net.runs, 1))
    total: Any = 0.0
    right: Any = 0.0 if _labels(examples.y) else np.nan
    for x, y in _batches(examples, 1000, order):
        outputs = net.forward(x)
        total = total + loss(outputs, y)[0] * x.shape[-2]
        if _labels(y):
            right = right + (outputs.argmax(axis=-1) == y).sum(axis=-1)
    accuracy = right / n
    return total / n, accuracy if np.ndim(accuracy) else float(accuracy)


def train(
    net: Sequential,
    splits: Splits,
    optimizer: Optimizer,
    *,
    loss: Loss = softmax_cross_entropy,
    epochs: int = 20,
    batch_size: int = 32,
    penalty: Penalty | MaxNorm | None = None,
    clip_norm: float | None = None,
    seed: int = 0,
) -> Iterator[Epoch]:
    """Train ``net`` in place, and yield one ``Epoch`` per epoch; to stop, stop asking.

    Each epoch visits all training examples in a new order, drawn from ``seed``; with runs, run r draws from ``seed +
    r``. Labels are integers ``(N,)``, targets floats ``(N, K)``; data ``(R, N, ...)`` gives every run its own.
    ``penalty(params, decays)`` returns ``(value, gradient)``; the gradient is added to the loss's, then ``clip_norm``
    limits the norm of the sum. What ``l1`` and ``max_norm`` do to the weights themselves comes after the optimizer's
    step (``regularizers`` says how). Raises ``ValueError`` for splits that do not fit together, and
    ``DivergenceError``, which keeps the rows so far, as soon as the loss is not finite.

    >>> from tipslib.datasets import digits
    >>> from tipslib.networks import mlp
    >>> from tipslib.optimizers import SGD
    >>> rows = list(train(mlp([64, 10]), digits(n=100), SGD(lr=0.1), epochs=2))
    >>> [(row.epoch, row.step) for row in rows]  # 32 + 32 + 32 + 4 examples: 4 steps
    [(1, 4), (2, 8)]
    """
    check_positive_int("train needs batch_size", batch_size)
    if isinstance(epochs, bool) or not isinstance(epochs, int | np.integer) or epochs < 0:
        raise ValueError(f"train needs epochs, an integer >= 0, got {epochs!r}.")
    data = [_prepare(name, getattr(splits, name), net) for name in ("train", "val")]
    step = partial(_step, net, optimizer=optimizer, loss=loss, penalty=penalty, clip_norm=clip_norm)
    return _epochs(net, data, step, optimizer, loss, epochs, batch_size, run_generators(seed, net.runs))


def _prepare(name: str, examples: Examples, net: Sequential) -> Examples:
    """Return the examples with ``x`` in the network's type."""
    x, y = np.asarray(examples[0], net.params.dtype), np.asarray(examples[1])
    if x.ndim < 2 or y.ndim < (1 if _labels(y) else 2) or x.shape[-2] != _count(y) or x.shape[-2] == 0:
        raise ValueError(f"splits.{name} needs x (N, D) and as many labels or targets, got {x.shape} and {y.shape}.")
    return Examples(x, y)


def _epochs(
    net: Sequential,
    data: list[Examples],
    step: Callable[[Array, Array], Any],
    optimizer: Optimizer,
    loss: Loss,
    epochs: int,
    batch_size: int,
    rngs: list[np.random.Generator],
) -> Iterator[Epoch]:
    steps, rows = 0, History()
    for epoch in range(1, epochs + 1):
        start = time.perf_counter()
        for x, y in _batches(data[0], batch_size, _orders(_count(data[0].y), rngs, net.runs)):
            _check_finite(step(x, y), net, epoch, steps, rows)
            steps += 1
        measured = *evaluate(net, data[0], loss), *evaluate(net, data[1], loss)
        _check_finite(measured[0], net, epoch, steps, rows)
        lr = np.asarray(optimizer.rate(optimizer.t - 1))
        row = Epoch(epoch, steps, *measured, lr[..., 0] if lr.ndim else float(lr), time.perf_counter() - start)
        rows.rows.append(row)
        yield row


@np.errstate(over="ignore", invalid="ignore", divide="ignore")  # what is not finite is reported as such, with its place
def _step(
    net: Sequential,
    x: Array,
    y: Array,
    *,
    optimizer: Optimizer,
    loss: Loss,
    penalty: Penalty | MaxNorm | None,
    clip_norm: float | None,
) -> Any:
    """Make one step unless the loss is not finite, and return the loss."""
    value, gradient = loss(net.forward(x, training=True), y)
    if np.isfinite(value).all():
        net.backward(gradient, inputs=False)
        smooth: Any = getattr(penalty, "smooth", penalty)
        after_step = getattr(penalty, "after_step", None)
        if smooth is not None:
            net.grads += smooth(net.params, net.decays)[1]
        if clip_norm is not None:
            clip_by_norm(net.grads, clip_norm)
        optimizer.step(net.params, net.grads, net.decays)
        if after_step is not None:
            after_step(net, optimizer.rate(optimizer.t - 1))
    return value


def _check_finite(value: Any, net: Sequential, epoch: int, step: int, rows: History) -> None:
    """Raise ``DivergenceError`` with the largest gradient of the last step, unless the loss is finite."""
    bad = np.flatnonzero(~np.isfinite(value))
    if not bad.size:
        return
    run = "" if net.runs is None else f" of run {bad[0]}"
    when = f"The loss{run} became {np.ravel(value)[bad[0]]} in epoch {epoch}, step {step}."
    if step == 0:
        why = "No step had been made: look at the data and at the first weights."
    else:
        size, place = _largest_gradient(net, bad[0])
        why = f"The largest gradient of the step before was {size:.3g}, in {place}: a smaller lr or clip_norm may help."
    raise DivergenceError(f"{when} {why}", epoch=epoch, step=step, history=rows)


def _largest_gradient(net: Sequential, run: int) -> tuple[float, str]:
    """Return the largest absolute entry among the gradients of a run, and where it is; NaN counts as infinite."""
    found = []
    for i, layer in enumerate(net.layers):
        for name, grad in layer.grads.items():
            own = grad if net.runs is None else grad[run]
            found.append((float(np.nan_to_num(abs(own), nan=np.inf).max()), f"layer {i}, {layer}, {name}"))
    return max(found, default=(0.0, "no layer"))


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
    (``ImportError`` without tqdm). Ctrl-C ends the training too, and nothing is lost: the rows so far come back with
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
