"""Train networks of 1 to 8 hidden layers on digits and keep their training losses: the plateau of the chapter.

Four networks x eight depths x two optimizers, five seeds each, batches of 64, 100 epochs. Of the learning rates in
`RATES` each network gets the one with the lowest training loss after the last epoch, averaged over the seeds. It
takes about 15 minutes; run it from this folder: `python vanishing_gradients_plateau.py`.
"""

from pathlib import Path

import numpy as np

from tipslib.activations import relu, sigmoid, tanh
from tipslib.datasets import digits
from tipslib.initializers import he_normal, lecun_normal, variance_scaling
from tipslib.networks import mlp
from tipslib.optimizers import SGD, Adam
from tipslib.training import DivergenceError, History, fit

NETS = {
    "sigmoid, std 1/√n": (sigmoid, lecun_normal),
    "sigmoid, std 4/√n": (sigmoid, variance_scaling(4.0)),
    "tanh, std 1/√n": (tanh, lecun_normal),
    "ReLU, std √2/√n": (relu, he_normal),
}
DEPTHS = range(1, 9)
RATES = {"SGD": (0.1, 0.3, 1.0, 3.0), "Adam": (0.001, 0.003, 0.01)}
OPTIMIZERS = {"SGD": SGD, "Adam": Adam}
EPOCHS = 100
SHOWN = np.array([1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 17, 20, 24, 29, 35, 42, 50, 60, 70, 85, 100])
FILE = Path(__file__).with_name("vanishing-gradients-plateau.npz")


def run(net: str, depth: int, optimizer: str, rate: float, epochs: int = EPOCHS) -> History:
    """Train five networks, seeds 0 to 4."""
    activation, init = NETS[net]
    widths = [64, *[100] * depth, 10]
    network = mlp(widths, activation=activation, init=init, seed=0, dtype=np.float32, runs=5)
    return fit(network, digits(), OPTIMIZERS[optimizer](rate), epochs=epochs, batch_size=64, seed=0)


def best(net: str, depth: int, optimizer: str) -> tuple[float, np.ndarray]:
    """Return the best learning rate and its training losses, (epochs, seeds)."""
    losses = {}
    for rate in RATES[optimizer]:
        try:
            losses[rate] = run(net, depth, optimizer, rate).train_loss
        except DivergenceError:
            continue
    rate = min(losses, key=lambda rate: losses[rate][-1].mean())
    return rate, losses[rate]


def main() -> None:
    shape = len(NETS), len(DEPTHS), len(RATES)
    rates = np.zeros(shape)
    losses = np.zeros((*shape, len(SHOWN), 5), np.float32)
    below_1 = np.zeros((*shape, 5), np.int64)  # the first epoch with a loss below 1; 0 where there is none
    for place in np.ndindex(shape):
        net, depth, optimizer = list(NETS)[place[0]], DEPTHS[place[1]], list(RATES)[place[2]]
        rates[place], loss = best(net, depth, optimizer)
        losses[place] = loss[SHOWN - 1]
        below_1[place] = np.where((loss < 1).any(axis=0), (loss < 1).argmax(axis=0) + 1, 0)
        print(net, depth, optimizer, rates[place], loss[-1].round(4), below_1[place], flush=True)
    np.savez_compressed(FILE, epochs=SHOWN, losses=losses, rates=rates, below_1=below_1)


if __name__ == "__main__":
    main()
