"""Exercises 6 and 8: ridge regression with a free bias, and a strength by the rule of one standard error."""

import math
import statistics
from typing import Any

import numpy as np

from tipsbook.grading.exercise import Case, FunctionExercise, Mistake
from tipslib.arrays import Array


def _augmented(X: Array, y: Array, alpha: float) -> Array:
    """Return the answer by another method: a least-squares problem with one more row for each weight."""
    N, n = X.shape
    rows = np.vstack([np.hstack([np.ones((N, 1)), X]), np.hstack([np.zeros((n, 1)), math.sqrt(N * alpha) * np.eye(n)])])
    return np.linalg.lstsq(rows, np.append(y, np.zeros(n)), rcond=None)[0]


def _ridge_cases() -> list[Case]:
    by_hand = np.array([[-1.0], [0.0], [1.0]]), np.array([8.0, 10.0, 12.0]), 1.0
    text = "By hand, X = [[-1], [0], [1]], y = [8, 10, 12], alpha = 1"
    cases = [Case(text, by_hand, np.array([10.0, 0.8]))]
    rng = np.random.default_rng(0)
    for N, n, alpha in [(12, 3, 0.5), (8, 2, 0.1), (4, 6, 0.3)]:
        X = rng.normal(size=(N, n)) + 1
        y = X @ rng.normal(size=n) + 3 + rng.normal(size=N)
        text = f"For X {X.shape} and alpha = {alpha:g}, compared with rows added to a least-squares problem"
        cases.append(Case(text, (X, y, alpha), _augmented(X, y, alpha)))
    return cases


def _solved(X: Array, y: Array, strength: float, bias: float = 0.0) -> Array:
    """Solve with the strength given for the *mean*, and the share of it that pulls at the bias."""
    rows = np.hstack([np.ones((len(X), 1)), X])
    penalty = strength * np.diag([bias, *[1.0] * X.shape[1]])
    return np.asarray(np.linalg.solve(rows.T @ rows / len(X) + penalty, rows.T @ y / len(X)))


def _without_bias(X: Array, y: Array, alpha: float) -> Array:
    n = X.shape[1]
    return np.append(0.0, np.linalg.solve(X.T @ X / len(X) + alpha * np.eye(n), X.T @ y / len(X)))


def _mean_as_bias(X: Array, y: Array, alpha: float) -> Array:
    return np.append(y.mean(), _without_bias(X, y - y.mean(), alpha)[1:])


RIDGE = FunctionExercise(
    name="regularization-6",
    call="ridge(X, y, alpha)",
    cases=_ridge_cases,
    right="A linear system, with a free bias and a strength that is meant for the mean.",
    hints=(
        "A column of ones makes the bias one more weight. Only the penalty has to know which one it is.",
        "Set the gradient to zero: rows.T @ (rows @ w - y) / N + alpha * w = 0, for all but the bias.",
        "`np.linalg.solve(A, c)` with A = rows.T @ rows / N plus a diagonal matrix, whose first entry is 0.",
    ),
    mistakes={
        "bias-too": Mistake(
            lambda X, y, alpha: _solved(X, y, alpha, bias=1.0),
            "The bias is pulled to zero as well. Its entry of the diagonal should be 0.",
        ),
        "sum-for-mean": Mistake(
            lambda X, y, alpha: _solved(X, y, alpha / len(X)),
            "Your penalty is N times too weak: beside a *sum* of squares alpha has to be multiplied by N.",
        ),
        "mean-twice": Mistake(
            lambda X, y, alpha: _solved(X, y, alpha * len(X)),
            "Your penalty is N times too strong. The loss is a mean already.",
        ),
        "no-bias": Mistake(
            _without_bias, "There is no bias: the plane goes through the origin. Put a column of ones in front."
        ),
        "twice-the-strength": Mistake(
            lambda X, y, alpha: _solved(X, y, 2 * alpha),
            "Twice as strong as it should be. Both terms have 1/2 in front, so both derivatives lose their 2.",
        ),
        "no-penalty": Mistake(
            lambda X, y, alpha: np.linalg.lstsq(np.hstack([np.ones((len(X), 1)), X]), y, rcond=None)[0],
            "These are the weights without a penalty: alpha is not used.",
        ),
        "strength-squared": Mistake(
            lambda X, y, alpha: _solved(X, y, alpha**2),
            "The strength is squared. Rows that are added to a least-squares problem carry its root.",
        ),
        "bias-last": Mistake(
            lambda X, y, alpha: np.roll(_augmented(X, y, alpha), -1),
            "All numbers are right; the bias should come first.",
        ),
        "mean-as-bias": Mistake(
            _mean_as_bias,
            "The mean of y is the bias only where the inputs have mean 0. These do not.",
        ),
    },
)


