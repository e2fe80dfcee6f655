"""Every layer, loss, activation, initializer, optimizer, schedule and penalty, once, each beside its twin in PyTorch.

Who adds one adds an entry and gets all the tests. A twin is a function of ``t``, which has what PyTorch has (``t.nn``,
``t.optim``, ``t.functional``) and what it lacks (``t.Function``, ``t.Maxout``, ``t.Residual``): make_references.py,
which runs where PyTorch is installed, calls it, and nothing else does.
"""

import inspect
import re
from collections.abc import Callable, Mapping
from functools import partial
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from tipslib import activations, initializers, layers, losses, optimizers, regularizers, schedules


class Pair(NamedTuple):
    """What is ours, and its twin in PyTorch or the reason why there is none."""

    ours: Any
    twin: Callable[[Any], Any] | str


def ours(pairs: Mapping[str, Pair]) -> dict[str, Any]:
    return {name: pair.ours for name, pair in pairs.items()}


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


# the twin: the function, and its arguments for PyTorch's calculate_gain where that has the same gain
ACTIVATION_PAIRS = {
    "identity": Pair(activations.identity, lambda t: (lambda z: z * 1, ("linear",))),
    "sigmoid": Pair(activations.sigmoid, lambda t: (t.sigmoid, ("sigmoid",))),
    "tanh": Pair(activations.tanh, lambda t: (t.tanh, ("tanh",))),
    "relu": Pair(activations.relu, lambda t: (t.relu, ("relu",))),
    "leaky_relu": Pair(
        activations.leaky_relu(),
        lambda t: (partial(t.functional.leaky_relu, negative_slope=0.01), ("leaky_relu", 0.01)),
    ),
    "leaky_relu(0.3)": Pair(
        activations.leaky_relu(0.3),
        lambda t: (partial(t.functional.leaky_relu, negative_slope=0.3), ("leaky_relu", 0.3)),
    ),
    "softplus": Pair(activations.softplus, lambda t: (t.functional.softplus, None)),
    "silu": Pair(activations.silu, lambda t: (t.functional.silu, None)),
    "gelu": Pair(activations.gelu, lambda t: (partial(t.functional.gelu, approximate="tanh"), None)),
    "elu": Pair(activations.elu(), lambda t: (t.functional.elu, None)),
    "elu(0.5)": Pair(activations.elu(0.5), lambda t: (partial(t.functional.elu, alpha=0.5), None)),
    "selu": Pair(activations.selu, lambda t: (t.functional.selu, None)),  # there its gain is 3/4
}
# ours for any number of inputs, the twin for 6
LAYER_PAIRS = {
    "Dense": Pair(lambda: layers.Dense(3), lambda t: t.nn.Linear(6, 3)),
    "Dense without bias": Pair(lambda: layers.Dense(3, bias=False), lambda t: t.nn.Linear(6, 3, bias=False)),
    **{
        f"Activate({name})": Pair(
            lambda pair=pair: layers.Activate(pair.ours), lambda t, pair=pair: t.Function(pair.twin(t)[0])
        )
        for name, pair in ACTIVATION_PAIRS.items()
    },
    "Dropout": Pair(lambda: layers.Dropout(0.4), lambda t: t.nn.Dropout(0.4)),
    "BatchNorm": Pair(lambda: layers.BatchNorm(), lambda t: t.nn.BatchNorm1d(6, momentum=0.1, eps=1e-5)),
    "BatchNorm(momentum=0.5)": Pair(
        lambda: layers.BatchNorm(momentum=0.5, eps=1e-3), lambda t: t.nn.BatchNorm1d(6, momentum=0.5, eps=1e-3)
    ),
    "PReLU": Pair(lambda: layers.PReLU(), lambda t: t.nn.PReLU(6)),
    "Maxout": Pair(lambda: layers.Maxout(3), lambda t: t.Maxout(6, 3, 2)),
    "Maxout(pieces=3)": Pair(
        lambda: layers.Maxout(2, pieces=3, init=initializers.glorot_uniform), lambda t: t.Maxout(6, 2, 3)
    ),
    "LayerNorm": Pair(lambda: layers.LayerNorm(), lambda t: t.nn.LayerNorm(6)),
    "LayerNorm(eps=1e-2)": Pair(lambda: layers.LayerNorm(eps=1e-2), lambda t: t.nn.LayerNorm(6, eps=1e-2)),
    "Residual": Pair(
        lambda: Keeping(lambda n: [layers.Dense(5), layers.Activate(activations.tanh), layers.Dense(n)]),
        lambda t: t.Residual(t.nn.Linear(6, 5), t.nn.Tanh(), t.nn.Linear(5, 6)),
    ),
    "Residual nested": Pair(
        lambda: Keeping(nested),
        lambda t: t.Residual(
            t.nn.LayerNorm(6),
            t.Residual(t.nn.BatchNorm1d(6), t.nn.Dropout(0.3), t.Maxout(6, 6, 2)),
            t.nn.PReLU(6),
            t.nn.Dropout(0.2),
        ),
    ),
}
# the twin: a function of the outputs and of all kinds of targets, "labels", "targets" and "shares"
LOSS_PAIRS = {
    "softmax_cross_entropy": Pair(
        losses.softmax_cross_entropy, lambda t: lambda z, y: t.functional.cross_entropy(z, y["labels"])
    ),
    "smoothed": Pair(
        lambda z, y: losses.softmax_cross_entropy(z, y, smoothing=0.1),
        lambda t: lambda z, y: t.functional.cross_entropy(z, y["labels"], label_smoothing=0.1),
    ),
    "mean_squared_error": Pair(
        losses.mean_squared_error, lambda t: lambda z, y: t.functional.mse_loss(z, y["targets"])
    ),
    "binary_cross_entropy": Pair(
        losses.binary_cross_entropy,
        lambda t: lambda z, y: t.functional.binary_cross_entropy_with_logits(z, y["shares"]),
    ),
}
# the twin: a function of the parameters
OPTIMIZER_PAIRS = {
    "SGD": Pair(lambda lr=0.1: optimizers.SGD(lr), lambda t: partial(t.optim.SGD, lr=0.1)),
    "Momentum": Pair(lambda lr=0.05: optimizers.Momentum(lr), lambda t: partial(t.optim.SGD, lr=0.05, momentum=0.9)),
    "Adam": Pair(lambda lr=0.03: optimizers.Adam(lr), lambda t: partial(t.optim.Adam, lr=0.03)),
    "Adam other": Pair(
        lambda lr=0.03: optimizers.Adam(lr, beta1=0.7, beta2=0.95, eps=1e-3),
        lambda t: partial(t.optim.Adam, lr=0.03, betas=(0.7, 0.95), eps=1e-3),
    ),
    "Nesterov": Pair(
        lambda lr=0.05: optimizers.Nesterov(lr), lambda t: partial(t.optim.SGD, lr=0.05, momentum=0.9, nesterov=True)
    ),
    "AdaGrad": Pair(lambda lr=0.2: optimizers.AdaGrad(lr), lambda t: partial(t.optim.Adagrad, lr=0.2, eps=1e-7)),
    "RMSProp": Pair(
        lambda lr=0.01: optimizers.RMSProp(lr), lambda t: partial(t.optim.RMSprop, lr=0.01, alpha=0.9, eps=1e-8)
    ),
    "RMSProp other": Pair(
        lambda lr=0.01: optimizers.RMSProp(lr, rho=0.99, eps=1e-3),
        lambda t: partial(t.optim.RMSprop, lr=0.01, alpha=0.99, eps=1e-3),
    ),
    "AdamW": Pair(lambda lr=0.03: optimizers.AdamW(lr), lambda t: partial(t.optim.AdamW, lr=0.03)),
    "AdamW other": Pair(
        lambda lr=0.03: optimizers.AdamW(lr, beta1=0.7, beta2=0.95, eps=1e-3, weight_decay=0.3),
        lambda t: partial(t.optim.AdamW, lr=0.03, betas=(0.7, 0.95), eps=1e-3, weight_decay=0.3),
    ),
    "AMSGrad": Pair(lambda lr=0.03: optimizers.AMSGrad(lr), lambda t: partial(t.optim.Adam, lr=0.03, amsgrad=True)),
    "AMSGrad other": Pair(
        lambda lr=0.03: optimizers.AMSGrad(lr, beta1=0.7, beta2=0.8, eps=1e-3),
        lambda t: partial(t.optim.Adam, lr=0.03, betas=(0.7, 0.8), eps=1e-3, amsgrad=True),
    ),
}


