"""Exercises 6 and 7: the mean that dropout computes, and the ridge regression that it amounts to in a linear model."""

from typing import Any

import numpy as np

from tipsbook.exercises.dropout.enumeration import every_mask
from tipsbook.grading.exercise import Case, FunctionExercise, Mistake
from tipslib.arrays import Array
from tipslib.losses import softmax


def _probabilities(h: Array, W: Array, b: Array, p: float) -> tuple[Array, Array]:
    """Return the class probabilities under each mask, (2^n, K), and the masks' shares."""
    masks, shares = every_mask(len(h), p)
    return softmax((h * masks) @ W + b), shares


def _geometric_cases() -> list[Case]:
    text = "By hand, h = [1], W = [[log 81, 0]], b = [0, 0], p = 0.5: odds of 1 and of 81"
    by_hand = np.ones(1), np.array([[np.log(81.0), 0.0]]), np.zeros(2), 0.5
    cases = [Case(text, by_hand, np.array([0.9, 0.1]))]
    rng = np.random.default_rng(0)
    for n, k, p in ((4, 3, 0.2), (6, 4, 0.6)):
        h, W, b = rng.normal(size=n), rng.normal(size=(n, k)), rng.normal(size=k)
        text = f"For {n} units, {k} classes and p = {p}, compared with all {2**n} masks"
        cases.append(Case(text, (h, W, b, p), _geometric(h, W, b, every_mask(n, p)[1])))
    return cases


def _geometric(h: Array, W: Array, b: Array, shares_of: Any) -> Array:
    """Return the normalized geometric mean over all masks, each with the weight given."""
    found, _ = _probabilities(h, W, b, 0.5)
    q = np.exp(shares_of @ np.log(found))
    return np.asarray(q / q.sum())


def _arithmetic(h: Array, W: Array, b: Array, p: float) -> Array:
    found, shares = _probabilities(h, W, b, p)
    return np.asarray(shares @ found)


def _not_normalized(h: Array, W: Array, b: Array, p: float) -> Array:
    found, shares = _probabilities(h, W, b, p)
    return np.asarray(np.exp(shares @ np.log(found)))


GEOMETRIC = FunctionExercise(
    name="dropout-6",
    call="mean_over_masks(h, W, b, p)",
    cases=_geometric_cases,
    right="All 2ⁿ thinned networks in one pass of a network with scaled weights, exactly, because softmax is last.",
    hints=(
        "A mask with m units dropped has the probability p^m (1 - p)^(n - m). These are the weights of the mean.",
        "The logarithm of a geometric mean is the weighted mean of the logarithms.",
        "Divide by the sum at the end: a geometric mean of probabilities does not add up to 1 by itself.",
    ),
    mistakes={
        "arithmetic": Mistake(
            _arithmetic, "This is the arithmetic mean of the probabilities. Take the mean of their logarithms instead."
        ),
        "not-normalized": Mistake(
            _not_normalized, "The geometric mean is right, and it does not add up to 1. Divide by its sum."
        ),
        "all-masks-alike": Mistake(
            lambda h, W, b, p: _geometric(h, W, b, every_mask(len(h), 0.5)[1]),
            "Your answer does not depend on p: units are dropped as often as kept. That holds for p = 0.5 alone.",
        ),
        "keep-for-drop": Mistake(
            lambda h, W, b, p: _geometric(h, W, b, every_mask(len(h), 1 - p)[1]),
            "p and 1 - p are swapped. p is the probability to drop: a unit is there with probability 1 - p.",
        ),
        "bias-too": Mistake(
            lambda h, W, b, p: softmax((1 - p) * (h @ W + b)),
            "You scale the biases with the weights. A bias is in every thinned network: leave it whole.",
        ),
        "not-scaled": Mistake(
            lambda h, W, b, p: softmax(h @ W + b),
            "This is the full network for every p. Either nothing was scaled, or the masks were divided by 1 - p, as "
            "in the inverted form. Here a unit is there in a share 1 - p of the steps, and nothing makes up for it.",
        ),
        "no-bias": Mistake(
            lambda h, W, b, p: softmax((1 - p) * h @ W),
            "The biases are missing. They are in every thinned network: add them, whole.",
        ),
        "alike-and-arithmetic": Mistake(
            lambda h, W, b, p: _arithmetic(h, W, b, 0.5),
            "Two things: the masks must count by their probabilities, and the mean is that of the logarithms.",
        ),
        "logits": Mistake(
            lambda h, W, b, p: h @ W * (1 - p) + b,
            "These are the mean logits. The exercise asks for probabilities: one step is missing.",
        ),
        "logarithms": Mistake(
            lambda h, W, b, p: np.log(_not_normalized(h, W, b, p)),
            "These are the mean logarithms. Two steps are missing: exponentials, and division by their sum.",
        ),
        "alike-not-normalized": Mistake(
            lambda h, W, b, p: _not_normalized(h, W, b, 0.5),
            "Two things: the masks must count by their probabilities, and the result must be divided by its sum.",
        ),
        "logarithm-of-it": Mistake(
            lambda h, W, b, p: np.log(_geometric(h, W, b, every_mask(len(h), p)[1])),
            "This is the logarithm of the right answer. Return the probabilities.",
        ),
    },
)


