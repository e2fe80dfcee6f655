"""Penalties on large weights, and constraints that are restored after each step.

A penalty is called with ``params``, ``(P,)`` or ``(R, P)`` with runs, and ``decays``, ``(P,)``, which is 1 where the
penalty applies (a network's ``net.decays``: weights, not biases, gamma, beta or slopes). It returns its value and its
gradient. A strength is a number, or an array ``(R, 1)`` with one strength per run.
"""

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from tipslib.arrays import Array, check_finite, float_if_single, floats

Strength: TypeAlias = float | Array
PenaltyFunction: TypeAlias = Callable[[Array, Array], tuple[Any, Array]]


class Regularizer:
    """What ``train`` calls around each optimizer step. This one does nothing; the others override what they need.

    >>> Regularizer().after_step(None, lr=0.1)
    """

    def add_gradient(self, net: Any) -> None:
        """Add to ``net.grads`` in place, before the optimizer's step."""

    def after_step(self, net: Any, lr: Any) -> None:
        """Change ``net.params`` in place, after the optimizer's step with the rate ``lr``."""


class Penalty(Regularizer):
    """A function of the weights whose gradient is added to that of the loss. To write one, define ``__call__``.

    >>> class Cubes(Penalty):
    ...     def __call__(self, params, decays):
    ...         return float((decays * abs(params) ** 3).sum()) / 3, decays * params * abs(params)
    >>> Cubes()(np.array([-3.0]), np.array([1.0]))
    (9.0, array([-9.]))
    """

    def __call__(self, params: Array, decays: Array) -> tuple[Any, Array]:
        """Return the value, a float or ``(R,)``, and its gradient, of the shape of ``params``."""
        raise NotImplementedError(f"{type(self).__name__} must define __call__(params, decays).")

    def add_gradient(self, net: Any) -> None:
        net.grads += self(net.params, net.decays)[1]


@dataclass(frozen=True)
class FunctionPenalty(Penalty):
    """The penalty of a plain ``function(params, decays)`` that returns value and gradient.

    >>> FunctionPenalty(lambda params, decays: (float(params.sum()), decays))(np.array([2.0]), np.array([1.0]))
    (2.0, array([1.]))
    """

    function: PenaltyFunction

    def __call__(self, params: Array, decays: Array) -> tuple[Any, Array]:
        return self.function(params, decays)


def as_regularizer(penalty: Regularizer | PenaltyFunction | None) -> Regularizer:
    """Return ``penalty`` itself, a ``FunctionPenalty`` of a plain function, or for None one that does nothing.

    Raises ``TypeError`` for anything else.

    >>> as_regularizer(l2(0.5)), type(as_regularizer(None)).__name__
    (l2(strength=0.5), 'Regularizer')
    """
    if penalty is None:
        return Regularizer()
    if isinstance(penalty, Regularizer):
        return penalty
    if not callable(penalty):
        raise TypeError(f"A penalty is such as l2(0.01), a function of (params, decays) or None, got {penalty!r}.")
    return FunctionPenalty(penalty)


@dataclass(frozen=True)
class l2(Penalty):
    """strength / 2 times the sum of w^2: the gradient, strength w, shrinks all weights by the same factor.

    With SGD this is weight decay: w is multiplied by 1 - lr strength (Hanson & Pratt 1988; PyTorch's ``weight_decay``).
    Raises ``ValueError`` unless the strength is finite and >= 0.

    >>> l2(0.5)(np.array([2.0, 4.0]), np.array([1.0, 0.0]))  # 0.5 / 2 * 4; the second one does not decay
    (1.0, array([1., 0.]))
    """

    strength: Strength

    def __post_init__(self) -> None:
        check_finite("l2 needs strength", self.strength)

    def __call__(self, params: Array, decays: Array) -> tuple[Any, Array]:
        gradient = np.asarray(self.strength * (decays * params), params.dtype)
        return float_if_single((0.5 * gradient * params).sum(axis=-1)), gradient


