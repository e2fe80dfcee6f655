"""Train networks with dropout at many rates, on few and many examples, narrow and wide: the sweep of the chapter.

Two hidden layers of ReLU units, He's initialization, dropout after each, on mnist1d; Adam, batches of 50, 300 epochs.
Run r has its own data set, its own start and its own masks, all from seed r: seeds 0 to 9 for 1000 examples and 100
units, 0 to 4 for the other cases and for batch normalization. It takes about 35 minutes on one core; run it from this
folder: `python dropout_sweep.py`.
"""

from pathlib import Path

import numpy as np

from tipslib.activations import relu
from tipslib.datasets import Examples, Splits, mnist1d
from tipslib.layers import Activate, BatchNorm, Dense, Dropout
from tipslib.networks import Sequential, mlp
from tipslib.optimizers import Adam
from tipslib.training import evaluate, train

CASES = ((300, 100), (2000, 100), (1000, 30), (1000, 200))  # examples and units, around 1000 and 100
RATES = (0.0, 0.1, 0.2, 0.3, 0.5, 0.7)
FEWER = (0.0, 0.1, 0.3, 0.5, 0.7)  # for the CASES
NORMED = (("every", 0.0), ("every", 0.5), ("last", 0.5))  # with batch normalization
SHOWN = np.unique(np.geomspace(1, 300, 28).round().astype(np.int64))
SHOWN = np.unique(np.append(SHOWN, [20, 40, 80, 150]))
SEEDS, MANY = 5, 10
COLUMNS = ("training loss", "training accuracy", "validation loss", "validation accuracy", "test accuracy")
FILE = Path(__file__).with_name("dropout-sweep.npz")


def load(n: int, seeds: int = SEEDS) -> Splits:
    """Return one data set for each seed, stacked: x (seeds, N, 40), y (seeds, N)."""
    sets = [mnist1d(n=n, seed=seed) for seed in range(seeds)]
    parts = [[getattr(one, part) for one in sets] for part in ("train", "val", "test")]
    return Splits(*[Examples(np.stack([e.x for e in p]), np.stack([e.y for e in p])) for p in parts])


def network(rate: float, width: int, runs: int, normed: str = "") -> Sequential:
    """Return the networks; with batch normalization, dropout after every hidden layer or after the last one alone."""
    options = {"seed": 0, "runs": runs, "dtype": np.float32}
    if normed != "last":
        return mlp([40, width, width, 10], dropout=rate, batch_norm=bool(normed), **options)
    hidden = [layer for _ in range(2) for layer in (Dense(width, bias=False), BatchNorm(), Activate(relu))]
    return Sequential([*hidden, Dropout(rate), Dense(10)], 40, **options)


def run(
    data: Splits, rate: float, width: int = 100, *, lr: float = 1e-3, normed: str = "", epochs: int = 300
) -> np.ndarray:
    """Return the COLUMNS at the epochs SHOWN, (columns, shown, seeds), all measured without dropping anything."""
    return follow(network(rate, width, len(data.train.x), normed), data, lr, epochs)


def follow(net: Sequential, data: Splits, lr: float = 1e-3, epochs: int = 300) -> np.ndarray:
    """Train the networks and return the COLUMNS at the epochs SHOWN."""
    found = []
    for row in train(net, data, Adam(lr), epochs=epochs, batch_size=50, seed=0):
        if row.epoch in SHOWN:
            test = evaluate(net, data.test)[1]
            found.append([row.train_loss, row.train_accuracy, row.val_loss, row.val_accuracy, test])
    return np.moveaxis(np.array(found), 0, 1)


def mended(data: Splits, epochs: int = 300) -> np.ndarray:
    """Return test losses and accuracies with the statistics of training and with those without dropout, (2, 2, seeds).

    Networks with batch normalization and dropout 0.5 after every hidden layer are trained; then one pass over all
    training examples, dropping nothing, replaces the running means and variances.
    """
    net = network(0.5, 100, len(data.train.x), "every")
    follow(net, data, epochs=epochs)
    before = evaluate(net, data.test)
    for layer in net.layers:
        if isinstance(layer, Dropout):
            layer.p = 0.0
        if isinstance(layer, BatchNorm):
            layer.momentum = 0.0
    net.forward(data.train.x, training=True)
    return np.array([before, evaluate(net, data.test)])


def compact(values: np.ndarray) -> np.ndarray:
    """Return measured numbers with four digits or so: the file is small, and no figure shows more."""
    return values if values.dtype.kind == "i" else values.astype(np.float16).astype(np.float32)


def main() -> None:
    middle, many = load(1000), load(1000, MANY)
    measured = {"epochs": SHOWN, "many": np.stack([run(many, rate) for rate in RATES])}
    measured["normed"] = np.array([run(middle, rate, normed=place) for place, rate in NORMED])
    measured["mended"] = mended(middle)
    for n, width in CASES:
        data = load(n)
        measured[f"{n} examples, {width} units"] = np.array([run(data, rate, width) for rate in FEWER])
    np.savez_compressed(FILE, **{name: compact(values) for name, values in measured.items()})


if __name__ == "__main__":
    main()
