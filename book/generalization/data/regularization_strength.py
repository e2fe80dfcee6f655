"""Train networks with penalties of many strengths and keep their accuracies: the curves over the strength.

MNIST-1D: the networks, data sets and seeds of `regularization_remedies.py`, with true labels, 80 epochs, at five
strengths of an L2 penalty in Adam's gradient, of AdamW's decay, and of a proximal L1 penalty. Digits: 300 training
images, 20 % of them with a wrong label, networks 64-100-100-10, 60 epochs, an L2 penalty in Adam's gradient; the inputs
either pixels / 16 or centered and divided by their standard deviation. Five seeds each. It takes about 5 minutes; run
it from this folder:
`python regularization_strength.py`.
"""

from pathlib import Path

import numpy as np
from regularization_remedies import RUNS, data, network

from tipslib.datasets import Examples, Splits, digits
from tipslib.networks import mlp
from tipslib.optimizers import Adam, AdamW
from tipslib.regularizers import l1, l2
from tipslib.training import evaluate, train

STRENGTHS = {
    "Adam + L2": (0.001, 0.003, 0.01, 0.03, 0.1),
    "Adam + L1": (0.01, 0.03, 0.1, 0.3, 1.0),
    "AdamW": (0.1, 0.3, 1.0, 3.0, 10.0),
}
EPOCHS = 80
SCALES = ("pixels / 16", "std 1")
DIGITS_STRENGTHS = (0.0, 0.005, 0.01, 0.02, 0.05, 0.1)
DIGITS_EPOCHS = 60
FILE = Path(__file__).with_name("regularization-strength.npz")


def options(kind: str, strength: float) -> dict:
    """Return the optimizer and the penalty."""
    if kind == "AdamW":
        return {"optimizer": AdamW(0.001, weight_decay=strength)}
    return {"optimizer": Adam(0.001), "penalty": {"Adam + L2": l2, "Adam + L1": l1}[kind](strength)}


def run(kind: str, strength: float, epochs: int = EPOCHS) -> np.ndarray:
    """Return training, validation and test accuracy after the last epoch, (3, runs)."""
    splits, net = data(0.0), network()
    last = list(train(net, splits, **options(kind, strength), epochs=epochs, batch_size=50, seed=0))[-1]
    return np.array([last.train_accuracy, last.val_accuracy, evaluate(net, splits.test)[1]])


def scaled_digits(scale: str, share: float = 0.2) -> Splits:
    """Return digits with other wrong labels for every run: x (300, 64), y (runs, 300)."""
    splits = digits(n=300) if scale == "std 1" else digits(n=300).raw
    factor = 1.0 if scale == "std 1" else 1 / 16
    noisy = np.stack([splits.with_label_noise(share, seed=r).train.y for r in range(RUNS)])
    parts = [Examples(part.x * factor, part.y) for part in (splits.train, splits.val, splits.test)]
    return Splits(Examples(parts[0].x, noisy), *(Examples(p.x, np.tile(p.y, (RUNS, 1))) for p in parts[1:]))


def run_digits(scale: str, strength: float, epochs: int = DIGITS_EPOCHS) -> np.ndarray:
    """Return training, validation and test accuracy after the last epoch, (3, runs)."""
    splits, net = scaled_digits(scale), mlp([64, 100, 100, 10], seed=0, dtype=np.float32, runs=RUNS)
    rows = train(net, splits, Adam(0.001), penalty=l2(strength), epochs=epochs, batch_size=50, seed=0)
    last = list(rows)[-1]
    return np.array([last.train_accuracy, last.val_accuracy, evaluate(net, splits.test)[1]])


def main() -> None:
    on_digits = np.zeros((len(SCALES), len(DIGITS_STRENGTHS), 3, RUNS), np.float32)
    for place in np.ndindex(on_digits.shape[:2]):
        on_digits[place] = run_digits(SCALES[place[0]], DIGITS_STRENGTHS[place[1]])
        print(SCALES[place[0]], DIGITS_STRENGTHS[place[1]], on_digits[place].mean(axis=-1).round(3), flush=True)
    found = np.zeros((len(STRENGTHS), 5, 3, RUNS), np.float32)
    for place in np.ndindex(found.shape[:2]):
        kind = list(STRENGTHS)[place[0]]
        found[place] = run(kind, STRENGTHS[kind][place[1]])
        print(kind, STRENGTHS[kind][place[1]], found[place].mean(axis=-1).round(3), flush=True)
    np.savez_compressed(FILE, digits=on_digits, strengths=list(STRENGTHS.values()), accuracy=found)


if __name__ == "__main__":
    main()
