"""Exercise 9: through a bent valley in 200 gradients, judged by where the answer arrives and what it asked for."""

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np

from tipsbook.grading.answers import describe, outcome, show, wrong_array, wrong_signature
from tipsbook.grading.deadline import Deadline
from tipsbook.grading.exercise import Exercise, Mistake, nothing_returned
from tipsbook.grading.feedback import Feedback
from tipslib.arrays import Array
from tipslib.optimizers import SGD, Momentum, RMSProp

CALL = "cross_the_valley(gradient, theta)"
CALLS, GOAL, LAST = 200, 0.005, 50
SHIFTS = np.array([[2.0, -1.0], [-1.5, 0.5]])  # the valley stands in two places, so that nobody can know its minimum
SHIFT, FROM = SHIFTS[0], np.array([-1.2, 1.0])
START = SHIFT + FROM


class Valley:
    """Rosenbrock's function with its minimum moved; keeps where its gradient was asked for.

    >>> valley = Valley()
    >>> valley(SHIFT + 1), valley.height(SHIFT + 1), valley.calls
    (array([-0.,  0.]), 0.0, 1)
    """

    def __init__(self, shift: Array = SHIFT) -> None:
        self.shift, self.start = shift, shift + FROM
        self.asked: list[Array] = []

    def __call__(self, theta: Any) -> Array:
        self.asked.append(np.array(theta, dtype=float))
        a, b = self.asked[-1] - self.shift
        return np.array([-2 * (1 - a) - 400 * a * (b - a**2), 200 * (b - a**2)])

    @property
    def calls(self) -> int:
        return len(self.asked)

    def height(self, theta: Array) -> float:
        """Return the value to be made small."""
        a, b = theta - self.shift
        return float((1 - a) ** 2 + 100 * (b - a**2) ** 2)

    def repeats(self) -> int:
        """Return how often the gradient was asked for where it had just been asked for."""
        return sum(np.array_equal(one, other) for one, other in itertools.pairwise(self.asked))

    def gait(self) -> tuple[float, float]:
        """Return the mean length of the last steps, and how far they lead, as a share of their sum."""
        steps = np.diff(self.asked[-LAST - 1 :], axis=0)
        lengths = np.linalg.norm(steps, axis=1)
        return float(lengths.mean()), float(np.linalg.norm(steps.sum(axis=0)) / max(lengths.sum(), 1e-300))


@dataclass(frozen=True, kw_only=True)
class ValleyExercise(Exercise):
    """A function that goes from a start to a low place."""

    def grade(self, answer: object, deadline: Deadline) -> Feedback:
        complaint = wrong_signature(answer, CALL)
        if complaint:
            return Feedback("wrong", complaint)
        first, second = (self._grade_in(Valley(shift), answer, deadline) for shift in SHIFTS)
        if first.status == "right" and second.status == "wrong":
            return self.recognized("known-place", second.message.splitlines()[-1])
        return first

    def _grade_in(self, valley: Valley, answer: Any, deadline: Deadline) -> Feedback:
        result = outcome(answer, (valley, valley.start.copy()), deadline)
        if result.empty:
            return nothing_returned(CALL)
        if result.complaint:
            return Feedback("wrong", f"From theta = {show(valley.start)} {result.complaint}")
        wrong_kind = self._judge_kind(result.value)  # not "or": a Feedback is true when the answer is right
        return self._judge_place(np.asarray(result.value, float), valley) if wrong_kind is None else wrong_kind

    def _judge_kind(self, value: Any) -> Feedback | None:
        """Return what is wrong with the kind of the answer, None when nothing is."""
        complaint = wrong_array(value, START)
        if not complaint:
            return None
        if "finite" in complaint:
            return self.recognized("diverged", f"For {CALL}: {complaint}")
        if isinstance(value, np.ndarray) and value.ndim == 2 and value.shape[1] == 2:
            return self.recognized("path", f"Expected shape (2,), received shape {value.shape}.")
        if isinstance(value, float | np.floating):
            return self.recognized("value", f"Expected shape (2,), received {describe(value)}.")
        return Feedback("wrong", f"For {CALL}: {complaint}")

    def _judge_place(self, theta: Array, valley: Valley) -> Feedback:
        height = valley.height(theta)
        evidence = (
            f"Expected a value below {GOAL:g} after at most {CALLS} calls, received {height:.2g} after {valley.calls}."
        )
        if height > valley.height(valley.start):
            place = "minimum-of-the-formula" if np.allclose(theta, 1, atol=0.05) else "diverged"
            return self.recognized(place, evidence)
        if valley.calls < 3:
            return self.recognized("guessed", evidence)
        if valley.calls > CALLS:
            return self.recognized("asks-twice" if valley.repeats() > valley.calls / 3 else "too-many-calls", evidence)
        if height < GOAL:
            return Feedback("right", f"{height:.1g} after {valley.calls} calls. {self.right}")
        if height > 0.05:
            length, share = valley.gait()
            walked = f"The last steps are {length:.2g} long; together they lead {share:.0%} of their length."
            return self.recognized("creeps" if share > 0.8 else "jumps", f"{evidence} {walked}")
        return Feedback("wrong", f"{evidence} Close; a little more momentum, or another rate?")


def _walk(method: Any, gradient: Any, theta: Array, steps: int) -> list[Array]:
    points = [theta.copy()]
    for _ in range(steps):
        method.step(theta, gradient(theta))
        points.append(theta.copy())
    return points


def _twice(gradient: Any, theta: Array) -> Array:
    optimizer = Momentum(0.003)
    for _ in range(150):
        gradient(theta)
        optimizer.step(theta, gradient(theta))
    return theta


CROSS_THE_VALLEY = ValleyExercise(
    name="adaptive-learning-rates-9",
    right="A memory of past gradients is enough: it adds up the small ones along the floor. Whoever measures the "
    "curvature, too, needs fewer calls.",
    hints=(
        "Plot the path of plain gradient descent: where does it lose its steps?",
        "Along the valley all gradients agree. Which method adds up gradients that agree?",
        "With beta = 0.9 try rates from 0.001 upwards, in steps of a third; the steep walls set the limit.",
    ),
    mistakes={
        "creeps": Mistake(
            lambda gradient, theta: _walk(SGD(0.002), gradient, theta, 200)[-1],
            "It creeps along the floor of the valley: all steps go the same way, and each is short.",
        ),
        "jumps": Mistake(
            lambda gradient, theta: _walk(RMSProp(0.05), gradient, theta, 200)[-1],
            "It jumps from wall to wall: most of each step is undone by the next.",
        ),
        "too-many-calls": Mistake(
            lambda gradient, theta: _walk(SGD(0.002), gradient, theta, 6000)[-1],
            "It may arrive, but it asks for too many gradients. Those are what you should save.",
        ),
        "asks-twice": Mistake(_twice, "You ask twice at the same place: keep the gradient in a variable."),
        "guessed": Mistake(
            lambda gradient, theta: np.array([3.0, 0.0]),
            "You name a place without walking there. Ask for gradients, and follow them.",
        ),
        "known-place": Mistake(
            lambda gradient, theta: _walk(SGD(0.002), gradient, theta, 200)[-1] * 0 + SHIFT + 1,
            "That is right where the valley stands now, and wrong when it is moved: no place may be typed in.",
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
        "minimum-of-the-formula": Mistake(
            lambda gradient, theta: np.ones(2),
            "That is the minimum of the formula. This valley has been moved: follow its gradients.",
        ),
    },
)
