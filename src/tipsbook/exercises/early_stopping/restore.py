"""Exercise 7: stop and bring the best network back, tried on a training run that writes its epoch into the network."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from tipsbook.grading.answers import outcome, wrong_array, wrong_signature
from tipsbook.grading.deadline import Deadline
from tipsbook.grading.exercise import Exercise, Mistake, nothing_returned
from tipsbook.grading.feedback import Feedback
from tipslib.arrays import Array
from tipslib.history import Epoch
from tipslib.networks import Sequential, mlp

CALL = "restore_best(rows, net, patience)"
TRIALS = [  # validation accuracies, patience
    ((0.5, 0.7, 0.6, 0.7, 0.65, 0.6, 0.9, 0.8), 2),
    ((0.3, 0.5, 0.4, 0.6, 0.5, 0.4, 0.55, 0.8, 0.9), 3),
    ((0.2, 0.1, 0.4, 0.3), 5),
]


class Seen(NamedTuple):
    """What came of a trial: the number returned, the epochs asked for, and whose parameters and buffers are there."""

    best: float
    asked: int
    params: float
    layer: float
    buffers: float


def _rows(net: Sequential, accuracies: tuple[float, ...], asked: list[int]) -> Iterator[Epoch]:
    """Pretend to train: each epoch fills the network with its own number."""
    for epoch, accuracy in enumerate(accuracies, start=1):
        net.params[:] = epoch
        net.buffers[:] = epoch
        asked.append(epoch)
        yield Epoch(epoch, epoch, 1 / epoch, 1.0, 1 - accuracy, accuracy, 0.1, 0.0)


def _network() -> Sequential:
    """Return a network with parameters and buffers, all 0: that is epoch 0."""
    net = mlp([2, 3, 2], batch_norm=True)
    net.params[:], net.buffers[:] = 0, 0
    return net


def _right(accuracies: tuple[float, ...], patience: int) -> Seen:
    """Count by hand where the first `patience` epochs in a row without a new best end."""
    best = [max(range(t), key=lambda i: (accuracies[i], -i)) + 1 for t in range(1, len(accuracies) + 1)]
    ends = [t for t, b in enumerate(best, start=1) if t - b >= patience]
    stop = ends[0] if ends else len(accuracies)
    return Seen(best[stop - 1], stop, best[stop - 1], best[stop - 1], best[stop - 1])


def _names(seen: Seen) -> str:
    return (
        f"it returned {seen.best:g} after asking for {seen.asked} epochs, the network has the parameters of epoch "
        f"{seen.layer:g} and the buffers of epoch {seen.buffers:g}"
    )


@dataclass(frozen=True, kw_only=True)
class RestoreExercise(Exercise):
    """A function that asks a training run for epochs, returns the best one and leaves its network behind."""

    def grade(self, answer: object, deadline: Deadline) -> Feedback:
        complaint = wrong_signature(answer, CALL)
        if complaint:
            return Feedback("wrong", complaint)
        found = []
        for accuracies, patience in TRIALS:
            seen = self._try(answer, accuracies, patience, deadline)
            if isinstance(seen, Feedback):
                return seen
            found.append(seen)
        return self._judge(found)

    def _try(self, answer: Any, accuracies: tuple[float, ...], patience: int, deadline: Deadline) -> Seen | Feedback:
        net, asked = _network(), list[int]()
        result = outcome(partial(answer, _rows(net, accuracies, asked), net, patience), (), deadline)
        if result.empty and not asked:
            return nothing_returned(CALL)
        what = f"For the validation accuracies {list(accuracies)} and patience {patience} "
        complaint = result.complaint or wrong_array(result.value, 0.0)
        if complaint:
            return Feedback("wrong", f"{what}{complaint}")
        layer = net.layers[0].params["W"].flat[0]
        flat = np.ravel(net.params)[0]
        value: Any = result.value
        return Seen(float(value), len(asked), float(flat), float(layer), self._buffers(net))

    @staticmethod
    def _buffers(net: Sequential) -> float:
        """Return the epoch in the layer's own view of the buffers."""
        layer = next(layer for layer in net.layers if layer.buffers)
        return float(layer.buffers["running_mean"].flat[0])

    def _judge(self, found: list[Seen]) -> Feedback:
        for (accuracies, patience), seen in zip(TRIALS, found, strict=True):
            expected = _right(accuracies, patience)
            if seen == expected:
                continue
            evidence = (
                f"For the validation accuracies {list(accuracies)} and patience {patience}, received: {_names(seen)}."
            )
            for key, mistake in self.mistakes.items():
                tried = [self._try(mistake.answer, *trial, Deadline(5.0)) for trial in TRIALS]
                if tried == found:
                    return self.recognized(key, evidence)
            return Feedback("wrong", f"{evidence} Expected: {_names(expected)}.")
        return Feedback("right", self.right)


