"""Layers that act on each entry alone: activations, a learned slope, dropout."""

import numpy as np

from tipslib.activations import Activation
from tipslib.arrays import Array, batch_sum
from tipslib.initializers import constant
from tipslib.layers.base import Layer, Param, Plan


class Activate(Layer):
    """Apply an activation to every entry: y = f(z). Raises ``TypeError`` for anything but an ``Activation``.

    >>> from tipslib.activations import relu
    >>> Activate(relu).forward(np.array([[-1.0, 2.0]]))
    array([[0., 2.]])
    """

    def __init__(self, activation: Activation) -> None:
        if not isinstance(activation, Activation):
            raise TypeError(f"Activate needs an activation such as relu, got {activation!r}.")
        self.activation = activation

    def forward(self, x: Array, *, training: bool = False) -> Array:
        y = self.activation(x)
        self.cache = x, y
        return y

    def backward(self, dy: Array, *, inputs: bool = True) -> Array:
        z, y = self.cached()
        return dy * self.activation.derivative_from(z, y)

    def __repr__(self) -> str:
        return f"Activate({self.activation})"


class PReLU(Layer):
    """y = z where z > 0, else slope z, with one learned slope per feature, ``(1, n_in)`` (He et al. 2015, equation 1).

    Slopes start at 0.25 and do not decay (section 2.1: decay would push them to zero).

    >>> from tipslib.networks import Sequential
    >>> Sequential([PReLU()], n_in=2).forward([[-4.0, 4.0]])
    array([[-1.,  4.]])
    """

    def build(self, n_in: int) -> Plan:
        return Plan(n_in, {"slope": Param((1, n_in), constant(0.25))})

    def forward(self, x: Array, *, training: bool = False) -> Array:
        self.cache = x
        return np.where(x > 0, x, self.params["slope"] * x)

    def backward(self, dy: Array, *, inputs: bool = True) -> Array:
        z = self.cached()
        self.grads["slope"][...] = batch_sum(dy * np.minimum(z, 0))
        return np.where(z > 0, dy, self.params["slope"] * dy)


class Dropout(Layer):
    """Inverted dropout: in training, drop each entry with probability ``p`` and scale the rest by 1 / (1 - p).

    Inference then needs no rescaling (Srivastava et al. 2014, section 10, where p is the probability of *keeping* an
    entry). Each run draws its masks from its own generator. Raises ``ValueError`` unless 0 <= p < 1.

    >>> Dropout(0.5).forward(np.array([[1.0, 2.0]]))  # inference: nothing is dropped
    array([[1., 2.]])
    """

    def __init__(self, p: float) -> None:
        if not 0 <= p < 1:
            raise ValueError(f"Dropout needs 0 <= p < 1, got p={p}.")
        self.p = p

    def seed(self, rngs: list[np.random.Generator]) -> None:
        self.rngs = rngs

    def forward(self, x: Array, *, training: bool = False) -> Array:
        if not training:
            self.cache = 1
            return x.copy()
        keep = np.reshape([rng.random(x.shape[-2:], np.float32) >= self.p for rng in self.rngs], x.shape)
        self.cache = keep * x.dtype.type(1 / (1 - self.p))
        return x * self.cache

    def backward(self, dy: Array, *, inputs: bool = True) -> Array:
        return dy * self.cached()

    def __repr__(self) -> str:
        return f"Dropout({self.p})"
