"""Train 60 networks to the end and keep all their curves: what the criteria of early stopping are tried on.

Six settings (data, training examples, share of wrong training labels) x ten networks with two hidden layers of 100 ReLU
units, seeds 0 to 9; Adam at rate 0.001, batches of 50, 120 epochs, no regularization. On mnist1d each network has a
data set of its own, on digits they share the images. Wrong labels are drawn for each seed. After each epoch training,
validation and test examples are measured, and the first 50 validation examples by themselves; the labels of these are
right. It takes about a minute; run it from this folder: `python early_stopping_curves.py`.
"""

from pathlib import Path

import numpy as np

from tipslib.datasets import Examples, Splits, digits, mnist1d
from tipslib.networks import mlp
from tipslib.optimizers import Adam
from tipslib.training import evaluate, train

SETTINGS = [
    ("mnist1d", 1000, 0.0),
    ("mnist1d", 1000, 0.2),
    ("mnist1d", 1000, 0.4),
    ("mnist1d", 4000, 0.0),
    ("mnist1d", 4000, 0.2),
    ("digits", 300, 0.3),
]
SEEDS = range(10)
EPOCHS = 120
FEW = 50
COLUMNS = (
    "train_loss",
    "train_accuracy",
    "val_loss",
    "val_accuracy",
    "few_loss",
    "few_accuracy",
    "test_loss",
    "test_accuracy",
)
FILE = Path(__file__).with_name("early-stopping-curves.npz")


def data(name: str, n: int, wrong: float) -> Splits:
    """Return one data set for each seed, arrays (R, N, D) and (R, N)."""
    sets = [mnist1d(n, seed=seed) if name == "mnist1d" else digits(n) for seed in SEEDS]
    sets = [splits.with_label_noise(wrong, seed=seed) for seed, splits in zip(SEEDS, sets, strict=True)]
    parts = {
        name: Examples(*(np.stack(arrays) for arrays in zip(*(getattr(s, name) for s in sets), strict=True)))
        for name in ("train", "val", "test")
    }
    return Splits(**parts)


def run(name: str, n: int, wrong: float, epochs: int = EPOCHS) -> np.ndarray:
    """Train one network on each data set; return the curves, (columns, seeds, epochs)."""
    splits = data(name, n, wrong)
    net = mlp([splits.train.x.shape[-1], 100, 100, 10], seed=0, dtype=np.float32, runs=len(SEEDS))
    few = Examples(splits.val.x[:, :FEW], splits.val.y[:, :FEW])
    aside = [Examples(x.astype(np.float32), y) for x, y in (few, splits.test)]
    rows = []
    for row in train(net, splits, Adam(lr=0.001), epochs=epochs, batch_size=50, seed=0):
        measured = [getattr(row, column) for column in COLUMNS[:4]]
        rows.append([*measured, *evaluate(net, aside[0]), *evaluate(net, aside[1])])
    return np.array(rows).transpose(1, 2, 0)


def main() -> None:
    curves = []
    for setting in SETTINGS:
        curves.append(run(*setting))
        print(*setting, dict(zip(COLUMNS, curves[-1][:, :, -1].mean(axis=1).round(3), strict=True)), flush=True)
    columns = {name: np.array([c[i] for c in curves], np.float32) for i, name in enumerate(COLUMNS)}
    np.savez_compressed(FILE, **columns)


if __name__ == "__main__":
    main()