@dataclass(frozen=True)
class l1(Penalty):
    """strength times the sum of |w|, which makes many weights exactly zero (Tibshirani 1996).

    Called, it returns strength sign(w) as gradient, with sign(0) = 0. Descent along that never reaches zero: it steps
    back and forth across it. So ``train`` adds no gradient; after every step it soft-thresholds the weights by
    lr strength. With SGD that is proximal gradient descent (Beck & Teboulle 2009, equation 3.2). With other optimizers
    the threshold is the same, decoupled from the gradient's history as AdamW's decay is; under ``Momentum``, whose
    steps are 1 / (1 - momentum) times longer, a strength does less by that factor. ``clip_norm`` does not affect it.
    With ``proximal=False`` ``train`` descends along the sign. Raises ``ValueError`` unless the strength is finite and
    >= 0.

    >>> l1(0.5)(np.array([-3.0, 4.0]), np.array([1.0, 1.0]))
    (3.5, array([-0.5,  0.5]))
    """

    strength: Strength
    _: KW_ONLY
    proximal: bool = True

    def __post_init__(self) -> None:
        check_finite("l1 needs strength", self.strength)

    def __call__(self, params: Array, decays: Array) -> tuple[Any, Array]:
        gradient = np.asarray(self.strength * (decays * np.sign(params)), params.dtype)
        return float_if_single((gradient * params).sum(axis=-1)), gradient

    def add_gradient(self, net: Any) -> None:
        if not self.proximal:
            super().add_gradient(net)

    def after_step(self, net: Any, lr: Any) -> None:
        if self.proximal:
            net.params[...] = soft_threshold(net.params, lr * self.strength * net.decays)


@dataclass(frozen=True)
class elastic_net(Penalty):
    """l1 times the sum of |w| plus l2 / 2 times the sum of w^2 (Zou & Hastie 2005, with a factor 1/2 at the squares).

    In ``train`` the squares act through the gradient and the absolute values through soft-thresholding, as they do
    alone. Raises ``ValueError`` unless both strengths are finite and >= 0.

    >>> elastic_net(0.5, 0.1)(np.array([-3.0, 4.0]), np.array([1.0, 1.0]))  # 0.5 * 7 + 0.05 * 25
    (4.75, array([-0.8,  0.9]))
    """

    l1: Strength
    l2: Strength

    def __post_init__(self) -> None:
        check_finite("elastic_net needs l1", self.l1)
        check_finite("elastic_net needs l2", self.l2)

    @cached_property
    def _parts(self) -> tuple[Penalty, Penalty]:
        return l1(self.l1), l2(self.l2)

    def __call__(self, params: Array, decays: Array) -> tuple[Any, Array]:
        (first, gradient), (second, other) = (part(params, decays) for part in self._parts)
        return first + second, gradient + other

    def add_gradient(self, net: Any) -> None:
        for part in self._parts:
            part.add_gradient(net)

    def after_step(self, net: Any, lr: Any) -> None:
        for part in self._parts:
            part.after_step(net, lr)


@dataclass(frozen=True)
class max_norm(Regularizer):
    """A constraint: the weights into a unit, a column of W, have a norm of at most ``limit`` (Srivastava et al. 2014).

    Called with a network, it shortens in place each column that is longer, of every array that decays (section 5.1).
    ``train(..., penalty=max_norm(3.0))`` does so after every step. PyTorch's ``renorm`` divides by the norm + 1e-7.
    Raises ``ValueError`` unless the limit is finite and > 0.

    >>> from tipslib.networks import mlp
    >>> net = mlp([2, 1])
    >>> net.params[:] = 3.0, 4.0, 7.0  # W has norm 5; the bias is left alone
    >>> max_norm(1.0)(net)
    >>> net.params
    array([0.6, 0.8, 7. ])
    """

    limit: Strength

    def __post_init__(self) -> None:
        check_finite("max_norm needs limit", self.limit, positive=True)

    def __call__(self, net: Any) -> None:
        limit = np.asarray(self.limit, net.params.dtype)[..., None]  # (R, 1) to (R, 1, 1)
        for layer in net.layers:
            for name, param in layer.plan.params.items():
                if param.decay:
                    W = layer.params[name]
                    norm = np.sqrt((W * W).sum(axis=-2, keepdims=True))
                    W *= limit / np.maximum(norm, limit)

    def after_step(self, net: Any, lr: Any) -> None:
        self(net)


def soft_threshold(params: ArrayLike, threshold: ArrayLike) -> Array:
    """Return sign(w) max(|w| - threshold, 0), the proximal map of threshold * |w| (Donoho 1995), as a new array.

    ``params`` is of any shape, ``threshold`` a number or an array that broadcasts to it. Raises ``ValueError`` for a
    negative threshold.

    >>> soft_threshold([-3.0, 0.5, 2.0], 1.0)
    array([-2.,  0.,  1.])
    """
    params = floats(params)
    threshold = np.asarray(threshold, params.dtype)
    if not (threshold >= 0).all():
        raise ValueError(f"soft_threshold needs threshold >= 0, got {threshold.min()}.")
    return params - np.clip(params, -threshold, threshold)