def _fill(net: Sequential, part: str, values: Array) -> None:
    getattr(net, part)[:] = values


def _restored(
    rows: Iterator[Epoch],
    net: Sequential,
    patience: int,
    *,
    sign: float = 1.0,
    extra: int = 0,
    last: bool = False,
    ties: bool = False,
    copy: bool = True,
    parts: tuple[str, ...] = ("params", "buffers"),
    rebind: bool = False,
    returns: str = "best",
) -> int:
    """Stop and restore as readers do when one thing is wrong."""
    top, best, epoch = -np.inf, 0, 0
    kept: dict[str, Array] = {}
    for row in rows:
        epoch, score = row.epoch, sign * row.val_accuracy
        if score > top or (ties and score == top):
            top, best = score, epoch
            kept = {part: getattr(net, part).copy() if copy else getattr(net, part) for part in parts}
        elif last:
            top = score
        if epoch - best >= patience + extra:
            break
    put = setattr if rebind else _fill
    for part, values in kept.items():
        put(net, part, values)
    return best if returns == "best" else epoch


RESTORE_BEST = RestoreExercise(
    name="early-stopping-7",
    right="The best network is back, whole: parameters, buffers, and in the arrays that the layers use.",
    hints=(
        "Each `row` comes after an epoch has changed `net` in place. What you want to have back must be copied now.",
        "Batch normalization's running statistics are in `net.buffers`, and they belong to the weights of their epoch.",
        "The layers hold views into `net.params`. Fill that array with `[:]`; do not replace it.",
    ),
    mistakes={
        "no-copy": Mistake(
            partial(_restored, copy=False),
            "The network is still that of the last epoch. Did you keep a copy, or the array that epochs write into?",
        ),
        "buffers-forgotten": Mistake(
            partial(_restored, parts=("params",)),
            "The parameters are back, but the buffers are not: these are the running statistics of another network.",
        ),
        "rebinds": Mistake(
            partial(_restored, rebind=True),
            "You give `net` a new array. Its layers go on with the old one: fill the array in place, with `[:]`.",
        ),
        "minimizes": Mistake(
            partial(_restored, sign=-1.0),
            "You keep the *lowest* accuracy. Losses are minimized, accuracies maximized.",
        ),
        "compares-with-the-last": Mistake(
            partial(_restored, last=True),
            "You compare with the epoch before. It should be the best so far.",
        ),
        "ties": Mistake(
            partial(_restored, ties=True),
            "An equal accuracy is no improvement: on a flat line patience would never run out.",
        ),
        "one-too-many": Mistake(
            partial(_restored, extra=1),
            "You ask for one epoch too many: stop when the best is `patience` epochs ago.",
        ),
        "returns-the-stop": Mistake(
            partial(_restored, returns="stop"),
            "The network is right. The number to return is that of its epoch, not of the last one.",
        ),
        "never-stops": Mistake(
            partial(_restored, extra=1000),
            "You go on to the end of `rows`: the best network is kept, and no time is saved.",
        ),
    },
)
