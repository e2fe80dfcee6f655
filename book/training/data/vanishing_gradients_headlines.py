"""Train the networks behind the headlines of the chapter on vanishing gradients, five seeds each, and keep the curves.

An arm is a network with its data, its learning rates and its epochs; batches of 64. A run stops early once all five
networks read all training examples right, and keeps its last numbers from there on. It takes about fifteen minutes
of one core; run it from this folder: `python vanishing_gradients_headlines.py`.
"""

import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tipslib.activations import Activation, relu, sigmoid
from tipslib.datasets import Splits, digits, mnist1d
from tipslib.initializers import Initializer, he_normal, lecun_normal, normal, variance_scaling
from tipslib.networks import mlp
from tipslib.optimizers import SGD, Adam
from tipslib.training import DivergenceError, evaluate, train

SHOWN = np.array([1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 75, 90])
MEASURES = ["train_loss", "train_accuracy", "val_accuracy", "test_accuracy"]
DATA = {"digits": digits, "mnist1d": mnist1d}
SEEDS = 5
FILE = Path(__file__).with_name("vanishing-gradients-headlines.npz")


class Shifted(Activation):
    """A sigmoid from which c is subtracted."""

    def __init__(self, c: float) -> None:
        self.c, self.name = c, f"sigmoid - {c:g}"

    def __call__(self, z: np.ndarray) -> np.ndarray:
        return sigmoid(z) - self.c

    def derivative(self, z: np.ndarray) -> np.ndarray:
        return sigmoid.derivative(z)


class Arm(NamedTuple):
    rates: tuple[float, ...]
    epochs: int
    activation: Activation = sigmoid
    init: Initializer = lecun_normal
    depth: int = 5
    width: int = 100
    data: str = "digits"
    optimizer: type[SGD] | type[Adam] = SGD
    stops: bool = True  # once the training error is 0


def arms() -> dict[str, Arm]:
    found = {f"shift {c:g}": Arm((1, 3, 10), 60 if c else 90, Shifted(c)) for c in (0.5, 0, 0.25, 0.75, 1)}
    for c in (0, 0.5):
        found[f"shift {c:g}, 3 layers"] = Arm((1, 3), 12, Shifted(c), depth=3)
        found[f"shift {c:g}, 8 layers"] = Arm((3, 10), 60, Shifted(c), depth=8)
        found[f"shift {c:g}, width 50"] = Arm((3,), 30, Shifted(c), width=50)
        found[f"shift {c:g}, mnist1d"] = Arm((1, 3), 60, Shifted(c), data="mnist1d")
        found[f"shift {c:g}, Adam"] = Arm((0.001, 0.003, 0.01), 15, Shifted(c), optimizer=Adam)
    gains = {"gain 4": variance_scaling(4.0), "std 1": normal(1.0)}
    for name, init in gains.items():
        found[name] = Arm((0.3, 1, 3), 30, init=init, stops=False)
        found[f"{name}, 90 epochs"] = Arm((1,), 90, init=init, stops=False)
        found[f"{name}, 3 layers"] = Arm((1,), 30, init=init, depth=3, stops=False)
        found[f"{name}, width 50"] = Arm((1,), 30, init=init, width=50, stops=False)
        found[f"{name}, mnist1d"] = Arm((0.3, 1), 30, init=init, data="mnist1d", stops=False)
    for gain in (2, 6):
        found[f"gain {gain}"] = Arm((1, 3), 30, init=variance_scaling(gain), stops=False)
    for c, rates in {0: (0.1, 0.3, 1), 0.25: (1,), 0.5: (0.3, 1, 3, 10), 0.75: (1,)}.items():
        found[f"shift {c:g}, gain 4, 10 layers"] = Arm(rates, 30, Shifted(c), variance_scaling(4.0), 10)
    for gain, rates in {2: (1, 3, 10), 6: (0.3,)}.items():
        found[f"shift 0.5, gain {gain}, 10 layers"] = Arm(rates, 30, Shifted(0.5), variance_scaling(gain), 10)
    found["shift 0.5, 10 layers"] = Arm((3,), 30, Shifted(0.5), depth=10)
    found["shift 0, gain 4, 10 layers, 90 epochs"] = Arm((0.3,), 90, init=variance_scaling(4.0), depth=10)
    for c in (0, 0.5):
        deep = Arm((0.3,), 30, Shifted(c), variance_scaling(4.0), 10)
        found[f"shift {c:g}, gain 4, 10 layers, width 50"] = deep._replace(width=50)
        found[f"shift {c:g}, gain 4, 10 layers, mnist1d"] = deep._replace(data="mnist1d")
    for name, init in {"ReLU, gain 1": lecun_normal, "ReLU, He": he_normal}.items():
        found[name] = Arm((0.03, 0.1, 0.3), 20, relu, init, 10)
        found[f"{name}, 60 epochs"] = Arm((0.1,), 60, relu, init, 10, stops=False)
        found[f"{name}, 5 layers"] = Arm((0.1,), 20, relu, init, 5)
        found[f"{name}, mnist1d"] = Arm((0.1,), 60, relu, init, 10, data="mnist1d")
    for gain in (0.5, 0.7, 2):
        found[f"ReLU, gain {gain}"] = Arm((0.1,), 20, relu, variance_scaling(gain), 10)
    return found


def run(arm: Arm, rate: float, epochs: int) -> np.ndarray:
    """Return the measures of five networks, seeds 0 to 4, at the epochs of `SHOWN`: (measures, epochs, seeds)."""
    data: Splits = DATA[arm.data]()
    widths = [data.train.x.shape[1], *[arm.width] * arm.depth, 10]
    net = mlp(widths, activation=arm.activation, init=arm.init, seed=0, dtype=np.float32, runs=SEEDS)
    shown, rows = SHOWN[epochs >= SHOWN], []
    try:
        for row in train(net, data, arm.optimizer(rate), epochs=epochs, batch_size=64, seed=0):
            done = arm.stops and (row.train_accuracy == 1).all()
            if row.epoch in shown or done:
                test = evaluate(net, data.test)[1]
                rows.append([row.train_loss, row.train_accuracy, row.val_accuracy, test])
            if done:
                break
    except DivergenceError:
        rows.append([np.full(SEEDS, np.inf), *[np.full(SEEDS, 0.1)] * 3])  # where guessing is
    rows = rows[: len(shown)]
    return np.array(rows + rows[-1:] * (len(shown) - len(rows))).swapaxes(0, 1)


def main(wanted: list[str]) -> None:
    found = dict(np.load(FILE)) if FILE.exists() and wanted else {"shown": SHOWN}
    for name, arm in arms().items():
        if not wanted or name in wanted:
            curves = [run(arm, rate, arm.epochs) for rate in arm.rates]
            found[name] = np.array(curves, np.float16)  # (rates, measures, epochs, seeds)
            print(name, arm.rates, found[name][:, 1:, -1].mean(axis=-1).round(3).tolist(), flush=True)
            np.savez_compressed(FILE, **found)


if __name__ == "__main__":
    main(sys.argv[1:])
