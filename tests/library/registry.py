"""Every layer, loss, activation, initializer, optimizer, schedule and penalty, once.

Who adds one adds a line and gets all the tests.
"""

import inspect
import re
from types import ModuleType

import numpy as np

from tipslib import activations, initializers, layers, losses, optimizers, regularizers, schedules


class Keeping(layers.Residual):
    """A Residual for any number of features: the layers inside are made when it is known."""

    def __init__(self, make):
        super().__init__([])
        self.make = make

    def build(self, n_in):
        self.layers = self.make(n_in)
        return super().build(n_in)


def nested(n):
    """Return layers with statistics, masks and a shortcut inside the shortcut."""
    inside = layers.Residual([layers.BatchNorm(), layers.Dropout(0.3), layers.Maxout(n)])
    return [layers.LayerNorm(), inside, layers.PReLU(), layers.Dropout(0.2)]


ACTIVATIONS = {
    "identity": activations.identity,
    "sigmoid": activations.sigmoid,
    "tanh": activations.tanh,
    "relu": activations.relu,
    "leaky_relu": activations.leaky_relu(),
    "leaky_relu(0.3)": activations.leaky_relu(0.3),
    "softplus": activations.softplus,
    "silu": activations.silu,
    "gelu": activations.gelu,
    "elu": activations.elu(),
    "elu(0.5)": activations.elu(0.5),
    "selu": activations.selu,
}
LAYERS = {
    "Dense": lambda: layers.Dense(3),
    "Dense without bias": lambda: layers.Dense(3, bias=False),
    **{f"Activate({name})": (lambda f=f: layers.Activate(f)) for name, f in ACTIVATIONS.items()},
    "Dropout": lambda: layers.Dropout(0.4),
    "BatchNorm": lambda: layers.BatchNorm(),
    "BatchNorm(momentum=0.5)": lambda: layers.BatchNorm(momentum=0.5, eps=1e-3),
    "PReLU": lambda: layers.PReLU(),
    "Maxout": lambda: layers.Maxout(3),
    "Maxout(pieces=3)": lambda: layers.Maxout(2, pieces=3, init=initializers.glorot_uniform),
    "LayerNorm": lambda: layers.LayerNorm(),
    "LayerNorm(eps=1e-2)": lambda: layers.LayerNorm(eps=1e-2),
    "Residual": lambda: Keeping(lambda n: [layers.Dense(5), layers.Activate(activations.tanh), layers.Dense(n)]),
    "Residual nested": lambda: Keeping(nested),
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
    "Nesterov": lambda lr=0.05: optimizers.Nesterov(lr),
    "AdaGrad": lambda lr=0.2: optimizers.AdaGrad(lr),
    "RMSProp": lambda lr=0.01: optimizers.RMSProp(lr),
    "RMSProp other": lambda lr=0.01: optimizers.RMSProp(lr, rho=0.99, eps=1e-3),
    "AdamW": lambda lr=0.03: optimizers.AdamW(lr),
    "AdamW other": lambda lr=0.03: optimizers.AdamW(lr, beta1=0.7, beta2=0.95, eps=1e-3, weight_decay=0.3),
    "AMSGrad": lambda lr=0.03: optimizers.AMSGrad(lr),
    "AMSGrad other": lambda lr=0.03: optimizers.AMSGrad(lr, beta1=0.7, beta2=0.8, eps=1e-3),
}
SCHEDULES = {
    "constant": lambda lr=0.1: schedules.constant(lr),
    "step_decay": lambda lr=0.1: schedules.step_decay(lr, every=7, factor=0.5),
    "exponential": lambda lr=0.1: schedules.exponential(lr, rate=0.9),
    "inverse_time": lambda lr=0.1: schedules.inverse_time(lr, rate=0.3),
    "cosine": lambda lr=0.1: schedules.cosine(lr, steps=30),
    "cosine with a floor": lambda lr=0.1: schedules.cosine(lr, steps=60, floor=0.01),
    "warmup": lambda lr=0.1: schedules.warmup(8, schedules.cosine(lr, steps=42)),
    "warmup constant": lambda lr=0.1: schedules.warmup(5, schedules.constant(lr)),
}
# name -> a penalty of the given strength, a number or one per run
PENALTIES = {
    "l1": lambda strength=0.02: regularizers.l1(strength),
    "l1 by its sign": lambda strength=0.02: regularizers.l1(strength, proximal=False),
    "l2": lambda strength=0.02: regularizers.l2(strength),
    "elastic_net": lambda strength=0.02: regularizers.elastic_net(strength, strength),
}
CONSTRAINTS = {"max_norm": lambda limit=0.7: regularizers.max_norm(limit)}
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
    """Return the functions and classes that a module, or a module of the package, defines itself."""
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and (inspect.isfunction(value) or inspect.isclass(value))
        and value.__module__.startswith(module.__name__)
    ]


def targets(name: str, rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Return random labels or targets for the loss ``name`` and outputs of ``shape``."""
    if name in ("softmax_cross_entropy", "smoothed"):
        return rng.integers(shape[-1], size=shape[:-1])
    return rng.random(shape)


def exactly(message: str) -> str:
    """Return the pattern that matches ``message`` and nothing else."""
    return rf"\A{re.escape(message)}\Z"
