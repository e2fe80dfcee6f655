"""The outputs of hidden layers: how they spread, how many are saturated, which units are dead."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from tipslib.arrays import Array
from tipslib.diagnostics.passes import hidden_layers, per_layer
from tipslib.networks import Sequential


class ActivationStds(NamedTuple):
    """Three standard deviations of the hidden outputs h, each ``(D,)`` or ``(R, D)``.

    ``pooled`` is over all entries at once: the width of a layer's histogram. ``between_units`` is over the units, of
    each unit's mean over the examples: how the units differ, whatever the input. ``between_samples`` is over the
    examples, unit by unit, then averaged over the units: the signal, how the outputs differ with the input.

    >>> ActivationStds(np.array([0.5]), np.array([0.4]), np.array([0.1])).between_samples
    array([0.1])
    """

    pooled: Array
    between_units: Array
    between_samples: Array


def activation_stds(net: Sequential, x: ArrayLike, *, training: bool = True) -> ActivationStds:
    """Return three standard deviations of the hidden outputs for ``x``, ``(N, n_in)``, as ``ActivationStds``.

    Raises ``ValueError`` for a network without ``Activate`` layers.

    >>> from tipslib.activations import identity
    >>> from tipslib.layers import Activate
    >>> net = Sequential([Activate(identity)], n_in=2)
    >>> activation_stds(net, [[0.0, 5.0], [2.0, 7.0]])  # two units, of mean 1 and 6, each 1 away from its mean
    ActivationStds(pooled=array([2.6925824]), between_units=array([2.5]), between_samples=array([1.]))
    """
    outputs = [layer.cached()[1] for layer in hidden_layers(net, x, training)]
    return ActivationStds(
        per_layer([h.std(axis=(-2, -1)) for h in outputs], "Activate"),
        per_layer([h.mean(axis=-2).std(axis=-1) for h in outputs], "Activate"),
        per_layer([h.std(axis=-2).mean(axis=-1) for h in outputs], "Activate"),
    )


def _slopes(net: Sequential, x: ArrayLike, training: bool) -> list[Array]:
    """Return |f'(z)| of each hidden layer."""
    return [np.abs(layer.activation.derivative(layer.cached()[0])) for layer in hidden_layers(net, x, training)]


def saturation(net: Sequential, x: ArrayLike, *, slope: float = 0.02, training: bool = True) -> Array:
    """Return the share of entries of each hidden layer, in [0, 1], whose slope |f'(z)| is below ``slope``.

    ``x`` is ``(N, n_in)``. 0.02 is the slope of tanh where its output is 0.99; a sigmoid has it at 0.02 and 0.98. For
    ReLU it is the share of entries that are off. Raises ``ValueError`` for a network without ``Activate`` layers.

    >>> from tipslib.activations import tanh
    >>> from tipslib.layers import Activate
    >>> saturation(Sequential([Activate(tanh)], n_in=2), [[0.0, 9.0]])
    array([0.5])
    """
    return per_layer([(s < slope).mean(axis=(-2, -1)) for s in _slopes(net, x, training)], "Activate")


def dead_units(net: Sequential, x: ArrayLike, *, training: bool = True) -> Array:
    """Return the share of units of each hidden layer, in [0, 1], whose slope is 0 for every example of ``x``.

    No example then changes their weights. It depends on ``x``, ``(N, n_in)``: a unit may be alive for other examples.
    Raises ``ValueError`` for a network without ``Activate`` layers.

    >>> from tipslib.activations import relu
    >>> from tipslib.layers import Activate
    >>> dead_units(Sequential([Activate(relu)], n_in=2), [[-1.0, -1.0], [-2.0, 3.0]])
    array([0.5])
    """
    return per_layer([(s == 0).all(axis=-2).mean(axis=-1) for s in _slopes(net, x, training)], "Activate")
