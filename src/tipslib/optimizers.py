"""Optimizers: the paper's equations on one vector, which ``step`` changes in place.

Formulas are PyTorch's; some defaults are not, as their docstrings say. They write into a ``work`` vector of their own:
for 10^5 parameters a new array per operation means fresh pages from the operating system in every step, which made Adam
several times slower.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from tipslib.arrays import Array

LearningRate: TypeAlias = float | Array | Callable[[int], float]


class Optimizer:
    """What optimizers share: the learning rate, the count of steps, and state made at the first step.

    ``lr`` is a number, an array ``(R, 1)`` with one rate per run, or a schedule: a function of the step, from 0.
    To write one, define ``start`` (make the state) and ``update`` (change ``params`` in place).
    Raises ``ValueError`` for a negative or non-finite ``lr``.

    >>> class SignDescent(Optimizer):
    ...     def update(self, params, grads, lr, decays): params -= lr * np.sign(grads)
    >>> theta = np.array([1.0])
    >>> SignDescent(0.5).step(theta, np.array([7.0]))
    >>> theta
    array([0.5])
    """

    def __init__(self, lr: LearningRate) -> None:
        if not callable(lr) and not (np.all(np.isfinite(lr)) and np.all(np.asarray(lr) >= 0)):
            raise ValueError(f"{type(self).__name__} needs finite lr >= 0, got lr={lr}.")
        self.lr = lr
        self.t = 0
        self.shape: tuple[int, ...] | None = None

    def rate(self, t: int) -> Any:
        """Return the learning rate of step ``t``, counted from 0."""
        return self.lr(t) if callable(self.lr) else self.lr

    def step(self, params: Array, grads: Array, decays: Array | None = None) -> None:
        """Change ``params``, ``(P,)`` or ``(R, P)``, in place; ``decays`` is 1 where weight decay applies.

        Raises ``ValueError`` where ``params`` are not floats, or the shapes differ from each other or from the first.
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
        lr = self.rate(self.t)
        own = lr.astype(params.dtype) if isinstance(lr, np.ndarray) else lr  # float32 times float64 would be slow
        self.update(params, grads, own, decays)
        self.t += 1

    def start(self, params: Array) -> None:
        """Make the state, with shape and dtype of ``params``."""

    def update(self, params: Array, grads: Array, lr: Any, decays: Array | None) -> None:
        """Change ``params`` in place; ``self.t`` steps were made before."""
        raise NotImplementedError(f"{type(self).__name__} must define update(params, grads, lr, decays).")


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
        params -= np.multiply(lr, grads, out=self.work)


class Momentum(Optimizer):
    """The heavy ball: v = momentum v + g, params -= lr v (Polyak 1964).

    The learning rate multiplies v when it is used, as in PyTorch; Polyak's v holds it, which differs while lr changes.
    Raises ``ValueError`` unless 0 <= momentum < 1.

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
        self.v *= self.momentum
        self.v += grads
        params -= np.multiply(lr, self.v, out=self.work)


class Nesterov(Momentum):
    """Momentum that looks ahead: v = momentum v + g, params -= lr (g + momentum v) (Nesterov 1983).

    The form of Sutskever et al. 2013, seen from the point that is looked at, as in PyTorch: g is taken at ``params``.
    Raises ``ValueError`` unless 0 <= momentum < 1.

    >>> theta, ball = np.array([1.0]), Nesterov(lr=0.1, momentum=0.5)
    >>> ball.step(theta, np.array([2.0]))
    >>> theta  # v = 2: 1 - 0.1 * (2 + 0.5 * 2)
    array([0.7])
    """

    def update(self, params: Array, grads: Array, lr: Any, decays: Array | None) -> None:
        self.v *= self.momentum
        self.v += grads
        np.multiply(self.momentum, self.v, out=self.work)
        self.work += grads
        params -= np.multiply(lr, self.work, out=self.work)


class AdaGrad(Optimizer):
    """AdaGrad: s = s + g^2, params -= lr g / (sqrt(s) + eps) (Duchi et al. 2011, section 1.1, diagonal form).

    PyTorch's default ``eps`` is 1e-10. Raises ``ValueError`` unless eps >= 0.

    >>> theta, optimizer = np.array([1.0]), AdaGrad(lr=0.5, eps=0.0)
    >>> optimizer.step(theta, np.array([3.0]))  # 0.5 * 3 / 3
    >>> optimizer.step(theta, np.array([4.0]))  # 0.5 * 4 / 5
    >>> theta
    array([0.1])
    """

    def __init__(self, lr: LearningRate, eps: float = 1e-7) -> None:
        super().__init__(lr)
        self.eps = _checked_eps(self, eps)

    def start(self, params: Array) -> None:
        self.s, self.work = np.zeros_like(params), np.empty_like(params)

    def update(self, params: Array, grads: Array, lr: Any, decays: Array | None) -> None:
        self.s += np.multiply(grads, grads, out=self.work)
        np.sqrt(self.s, out=self.work)
        self.work += self.eps
        np.divide(grads, self.work, out=self.work)
        params -= np.multiply(lr, self.work, out=self.work)


class RMSProp(Optimizer):
    """RMSProp: s = rho s + (1 - rho) g^2, params -= lr g / (sqrt(s) + eps) (Tieleman & Hinton 2012, lecture 6.5).

    ``rho`` is PyTorch's ``alpha``, whose default is 0.99. Without Adam's correction for the start at zero, the first
    step has length lr / sqrt(1 - rho). Raises ``ValueError`` unless 0 <= rho < 1 and eps >= 0.

    >>> theta = np.array([1.0])
    >>> RMSProp(lr=0.1, rho=0.75, eps=0.0).step(theta, np.array([8.0]))
    >>> theta  # s = 16: 1 - 0.1 * 8 / 4
    array([0.8])
    """

    def __init__(self, lr: LearningRate, rho: float = 0.9, eps: float = 1e-8) -> None:
        super().__init__(lr)
        if not 0 <= rho < 1:
            raise ValueError(f"RMSProp needs 0 <= rho < 1, got rho={rho}.")
        self.rho, self.eps = rho, _checked_eps(self, eps)

    def start(self, params: Array) -> None:
        self.s, self.work = np.zeros_like(params), np.empty_like(params)

    def update(self, params: Array, grads: Array, lr: Any, decays: Array | None) -> None:
        np.multiply(grads, grads, out=self.work)
        self.s *= self.rho
        self.s += np.multiply(1 - self.rho, self.work, out=self.work)
        np.sqrt(self.s, out=self.work)
        self.work += self.eps
        np.divide(grads, self.work, out=self.work)
        params -= np.multiply(lr, self.work, out=self.work)


class Adam(Optimizer):
    """Adam (Kingma & Ba 2015, algorithm 1), in the paper's symbols; ``lr`` is alpha, ``eps`` outside the root.

    Raises ``ValueError`` unless 0 <= beta1, beta2 < 1 and eps >= 0.

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
        self.beta1, self.beta2, self.eps = beta1, beta2, _checked_eps(self, eps)

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
        np.sqrt(np.divide(self.spread(), bias2, out=work), out=work)  # sqrt(v_hat), where v_hat = v / (1 - beta2^t)
        work += self.eps
        np.divide(m, work, out=work)
        params -= np.multiply(lr / bias1, work, out=work)  # lr m_hat / (sqrt(v_hat) + eps)

    def spread(self) -> Array:
        """Return what stands under the root, ``v``."""
        return self.v


