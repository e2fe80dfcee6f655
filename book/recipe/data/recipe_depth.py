"""Train networks of 2 to 20 hidden layers on mnist1d, plain and residual, and keep their curves.

Two networks x seven depths, five seeds each, layers of 50 units, 2000 examples, batches of 64, 30 epochs of SGD whose
rate falls to 0 along half a cosine. Of the rates in `RATES` each network gets the one with the highest
validation accuracy after the last epoch, averaged over the seeds; a rate at which one of the five diverges is out. It
takes about ten minutes; run it from this folder: `python recipe_depth.py`.
"""

from pathlib import Path

import numpy as np

from tipslib.activations import relu
from tipslib.datasets import mnist1d
from tipslib.initializers import variance_scaling
from tipslib.layers import Activate, Dense, Residual
from tipslib.networks import Sequential, mlp
from tipslib.optimizers import SGD
from tipslib.schedules import cosine
from tipslib.training import DivergenceError, History, evaluate, fit

NETS = ("plain", "residual")
DEPTHS = (2, 4, 6, 8, 12, 16, 20)
RATES = (0.1, 0.3)
EPOCHS, SEEDS, STEPS = 30, 5, 32  # steps of an epoch
FILE = Path(__file__).with_name("recipe-depth.npz")


def build(net: str, depth: int) -> Sequential:
    """Return five networks, seeds 0 to 4; without shortcuts and with std √2/√n the residual one is the plain one."""
    options = {"seed": 0, "runs": SEEDS, "dtype": np.float32}
    if net == "plain":
        return mlp([40, *[50] * depth, 10], **options)
    init = variance_scaling(np.sqrt(2 / depth))
    blocks = [Residual([Activate(relu), Dense(50, init)]) for _ in range(depth - 1)]
    return Sequential([Dense(50), *blocks, Activate(relu), Dense(10)], 40, **options)


def run(net: str, depth: int, rate: float, epochs: int = EPOCHS) -> tuple[Sequential, History]:
    """Train them; the schedule is that of the whole training even where only its first epochs are asked for."""
    network = build(net, depth)
    optimizer = SGD(cosine(rate, STEPS * EPOCHS))
    return network, fit(network, mnist1d(2000), optimizer, epochs=epochs, batch_size=64, seed=0)


def best(net: str, depth: int) -> tuple[float, Sequential, History]:
    """Return the best rate, its networks and their history."""
    found = {}
    for rate in RATES:
        try:
            found[rate] = run(net, depth, rate)
        except DivergenceError:
            continue
    rate = max(found, key=lambda rate: found[rate][1].val_accuracy[-1].mean())
    return (rate, *found[rate])


def main() -> None:
    shape = len(NETS), len(DEPTHS)
    rates, test = np.zeros(shape), np.zeros((*shape, SEEDS), np.float32)
    columns = {
        name: np.zeros((*shape, EPOCHS, SEEDS), np.float32) for name in ("train_loss", "train_accuracy", "val_accuracy")
    }
    for place in np.ndindex(shape):
        net, depth = NETS[place[0]], DEPTHS[place[1]]
        rates[place], network, history = best(net, depth)
        test[place] = evaluate(network, mnist1d(2000).test)[1]
        for name, values in columns.items():
            values[place] = getattr(history, name)
        last = history.train_accuracy[-1].mean(), test[place].mean()
        print(net, depth, rates[place], *(f"{value:.3f}" for value in last), flush=True)
    np.savez_compressed(FILE, rates=rates, test=test, **columns)


if __name__ == "__main__":
    main()
