"""Layers: ``forward`` computes, ``backward`` applies the chain rule, and each reads as its formula.

Rows are examples: ``(N, n_in)`` goes in, ``(N, n_out)`` comes out. With runs every array has one axis more in front,
and the same code serves: transposes and sums name their axes from the end, and a bias is a row, ``(1, n_out)``, so that
it broadcasts in both cases. A layer returns new arrays and never writes into its arguments.
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

import numpy as np

from tipslib.activations import Activation
from tipslib.arrays import Array, batch_sum, check_positive_int, transpose
from tipslib.initializers import Initializer, Shape, constant, he_normal, zeros

ValueT = TypeVar("ValueT")


class Param(NamedTuple):
    """An array that a layer asks its network for: its shape, its first values, and whether weight decay applies.

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


class _Unbound(dict[str, ValueT]):
    """The parameters of a layer that no network holds."""

    def __missing__(self, name: str) -> ValueT:
        raise RuntimeError(f"A layer gets {name} from a network: Sequential([layer], n_in).")


class Layer:
    """A step of a network. To write one: ``build``, ``forward``, ``backward``, then ``gradcheck.check_layer``.

    The network gives it ``params``, ``grads`` and ``buffers``, dicts of views into its own flat vectors, and ``rngs``,
    one generator per run. What ``forward`` keeps for ``backward`` goes into ``cache``.

    >>> class Double(Layer):
    ...     def forward(self, x, *, training=False): return 2 * x
    ...     def backward(self, dy, *, inputs=True): return 2 * dy
    >>> Double().forward(np.array([[1.0]]))
    array([[2.]])
    """

    params: dict[str, Array] = _Unbound()
    grads: dict[str, Array] = _Unbound()
    buffers: dict[str, Array] = _Unbound()
    rngs: list[np.random.Generator]
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

    def recall(self) -> Any:
        """Return what the last ``forward`` put into ``cache``; raises ``RuntimeError`` if there was none."""
        if self.cache is None:
            raise RuntimeError(f"{type(self).__name__}.backward needs a forward before it.")
        return self.cache

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class Dense(Layer):
    """The affine map y = x W + b, with W ``(n_in, n_out)`` and b ``(1, n_out)``, zero at first.

    ``bias=False`` leaves b out. Raises ``ValueError`` unless ``n_out`` is an integer >= 1.

    >>> from tipslib.networks import Sequential
    >>> net = Sequential([Dense(1, constant(2.0))], n_in=2)
    >>> net.forward([[1.0, 3.0]])  # 2 * 1 + 2 * 3
    array([[8.]])
    """

    def __init__(self, n_out: int, init: Initializer = he_normal, bias: bool = True) -> None:
        check_positive_int("Dense needs n_out", n_out)
        self.n_out, self.init, self.bias = n_out, init, bias

    def build(self, n_in: int) -> Plan:
        params = {"W": Param((n_in, self.n_out), self.init, decay=True)}
        if self.bias:
            params["b"] = Param((1, self.n_out), zeros)
        return Plan(self.n_out, params)

    def forward(self, x: Array, *, training: bool = False) -> Array:
        self.cache = x
        y: Array = x @ self.params["W"]
        if self.bias:
            y += self.params["b"]
        return y

    def backward(self, dy: Array, *, inputs: bool = True) -> Array | None:
        x = self.recall()
        np.matmul(transpose(x), dy, out=self.grads["W"])  # dL/dW = x^T dy, summed over the batch
        if self.bias:
            self.grads["b"][...] = batch_sum(dy)
        return dy @ transpose(self.params["W"]) if inputs else None

    def __repr__(self) -> str:
        return f"Dense({self.n_out})"


class Activate(Layer):
    """Apply an activation to every entry: y = f(z). Raises ``TypeError`` for anything but an ``Activation``.

    >>> from tipslib.activations import relu
    >>> Activate(relu).forward(np.array([[-1.0, 2.0]]))
    array([[0., 2.]])
    """

    def __init__(self, activation: Activation) -> None:
        if not isinstance(activation, Activation):
            raise TypeError(f"Activate needs an activation such as relu, got {activation!r}.")
        self.activation = activation

    def forward(self, x: Array, *, training: bool = False) -> Array:
        y = self.activation(x)
        self.cache = x, y
        return y

    def backward(self, dy: Array, *, inputs: bool = True) -> Array:
        z, y = self.recall()
        return dy * self.activation.derivative_from(z, y)

    def __repr__(self) -> str:
        return f"Activate({self.activation})"


