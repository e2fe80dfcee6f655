"""Activations that saturate: far from z = 0 they are flat, and their slope vanishes."""

import numpy as np

from tipslib.activations.base import Activation
from tipslib.arrays import Array


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


sigmoid, tanh = Sigmoid(), Tanh()
