"""Training: a generator of one row per epoch, so that a figure, a progress bar and early stopping are all iteration."""

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib import import_module
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from tipslib.arrays import Array, check_positive_int
from tipslib.datasets import Examples, Splits
from tipslib.losses import Loss, softmax_cross_entropy
from tipslib.networks import Sequential
from tipslib.optimizers import Optimizer, clip_by_norm
from tipslib.random import run_generators

Penalty: TypeAlias = Callable[[Array, Array], tuple[Any, Array]]


class Epoch(NamedTuple):
    """What was measured after an epoch, in inference mode and without the penalty.

    ``epoch`` counts from 1, ``step`` is the number of steps made so far, losses are in nats (or in the units of the
    loss), accuracies are shares in [0, 1] (NaN where the targets are not labels), ``lr`` is the rate of the last step,
    ``seconds`` the duration of this epoch with its measurement. With runs, losses and accuracies are arrays ``(R,)``.

    >>> Epoch(1, 32, 0.5, 0.8, 0.6, 0.75, lr=0.1, seconds=0.02).val_loss
    0.6
    """

    epoch: int
    step: int
    train_loss: Any
    train_accuracy: Any
    val_loss: Any
    val_accuracy: Any
    lr: Any
    seconds: float


class History(Sequence[Epoch]):
    """The rows of a training: ``history[3]`` is a row, ``history.val_loss`` a column, ``(E,)`` or ``(E, R)`` with runs.

    Raises ``AttributeError`` for a column that ``Epoch`` does not have.

    >>> history = History([Epoch(1, 32, 0.5, 0.8, 0.6, 0.75, lr=0.1, seconds=0.02)])
    >>> len(history), history[0].epoch, history.val_loss
    (1, 1, array([0.6]))
    """

    def __init__(self, rows: Sequence[Epoch] = ()) -> None:
        self.rows = list(rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: Any) -> Any:
        return History(self.rows[index]) if isinstance(index, slice) else self.rows[index]

    def __getattr__(self, name: str) -> Array:
        if name not in Epoch._fields:
            raise AttributeError(f"A History has the columns {', '.join(Epoch._fields)}, got {name!r}.")
        return np.array([getattr(row, name) for row in self.rows])

    def __repr__(self) -> str:
        return f"History({len(self)} epochs)"


class DivergenceError(FloatingPointError):
    """The loss is no longer a finite number. ``history`` holds the epochs before, ``epoch`` and ``step`` say when.

    >>> DivergenceError("The loss became nan.", epoch=3, step=40, history=History()).epoch
    3
    """

    def __init__(self, message: str, *, epoch: int = 0, step: int = 0, history: History | None = None) -> None:
        super().__init__(message)
        self.epoch, self.step = epoch, step
        self.history = History() if history is None else history


def _labels(y: Array) -> bool:
    """Integers are labels, ``(..., N)``; anything else is a target, ``(..., N, K)``."""
    return y.dtype.kind in "iu"


def _count(y: Array) -> int:
    return y.shape[-1] if _labels(y) else y.shape[-2]


