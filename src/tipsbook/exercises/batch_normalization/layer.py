"""Exercises 4 and 5: the layer in training, forward and backward."""

from functools import partial
from statistics import fmean, pvariance
from typing import Any

import numpy as np

from tipsbook.grading.exercise import Case, FunctionExercise, Mistake
from tipslib.arrays import Array
from tipslib.gradcheck import numerical_gradient


def _normalized(z: Array, eps: float) -> Any:
    return (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + eps)


def _unit(z: list[float], gamma: float, beta: float, eps: float) -> list[float]:
    """Normalize the numbers of one unit one by one."""
    mean, scale = fmean(z), (pvariance(z) + eps) ** 0.5
    return [gamma * (value - mean) / scale + beta for value in z]


def _columns(z: Array, gamma: Array, beta: Array, eps: float) -> Any:
    return np.transpose([_unit(u.tolist(), a, b, eps) for u, a, b in zip(z.T, gamma, beta, strict=True)])


def _forward_cases() -> list[Case]:
    by_hand = np.array([[1.0], [3.0]]), np.array([4.0]), np.array([10.0]), 3.0
    cases = [
        Case("By hand, z = [[1], [3]], gamma = [4], beta = [10], eps = 3", by_hand, np.array([[8.0], [12.0]])),
    ]
    rng = np.random.default_rng(0)
    for (n, m), eps in [((5, 3), 0.5), ((4, 4), 1e-5)]:
        args = rng.normal(2.0, 1.5, size=(n, m)), rng.normal(size=m), rng.normal(size=m), eps
        cases.append(Case(f"For z {(n, m)}, eps = {eps:g}", args, _columns(*args)))
    return cases


FORWARD = FunctionExercise(
    name="batch-normalization-4",
    call="normalize(z, gamma, beta, eps)",
    cases=_forward_cases,
    right="Mean beta and std |gamma| for every unit, whatever the weights below do.",
    hints=(
        "Rows are images, columns are units. A unit is compared with itself, over the images: which axis is that?",
        "Three steps: subtract the mean, divide by the root of variance plus eps, then scale and shift.",
        "gamma and beta, shape (M,), broadcast over the rows by themselves.",
    ),
    mistakes={
        "corrected-variance": Mistake(
            lambda z, gamma, beta, eps: gamma * (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0, ddof=1) + eps) + beta,
            "You divide by N - 1 in the variance. In training it is the batch's own spread, with N.",
        ),
        "eps-outside": Mistake(
            lambda z, gamma, beta, eps: gamma * (z - z.mean(axis=0)) / (z.std(axis=0) + eps) + beta,
            "eps belongs under the root, with the variance; you add it to the std.",
        ),
        "variance-for-std": Mistake(
            lambda z, gamma, beta, eps: gamma * (z - z.mean(axis=0)) / (z.var(axis=0) + eps) + beta,
            "You divide by the variance. Its root has the units of z.",
        ),
        "not-given-back": Mistake(
            lambda z, gamma, beta, eps: _normalized(z, eps),
            "Normalized, but not given back: gamma and beta are missing.",
        ),
        "over-the-units": Mistake(
            lambda z, gamma, beta, eps: (
                gamma * (z - z.mean(axis=1, keepdims=True)) / np.sqrt(z.var(axis=1, keepdims=True) + eps) + beta
            ),
            "You normalize each image over its units, axis 1: that is layer normalization. The batch is axis 0.",
        ),
        "pooled": Mistake(
            lambda z, gamma, beta, eps: gamma * (z - z.mean()) / np.sqrt(z.var() + eps) + beta,
            "You take one mean for the whole matrix. Each unit has its own: M means, M variances.",
        ),
        "beta-scaled": Mistake(
            lambda z, gamma, beta, eps: gamma * (_normalized(z, eps) + beta),
            "You multiply beta by gamma as well. First scale, then shift.",
        ),
    },
)


def _felt_above(g: Array, gamma: Array, eps: float, z: Array) -> Any:
    """Return a number whose gradient in z is the answer."""
    return (g * gamma * _normalized(z, eps)).sum()


def _backward_cases() -> list[Case]:
    g, z = np.array([[1.0], [0.0], [0.0], [0.0]]), np.array([[0.0], [0.0], [3.0], [3.0]])
    text = "By hand, g = [[1], [0], [0], [0]], z = [[0], [0], [3], [3]], gamma = [3], eps = 0"
    cases = [Case(text, (g, z, np.array([3.0]), 0.0), np.array([[1.0], [-1.0], [0.0], [0.0]]))]
    rng = np.random.default_rng(1)
    for n, m, eps in [(5, 3, 0.5), (3, 3, 1e-3)]:
        g, z, gamma = rng.normal(size=(n, m)), rng.normal(1.0, 2.0, size=(n, m)), rng.normal(size=m)
        expected = numerical_gradient(partial(_felt_above, g, gamma, eps), z)
        cases.append(Case(f"For z {(n, m)}, eps = {eps:g}, compared with differences", (g, z, gamma, eps), expected))
    return cases


def _back(
    g: Array, z: Array, gamma: Array, eps: float, *, mean: float = 1, along: float = 1, eps_too: bool = True
) -> Any:
    """Go back as in the equation, with factors for its two sums."""
    z_hat, s = _normalized(z, eps if eps_too else 0.0), np.sqrt(z.var(axis=0) + (eps if eps_too else 0.0))
    return gamma / s * (g - mean * g.mean(axis=0) - along * z_hat * (g * z_hat).mean(axis=0))


BACKWARD = FunctionExercise(
    name="batch-normalization-5",
    call="normalize_backward(g, z, gamma, eps)",
    cases=_backward_cases,
    right="It sums to 0 over the batch: shifting all z of a unit changes nothing, so no gradient asks for it.",
    hints=(
        "One z moves its own normalized value, and through the mean and the std those of all other images.",
        "Three terms: g, its mean over the batch, and z_hat times the mean of g * z_hat.",
        "The whole bracket is multiplied by gamma and divided by the root of variance plus eps.",
    ),
    mistakes={
        "as-constants": Mistake(
            partial(_back, mean=0, along=0),
            "You treat mean and variance as constants. Both depend on every z of the batch.",
        ),
        "std-as-constant": Mistake(
            partial(_back, along=0), "The path through the mean is there; the path through the std is missing."
        ),
        "mean-as-constant": Mistake(
            partial(_back, mean=0), "The path through the std is there; the path through the mean is missing."
        ),
        "without-gamma": Mistake(
            lambda g, z, gamma, eps: _back(g, z, np.ones_like(gamma), eps),
            "gamma is missing: it multiplies the gradient on the way from y back to the normalized value.",
        ),
        "sums-for-means": Mistake(
            lambda g, z, gamma, eps: _back(g, z, gamma, eps, mean=len(z), along=len(z)),
            "You subtract sums over the batch. The factor 1/N is missing in both.",
        ),
        "wrong-sign": Mistake(
            partial(_back, along=-1), "The sign of the last term: growing z makes the std grow, and that shrinks z_hat."
        ),
        "not-divided": Mistake(
            lambda g, z, gamma, eps: _back(g, z, gamma * np.sqrt(z.var(axis=0) + eps), eps),
            "The division by the std is missing: z_hat changes by 1/s when z changes by 1.",
        ),
    },
)
