"""How large gradients and updates are, layer by layer."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from tipslib.arrays import Array, check_shape, float_if_single
from tipslib.diagnostics.passes import backward_pass, every_layer, per_layer
from tipslib.layers import Activate, Dense, Layer
from tipslib.losses import Loss, softmax_cross_entropy
from tipslib.networks import Sequential


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

    backward_pass(net, x, y, loss, training, visit)
    return per_layer(norms[::-1], "Activate")


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

    backward_pass(net, x, y, loss, training, visit)
    return per_layer(norms[::-1], "Dense")


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
    return float_if_single(norms[..., 0] / norms[..., -1])


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
    both = zip(every_layer(net.layers), every_layer(old.layers), strict=True)
    pairs = [(a.params["W"], b.params["W"]) for a, b in both if isinstance(a, Dense)]
    with np.errstate(divide="ignore"):
        return per_layer([_norm(new - w) / _norm(w) for new, w in pairs], "Dense")


def _norm(a: Array) -> Array:
    """Return the Frobenius norm of the last two axes, in float64, so that the squares of small entries survive."""
    return np.sqrt(np.square(a, dtype=np.float64).sum(axis=(-2, -1)))
