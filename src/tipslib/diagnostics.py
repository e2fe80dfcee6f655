"""What happens inside a network: the size of gradients, outputs and updates, layer by layer.

A *hidden layer* here is an ``Activate`` layer and what feeds it: z_l goes in (the pre-activation), h_l = f(z_l) comes
out. Hidden layers, also those inside a ``Residual``, are counted 1 to D, first to last; D is the depth. A result has
one entry per layer, ``(D,)``, or ``(R, D)`` with runs. Everything is measured on a copy of the network, which stays as
it is; only ``lsuv`` treats.

Two gradients carry the name "the gradient of layer l", and they can tell different stories: delta_l = dL/dz_l at the
pre-activation, and dL/dW_l at the weights. Each function says which one it returns.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from tipslib.arrays import Array, check_positive_int, check_shape
from tipslib.layers import Activate, Dense, Layer, Residual
from tipslib.losses import Loss, softmax_cross_entropy
from tipslib.networks import Sequential

Visit: TypeAlias = Callable[[Layer, Any], None]


class Spreads(NamedTuple):
    """Three standard deviations of the hidden outputs h, each ``(D,)`` or ``(R, D)``.

    ``pooled`` is over all entries at once, what a histogram of a layer shows. ``between_units`` is over the units, of
    each unit's mean over the examples: it tells the units apart and says nothing of the input. ``between_samples`` is
    over the examples, unit by unit, then averaged over the units: the signal, what the layer still knows of its input.

    >>> Spreads(np.array([0.5]), np.array([0.4]), np.array([0.1])).between_samples
    array([0.1])
    """

    pooled: Array
    between_units: Array
    between_samples: Array


def _norm(a: Array) -> Array:
    """Return the Frobenius norm of the last two axes, in float64, so that the squares of small entries survive."""
    return np.sqrt(np.square(a, dtype=np.float64).sum(axis=(-2, -1)))


def _per_layer(values: list[Any], what: str) -> Array:
    if not values:
        raise ValueError(f"The diagnosis needs a network with {what} layers, got none.")
    return np.stack(values, axis=-1)


def _every(layers: Iterable[Layer]) -> Iterator[Layer]:
    """Yield the layers in the order of the forward pass, those inside a ``Residual`` in its place."""
    for layer in layers:
        if isinstance(layer, Residual):
            yield from _every(layer.layers)
        else:
            yield layer


class _Visited(Layer):
    """A layer that tells ``visit`` of the gradient at its input as it goes backward."""

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


def _hidden(net: Sequential, x: ArrayLike, training: bool) -> list[Activate]:
    """Return the ``Activate`` layers of a copy of ``net`` after a forward pass, each keeping its (z, h)."""
    twin = net.copy()
    twin.forward(x, training=training)
    return [layer for layer in _every(twin.layers) if isinstance(layer, Activate)]


def _backward(net: Sequential, x: ArrayLike, y: ArrayLike, loss: Loss, training: bool, visit: Visit) -> None:
    """Run a copy of ``net`` forward and backward; call ``visit(layer, gradient at its input)`` from last to first."""
    twin = net.copy()
    gradient = loss(twin.forward(x, training=training), np.asarray(y))[1]
    _watch(twin.layers, visit)
    twin.backward(gradient)


def delta_norms(
    net: Sequential, x: ArrayLike, y: ArrayLike, *, loss: Loss = softmax_cross_entropy, training: bool = True
) -> Array:
    """Return ||delta_l|| for the hidden layers l = 1, ..., D, where delta_l = dL/dz_l is taken at the pre-activation.

    L is the mean loss over the batch ``x`` ``(N, n_in)``, ``y`` ``(N,)``; the norm is over all N x units entries
    (Frobenius). With ``training`` the pass is that of a training step: batch statistics, dropout.
    Raises ``ValueError`` for a network without ``Activate`` layers.

    >>> from tipslib.activations import identity
    >>> from tipslib.initializers import constant
    >>> from tipslib.losses import mean_squared_error
    >>> from tipslib.networks import mlp
    >>> net = mlp([1, 1, 1, 1], activation=identity, init=constant(2.0))  # y = 8 x
    >>> delta_norms(net, [[1.0]], [[7.0]], loss=mean_squared_error)  # dL/dy = 2 (8 - 7), then times 2 per layer
    array([8., 4.])
    """
    norms: list[Any] = []

    def visit(layer: Layer, gradient: Array) -> None:
        if isinstance(layer, Activate):
            norms.append(_norm(gradient))

    _backward(net, x, y, loss, training, visit)
    return _per_layer(norms[::-1], "Activate")


def delta_ratio(
    net: Sequential, x: ArrayLike, y: ArrayLike, *, loss: Loss = softmax_cross_entropy, training: bool = True
) -> Any:
    """Return ||delta_1|| / ||delta_D||, first over last hidden layer, of the *deltas*: 1 means that nothing vanishes.

    A float, or ``(R,)`` with runs. The arguments are those of ``delta_norms``.

    >>> from tipslib.activations import identity
    >>> from tipslib.initializers import constant
    >>> from tipslib.networks import mlp
    >>> delta_ratio(mlp([1, 1, 1, 2], activation=identity, init=constant(0.5)), [[1.0]], [0], loss=lambda y, t: (0, y))
    0.5
    """
    return _first_over_last(delta_norms(net, x, y, loss=loss, training=training))


def weight_gradient_norms(
    net: Sequential, x: ArrayLike, y: ArrayLike, *, loss: Loss = softmax_cross_entropy, training: bool = True
) -> Array:
    """Return ||dL/dW_l|| (Frobenius) for all ``Dense`` layers, the output layer too: ``(D + 1,)`` for an ``mlp``.

    The arguments are those of ``delta_norms``: ``x`` ``(N, n_in)``, ``y`` ``(N,)``. Raises ``ValueError`` for a network
    without ``Dense`` layers.

    >>> from tipslib.activations import identity
    >>> from tipslib.initializers import constant
    >>> from tipslib.losses import mean_squared_error
    >>> from tipslib.networks import mlp
    >>> net = mlp([1, 1, 1, 1], activation=identity, init=constant(2.0))  # h = 2, 4; deltas 8, 4, 2
    >>> weight_gradient_norms(net, [[1.0]], [[7.0]], loss=mean_squared_error)  # dL/dW_l = h_(l-1) delta_l
    array([8., 8., 8.])
    """
    norms: list[Any] = []

    def visit(layer: Layer, gradient: Array) -> None:
        if isinstance(layer, Dense):
            norms.append(_norm(layer.grads["W"]))

    _backward(net, x, y, loss, training, visit)
    return _per_layer(norms[::-1], "Dense")


def weight_gradient_ratio(
    net: Sequential, x: ArrayLike, y: ArrayLike, *, loss: Loss = softmax_cross_entropy, training: bool = True
) -> Any:
    """Return ||dL/dW_1|| / ||dL/dW_D||, first over last *hidden* layer, of the *weights'* gradients.

    The output layer is left out, so that the layers are those of ``delta_ratio``. A float, or ``(R,)`` with runs.
    Raises ``ValueError`` unless there are two ``Dense`` layers or more.

    >>> from tipslib.activations import identity
    >>> from tipslib.initializers import constant
    >>> from tipslib.losses import mean_squared_error
    >>> from tipslib.networks import mlp
    >>> net = mlp([1, 1, 1, 1], activation=identity, init=constant(2.0))
    >>> weight_gradient_ratio(net, [[1.0]], [[7.0]], loss=mean_squared_error)
    1.0
    """
    norms = weight_gradient_norms(net, x, y, loss=loss, training=training)[..., :-1]
    if not norms.shape[-1]:
        raise ValueError("weight_gradient_ratio needs a hidden and an output Dense layer, got one Dense layer.")
    return _first_over_last(norms)


def _first_over_last(norms: Array) -> Any:
    ratio = norms[..., 0] / norms[..., -1]
    return ratio if ratio.ndim else float(ratio)


def spreads(net: Sequential, x: ArrayLike, *, training: bool = True) -> Spreads:
    """Return the ``Spreads`` of the hidden outputs for ``x``, ``(N, n_in)``: pooled, between units, between samples.

    Raises ``ValueError`` for a network without ``Activate`` layers.

    >>> from tipslib.activations import identity
    >>> net = Sequential([Activate(identity)], n_in=2)
    >>> spreads(net, [[0.0, 5.0], [2.0, 7.0]])  # two units, of mean 1 and 6, each 1 away from its mean
    Spreads(pooled=array([2.6925824]), between_units=array([2.5]), between_samples=array([1.]))
    """
    outputs = [layer.recall()[1] for layer in _hidden(net, x, training)]
    return Spreads(
        _per_layer([h.std(axis=(-2, -1)) for h in outputs], "Activate"),
        _per_layer([h.mean(axis=-2).std(axis=-1) for h in outputs], "Activate"),
        _per_layer([h.std(axis=-2).mean(axis=-1) for h in outputs], "Activate"),
    )


def _slopes(net: Sequential, x: ArrayLike, training: bool) -> list[Array]:
    """Return |f'(z)| of each hidden layer."""
    return [abs(layer.activation.derivative(layer.recall()[0])) for layer in _hidden(net, x, training)]


