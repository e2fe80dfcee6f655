"""Penalties on large weights: functions ``(params, decays) -> (value, gradient)``, and what happens after a step.

``params`` is ``(P,)``, or ``(R, P)`` with runs; ``decays`` ``(P,)`` is 1 where a penalty applies, a network's
``net.decays``: weights, not biases, gamma, beta or slopes. A strength is a number, or an array ``(R, 1)``, one per run.
In ``training.train`` a penalty acts by up to two attributes, if it has them:

- ``smooth``: the penalty whose gradient is added to that of the loss (None: none; a plain function: itself);
- ``after_step(net, lr)``: what is done to the weights, in place, after the optimizer's step with the rate ``lr``.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from tipslib.arrays import Array, floats

Penalty: TypeAlias = Callable[[Array, Array], tuple[Any, Array]]
Strength: TypeAlias = float | Array


def _check_strength(name: str, strength: Strength) -> None:
    if not (np.all(np.isfinite(strength)) and np.all(np.asarray(strength) >= 0)):
        raise ValueError(f"{name} needs a finite strength >= 0, got {strength}.")


def _sum(terms: Array) -> Any:
    value = terms.sum(axis=-1)
    return value if value.ndim else float(value)


class L2:
    """The penalty strength / 2 times the sum of w^2, whose gradient, strength w, shrinks all weights by one factor.

    With SGD that is weight decay: w is multiplied by 1 - lr strength (Hanson & Pratt 1988; PyTorch's ``weight_decay``).
    Made by ``l2``. Raises ``ValueError`` for a negative or non-finite strength, as the other penalties do.

    >>> l2(0.5)(np.array([2.0, 4.0]), np.array([1.0, 0.0]))  # 0.5 / 2 * 4; the second one does not decay
    (1.0, array([1., 0.]))
    """

    def __init__(self, strength: Strength) -> None:
        _check_strength("l2", strength)
        self.strength = strength

    def __call__(self, params: Array, decays: Array) -> tuple[Any, Array]:
        gradient = np.asarray(self.strength * (decays * params), params.dtype)
        return _sum(0.5 * gradient * params), gradient


class L1:
    """The penalty strength times the sum of |w|, which makes many weights exactly zero (Tibshirani 1996).

    Called, it returns strength sign(w) as gradient, with sign(0) = 0. Descent along that never reaches zero: it steps
    back and forth over it. So ``train`` adds no gradient, and soft-thresholds the weights by lr strength after every
    step: with SGD, proximal gradient descent (Beck & Teboulle 2009, equation 3.2). With other optimizers the threshold
    is the same, decoupled from the gradient's history as AdamW's decay is; under ``Momentum``, whose steps are
    1 / (1 - momentum) times longer, a strength does less by that factor. ``clip_norm`` does not reach it. For plain
    descent along the sign pass ``proximal=False``. Made by ``l1``.

    >>> l1(0.5)(np.array([-3.0, 4.0]), np.array([1.0, 1.0]))
    (3.5, array([-0.5,  0.5]))
    """

    def __init__(self, strength: Strength, proximal: bool = True) -> None:
        _check_strength("l1", strength)
        self.strength, self.proximal = strength, proximal

    def __call__(self, params: Array, decays: Array) -> tuple[Any, Array]:
        gradient = np.asarray(self.strength * (decays * np.sign(params)), params.dtype)
        return _sum(gradient * params), gradient

    @property
    def smooth(self) -> Penalty | None:
        """What ``train`` adds to the loss: nothing, or with ``proximal=False`` the penalty itself."""
        return None if self.proximal else self

    def after_step(self, net: Any, lr: Any) -> None:
        """Soft-threshold the weights of ``net`` by lr strength, in place."""
        if self.proximal:
            net.params[...] = soft_threshold(net.params, lr * self.strength * net.decays)


class ElasticNet:
    """The sum of an ``l1`` and an ``l2`` penalty (Zou & Hastie 2005, with a factor 1/2 at the squares).

    In ``train`` the squares act through the gradient, and the absolute values through soft-thresholding, as alone.
    Made by ``elastic_net``.

    >>> elastic_net(0.5, 0.1)(np.array([-3.0, 4.0]), np.array([1.0, 1.0]))  # 0.5 * 7 + 0.05 * 25
    (4.75, array([-0.8,  0.9]))
    """

    def __init__(self, l1: Strength, l2: Strength) -> None:
        self.l1, self.l2 = L1(l1), L2(l2)
        self.smooth, self.after_step = self.l2, self.l1.after_step

    def __call__(self, params: Array, decays: Array) -> tuple[Any, Array]:
        (first, gradient), (second, other) = self.l1(params, decays), self.l2(params, decays)
        return first + second, gradient + other


class MaxNorm:
    """A constraint: the weights into a unit, a column of W, have a norm of at most ``limit`` (Srivastava et al. 2014).

    Called with a network it shortens, in place, each column that is longer, of every array that decays (section 5.1).
    ``train(..., penalty=max_norm(3.0))`` does so after every step. PyTorch's ``renorm`` divides by the norm + 1e-7.
    Made by ``max_norm``. Raises ``ValueError`` for a limit that is not positive and finite.

    >>> from tipslib.networks import mlp
    >>> net = mlp([2, 1])
    >>> net.params[:] = 3.0, 4.0, 7.0  # W has norm 5; the bias is left alone
    >>> max_norm(1.0)(net)
    >>> net.params
    array([0.6, 0.8, 7. ])
    """

    smooth = None

    def __init__(self, limit: Strength) -> None:
        if not (np.all(np.isfinite(limit)) and np.all(np.asarray(limit) > 0)):
            raise ValueError(f"max_norm needs a finite limit > 0, got {limit}.")
        self.limit = limit

    def __call__(self, net: Any) -> None:
        limit = np.asarray(self.limit, net.params.dtype)[..., None]  # (R, 1) to (R, 1, 1)
        for layer in net.layers:
            for name, param in layer.plan.params.items():
                if param.decay:
                    W = layer.params[name]
                    norm = np.sqrt((W * W).sum(axis=-2, keepdims=True))
                    W *= limit / np.maximum(norm, limit)

    def after_step(self, net: Any, lr: Any) -> None:
        """Shorten the columns of ``net`` that are too long."""
        self(net)


def l1(strength: Strength, *, proximal: bool = True) -> L1:
    """Return the penalty strength * sum |w|; ``proximal`` says whether ``train`` soft-thresholds, see ``L1``.

    Raises ``ValueError`` for a negative or non-finite strength, which is a number or has shape ``(R, 1)``.

    >>> l1(0.5)(np.array([-3.0]), np.array([1.0]))
    (1.5, array([-0.5]))
    """
    return L1(strength, proximal)


def l2(strength: Strength) -> L2:
    """Return the penalty strength / 2 * sum w^2. Raises ``ValueError`` for a negative or non-finite strength.

    The strength is a number or has shape ``(R, 1)``.

    >>> l2(0.5)(np.array([-2.0]), np.array([1.0]))
    (1.0, array([-1.]))
    """
    return L2(strength)


def elastic_net(l1: Strength, l2: Strength) -> ElasticNet:
    """Return the penalty l1 * sum |w| + l2 / 2 * sum w^2. Raises ``ValueError`` for a negative or non-finite strength.

    Strengths are numbers or have shape ``(R, 1)``.

    >>> elastic_net(0.5, 0.5)(np.array([-2.0]), np.array([1.0]))
    (2.0, array([-1.5]))
    """
    return ElasticNet(l1, l2)


def max_norm(limit: Strength) -> MaxNorm:
    """Return the constraint that no unit has incoming weights of a norm above ``limit``, ``(R, 1)`` or a number.

    Raises ``ValueError`` for a limit that is not positive and finite.

    >>> max_norm(3.0).limit
    3.0
    """
    return MaxNorm(limit)


def soft_threshold(params: ArrayLike, threshold: ArrayLike) -> Array:
    """Return sign(w) max(|w| - threshold, 0), the proximal map of threshold * |w| (Donoho 1995), as a new array.

    ``params`` is of any shape, ``threshold`` a number or an array that fits it. Raises ``ValueError`` for a negative
    threshold.

    >>> soft_threshold([-3.0, 0.5, 2.0], 1.0)
    array([-2.,  0.,  1.])
    """
    params = floats(params)
    threshold = np.asarray(threshold, params.dtype)
    if not (threshold >= 0).all():
        raise ValueError(f"soft_threshold needs threshold >= 0, got {threshold.min()}.")
    return params - np.clip(params, -threshold, threshold)
