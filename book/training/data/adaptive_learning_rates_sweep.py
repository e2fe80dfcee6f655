"""Train one network with six optimizers at ten learning rates, on two data sets: the sweep of the chapter.

Four hidden layers of 100 ReLU units, He's initialization, batches of 64, 20 epochs, seeds 0 to 4. The rate with the
highest validation accuracy (mean of the seeds, no run diverged) is the tuned one; with it ten fresh networks, seeds 10
to 19, are trained and tested. On mnist1d SGD and Adam then run for 60 epochs. It takes about 15 minutes; run it from
this folder: `python adaptive_learning_rates_sweep.py`.
"""

from pathlib import Path

import numpy as np

from tipslib.datasets import Splits, digits, mnist1d
from tipslib.networks import Sequential, mlp
from tipslib.optimizers import SGD, AdaGrad, Adam, Momentum, Nesterov, RMSProp
from tipslib.training import DivergenceError, evaluate, fit

DATA = ("digits", "mnist1d")
OPTIMIZERS = {
    "SGD": SGD,
    "Momentum": Momentum,
    "Nesterov": Nesterov,
    "AdaGrad": AdaGrad,
    "RMSProp": RMSProp,
    "Adam": Adam,
}
RATES = (1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
EPOCHS, SEEDS, FRESH = 20, 5, 10
LONG = 60
FILE = Path(__file__).with_name("adaptive-learning-rates-sweep.npz")


def load(data: str) -> Splits:
    """Return a data set by name."""
    return digits() if data == "digits" else mnist1d(n=4000)


def train(splits: Splits, optimizer: str, rate: float, seed: int, runs: int | None, epochs: int = EPOCHS) -> list:
    """Train networks with the seeds from ``seed`` on; return them with their losses and accuracies, (epochs, runs)."""
    widths = [splits.train.x.shape[1], *[100] * 4, 10]
    net = mlp(widths, seed=seed, dtype=np.float32, runs=runs)
    try:
        history = fit(net, splits, OPTIMIZERS[optimizer](rate), epochs=epochs, batch_size=64, seed=seed)
    except DivergenceError as error:
        if runs is not None:
            raise
        history = error.history
    loss, accuracy = np.full((epochs, runs or 1), np.inf), np.full((epochs, runs or 1), np.nan)
    done = len(history)
    if done:
        loss[:done] = np.reshape(history.train_loss, (done, -1))
        accuracy[:done] = np.reshape(history.val_accuracy, (done, -1))
    return [net, loss, accuracy]


def run(splits: Splits, optimizer: str, rate: float, epochs: int = EPOCHS) -> tuple[np.ndarray, np.ndarray]:
    """Return training losses and validation accuracies, (epochs, seeds); infinite and NaN after a divergence."""
    try:
        _, *measured = train(splits, optimizer, rate, 0, SEEDS, epochs)
    except DivergenceError:  # one seed after the other, so that those that do not diverge are kept
        alone = [train(splits, optimizer, rate, seed, None, epochs) for seed in range(SEEDS)]
        measured = [np.hstack([one[i] for one in alone]) for i in (1, 2)]
    return tuple(measured)


def fresh(splits: Splits, optimizer: str, rate: float) -> tuple[np.ndarray, np.ndarray]:
    """Return last training losses and test accuracies of ten networks that the rate was not chosen with."""
    net: Sequential
    net, loss, _ = train(splits, optimizer, rate, 10, FRESH)
    return loss[-1], evaluate(net, splits.test)[1]


def long(tuned: np.ndarray) -> np.ndarray:
    """Return validation accuracies of SGD and Adam on mnist1d, (2, epochs, seeds), at their tuned rates."""
    splits, order = load("mnist1d"), list(OPTIMIZERS)
    rates = {name: tuned[DATA.index("mnist1d"), order.index(name)] for name in ("SGD", "Adam")}
    return np.array([train(splits, name, rate, 10, SEEDS, LONG)[2] for name, rate in rates.items()])


def main() -> None:
    shape = len(DATA), len(OPTIMIZERS), len(RATES), EPOCHS, SEEDS
    losses, accuracies = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    tuned = np.zeros(shape[:2])
    final, test = np.zeros((*shape[:2], FRESH)), np.zeros((*shape[:2], FRESH))
    for d, data in enumerate(DATA):
        splits = load(data)
        for o, optimizer in enumerate(OPTIMIZERS):
            for r, rate in enumerate(RATES):
                losses[d, o, r], accuracies[d, o, r] = run(splits, optimizer, rate)
                print(data, optimizer, rate, losses[d, o, r, -1], accuracies[d, o, r, -1].round(3), flush=True)
            mean = accuracies[d, o, :, -1].mean(axis=-1)  # NaN where a run diverged
            tuned[d, o] = RATES[int(np.nanargmax(mean))]
            final[d, o], test[d, o] = fresh(splits, optimizer, tuned[d, o])
            print(">>", data, optimizer, tuned[d, o], final[d, o].mean(), test[d, o].mean().round(4), flush=True)
    measured = {"losses": losses, "accuracies": accuracies, "final": final.astype(np.float32), "test": test}
    np.savez_compressed(FILE, rates=RATES, tuned=tuned, long=long(tuned).astype(np.float32), **measured)


if __name__ == "__main__":
    main()
