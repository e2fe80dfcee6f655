"""Exercise 7: a weight decay with two bugs."""

from typing import Any

import numpy as np

from tipsbook.grading.exercise import Case, FunctionExercise, Mistake
from tipslib.arrays import Array


def _with_bugs(theta: Array, grads: Array, decays: Array, lr: float, alpha: float) -> Array:
    for g in grads:
        g = g + alpha * theta
        theta = (1 - lr * alpha) * theta - lr * g
    return theta


def _decay(
    theta: Array, grads: Array, decays: Any, lr: float, alpha: float, factor: float = 1.0, late: bool = False
) -> Array:
    """Decay by a factor of the right amount; ``late``: after the step of the loss, as mistakes do."""
    keep = 1 - factor * lr * alpha * decays
    for g in grads:
        theta = keep * (theta - lr * g) if late else keep * theta - lr * g
    return theta


def _decay_twice(theta: Array, grads: Array, decays: Array, lr: float, alpha: float) -> Array:
    for g in grads:
        theta = (1 - lr * alpha * decays) * theta - lr * (g + alpha * decays * theta)
    return theta


def _rate_missing(theta: Array, grads: Array, decays: Array, lr: float, alpha: float) -> Array:
    for g in grads:
        theta = (1 - alpha * decays) * theta - lr * g
    return theta


def _unrolled(theta: Array, grads: Array, decays: Array, lr: float, alpha: float) -> Array:
    """Return the parameters by another method: the sum over all steps of what is left of each."""
    keep, T = 1 - lr * alpha * decays, len(grads)
    return keep**T * theta - lr * sum(keep ** (T - 1 - t) * g for t, g in enumerate(grads))


def _decay_cases() -> list[Case]:
    by_hand = np.array([4.0, 4.0]), np.array([[2.0, 2.0]]), np.array([1.0, 0.0]), 0.5, 0.5
    text = "By hand, theta = [4, 4], one gradient [2, 2], decays = [1, 0], lr = 0.5, alpha = 0.5"
    cases = [Case(text, by_hand, np.array([2.0, 3.0]))]
    rng = np.random.default_rng(0)
    for steps, n, lr, alpha in [(3, 4, 0.1, 0.5), (20, 6, 0.2, 0.1)]:
        decays = np.where(np.arange(n) < n // 2, 1.0, 0.0)
        args = rng.normal(size=n), rng.normal(size=(steps, n)), decays, lr, alpha
        text = f"For {n} parameters and {steps} steps, lr = {lr:g}, alpha = {alpha:g}"
        cases.append(Case(text, args, _unrolled(*args)))
    return cases


SGD_WITH_DECAY = FunctionExercise(
    name="regularization-7",
    call="sgd_with_decay(theta, grads, decays, lr, alpha)",
    cases=_decay_cases,
    unchanged=_with_bugs,
    right="Once, and only where there is something to decay.",
    hints=(
        "Combine both lines into one: by how much is `theta` multiplied in a step, in all?",
        "In SGD a decay in the gradient and a decay as a factor are the same thing. One is enough.",
        "Which argument is not used at all?",
    ),
    mistakes={
        "biases-too": Mistake(
            lambda theta, grads, decays, lr, alpha: _decay(theta, grads, 1.0, lr, alpha),
            "Once is right. But biases decay too: `decays` says where there is something to decay.",
        ),
        "still-twice": Mistake(
            _decay_twice,
            "The biases are left alone now. The weights still decay twice: in the gradient and as a factor.",
        ),
        "no-decay": Mistake(
            lambda theta, grads, decays, lr, alpha: _decay(theta, grads, 0.0, lr, alpha),
            "Now nothing decays. One of the two places was right.",
        ),
        "biases-only": Mistake(
            lambda theta, grads, decays, lr, alpha: _decay(theta, grads, 1 - decays, lr, alpha),
            "The other way round: `decays` is 1 for the weights, and these should decay.",
        ),
        "rate-missing": Mistake(
            _rate_missing,
            "The factor lacks the learning rate: it is 1 - lr * alpha.",
        ),
        "half": Mistake(
            lambda theta, grads, decays, lr, alpha: _decay(theta, grads, decays, lr, alpha, 0.5),
            "The weights decay half as much as they should. One of the two places is gone; the one that is left needs "
            "its full strength, lr * alpha.",
        ),
        "gradient-too": Mistake(
            lambda theta, grads, decays, lr, alpha: _decay(theta, grads, decays, lr, alpha, late=True),
            "The decay also shrinks the step of the loss. It is meant for the parameters as they were before it.",
        ),
        "growth": Mistake(
            lambda theta, grads, decays, lr, alpha: _decay(theta, grads, decays, lr, -alpha),
            "The weights grow: the factor is above 1. Its sign is wrong.",
        ),
    },
)
