"""Layers that normalize to mean 0 and variance 1: each feature over the batch, or each example over its features."""

import numpy as np

from tipslib.arrays import Array, batch_sum, check_finite
from tipslib.initializers import constant, zeros
from tipslib.layers.base import Layer, Param, Plan


class BatchNorm(Layer):
    """Batch normalization (Ioffe & Szegedy 2015, algorithms 1 and 2): each feature gets mean beta and scale gamma.

    In training, mean and variance (1/N) are those of the batch; in inference they are running averages, the variance
    there unbiased (1/(N - 1)). ``momentum`` is the share of a running average that each batch *keeps* (PyTorch's
    argument is one minus this); ``eps`` keeps a constant feature finite. Raises ``ValueError`` for a training batch of
    one example, and unless 0 <= momentum < 1 and eps is finite and >= 0.

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
        check_finite("BatchNorm needs eps", eps)
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
        training, x_hat, inv_std = self.cached()
        self.grads["gamma"][...] = batch_sum(dy * x_hat)
        self.grads["beta"][...] = batch_sum(dy)
        if training:  # mean and variance of the batch depend on x too
            n = dy.shape[-2]
            dy = dy - self.grads["beta"] / n - x_hat * (self.grads["gamma"] / n)
        return dy * (self.params["gamma"] * inv_std)


class LayerNorm(Layer):
    """Layer normalization (Ba et al. 2016, equation 4): each example gets mean beta and scale gamma over its features.

    y = gamma (x - mean) / sqrt(var + eps) + beta, where mean and variance (1/D) are those of the D features of one
    example: training and inference are the same, and a batch of one will do. ``eps`` keeps an example finite whose
    features are all equal.
    Raises ``ValueError`` unless eps is finite and >= 0.

    >>> from tipslib.networks import Sequential
    >>> Sequential([LayerNorm(eps=0.0)], n_in=2).forward([[1.0, 3.0]])  # mean 2, variance 1
    array([[-1.,  1.]])
    """

    def __init__(self, eps: float = 1e-5) -> None:
        check_finite("LayerNorm needs eps", eps)
        self.eps = eps

    def build(self, n_in: int) -> Plan:
        return Plan(n_in, {"gamma": Param((1, n_in), constant(1.0)), "beta": Param((1, n_in), zeros)})

    def forward(self, x: Array, *, training: bool = False) -> Array:
        centered = x - x.mean(axis=-1, keepdims=True)
        inv_std = 1 / np.sqrt((centered * centered).mean(axis=-1, keepdims=True) + self.eps)
        x_hat = centered * inv_std
        self.cache = x_hat, inv_std
        return self.params["gamma"] * x_hat + self.params["beta"]

    def backward(self, dy: Array, *, inputs: bool = True) -> Array:
        x_hat, inv_std = self.cached()
        self.grads["gamma"][...] = batch_sum(dy * x_hat)
        self.grads["beta"][...] = batch_sum(dy)
        d_hat = dy * self.params["gamma"]
        along = (d_hat * x_hat).mean(axis=-1, keepdims=True)  # mean and variance of the example depend on x too
        return inv_std * (d_hat - d_hat.mean(axis=-1, keepdims=True) - x_hat * along)
