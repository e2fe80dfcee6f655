"""How wrong an output is: each loss returns ``(value, gradient)``; and the softmax.

The value is a mean over the batch, in nats for the two cross-entropies: a float for ``(N, K)``, an array ``(R,)`` for
``(R, N, K)``. The gradient is that of the value with respect to the network's output, with the output's shape.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from tipslib.arrays import Array, check_labels, check_shape, float_if_single, floats

Loss: TypeAlias = Callable[[Array, Array], tuple[Any, Array]]


def _exponentials(z: Array, axis: int) -> tuple[Array, Array]:
    """Subtract the largest entry along ``axis`` from ``z`` in place; return exp(z) and its sum along ``axis``.

    The shift leaves the softmax as it is and keeps exp from overflowing.
    """
    z -= z.max(axis=axis, keepdims=True)
    e = np.exp(z)
    return e, e.sum(axis=axis, keepdims=True)


def softmax(logits: ArrayLike) -> Array:
    """Return exp(z) / sum exp(z) over the classes, of the shape of ``logits``, ``(..., N, K)``.

    >>> softmax([[0.0, 0.0]])
    array([[0.5, 0.5]])
    """
    e, total = _exponentials(floats(logits).copy(), axis=-1)
    return e / total


def _one_hot(labels: Array, k: int, dtype: np.dtype[Any]) -> Array:
    """Return ``(K, ..., N)``: 1 at each label, 0 elsewhere."""
    hits = labels == np.arange(k).reshape(k, *[1] * labels.ndim)
    if np.count_nonzero(hits) != labels.size:
        raise ValueError(f"labels must be from 0 to {k - 1}, got {labels.min()} to {labels.max()}.")
    return hits.astype(dtype)


def softmax_cross_entropy(logits: ArrayLike, labels: ArrayLike, *, smoothing: float = 0.0) -> tuple[Any, Array]:
    """Return the mean of -log softmax(logits)[label], in nats, and its gradient (p - target) / N.

    ``logits`` are ``(..., N, K)``, ``labels`` integers ``(..., N)`` from 0 to K - 1, or ``(N,)`` shared by all runs.
    With ``smoothing`` s the target is (1 - s) at the label plus s / K everywhere (Szegedy et al. 2016, section 7).
    Raises ``ValueError`` for labels of another type, shape or range, and for s outside [0, 1].

    >>> value, gradient = softmax_cross_entropy([[0.0, 0.0]], [1])  # log 2, then p = (1/2, 1/2)
    >>> round(value, 4), gradient
    (0.6931, array([[ 0.5, -0.5]]))
    """
    logits, labels = floats(logits), np.asarray(labels)
    if logits.ndim < 2:
        raise ValueError(f"logits must have shape (N, K) or (R, N, K), got {logits.shape}.")
    check_labels(labels, logits.shape)
    if not 0 <= smoothing <= 1:
        raise ValueError(f"smoothing must be in [0, 1], got {smoothing}.")
    n, k = logits.shape[-2:]
    z = logits.transpose(-1, *range(logits.ndim - 1)).copy()  # (K, ..., N): NumPy reduces the first axis fastest
    p, total = _exponentials(z, axis=0)
    target = _one_hot(labels if labels.ndim == z.ndim - 1 else np.broadcast_to(labels, z.shape[1:]), k, z.dtype)
    if smoothing:
        target = (1 - smoothing) * target + smoothing / k
    value = (np.log(total[0]).sum(axis=-1) - (target * z).sum(axis=(0, -1))) / n
    p /= total
    p -= target
    p /= n
    return float_if_single(value), p.transpose(*range(1, p.ndim), 0)


def mean_squared_error(outputs: ArrayLike, targets: ArrayLike) -> tuple[Any, Array]:
    """Return the mean of (outputs - targets)^2 over all N * K entries, without a factor 1/2, and its gradient.

    Both are ``(..., N, K)``; targets ``(N, K)`` are shared by all runs. Raises ``ValueError`` for other shapes.

    >>> mean_squared_error([[1.0, 3.0]], [[0.0, 1.0]])  # (1 + 4) / 2, then 2 * (1, 2) / 2
    (2.5, array([[1., 2.]]))
    """
    outputs, targets = _pair("outputs", outputs, targets)
    error = outputs - targets
    entries = outputs.shape[-2] * outputs.shape[-1]
    return float_if_single((error * error).mean(axis=(-2, -1))), error * (2 / entries)


def binary_cross_entropy(logits: ArrayLike, targets: ArrayLike) -> tuple[Any, Array]:
    """Return the mean over all N * K entries of log(1 + exp(z)) - t z, in nats, and its gradient (sigmoid(z) - t) / NK.

    This is -t log p - (1 - t) log(1 - p) with p = sigmoid(z), in a form that cannot overflow. ``logits`` and
    ``targets`` (shares in [0, 1]) are ``(..., N, K)``; targets ``(N, K)`` are shared by all runs. Raises ``ValueError``
    for other shapes, and for targets outside [0, 1].

    >>> value, gradient = binary_cross_entropy([[0.0]], [[1.0]])  # log 2, then 1/2 - 1
    >>> round(value, 4), gradient
    (0.6931, array([[-0.5]]))
    """
    logits, targets = _pair("logits", logits, targets)
    if targets.size and not (targets.min() >= 0 and targets.max() <= 1):
        raise ValueError(f"targets must be in [0, 1], got {targets.min()} to {targets.max()}.")
    entries = logits.shape[-2] * logits.shape[-1]
    value = (np.logaddexp(logits.dtype.type(0), logits) - targets * logits).mean(axis=(-2, -1))
    return float_if_single(value), (0.5 * np.tanh(0.5 * logits) + 0.5 - targets) / entries


def _pair(name: str, outputs: ArrayLike, targets: ArrayLike) -> tuple[Array, Array]:
    """Return both as floats of the outputs' type; raises ``ValueError`` where their shapes do not fit."""
    outputs = floats(outputs)
    if outputs.ndim < 2:
        raise ValueError(f"{name} must have shape (N, K) or (R, N, K), got {outputs.shape}.")
    targets = np.asarray(targets, outputs.dtype)
    check_shape("targets", targets, outputs.shape)
    return outputs, targets
