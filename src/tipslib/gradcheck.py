"""Is this gradient right? Compare it with finite differences, one entry at a time.

The upstream gradient is random: with ones, a wrong backward of batch normalization would pass, because the true
gradient of a sum of normalized values is zero.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from tipslib.arrays import Array
from tipslib.layers import Layer
from tipslib.losses import Loss
from tipslib.networks import Sequential
from tipslib.random import generator


@dataclass(frozen=True)
class GradientCheck:
    """How far a gradient is from the numerical one: the worst entry, and where it is.

    ``error`` is |gradient - numerical| / max(|gradient|, |numerical|, floor). The floor is a thousandth of the largest
    entry of either array, and at least 1e-4: finite differences resolve about 1e-9, and smaller entries must not decide
    the check. A ``GradientCheck`` is true when ``error`` is below ``tolerance``.

    >>> check = GradientCheck("W", (0, 1), 2.0, 1.0, error=0.5, tolerance=1e-5)
    >>> bool(check), str(check)
    (False, 'wrong: W[0, 1] is 2, numerically 1 (relative error 0.5)')
    """

    name: str
    index: tuple[int, ...]
    gradient: float
    numerical: float
    error: float
    tolerance: float

    def __bool__(self) -> bool:
        return self.error < self.tolerance

    def __str__(self) -> str:
        place = f"{self.name}[{', '.join(map(str, self.index))}]"
        verdict = "right: the worst entry" if self else "wrong:"
        values = f"{self.gradient:.6g}, numerically {self.numerical:.6g}"
        return f"{verdict} {place} is {values} (relative error {self.error:.2g})"


def numerical_gradient(f: Callable[[Array], Any], x: ArrayLike, *, h: float = 1e-6) -> Array:
    """Return the gradient of the number f(x) by central differences, (f(x + h) - f(x - h)) / 2h for each entry.

    ``x`` is of any shape and is not changed; the result is float64 of the same shape. The truncation error is of order
    h^2, the rounding error of order 1e-16 |f| / h.

    >>> numerical_gradient(lambda x: (x * x).sum(), [3.0, -1.0]).round(6)
    array([ 6., -2.])
    """
    x = np.array(x, np.float64)
    gradient = np.empty_like(x)
    for i in np.ndindex(x.shape):
        kept = x[i]
        x[i] = kept + h
        above = f(x)
        x[i] = kept - h
        gradient[i] = (above - f(x)) / (2 * h)
        x[i] = kept
    return gradient


def compare(name: str, gradient: Array, numerical: Array, tolerance: float = 1e-5) -> GradientCheck:
    """Return the ``GradientCheck`` of the worst entry of two arrays of the same shape; NaN counts as infinitely wrong.

    Raises ``ValueError`` for different shapes.

    >>> compare("x", np.array([1.0, 2.0]), np.array([1.0, 4.0])).error
    0.5
    """
    gradient = np.asarray(gradient)
    if gradient.shape != numerical.shape:
        raise ValueError(f"The gradient of {name} must have shape {numerical.shape}, got {gradient.shape}.")
    if not gradient.size:
        return GradientCheck(name, (), 0.0, 0.0, 0.0, tolerance)
    size = np.maximum(abs(gradient), abs(numerical))
    error = abs(gradient - numerical) / np.maximum(size, max(1e-3 * float(size.max()), 1e-4))
    error = np.nan_to_num(error, nan=np.inf)
    worst = tuple(int(i) for i in np.unravel_index(error.argmax(), error.shape))
    return GradientCheck(name, worst, float(gradient[worst]), float(numerical[worst]), float(error[worst]), tolerance)


def check_layer(
    layer: Layer, n_in: int, *, n: int = 5, seed: int = 0, training: bool = True, tolerance: float = 1e-5
) -> GradientCheck:
    """Check ``backward`` of a copy of ``layer`` at ``n`` random examples, for the input and every parameter.

    The loss is sum(dy * forward(x)) with a random ``dy``; random shifts are added to the parameters, so that none is
    zero. Layers that draw random numbers draw the same ones for every difference. Returns the worst ``GradientCheck``.

    >>> from tipslib.layers import Dense
    >>> bool(check_layer(Dense(3), n_in=4))
    True
    """
    layer = copy.deepcopy(layer)
    layer.release()  # the copy gets a network of its own
    net = Sequential([layer], n_in, seed=seed)
    rng = generator(seed)
    net.params += rng.normal(0.0, 0.5, net.params.shape)
    x = rng.normal(size=(n, n_in))
    dy = rng.normal(size=(n, net.n_out))
    return _check(net, x, lambda y: ((dy * y).sum(), dy), training, tolerance)


def check_network(
    net: Sequential, x: ArrayLike, y: ArrayLike, loss: Loss, *, training: bool = True, tolerance: float = 1e-5
) -> GradientCheck:
    """Check the gradient of ``loss(net.forward(x), y)`` for the input and every parameter of a copy of ``net``.

    ``x`` is ``(N, D)``, ``y`` what the loss takes. The network itself is not changed. Returns the worst
    ``GradientCheck``. Raises ``ValueError`` unless the network is float64 and without runs.

    >>> from tipslib.losses import mean_squared_error
    >>> from tipslib.networks import mlp
    >>> bool(check_network(mlp([2, 3, 1]), [[1.0, 2.0]], [[1.0]], mean_squared_error))
    True
    """
    if net.runs is not None or net.params.dtype != np.float64:
        raise ValueError(
            f"check_network needs a float64 network without runs, got {net.params.dtype} and runs={net.runs}."
        )
    targets = np.asarray(y)
    return _check(net, np.array(x, np.float64), lambda outputs: loss(outputs, targets), training, tolerance)


def _check(
    net: Sequential, x: Array, loss: Callable[[Array], tuple[Any, Array]], training: bool, tolerance: float
) -> GradientCheck:
    def value(x: Array, params: Array) -> Any:
        twin = net.copy()  # so that every evaluation draws the same masks and leaves the running statistics alone
        twin.params[...] = params
        return loss(twin.forward(x, training=training))[0]

    twin = net.copy()
    twin.grads[...] = np.nan  # shows a backward that adds to what is there, or writes nothing
    dx = twin.backward(loss(twin.forward(x, training=training))[1])
    if dx is None:
        raise ValueError("backward must return the gradient at the input, got None.")
    numerical = net.copy()
    numerical.grads[...] = numerical_gradient(lambda params: value(x, params), net.params)
    checks = [compare("x", dx, numerical_gradient(lambda x: value(x, net.params), x), tolerance)]
    for i, (layer, other) in enumerate(zip(twin.layers, numerical.layers, strict=True)):
        for name, grad in layer.grads.items():
            checks.append(compare(f"layer {i}, {layer}, {name}", grad, other.grads[name], tolerance))
    return max(checks, key=lambda check: check.error)
