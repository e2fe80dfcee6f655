"""Exercise 9: repair a program with three changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tipsbook.grading.answers import describe
from tipsbook.grading.deadline import Deadline
from tipsbook.grading.exercise import Exercise, Mistake
from tipsbook.grading.feedback import Feedback
from tipsbook.grading.trained import half_aside
from tipslib.datasets import Splits, digits
from tipslib.initializers import normal
from tipslib.losses import softmax_cross_entropy
from tipslib.networks import Sequential, mlp
from tipslib.optimizers import SGD
from tipslib.regularizers import l2
from tipslib.training import DivergenceError, evaluate, fit

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


HIGHEST_START, HIGHEST_ERROR = 5.0, 0.1  # of the loss at step 0, in nats, and of the error on examples kept aside
LOWEST_RATE, HIGHEST_RATE = 0.02, 1.2  # that pass with scaled inputs and without dropout
SMALLER_WEIGHTS = (
    "Smaller weights, or fewer of them, keep the loss at step 0 low with inputs from 0 to 16. That repairs it for this "
    "network; the inputs are as they were, with a mean far from 0. Scaled inputs suit any network."
)


def _data(settings: Mapping[str, Any]) -> Splits:
    data = digits()
    return data if settings["scaled"] else data.raw or data  # digits always carries its raw splits


def _network(settings: Mapping[str, Any]) -> Sequential:
    widths = [64, *[int(settings["width"])] * int(settings["layers"]), 10]
    return mlp(widths, init=normal(settings["std"]), dropout=settings["dropout"], dtype=np.float32)


def _start(settings: Mapping[str, Any]) -> float:
    """Return the loss at step 0 on the training examples as the program prints it, in training mode."""
    x, y = _data(settings).train
    return float(softmax_cross_entropy(_network(settings).forward(x, training=True), y)[0])


def _error(settings: Mapping[str, Any]) -> float:
    """Run the program; return the error on the half of the validation examples that it has not seen."""
    (splits, kept), net = half_aside(_data(settings)), _network(settings)
    epochs, penalty = int(settings["epochs"]), l2(settings["l2"])
    try:
        fit(net, splits, SGD(settings["rate"]), epochs=epochs, batch_size=64, penalty=penalty)
    except DivergenceError:
        return 1.0
    return 1 - float(evaluate(net, kept)[1])


def _plain(value: Any) -> Any:
    """Return a number or truth value of NumPy as one of Python.

    >>> _plain(np.array(True)), _plain(np.float64(0.5))
    (True, 0.5)
    """
    return value.item() if isinstance(value, np.generic | np.ndarray) and value.ndim == 0 else value


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
            lowest = "from 0" if name in ("dropout", "l2") else "above 0 and"
            return f"Expected {name} {lowest} up to {LARGEST[name]}, received {value:g}."
        elif name in ("width", "layers", "epochs") and value != int(value):
            return f"{name} is a whole number, received {value:g}."
    return ""


@dataclass(frozen=True, kw_only=True)
class ChangesExercise(Exercise):
    """A dict with at most three settings, judged by the loss at step 0 and the error of the program that has them."""

    def grade(self, answer: object, deadline: Deadline) -> Feedback:
        if isinstance(answer, dict):
            answer = {name: _plain(value) for name, value in answer.items()}
        complaint = _complaint(answer)
        if complaint:
            return Feedback("wrong", complaint)
        given: Any = answer
        changes = {name: value for name, value in given.items() if value != SETTINGS[name]}
        if len(changes) > 3:
            return self.recognized("too-many", f"Expected at most three changes, received {len(changes)}.")
        settings = SETTINGS | changes
        start, error = _start(settings), _error(settings)
        evidence = (
            f"Expected a loss below {HIGHEST_START:g} at step 0 and an error below {HIGHEST_ERROR:g} on examples it "
            f"has not seen, received {start:.1f} and {error:.2f}."
        )
        if start < HIGHEST_START and error < HIGHEST_ERROR:
            return Feedback("right", f"{evidence} {self.right if settings['scaled'] else SMALLER_WEIGHTS}")
        key = self._left(settings, error)
        if key == "rate-left" and start >= HIGHEST_START:  # as printed, with dropout on
            key = "rate-and-dropout-left"
        return self.recognized(key, evidence) if key else Feedback("wrong", evidence)

    @staticmethod
    def _left(settings: Mapping[str, Any], error: float) -> str:
        """Return which mistake it is, by what has been treated and what has not; in the order of the checks."""
        if settings["rate"] < 0.001 and error >= HIGHEST_ERROR:  # with any inputs
            return "rate-too-low"
        if not settings["scaled"] and settings["rate"] > HIGHEST_RATE and settings["dropout"] > 0.6:
            if settings["l2"] > 0 or settings["dropout"] > SETTINGS["dropout"]:
                return "against-overfitting"
            if any(settings[name] > SETTINGS[name] for name in ("width", "layers", "epochs")):
                return "bigger"
        if _start({**settings, "dropout": 0.0}) >= HIGHEST_START:  # not for dropout: inputs or weights
            if settings["scaled"]:
                return "weights-too-large"
            return "rate-for-inputs" if error < HIGHEST_ERROR else "inputs-left"
        left = {
            "rate-left": settings["rate"] > HIGHEST_RATE,
            "dropout-left": settings["dropout"] > 0.6,
            "rate-too-low": settings["rate"] < LOWEST_RATE,
        }
        return next((key for key, is_left in left.items() if is_left), "")


CHANGES = ChangesExercise(
    name="recipe-9",
    right="Each of the three first checks pointed at one of them.",
    hints=(
        "A loss of 17 at step 0 with dropout off (119 with it on), and ten classes: what is too large, the weights of "
        "std 0.14 or what goes in?",
        "Guessing from the first epoch on: in which direction should the rate go, and by how much? Try factors of 10.",
        "The training error is bad. Which setting is there only to make training harder?",
    ),
    mistakes={
        "too-many": Mistake(
            {"scaled": True, "rate": 0.1, "dropout": 0.0, "epochs": 30},
            "More than three changes. If you change everything at once, you do not learn what the cause was.",
        ),
        "inputs-left": Mistake(
            {"rate": 0.1, "dropout": 0.0},
            "The inputs still go in from 0 to 16, with a mean far from 0. The loss at step 0 says so.",
        ),
        "rate-for-inputs": Mistake(
            {"rate": 0.01, "dropout": 0.0},
            "It learns, because a rate as low as this bears large inputs. They are as large as before, and the loss at "
            "step 0 says so: treat the cause.",
        ),
        "weights-too-large": Mistake(
            {"scaled": True, "std": 100, "dropout": 0.0},
            "The inputs are right. Now the weights are too large, and the loss at step 0 shows it: std 0.14 is about "
            "He's for a width of 100.",
        ),
        "rate-left": Mistake(
            {"scaled": True, "dropout": 0.0},
            "The loss at step 0 is sound. The first steps throw the weights away: look at the rate.",
        ),
        "rate-and-dropout-left": Mistake(
            {"scaled": True},
            "The inputs are right now: with dropout off the loss at step 0 would be sound. It is printed with nine in "
            "ten units off and the rest ten times as large. And the rate throws the weights away. Two are left.",
        ),
        "rate-too-low": Mistake(
            {"scaled": True, "rate": 1e-6, "dropout": 0.0},
            "The rate went the right way, and too far: with steps as short as these the network does not get far "
            "enough in the epochs that it has.",
        ),
        "dropout-left": Mistake(
            {"scaled": True, "rate": 0.1},
            "Most of the units are still switched off in every step. That is a cure for overfitting, and this program "
            "does not overfit.",
        ),
        "against-overfitting": Mistake(
            {"l2": 0.01, "dropout": 0.95},
            "These treat overfitting. The program does not even learn its training examples: look at the start first.",
        ),
        "bigger": Mistake(
            {"layers": 4, "width": 200},
            "You make a program larger, or train it longer, that cannot learn: its loss at step 0 is far above ln 10.",
        ),
    },
)
