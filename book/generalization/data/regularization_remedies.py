"""Train networks on 1000 examples of MNIST-1D with twelve remedies and none: the table of the chapter.

Networks 40-100-100-10 with He's std, ReLU, Adam with learning rate 0.001, batches of 50, 300 epochs, in float32. Run r
of five has a data set of its own, `mnist1d(n=1000, seed=r)`, and a network of its own, `seed=r`, the same for every
remedy: differences between remedies are taken run by run. Everything twice, with the true training labels and with 20 %
of them moved to another class. It takes about 5 minutes; run it from this folder:
`python regularization_remedies.py`.
"""

from functools import partial
from pathlib import Path

import numpy as np

from tipslib.datasets import Examples, Splits, mnist1d
from tipslib.layers import Layer
from tipslib.losses import softmax_cross_entropy
from tipslib.networks import Sequential, mlp
from tipslib.optimizers import Adam, AdamW
from tipslib.regularizers import l1, l2, max_norm
from tipslib.training import evaluate, train

SHARES = (0.0, 0.2)  # of wrong training labels
EPOCHS, RUNS = 300, 5
SHOWN = np.array([1, 2, 3, 4, 5, 7, 10, 14, 20, 28, 40, 57, 80, 113, 160, 226, 300])
COLUMNS = ("train_loss", "train_accuracy", "val_loss", "val_accuracy")
EDGES = np.linspace(-0.61, 0.61, 62)  # of the bins for the weights; the middle one is around 0
GUESSED, GUESSES_AT = ("none", "L2 0.02", "dropout 0.5"), (80, 300)  # whose answers to the test examples are kept
FILE = Path(__file__).with_name("regularization-remedies.npz")


class Noise(Layer):
    """Add normal noise to the inputs, in training only."""

    def __init__(self, std):
        self.std = std

    def seed(self, rngs):
        self.rngs = rngs

    def forward(self, x, *, training=False):
        draws = [rng.standard_normal(x.shape[-2:], np.float32) for rng in self.rngs]
        return x + self.std * np.reshape(draws, x.shape).astype(x.dtype) if training else x.copy()

    def backward(self, dy, *, inputs=True):
        return dy


class Shift(Layer):
    """Turn each signal in a circle by up to `reach` places to either side, in training only."""

    def __init__(self, reach):
        self.reach = reach

    def seed(self, rngs):
        self.rngs = rngs

    def forward(self, x, *, training=False):
        if not training:
            return x.copy()
        steps = np.reshape([rng.integers(-self.reach, self.reach + 1, x.shape[-2]) for rng in self.rngs], x.shape[:-1])
        places = (np.arange(x.shape[-1]) - steps[..., None]) % x.shape[-1]
        return np.take_along_axis(x, places, axis=-1)

    def backward(self, dy, *, inputs=True):
        return dy


REMEDIES = {  # what differs from the plain network: its own arguments, a first layer, penalty, optimizer, loss
    "none": {},
    "L2 0.02": {"penalty": l2(0.02)},
    "dropout 0.5": {"dropout": 0.5},
    "label smoothing 0.1": {"loss": partial(softmax_cross_entropy, smoothing=0.1)},
    "L2 0.01": {"penalty": l2(0.01)},
    "weight decay 1": {"optimizer": partial(AdamW, weight_decay=1.0)},
    "dropout 0.1": {"dropout": 0.1},
    "L1 0.2": {"penalty": l1(0.2)},
    "batch norm": {"batch_norm": True},
    "20 + 20 units": {"hidden": [20, 20]},
    "input noise 0.3": {"first": Noise, "size": 0.3},
    "max-norm 1": {"penalty": max_norm(1.0)},
    "shift by 2": {"first": Shift, "size": 2},
}


