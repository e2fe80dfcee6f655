"""Train networks with thirteen activations on MNIST-1D and keep their accuracies: the ranking of the chapter.

Three hidden layers of 100 units, weights with std gain/√n for the gain of each activation, Adam, batches of 100, 30
epochs, 4000 training examples, five seeds. Of the learning rates in `RATES` each network gets the one with the highest
validation accuracy after the last epoch, averaged over the seeds. Maxout comes twice: with as many units as the others,
and with about as many parameters. It takes about 12 minutes; run it from this folder: `python relu_maxout_ranking.py`.
"""

from pathlib import Path

import numpy as np

from tipslib.activations import elu, gelu, identity, leaky_relu, relu, selu, sigmoid, silu, softplus, tanh
from tipslib.datasets import mnist1d
from tipslib.initializers import he_normal, variance_scaling
from tipslib.layers import Activate, Dense, Maxout, PReLU
from tipslib.networks import Sequential
from tipslib.optimizers import Adam
from tipslib.training import evaluate, fit

ACTIVATIONS = [sigmoid, tanh, relu, leaky_relu(0.1), elu(), selu, gelu, silu, softplus, identity]
NAMES = [*(f.name for f in ACTIVATIONS), "PReLU", "Maxout, 100 units", "Maxout, 65 units"]
RATES = (0.001, 0.003, 0.01, 0.03)
EPOCHS, SEEDS, DEPTH = 30, 5, 3
FILE = Path(__file__).with_name("relu-maxout-ranking.npz")


def network(name: str) -> Sequential:
    """Return five networks, seeds 0 to 4."""
    if name.startswith("Maxout"):
        hidden = [Maxout(65 if "65" in name else 100, init=variance_scaling(1.0)) for _ in range(DEPTH)]
    elif name == "PReLU":
        hidden = [layer for _ in range(DEPTH) for layer in (Dense(100, he_normal), PReLU())]
    else:
        f = next(f for f in ACTIVATIONS if f.name == name)
        init = variance_scaling(4.0 if f is sigmoid else f.gain)
        hidden = [layer for _ in range(DEPTH) for layer in (Dense(100, init), Activate(f))]
    return Sequential([*hidden, Dense(10, variance_scaling(1.0))], n_in=40, seed=0, dtype=np.float32, runs=SEEDS)


def run(name: str, rate: float, epochs: int = EPOCHS) -> tuple[Sequential, np.ndarray]:
    """Return the trained networks and the training losses, (epochs, seeds)."""
    net = network(name)
    history = fit(net, mnist1d(n=4000), Adam(rate), epochs=epochs, batch_size=100, seed=0)
    return net, history.train_loss


def main() -> None:
    data = mnist1d(n=4000)
    accuracy = np.zeros((len(NAMES), len(RATES), 3, SEEDS), np.float32)  # training, validation, test
    loss = np.zeros((len(NAMES), len(RATES), EPOCHS, SEEDS), np.float32)
    guesses = np.zeros((len(NAMES), len(RATES), SEEDS, len(data.test.y)), np.uint8)
    slopes, sizes = [], []
    for i, name in enumerate(NAMES):
        for j, rate in enumerate(RATES):
            net, loss[i, j] = run(name, rate)
            accuracy[i, j] = [evaluate(net, part)[1] for part in (data.train, data.val, data.test)]
            guesses[i, j] = net.predict(data.test.x.astype(np.float32)).argmax(axis=-1)
            if name == "PReLU":
                slopes.append([layer.params["slope"].ravel() for layer in net.layers if isinstance(layer, PReLU)])
        sizes.append(net.params.shape[-1])
        best = accuracy[i, :, 1].mean(axis=-1).argmax()
        print(
            name, sizes[-1], accuracy[i, :, 1].mean(axis=-1), RATES[best], accuracy[i, best].mean(axis=-1), flush=True
        )
    best = accuracy[:, :, 1].mean(axis=-1).argmax(axis=1)
    np.savez_compressed(
        FILE,
        accuracy=accuracy,
        loss=loss[np.arange(len(NAMES)), best],
        guesses=guesses[np.arange(len(NAMES)), best],
        rates=np.array(RATES)[best],
        sizes=sizes,
        slopes=np.array(slopes[best[NAMES.index("PReLU")]], np.float32),
    )


if __name__ == "__main__":
    main()
