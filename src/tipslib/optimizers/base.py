"""What every optimizer is: a rule that changes one vector of parameters in place, step by step."""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from tipslib.arrays import Array, check_finite

LearningRate: TypeAlias = float | Array | Callable[[int], float]


class Optimizer:
    """What optimizers share: the learning rate, the count of steps ``t``, and state that is made at the first step.

    ``lr`` is a number, an array ``(R, 1)`` with one rate per run, or a schedule: a function of the step, from 0;
    ``last_lr`` is the rate of the last step, None before the first. To write an optimizer, define ``start`` (make the
    state) and ``update`` (change ``params`` in place).
    Raises ``ValueError`` unless ``lr`` is a schedule, or finite and >= 0.

    >>> class SignDescent(Optimizer):
    ...     def update(self, params, grads, lr, decays): params -= lr * np.sign(grads)
    >>> theta = np.array([1.0])
    >>> SignDescent(0.5).step(theta, np.array([7.0]))
    >>> theta
    array([0.5])
    """

    def __init__(self, lr: LearningRate) -> None:
        if not callable(lr):
            check_finite(f"{type(self).__name__} needs lr", lr)
        self.lr = lr
        self.last_lr: Any = None
        self.t = 0
        self.shape: tuple[int, ...] | None = None

    def rate(self, t: int) -> Any:
        """Return the learning rate of step ``t``, which counts from 0."""
        return self.lr(t) if callable(self.lr) else self.lr

    def step(self, params: Array, grads: Array, decays: Array | None = None) -> None:
        """Change ``params``, ``(P,)`` or ``(R, P)``, in place; ``decays`` is 1 where weight decay applies.

        Raises ``ValueError`` if ``params`` are not floats, or if a shape differs from that of the other or of the
        first step.
        """
        if params.dtype.kind != "f":
            raise ValueError(f"params must be floats, got {params.dtype}.")
        if grads.shape != params.shape:
            raise ValueError(f"grads must have the shape of params, {params.shape}, got {grads.shape}.")
        if self.shape is None:
            self.shape = params.shape
            self.start(params)
        if params.shape != self.shape:
            raise ValueError(f"This {type(self).__name__} serves params of shape {self.shape}, got {params.shape}.")
        lr = self.last_lr = self.rate(self.t)
        if isinstance(lr, np.ndarray):
            lr = lr.astype(params.dtype)  # float32 times float64 would be slow
        self.update(params, grads, lr, decays)
        self.t += 1

    def start(self, params: Array) -> None:
        """Make the state, with shape and dtype of ``params``."""

    def update(self, params: Array, grads: Array, lr: Any, decays: Array | None) -> None:
        """Change ``params`` in place; ``self.t`` counts the steps made before this one."""
        raise NotImplementedError(f"{type(self).__name__} must define update(params, grads, lr, decays).")
