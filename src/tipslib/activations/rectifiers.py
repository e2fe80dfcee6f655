"""Activations that let positive values through: ReLU and its smooth or leaking relatives."""

import math

import numpy as np

from tipslib.activations.base import Activation
from tipslib.activations.saturating import sigmoid
from tipslib.arrays import Array, check_finite


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


class leaky_relu(Activation):
    """f(z) = z where z > 0, else ``slope`` z (Maas et al. 2013); the gain is sqrt(2 / (1 + slope^2)).

    >>> leaky_relu(0.1)(np.array([-1.0, 2.0])), leaky_relu(0.1).derivative(np.array([-1.0, 2.0]))
    (array([-0.1,  2. ]), array([0.1, 1. ]))
    """

    name = "leaky ReLU"

    def __init__(self, slope: float = 0.01) -> None:
        self.slope = float(slope)
        self.gain = math.sqrt(2 / (1 + self.slope**2))

    def __call__(self, z: Array) -> Array:
        return np.where(z > 0, z, self.slope * z)

    def derivative(self, z: Array) -> Array:
        return np.where(z > 0, z.dtype.type(1), z.dtype.type(self.slope))


class Softplus(Activation):
    """f(z) = log(1 + exp(z)), a smooth ReLU, with f' = sigmoid(z) (Dugas et al. 2001).

    PyTorch returns z itself above z = 20, which differs by 2e-9.

    >>> softplus(np.array([0.0])).round(4), softplus.derivative(np.array([0.0]))  # log 2
    (array([0.6931]), array([0.5]))
    """

    name, gain = "softplus", 1.0418668

    def __call__(self, z: Array) -> Array:
        return np.logaddexp(z.dtype.type(0), z)

    def derivative(self, z: Array) -> Array:
        return sigmoid(z)


class Silu(Activation):
    """f(z) = z sigmoid(z), also called swish, with f' = s + f (1 - s), where s = sigmoid(z) (Elfwing et al. 2018).

    >>> silu(np.array([0.0, 50.0])), silu.derivative(np.array([0.0]))
    (array([ 0., 50.]), array([0.5]))
    """

    name, gain = "SiLU", 1.6765325

    def __call__(self, z: Array) -> Array:
        return z * sigmoid(z)

    def derivative(self, z: Array) -> Array:
        return self.derivative_from(z, self(z))

    def derivative_from(self, z: Array, y: Array) -> Array:
        s = sigmoid(z)
        return s + y * (1 - s)


class Gelu(Activation):
    """f(z) = z/2 (1 + tanh(u)) with u = sqrt(2/pi) (z + 0.044715 z^3) (Hendrycks & Gimpel 2016, section 2).

    The tanh form, within 5e-4 of z Phi(z), where Phi is the normal distribution function. PyTorch's ``gelu`` is
    z Phi(z) unless it is told ``approximate="tanh"``.

    >>> gelu(np.array([0.0, 50.0])), gelu.derivative(np.array([0.0]))
    (array([ 0., 50.]), array([0.5]))
    """

    name, gain = "GELU", 1.5335805
    c = math.sqrt(2 / math.pi)

    def _tanh(self, z: Array) -> Array:
        return np.tanh(self.c * (z + 0.044715 * (z * z * z)))

    def __call__(self, z: Array) -> Array:
        return 0.5 * z * (1 + self._tanh(z))

    def derivative(self, z: Array) -> Array:
        t = self._tanh(z)
        return 0.5 * (1 + t) + 0.5 * z * (1 - t * t) * self.c * (1 + 3 * 0.044715 * (z * z))  # the last is du/dz


class elu(Activation):
    """f(z) = z where z > 0, else ``alpha`` (exp(z) - 1), with f' = f + ``alpha`` there (Clevert et al. 2016, eq. 15).

    With alpha = 1 it is smooth at 0. Raises ``ValueError`` unless alpha is finite and > 0.

    >>> elu(2.0)(np.array([-50.0, 3.0])), elu(2.0).derivative(np.array([0.0, 3.0]))
    (array([-2.,  3.]), array([2., 1.]))
    """

    name = "ELU"

    def __init__(self, alpha: float = 1.0) -> None:
        check_finite("elu needs alpha", alpha, positive=True)
        self.alpha = float(alpha)
        # E[(exp(z) - 1)^2, z < 0] for z from N(0, 1), with Phi(-x) = erfc(x / sqrt(2)) / 2
        below = (math.exp(2) * math.erfc(math.sqrt(2)) - 2 * math.exp(0.5) * math.erfc(math.sqrt(0.5)) + 1) / 2
        self.gain = 1 / math.sqrt(0.5 + self.alpha**2 * below)

    def __call__(self, z: Array) -> Array:
        return np.where(z > 0, z, self.alpha * np.expm1(np.minimum(z, 0)))  # the minimum: exp must not overflow

    def derivative(self, z: Array) -> Array:
        return self.derivative_from(z, self(z))

    def derivative_from(self, z: Array, y: Array) -> Array:
        return np.where(z > 0, z.dtype.type(1), y + self.alpha)


class Selu(elu):
    """f(z) = lambda elu(z), lambda = 1.0507..., alpha = 1.6733...: mean 0 and variance 1 of z are a fixed point.

    (Klambauer et al. 2017, equation 2.) So its gain is 1: it wants weights from ``lecun_normal``. PyTorch's
    ``calculate_gain("selu")`` is 3/4, which gives up the fixed point for smaller gradients.

    >>> selu(np.array([-50.0, 1.0])).round(4)
    array([-1.7581,  1.0507])
    """

    name = "SELU"
    scale = 1.0507009873554805

    def __init__(self) -> None:
        super().__init__(alpha=1.6732632423543772)
        self.gain = 1.0

    def __call__(self, z: Array) -> Array:
        return self.scale * super().__call__(z)

    def derivative_from(self, z: Array, y: Array) -> Array:
        return self.scale * super().derivative_from(z, y / self.scale)


relu, softplus, silu, gelu, selu = Relu(), Softplus(), Silu(), Gelu(), Selu()
