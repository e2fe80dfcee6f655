"""Passes through a copy of a network, with a look at each of its layers."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from tipslib.arrays import Array
from tipslib.layers import Activate, Layer, Residual
from tipslib.losses import Loss
from tipslib.networks import Sequential

Visit: TypeAlias = Callable[[Layer, Any], None]


def per_layer(values: list[Any], what: str) -> Array:
    """Stack one value per layer along a new last axis; raises ``ValueError`` if there are no ``what`` layers.

    >>> per_layer([1.0, 2.0], "Dense")
    array([1., 2.])
    """
    if not values:
        raise ValueError(f"The diagnosis needs a network with {what} layers, got none.")
    return np.stack(values, axis=-1)


def every_layer(layers: Iterable[Layer]) -> Iterator[Layer]:
    """Yield the layers in the order of the forward pass, for a ``Residual`` the layers inside it.

    >>> list(every_layer([Residual([Layer(), Layer()]), Layer()]))
    [Layer(), Layer(), Layer()]
    """
    for layer in layers:
        if isinstance(layer, Residual):
            yield from every_layer(layer.layers)
        else:
            yield layer


def hidden_layers(net: Sequential, x: ArrayLike, training: bool) -> list[Activate]:
    """Return the ``Activate`` layers of a copy of ``net`` after a forward pass of ``x``, ``(N, n_in)``.

    Their ``cached()`` gives (z, h).

    >>> from tipslib.activations import relu
    >>> hidden_layers(Sequential([Activate(relu)], n_in=1), [[-1.0]], training=True)[0].cached()
    (array([[-1.]]), array([[0.]]))
    """
    twin = net.copy()
    twin.forward(x, training=training)
    return [layer for layer in every_layer(twin.layers) if isinstance(layer, Activate)]


def backward_pass(net: Sequential, x: ArrayLike, y: ArrayLike, loss: Loss, training: bool, visit: Visit) -> None:
    """Run a copy of ``net`` forward and backward; call ``visit(layer, gradient at its input)`` from last to first.

    ``x`` is ``(N, n_in)``, ``y`` what the loss takes.

    >>> from tipslib.initializers import constant
    >>> from tipslib.layers import Dense
    >>> net = Sequential([Dense(1, constant(2.0))], n_in=1)
    >>> backward_pass(net, [[1.0]], [0], lambda y, t: (0.0, y), True, lambda layer, gradient: print(layer, gradient))
    Dense(1) [[4.]]
    """
    twin = net.copy()
    gradient = loss(twin.forward(x, training=training), np.asarray(y))[1]
    _watch(twin.layers, visit)
    twin.backward(gradient)


class _Visited(Layer):
    """A layer that passes the gradient at its input to ``visit`` in its backward pass."""

    def __init__(self, layer: Layer, visit: Visit) -> None:
        self.layer, self.visit = layer, visit

    def backward(self, dy: Array, *, inputs: bool = True) -> Array | None:
        gradient = self.layer.backward(dy)
        self.visit(self.layer, gradient)
        return gradient


def _watch(layers: list[Layer], visit: Visit) -> None:
    for i, layer in enumerate(layers):
        if isinstance(layer, Residual):
            _watch(layer.layers, visit)
        else:
            layers[i] = _Visited(layer, visit)