def warm_cosine(t, optimizer):
    """Return PyTorch's chain of a line of 8 steps and half a cosine of 42."""
    kinds = t.optim.lr_scheduler
    line = kinds.LinearLR(optimizer, start_factor=1 / 8, total_iters=7)
    return kinds.SequentialLR(optimizer, [line, kinds.CosineAnnealingLR(optimizer, 42)], milestones=[8])


# the twin: a function of an optimizer with lr = 0.1
SCHEDULE_PAIRS = {
    "constant": Pair(
        lambda lr=0.1: schedules.constant(lr), lambda t: partial(t.optim.lr_scheduler.ConstantLR, factor=1.0)
    ),
    "step_decay": Pair(
        lambda lr=0.1: schedules.step_decay(lr, every=7, factor=0.5),
        lambda t: partial(t.optim.lr_scheduler.StepLR, step_size=7, gamma=0.5),
    ),
    "exponential": Pair(
        lambda lr=0.1: schedules.exponential(lr, rate=0.9),
        lambda t: partial(t.optim.lr_scheduler.ExponentialLR, gamma=0.9),
    ),
    "inverse_time": Pair(lambda lr=0.1: schedules.inverse_time(lr, rate=0.3), "PyTorch has no such schedule."),
    "cosine": Pair(
        lambda lr=0.1: schedules.cosine(lr, steps=30),
        lambda t: partial(t.optim.lr_scheduler.CosineAnnealingLR, T_max=30),
    ),
    "cosine with a floor": Pair(
        lambda lr=0.1: schedules.cosine(lr, steps=60, floor=0.01),
        lambda t: partial(t.optim.lr_scheduler.CosineAnnealingLR, T_max=60, eta_min=0.01),
    ),
    "cyclic_cosine": Pair(
        lambda lr=0.1: schedules.cyclic_cosine(lr, steps=15),
        lambda t: partial(t.optim.lr_scheduler.CosineAnnealingWarmRestarts, T_0=15),
    ),
    "warmup": Pair(
        lambda lr=0.1: schedules.warmup(8, schedules.cosine(lr, steps=42)), lambda t: partial(warm_cosine, t)
    ),
    "warmup constant": Pair(
        lambda lr=0.1: schedules.warmup(5, schedules.constant(lr)),
        lambda t: partial(t.optim.lr_scheduler.LinearLR, start_factor=1 / 5, total_iters=4),
    ),
}
# ours: a penalty of the given strength, a number or one per run; the twin, for SGD with lr = 0.3 and the strength 0.02:
# PyTorch's weight decay, what is added to the loss, what is done to the weights after the step
PENALTY_PAIRS = {
    "l1": Pair(
        lambda strength=0.02: regularizers.l1(strength),
        lambda t: (0.0, None, lambda p: t.functional.softshrink(p, 0.3 * 0.02)),
    ),
    "l1 by its sign": Pair(
        lambda strength=0.02: regularizers.l1(strength, proximal=False),
        lambda t: (0.0, lambda p: 0.02 * p.abs().sum(), None),
    ),
    "l2": Pair(lambda strength=0.02: regularizers.l2(strength), lambda t: (0.02, None, None)),
    "elastic_net": Pair(
        lambda strength=0.02: regularizers.elastic_net(strength, strength),
        lambda t: (0.02, None, lambda p: t.functional.softshrink(p, 0.3 * 0.02)),
    ),
}
PAIRS = {
    "activations": ACTIVATION_PAIRS,
    "layers": LAYER_PAIRS,
    "losses": LOSS_PAIRS,
    "optimizers": OPTIMIZER_PAIRS,
    "schedules": SCHEDULE_PAIRS,
    "regularizers": PENALTY_PAIRS,
}
ACTIVATIONS, LAYERS, LOSSES = ours(ACTIVATION_PAIRS), ours(LAYER_PAIRS), ours(LOSS_PAIRS)
OPTIMIZERS, SCHEDULES, PENALTIES = ours(OPTIMIZER_PAIRS), ours(SCHEDULE_PAIRS), ours(PENALTY_PAIRS)
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

# no layers, optimizers, activations or penalties themselves
BASES = {"Layer", "Optimizer", "Activation", "Param", "Plan", "Regularizer", "Penalty", "FunctionPenalty"}


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
