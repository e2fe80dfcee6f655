"""Fit a curve with dropout and draw the band of its predictions with the masks on: few and many points, five rates.

Two hidden layers of 100 units, dropout after each, 3000 steps of Adam on batches of 20, five starts. The points lie in
two clusters with a gap between them. It takes about five minutes; run it from this folder: `python dropout_bands.py`.
"""

from pathlib import Path

import numpy as np

from tipslib.activations import relu, tanh
from tipslib.datasets import Examples, Splits
from tipslib.losses import mean_squared_error
from tipslib.networks import mlp
from tipslib.optimizers import Adam
from tipslib.schedules import cosine
from tipslib.training import fit

SIZES = (20, 200, 2000)
RATES = (0.05, 0.1, 0.2, 0.5)
ACTIVATIONS = {"ReLU": relu, "tanh": tanh}
GRID = np.linspace(-4, 4, 65)
STEPS, BATCH, PASSES, SEEDS, NOISE = 3000, 20, 200, 5, 0.1
FILE = Path(__file__).with_name("dropout-bands.npz")


def points(n: int) -> Examples:
    """Return n points of a sine with noise, x in [-2, -0.5] and [0.5, 2]."""
    rng = np.random.default_rng(0)
    x = rng.uniform(0.5, 2.0, n) * np.where(np.arange(n) % 2, 1, -1)
    return Examples(x[:, None], (np.sin(2 * x) + rng.normal(0, NOISE, n))[:, None])


def band(n: int, rate: float, activation: str, *, lr: float = 0.01, steps: int = STEPS) -> np.ndarray:
    """Return mean and std of the predictions over the masks, then three of them, on the GRID: (5, seeds, grid)."""
    examples = points(n)
    net = mlp([1, 100, 100, 1], activation=ACTIVATIONS[activation], dropout=rate, seed=0, runs=SEEDS, dtype=np.float32)
    splits, optimizer = Splits(examples, examples, examples), Adam(cosine(lr, steps))
    fit(net, splits, optimizer, epochs=steps * BATCH // n, batch_size=BATCH, loss=mean_squared_error, seed=0)
    drawn = np.array([net.forward(GRID[:, None], training=True)[..., 0] for _ in range(PASSES)])
    return np.stack([drawn.mean(axis=0), drawn.std(axis=0), *drawn[:3]])


def main() -> None:
    bands = [[[band(n, rate, name) for name in ACTIVATIONS] for rate in RATES] for n in SIZES]
    shown = [np.hstack(points(n))[:200] for n in SIZES]
    few, some, many = (np.round(p, 3).astype(np.float32) for p in shown)
    np.savez_compressed(FILE, bands=np.round(bands, 3).astype(np.float32), grid=GRID, few=few, some=some, many=many)


if __name__ == "__main__":
    main()