def _take(values: Array, rows: Array, per_run: bool) -> Array:
    """Return the examples ``rows``: ``(B,)``, or ``(R, B)``, of ``values`` shared by all runs or one set per run."""
    return values[np.arange(len(rows))[:, None], rows] if per_run else values[rows]


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
    penalty: Penalty | None = None,
    clip_norm: float | None = None,
    seed: int = 0,
) -> Iterator[Epoch]:
    """Train ``net`` in place, and yield one ``Epoch`` per epoch; to stop, stop asking.

    Each epoch visits all training examples in a new order, drawn from ``seed``; with runs, run r draws from ``seed +
    r``. Labels are integers ``(N,)``, targets floats ``(N, K)``; data ``(R, N, ...)`` gives every run its own.
    ``penalty(params, decays)`` returns ``(value, gradient)``, added to the loss's; ``clip_norm`` limits the norm of the
    gradient. Raises ``ValueError`` for splits that do not fit together, and ``DivergenceError``, which keeps the rows
    so far, as soon as the loss is not finite.

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
    penalty: Penalty | None,
    clip_norm: float | None,
) -> Any:
    """Make one step unless the loss is not finite, and return the loss."""
    value, gradient = loss(net.forward(x, training=True), y)
    if np.isfinite(value).all():
        net.backward(gradient, inputs=False)
        if penalty is not None:
            net.grads += penalty(net.params, net.decays)[1]
        if clip_norm is not None:
            clip_by_norm(net.grads, clip_norm)
        optimizer.step(net.params, net.grads, net.decays)
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


class EarlyStopping:
    """Stop when ``monitor`` has not improved by more than ``min_delta`` for ``patience`` epochs; go back to the best.

    Pass it to ``fit`` as ``stop=``, or call it with each row: it returns True when it is time. Given the network too,
    it keeps ``params`` and ``buffers`` of the best epoch, and ``restore(net)`` puts them back. It minimizes what ends
    in ``loss`` and maximizes what ends in ``accuracy``. With runs every run has its own best epoch, and training ends
    when all have run out of patience. ``best_epoch`` is an int, or an array ``(R,)``. One object serves one training.
    Raises ``ValueError`` for a monitor that cannot be compared, ``patience`` below 1 or negative ``min_delta``.

    >>> stop = EarlyStopping("val_accuracy", patience=2)
    >>> rows = [Epoch(i, i, 0.0, 0.0, 0.0, accuracy, 0.1, 0.0) for i, accuracy in enumerate([0.5, 0.7, 0.6, 0.7], 1)]
    >>> [stop(row) for row in rows], stop.best_epoch
    ([False, False, False, True], 2)
    """

    def __init__(
        self, monitor: str = "val_loss", patience: int = 5, min_delta: float = 0.0, restore_best: bool = True
    ) -> None:
        if monitor not in Epoch._fields or not monitor.endswith(("loss", "accuracy")):
            raise ValueError(f"EarlyStopping needs a loss or an accuracy to monitor, got {monitor!r}.")
        check_positive_int("EarlyStopping needs patience", patience)
        if not min_delta >= 0:
            raise ValueError(f"EarlyStopping needs min_delta >= 0, got min_delta={min_delta}.")
        self.monitor, self.patience, self.min_delta, self.restore_best = monitor, patience, min_delta, restore_best
        self.sign = 1.0 if monitor.endswith("accuracy") else -1.0
        self.best: Any = -np.inf
        self.wait: Any = 0
        self.best_epoch: Any = 0
        self.kept: dict[str, Array] = {}

    def __call__(self, row: Epoch, net: Sequential | None = None) -> bool:
        """Take in a row, and the network to remember; return True when training should stop."""
        score = self.sign * np.asarray(getattr(row, self.monitor), np.float64)
        # A run that is out of patience would have stopped if it were alone, so it improves no more.
        better = (score > self.best + self.min_delta) & (self.wait < self.patience)
        self.best = np.where(better, score, self.best)
        self.wait = np.where(better, 0, self.wait + 1)
        epochs = np.where(better, row.epoch, self.best_epoch)
        self.best_epoch = epochs if epochs.ndim else int(epochs)
        if net is not None and self.restore_best:
            self._keep(net, np.atleast_1d(better))
        return bool((self.wait >= self.patience).all())

    def _keep(self, net: Sequential, better: Array) -> None:
        for name in ("params", "buffers"):
            rows = getattr(net, name).reshape(len(better), -1)
            self.kept.setdefault(name, rows.copy())[better] = rows[better]

    def restore(self, net: Sequential) -> None:
        """Put ``params`` and ``buffers`` of the best epoch back into ``net``; ``RuntimeError`` if none were kept."""
        if not self.kept:
            raise RuntimeError("EarlyStopping has no network to restore: call it with the row and the network.")
        for name, rows in self.kept.items():
            flat = getattr(net, name)
            flat[...] = rows.reshape(flat.shape)


def _bar(rows: Iterator[Epoch], epochs: int) -> Any:
    try:
        tqdm = import_module("tqdm.auto").tqdm
    except ImportError:
        raise ImportError("progress=True needs tqdm: pip install tqdm.") from None
    return tqdm(rows, total=epochs, unit="epoch")


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

    ``stop(row, net)`` ends the training when it returns True; an ``EarlyStopping`` with ``restore_best`` also puts the
    best epoch back, whether or not it stopped. ``progress=True`` shows a bar (``ImportError`` without tqdm).

    >>> from tipslib.datasets import digits
    >>> from tipslib.networks import mlp
    >>> from tipslib.optimizers import SGD
    >>> history = fit(mlp([64, 10]), digits(n=100), SGD(lr=0.1), epochs=2)
    >>> history.step
    array([4, 8])
    """
    rows: Any = train(net, splits, optimizer, epochs=epochs, **options)
    if progress:
        rows = _bar(rows, epochs)
    history = History()
    for row in rows:
        history.rows.append(row)
        if stop is not None and stop(row, net):
            break
    if isinstance(stop, EarlyStopping) and stop.kept:
        stop.restore(net)
    return history
