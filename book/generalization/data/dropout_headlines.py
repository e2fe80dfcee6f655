"""Hold the headlines of the chapter on dropout against learning rate, budget, dose and place.

Two hidden layers of 100 ReLU units, He's initialization, Adam unless said otherwise, batches of 50, at most 300 epochs.
Two data sets: 1000 signals of mnist1d, another set for each seed, and 500 digits of which 30 % have a wrong label,
other labels for each seed. Seeds 0 to 4. It takes about 15 minutes on one core; run it from this folder:
`python dropout_headlines.py`.
"""

from pathlib import Path

import numpy as np
from dropout_bands import GRID, band
from dropout_sweep import SEEDS, load

from tipslib.activations import relu
from tipslib.arrays import Array
from tipslib.datasets import Examples, Splits, digits
from tipslib.layers import Activate, BatchNorm, Dense, Dropout
from tipslib.networks import Sequential
from tipslib.optimizers import SGD, Adam
from tipslib.training import evaluate, train

EPOCHS = (20, 80, 300)
RUNS = {  # data, kind of network and dropout rate: the learning rates tried
    "signals, every 0": (3e-3, 1e-2, 3e-2),
    "signals, every 0.3": (3e-3,),
    "signals, every 0.5": (1e-3, 3e-3, 1e-2, 3e-2),
    "signals, last 0.5": (3e-3, 1e-2, 3e-2),
    "signals, one mask 0.5": (3e-3,),
    "signals, plain 0": (1e-3, 3e-3, 1e-2, 3e-2),
    "signals, plain 0.3": (1e-3, 3e-3, 1e-2),
    "signals, plain 0.5": (1e-3, 3e-3, 1e-2, 3e-2),
    "signals, plain 0.7": (3e-3,),
    "signals, vanilla 0.5": (3e-3, 1e-2),
    "digits, SGD plain 0.5": (0.1,),
    "digits, SGD vanilla 0.5": (0.1,),
    "digits, every 0": (1e-4, 3e-4, 1e-3, 3e-3),
    "digits, every 0.5": (1e-3, 3e-3, 1e-2),
    "digits, last 0.5": (3e-4, 1e-3, 3e-3),
    "digits, plain 0": (1e-4, 3e-4, 1e-3, 3e-3, 1e-2),
    "digits, plain 0.3": (1e-3, 3e-3, 1e-2),
    "digits, plain 0.5": (3e-4, 1e-3, 3e-3, 1e-2),
}
BANDS = [(lr, steps, 0.05, n) for lr, steps in ((3e-3, 3000), (3e-2, 3000), (1e-2, 9000)) for n in (20, 2000)]
COLUMNS = ("training", "validation", "test", "changed", "active")
FILE = Path(__file__).with_name("dropout-headlines.npz")


class Vanilla(Dropout):
    """Dropout of 2012: masks alone in training, all outputs times 1 - p at inference."""

    def forward(self, x: Array, *, training: bool = False) -> Array:
        y = super().forward(x, training=training) * x.dtype.type(1 - self.p)
        self.cache = self.cache * x.dtype.type(1 - self.p)
        return y


class OneMask(Dropout):
    """One mask for the whole batch."""

    def forward(self, x: Array, *, training: bool = False) -> Array:
        self.cache = super().forward(np.ones_like(x[..., :1, :]), training=training)
        return x * self.cache


DROPS = {"vanilla": Vanilla, "one mask": OneMask}


def noisy_digits() -> Splits:
    """Return 500 digits for each seed, 30 % of the training labels wrong."""
    sets = [digits(n=500).with_label_noise(0.3, seed=seed) for seed in range(SEEDS)]
    parts = [[getattr(one, part) for one in sets] for part in ("train", "val", "test")]
    return Splits(*[Examples(np.stack([e.x for e in p]), np.stack([e.y for e in p])) for p in parts])


def network(kind: str, rate: float, n_in: int) -> Sequential:
    """Return the networks; with "every" or "last" they have batch normalization, with "last" one Dropout at the end."""
    layers, normed = [], kind in {"every", "last"}
    for place in range(2):
        layers += [Dense(100, bias=not normed), *[BatchNorm()] * normed, Activate(relu)]
        if kind != "last" or place == 1:
            layers.append(DROPS.get(kind, Dropout)(rate))
    return Sequential([*layers, Dense(10)], n_in, seed=0, runs=SEEDS, dtype=np.float32)


def without_one_unit(net: Sequential, x: Array) -> tuple[Array, Array]:
    """Return the share of answers that change when one hidden unit is deleted, mean of all 200 units, and the share of
    units that are active for an example, each of shape (seeds,).
    """
    first, second, last = (net.layers[place] for place in (0, 3, 6))
    a = relu(first.forward(x.astype(np.float32)))
    z = second.forward(a)
    b = relu(z)
    logits = last.forward(b)
    answers, changed = logits.argmax(axis=-1), []
    for unit in range(100):
        one = a[..., [unit]] * second.params["W"][:, [unit]]
        changed.append((last.forward(relu(z - one)).argmax(axis=-1) != answers).mean(axis=-1))
        one = b[..., [unit]] * last.params["W"][:, [unit]]
        changed.append(((logits - one).argmax(axis=-1) != answers).mean(axis=-1))
    return np.mean(changed, axis=0), ((a > 0).mean(axis=(1, 2)) + (b > 0).mean(axis=(1, 2))) / 2


def run(data: Splits, kind: str, rate: float, lr: float, *, sgd: bool = False, epochs: int = EPOCHS[-1]) -> Array:
    """Return the COLUMNS at the EPOCHS, (columns, epochs, seeds), all measured without masks.

    The last two columns are 0 for all kinds but "plain".
    """
    net, found = network(kind, rate, data.train.x.shape[-1]), []
    for row in train(net, data, SGD(lr) if sgd else Adam(lr), epochs=epochs, batch_size=50, seed=0):
        if row.epoch in EPOCHS:
            alone = without_one_unit(net, data.test.x[:, :300]) if kind == "plain" else [np.zeros(SEEDS)] * 2
            found.append([row.train_accuracy, row.val_accuracy, evaluate(net, data.test)[1], *alone])
    return np.moveaxis(np.array(found), 0, 1)


def spread(n: int, rate: float, lr: float, steps: int) -> Array:
    """Return the std over the masks among the points, and the error of the mean prediction, (2, seeds)."""
    mean, std = band(n, rate, "ReLU", lr=lr, steps=steps)[:2]
    inside = (abs(GRID) > 0.75) & (abs(GRID) < 1.75)
    error = np.sqrt(((mean - np.sin(2 * GRID)) ** 2)[:, inside].mean(axis=-1))
    return np.array([std[:, inside].mean(axis=-1), error])


def main() -> None:
    data = {"signals": load(1000), "digits": noisy_digits()}
    measured = {"bands": np.array([spread(n, rate, lr, steps) for lr, steps, rate, n in BANDS], np.float32)}
    for name, rates in RUNS.items():
        place, kind = name.split(", ")
        kind, rate = kind.rsplit(" ", 1)
        sgd = kind.startswith("SGD ")
        runs = [run(data[place], kind.removeprefix("SGD "), float(rate), lr, sgd=sgd) for lr in rates]
        measured[name], measured[f"{name}, rates"] = np.array(runs, np.float32), np.array(rates)
    np.savez_compressed(FILE, **measured)


if __name__ == "__main__":
    main()
