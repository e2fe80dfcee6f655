"""Element-wise functions and their derivatives: what bends the straight lines of the layers.

An activation is an object that is called on z, so that it can carry its derivative, its name and its gain.
"""

import math

import numpy as np

from tipslib.arrays import Array


class Activation:
    """A function y = f(z), applied to each entry of an array of any shape.

    ``name`` is what figures print. ``gain``: weights of standard deviation gain / sqrt(n_in) are the customary choice
    before it (He et al. 2015, section 2.2, for ReLU; 5/3 for tanh and 1 for sigmoid are PyTorch's ``calculate_gain``).

    To add one, write ``__call__`` and ``derivative``; ``derivative_from`` only saves computing f(z) again.

    >>> class Square(Activation):
    ...     name = "square"
    ...     def __call__(self, z): return z * z
    ...     def derivative(self, z): return 2 * z
    >>> Square().derivative_from(np.array([3.0]), np.array([9.0]))
    array([6.])
    """

    name: str
    gain: float = 1.0

    def __call__(self, z: Array) -> Array:
        """Return f(z) as a new array of the shape and type of ``z``."""
        raise NotImplementedError(f"{type(self).__name__} must define __call__(z), which returns f(z).")

    def derivative(self, z: Array) -> Array:
        """Return f'(z) as a new array of the shape and type of ``z``."""
        raise NotImplementedError(f"{type(self).__name__} must define derivative(z), which returns f'(z).")

    def derivative_from(self, z: Array, y: Array) -> Array:
        """Return f'(z), given y = f(z), which is already known in the backward pass."""
        return self.derivative(z)

    def __repr__(self) -> str:
        return self.name


class Identity(Activation):
    """f(z) = z: a network with it is linear.

    >>> identity(np.array([-1.0, 2.0]))
    array([-1.,  2.])
    """

    name = "identity"

    def __call__(self, z: Array) -> Array:
        return z.copy()

    def derivative(self, z: Array) -> Array:
        return np.ones_like(z)


class Sigmoid(Activation):
    """f(z) = 1 / (1 + exp(-z)), between 0 and 1, with f' = f (1 - f), at most 1/4.

    >>> sigmoid(np.array([0.0])), sigmoid.derivative(np.array([0.0]))
    (array([0.5]), array([0.25]))
    """

    name = "sigmoid"

    def __call__(self, z: Array) -> Array:
        return 0.5 * np.tanh(0.5 * z) + 0.5  # the same function as 1 / (1 + exp(-z)), and it cannot overflow

    def derivative(self, z: Array) -> Array:
        return self.derivative_from(z, self(z))

    def derivative_from(self, z: Array, y: Array) -> Array:
        return y * (1 - y)


class Tanh(Activation):
    """f(z) = tanh z, between -1 and 1, with f' = 1 - f^2, at most 1.

    >>> tanh(np.array([0.0])), tanh.derivative(np.array([0.0]))
    (array([0.]), array([1.]))
    """

    name, gain = "tanh", 5 / 3

    def __call__(self, z: Array) -> Array:
        return np.tanh(z)

    def derivative(self, z: Array) -> Array:
        return self.derivative_from(z, self(z))

    def derivative_from(self, z: Array, y: Array) -> Array:
        return 1 - y * y


class Relu(Activation):
    """f(z) = max(z, 0), with f' = 1 where z > 0 and 0 elsewhere, at z = 0 too (Nair & Hinton 2010).

    >>> relu(np.array([-1.0, 2.0])), relu.derivative(np.array([-1.0, 0.0, 2.0]))
    (array([0., 2.]), array([0., 0., 1.]))
    """

    name, gain = "ReLU", math.sqrt(2)

    def __call__(self, z: Array) -> Array:
        return np.maximum(z, 0)

    def derivative(self, z: Array) -> Array:
        return (z > 0).astype(z.dtype)


class LeakyRelu(Activation):
    """f(z) = z where z > 0, else ``slope`` z (Maas et al. 2013); the gain is sqrt(2 / (1 + slope^2)).

    >>> leaky_relu(0.1)(np.array([-1.0, 2.0])), leaky_relu(0.1).derivative(np.array([-1.0, 2.0]))
    (array([-0.1,  2. ]), array([0.1, 1. ]))
    """

    name = "leaky ReLU"

    def __init__(self, slope: float) -> None:
        self.slope = float(slope)
        self.gain = math.sqrt(2 / (1 + self.slope**2))

    def __call__(self, z: Array) -> Array:
        return np.where(z > 0, z, self.slope * z)

    def derivative(self, z: Array) -> Array:
        return np.where(z > 0, z.dtype.type(1), z.dtype.type(self.slope))


identity, sigmoid, tanh, relu = Identity(), Sigmoid(), Tanh(), Relu()


def leaky_relu(slope: float = 0.01) -> LeakyRelu:
    """Return the leaky ReLU of the given slope; 0.01 is the value of Maas et al. 2013.

    >>> leaky_relu().slope
    0.01
    """
    return LeakyRelu(slope)
