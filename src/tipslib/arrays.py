"""What an array is here, and the checks whose messages say what was expected and what was received.

Letters in shapes: N examples, D features, M units, K classes, R runs, P parameters. An ellipsis, as in ``(..., N, D)``,
stands for no axis or for one leading axis of runs.
"""

from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array: TypeAlias = NDArray[Any]


def floats(values: ArrayLike) -> Array:
    """Return ``values``, of any shape, as an array of floats: float arrays as they are, anything else as float64.

    >>> floats([1, 2])
    array([1., 2.])
    >>> floats(np.float32([1, 2])).dtype
    dtype('float32')
    """
    array = np.asarray(values)
    return array if array.dtype.kind == "f" else array.astype(np.float64)


def transpose(a: Array) -> Array:
    """Swap the last two axes: ``(..., N, D)`` to ``(..., D, N)``, a view.

    >>> transpose(np.zeros((5, 3, 2))).shape
    (5, 2, 3)
    """
    return a.swapaxes(-1, -2)


def batch_sum(x: Array) -> Array:
    """Return the sum over the examples as a row: ``(..., N, D)`` to ``(..., 1, D)``.

    Written as a matrix product with ones, because the BLAS adds faster than ``sum``.

    >>> batch_sum(np.array([[1.0, 2.0], [3.0, 4.0]]))
    array([[4., 6.]])
    """
    return _ones(x.shape[-2], x.dtype) @ x


@lru_cache(maxsize=16)
def _ones(n: int, dtype: np.dtype[Any]) -> Array:
    """Return a read-only row of ones, ``(1, n)``, kept because making it takes time that small networks feel."""
    row = np.ones((1, n), dtype)
    row.flags.writeable = False
    return row


def float_if_single(value: Any) -> Any:
    """Return a number, or an array ``()``, as a float; an array with an axis of runs as it is.

    >>> float_if_single(np.array(0.5)), float_if_single(np.array([0.5, 0.25]))
    (0.5, array([0.5 , 0.25]))
    """
    return value if np.ndim(value) else float(value)


def check_int(what: str, value: Any, low: int = 1, high: int | None = None) -> None:
    """Raise ``ValueError`` unless ``value`` is an integer from ``low`` to ``high`` (None: without a limit).

    >>> check_int("Dense needs n_out", 3)
    >>> check_int("Dense needs n_out", 0)
    Traceback (most recent call last):
    ValueError: Dense needs n_out, an integer >= 1, got 0.
    """
    is_int = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not is_int or value < low or (high is not None and value > high):
        wanted = f">= {low}" if high is None else f"from {low} to {high}"
        raise ValueError(f"{what}, an integer {wanted}, got {value!r}.")


def check_finite(what: str, value: float | Array, *, positive: bool = False) -> None:
    """Raise ``ValueError`` unless ``value``, a number or an array, is finite and >= 0, or > 0 if ``positive``.

    >>> check_finite("SGD needs lr", np.array([[0.1], [0.2]]))
    >>> check_finite("max_norm needs limit", 0.0, positive=True)
    Traceback (most recent call last):
    ValueError: max_norm needs limit, finite and > 0, got 0.0.
    """
    numbers = np.asarray(value)
    large_enough = numbers > 0 if positive else numbers >= 0
    if not (large_enough & (numbers < np.inf)).all():
        raise ValueError(f"{what}, finite and {'>' if positive else '>='} 0, got {value}.")


def check_shape(what: str, array: Array, shape: tuple[int, ...]) -> None:
    """Raise ``ValueError`` unless ``array`` has ``shape``, or lacks only its leading axis of runs (shared by all runs).

    >>> check_shape("targets", np.zeros((5, 2)), (3, 5, 2))
    >>> check_shape("targets", np.zeros(5), (5, 2))
    Traceback (most recent call last):
    ValueError: targets must have shape (5, 2), got (5,).
    """
    if array.shape != shape and (len(shape) < 3 or array.shape != shape[1:]):
        raise ValueError(f"{what} must have shape {shape}, got {array.shape}.")


def check_labels(labels: Array, shape: tuple[int, ...]) -> None:
    """Raise ``ValueError`` unless ``labels`` are integers that fit logits of ``shape`` ``(..., N, K)``.

    Whether each label is one of 0 to K - 1 is checked where they are compared with the classes.

    >>> check_labels(np.array([0, 1]), (2, 3))
    >>> check_labels(np.array([0.0, 1.0]), (2, 3))
    Traceback (most recent call last):
    ValueError: labels must be integers of shape (2,), got float64 of shape (2,).
    """
    expected = shape[:-1]
    if labels.dtype.kind not in "iu" or labels.shape not in (expected, expected[-1:]):
        raise ValueError(f"labels must be integers of shape {expected}, got {labels.dtype} of shape {labels.shape}.")
