"""Inputs on a common scale: ``fit`` learns statistics from the training split, ``transform`` uses them on every split.

Names that end in an underscore are learned, as in scikit-learn. ``x`` is ``(N, D)``. Statistics are float64; the result
of ``transform`` has the type of its ``x``.
"""

from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from tipslib.arrays import Array, check_finite, check_int, floats


class Transformer:
    """What the transformers share: the mean and the checks of shapes. To write one, define ``learn`` and ``apply``.

    >>> class Centered(Transformer):
    ...     def learn(self, centered, mean): pass
    ...     def apply(self, centered): return centered
    >>> Centered().fit_transform([[1.0], [3.0]])
    array([[-1.],
           [ 1.]])
    """

    mean_: Array | None = None

    def fit(self, x: ArrayLike) -> Self:
        """Learn from ``x``, ``(N, D)``, and return ``self``; ``ValueError`` for another shape, NaN or infinity."""
        x = floats(x)
        if x.ndim != 2 or 0 in x.shape:
            raise ValueError(f"{type(self).__name__}.fit needs x of shape (N, D), neither of them 0, got {x.shape}.")
        if not np.isfinite(x).all():
            raise ValueError(f"{type(self).__name__}.fit needs finite x, got NaN or infinity.")
        mean = x.mean(axis=0, dtype=np.float64)
        self.learn(x - mean, mean)
        self.mean_ = mean
        return self

    def learn(self, centered: Array, mean: Array) -> None:
        """Learn from the centered examples, ``(N, D)`` float64, and the mean, ``(D,)``."""
        raise NotImplementedError(f"{type(self).__name__} must define learn(centered, mean).")

    def transform(self, x: ArrayLike) -> Array:
        """Return ``x``, ``(N, D)``, transformed by what was learned.

        Raises ``RuntimeError`` before ``fit``, ``ValueError`` for another number of features.
        """
        x = floats(x)
        return self.apply(x - self._mean(x, "D", None)).astype(x.dtype)

    def apply(self, centered: Array) -> Array:
        """Transform examples minus the learned mean, ``(N, D)`` float64."""
        raise NotImplementedError(f"{type(self).__name__} must define apply(centered).")

    def fit_transform(self, x: ArrayLike) -> Array:
        """Learn from ``x``, ``(N, D)``, and return it transformed."""
        return self.fit(x).transform(x)

    def _mean(self, x: Array, letter: str, width: int | None) -> Array:
        """Return the mean, if ``x`` has the right ``width``, D if None; raises ``RuntimeError`` or ``ValueError``."""
        if self.mean_ is None:
            raise RuntimeError(f"{type(self).__name__} needs fit(x) first.")
        width = len(self.mean_) if width is None else width
        if x.ndim != 2 or x.shape[1] != width:
            raise ValueError(f"{type(self).__name__} needs x of shape (N, {letter}), {letter}={width}, got {x.shape}.")
        return self.mean_


class Standardizer(Transformer):
    """Give each feature mean 0 and variance 1: (x - mean) / scale, as scikit-learn's ``StandardScaler`` does.

    Learns ``mean_``, ``var_`` (1/N) and ``scale_``, each ``(D,)``. The scale is the standard deviation, or 1 for a
    feature that is constant up to rounding, which becomes 0. Raises ``ValueError`` for bad shapes, ``RuntimeError``
    before ``fit``.

    >>> standardizer = Standardizer().fit([[1.0, 7.0], [5.0, 7.0]])
    >>> standardizer.scale_
    array([2., 1.])
    >>> standardizer.transform([[9.0, 8.0]])  # (9 - 3) / 2, 8 - 7
    array([[3., 1.]])
    """

    scale_: Array
    var_: Array

    def learn(self, centered: Array, mean: Array) -> None:
        self.var_ = (centered * centered).mean(axis=0)
        n, eps = len(centered), np.finfo(np.float64).eps
        constant = self.var_ <= n * eps * self.var_ + (n * eps * mean) ** 2  # its rounding error (Chan et al. 1983)
        self.scale_ = np.where(constant, 1.0, np.sqrt(self.var_))

    def apply(self, centered: Array) -> Array:
        return centered / self.scale_

    def inverse_transform(self, z: ArrayLike) -> Array:
        """Return z scale + mean, ``(N, D)``."""
        z = floats(z)
        mean = self._mean(z, "D", None)
        return (z * self.scale_ + mean).astype(z.dtype)


