"""Exercises 4 and 5: the gradient of two penalties, and a proximal step."""

from functools import partial
from typing import Any

import numpy as np

from tipsbook.grading.exercise import Case, FunctionExercise, Mistake
from tipslib.arrays import Array
from tipslib.gradcheck import numerical_gradient


def _penalty(decays: Array, first: float, second: float, params: Array) -> Any:
    """Return the number whose gradient in the parameters is the answer."""
    return sum(d * (first * abs(w) + second / 2 * w * w) for w, d in zip(params, decays, strict=True))


def _gradient_cases() -> list[Case]:
    by_hand = np.array([-2.0, 0.0, 4.0, 3.0]), np.array([1.0, 1.0, 1.0, 0.0]), 0.5, 0.25
    text = "By hand, params = [-2, 0, 4, 3], decays = [1, 1, 1, 0], first = 0.5, second = 0.25"
    cases = [Case(text, by_hand, np.array([-1.0, 0.0, 1.5, 0.0]))]
    rng = np.random.default_rng(0)
    for n, first, second in [(5, 0.3, 0.7), (8, 0.02, 0.5), (6, 0.4, 0.0), (6, 0.0, 0.4)]:
        params, decays = rng.normal(size=n), np.where(np.arange(n) % 3 == 2, 0.0, 1.0)
        expected = numerical_gradient(partial(_penalty, decays, first, second), params)
        text = f"For {n} parameters, first = {first:g}, second = {second:g}, compared with differences"
        cases.append(Case(text, (params, decays, first, second), expected))
    return cases


PENALTY_GRADIENT = FunctionExercise(
    name="regularization-4",
    call="penalty_gradient(params, decays, first, second)",
    cases=_gradient_cases,
    right="One pull of constant size and one that grows with the weight; biases feel neither.",
    hints=(
        "The two penalties are added, so their gradients are. Take one parameter at a time.",
        "The derivative of w^2 / 2 is w. That of |w| is 1 or -1: `np.sign`, which is 0 at 0.",
        "Multiply by `decays`: 1 for weights, 0 for biases.",
    ),
    mistakes={
        "biases-too": Mistake(
            lambda params, decays, first, second: first * np.sign(params) + second * params,
            "You pull at all parameters. Where `decays` is 0 there is a bias, and it is left alone.",
        ),
        "squares-without-half": Mistake(
            lambda params, decays, first, second: decays * (first * np.sign(params) + 2 * second * params),
            "The part of the squares is twice as large as it should be: the 1/2 in front of the penalty cancels the 2.",
        ),
        "halves-everywhere": Mistake(
            lambda params, decays, first, second: decays * (first * np.sign(params) + second * params) / 2,
            "You halve everything. The 1/2 before the squares is used up by the derivative; |w| has none at all.",
        ),
        "half-at-the-absolute-values": Mistake(
            lambda params, decays, first, second: decays * (first / 2 * np.sign(params) + second * params),
            "Half of `first` is missing. The 1/2 belongs to the squares: the slope of |w| is 1.",
        ),
        "one-at-zero": Mistake(
            lambda params, decays, first, second: decays * (np.where(params >= 0, first, -first) + second * params),
            "Look at the parameter that is 0: you push it away. The middle of the slopes there is 0.",
        ),
        "norm-for-its-square": Mistake(
            lambda params, decays, first, second: (
                decays * (first * np.sign(params) + second * params / np.linalg.norm(decays * params))
            ),
            "This is the gradient of the norm itself. L2 penalizes the *squares*: nothing is divided.",
        ),
        "absolute-for-sign": Mistake(
            lambda params, decays, first, second: decays * (first * np.abs(params) + second * params),
            "You put |w| where its derivative belongs. A large weight is pulled no harder than a small one.",
        ),
        "penalty-itself": Mistake(
            lambda params, decays, first, second: decays * (first * np.abs(params) + second / 2 * params**2),
            "These are the penalties of the parameters, not their derivatives.",
        ),
        "downhill": Mistake(
            lambda params, decays, first, second: -decays * (first * np.sign(params) + second * params),
            "The sign is wrong. A gradient points uphill, away from zero; the step then subtracts it.",
        ),
    },
)


def _objective(u: Array, v: Array, threshold: float) -> Any:
    return (u - v) ** 2 / 2 + threshold * abs(u)


