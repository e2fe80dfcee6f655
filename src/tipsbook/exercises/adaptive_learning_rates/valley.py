"""Exercise 9: through a bent valley in 200 gradients, judged by where the answer arrives and what it asked for."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from tipsbook.grading.answers import describe, outcome, wrong_array, wrong_signature
from tipsbook.grading.deadline import Deadline
from tipsbook.grading.exercise import Exercise, Mistake, nothing_returned
from tipsbook.grading.feedback import Feedback
from tipslib.arrays import Array
from tipslib.optimizers import SGD, Momentum

CALL = "cross_the_valley(gradient, theta)"
CALLS, GOAL = 200, 0.005
SHIFT, START = np.array([2.0, -1.0]), np.array([0.8, 0.0])


class Valley:
    """Rosenbrock's function with its minimum moved; counts how often its gradient was asked for.

    >>> valley = Valley()
    >>> valley(SHIFT + 1), valley.height(SHIFT + 1), valley.calls
    (array([-0.,  0.]), 0.0, 1)
    """

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, theta: Any) -> Array:
        self.calls += 1
        a, b = np.asarray(theta, dtype=float) - SHIFT
        return np.array([-2 * (1 - a) - 400 * a * (b - a**2), 200 * (b - a**2)])

    def height(self, theta: Array) -> float:
        """Return the value to be made small."""
        a, b = theta - SHIFT
        return float((1 - a) ** 2 + 100 * (b - a**2) ** 2)


@dataclass(frozen=True, kw_only=True)
class ValleyExercise(Exercise):
    """A function that goes from a start to a low place."""

    def grade(self, answer: object, deadline: Deadline) -> Feedback:
        complaint = wrong_signature(answer, CALL)
        if complaint:
            return Feedback("wrong", complaint)
        valley = Valley()
        result = outcome(answer, (valley, START.copy()), deadline)
        if result.empty:
            return nothing_returned(CALL)
        if result.complaint:
            return Feedback("wrong", f"From theta = [0.8, 0] {result.complaint}")
        wrong_kind = self._judge_kind(result.value)  # not "or": a Feedback is true when the answer is right
        return self._judge_place(np.asarray(result.value, float), valley) if wrong_kind is None else wrong_kind

    def _judge_kind(self, value: Any) -> Feedback | None:
        """Return what is wrong with the kind of the answer, None when nothing is."""
        complaint = wrong_array(value, START)
        if not complaint:
            return None
        if "finite" in complaint:
            return self.recognized("diverged", f"From theta = [0.8, 0] {complaint}")
        if isinstance(value, np.ndarray) and value.ndim == 2 and value.shape[1] == 2:
            return self.recognized("path", f"Expected shape (2,), received shape {value.shape}.")
        if isinstance(value, float | np.floating):
            return self.recognized("value", f"Expected shape (2,), received {describe(value)}.")
        return Feedback("wrong", f"From theta = [0.8, 0] {complaint}")

    def _judge_place(self, theta: Array, valley: Valley) -> Feedback:
        height = valley.height(theta)
        evidence = (
            f"Expected a value below {GOAL:g} after at most {CALLS} calls, received {height:.2g} after {valley.calls}."
        )
        if height > valley.height(START):
            place = "minimum-of-the-figure" if np.allclose(theta, 1, atol=0.05) else "diverged"
            return self.recognized(place, evidence)
        if valley.calls > CALLS:
            return self.recognized("too-many-calls", evidence)
        if height < GOAL:
            return Feedback("right", f"{height:.1g} after {valley.calls} calls. {self.right}")
        if height > 0.05:
            return self.recognized("still-in-the-valley", evidence)
        return Feedback("wrong", f"{evidence} Close; a little more momentum, or another rate?")


def _walk(method: Any, gradient: Any, theta: Array, steps: int) -> list[Array]:
    points = [theta.copy()]
    for _ in range(steps):
        method.step(theta, gradient(theta))
        points.append(theta.copy())
    return points


CROSS_THE_VALLEY = ValleyExercise(
    name="adaptive-learning-rates-9",
    right="Momentum sums up the small gradients along the valley, and nothing else is needed.",
    hints=(
        "Plot the path of plain gradient descent: where does it lose its steps?",
        "Along the valley all gradients agree. Which method adds up gradients that agree?",
        "With beta = 0.9 try rates from 0.001 upwards, in steps of a third; the steep walls set the limit.",
    ),
    mistakes={
        "still-in-the-valley": Mistake(
            lambda gradient, theta: _walk(SGD(0.002), gradient, theta, 200)[-1],
            "It is in the valley and creeps along it: the walls limit the rate, and the floor is almost flat.",
        ),
        "too-many-calls": Mistake(
            lambda gradient, theta: _walk(SGD(0.002), gradient, theta, 6000)[-1],
            "It may arrive, but it asks for too many gradients. Those are what you should save.",
        ),
        "diverged": Mistake(
            lambda gradient, theta: _walk(SGD(0.1), gradient, theta, 200)[-1],
            "It is thrown out of the valley: the rate is too large for the walls.",
        ),
        "path": Mistake(
            lambda gradient, theta: np.array(_walk(Momentum(0.003), gradient, theta, 200)),
            "That is the whole path. Return its last point.",
        ),
        "value": Mistake(
            lambda gradient, theta: float(np.linalg.norm(gradient(theta))),
            "Return the parameters; the check looks up how low they lie.",
        ),
        "minimum-of-the-figure": Mistake(
            lambda gradient, theta: np.ones(2),
            "That is the minimum of the figure. This valley has been moved: follow its gradients.",
        ),
    },
)
