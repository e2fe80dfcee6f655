"""What a layer is, and how its network gives it sizes, arrays and generators."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self, TypeVar

import numpy as np

from tipslib.arrays import Array
from tipslib.initializers import Initializer, Shape

ValueT = TypeVar("ValueT")
_LENT = ("params", "grads", "buffers", "cache")  # what neither a copy nor a pickle of a layer holds


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
    """What a layer says of itself once it knows its number of inputs.

    >>> Plan(3).params
    {}
    """

    n_out: int
    params: dict[str, Param] = field(default_factory=dict)
    buffers: dict[str, Param] = field(default_factory=dict)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self  # it never changes, so copies of a layer can share it


class _Unbound(dict[str, ValueT]):
    """The parameters of a layer that no network holds."""

    def __missing__(self, name: str) -> ValueT:
        raise RuntimeError(f"A layer gets {name} from a network: Sequential([layer], n_in).")


class Layer:
    """A step of a network. To write one: ``build``, ``forward``, ``backward``, then ``gradcheck.check_layer``.

    The network gives it ``params``, ``grads`` and ``buffers``, dicts of views into its own flat vectors; a layer that
    draws gets generators by ``seed``. What ``forward`` keeps for ``backward`` goes into ``cache``. Copies and pickles
    hold none of these but the generators: the copy of a network binds views of its own.

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
        """Return the number of outputs, and the parameters and buffers that are needed for ``n_in`` inputs."""
        return Plan(n_in)

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return the output for ``x``, ``(..., N, n_in)`` to ``(..., N, n_out)``."""
        raise NotImplementedError(f"{type(self).__name__} must define forward(x, *, training=False).")

    def backward(self, dy: Array, *, inputs: bool = True) -> Array | None:
        """Write ``grads`` and return dL/dx from ``dy`` = dL/dy; None if ``inputs`` is False and that saves work."""
        raise NotImplementedError(f"{type(self).__name__} must define backward(dy, *, inputs=True).")

    def bind(self, kind: str, views: dict[str, Array]) -> None:
        """Take the views that the network gives: ``kind`` is ``"params"``, ``"grads"`` or ``"buffers"``."""
        setattr(self, kind, views)

    def seed(self, rngs: list[np.random.Generator]) -> None:
        """Take the generators that the network gives, one per run; only a layer that draws keeps them."""

    def release(self) -> None:
        """Forget the network, so that another may hold this layer."""
        self.plan = None

    def recall(self) -> Any:
        """Return what the last ``forward`` put into ``cache``; raises ``RuntimeError`` if there was none."""
        if self.cache is None:
            raise RuntimeError(f"{type(self).__name__}.backward needs a forward before it.")
        return self.cache

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name not in _LENT}

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


def build_all(owner: str, layers: Sequence[Layer], n: int) -> int:
    """Tell each of ``layers`` its number of inputs, the first ``n``, and return the number of outputs of the last.

    Raises ``TypeError`` for something that is not a layer, ``ValueError`` for a layer that has a network already;
    ``owner`` is named in the message.

    >>> from tipslib.layers import Dense
    >>> build_all("Sequential", [Dense(3), Dense(2)], 4)
    2
    """
    for i, layer in enumerate(layers):
        if not isinstance(layer, Layer):
            raise TypeError(f"{owner} needs layers, got {layer!r} at place {i}.")
        if layer.plan is not None:
            raise ValueError(f"Layer {i}, {layer}, already belongs to a network; make a new one.")
        layer.plan = layer.build(n)
        n = layer.plan.n_out
    return n
