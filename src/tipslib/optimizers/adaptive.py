"""AdaGrad and RMSProp: each parameter has a learning rate of its own, by the squares of its gradients."""

from typing import Any

import numpy as np

from tipslib.arrays import Array, check_finite
from tipslib.optimizers.base import LearningRate, Optimizer


class AdaGrad(Optimizer):
    """AdaGrad: s = s + g^2, params -= lr g / (sqrt(s) + eps) (Duchi et al. 2011, section 1.1, diagonal form).

    PyTorch's default ``eps`` is 1e-10. Raises ``ValueError`` unless eps is finite and >= 0.

    >>> theta, optimizer = np.array([1.0]), AdaGrad(lr=0.5, eps=0.0)
    >>> optimizer.step(theta, np.array([3.0]))  # 0.5 * 3 / 3
    >>> optimizer.step(theta, np.array([4.0]))  # 0.5 * 4 / 5
    >>> theta
    array([0.1])
    """

    def __init__(self, lr: LearningRate, eps: float = 1e-7) -> None:
        super().__init__(lr)
        check_finite("AdaGrad needs eps", eps)
        self.eps = eps

    def start(self, params: Array) -> None:
        self.s, self.work = np.zeros_like(params), np.empty_like(params)

    def update(self, params: Array, grads: Array, lr: Any, decays: Array | None) -> None:
        s, work = self.s, self.work
        s += np.multiply(grads, grads, out=work)  # s = s + g^2
        np.sqrt(s, out=work)
        work += self.eps  # sqrt(s) + eps
        np.divide(grads, work, out=work)  # g / (sqrt(s) + eps)
        params -= np.multiply(lr, work, out=work)  # params -= lr g / (sqrt(s) + eps)


class RMSProp(Optimizer):
    """RMSProp: s = rho s + (1 - rho) g^2, params -= lr g / (sqrt(s) + eps) (Tieleman & Hinton 2012, lecture 6.5).

    ``rho`` is PyTorch's ``alpha``, whose default is 0.99. s starts at zero and, unlike Adam's, is not corrected for it,
    so the first step has length lr / sqrt(1 - rho). Raises ``ValueError`` unless 0 <= rho < 1 and eps is finite and
    >= 0.

    >>> theta = np.array([1.0])
    >>> RMSProp(lr=0.1, rho=0.75, eps=0.0).step(theta, np.array([8.0]))
    >>> theta  # s = 16: 1 - 0.1 * 8 / 4
    array([0.8])
    """

    def __init__(self, lr: LearningRate, rho: float = 0.9, eps: float = 1e-8) -> None:
        super().__init__(lr)
        if not 0 <= rho < 1:
            raise ValueError(f"RMSProp needs 0 <= rho < 1, got rho={rho}.")
        check_finite("RMSProp needs eps", eps)
        self.rho, self.eps = rho, eps

    def start(self, params: Array) -> None:
        self.s, self.work = np.zeros_like(params), np.empty_like(params)

    def update(self, params: Array, grads: Array, lr: Any, decays: Array | None) -> None:
        s, work = self.s, self.work
        s *= self.rho  # s = rho s + (1 - rho) g^2
        np.multiply(grads, grads, out=work)
        s += np.multiply(1 - self.rho, work, out=work)
        np.sqrt(s, out=work)
        work += self.eps  # sqrt(s) + eps
        np.divide(grads, work, out=work)  # g / (sqrt(s) + eps)
        params -= np.multiply(lr, work, out=work)  # params -= lr g / (sqrt(s) + eps)
