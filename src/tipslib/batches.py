"""Examples cut into batches: every example once per epoch, in a new order.

Labels are integers ``(N,)``, targets floats ``(N, K)``. Data ``(R, N, ...)`` gives each of R runs examples of its own.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import DTypeLike

from tipslib.arrays import Array
from tipslib.datasets import Examples


def are_labels(y: Array) -> bool:
    """Return whether ``y`` are labels, integers of shape ``(..., N)``; all else are targets, ``(..., N, K)``.

    >>> are_labels(np.array([0, 1])), are_labels(np.array([[0.0], [1.0]]))
    (True, False)
    """
    return y.dtype.kind in "iu"


def count(y: Array) -> int:
    """Return N for labels ``(..., N)`` or targets ``(..., N, K)``.

    >>> count(np.array([0, 1])), count(np.zeros((5, 2, 3)))
    (2, 2)
    """
    return y.shape[-1] if are_labels(y) else y.shape[-2]


def checked(name: str, examples: Examples, dtype: DTypeLike) -> Examples:
    """Return ``examples`` as arrays, ``x`` with ``dtype``; raises ``ValueError`` where ``x`` and ``y`` do not fit.

    >>> checked("train", Examples(np.zeros((2, 3)), np.array([0])), np.float64)
    Traceback (most recent call last):
    ValueError: splits.train needs x (N, D) and as many labels or targets, got (2, 3) and (1,).
    """
    x, y = np.asarray(examples[0], dtype), np.asarray(examples[1])
    if x.ndim < 2 or y.ndim < (1 if are_labels(y) else 2) or x.shape[-2] != count(y) or x.shape[-2] == 0:
        raise ValueError(f"splits.{name} needs x (N, D) and as many labels or targets, got {x.shape} and {y.shape}.")
    return Examples(x, y)


def batches(examples: Examples, size: int, order: Array) -> Iterator[tuple[Array, Array]]:
    """Yield ``size`` examples at a time in ``order``, ``(N,)``, or ``(R, N)`` with one order per run.

    The last batch may be smaller.

    >>> examples = Examples(np.zeros((3, 1)), np.array([5, 6, 7]))
    >>> [y.tolist() for _, y in batches(examples, 2, np.array([2, 0, 1]))]
    [[7, 5], [6]]
    """
    x, y = examples
    x_per_run, y_per_run = x.ndim == 3, y.ndim == (2 if are_labels(y) else 3)
    for start in range(0, order.shape[-1], size):
        rows = order[..., start : start + size]
        yield _take(x, rows, x_per_run), _take(y, rows, y_per_run)


def _take(values: Array, rows: Array, per_run: bool) -> Array:
    """Return the examples ``rows``: ``(B,)``, or ``(R, B)``, of ``values`` shared by all runs or one set per run."""
    return values[np.arange(len(rows))[:, None], rows] if per_run else values.take(rows, axis=0)


def shuffled(
    examples: Examples, size: int, rngs: Sequence[np.random.Generator], runs: int | None
) -> Iterator[tuple[Array, Array]]:
    """Yield ``size`` examples at a time, in a random order from each of ``rngs``: one, or one per run.

    >>> examples = Examples(np.zeros((3, 1)), np.array([5, 6, 7]))
    >>> [y.tolist() for _, y in shuffled(examples, 2, [np.random.default_rng(0)], runs=None)]
    [[7, 5], [6]]
    """
    orders = np.stack([rng.permutation(count(examples.y)) for rng in rngs])
    return batches(examples, size, orders[0] if runs is None else orders)
