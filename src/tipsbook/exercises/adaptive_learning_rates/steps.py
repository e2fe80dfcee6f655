"""Exercises 6 and 8: the velocity of Nesterov's method, and the stable rate of a run that diverged."""

from functools import partial

import numpy as np

from tipsbook.grading.exercise import Case, FunctionExercise, Mistake
from tipslib.arrays import Array
from tipslib.optimizers import Nesterov


def _twice(theta: Array) -> Array:
    return 2 * theta


def _bent(theta: Array, *, H: Array) -> Array:
    return theta @ H + 0.3 * theta**3


def _velocity_cases() -> list[Case]:
    """Compare with the library's Nesterov, whose parameters are the point where the gradient is taken."""
    by_hand = _twice, np.array([1.0]), np.array([1.0]), 0.1, 0.5
    cases = [Case("By hand, gradient 2 theta, theta = [1], v = [1], lr = 0.1, beta = 0.5", by_hand, np.array([2.4]))]
    rng = np.random.default_rng(0)
    for lr, beta in [(0.1, 0.9), (0.02, 0.5)]:
        A = rng.normal(size=(3, 3))
        gradient, ahead, optimizer = partial(_bent, H=A @ A.T), rng.normal(size=3), Nesterov(lr, beta)
        for _ in range(2):
            optimizer.step(ahead, gradient(ahead))
        v = optimizer.v.copy()
        theta = ahead + lr * beta * v
        optimizer.step(ahead, gradient(ahead))
        text = f"For 3 parameters in a bent bowl, lr = {lr:g}, beta = {beta:g}"
        cases.append(Case(text, (gradient, theta, v, lr, beta), optimizer.v))
    return cases


NEW_VELOCITY = FunctionExercise(
    name="adaptive-learning-rates-6",
    call="new_velocity(gradient, theta, v, lr, beta)",
    cases=_velocity_cases,
    right="Only the place where the gradient is taken has changed, and it brakes before the wall instead of after it.",
    hints=(
        "Start from momentum: beta times the old velocity, plus a gradient. At which point is it taken?",
        "Momentum alone would move theta by -lr * beta * v. Call `gradient` there.",
        "The form is the one of this chapter: the rate is not inside the velocity.",
    ),
    mistakes={
        "at-theta": Mistake(
            lambda gradient, theta, v, lr, beta: beta * v + gradient(theta),
            "This is momentum: the gradient is taken at theta. Nesterov looks ahead first.",
        ),
        "looks-back": Mistake(
            lambda gradient, theta, v, lr, beta: beta * v + gradient(theta + lr * beta * v),
            "You look back. A step subtracts lr v, so ahead is in the direction of -v.",
        ),
        "rate-inside": Mistake(
            lambda gradient, theta, v, lr, beta: beta * v - lr * gradient(theta + beta * v),
            "This is form B, with the rate inside the velocity. Here v adds up gradients, and lr comes with the step.",
        ),
        "rate-inside-ahead": Mistake(
            lambda gradient, theta, v, lr, beta: beta * v - lr * gradient(theta - lr * beta * v),
            "The place is right. But here v adds up gradients: no rate and no minus before the gradient.",
        ),
        "moving-average": Mistake(
            lambda gradient, theta, v, lr, beta: beta * v + (1 - beta) * gradient(theta - lr * beta * v),
            "The place is right. But your v is a moving average, form C: here the gradient enters with the weight 1.",
        ),
        "whole-velocity": Mistake(
            lambda gradient, theta, v, lr, beta: beta * v + gradient(theta - lr * v),
            "You look a little too far: in the next step only the fraction beta of the old velocity is left.",
        ),
        "without-the-rate": Mistake(
            lambda gradient, theta, v, lr, beta: beta * v + gradient(theta - beta * v),
            "Far too far ahead: v is a sum of gradients, and a step is lr times that.",
        ),
        "new-parameters": Mistake(
            lambda gradient, theta, v, lr, beta: theta - lr * (beta * v + gradient(theta - lr * beta * v)),
            "These are the new parameters. The exercise asks for the new velocity.",
        ),
        "memory-lost": Mistake(
            lambda gradient, theta, v, lr, beta: gradient(theta - lr * beta * v),
            "The gradient is right, and the old velocity is lost: it comes in with the weight beta.",
        ),
    },
)


def _rate_cases() -> list[Case]:
    by_hand = np.array([[1.0], [-2.0]]), 0.3
    cases = [Case("By hand, gradients = [[1], [-2]], lr = 0.3: a curvature of 10", by_hand, np.float64(0.2))]
    rng = np.random.default_rng(0)
    for curvatures, lr in [([1.0, 3.0, 10.0], 0.25), ([0.5, 2.0, 4.0, 40.0], 0.06)]:
        axes = np.linalg.qr(rng.normal(size=(len(curvatures),) * 2))[0]
        H = axes * curvatures @ axes.T
        theta, gradients = rng.normal(size=len(curvatures)), []
        for _ in range(40):
            gradients.append(theta @ H)
            theta = theta - lr * gradients[-1]
        text = f"For 40 steps of {len(curvatures)} parameters, lr = {lr:g}"
        cases.append(Case(text, (np.array(gradients), lr), 2 / np.linalg.eigvalsh(H)[-1]))
    return cases


def _factor(gradients: Array, i: int = -2) -> float:
    before, after = gradients[i], gradients[i + 1]
    return float(after @ before / (before @ before))


LARGEST_STABLE_RATE = FunctionExercise(
    name="adaptive-learning-rates-8",
    call="largest_stable_rate(gradients, lr)",
    cases=_rate_cases,
    right="A run that has gone wrong tells you the rate at which it would have gone well.",
    hints=(
        "In the end each row is a multiple of the one before. Which number is it, and which sign has it?",
        "That number is 1 - lr * curvature. Solve it for the curvature.",
        "Then equation (limit) of the chapter gives the rate. Check it by hand: 1 and -2 at lr = 0.3.",
    ),
    mistakes={
        "half": Mistake(
            lambda gradients, lr: lr / (1 - _factor(gradients)),
            "That is 1/curvature, the best rate for this direction. The largest stable one is twice that.",
        ),
        "sign-lost": Mistake(
            lambda gradients, lr: 2 * lr / (1 - abs(_factor(gradients))),
            "The gradients change their sign from step to step, so the factor is negative. A quotient of norms loses "
            "the sign, and 1 + factor in place of 1 - factor turns it round.",
        ),
        "curvature": Mistake(
            lambda gradients, lr: (1 - _factor(gradients)) / lr,
            "That is the curvature, and right so far. The exercise asks for the rate.",
        ),
        "scaled-down": Mistake(
            lambda gradients, lr: lr / abs(_factor(gradients)),
            "You divide the rate by the growth. But the growth is lr * curvature - 1, not proportional to the rate.",
        ),
        "factor": Mistake(
            lambda gradients, lr: _factor(gradients),
            "That is the factor from row to row, and right so far. Solve 1 - lr * curvature for the curvature.",
        ),
        "turned-quotient": Mistake(
            lambda gradients, lr: 2 * lr / (1 - 1 / _factor(gradients)),
            "Your quotient is upside down: the last row over the one before it.",
        ),
        "negative": Mistake(
            lambda gradients, lr: 2 * lr / (_factor(gradients) - 1),
            "Your rate is negative: 1 and the factor have changed places.",
        ),
        "first-rows": Mistake(
            lambda gradients, lr: 2 * lr / (1 - _factor(gradients, 0)),
            "In the first two rows the flat directions still take part. The last two are the steepest direction alone.",
        ),
    },
)
