"""Train networks from many first weights on digits and keep what they reach: the window of the chapter.

Three activations x five learning rates x fifteen gains (std of the weights = gain / √n), five seeds each: 4 hidden
layers of 100 units, SGD with batches of 64, 60 epochs. A setting in which one of the five runs diverges counts as
diverged from that epoch on (NaN). It takes about 15 minutes; run it from this folder:
`python initialization_window.py`.
"""

from pathlib import Path

import numpy as np

from tipslib.activations import relu, sigmoid, tanh
from tipslib.datasets import digits
from tipslib.initializers import variance_scaling
from tipslib.networks import mlp
from tipslib.optimizers import SGD
from tipslib.training import DivergenceError, evaluate, train

ACTIVATIONS = {"ReLU": relu, "tanh": tanh, "sigmoid": sigmoid}
RATES = (0.01, 0.03, 0.1, 0.3, 1.0)
GAINS = 2.0 ** (np.arange(-7, 8) / 2)
SHOWN = np.array([1, 2, 3, 5, 10, 20, 40, 60])
COLUMNS = ("train_loss", "train_accuracy", "val_accuracy")
FILE = Path(__file__).with_name("initialization-window.npz")


def run(activation: str, rate: float, gain: float, epochs: int = SHOWN[-1]) -> tuple[np.ndarray, np.ndarray]:
    """Train seeds 0 to 4; return the `COLUMNS`, (3, epochs, 5), and the test accuracies in the end, (5,)."""
    widths = [64, *[100] * 4, 10]
    init = variance_scaling(float(gain))
    net = mlp(widths, activation=ACTIVATIONS[activation], init=init, seed=0, dtype=np.float32, runs=5)
    seen = np.full((len(COLUMNS), epochs, 5), np.nan)
    try:
        for row in train(net, digits(), SGD(rate), epochs=epochs, batch_size=64, seed=0):
            seen[:, row.epoch - 1] = [getattr(row, column) for column in COLUMNS]
    except DivergenceError:
        return seen, np.full(5, np.nan)
    return seen, evaluate(net, digits().test)[1]


def main() -> None:
    shape = len(ACTIVATIONS), len(RATES), len(GAINS)
    seen = np.zeros((*shape, len(COLUMNS), len(SHOWN), 5), np.float32)
    test = np.zeros((*shape, 5), np.float32)
    for place in np.ndindex(shape):
        setting = list(ACTIVATIONS)[place[0]], RATES[place[1]], GAINS[place[2]]
        rows, test[place] = run(*setting)
        seen[place] = rows[:, SHOWN - 1]
        print(*setting, seen[place][0, -1].round(3), test[place].round(3), flush=True)
    columns = {column: seen[..., i, :, :] for i, column in enumerate(COLUMNS)}
    np.savez_compressed(FILE, epochs=SHOWN, gains=GAINS, rates=RATES, test_accuracy=test, **columns)


if __name__ == "__main__":
    main()
