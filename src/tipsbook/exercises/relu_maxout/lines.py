"""Exercises 6, 7 and 8: the lines of a unit, the share of dead units, the thin network of an input."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from tipsbook.grading.answers import describe, show
from tipsbook.grading.deadline import Deadline
from tipsbook.grading.exercise import Case, Exercise, FunctionExercise, Mistake
from tipsbook.grading.feedback import Feedback
from tipslib.activations import relu
from tipslib.arrays import Array
from tipslib.gradcheck import numerical_gradient

PLACES = np.array([-3.0, -1.0, 0.0, 0.5, 1.0, 3.0])  # where the valley is looked at
VALLEY_HEIGHTS = np.array([2.0, 0.0, 0.0, 0.0, 0.0, 4.0])


@dataclass(frozen=True, kw_only=True)
class LinesExercise(Exercise):
    """Rows of (slope, offset), judged by the heights of their maximum."""

    def grade(self, answer: object, deadline: Deadline) -> Feedback:
        try:
            lines = np.asarray(answer, dtype=float)
        except (TypeError, ValueError):
            lines = np.zeros(0)
        if lines.ndim != 2 or lines.shape[1] != 2 or not len(lines) or isinstance(answer, str):
            shape = f"shape {lines.shape}" if isinstance(answer, np.ndarray) else describe(answer)
            return Feedback("wrong", f"Expected rows of (slope, offset), an array of shape (k, 2), received {shape}.")
        if not np.isfinite(lines).all():
            return Feedback("wrong", f"Expected finite numbers, received {show(lines)}.")
        heights = (PLACES[:, None] * lines[:, 0] + lines[:, 1]).max(axis=1)
        wrong = np.flatnonzero(~np.isclose(heights, VALLEY_HEIGHTS, atol=1e-6))
        if len(wrong):
            i = wrong[0]
            return self._reply(
                lines, f"At x = {show(PLACES[i])}: expected {show(VALLEY_HEIGHTS[i])}, received {show(heights[i])}."
            )
        if len(lines) > 3:
            return self.recognized("too-many", f"Expected 3 lines, received {len(lines)}.")
        return Feedback("right", self.right)

    def _reply(self, lines: Array, evidence: str) -> Feedback:
        """Recognize a mistake whatever the order of its lines."""
        for key, mistake in self.mistakes.items():
            other = np.array(mistake.answer, dtype=float)
            if other.shape == lines.shape and np.allclose(_ordered(other), _ordered(lines)):
                return self.recognized(key, evidence)
        return Feedback("wrong", evidence)


def _ordered(lines: Array) -> Array:
    return lines[np.lexsort(lines.T)]


VALLEY = LinesExercise(
    name="relu-maxout-6",
    right="Three straight parts, three lines: a Maxout unit needs one piece for each.",
    hints=(
        "Each straight part of the valley lies on a line. Read off the slope of each.",
        "The offset is the height of the line at x = 0, even where another line is on top there.",
        "The left line goes through (-1, 0) with slope -1. What is its height at x = 0?",
    ),
    mistakes={
        "no-floor": Mistake(
            [(-1, -1), (2, -2)],
            "The floor is missing: between the slopes your unit goes below 0. A level line keeps it up.",
        ),
        "no-offsets": Mistake(
            [(-1, 0), (0, 0), (2, 0)], "The slopes are right, but all lines pass through the origin: no floor is left."
        ),
        "signs-of-offsets": Mistake(
            [(-1, 1), (0, 0), (2, 2)],
            "The offsets have the wrong sign: the sloping lines cross the floor on the wrong sides and hide it.",
        ),
        "columns-swapped": Mistake(
            [(-1, -1), (0, 0), (-2, 2)], "In the last row the offset comes before the slope. Rows are (slope, offset)."
        ),
        "bends-as-offsets": Mistake(
            [(-1, -1), (0, 0), (2, 1)],
            "You took the places of the bends for offsets. An offset is the height of a line at x = 0.",
        ),
        "too-many": Mistake([(-1, -1), (0, 0), (2, -2), (1, -1)], "The shape is right, but one line is never on top."),
    },
)


def _dead_cases() -> list[Case]:
    by_hand = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 2.0]])
    rng = np.random.default_rng(0)
    h = relu(rng.normal(size=(6, 10)) + np.linspace(-4, 2, 10))
    dead = sum(all(value == 0 for value in unit) for unit in h.T.tolist())
    alive = relu(rng.normal(size=(40, 4)))
    return [
        Case("By hand, h = [[0, 1, 0], [0, 0, 2]]: only the first unit is 0 for both", (by_hand,), np.float64(1 / 3)),
        Case("For 6 examples and 10 units", (h,), np.float64(dead / 10)),
        Case("For a fresh layer of 4 units and 40 examples", (alive,), np.float64(0.0)),
    ]


DEAD_SHARE = FunctionExercise(
    name="relu-maxout-7",
    call="dead_share(h)",
    cases=_dead_cases,
    unchanged=lambda h: (h == 0).mean(),
    right="Half of all outputs being 0 is how ReLU works; a unit that is 0 for every example is how it fails.",
    hints=(
        "Rows are examples, columns are units. What does the code count: outputs or units?",
        "Ask of every unit one question: is it 0 for all examples?",
        "`all` along the axis of the examples answers it; then take the share over the units.",
    ),
    mistakes={
        "zero-once": Mistake(
            lambda h: (h == 0).any(axis=0).mean(),
            "These units are 0 for some example. Dead is a unit that is 0 for every example.",
        ),
        "examples": Mistake(
            lambda h: (h == 0).all(axis=1).mean(),
            "You ask this of the examples: those for which all units are 0. Ask it of the units.",
        ),
        "alive": Mistake(lambda h: (h > 0).any(axis=0).mean(), "This is the share of units that are alive."),
        "count": Mistake(
            lambda h: (h == 0).all(axis=0).sum(), "This is the number of dead units. The exercise asks for a share."
        ),
        "mostly-off": Mistake(
            lambda h: ((h == 0).mean(axis=0) > 0.5).mean(),
            "These units are off for most examples. A unit that is on for one of them still learns from it.",
        ),
    },
)


def _output(Ws: list[Array], bs: list[Array], x: Array) -> Array:
    for W, b in zip(Ws[:-1], bs[:-1], strict=True):
        x = relu(x @ W + b)
    return x @ Ws[-1] + bs[-1]


def _one_output(Ws: list[Array], bs: list[Array], k: int, x: Array) -> Any:
    return _output(Ws, bs, x)[0, k]


def _thin_cases() -> list[Case]:
    Ws = [np.array([[1.0, -1.0]]), np.array([[2.0, 1.0], [3.0, 1.0]]), np.array([[1.0], [1.0]])]
    bs = [np.zeros((1, 2)), np.array([[0.0, -5.0]]), np.zeros((1, 1))]
    text = "By hand, x = [[1]]: in both layers only the first unit is on, the weights on the way are 1, 2, 1"
    cases = [Case(text, (np.array([[1.0]]), Ws, bs), np.array([[2.0]]))]
    rng = np.random.default_rng(1)
    for widths in ([3, 5, 4, 2], [2, 6, 6, 3]):
        Ws = [rng.normal(size=shape) for shape in itertools.pairwise(widths)]
        bs = [rng.normal(size=(1, width)) for width in widths[1:]]
        x = rng.normal(size=(1, widths[0]))
        columns = [numerical_gradient(partial(_one_output, Ws, bs, k), x)[0] for k in range(widths[-1])]
        case = f"For layers of {widths} units, compared with differences"
        cases.append(Case(case, (x, Ws, bs), np.array(columns).T))
    return cases


def _product(x: Array, Ws: list[Array], bs: list[Array], factor: Callable[[Array], Any], last: bool = False) -> Array:
    """Multiply the matrices, each with its columns multiplied by some function of its sums."""
    A = np.eye(len(Ws[0]))
    for i, (W, b) in enumerate(zip(Ws, bs, strict=True)):
        z = x @ W + b
        A = (A @ W) * (factor(z) if i < len(Ws) - 1 or last else 1)
        x = relu(z)
    return A


THIN_MATRIX = FunctionExercise(
    name="relu-maxout-8",
    call="thin_matrix(x, Ws, bs)",
    cases=_thin_cases,
    right="For this input the network is one matrix and one row of offsets. For the next input it is another.",
    hints=(
        "Walk forward as the network does, and carry along a matrix that begins as the identity.",
        "After each hidden layer set the columns of the units that are off to 0.",
        "Which units are on is decided by x W + b with the outputs of the layer below. The last layer has no ReLU.",
    ),
    mistakes={
        "no-masks": Mistake(
            lambda x, Ws, bs: Ws[0] @ Ws[1] @ Ws[2],
            "This is the product of all matrices, as if every unit were on. Those that are off for x pass nothing on.",
        ),
        "last-layer-too": Mistake(
            lambda x, Ws, bs: _product(x, Ws, bs, lambda z: z > 0, last=True),
            "You switch off outputs as well. The last layer is linear.",
        ),
        "no-biases": Mistake(
            lambda x, Ws, bs: _product(x, Ws, [0 * b for b in bs], lambda z: z > 0),
            "The biases do not enter the matrix, but they decide which units are on.",
        ),
        "values-for-masks": Mistake(
            lambda x, Ws, bs: _product(x, Ws, bs, relu),
            "You multiply by the outputs of the units. A unit that is on multiplies by 1: its slope.",
        ),
        "switched-off": Mistake(
            lambda x, Ws, bs: _product(x, Ws, bs, lambda z: z <= 0),
            "You keep the units that are off. Keep those with z > 0.",
        ),
        "one-layer": Mistake(
            lambda x, Ws, bs: (Ws[0] * (x @ Ws[0] + bs[0] > 0)) @ Ws[1] @ Ws[2],
            "The units of the first layer are right. The second layer has units that are off, too.",
        ),
    },
)