def _least_squares(X: Array, y: Array, p: float) -> Array:
    """Return the weights with the least expected error: least squares on the data as every mask shows them."""
    masks, shares = every_mask(X.shape[1], p)
    seen = [np.sqrt(share) * X * mask / (1 - p) for mask, share in zip(masks, shares, strict=True)]
    wanted = [np.sqrt(share) * y for share in shares]
    return np.linalg.lstsq(np.concatenate(seen), np.concatenate(wanted), rcond=None)[0]


def _ridge_cases() -> list[Case]:
    by_hand = np.array([[1.0], [2.0]]), np.array([2.0, 4.0]), 0.5  # 10 / (5 + 5)
    cases = [Case("By hand, X = [[1], [2]], y = [2, 4], p = 0.5", by_hand, np.array([1.0]))]
    rng = np.random.default_rng(0)
    for n, p in ((3, 0.2), (5, 0.7)):
        X = rng.normal(size=(20, n)) * np.arange(1, n + 1)
        y = X @ rng.normal(size=n) + rng.normal(size=20)
        text = f"For X (20, {n}) and p = {p}, compared with least squares over all masks"
        cases.append(Case(text, (X, y, p), _least_squares(X, y, p)))
    return cases


def _solve(X: Array, y: Array, penalty: Any) -> Array:
    return np.linalg.solve(X.T @ X + penalty, X.T @ y)


def _squares(X: Array) -> Array:
    return np.diag((X**2).sum(axis=0))


RIDGE = FunctionExercise(
    name="dropout-7",
    call="dropout_ridge(X, y, p)",
    cases=_ridge_cases,
    right="Dropout on the inputs of a linear model is a ridge whose strength knows the size of each input.",
    hints=(
        "Set the gradient of the expected error to zero. It is linear in w.",
        "The penalty on w_j is p / (1 - p) times the sum of the squares in column j of X: a diagonal matrix.",
        "`np.linalg.solve(A, b)` solves A w = b. `np.diag` of a vector is a diagonal matrix.",
    ),
    mistakes={
        "least-squares": Mistake(
            lambda X, y, p: _solve(X, y, 0.0), "This is least squares without dropout. The penalty is missing."
        ),
        "one-strength": Mistake(
            lambda X, y, p: _solve(X, y, p / (1 - p) * np.eye(X.shape[1])),
            "You penalize all weights alike. Noise on a large input does more harm: use the squares of its column.",
        ),
        "p-alone": Mistake(
            lambda X, y, p: _solve(X, y, p * _squares(X)),
            "The strength is p. A kept input is scaled by 1 / (1 - p), which makes the noise larger: p / (1 - p).",
        ),
        "vanilla-weights": Mistake(
            lambda X, y, p: _solve(X, y, p / (1 - p) * _squares(X)) / (1 - p),
            "These are the weights for vanilla dropout, 1 / (1 - p) times larger. The equation has the inverted form.",
        ),
        "root-of-squares": Mistake(
            lambda X, y, p: _solve(X, y, p / (1 - p) * np.sqrt(_squares(X))),
            "Your penalty has the norms of the columns. A variance has squares: leave out the root.",
        ),
        "vanilla": Mistake(
            lambda X, y, p: _solve(X, y, p * (1 - p) * _squares(X)),
            "p (1 - p) is the variance of a mask. The inverted form divides by 1 - p, its variance by (1 - p)².",
        ),
        "turned-round": Mistake(
            lambda X, y, p: _solve(X, y, (1 - p) / p * _squares(X)),
            "You have (1 - p) / p: dropping more would penalize less.",
        ),
        "mean-square": Mistake(
            lambda X, y, p: _solve(X, y, p / (1 - p) * _squares(X) / len(X)),
            "Your penalty uses the mean of the squares, your XᵀX their sum. Use the sum in both, or the mean in both.",
        ),
        "whole-matrix": Mistake(
            lambda X, y, p: _solve(X, y, p / (1 - p) * X.T @ X),
            "This is 1 - p times least squares, right only where inputs are not correlated. Inputs are dropped one by "
            "one, so the penalty has the diagonal of XᵀX alone, not all of it.",
        ),
        "scaled-at-the-end": Mistake(
            lambda X, y, p: _solve(X, y, p / (1 - p) * _squares(X)) * (1 - p),
            "The right weights, multiplied by 1 - p. The inverted form scales in training: leave them as they are.",
        ),
        "all-squares": Mistake(
            lambda X, y, p: _solve(X, y, p / (1 - p) * (X**2).sum() * np.eye(X.shape[1])),
            "Your penalty adds up the squares of all of X. Each weight has the squares of its own column alone.",
        ),
    },
)