class AdamW(Adam):
    """Adam after decoupled weight decay: params *= 1 - lr weight_decay first (Loshchilov & Hutter 2019, algorithm 2).

    The decay is not divided by sqrt(v_hat), as the gradient of an L2 penalty would be. It applies where ``decays`` is
    1, everywhere if ``decays`` is not given; ``train`` gives the network's. Raises ``ValueError`` unless
    0 <= beta1, beta2 < 1, eps >= 0 and weight_decay >= 0.

    >>> theta = np.array([10.0, 10.0])
    >>> AdamW(lr=0.1, weight_decay=0.5).step(theta, np.zeros(2), decays=np.array([1.0, 0.0]))
    >>> theta
    array([ 9.5, 10. ])
    """

    def __init__(
        self, lr: LearningRate, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8, weight_decay: float = 0.01
    ) -> None:
        super().__init__(lr, beta1, beta2, eps)
        if not weight_decay >= 0:
            raise ValueError(f"AdamW needs weight_decay >= 0, got weight_decay={weight_decay}.")
        self.weight_decay = weight_decay

    def update(self, params: Array, grads: Array, lr: Any, decays: Array | None) -> None:
        np.multiply(lr * self.weight_decay, 1 if decays is None else decays, out=self.work)
        params *= np.subtract(1, self.work, out=self.work)
        super().update(params, grads, lr, decays)


class AMSGrad(Adam):
    """Adam that divides by the largest v so far, so that no step length grows again (Reddi et al. 2018, algorithm 2).

    As in PyTorch the maximum is taken of v before its correction for the start at zero (the paper has no correction).
    Raises ``ValueError`` unless 0 <= beta1, beta2 < 1 and eps >= 0.

    >>> theta, optimizer = np.zeros(1), AMSGrad(lr=0.1, beta1=0.0, beta2=0.5, eps=0.0)
    >>> for g in (3.0, 0.0):
    ...     optimizer.step(theta, np.array([g]))
    >>> optimizer.v, optimizer.v_max  # 0.5 * 9, then 0.5 * 4.5
    (array([2.25]), array([4.5]))
    """

    def start(self, params: Array) -> None:
        super().start(params)
        self.v_max = np.zeros_like(params)

    def spread(self) -> Array:
        """Return what stands under the root, the largest ``v`` so far."""
        return np.maximum(self.v_max, self.v, out=self.v_max)


def _checked_eps(optimizer: Optimizer, eps: float) -> float:
    if not eps >= 0:
        raise ValueError(f"{type(optimizer).__name__} needs eps >= 0, got eps={eps}.")
    return eps


def clip_by_norm(grads: Array, limit: float) -> Any:
    """Scale ``grads`` in place so that its norm is at most ``limit``, and return the norm before (Pascanu et al. 2013).

    ``grads`` is ``(P,)``, or ``(R, P)`` with one norm per run. PyTorch multiplies by limit / (norm + 1e-6), so that its
    result is a little shorter than the limit. Raises ``ValueError`` unless limit > 0.

    >>> g = np.array([3.0, 4.0])
    >>> clip_by_norm(g, 1.0), g
    (5.0, array([0.6, 0.8]))
    """
    if not limit > 0:
        raise ValueError(f"clip_by_norm needs limit > 0, got limit={limit}.")
    norm = np.sqrt((grads * grads).sum(axis=-1, keepdims=True))
    grads *= limit / np.maximum(norm, limit)
    return float(norm[0]) if grads.ndim == 1 else norm[:, 0]


def clip_by_value(grads: Array, limit: float) -> None:
    """Cut every entry of ``grads``, of any shape, to [-limit, limit] in place. Raises ``ValueError`` unless limit > 0.

    >>> g = np.array([3.0, -0.5])
    >>> clip_by_value(g, 1.0)
    >>> g
    array([ 1. , -0.5])
    """
    if not limit > 0:
        raise ValueError(f"clip_by_value needs limit > 0, got limit={limit}.")
    np.clip(grads, -limit, limit, out=grads)