def saturation(net: Sequential, x: ArrayLike, *, slope: float = 0.02, training: bool = True) -> Array:
    """Return the share of entries of each hidden layer, in [0, 1], whose slope |f'(z)| is below ``slope``.

    ``x`` is ``(N, n_in)``. 0.02 is the slope of tanh where its output is 0.99; a sigmoid has it at 0.02 and 0.98. For
    ReLU it is the share of entries that are off. Raises ``ValueError`` for a network without ``Activate`` layers.

    >>> from tipslib.activations import tanh
    >>> saturation(Sequential([Activate(tanh)], n_in=2), [[0.0, 9.0]])
    array([0.5])
    """
    return _per_layer([(s < slope).mean(axis=(-2, -1)) for s in _slopes(net, x, training)], "Activate")


def dead_units(net: Sequential, x: ArrayLike, *, training: bool = True) -> Array:
    """Return the share of units of each hidden layer, in [0, 1], whose slope is 0 for every example of ``x``.

    No example then changes their weights. It depends on ``x``, ``(N, n_in)``: a unit may be alive for other examples.
    Raises ``ValueError`` for a network without ``Activate`` layers.

    >>> from tipslib.activations import relu
    >>> dead_units(Sequential([Activate(relu)], n_in=2), [[-1.0, -1.0], [-2.0, 3.0]])
    array([0.5])
    """
    return _per_layer([(s == 0).all(axis=-2).mean(axis=-1) for s in _slopes(net, x, training)], "Activate")