def _by_hand_rule(strengths: Array, accuracy: Array) -> Any:
    """Return the answer by plain Python, from the strongest penalty down."""
    rows = accuracy.tolist()
    best = max(rows, key=statistics.fmean)
    floor = statistics.fmean(best) - statistics.stdev(best) / math.sqrt(len(best))
    for strength, row in zip(strengths.tolist()[::-1], rows[::-1], strict=True):
        if statistics.fmean(row) >= floor:
            return np.float64(strength)
    raise AssertionError("the best one itself is not below the floor")


def _choice_cases() -> list[Case]:
    by_hand = np.array([[0.6, 0.6], [0.68, 0.76], [0.7, 0.7], [0.66, 0.68], [0.5, 0.5]])
    tested = np.array([0.001, 0.01, 0.1, 1.0, 10.0])
    text = "By hand, means 0.6, 0.72, 0.7, 0.67, 0.5, and a standard error of 0.04 for the best"
    cases = [Case(text, (tested, by_hand), np.float64(0.1))]
    rng = np.random.default_rng(1)
    for spread in (0.01, 0.03, 0.06, 0.1):
        strengths = 10.0 ** np.arange(-4, 3)
        means = 0.5 - 0.02 * (np.arange(7) - 2.6) ** 2 / 2
        accuracy = means[:, None] + spread * rng.normal(size=(7, 5))
        text = f"For 7 strengths and 5 seeds with a spread of {spread:g}"
        cases.append(Case(text, (strengths, accuracy), _by_hand_rule(strengths, accuracy)))
    return cases


def _rule(strengths: Array, accuracy: Array, errors: float = 1.0, ddof: int = 1, largest: bool = True) -> Any:
    means = accuracy.mean(axis=1)
    floor = means.max() - errors * accuracy[means.argmax()].std(ddof=ddof) / math.sqrt(accuracy.shape[1])
    good = strengths[means >= floor]
    return good.max() if largest else good.min()


CHOOSE_STRENGTH = FunctionExercise(
    name="regularization-8",
    call="choose_strength(strengths, accuracy)",
    cases=_choice_cases,
    right="Of all penalties that cannot be told from the best, the strongest.",
    hints=(
        "First the mean of each row, then the place of the best one.",
        "The standard error comes from the best row alone: std with ddof=1, over the root of the number of seeds.",
        "Compare all means with best mean minus standard error, and take the largest strength that passes.",
    ),
    mistakes={
        "best-mean": Mistake(
            lambda strengths, accuracy: strengths[accuracy.mean(axis=1).argmax()],
            "This is the strength of the best mean. A stronger one may be within its standard error.",
        ),
        "best-single": Mistake(
            lambda strengths, accuracy: strengths[accuracy.max(axis=1).argmax()],
            "You chose by the single best seed. That is luck: take means over the seeds.",
        ),
        "standard-deviation": Mistake(
            lambda strengths, accuracy: _rule(strengths, accuracy, math.sqrt(accuracy.shape[1])),
            "You allow a whole std. A mean of R seeds is known better than one seed: divide by the root of R.",
        ),
        "smallest": Mistake(
            lambda strengths, accuracy: _rule(strengths, accuracy, largest=False),
            "You return the smallest of the good ones. The rule takes the strongest penalty.",
        ),
        "place": Mistake(
            lambda strengths, accuracy: np.flatnonzero(strengths == _rule(strengths, accuracy))[0],
            "That is its position in the list. Return the strength itself.",
        ),
        "accuracy-returned": Mistake(
            lambda strengths, accuracy: accuracy.mean(axis=1)[strengths == _rule(strengths, accuracy)][0],
            "That is its accuracy. Return the strength.",
        ),
        "lowest-mean": Mistake(
            lambda strengths, accuracy: strengths[accuracy.mean(axis=1).argmin()],
            "You took the worst. These are accuracies, not losses.",
        ),
        "pooled": Mistake(
            lambda strengths, accuracy: strengths[
                accuracy.mean(axis=1) >= accuracy.mean(axis=1).max() - accuracy.std(ddof=1) / math.sqrt(accuracy.size)
            ].max(),
            "The std of all entries mixes the strengths. Take that of the seeds of the best strength.",
        ),
    },
)
