"""What a training leaves: a row per epoch, the history of all rows, and the error of a training that diverges."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from tipslib.arrays import Array


class Epoch(NamedTuple):
    """What was measured after an epoch, in inference mode and without the penalty.

    ``epoch`` counts from 1, ``step`` is the number of steps made so far, losses are in nats (or in the units of the
    loss), accuracies are shares in [0, 1] (NaN where the targets are not labels), ``lr`` is the rate of the last step,
    ``seconds`` how long this epoch and its measurement took. With runs, losses and accuracies are arrays ``(R,)``.

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

    ``interrupted`` is True where Ctrl-C ended the training. Raises ``AttributeError`` for a column that ``Epoch`` does
    not have.

    >>> history = History([Epoch(1, 32, 0.5, 0.8, 0.6, 0.75, lr=0.1, seconds=0.02)])
    >>> len(history), history[0].epoch, history.val_loss
    (1, 1, array([0.6]))
    """

    def __init__(self, rows: Sequence[Epoch] = (), *, interrupted: bool = False) -> None:
        self.rows, self.interrupted = list(rows), interrupted

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
    """The loss is no longer a finite number. ``history`` holds the epochs before; ``epoch`` and ``step`` say when.

    >>> DivergenceError("The loss became nan.", epoch=3, step=40, history=History()).epoch
    3
    """

    def __init__(self, message: str, *, epoch: int = 0, step: int = 0, history: History | None = None) -> None:
        super().__init__(message)
        self.epoch, self.step = epoch, step
        self.history = History() if history is None else history
