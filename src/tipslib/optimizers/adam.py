"""Adam and its variants: momentum, and a learning rate of its own for each parameter."""

from typing import Any

import numpy as np

from tipslib.arrays import Array, check_finite
from tipslib.optimizers.base import LearningRate, Optimizer


class Adam(Optimizer):
    """Adam (Kingma & Ba 2015, algorithm 1), in the paper's symbols; ``lr`` is alpha, ``eps`` is outside the root.

    m = beta1 m + (1 - beta1) g and v = beta2 v + (1 - beta2) g^2 start at zero, which m_hat = m / (1 - beta1^t) and
    v_hat = v / (1 - beta2^t) correct; params -= lr m_hat / (sqrt(v_hat) + eps). Raises ``ValueError`` unless
    0 <= beta1, beta2 < 1 and eps is finite and >= 0.

    >>> theta = np.array([1.0])
    >>> Adam(lr=0.1).step(theta, np.array([1000.0]))
    >>> theta  # the first step has length lr, whatever the gradient's scale
    array([0.9])
    """

    def __init__(self, lr: LearningRate, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8) -> None:
        super().__init__(lr)
        if not (0 <= beta1 < 1 and 0 <= beta2 < 1):
            name = type(self).__name__
            raise ValueError(f"{name} needs 0 <= beta1, beta2 < 1, got beta1={beta1}, beta2={beta2}.")
        check_finite(f"{type(self).__name__} needs eps", eps)
        self.beta1, self.beta2, self.eps = beta1, beta2, eps

    def start(self, params: Array) -> None:
        self.m, self.v, self.work = np.zeros_like(params), np.zeros_like(params), np.empty_like(params)

    def update(self, params: Array, grads: Array, lr: Any, decays: Array | None) -> None:
        m, v, work, t = self.m, self.v, self.work, self.t + 1
        m *= self.beta1  # m = beta1 m + (1 - beta1) g
        m += np.multiply(1 - self.beta1, grads, out=work)
        v *= self.beta2  # v = beta2 v + (1 - beta2) g^2
        np.multiply(grads, grads, out=work)
        v += np.multiply(1 - self.beta2, work, out=work)
        bias1, bias2 = 1 - self.beta1**t, 1 - self.beta2**t
        np.divide(self.second_moment(), bias2, out=work)  # v_hat = v / (1 - beta2^t)
        np.sqrt(work, out=work)
        work += self.eps  # sqrt(v_hat) + eps
        np.divide(m, work, out=work)
        params -= np.multiply(lr / bias1, work, out=work)  # params -= lr m_hat / (sqrt(v_hat) + eps)

    def second_moment(self) -> Array:
        """Return the second-moment estimate under the square root: ``v``."""
        return self.v


class AdamW(Adam):
    """Adam after decoupled weight decay: params *= 1 - lr weight_decay first (Loshchilov & Hutter 2019, algorithm 2).

    The decay is not divided by sqrt(v_hat), as the gradient of an L2 penalty would be. It applies where ``decays`` is
    1, everywhere if ``decays`` is not given; ``train`` passes the network's. Raises ``ValueError`` unless
    0 <= beta1, beta2 < 1, and eps and weight_decay are finite and >= 0.

    >>> theta = np.array([10.0, 10.0])
    >>> AdamW(lr=0.1, weight_decay=0.5).step(theta, np.zeros(2), decays=np.array([1.0, 0.0]))
    >>> theta
    array([ 9.5, 10. ])
    """

    def __init__(
        self, lr: LearningRate, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8, weight_decay: float = 0.01
    ) -> None:
        super().__init__(lr, beta1, beta2, eps)
        check_finite("AdamW needs weight_decay", weight_decay)
        self.weight_decay = weight_decay

    def update(self, params: Array, grads: Array, lr: Any, decays: Array | None) -> None:
        np.multiply(lr * self.weight_decay, 1 if decays is None else decays, out=self.work)
        params *= np.subtract(1, self.work, out=self.work)  # params *= 1 - lr weight_decay
        super().update(params, grads, lr, decays)


class AMSGrad(Adam):
    """Adam that divides by the largest v so far, so that a step never grows again (Reddi et al. 2018, algorithm 2).

    As in PyTorch the maximum is that of v before its correction for the start at zero (the paper has no correction).
    Raises ``ValueError`` unless 0 <= beta1, beta2 < 1 and eps is finite and >= 0.

    >>> theta, optimizer = np.zeros(1), AMSGrad(lr=0.1, beta1=0.0, beta2=0.5, eps=0.0)
    >>> for g in (3.0, 0.0):
    ...     optimizer.step(theta, np.array([g]))
    >>> optimizer.v, optimizer.v_max  # 0.5 * 9, then 0.5 * 4.5
    (array([2.25]), array([4.5]))
    """

    def start(self, params: Array) -> None:
        super().start(params)
        self.v_max = np.zeros_like(params)

    def second_moment(self) -> Array:
        """Return the second-moment estimate under the square root: the largest ``v`` so far."""
        return np.maximum(self.v_max, self.v, out=self.v_max)