def update_ratios(net: Sequential, before: Array) -> Array:
    """Return ||W_l - W_l before|| / ||W_l before|| (Frobenius) for all ``Dense`` layers, the output layer too.

    ``before`` is an earlier copy of ``net.params``. About 1e-3 per step is a common rule of thumb. Infinite where the
    weights were zero. Raises ``ValueError`` for another shape, and for a network without ``Dense`` layers.

    >>> from tipslib.initializers import constant
    >>> net = Sequential([Dense(1, constant(2.0))], n_in=1)
    >>> before = net.params.copy()
    >>> net.layers[0].params["W"][...] = 1.5
    >>> update_ratios(net, before)
    array([0.25])
    """
    before = np.asarray(before)
    check_shape("before", before, net.params.shape)
    old = net.copy()
    old.params[...] = before
    both = zip(_every(net.layers), _every(old.layers), strict=True)
    pairs = [(a.params["W"], b.params["W"]) for a, b in both if isinstance(a, Dense)]
    with np.errstate(divide="ignore"):
        return _per_layer([_norm(new - w) / _norm(w) for new, w in pairs], "Dense")


def lsuv(net: Sequential, x: ArrayLike, *, tolerance: float = 0.1, max_steps: int = 10) -> Array:
    """Scale the weights of ``net`` in place until each ``Dense`` or ``Maxout`` layer's outputs have variance 1.

    Layer by layer, from the first: W is divided by the standard deviation of the layer's outputs for ``x``,
    ``(N, n_in)``, over all entries, until their variance is within ``tolerance`` of 1, ``max_steps`` times at most
    (Mishkin & Matas 2016, algorithm 1, whose first step is ``init=orthogonal()``). Layers inside a ``Residual`` stay as
    they are, and the passes are those of inference: no dropout, running statistics. Returns the variances in the end,
    one per scaled layer, ``(D,)`` or ``(R, D)``. Raises ``ValueError`` for a network without such layers, for outputs
    that do not vary, and unless tolerance > 0 and ``max_steps`` is an integer >= 1.

    >>> net = Sequential([Dense(1), Dense(1)], n_in=1)
    >>> lsuv(net, [[0.0], [8.0]]).round(6)  # now W = 1/4: the outputs 0 and 2 have variance 1
    array([1., 1.])
    >>> abs(net.layers[0].params["W"])
    array([[0.25]])
    """
    if not tolerance > 0:
        raise ValueError(f"lsuv needs tolerance > 0, got tolerance={tolerance}.")
    check_positive_int("lsuv needs max_steps", max_steps)
    net.forward(x)  # checks the shape of x
    h: Any = np.asarray(x, net.params.dtype)
    variances = []
    for i, layer in enumerate(net.layers):
        if "W" in layer.params:
            variances.append(_scale_to_unit_variance(layer, h, f"layer {i}, {layer}", tolerance, max_steps))
        h = layer.forward(h)
    return _per_layer(variances, "Dense")


def _scale_to_unit_variance(layer: Layer, x: Array, name: str, tolerance: float, max_steps: int) -> Array:
    for _ in range(max_steps):
        variance = np.asarray(layer.forward(x).var(axis=(-2, -1)))
        if not (variance > 0).all():
            raise ValueError(f"lsuv needs outputs that vary, got variance {variance.min():g} in {name}.")
        far = abs(variance - 1) > tolerance  # a run that is near stays as it is, as it would alone
        if not far.any():
            break
        layer.params["W"] /= np.where(far, np.sqrt(variance), 1)[..., None, None]
    return layer.forward(x).var(axis=(-2, -1))
