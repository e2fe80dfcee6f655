"""Train five networks with ten learning rates, plain, with batch and with layer normalization: the usable rates.

Five hidden layers of 50 units on digits, batches of 64, SGD, 40 epochs, five seeds; kept are the validation accuracies
at the epochs in `SHOWN`. A run whose loss stopped being finite counts as an accuracy of 0. It takes about 10 minutes;
run it from this folder: `python batch_normalization_rates.py`.
"""

from pathlib import Path

import numpy as np

from tipslib.activations import relu, sigmoid, tanh
from tipslib.datasets import digits
from tipslib.initializers import he_normal, lecun_normal, normal, variance_scaling
from tipslib.layers import Activate, BatchNorm, Dense, LayerNorm
from tipslib.networks import Sequential
from tipslib.optimizers import SGD
from tipslib.training import DivergenceError, fit

NETS = {
    "ReLU, std √2/√n": (relu, he_normal),
    "ReLU, std 0.01": (relu, normal(0.01)),
    "tanh, std 1/√n": (tanh, lecun_normal),
    "sigmoid, std 1/√n": (sigmoid, lecun_normal),
    "sigmoid, std 4/√n": (sigmoid, variance_scaling(4.0)),
}
NORMS = {"no normalization": None, "batch norm": BatchNorm, "layer norm": LayerNorm}
RATES = np.array([0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0])
SHOWN = np.array([1, 2, 5, 10, 20, 40])
FILE = Path(__file__).with_name("batch-normalization-rates.npz")


def network(net: str, norm: str, seed: int, runs: int | None) -> Sequential:
    """Return a network, the normalization between each product and its activation."""
    (activation, init), kind, layers = NETS[net], NORMS[norm], []
    for _ in range(5):
        layers += [Dense(50, init, bias=kind is None), *([] if kind is None else [kind()]), Activate(activation)]
    return Sequential([*layers, Dense(10, init)], 64, seed=seed, dtype=np.float32, runs=runs)


def accuracies(net: str, norm: str, rate: float, epochs: int, seed: int = 0, runs: int | None = 5) -> np.ndarray:
    """Return the validation accuracy after each epoch, (epochs, 5): of five seeds at once, one by one if one fails."""
    try:
        history = fit(network(net, norm, seed, runs), digits(), SGD(rate), epochs=epochs, batch_size=64, seed=seed)
        return history.val_accuracy
    except DivergenceError as error:
        if runs is None:
            return np.pad(error.history.val_accuracy, (0, epochs - len(error.history.rows)))
        return np.transpose([accuracies(net, norm, rate, epochs, s, None) for s in range(runs)])


def main() -> None:
    found = np.zeros((len(NETS), len(NORMS), len(RATES), len(SHOWN), 5), np.float32)
    for place in np.ndindex(found.shape[:3]):
        net, norm, rate = list(NETS)[place[0]], list(NORMS)[place[1]], RATES[place[2]]
        found[place] = accuracies(net, norm, rate, SHOWN[-1])[SHOWN - 1]
        print(net, norm, rate, found[place].mean(axis=-1).round(3), flush=True)
    np.savez_compressed(FILE, rates=RATES, epochs=SHOWN, accuracy=found)


if __name__ == "__main__":
    main()
