"""All masks of a few units, one after another: slow, and so simple that nothing can go wrong."""

from itertools import product

import numpy as np

from tipslib.arrays import Array


def every_mask(n: int, p: float) -> tuple[Array, Array]:
    """Return the 2^n masks, ``(2^n, n)``, 1 for kept, and the probability of each if p is that of a drop, ``(2^n,)``.

    >>> masks, shares = every_mask(1, 0.25)
    >>> masks.tolist(), shares.tolist()
    ([[0.0], [1.0]], [0.25, 0.75])
    """
    masks = np.array(list(product([0.0, 1.0], repeat=n)))
    return masks, np.where(masks == 1, 1 - p, p).prod(axis=1)
