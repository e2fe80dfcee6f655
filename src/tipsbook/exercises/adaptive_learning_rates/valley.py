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
SHIFT, FROM = np.array([2.0, -1.0]), np.array([-1.2, 1.0])
START = SHIFT + FROM
ELSEWHERE = np.array([-1.5, 0.5])  # a second valley, mirrored: neither place nor way to the minimum can be typed in


class Valley:
    """Rosenbrock's function, moved and perhaps mirrored; keeps where its gradient was asked for.

    >>> valley = Valley()
    >>> valley(SHIFT + 1), valley.height(SHIFT + 1), valley.calls
    (array([-0.,  0.]), 0.0, 1)
    """

    def __init__(self, shift: Array = SHIFT, *, side: float = 1.0) -> None:
        self.shift, self.sides = shift, np.array([side, 1.0])
        self.start = shift + self.sides * FROM
        self.asked: list[Array] = []

    def __call__(self, theta: Any) -> Array:
        self.asked.append(np.array(theta, dtype=float))
        return self.slope(self.asked[-1])

    def slope(self, theta: Array) -> Array:
        """Return the gradient, without counting."""
        a, b = self.sides * (theta - self.shift)
        return self.sides * np.array([-2 * (1 - a) - 400 * a * (b - a**2), 200 * (b - a**2)])

    @property
    def calls(self) -> int:
        return len(self.asked)

    def height(self, theta: Array) -> float:
        """Return the value to be made small."""
        a, b = self.sides * (theta - self.shift)
        return float((1 - a) ** 2 + 100 * (b - a**2) ** 2)

    def repeats(self) -> int:
        """Return how often the gradient was asked for where it had just been asked for."""
        return sum(np.array_equal(one, other) for one, other in itertools.pairwise(self.asked))

    def uphill(self) -> bool:
        """Say whether the first step from the start followed the gradient instead of going against it."""
        steps = [theta - self.start for theta in self.asked[:3] if not np.array_equal(theta, self.start)]
        return bool(steps) and float(steps[0] @ self.slope(self.start)) > 0.9 * float(
            np.linalg.norm(steps[0]) * np.linalg.norm(self.slope(self.start))
        )

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
        valleys = Valley(), Valley(ELSEWHERE, side=-1.0)
        first, second = (self._grade_in(valley, answer, deadline) for valley in valleys)
        if first.status == "right" and second.status == "wrong":
            return self.recognized("known-place", second.message.splitlines()[-1])
        return first

    def _grade_in(self, valley: Valley, answer: Any, deadline: Deadline) -> Feedback:
        result = outcome(answer, (valley, valley.start.copy()), deadline)
        if result.empty:
            return nothing_returned(CALL)
        if result.complaint:
            return Feedback("wrong", f"From theta = {show(valley.start)} {result.complaint}")
        wrong_kind = self._judge_kind(result.value, valley)  # not "or": a Feedback is true when the answer is right
        return self._judge_place(np.asarray(result.value, float), valley) if wrong_kind is None else wrong_kind

    def _judge_kind(self, value: Any, valley: Valley) -> Feedback | None:
        """Return what is wrong with the kind of the answer, None when nothing is."""
        complaint = wrong_array(value, START)
        if not complaint:
            return None
        if "finite" in complaint:
            return self.recognized("uphill" if valley.uphill() else "diverged", f"For {CALL}: {complaint}")
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
        if height > valley.height(valley.start) or valley.calls < 3:
            return self.recognized(_lost(theta, valley), evidence)
        if np.allclose(theta, valley.start, rtol=0, atol=1e-6):
            return self.recognized("start-returned", evidence)
        if valley.calls > CALLS:
            return self.recognized("asks-twice" if valley.repeats() > valley.calls / 3 else "too-many-calls", evidence)
        if height < GOAL:
            return Feedback("right", f"{height:.1g} after {valley.calls} calls. {self.right}")
        if height > 0.05:
            length, share = valley.gait()
            walked = f"The last steps are {length:.2g} long; together they lead {share:.0%} of their length."
            return self.recognized("creeps" if share > 0.8 else "jumps", f"{evidence} {walked}")
        return Feedback("wrong", f"{evidence} Close; a little more momentum, or another rate?")


def _lost(theta: Array, valley: Valley) -> str:
    """Return the mistake of whoever ends above the start, or hardly asked for a gradient."""
    if height_rose := valley.height(theta) > valley.height(valley.start):
        if np.allclose(theta, 1, atol=0.05):
            return "minimum-of-the-formula"
        if valley.uphill():
            return "uphill"
    if 0 < valley.calls < 3 and not np.array_equal(theta, valley.start):
        return "stops-early"
    return "diverged" if height_rose else "guessed"


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


def _uphill(gradient: Any, theta: Array) -> Array:
    for _ in range(3):
        theta = theta + 0.0005 * gradient(theta)
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
            "It jumps from wall to wall: the last steps partly undo each other.",
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
            "That is right in one valley and wrong in one that is moved and mirrored. Follow the gradients.",
        ),
        "diverged": Mistake(
            lambda gradient, theta: _walk(SGD(0.1), gradient, theta, 200)[-1],
            "It is thrown out of the valley: the rate is too large for the walls.",
        ),
        "uphill": Mistake(
            _uphill,
            "Your first step goes with the gradient, which is uphill. Go against it.",
        ),
        "stops-early": Mistake(
            lambda gradient, theta: _walk(Momentum(0.003), gradient, theta, 1)[-1],
            "You stop almost at once. Is `return` inside the loop?",
        ),
        "start-returned": Mistake(
            lambda gradient, theta: _walk(Momentum(0.003), gradient, theta.copy(), 200)[0],
            "You return the place where you began. Does each step change what you return?",
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
