"""Train small networks with batches of 2 to 64 examples, plain, with batch and with layer normalization.

Two hidden layers of 50 ReLU units on digits, He's std, SGD, five seeds. Kept are validation accuracies: in inference,
and for batch normalization also with the statistics of validation batches of the training's size. It takes about 10
minutes; run it from this folder: `python batch_normalization_batches.py`.
"""

from pathlib import Path

import numpy as np

from tipslib.activations import relu
from tipslib.datasets import digits
from tipslib.layers import Activate, BatchNorm, Dense, LayerNorm
from tipslib.losses import softmax_cross_entropy
from tipslib.networks import Sequential
from tipslib.optimizers import SGD

NORMS = {"no normalization": None, "batch norm": BatchNorm, "layer norm": LayerNorm}
SIZES = np.array([2, 3, 4, 6, 8, 16, 32, 64])
RATES = np.array([0.01, 0.05, 0.2])
LENGTHS = {"10 epochs": None, "150 steps": 150}
FILE = Path(__file__).with_name("batch-normalization-batches.npz")
SEEDS = 5


def network(norm: str) -> Sequential:
    """Return five networks, seeds 0 to 4."""
    kind, layers = NORMS[norm], []
    for _ in range(2):
        layers += [Dense(50, bias=kind is None), *([] if kind is None else [kind()]), Activate(relu)]
    return Sequential([*layers, Dense(10)], 64, seed=0, dtype=np.float32, runs=SEEDS)


def trained(norm: str, size: int, rate: float, steps: int) -> Sequential:
    """Train for a number of steps; every epoch drops the examples that do not fill a batch."""
    (x, y), net, optimizer = digits().train, network(norm), SGD(rate)
    rngs, rows = [np.random.default_rng(seed) for seed in range(SEEDS)], np.zeros((SEEDS, 0), np.int64)
    for _ in range(steps):
        if rows.shape[1] < size:
            rows = np.stack([rng.permutation(len(y)) for rng in rngs])
        batch, rows = rows[:, :size], rows[:, size:]
        net.backward(softmax_cross_entropy(net.forward(x[batch], training=True), y[batch])[1], inputs=False)
        optimizer.step(net.params, net.grads)
    return net


def accuracies(net: Sequential, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the validation accuracies of the five networks, in inference and with the statistics of each batch."""
    x, y = digits().val
    inference = (net.predict(x).argmax(axis=-1) == y).mean(axis=-1)
    batches = [slice(i, i + size) for i in range(0, len(y) - size + 1, size)]
    right = [(net.forward(x[rows], training=True).argmax(axis=-1) == y[rows]).mean(axis=-1) for rows in batches]
    return inference, np.mean(right, axis=0)


def measure(norm: str, size: int, rate: float, length: str) -> tuple[np.ndarray, np.ndarray]:
    """Return both accuracies for one setting."""
    steps = LENGTHS[length] or 10 * (1000 // size)
    return accuracies(trained(norm, size, rate, steps), size)


def main() -> None:
    found = np.zeros((len(NORMS), len(SIZES), len(RATES), len(LENGTHS), 2, SEEDS), np.float32)
    for place in np.ndindex(found.shape[:4]):
        norm, size, length = list(NORMS)[place[0]], int(SIZES[place[1]]), list(LENGTHS)[place[3]]
        found[place] = measure(norm, size, RATES[place[2]], length)
        print(norm, size, RATES[place[2]], length, found[place].mean(axis=-1).round(3), flush=True)
    np.savez_compressed(FILE, sizes=SIZES, rates=RATES, accuracy=found)


if __name__ == "__main__":
    main()
