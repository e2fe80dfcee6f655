"""Exercise 6: a backward pass with a bug."""

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from tipsbook.grading.exercise import Case, FunctionExercise, Mistake
from tipslib.activations import sigmoid
from tipslib.arrays import Array
from tipslib.gradcheck import numerical_gradient


def _forward(z: Array, Ws: list[Array]) -> Array:
    for W in Ws:
        z = sigmoid(z) @ W
    return z


def _felt_at_the_end(delta: Array, Ws: list[Array], z: Array) -> Any:
    return (delta * _forward(z, Ws)).sum()


def _first_delta_cases() -> list[Case]:
    one = np.array([[1.0]])
    text = "By hand, delta = [[1]], two layers of one unit, both weights 2, both z = 0"
    cases = [Case(text, (one, [2 * one, 2 * one], [0 * one, 0 * one]), np.array([[0.25]]))]
    rng = np.random.default_rng(0)
    for widths in ([3, 3, 3, 3], [5, 4, 3, 2]):
        Ws = [rng.normal(size=shape) for shape in pairwise(widths)]
        zs = [rng.normal(size=(4, widths[0]))]
        zs += [_forward(zs[0], Ws[:i]) for i in range(1, len(Ws))]
        delta = rng.normal(size=(4, widths[-1]))
        expected = numerical_gradient(partial(_felt_at_the_end, delta, Ws), zs[0])
        text = f"For layers of {widths} units and 4 examples, compared with differences"
        cases.append(Case(text, (delta, Ws, zs), expected))
    return cases


def _back(
    delta: Array, Ws: list[Array], zs: list[Array], factor: Callable[[Array], Array] = sigmoid.derivative
) -> Array:
    """Go through the layers in the order of the lists, with some factor for the slope."""
    for W, z in zip(Ws, zs, strict=True):
        delta = (delta @ W.T) * factor(z)
    return delta


def _without_transpose(delta: Array, Ws: list[Array], zs: list[Array]) -> Array:
    return _back(delta, [W.T for W in Ws[::-1]], zs[::-1])


def _one_slope(delta: Array, Ws: list[Array], zs: list[Array]) -> Array:
    return _back(delta, Ws[::-1], zs[::-1], np.ones_like) * sigmoid.derivative(zs[0])


def _slopes_first(delta: Array, Ws: list[Array], zs: list[Array]) -> Array:
    for W, z in zip(Ws[::-1], zs[::-1], strict=True):
        delta = (delta * sigmoid.derivative(z)) @ W.T
    return delta


FIRST_DELTA = FunctionExercise(
    name="vanishing-gradients-6",
    call="first_delta(delta, Ws, zs)",
    cases=_first_delta_cases,
    unchanged=lambda delta, Ws, zs: _back(delta, Ws[::-1], zs[::-1], sigmoid),
    right="A sigmoid's value is about 1/2 and its slope at most 1/4: the bug made the gradient look too healthy.",
    hints=(
        "All shapes fit, so put the formula beside the line of code and compare them factor by factor.",
        "Try one unit with z = 0. What should a layer multiply by, and what does this code multiply by?",
        "The chain rule asks how much the output moves when z moves.",
    ),
    mistakes={
        "half-a-slope": Mistake(
            lambda delta, Ws, zs: _back(delta, Ws[::-1], zs[::-1], lambda z: 1 - sigmoid(z)),
            "1 - sigmoid(z) is one part of the slope. The whole is its product with sigmoid(z).",
        ),
        "slope-at-the-value": Mistake(
            lambda delta, Ws, zs: _back(delta, Ws[::-1], zs[::-1], lambda z: sigmoid.derivative(sigmoid(z))),
            "A slope, but taken at sigmoid(z). `derivative` wants z itself.",
        ),
        "largest-slope": Mistake(
            lambda delta, Ws, zs: _back(delta, Ws[::-1], zs[::-1], lambda z: np.full_like(z, 0.25)),
            "1/4 is the slope at z = 0, the largest there is. Each unit has the slope at its own z.",
        ),
        "value-and-slope": Mistake(
            lambda delta, Ws, zs: _back(delta, Ws[::-1], zs[::-1], lambda z: sigmoid(z) * sigmoid.derivative(z)),
            "One factor too many: the slope has to come in place of sigmoid(z), not beside it.",
        ),
        "slope-of-tanh": Mistake(
            lambda delta, Ws, zs: _back(delta, Ws[::-1], zs[::-1], lambda z: 1 - sigmoid(z) ** 2),
            "1 - h² is the slope where h is a tanh. For the sigmoid it is sigmoid(z) (1 - sigmoid(z)).",
        ),
        "one-layer-alone": Mistake(
            lambda delta, Ws, zs: _back(delta, Ws[-1:], zs[-1:]),
            "This has gone back through one layer alone. Let the loop go on to layer 1, and return after it.",
        ),
        "not-the-first": Mistake(
            lambda delta, Ws, zs: _back(delta, Ws[:0:-1], zs[:0:-1]),
            "This stops one layer early, at layer 2. The loop has to reach i = 0.",
        ),
        "slope-before-weights": Mistake(
            _slopes_first,
            "The slope comes too early: zs[i] lies below Ws[i]. Go through Ws[i] first, then multiply by the slope.",
        ),
        "one-slope-for-all": Mistake(
            _one_slope,
            "Only the slope of layer 1 is there. Each layer on the way multiplies by its own.",
        ),
        "no-slope": Mistake(
            lambda delta, Ws, zs: _back(delta, Ws[::-1], zs[::-1], np.ones_like),
            "The wrong factor is gone, and nothing has come in its place: each layer has a slope.",
        ),
        "forward-order": Mistake(
            lambda delta, Ws, zs: _back(delta, Ws, zs),
            "The backward pass starts at the last layer: read both lists from their ends.",
        ),
        "slopes-of-other-layers": Mistake(
            lambda delta, Ws, zs: _back(delta, Ws[::-1], zs),
            "W and z now belong to different layers: reverse both lists, not one of them.",
        ),
        "slopes-one-below": Mistake(
            lambda delta, Ws, zs: _back(delta, Ws[::-1], [zs[i - 1] for i in reversed(range(len(zs)))]),
            "The slopes come from one layer too low, zs[i - 1]; at i = 0 that is even the last layer. Ws[i] stands "
            "above zs[i]: both have the same index.",
        ),
        "weights-one-below": Mistake(
            lambda delta, Ws, zs: _back(delta, [Ws[i - 1] for i in reversed(range(len(zs)))], zs[::-1]),
            "The weights come from one layer too low, Ws[i - 1]. Ws[i] stands above zs[i]: both have the same index.",
        ),
        "weights-not-transposed": Mistake(
            _without_transpose,
            "W carries the signal up. On the way back its transpose is needed, as in the line that you were given.",
        ),
    },
)
