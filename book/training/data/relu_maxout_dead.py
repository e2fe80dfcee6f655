"""Train ReLU networks on digits at many learning rates and keep how often each hidden unit was active: the lab.

Networks 64-100-100-10 with He's std, five seeds each, batches of 64, 30 epochs. Three optimizers x eight learning
rates x three values at which the biases of the hidden layers start. It takes about 4 minutes; run it from this folder:
`python relu_maxout_dead.py`.
"""

from pathlib import Path

import numpy as np

from tipslib.activations import relu
from tipslib.datasets import digits
from tipslib.layers import Activate
from tipslib.networks import Sequential, mlp
from tipslib.optimizers import SGD, Adam, Momentum
from tipslib.training import DivergenceError, evaluate, fit

OPTIMIZERS = {"SGD": SGD, "Momentum": Momentum, "Adam": Adam}
RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
BIASES = (-1.0, 0.0, 1.0)
EPOCHS, SEEDS = 30, 5
FILE = Path(__file__).with_name("relu-maxout-dead.npz")


def network(bias: float, seed: int) -> Sequential:
    """Return a network whose hidden biases all start at the same value."""
    net = mlp([64, 100, 100, 10], activation=relu, seed=seed, dtype=np.float32)
    for layer in net.layers[:-1:2]:
        layer.params["b"][...] = bias
    return net


def activity(net: Sequential) -> np.ndarray:
    """Return for each unit of both layers, (2, 100), the share of the training images for which it is not 0."""
    net.forward(digits().train.x)
    return np.stack([(layer.cached()[1] > 0).mean(axis=0) for layer in net.layers if isinstance(layer, Activate)])


def run(optimizer: str, rate: float, bias: float, seed: int) -> tuple[np.ndarray, float, float]:
    """Return activity, training loss and validation accuracy after the last epoch; NaN where the run diverged."""
    net = network(bias, seed)
    try:
        with np.errstate(all="ignore"):
            history = fit(net, digits(), OPTIMIZERS[optimizer](rate), epochs=EPOCHS, batch_size=64, seed=seed)
    except DivergenceError:
        return np.full((2, 100), np.nan), np.nan, np.nan
    return activity(net), history.train_loss[-1], evaluate(net, digits().val)[1]


def main() -> None:
    shape = len(OPTIMIZERS), len(RATES), len(BIASES), SEEDS
    active = np.zeros((*shape, 2, 100), np.float32)
    loss, accuracy = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    for place in np.ndindex(shape):
        optimizer, rate, bias, seed = list(OPTIMIZERS)[place[0]], RATES[place[1]], BIASES[place[2]], place[3]
        active[place], loss[place], accuracy[place] = run(optimizer, rate, bias, seed)
        if seed == SEEDS - 1:
            dead = (active[place[:3]] == 0).mean(axis=(0, 2))
            lost = np.isnan(loss[place[:3]]).sum()
            print(optimizer, rate, bias, dead.round(3), "diverged", lost, np.nanmean(accuracy[place[:3]]), flush=True)
    np.savez_compressed(FILE, active=active.astype(np.float16), loss=loss, accuracy=accuracy)


if __name__ == "__main__":
    main()
