"""Elementwise functions and their derivatives: without them a network of any depth is a linear map.

An activation is an object that is called on z, so that it can carry its derivative, its name and its gain.
Values and slopes are right to a few 1e-16, absolutely: in the far tails of sigmoid and SiLU, and of the slopes of tanh
and ELU, where they are below 1e-8, PyTorch keeps more digits.
"""

from tipslib.activations.base import Activation, Identity, identity
from tipslib.activations.rectifiers import (
    Gelu,
    Relu,
    Selu,
    Silu,
    Softplus,
    elu,
    gelu,
    leaky_relu,
    relu,
    selu,
    silu,
    softplus,
)
from tipslib.activations.saturating import Sigmoid, Tanh, sigmoid, tanh

__all__ = [
    "Activation",
    "Gelu",
    "Identity",
    "Relu",
    "Selu",
    "Sigmoid",
    "Silu",
    "Softplus",
    "Tanh",
    "elu",
    "gelu",
    "identity",
    "leaky_relu",
    "relu",
    "selu",
    "sigmoid",
    "silu",
    "softplus",
    "tanh",
]
