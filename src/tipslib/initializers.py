"""First values of the weights: functions of ``(shape, rng)`` that return a float64 array.

A sum of n_in terms has n_in times the variance of one term, so almost all of them divide a variance by a fan: the
number of inputs of a unit, or the mean of its inputs and outputs. ``variance_scaling`` does that for all of them.
"""

import math
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from typing import TypeAlias

import numpy as np

from tipslib.arrays import Array, check_finite

Shape: TypeAlias = tuple[int, ...]
Initializer: TypeAlias = Callable[[Shape, np.random.Generator], Array]


def fans(shape: Shape) -> tuple[int, int]:
    """Return how many inputs feed a unit, and how many units an input feeds: ``(fan_in, fan_out)``.

    ``shape`` is ``(n_in, n_out)``, or ``(*kernel, n_in, n_out)`` for a convolution, where every position of the kernel
    counts. Raises ``ValueError`` for fewer than two axes.

    >>> fans((64, 10)), fans((3, 3, 16, 32))
    ((64, 10), (144, 288))
    """
    if len(shape) < 2:
        raise ValueError(f"fans needs a shape (*kernel, n_in, n_out), got {shape}.")
    kernel = math.prod(shape[:-2])
    return kernel * shape[-2], kernel * shape[-1]


def fan_in(shape: Shape) -> float:
    """Return the number of inputs of a unit.

    >>> fan_in((64, 10))
    64
    """
    return fans(shape)[0]


def fan_mean(shape: Shape) -> float:
    """Return the mean of inputs and outputs, the compromise of Glorot & Bengio 2010.

    >>> fan_mean((64, 10))
    37.0
    """
    return sum(fans(shape)) / 2


@dataclass(frozen=True)
class constant:
    """Fill with ``value``.

    >>> constant(2.0)((1, 3), np.random.default_rng(0))
    array([[2., 2., 2.]])
    """

    value: float

    def __call__(self, shape: Shape, rng: np.random.Generator) -> Array:
        return np.full(shape, self.value, np.float64)


def zeros(shape: Shape, rng: np.random.Generator) -> Array:
    """Return zeros: right for biases; with weights of zero the units of a layer would all stay the same.

    >>> zeros((1, 2), np.random.default_rng(0))
    array([[0., 0.]])
    """
    return np.zeros(shape)


@dataclass(frozen=True)
class normal:
    """Draw from N(0, std^2). Raises ``ValueError`` unless ``std`` is finite and >= 0.

    >>> normal(0.0)((1, 2), np.random.default_rng(0))
    array([[0., 0.]])
    """

    std: float

    def __post_init__(self) -> None:
        check_finite("normal needs std", self.std)

    def __call__(self, shape: Shape, rng: np.random.Generator) -> Array:
        return rng.normal(0.0, self.std, shape)


@dataclass(frozen=True)
class variance_scaling:
    """Draw with mean 0 and standard deviation ``gain / sqrt(fan(shape))``, normal or uniform.

    The normal draw is not truncated (Keras truncates at two standard deviations). Raises ``ValueError`` unless ``gain``
    is finite and >= 0.

    >>> draw = variance_scaling(4.0, uniform=True)((3, 1000), np.random.default_rng(0))
    >>> bool(abs(draw).max() <= 4.0)  # sqrt(3) * 4 / sqrt(3)
    True
    """

    gain: float = 1.0
    _: KW_ONLY
    fan: Callable[[Shape], float] = fan_in
    uniform: bool = False

    def __post_init__(self) -> None:
        check_finite("variance_scaling needs gain", self.gain)

    def __call__(self, shape: Shape, rng: np.random.Generator) -> Array:
        std = self.gain / math.sqrt(self.fan(shape))
        if self.uniform:
            limit = math.sqrt(3) * std  # the variance of a uniform draw from [-a, a] is a^2 / 3
            return rng.uniform(-limit, limit, shape)
        return rng.normal(0.0, std, shape)


def lecun_normal(shape: Shape, rng: np.random.Generator) -> Array:
    """Draw from N(0, 1 / fan_in) (LeCun et al. 1998, equation 16); many notes call this one "Xavier".

    >>> lecun_normal((4, 3), np.random.default_rng(0)).shape
    (4, 3)
    """
    return variance_scaling()(shape, rng)


def glorot_normal(shape: Shape, rng: np.random.Generator) -> Array:
    """Draw from N(0, 2 / (fan_in + fan_out)) (Glorot & Bengio 2010, equation 12).

    >>> glorot_normal((4, 3), np.random.default_rng(0)).shape
    (4, 3)
    """
    return variance_scaling(fan=fan_mean)(shape, rng)


def glorot_uniform(shape: Shape, rng: np.random.Generator) -> Array:
    """Draw uniformly with limit sqrt(6 / (fan_in + fan_out)) (Glorot & Bengio 2010, equation 16).

    >>> bool(abs(glorot_uniform((4, 2), np.random.default_rng(0))).max() <= 1)  # sqrt(6 / 6)
    True
    """
    return variance_scaling(fan=fan_mean, uniform=True)(shape, rng)


def he_normal(shape: Shape, rng: np.random.Generator) -> Array:
    """Draw from N(0, 2 / fan_in) (He et al. 2015, equation 10).

    >>> he_normal((4, 3), np.random.default_rng(0)).shape
    (4, 3)
    """
    return variance_scaling(math.sqrt(2))(shape, rng)


def he_uniform(shape: Shape, rng: np.random.Generator) -> Array:
    """Draw uniformly with limit sqrt(6 / fan_in), the variance of ``he_normal``.

    >>> bool(abs(he_uniform((6, 5), np.random.default_rng(0))).max() <= 1)  # sqrt(6 / 6)
    True
    """
    return variance_scaling(math.sqrt(2), uniform=True)(shape, rng)


@dataclass(frozen=True)
class orthogonal:
    """Draw ``gain`` times a matrix with orthonormal columns, or rows if it is wide.

    Uniform over such matrices (Saxe et al. 2014). Kernels are flattened to ``(fan_in, n_out)``. Raises ``ValueError``
    unless ``gain`` is finite and >= 0.

    >>> W = orthogonal(2.0)((3, 3), np.random.default_rng(0))
    >>> np.allclose(W.T @ W, 4 * np.eye(3))
    True
    """

    gain: float = 1.0

    def __post_init__(self) -> None:
        check_finite("orthogonal needs gain", self.gain)

    def __call__(self, shape: Shape, rng: np.random.Generator) -> Array:
        rows, columns = fans(shape)[0], shape[-1]
        q, r = np.linalg.qr(rng.normal(size=(max(rows, columns), min(rows, columns))))
        q = q * np.sign(np.diag(r))  # makes the draw uniform over all orthogonal matrices (Mezzadri 2007)
        return self.gain * (q if rows >= columns else q.T).reshape(shape)