class Dropout(Layer):
    """Inverted dropout: in training, drop each entry with probability ``p`` and scale the rest by 1 / (1 - p).

    So inference needs no rescaling (Srivastava et al. 2014, section 10, where p is the probability to *keep*).
    Each run draws its masks from its own generator. Raises ``ValueError`` unless 0 <= p < 1.

    >>> Dropout(0.5).forward(np.array([[1.0, 2.0]]))  # inference: nothing is dropped
    array([[1., 2.]])
    """

    def __init__(self, p: float) -> None:
        if not 0 <= p < 1:
            raise ValueError(f"Dropout needs 0 <= p < 1, got p={p}.")
        self.p = p

    def forward(self, x: Array, *, training: bool = False) -> Array:
        if not training:
            self.cache = 1
            return x.copy()
        keep = np.reshape([rng.random(x.shape[-2:], np.float32) >= self.p for rng in self.rngs], x.shape)
        self.cache = keep * x.dtype.type(1 / (1 - self.p))
        return x * self.cache

    def backward(self, dy: Array, *, inputs: bool = True) -> Array:
        return dy * self.recall()

    def __repr__(self) -> str:
        return f"Dropout({self.p})"


class BatchNorm(Layer):
    """Batch normalization (Ioffe & Szegedy 2015, algorithms 1 and 2): each feature gets mean beta and scale gamma.

    In training mean and variance (1/N) are those of the batch; in inference the running ones, exponential averages with
    the unbiased variance (1/(N - 1)). ``momentum`` is the share of a running value that is *kept* (PyTorch's argument
    is one minus this); ``eps`` keeps a constant feature finite. Training needs two rows or more, else ``ValueError``.

    >>> from tipslib.networks import Sequential
    >>> net = Sequential([BatchNorm(eps=0.0)], n_in=1)
    >>> net.forward([[1.0], [3.0]], training=True)  # mean 2, variance 1
    array([[-1.],
           [ 1.]])
    >>> net.layers[0].buffers["running_mean"], net.layers[0].buffers["running_var"]  # 0.1 * 2; 0.9 * 1 + 0.1 * 2
    (array([[0.2]]), array([[1.1]]))
    """

    def __init__(self, momentum: float = 0.9, eps: float = 1e-5) -> None:
        if not 0 <= momentum < 1:
            raise ValueError(f"BatchNorm needs 0 <= momentum < 1, got momentum={momentum}.")
        if not eps >= 0:
            raise ValueError(f"BatchNorm needs eps >= 0, got eps={eps}.")
        self.momentum, self.eps = momentum, eps

    def build(self, n_in: int) -> Plan:
        row, one = (1, n_in), constant(1.0)
        params = {"gamma": Param(row, one), "beta": Param(row, zeros)}
        return Plan(n_in, params, {"running_mean": Param(row, zeros), "running_var": Param(row, one)})

    def forward(self, x: Array, *, training: bool = False) -> Array:
        if training:
            mean, centered, var = self._batch_statistics(x)
            self._update_running(mean, var, x.shape[-2])
        else:
            centered, var = x - self.buffers["running_mean"], self.buffers["running_var"]
        inv_std = 1 / np.sqrt(var + self.eps)
        x_hat = centered * inv_std
        self.cache = training, x_hat, inv_std
        y = self.params["gamma"] * x_hat
        y += self.params["beta"]
        return y

    @staticmethod
    def _batch_statistics(x: Array) -> tuple[Array, Array, Array]:
        """Return the mean, the centered batch and the biased variance."""
        n = x.shape[-2]
        if n < 2:
            raise ValueError(f"BatchNorm needs 2 or more examples to train, got {n}.")
        mean = batch_sum(x) / n
        centered = x - mean
        return mean, centered, batch_sum(centered * centered) / n

    def _update_running(self, mean: Array, var: Array, n: int) -> None:
        new = {"running_mean": mean, "running_var": var * (n / (n - 1))}
        for name, running in self.buffers.items():
            running += (1 - self.momentum) * (new[name] - running)

    def backward(self, dy: Array, *, inputs: bool = True) -> Array:
        training, x_hat, inv_std = self.recall()
        self.grads["gamma"][...] = batch_sum(dy * x_hat)
        self.grads["beta"][...] = batch_sum(dy)
        if training:  # mean and variance of the batch depend on x too
            n = dy.shape[-2]
            dy = dy - self.grads["beta"] / n - x_hat * (self.grads["gamma"] / n)
        return dy * (self.params["gamma"] * inv_std)
