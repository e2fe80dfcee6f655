"""Every layer, loss, activation, initializer and optimizer, once: who adds one adds a line and gets all the tests."""

import inspect
import re
from types import ModuleType

import numpy as np

from tipslib import activations, initializers, layers, losses, optimizers

ACTIVATIONS = {
    "identity": activations.identity,
    "sigmoid": activations.sigmoid,
    "tanh": activations.tanh,
    "relu": activations.relu,
    "leaky_relu": activations.leaky_relu(),
    "leaky_relu(0.3)": activations.leaky_relu(0.3),
}
LAYERS = {
    "Dense": lambda: layers.Dense(3),
    "Dense without bias": lambda: layers.Dense(3, bias=False),
    **{f"Activate({name})": (lambda f=f: layers.Activate(f)) for name, f in ACTIVATIONS.items()},
    "Dropout": lambda: layers.Dropout(0.4),
    "BatchNorm": lambda: layers.BatchNorm(),
    "BatchNorm(momentum=0.5)": lambda: layers.BatchNorm(momentum=0.5, eps=1e-3),
}
LOSSES = {
    "softmax_cross_entropy": losses.softmax_cross_entropy,
    "smoothed": lambda z, y: losses.softmax_cross_entropy(z, y, smoothing=0.1),
    "mean_squared_error": losses.mean_squared_error,
    "binary_cross_entropy": losses.binary_cross_entropy,
}
OPTIMIZERS = {
    "SGD": lambda lr=0.1: optimizers.SGD(lr),
    "Momentum": lambda lr=0.05: optimizers.Momentum(lr),
    "Adam": lambda lr=0.03: optimizers.Adam(lr),
    "Adam other": lambda lr=0.03: optimizers.Adam(lr, beta1=0.7, beta2=0.95, eps=1e-3),
}
# name -> (initializer, its variance for fan_in 60 and fan_out 40, whether it is uniform)
INITIALIZERS = {
    "normal": (initializers.normal(0.3), 0.09, False),
    "lecun_normal": (initializers.lecun_normal, 1 / 60, False),
    "glorot_normal": (initializers.glorot_normal, 2 / 100, False),
    "glorot_uniform": (initializers.glorot_uniform, 2 / 100, True),
    "he_normal": (initializers.he_normal, 2 / 60, False),
    "he_uniform": (initializers.he_uniform, 2 / 60, True),
    "variance_scaling": (initializers.variance_scaling(4.0), 16 / 60, False),
    "orthogonal": (initializers.orthogonal(2.0), 4 / 60, False),
    "constant": (initializers.constant(0.7), 0.0, False),
    "zeros": (initializers.zeros, 0.0, False),
}

BASES = {"Layer", "Optimizer", "Activation", "Param", "Plan"}  # no layers, optimizers or activations themselves


def public(module: ModuleType) -> list[str]:
    """Return the functions and classes that a module defines itself."""
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and (inspect.isfunction(value) or inspect.isclass(value))
        and value.__module__ == module.__name__
    ]


def targets(name: str, rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Return random labels or targets for the loss ``name`` and outputs of ``shape``."""
    if name in ("softmax_cross_entropy", "smoothed"):
        return rng.integers(shape[-1], size=shape[:-1])
    return rng.random(shape)


def exactly(message: str) -> str:
    """Return the pattern that matches ``message`` and nothing else."""
    return rf"\A{re.escape(message)}\Z"
