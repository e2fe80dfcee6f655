"""Layer-sequential unit variance: first weights that are scaled by means of data."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from tipslib.arrays import Array, check_finite, check_int
from tipslib.diagnostics.passes import per_layer
from tipslib.layers import Layer
from tipslib.networks import Sequential


def lsuv(net: Sequential, x: ArrayLike, *, tolerance: float = 0.1, max_steps: int = 10) -> Array:
    """Scale the weights of ``net`` in place until each ``Dense`` or ``Maxout`` layer's outputs have variance 1.

    Layer by layer, from the first: W is divided by the standard deviation of the layer's outputs for ``x``,
    ``(N, n_in)``, over all entries, until their variance is within ``tolerance`` of 1, ``max_steps`` times at most
    (Mishkin & Matas 2016, algorithm 1, whose first step is ``init=orthogonal()``). Layers inside a ``Residual`` are not
    scaled. The passes are those of inference: no dropout, running statistics. Returns the final variances, one per
    scaled layer, ``(D,)`` or ``(R, D)``. Raises ``ValueError`` for a network without such layers, for outputs that do
    not vary, unless ``tolerance`` is finite and > 0, and unless ``max_steps`` is an integer >= 1.

    >>> from tipslib.layers import Dense
    >>> net = Sequential([Dense(1), Dense(1)], n_in=1)
    >>> lsuv(net, [[0.0], [8.0]]).round(6)  # now W = 1/4: the outputs 0 and 2 have variance 1
    array([1., 1.])
    >>> abs(net.layers[0].params["W"])
    array([[0.25]])
    """
    check_finite("lsuv needs tolerance", tolerance, positive=True)
    check_int("lsuv needs max_steps", max_steps)
    net.forward(x)  # checks the shape of x
    h: Any = np.asarray(x, net.params.dtype)
    variances = []
    for i, layer in enumerate(net.layers):
        if "W" in layer.params:
            variances.append(_scale_to_unit_variance(layer, h, f"layer {i}, {layer}", tolerance, max_steps))
        h = layer.forward(h)
    return per_layer(variances, "Dense")


def _scale_to_unit_variance(layer: Layer, x: Array, name: str, tolerance: float, max_steps: int) -> Array:
    for _ in range(max_steps):
        variance = np.asarray(layer.forward(x).var(axis=(-2, -1)))
        if not (variance > 0).all():
            raise ValueError(f"lsuv needs outputs that vary, got variance {variance.min():g} in {name}.")
        far = abs(variance - 1) > tolerance  # a run that is near stays as it is, as it would by itself
        if not far.any():
            break
        layer.params["W"] /= np.where(far, np.sqrt(variance), 1)[..., None, None]
    return layer.forward(x).var(axis=(-2, -1))