def data(share: float, runs: int = RUNS) -> Splits:
    """Return one data set per run, stacked: x (runs, N, 40), y (runs, N)."""
    sets = [mnist1d(n=1000, seed=r).with_label_noise(share, seed=r) for r in range(runs)]
    parts = [[getattr(one, name) for one in sets] for name in ("train", "val", "test")]
    return Splits(*(Examples(np.stack([p.x for p in part]), np.stack([p.y for p in part])) for part in parts))


def network(hidden=(100, 100), dropout=0.0, batch_norm=False, first=None, size=None, runs: int = RUNS) -> Sequential:
    """Return the networks, seeds 0 to 4; a `first` layer changes the inputs, not the first weights."""
    options = {"dtype": np.float32, "runs": runs}
    net = mlp([40, *hidden, 10], batch_norm=batch_norm, dropout=dropout, seed=0, **options)
    if first is None:
        return net
    start = net.params.copy()
    for layer in net.layers:
        layer.release()
    net = Sequential([first(size), *net.layers], 40, seed=0, **options)
    net.params[...] = start
    return net


def run(remedy: str, share: float, epochs: int = EPOCHS, runs: int = RUNS):
    """Yield after each epoch its row and the networks."""
    options = dict(REMEDIES[remedy])
    how = {name: options.pop(name) for name in ("penalty", "loss") if name in options}
    optimizer = options.pop("optimizer", Adam)(0.001)
    net = network(**options, runs=runs)
    for row in train(net, data(share, runs), optimizer, epochs=epochs, batch_size=50, seed=0, **how):
        yield row, net


def weights(net: Sequential) -> tuple[np.ndarray, float, float]:
    """Return how many weights of all runs lie in each bin, the share that is exactly 0, and their root mean square."""
    values = net.params[:, net.decays == 1]
    inside = np.clip(values, EDGES[0] + 1e-6, EDGES[-1] - 1e-6)
    return np.histogram(inside, EDGES)[0], (values == 0).mean(), np.sqrt(np.square(values, dtype=float).mean())


def main() -> None:
    shape = len(REMEDIES), len(SHARES)
    columns = np.full((len(COLUMNS), *shape, EPOCHS, RUNS), np.nan, np.float32)
    test = np.full((2, *shape, len(SHOWN), RUNS), np.nan, np.float32)  # loss, accuracy
    counts = np.zeros((*shape, len(SHOWN), len(EDGES) - 1), np.int32)
    zeros, size = np.zeros((2, *shape, len(SHOWN)), np.float32)
    guesses = np.zeros((len(GUESSED), len(GUESSES_AT), RUNS, 1000), np.uint8)
    for place in np.ndindex(shape):
        remedy, share = list(REMEDIES)[place[0]], SHARES[place[1]]
        held_out = data(share).test
        for row, net in run(remedy, share):
            columns[:, *place, row.epoch - 1] = [getattr(row, name) for name in COLUMNS]
            if row.epoch in SHOWN:
                i = (*place, int(np.flatnonzero(row.epoch == SHOWN)[0]))
                test[:, *i] = evaluate(net, held_out)
                counts[i], zeros[i], size[i] = weights(net)
            if share == 0 and remedy in GUESSED and row.epoch in GUESSES_AT:
                answers = net.predict(held_out.x.astype(np.float32)).argmax(axis=-1)
                guesses[GUESSED.index(remedy), GUESSES_AT.index(row.epoch)] = answers
        accuracy = test[1, *place].mean(axis=-1)
        print(remedy, share, columns[1, *place, -1].mean(), accuracy[[12, 16]].round(3), zeros[i], flush=True)
        np.savez_compressed(
            FILE,
            remedies=list(REMEDIES),
            epochs=SHOWN,
            val_loss=columns[2].astype(np.float16),
            val_accuracy=columns[3].astype(np.float16),
            train_loss=columns[0][:, :, SHOWN - 1],
            train_accuracy=columns[1][:, :, SHOWN - 1],
            test_loss=test[0],
            test_accuracy=test[1],
            counts=counts,
            zeros=zeros,
            size=size,
            guesses=guesses,
        )


if __name__ == "__main__":
    main()
