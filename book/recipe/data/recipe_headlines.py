"""Train plain, residual and convolutional networks on mnist1d, and keep what the headlines of the recipe rest on.

The grid: plain and residual networks x four depths x four rates x 30 and 90 epochs, five seeds each, layers of 50
units, 2000 examples, batches of 64, SGD whose rate falls to 0 along half a cosine. Their errors are kept at 30 moments.
Beside it, at the end of training alone: other rates and sizes of the data, dropout in several doses and places, a small
convolution. A start that diverges stays in: its error is that of guessing. It takes about fifteen minutes; run it from
this folder: `python recipe_headlines.py`.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tipslib.activations import relu
from tipslib.arrays import Array
from tipslib.batches import shuffled
from tipslib.datasets import mnist1d
from tipslib.initializers import variance_scaling
from tipslib.layers import Activate, Dense, Dropout, Layer, Plan, Residual
from tipslib.losses import softmax_cross_entropy
from tipslib.networks import Sequential, mlp
from tipslib.optimizers import SGD
from tipslib.random import run_generators
from tipslib.schedules import cosine

NETS = ("plain", "residual")
DEPTHS = (2, 6, 12, 20)
RATES = (0.03, 0.1, 0.3, 1.0)
BUDGETS = (30, 90)
DOSES = ((0.01, 20), (0.1, 20), (0.1, 2), (0.3, 2))  # of dropout, and after how many of the last layers
POINTS, SEEDS = 30, 5
PARTS = ("train", "val", "test")
FILE = Path(__file__).with_name("recipe-headlines.npz")
mnist1d = cache(mnist1d)


class Setting(NamedTuple):
    """One training. `size` is the depth, or the channels of a convolution; dropout follows the last `places` layers."""

    net: str
    size: int
    rate: float
    epochs: int = 30
    n: int = 2000
    dropout: float = 0.0
    places: int = 0

    def __str__(self) -> str:
        name = f"{self.net} {self.size}, rate {self.rate:g}, {self.epochs} epochs, {self.n} examples"
        return name + (f", dropout {self.dropout:g} x {self.places}" if self.places else "")


class Windows(Layer):
    """Cut signals (..., N, length channels) into windows, (..., N places, width channels), with a zero at each end."""

    def __init__(self, length: int, width: int, stride: int = 2) -> None:
        places = np.arange(0, length + 2 - width + 1, stride)
        self.length, self.rows = length, places[:, None] + np.arange(width)

    def build(self, n_in: int) -> Plan:
        self.channels = n_in // self.length
        return Plan(self.rows.shape[1] * self.channels)

    def forward(self, x: Array, *, training: bool = False) -> Array:
        self.cache = x.shape
        signal = x.reshape(*x.shape[:-1], self.length, self.channels)
        padded = np.pad(signal, [(0, 0)] * (x.ndim - 1) + [(1, 1), (0, 0)])
        cut = padded[..., self.rows, :]
        return cut.reshape(*x.shape[:-2], -1, self.rows.shape[1] * self.channels)

    def backward(self, dy: Array, *, inputs: bool = True) -> Array | None:
        if not inputs:
            return None
        shape = self.cached()
        padded = np.zeros((*shape[:-1], self.length + 2, self.channels), dy.dtype)
        parts = dy.reshape(*shape[:-1], *self.rows.shape, self.channels)
        for j in range(self.rows.shape[1]):
            padded[..., self.rows[:, j], :] += parts[..., j, :]
        return padded[..., 1:-1, :].reshape(shape)


class Rejoin(Layer):
    """Put the outputs for the windows of a signal side by side: (..., N places, C) to (..., N, places C)."""

    def __init__(self, places: int) -> None:
        self.places = places

    def build(self, n_in: int) -> Plan:
        return Plan(n_in * self.places)

    def forward(self, x: Array, *, training: bool = False) -> Array:
        return x.reshape(*x.shape[:-2], -1, self.places * x.shape[-1])

    def backward(self, dy: Array, *, inputs: bool = True) -> Array | None:
        return dy.reshape(*dy.shape[:-2], -1, dy.shape[-1] // self.places)


def convolution(channels: int) -> list[Layer]:
    """Return three convolutions with stride 2 and a softmax layer, as in Greydanus and Kobak (2024)."""
    layers: list[Layer] = []
    for length, width, places in ((40, 5, 19), (19, 3, 10), (10, 3, 5)):
        layers += [Windows(length, width), Dense(channels), Activate(relu), Rejoin(places)]
    return [*layers, Dense(10)]


def build(net: str, size: int, dropout: float = 0.0, places: int = 0) -> Sequential:
    """Return five networks, seeds 0 to 4; without shortcuts and with std √2/√n the residual one is the plain one."""
    options = {"seed": 0, "runs": SEEDS, "dtype": np.float32}
    if net == "convolution":
        return Sequential(convolution(size), 40, **options)
    if net == "residual":
        init = variance_scaling(np.sqrt(2 / size))
        blocks = [Residual([Activate(relu), Dense(50, init)]) for _ in range(size - 1)]
        return Sequential([Dense(50), *blocks, Activate(relu), Dense(10)], 40, **options)
    if not places:
        return mlp([40, *[50] * size, 10], **options)
    layers: list[Layer] = []
    for i in range(size):
        layers += [Dense(50), Activate(relu), *([Dropout(dropout)] if i >= size - places else [])]
    return Sequential([*layers, Dense(10)], 40, **options)


def wrong(net: Sequential, part: str, n: int) -> Array:
    """Return the share of wrong answers of each network."""
    x, y = getattr(mnist1d(n), part)
    return (net.forward(x.astype(np.float32)).argmax(axis=-1) != y).mean(axis=-1)


@np.errstate(all="ignore")
def epochs(setting: Setting) -> Iterator[Sequential]:
    """Yield the networks after each epoch; one that diverged goes on, its numbers are none."""
    net = build(setting.net, setting.size, setting.dropout, setting.places)
    x, y = mnist1d(setting.n).train
    data = mnist1d(setting.n).train._replace(x=x.astype(np.float32))
    optimizer = SGD(cosine(setting.rate, setting.epochs * -(-len(y) // 64)))
    rngs = run_generators(0, SEEDS)
    for _ in range(setting.epochs):
        for xb, yb in shuffled(data, 64, rngs, SEEDS):
            net.backward(softmax_cross_entropy(net.forward(xb, training=True), yb)[1], inputs=False)
            optimizer.step(net.params, net.grads)
        yield net


@np.errstate(all="ignore")
def curves(setting: Setting, points: int = POINTS) -> tuple[Array, Array]:
    """Return errors on training and validation examples at 30 moments, (2, points, 5), and the last three, (3, 5)."""
    every, rows = setting.epochs // POINTS, []
    for epoch, net in enumerate(epochs(setting), start=1):
        if epoch % every == 0:
            rows.append([wrong(net, part, setting.n) for part in PARTS[:2]])
        if len(rows) == points:
            break
    return np.array(rows).swapaxes(0, 1), np.array([wrong(net, part, setting.n) for part in PARTS])


@np.errstate(all="ignore")
def ends(setting: Setting) -> Array:
    """Return the errors on training, validation and test examples at the end, (3, 5)."""
    *_, net = epochs(setting)
    return np.array([wrong(net, part, setting.n) for part in PARTS])


def grid() -> list[Setting]:
    """Return the settings whose curves are kept."""
    return [
        Setting(net, depth, rate, budget) for budget in BUDGETS for depth in DEPTHS for net in NETS for rate in RATES
    ]


def others() -> list[Setting]:
    """Return the settings beside the grid, of which only the end is kept."""
    more = [Setting("plain", 6, rate, n=4000) for rate in (0.1, 0.3)]
    more += [Setting(net, 20, 0.1, n=4000) for net in NETS]
    more += [Setting(net, depth, 3.0, epochs) for net in NETS for depth in (2, 6) for epochs in BUDGETS]
    more += [Setting("plain", depth, 0.01, 90) for depth in DEPTHS]
    for dose in DOSES:
        more += [Setting("plain", 20, 0.1, epochs, 2000, *dose) for epochs in BUDGETS]
        more += [Setting("plain", 6, 0.3, 30, 2000, dose[0], min(dose[1], 6))]
    more += [Setting("plain", 20, rate, 30, 2000, 0.1, 2) for rate in (0.03, 0.3)]
    more += [Setting("convolution", 15, rate) for rate in RATES]
    more += [Setting("convolution", channels, 0.3, epochs) for channels in (5, 25) for epochs in BUDGETS]
    more += [Setting("convolution", 15, 0.3, 90), Setting("convolution", 15, 0.3, n=4000)]
    return [*more, *(Setting("plain", 2, rate, n=4000) for rate in (0.3, 1.0))]


def main() -> None:
    last, kept = {}, []
    for setting in [*grid(), *others()]:
        if len(kept) < len(grid()):
            course, end = curves(setting)
            kept.append(course)
        else:
            end = ends(setting)
        last[str(setting)] = end
        print(setting, end.mean(axis=1).round(3), flush=True)
    np.savez_compressed(
        FILE, names=list(last), ends=np.array(list(last.values()), np.float32), curves=np.array(kept, np.float32)
    )


if __name__ == "__main__":
    main()
