"""Exercises 8 and 9: name eight diseases from their charts, and save a program with three changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tipslib.datasets import Examples, Splits, digits
from tipslib.exercises.answers import describe
from tipslib.exercises.deadline import Deadline
from tipslib.exercises.feedback import Feedback
from tipslib.exercises.grading import Exercise, Mistake
from tipslib.initializers import normal
from tipslib.networks import mlp
from tipslib.optimizers import SGD
from tipslib.regularizers import l2
from tipslib.training import DivergenceError, evaluate, fit

RIGHT = (
    "rate too high",
    "overfitting",
    "rate too low",
    "two modes",
    "leakage",
    "healthy",
    "shuffled labels",
    "weights too small",
)


def _swapped(i: int, j: int) -> list[str]:
    """Return the right names with those of charts i and j exchanged."""
    names = list(RIGHT)
    names[i - 1], names[j - 1] = names[j - 1], names[i - 1]
    return names


@dataclass(frozen=True, kw_only=True)
class DiagnosesExercise(Exercise):
    """A list of eight names; ``confusions`` tells which mistake it is to give one chart the name of another."""

    confusions: Mapping[tuple[int, str], str]

    def grade(self, answer: object, deadline: Deadline) -> Feedback:
        if not isinstance(answer, list | tuple) or len(answer) != len(RIGHT):
            received = f"{len(answer)} entries" if isinstance(answer, list | tuple) else describe(answer)
            return Feedback("wrong", f"Expected a list of eight names, received {received}.")
        unknown = [name for name in answer if name not in RIGHT]
        if unknown:
            return Feedback("wrong", f"Expected names of the list under Figure 12, received {unknown[0]!r}.")
        wrong = [i for i, (given, name) in enumerate(zip(answer, RIGHT, strict=True), start=1) if given != name]
        if not wrong:
            return Feedback("right", self.right)
        evidence = f"{8 - len(wrong)} of 8 are right; received {answer[wrong[0] - 1]!r} for chart {wrong[0]}."
        if len(set(answer)) == 1:
            return self.recognized("one-for-all", evidence)
        for i in wrong:
            if (i, answer[i - 1]) in self.confusions:
                return self.recognized(self.confusions[i, answer[i - 1]], evidence)
        return Feedback("wrong", evidence)


DIAGNOSES = DiagnosesExercise(
    right="You looked at the training curve first, and asked what the two curves can know of each other.",
    hints=(
        "Sort them by the training curve first: which programs learn what they are trained on?",
        "Of those that do, compare the validation curve with 0.9, which is guessing, and with what the task allows.",
        "Two charts are flat. The loss at step 0 separates them. One curve lies on the wrong side of the other.",
    ),
    confusions={
        (2, "shuffled labels"): "overfitting-for-shuffled",
        (7, "overfitting"): "overfitting-for-shuffled",
        (1, "weights too small"): "small-for-high",
        (8, "rate too high"): "small-for-high",
        (5, "healthy"): "healthy-for-leak",
        (6, "leakage"): "healthy-for-leak",
        (1, "rate too low"): "low-for-high",
        (3, "rate too high"): "low-for-high",
        (4, "leakage"): "leak-for-modes",
        (5, "two modes"): "leak-for-modes",
        (3, "weights too small"): "small-for-low",
        (8, "rate too low"): "small-for-low",
    },
    mistakes={
        "one-for-all": Mistake(
            ["overfitting"] * 8,
            "One name for all of them. Look at the training curve first: only a network that fits it can overfit.",
        ),
        "overfitting-for-shuffled": Mistake(
            _swapped(2, 7),
            "Both fit their training examples. An overfitted network still does better than guessing on others; with "
            "shuffled labels there is nothing to be better at.",
        ),
        "small-for-high": Mistake(
            _swapped(1, 8),
            "Both charts are flat. Weights that are too small give logits of 0 at step 0, and a loss of ln 10 to four "
            "digits.",
        ),
        "healthy-for-leak": Mistake(
            _swapped(5, 6),
            "A validation error that falls to 0 together with training, on mnist1d, is better than it can be: see "
            "patient A.",
        ),
        "low-for-high": Mistake(
            _swapped(1, 3),
            "A rate that is too low still gets somewhere, slowly and without a jump. One that is too high destroys the "
            "network in the first steps.",
        ),
        "leak-for-modes": Mistake(
            _swapped(4, 5),
            "In one chart the training curve lies above the validation curve: it was measured with dropout on.",
        ),
        "small-for-low": Mistake(
            _swapped(3, 8),
            "With a low rate the curve falls from the first epoch on. With too small weights it does not move.",
        ),
    },
)

SETTINGS: dict[str, Any] = {
    "scaled": False,
    "std": 0.14,
    "rate": 3.0,
    "dropout": 0.9,
    "l2": 0.0,
    "width": 100,
    "layers": 2,
    "epochs": 12,
}
LARGEST = {"std": 100, "rate": 1000, "dropout": 0.99, "l2": 100, "width": 200, "layers": 8, "epochs": 30}


def _error(settings: Mapping[str, Any]) -> float:
    """Run the program; return the error on the half of the validation examples that it has not seen."""
    data = digits()
    source = data if settings["scaled"] else data.raw
    source = source or data  # digits always carries its raw splits
    half = len(source.val.y) // 2
    seen, kept = Examples(source.val.x[:half], source.val.y[:half]), Examples(source.val.x[half:], source.val.y[half:])
    widths = [64, *[int(settings["width"])] * int(settings["layers"]), 10]
    net = mlp(widths, init=normal(settings["std"]), dropout=settings["dropout"], dtype=np.float32)
    penalty, splits = l2(settings["l2"]), Splits(source.train, seen, seen)
    try:
        fit(net, splits, SGD(settings["rate"]), epochs=int(settings["epochs"]), batch_size=64, penalty=penalty)
    except DivergenceError:
        return 1.0
    return 1 - float(evaluate(net, kept)[1])


def _complaint(changes: object) -> str:
    if not isinstance(changes, dict):
        return f"Expected a dict of settings, received {describe(changes)}."
    for name, value in changes.items():
        if name not in SETTINGS:
            return f"Expected one of the settings {', '.join(SETTINGS)}, received {name!r}."
        if name == "scaled":
            if not isinstance(value, bool):
                return f"scaled is True or False, received {describe(value)}."
        elif isinstance(value, bool) or not isinstance(value, int | float | np.number):
            return f"{name} is a number, received {describe(value)}."
        elif not (0 if name in ("dropout", "l2") else 1e-9) <= value <= LARGEST[name]:
            return f"Expected {name} above 0 and up to {LARGEST[name]}, received {value:g}."
        elif name in ("width", "layers", "epochs") and value != int(value):
            return f"{name} is a whole number, received {value:g}."
    return ""


@dataclass(frozen=True, kw_only=True)
class ChangesExercise(Exercise):
    """A dict with at most three settings, judged by the error of the program that has them."""

    def grade(self, answer: object, deadline: Deadline) -> Feedback:
        complaint = _complaint(answer)
        if complaint:
            return Feedback("wrong", complaint)
        given: Any = answer
        changes = {name: value for name, value in given.items() if value != SETTINGS[name]}
        if len(changes) > 3:
            return self.recognized("too-many", f"Expected at most three changes, received {len(changes)}.")
        settings = SETTINGS | changes
        error = _error(settings)
        evidence = f"Expected an error below 0.1 on examples it has not seen, received {error:.2f}."
        if error < 0.1:
            return Feedback("right", f"{evidence} {self.right}")
        key = self._left(settings)
        return self.recognized(key, evidence) if key else Feedback("wrong", evidence)

    @staticmethod
    def _left(settings: Mapping[str, Any]) -> str:
        """Return which mistake it is, by what has been treated and what has not."""
        left = {
            "inputs-left": not settings["scaled"],
            "rate-left": settings["rate"] > 1,
            "dropout-left": settings["dropout"] > 0.6,
        }
        if all(left.values()):
            if settings["l2"] > 0 or settings["dropout"] > SETTINGS["dropout"]:
                return "against-overfitting"
            if any(settings[name] > SETTINGS[name] for name in ("width", "layers", "epochs")):
                return "bigger"
        return next((key for key, is_left in left.items() if is_left), "")


CHANGES = ChangesExercise(
    right="Each of the three first checks pointed at one of them.",
    hints=(
        "A loss of 20 at step 0, with ten classes: what is too large, the weights of std 0.14 or what goes in?",
        "Diverging after that: in which direction should the rate go, and by how much? Try factors of 10.",
        "The training error is bad. Which setting is there only to make training harder?",
    ),
    mistakes={
        "too-many": Mistake(
            {"scaled": True, "rate": 0.1, "dropout": 0.0, "epochs": 30},
            "More than three changes. Who changes everything at once does not learn which of it was the cause.",
        ),
        "inputs-left": Mistake(
            {"rate": 0.1, "dropout": 0.0},
            "The inputs still go in from 0 to 16, with a mean far from 0. The loss at step 0 says so.",
        ),
        "rate-left": Mistake(
            {"scaled": True, "dropout": 0.0},
            "The inputs are right. The first steps throw the weights away: look at the rate.",
        ),
        "dropout-left": Mistake(
            {"scaled": True, "rate": 0.1},
            "It trains, with nine of ten units switched off in every step. That is a cure for overfitting, and this "
            "program does not overfit.",
        ),
        "against-overfitting": Mistake(
            {"l2": 0.01, "dropout": 0.95},
            "These treat overfitting. The program does not even learn its training examples: look at the start first.",
        ),
        "bigger": Mistake(
            {"layers": 4, "width": 200},
            "A larger or longer training of a program that cannot learn: its loss at step 0 is far above ln 10.",
        ),
    },
)
