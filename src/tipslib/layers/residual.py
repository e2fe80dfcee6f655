"""Layers that the input can bypass by a shortcut."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from tipslib.arrays import Array
from tipslib.layers.base import Layer, Plan, build_all


class Residual(Layer):
    """A shortcut around layers: y = x + f(x), where f is ``layers``, one after the other (He et al. 2016, equation 1).

    Its ``params``, ``grads`` and ``buffers`` are those of the inner layers, named ``"0.W"``, ``"0.b"``, ``"2.W"``, ...;
    the inner layers draw from its generators. Raises ``TypeError`` for something that is not a layer, ``ValueError``
    for layers that belong to another network, and for layers with another number of outputs than inputs.

    >>> from tipslib.initializers import constant
    >>> from tipslib.layers import Dense
    >>> from tipslib.networks import Sequential
    >>> net = Sequential([Residual([Dense(1, constant(2.0))])], n_in=1)
    >>> net.forward([[3.0]])  # 3 + 2 * 3
    array([[9.]])
    >>> list(net.layers[0].params)
    ['0.W', '0.b']
    """

    def __init__(self, layers: Iterable[Layer]) -> None:
        self.layers = list(layers)

    def build(self, n_in: int) -> Plan:
        plans = build_all("Residual", self.layers, n_in)
        n_out = plans[-1].n_out if plans else n_in
        if n_out != n_in:
            raise ValueError(f"Residual needs layers with {n_in} outputs for its {n_in} inputs, got {n_out}.")
        return Plan(n_in, self._merged("params"), self._merged("buffers"))

    def _merged(self, kind: str) -> dict[str, Any]:
        return {
            f"{i}.{name}": p for i, layer in enumerate(self.layers) for name, p in getattr(layer.plan, kind).items()
        }

    def bind(self, kind: str, views: dict[str, Array]) -> None:
        super().bind(kind, views)
        for i, layer in enumerate(self.layers):
            own = getattr(layer.plan, "buffers" if kind == "buffers" else "params")
            layer.bind(kind, {name: views[f"{i}.{name}"] for name in own})

    def seed(self, rngs: list[np.random.Generator]) -> None:
        for layer in self.layers:
            layer.seed(rngs)

    def release(self) -> None:
        super().release()
        for layer in self.layers:
            layer.release()

    def forward(self, x: Array, *, training: bool = False) -> Array:
        h = x
        for layer in self.layers:
            h = layer.forward(h, training=training)
        self.cache = True  # the inner layers keep what backward needs
        return x + h

    def backward(self, dy: Array, *, inputs: bool = True) -> Array | None:
        self.cached()
        gradient: Any = dy
        for i, layer in reversed(list(enumerate(self.layers))):
            gradient = layer.backward(gradient, inputs=inputs or i > 0)
        return dy + gradient if inputs else None

    def __repr__(self) -> str:
        return f"Residual({self.layers})"
