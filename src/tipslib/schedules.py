"""Learning rates that change: functions of the step t = 0, 1, 2, ..., for the ``lr`` of an optimizer.

Where PyTorch has a scheduler of the kind, the rates are those of the scheduler, stepped once per optimizer step.
``lr`` is a number, or an array ``(R, 1)`` with one rate per run; a schedule then returns one rate per run.
"""

import math
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from typing import Any, TypeAlias

import numpy as np

from tipslib.arrays import Array, check_finite, check_int

Schedule: TypeAlias = Callable[[int], Any]


@dataclass(frozen=True)
class constant:
    """lr(t) = lr, to put after a ``warmup``. Raises ``ValueError`` unless lr is finite and >= 0.

    >>> constant(0.1)(1000)
    0.1
    """

    lr: float | Array

    def __post_init__(self) -> None:
        check_finite("constant needs lr", self.lr)

    def __call__(self, t: int) -> Any:
        return self.lr


@dataclass(frozen=True)
class step_decay:
    """lr(t) = lr factor^floor(t / every): the rate is multiplied by ``factor`` after every ``every`` steps.

    Raises ``ValueError`` unless lr is finite and >= 0, every >= 1 and 0 < factor <= 1.

    >>> [step_decay(1.0, every=2, factor=0.5)(t) for t in range(5)]
    [1.0, 1.0, 0.5, 0.5, 0.25]
    """

    lr: float | Array
    every: int
    factor: float = 0.1

    def __post_init__(self) -> None:
        check_finite("step_decay needs lr", self.lr)
        check_int("step_decay needs every", self.every)
        if not 0 < self.factor <= 1:
            raise ValueError(f"step_decay needs 0 < factor <= 1, got factor={self.factor}.")

    def __call__(self, t: int) -> Any:
        return self.lr * self.factor ** (t // self.every)


@dataclass(frozen=True)
class exponential:
    """lr(t) = lr rate^t. Raises ``ValueError`` unless lr is finite and >= 0 and 0 < rate <= 1.

    >>> [exponential(1.0, rate=0.5)(t) for t in range(3)]
    [1.0, 0.5, 0.25]
    """

    lr: float | Array
    rate: float

    def __post_init__(self) -> None:
        check_finite("exponential needs lr", self.lr)
        if not 0 < self.rate <= 1:
            raise ValueError(f"exponential needs 0 < rate <= 1, got rate={self.rate}.")

    def __call__(self, t: int) -> Any:
        return self.lr * self.rate**t


@dataclass(frozen=True)
class inverse_time:
    """lr(t) = lr / (1 + rate t): the sum of the rates diverges, that of their squares does not (Robbins & Monro 1951).

    PyTorch has no such scheduler. Raises ``ValueError`` unless lr and rate are finite and >= 0.

    >>> [inverse_time(1.0, rate=1.0)(t) for t in range(4)][1::2]
    [0.5, 0.25]
    """

    lr: float | Array
    rate: float

    def __post_init__(self) -> None:
        check_finite("inverse_time needs lr", self.lr)
        check_finite("inverse_time needs rate", self.rate)

    def __call__(self, t: int) -> Any:
        return self.lr / (1 + self.rate * t)


@dataclass(frozen=True)
class cosine:
    """Half a cosine from ``lr`` at t = 0 to ``floor`` at t = steps (Loshchilov & Hutter 2017, equation 5).

    lr(t) = floor + (lr - floor) (1 + cos(pi t / steps)) / 2. After ``steps`` it stays at ``floor``, without a restart;
    PyTorch's ``CosineAnnealingLR`` rises again. Raises ``ValueError`` unless lr is finite, lr >= floor >= 0 and
    steps >= 1.

    >>> [round(cosine(1.0, steps=2)(t), 6) for t in range(4)]
    [1.0, 0.5, 0.0, 0.0]
    """

    lr: float | Array
    steps: int
    _: KW_ONLY
    floor: float = 0.0

    def __post_init__(self) -> None:
        name = type(self).__name__
        check_finite(f"{name} needs lr", self.lr)
        check_int(f"{name} needs steps", self.steps)
        if not (self.floor >= 0 and np.all(np.asarray(self.lr) >= self.floor)):
            raise ValueError(f"{name} needs lr >= floor >= 0, got lr={self.lr}, floor={self.floor}.")

    def __call__(self, t: int) -> Any:
        return self.floor + (self.lr - self.floor) * (1 + math.cos(math.pi * min(t / self.steps, 1))) / 2


@dataclass(frozen=True)
class cyclic_cosine(cosine):
    """``cosine`` again and again, from ``lr`` every ``steps`` steps (Huang et al. 2017, equation 2).

    For ``ensembles.Snapshots``. Raises ``ValueError`` as ``cosine`` does.

    >>> [round(cyclic_cosine(1.0, steps=2)(t), 3) for t in range(5)]
    [1.0, 0.5, 1.0, 0.5, 1.0]
    """

    def __call__(self, t: int) -> Any:
        return super().__call__(t % self.steps)


@dataclass(frozen=True)
class warmup:
    """then(0) (t + 1) / steps for the first ``steps`` steps, afterwards then(t - steps).

    The rate rises in a straight line from then(0) / steps to then(0) (Goyal et al. 2017, section 2.2). Raises
    ``ValueError`` unless steps >= 1, ``TypeError`` unless ``then`` is a schedule.

    >>> [warmup(2, then=exponential(1.0, rate=0.5))(t) for t in range(5)]
    [0.5, 1.0, 1.0, 0.5, 0.25]
    """

    steps: int
    then: Schedule

    def __post_init__(self) -> None:
        check_int("warmup needs steps", self.steps)
        if not callable(self.then):
            raise TypeError(f"warmup needs a schedule to follow, such as constant(0.1), got {self.then!r}.")

    def __call__(self, t: int) -> Any:
        return self.then(0) * ((t + 1) / self.steps) if t < self.steps else self.then(t - self.steps)
