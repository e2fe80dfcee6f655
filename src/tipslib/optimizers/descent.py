"""Gradient descent, plain and with momentum: every parameter has the same learning rate."""

from typing import Any

import numpy as np

from tipslib.arrays import Array
from tipslib.optimizers.base import LearningRate, Optimizer


class SGD(Optimizer):
    """Gradient descent, stochastic when the gradient is that of a batch: params -= lr g (Robbins & Monro 1951).

    >>> theta = np.array([1.0])
    >>> SGD(lr=0.1).step(theta, np.array([2.0]))
    >>> theta
    array([0.8])
    """

    def start(self, params: Array) -> None:
        self.work = np.empty_like(params)

    def update(self, params: Array, grads: Array, lr: Any, decays: Array | None) -> None:
        params -= np.multiply(lr, grads, out=self.work)  # params -= lr g


class Momentum(Optimizer):
    """The heavy ball: v = momentum v + g, params -= lr v (Polyak 1964).

    The learning rate multiplies v when v is used, as in PyTorch. Polyak's v contains the rate, which makes a difference
    while the rate changes. Raises ``ValueError`` unless 0 <= momentum < 1.

    >>> theta, ball = np.array([1.0]), Momentum(lr=0.1, momentum=0.5)
    >>> for _ in range(2):
    ...     ball.step(theta, np.array([2.0]))
    >>> theta  # v = 2, then 0.5 * 2 + 2 = 3: 1 - 0.1 * 2 - 0.1 * 3
    array([0.5])
    """

    def __init__(self, lr: LearningRate, momentum: float = 0.9) -> None:
        super().__init__(lr)
        if not 0 <= momentum < 1:
            raise ValueError(f"{type(self).__name__} needs 0 <= momentum < 1, got momentum={momentum}.")
        self.momentum = momentum

    def start(self, params: Array) -> None:
        self.v, self.work = np.zeros_like(params), np.empty_like(params)

    def update(self, params: Array, grads: Array, lr: Any, decays: Array | None) -> None:
        self.v *= self.momentum  # v = momentum v + g
        self.v += grads
        params -= np.multiply(lr, self.v, out=self.work)  # params -= lr v


class Nesterov(Momentum):
    """Momentum that looks ahead: v = momentum v + g, params -= lr (g + momentum v) (Nesterov 1983).

    The form of Sutskever et al. 2013, written for the point ahead, as in PyTorch: ``params`` is that point, and g is
    the gradient there. Raises ``ValueError`` unless 0 <= momentum < 1.

    >>> theta, ball = np.array([1.0]), Nesterov(lr=0.1, momentum=0.5)
    >>> ball.step(theta, np.array([2.0]))
    >>> theta  # v = 2: 1 - 0.1 * (2 + 0.5 * 2)
    array([0.7])
    """

    def update(self, params: Array, grads: Array, lr: Any, decays: Array | None) -> None:
        self.v *= self.momentum  # v = momentum v + g
        self.v += grads
        np.multiply(self.momentum, self.v, out=self.work)
        self.work += grads
        params -= np.multiply(lr, self.work, out=self.work)  # params -= lr (g + momentum v)
