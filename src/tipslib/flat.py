"""One flat vector for a whole network; the arrays of its layers are views into it.

The vector of ``Sequential([Dense(2), Dense(1)], n_in=3)``, with P = 11 parameters::

    params   [ w w w w w w   b b     w w     b   ]
    array      W (3, 2)      (1, 2)  (2, 1)  (1, 1)
    layer      0             0       1       1

``layers[0].params["W"]`` is ``params[0:6].reshape(3, 2)``: the same memory in another shape. So an optimizer changes
the whole vector in one step, and every layer computes with the new values. ``grads`` is cut in the same way, and so is
``buffers`` (running statistics). With R runs the vector is ``(R, P)``, and this W is ``(R, 3, 2)``.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from tipslib.arrays import Array
from tipslib.layers import Layer, Param, Plan


def first_values(plans: Sequence[Plan], rngs: Sequence[np.random.Generator]) -> tuple[Array, Array]:
    """Return params and buffers of one network, both of shape ``(P,)``, drawn with one generator per layer.

    >>> from tipslib.layers import BatchNorm
    >>> first_values([BatchNorm().build(2)], [np.random.default_rng(0)])  # gamma, beta; running mean, running variance
    (array([1., 1., 0., 0.]), array([0., 0., 1., 1.]))
    """
    params, buffers = [np.empty(0)], [np.empty(0)]
    for plan, rng in zip(plans, rngs, strict=True):
        params += [p.init(p.shape, rng).ravel() for p in plan.params.values()]
        buffers += [p.init(p.shape, rng).ravel() for p in plan.buffers.values()]
    return np.concatenate(params), np.concatenate(buffers)


def decays(plans: Sequence[Plan]) -> Array:
    """Return a vector of shape ``(P,)``, 1 for each parameter to which weight decay applies and 0 for the others.

    >>> from tipslib.layers import Dense
    >>> decays([Dense(1).build(3)])
    array([1., 1., 1., 0.])
    """
    wanted = [param for plan in plans for param in plan.params.values()]
    return np.concatenate([np.empty(0), *(np.full(math.prod(p.shape), float(p.decay)) for p in wanted)])


def views(flat: Array, wanted: Sequence[Mapping[str, Param]]) -> list[dict[str, Array]]:
    """Cut ``flat``, ``(..., P)``, into the arrays that each layer wants, layer by layer: views, no copies.

    >>> from tipslib.layers import Dense
    >>> views(np.arange(4.0), [Dense(1).build(3).params])
    [{'W': array([[0.],
           [1.],
           [2.]]), 'b': array([[3.]])}]
    """
    cut, start = [], 0
    for params in wanted:
        own = {}
        for name, param in params.items():
            stop = start + math.prod(param.shape)
            own[name] = flat[..., start:stop].reshape(*flat.shape[:-1], *param.shape)
            start = stop
        cut.append(own)
    return cut


def bind(layers: Sequence[Layer], plans: Sequence[Plan], *, params: Array, grads: Array, buffers: Array) -> None:
    """Give each of ``layers`` its views of the flat vectors, which are ``(..., P)``.

    >>> from tipslib.layers import Dense
    >>> layer, vector = Dense(1), np.arange(4.0)
    >>> bind([layer], [layer.build(3)], params=vector, grads=np.zeros(4), buffers=np.zeros(0))
    >>> vector[3] = 7.0
    >>> layer.params["b"]
    array([[7.]])
    """
    trained, kept = [plan.params for plan in plans], [plan.buffers for plan in plans]
    for kind, flat, wanted in (("params", params, trained), ("grads", grads, trained), ("buffers", buffers, kept)):
        for layer, own in zip(layers, views(flat, wanted), strict=True):
            layer.bind(kind, own)
