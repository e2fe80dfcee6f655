"""What a layer is, and how a network gives it its sizes, arrays and generators."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self, TypeVar

import numpy as np

from tipslib.arrays import Array
from tipslib.initializers import Initializer, Shape

ValueT = TypeVar("ValueT")
_LEFT_OUT = ("params", "grads", "buffers", "cache")  # of copies and pickles of a layer


class Param(NamedTuple):
    """An array that a layer asks its network for: its shape, its first values, and whether weight decay applies.

    >>> from tipslib.initializers import zeros
    >>> Param((1, 3), zeros).decay
    False
    """

    shape: Shape
    init: Initializer
    decay: bool = False


@dataclass(frozen=True)
class Plan:
    """A layer's number of outputs, and the parameters and buffers that it needs: what ``build`` returns.

    >>> Plan(3).params
    {}
    """

    n_out: int
    params: dict[str, Param] = field(default_factory=dict)
    buffers: dict[str, Param] = field(default_factory=dict)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self  # a plan never changes, so copies of a layer share it


class _Unbound(dict[str, ValueT]):
    """The parameters of a layer that belongs to no network yet."""

    def __missing__(self, name: str) -> ValueT:
        raise RuntimeError(f"A layer gets {name} from a network: Sequential([layer], n_in).")


class Layer:
    """A step of a network. To write one, define ``build``, ``forward`` and ``backward``; check it with ``check_layer``.

    The network gives it ``params``, ``grads`` and ``buffers``: dicts of views into the network's flat vectors. A layer
    that draws random numbers gets its generators from ``seed``. What ``forward`` keeps for ``backward`` goes into
    ``cache``. A copy or a pickle has the generators but neither views nor cache; the copied network binds new views.

    >>> class Double(Layer):
    ...     def forward(self, x, *, training=False): return 2 * x
    ...     def backward(self, dy, *, inputs=True): return 2 * dy
    >>> Double().forward(np.array([[1.0]]))
    array([[2.]])
    """

    params: dict[str, Array] = _Unbound()
    grads: dict[str, Array] = _Unbound()
    buffers: dict[str, Array] = _Unbound()
    plan: Plan | None = None
    cache: Any = None

    def build(self, n_in: int) -> Plan:
        """Return the number of outputs for ``n_in`` inputs, with the parameters and buffers that the layer needs."""
        return Plan(n_in)

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return the output for ``x``, ``(..., N, n_in)`` to ``(..., N, n_out)``."""
        raise NotImplementedError(f"{type(self).__name__} must define forward(x, *, training=False).")

    def backward(self, dy: Array, *, inputs: bool = True) -> Array | None:
        """Write ``grads`` and return dL/dx from ``dy`` = dL/dy, or None if ``inputs`` is False and that saves work."""
        raise NotImplementedError(f"{type(self).__name__} must define backward(dy, *, inputs=True).")

    def bind(self, kind: str, views: dict[str, Array]) -> None:
        """Take views from the network; ``kind`` is ``"params"``, ``"grads"`` or ``"buffers"``."""
        setattr(self, kind, views)

    def seed(self, rngs: list[np.random.Generator]) -> None:
        """Take generators from the network, one per run; only a layer that draws random numbers keeps them."""

    def release(self) -> None:
        """Leave the network, so that this layer can join another."""
        self.plan = None

    def cached(self) -> Any:
        """Return what the last ``forward`` put into ``cache``; raises ``RuntimeError`` if there was no ``forward``."""
        if self.cache is None:
            raise RuntimeError(f"{type(self).__name__}.backward needs a forward before it.")
        return self.cache

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name not in _LEFT_OUT}

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


def build_all(owner: str, layers: Sequence[Layer], n: int) -> list[Plan]:
    """Build ``layers`` one after the other, the first for ``n`` inputs, and return their plans.

    Raises ``TypeError`` for something that is not a layer and ``ValueError`` for a layer that belongs to a network
    already; the message names the ``owner``.

    >>> from tipslib.layers import Dense
    >>> [plan.n_out for plan in build_all("Sequential", [Dense(3), Dense(2)], 4)]
    [3, 2]
    """
    plans = []
    for i, layer in enumerate(layers):
        if not isinstance(layer, Layer):
            raise TypeError(f"{owner} needs layers, got {layer!r} at index {i}.")
        if layer.plan is not None:
            raise ValueError(f"Layer {i}, {layer}, already belongs to a network; make a new one.")
        layer.plan = layer.build(n)
        plans.append(layer.plan)
        n = layer.plan.n_out
    return plans