class PCA(Transformer):
    """Principal components: rotate, and keep the ``n_components`` directions of largest variance (Pearson 1901).

    Learns ``mean_`` ``(D,)``, ``components_`` ``(M, D)`` with orthonormal rows, the largest entry of each positive,
    ``explained_variance_`` (1/(N - 1)), ``explained_variance_ratio_`` (shares of all variance) and
    ``singular_values_``, each ``(M,)``, and ``n_components_`` = M; all as in scikit-learn. None means min(N, D). Raises
    ``ValueError`` for ``n_components`` outside 1 to min(N, D), N < 2 or bad shapes, ``RuntimeError`` before ``fit``.

    >>> pca = PCA(1).fit([[0.0, 0.0], [3.0, 4.0], [6.0, 8.0]])
    >>> pca.components_.round(6), pca.explained_variance_.round(6)
    (array([[0.6, 0.8]]), array([25.]))
    >>> pca.transform([[6.0, 8.0]]).round(6)  # 5 from the mean
    array([[5.]])
    """

    components_: Array
    explained_variance_: Array
    explained_variance_ratio_: Array
    singular_values_: Array
    n_components_: int

    def __init__(self, n_components: int | None = None) -> None:
        if n_components is not None:
            check_int("PCA needs n_components", n_components)
        self.n_components = n_components

    def learn(self, centered: Array, mean: Array) -> None:
        n, m = _at_least_two("PCA", centered), min(centered.shape)
        kept = m if self.n_components is None else self.n_components
        if kept > m:
            raise ValueError(f"PCA needs n_components <= min(N, D) = {m}, got {kept}.")
        _, s, rows = np.linalg.svd(centered, full_matrices=False)
        largest = np.take_along_axis(rows, abs(rows).argmax(axis=1, keepdims=True), axis=1)
        variance = s**2 / (n - 1)
        self.n_components_, self.singular_values_ = kept, s[:kept]
        self.components_ = (rows * np.sign(largest))[:kept]  # the sign of a direction is arbitrary: fix it
        self.explained_variance_ = variance[:kept]
        self.explained_variance_ratio_ = variance[:kept] / (variance.sum() or 1.0)

    def apply(self, centered: Array) -> Array:
        return centered @ self.components_.T

    def inverse_transform(self, z: ArrayLike) -> Array:
        """Return z components + mean, ``(N, M)`` to ``(N, D)``: the nearest points in the span of the M directions."""
        z = floats(z)
        mean = self._mean(z, "M", getattr(self, "n_components_", None))
        return (z @ self.components_ + mean).astype(z.dtype)


class ZCAWhitening(Transformer):
    """Rotate, scale each direction to variance 1, rotate back: the whitening nearest to x (Bell & Sejnowski 1997).

    z = (x - mean) U diag(1 / sqrt(lambda + eps)) U^T, from the covariance U diag(lambda) U^T (1/(N - 1)). ``eps`` keeps
    directions without variance from blowing up. Learns ``mean_`` ``(D,)`` and ``components_`` ``(D, D)``, the symmetric
    matrix. Raises ``ValueError`` unless eps is finite and >= 0, for N < 2 or bad shapes, ``RuntimeError`` before
    ``fit``.

    >>> ZCAWhitening(eps=0.0).fit_transform([[-1.0, -3.0], [-1.0, 3.0], [1.0, -3.0], [1.0, 3.0]]).round(4)
    array([[-0.866, -0.866],
           [-0.866,  0.866],
           [ 0.866, -0.866],
           [ 0.866,  0.866]])
    """

    components_: Array

    def __init__(self, eps: float = 1e-5) -> None:
        check_finite("ZCAWhitening needs eps", eps)
        self.eps = eps

    def learn(self, centered: Array, mean: Array) -> None:
        n = _at_least_two("ZCAWhitening", centered)
        variance, U = np.linalg.eigh(centered.T @ centered / (n - 1))
        variance[variance <= len(variance) * np.finfo(np.float64).eps * variance.max()] = 0.0  # rounding errors
        if not (variance + self.eps > 0).all():
            raise ValueError("ZCAWhitening needs eps > 0, because a direction of x has no variance, got eps=0.0.")
        self.components_ = (U / np.sqrt(variance + self.eps)) @ U.T

    def apply(self, centered: Array) -> Array:
        return centered @ self.components_


def _at_least_two(name: str, x: Array) -> int:
    if len(x) < 2:
        raise ValueError(f"{name} needs 2 or more examples to fit, got {len(x)}.")
    return len(x)
