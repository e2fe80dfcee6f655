"""Learning rates that change: functions of the step t = 0, 1, 2, ..., for the ``lr`` of an optimizer.

Each maker checks its numbers and returns the function, which is PyTorch's scheduler of that name stepped once per step
of the optimizer. ``lr`` is a number, or an array ``(R, 1)`` with one rate per run.
"""

import math
from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias

import numpy as np

from tipslib.arrays import Array, check_positive_int

Schedule: TypeAlias = Callable[[int], Any]


def _check_lr(name: str, lr: float | Array) -> None:
    if not (np.all(np.isfinite(lr)) and np.all(np.asarray(lr) >= 0)):
        raise ValueError(f"{name} needs finite lr >= 0, got lr={lr}.")


def constant(lr: float | Array) -> Schedule:
    """Return lr(t) = lr, to put after a ``warmup``. Raises ``ValueError`` unless lr >= 0; its shape does not matter.

    >>> constant(0.1)(1000)
    0.1
    """
    _check_lr("constant", lr)
    return partial(_constant, lr=lr)


def _constant(t: int, *, lr: Any) -> Any:
    return lr


def step_decay(lr: float | Array, every: int, factor: float = 0.1) -> Schedule:
    """Return lr(t) = lr factor^floor(t / every): a new ``factor`` every so many steps.

    Raises ``ValueError`` unless lr >= 0 (of any shape), every >= 1 and 0 < factor <= 1.

    >>> [step_decay(1.0, every=2, factor=0.5)(t) for t in range(5)]
    [1.0, 1.0, 0.5, 0.5, 0.25]
    """
    _check_lr("step_decay", lr)
    check_positive_int("step_decay needs every", every)
    if not 0 < factor <= 1:
        raise ValueError(f"step_decay needs 0 < factor <= 1, got factor={factor}.")
    return partial(_step_decay, lr=lr, every=every, factor=factor)


def _step_decay(t: int, *, lr: Any, every: int, factor: float) -> Any:
    return lr * factor ** (t // every)


def exponential(lr: float | Array, rate: float) -> Schedule:
    """Return lr(t) = lr rate^t. Raises ``ValueError`` unless lr >= 0 (of any shape) and 0 < rate <= 1.

    >>> [exponential(1.0, rate=0.5)(t) for t in range(3)]
    [1.0, 0.5, 0.25]
    """
    _check_lr("exponential", lr)
    if not 0 < rate <= 1:
        raise ValueError(f"exponential needs 0 < rate <= 1, got rate={rate}.")
    return partial(_exponential, lr=lr, rate=rate)


def _exponential(t: int, *, lr: Any, rate: float) -> Any:
    return lr * rate**t


def inverse_time(lr: float | Array, rate: float) -> Schedule:
    """Return lr(t) = lr / (1 + rate t): its sum diverges, that of its squares does not (Robbins & Monro 1951).

    Raises ``ValueError`` unless lr >= 0 (of any shape) and rate >= 0.

    >>> [inverse_time(1.0, rate=1.0)(t) for t in range(4)][1::2]
    [0.5, 0.25]
    """
    _check_lr("inverse_time", lr)
    if not 0 <= rate < math.inf:
        raise ValueError(f"inverse_time needs a finite rate >= 0, got rate={rate}.")
    return partial(_inverse_time, lr=lr, rate=rate)


def _inverse_time(t: int, *, lr: Any, rate: float) -> Any:
    return lr / (1 + rate * t)


def cosine(lr: float | Array, steps: int, *, floor: float = 0.0) -> Schedule:
    """Return half a cosine from ``lr`` at t = 0 to ``floor`` at t = steps (Loshchilov & Hutter 2017, equation 5).

    lr(t) = floor + (lr - floor) (1 + cos(pi t / steps)) / 2. After ``steps`` it stays at ``floor``, without a restart;
    PyTorch's ``CosineAnnealingLR`` rises again. Raises ``ValueError`` unless lr >= floor >= 0 (of any shape) and
    steps >= 1.

    >>> [round(cosine(1.0, steps=2)(t), 6) for t in range(4)]
    [1.0, 0.5, 0.0, 0.0]
    """
    _check_lr("cosine", lr)
    check_positive_int("cosine needs steps", steps)
    if not (floor >= 0 and np.all(np.asarray(lr) >= floor)):
        raise ValueError(f"cosine needs lr >= floor >= 0, got lr={lr}, floor={floor}.")
    return partial(_cosine, lr=lr, steps=steps, floor=floor)


def _cosine(t: int, *, lr: Any, steps: int, floor: float) -> Any:
    return floor + (lr - floor) * (1 + math.cos(math.pi * min(t / steps, 1))) / 2


def warmup(steps: int, then: Schedule) -> Schedule:
    """Return then(0) (t + 1) / steps for the first ``steps`` steps, afterwards then(t - steps).

    It rises in a line from then(0) / steps to then(0) (Goyal et al. 2017, section 2.2). Raises ``ValueError`` unless
    steps >= 1, ``TypeError`` unless ``then`` is a schedule.

    >>> [warmup(2, then=exponential(1.0, rate=0.5))(t) for t in range(5)]
    [0.5, 1.0, 1.0, 0.5, 0.25]
    """
    check_positive_int("warmup needs steps", steps)
    if not callable(then):
        raise TypeError(f"warmup needs a schedule to follow, such as constant(0.1), got {then!r}.")
    return partial(_warmup, steps=steps, then=then)


def _warmup(t: int, *, steps: int, then: Schedule) -> Any:
    return then(0) * ((t + 1) / steps) if t < steps else then(t - steps)
