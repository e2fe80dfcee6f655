"""How good predictions are: numbers to report, where a loss is a number to minimize.

Like the losses, each takes logits ``(..., N, K)`` and integer labels ``(..., N)``, or ``(N,)`` shared by all runs.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from tipslib.arrays import Array, check_int, check_labels, float_if_single, floats


def _checked(logits: ArrayLike, labels: ArrayLike) -> tuple[Array, Array]:
    """Return both as arrays, the labels with an axis of runs where the logits have one."""
    logits, labels = floats(logits), np.asarray(labels)
    if logits.ndim < 2 or 0 in logits.shape:
        raise ValueError(f"logits must have shape (N, K) or (R, N, K), none of them 0, got {logits.shape}.")
    check_labels(labels, logits.shape)
    k = logits.shape[-1]
    if labels.min() < 0 or labels.max() >= k:
        raise ValueError(f"labels must be from 0 to {k - 1}, got {labels.min()} to {labels.max()}.")
    return logits, np.broadcast_to(labels, logits.shape[:-1])


def accuracy(logits: ArrayLike, labels: ArrayLike) -> Any:
    """Return the share of examples, in [0, 1], whose largest logit is that of the label; the first one wins a tie.

    ``logits`` ``(..., N, K)``, ``labels`` ``(..., N)``; a float, or ``(R,)`` with runs. Raises ``ValueError`` for
    labels of another type, shape or range.

    >>> accuracy([[2.0, 1.0], [0.0, 1.0], [5.0, 3.0]], [0, 1, 1])  # two of three
    0.6666666666666666
    """
    logits, labels = _checked(logits, labels)
    return float_if_single((logits.argmax(axis=-1) == labels).mean(axis=-1))


def confusion_matrix(logits: ArrayLike, labels: ArrayLike) -> Array:
    """Return counts ``(K, K)``, or ``(R, K, K)`` with runs, int64: row the label, column the class with the top logit.

    ``logits`` ``(..., N, K)``, ``labels`` ``(..., N)``; scikit-learn's order. Raises ``ValueError`` for labels of
    another type, shape or range.

    >>> confusion_matrix([[2.0, 1.0], [0.0, 1.0], [5.0, 3.0]], [0, 1, 1])
    array([[1, 0],
           [1, 1]])
    """
    logits, labels = _checked(logits, labels)
    k = logits.shape[-1]
    runs = np.arange(logits[..., 0, 0].size).reshape(*logits.shape[:-2], 1)
    cells = (runs * k + labels) * k + logits.argmax(axis=-1)
    counts = np.bincount(cells.ravel(), minlength=k * k * runs.size)
    return counts.astype(np.int64).reshape(*logits.shape[:-2], k, k)


def calibration_error(logits: ArrayLike, labels: ArrayLike, *, bins: int = 15) -> Any:
    """Return the expected calibration error, in [0, 1] (Guo et al. 2017, equation 3).

    It is 0 if predictions with confidence p, the largest softmax probability, are right in a share p of the cases.
    Examples are sorted by confidence into ``bins`` equal bins ((m - 1) / M, m / M]; the error is the mean over the
    examples of their bin's |accuracy - mean confidence|. ``logits`` ``(..., N, K)``, ``labels``
    ``(..., N)``; a float, or ``(R,)`` with runs. Raises ``ValueError`` for labels of another type, shape or range, and
    unless bins >= 1.

    >>> round(calibration_error([[np.log(3.0), 0.0]] * 2, [0, 1]), 6)  # confidence 3/4, accuracy 1/2
    0.25
    """
    check_int("calibration_error needs bins", bins)
    logits, labels = _checked(logits, labels)
    z = logits - logits.max(axis=-1, keepdims=True)
    confidence = 1 / np.exp(z).sum(axis=-1)  # the largest entry of exp(z) is 1
    gap = (logits.argmax(axis=-1) == labels) - confidence
    m = np.ceil(confidence * bins).astype(np.int64)
    n = m.shape[-1]
    runs = zip(m.reshape(-1, n), gap.reshape(-1, n), strict=True)
    errors = [abs(np.bincount(own, weights=row)).sum() / n for own, row in runs]
    return float_if_single(np.reshape(errors, logits.shape[:-2]))