def _by_search(w: Array, g: Array, lr: float, strength: float) -> Array:
    """Return the minimum of equation (eq-l1-prox) for each weight, found by ternary search: it is convex."""
    v = w - lr * g
    low, high = v - 10, v + 10
    for _ in range(200):
        left, right = low + (high - low) / 3, high - (high - low) / 3
        lower = _objective(left, v, lr * strength) < _objective(right, v, lr * strength)
        low, high = np.where(lower, low, left), np.where(lower, right, high)
    return np.where(abs(low + high) < 1e-6, 0.0, (low + high) / 2)


def _step_cases() -> list[Case]:
    by_hand = np.array([1.0, 0.3, -1.0]), np.array([2.0, 1.0, -1.0]), 0.1, 3.0
    cases = [Case("By hand, w = [1, 0.3, -1], g = [2, 1, -1], lr = 0.1, strength = 3", by_hand, [0.5, 0.0, -0.6])]
    rng = np.random.default_rng(0)
    for n, lr, strength in [(6, 0.5, 0.8), (9, 0.1, 4.0), (5, 0.3, 0.0)]:
        w, g = rng.normal(size=n), rng.normal(size=n)
        text = f"For {n} weights, lr = {lr:g}, strength = {strength:g}, compared with a search"
        cases.append(Case(text, (w, g, lr, strength), _by_search(w, g, lr, strength)))
    return cases


def _soft(v: Array, threshold: float) -> Array:
    return np.sign(v) * np.maximum(np.abs(v) - threshold, 0)


PROXIMAL_STEP = FunctionExercise(
    name="regularization-5",
    call="proximal_step(w, g, lr, strength)",
    cases=_step_cases,
    right="First the loss, then the penalty, and no further than zero.",
    hints=(
        "Two lines: v follows the loss alone, then v is moved towards zero.",
        "The length of the move is lr times strength. Take it from |v| and put the sign back.",
        "A weight that is closer to zero than that becomes exactly zero: `np.maximum(..., 0)`.",
    ),
    mistakes={
        "strength-without-rate": Mistake(
            lambda w, g, lr, strength: _soft(w - lr * g, strength),
            "You threshold by `strength`. The penalty acts for one step, as the gradient does: rate times strength.",
        ),
        "sign-step": Mistake(
            lambda w, g, lr, strength: w - lr * (g + strength * np.sign(w)),
            "This is the sign step. It jumps over zero; the proximal step stops there.",
        ),
        "no-stop": Mistake(
            lambda w, g, lr, strength: (w - lr * g) - lr * strength * np.sign(w - lr * g),
            "You move every weight by the full length, and small ones cross zero. They should stop at it.",
        ),
        "sign-lost": Mistake(
            lambda w, g, lr, strength: np.maximum(np.abs(w - lr * g) - lr * strength, 0),
            "Negative weights became positive. Put the sign of v back.",
        ),
        "one-side": Mistake(
            lambda w, g, lr, strength: np.maximum(w - lr * g - lr * strength, 0),
            "Negative weights are all zero now. Below zero the mirror image holds.",
        ),
        "sign-of-the-old-weight": Mistake(
            lambda w, g, lr, strength: np.sign(w) * np.maximum(np.abs(w - lr * g) - lr * strength, 0),
            "You put back the sign of the old weight. The loss may have moved it across zero: take the sign of v.",
        ),
        "hard-threshold": Mistake(
            lambda w, g, lr, strength: np.where(np.abs(w - lr * g) > lr * strength, w - lr * g, 0.0),
            "This is a *hard* threshold: the large weights keep their size. L1 takes the same length from all.",
        ),
        "threshold-first": Mistake(
            lambda w, g, lr, strength: _soft(w, lr * strength) - lr * g,
            "The threshold came before the step of the loss, which then moves the zeros away again.",
        ),
        "uphill": Mistake(
            lambda w, g, lr, strength: _soft(w + lr * g, lr * strength),
            "You went along the gradient, uphill. A step subtracts it.",
        ),
        "shrunk": Mistake(
            lambda w, g, lr, strength: (1 - lr * strength) * w - lr * g,
            "This is L2: a factor. L1 takes away a length.",
        ),
    },
)
