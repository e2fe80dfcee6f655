"""Clipping: gradients that are too large are made smaller before the step."""

from typing import Any

import numpy as np

from tipslib.arrays import Array, check_finite, float_if_single


def clip_by_norm(grads: Array, limit: float) -> Any:
    """Scale ``grads`` in place so that its norm is at most ``limit``, and return the norm before (Pascanu et al. 2013).

    ``grads`` is ``(P,)``, or ``(R, P)`` with one norm per run. PyTorch multiplies by limit / (norm + 1e-6), so that its
    result is slightly shorter than the limit. Raises ``ValueError`` unless limit is finite and > 0.

    >>> g = np.array([3.0, 4.0])
    >>> clip_by_norm(g, 1.0), g
    (5.0, array([0.6, 0.8]))
    """
    check_finite("clip_by_norm needs limit", limit, positive=True)
    norm = np.sqrt((grads * grads).sum(axis=-1, keepdims=True))
    grads *= limit / np.maximum(norm, limit)
    return float_if_single(norm[..., 0])


def clip_by_value(grads: Array, limit: float) -> None:
    """Clip every entry of ``grads``, of any shape, to [-limit, limit] in place.

    Raises ``ValueError`` unless limit is finite and > 0.

    >>> g = np.array([3.0, -0.5])
    >>> clip_by_value(g, 1.0)
    >>> g
    array([ 1. , -0.5])
    """
    check_finite("clip_by_value needs limit", limit, positive=True)
    np.clip(grads, -limit, limit, out=grads)
