"""Train the patients of the diagnosis clinic, sick and treated, and keep their curves and three statistics.

Each patient is a pair of settings that differ in the disease. The training curve is what a training loop prints, the
mean over the batches of the epoch; validation is measured after the epoch; epoch 0 is before the first step. The curves
are those of seed 0, the last values those of five seeds. It takes about 6 minutes; run it from this folder:
`python recipe_clinic.py`. What the patients are asked and told stands in `recipe-clinic.toml`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from tipslib import diagnostics
from tipslib.activations import Activation, relu, sigmoid, tanh
from tipslib.datasets import Examples, Splits, digits, mnist1d
from tipslib.initializers import Initializer, constant, glorot_normal, he_normal, lecun_normal, normal
from tipslib.layers import Activate
from tipslib.losses import Loss, softmax_cross_entropy
from tipslib.networks import Sequential, mlp
from tipslib.optimizers import SGD, Adam, Momentum, Optimizer
from tipslib.regularizers import Penalty, l2

SEEDS = 5
LONGEST = 41  # points of a curve, epoch 0 among them
FILE = Path(__file__).with_name("recipe-clinic.npz")
CURVES = "train_loss", "val_loss", "train_accuracy", "val_accuracy"
digits, mnist1d = cache(digits), cache(mnist1d)


@dataclass(frozen=True)
class Run:
    """The setting of one training; what is not said is healthy."""

    data: Callable[[], Splits] = digits
    hidden: tuple[int, ...] = (100, 100)
    activation: Activation = relu
    init: Initializer = he_normal
    batch_norm: bool = False
    dropout: float = 0.0
    optimizer: Callable[[], Optimizer] = lambda: SGD(0.1)
    batch_size: int = 32
    epochs: int = 30
    loss: Loss = softmax_cross_entropy
    penalty: Penalty | None = None
    sign: float = 1.0  # of the gradient
    shuffle: bool = True
    val_batch: int | None = None  # a number: validation in training mode, in batches of so many
    patience: int | None = None  # epochs without a better validation accuracy


# What can be wrong with data.


def mismatched() -> Splits:
    """Inputs and labels were shuffled apart."""
    x, y = digits().train
    return replace(digits(), train=Examples(x, np.random.default_rng(1).permutation(y)))


def by_class(load: Callable[[], Splits], part: str) -> Splits:
    """A part in the order of its classes, as files in folders are."""
    x, y = getattr(load(), part)
    order = np.argsort(y, kind="stable")
    return replace(load(), **{part: Examples(x[order], y[order])})


def wrong_labels() -> Splits:
    return digits().with_label_noise(0.4)


def leaked() -> Splits:
    """The validation examples are among the training examples."""
    data = mnist1d(n=1000)
    return replace(data, train=Examples(*map(np.concatenate, zip(data.train, data.val, strict=True))))


def raw_validation() -> Splits:
    """Training inputs are centered and scaled, validation inputs were forgotten."""
    return replace(digits(), val=digits().raw.val)


def raw() -> Splits:
    """Bytes as they come, 0 to 255, neither centered nor scaled."""
    parts = {name: Examples(getattr(digits().raw, name).x * (255 / 16), getattr(digits(), name).y) for name in PARTS}
    return replace(digits(), **parts)


def moved(x: np.ndarray, right: int) -> np.ndarray:
    """Images moved to the right; what comes in is empty, as an edge is."""
    images = x.reshape(-1, 8, 8)
    out = np.repeat(images[:, :, :1], 8, axis=2) if right > 0 else np.repeat(images[:, :, -1:], 8, axis=2)
    out[:, :, max(right, 0) : 8 + min(right, 0)] = images[:, :, max(-right, 0) : 8 - max(right, 0)]
    return out.reshape(-1, 64)


def other_camera() -> Splits:
    """The training images are framed as they should be; those of validation and test lie one pixel to the right."""
    parts = {name: Examples(moved(getattr(digits(), name).x, 1), getattr(digits(), name).y) for name in PARTS[1:]}
    return replace(digits(), **parts)


def augmented() -> Splits:
    """The same with every training image also moved by a pixel, to both sides."""
    x, y = digits().train
    x = np.concatenate([x, moved(x, 1), moved(x, -1)])
    return replace(other_camera(), train=Examples(x, np.tile(y, 3)))


def softmax_twice(logits: np.ndarray, labels: np.ndarray) -> tuple[float, np.ndarray]:
    """The loss gets probabilities and takes them for logits."""
    p = np.exp(logits - logits.max(axis=-1, keepdims=True))
    p /= p.sum(axis=-1, keepdims=True)
    value, gradient = softmax_cross_entropy(p, labels)
    return value, p * (gradient - (gradient * p).sum(axis=-1, keepdims=True))


PARTS = "train", "val", "test"
healthy = Run()
with_tanh, with_dropout, with_norm = (
    replace(healthy, **change) for change in ({"activation": tanh}, {"dropout": 0.5}, {"batch_norm": True})
)
deep = replace(healthy, hidden=(100,) * 5)
slow = replace(healthy, optimizer=partial(SGD, 0.01))
signals = Run(data=partial(mnist1d, n=4000), optimizer=partial(Adam, 0.001))
noisy = replace(healthy, data=wrong_labels, optimizer=partial(Adam, 0.001), epochs=40)
sorted_validation = replace(with_norm, data=partial(by_class, digits, "val"))

# name: the sick run, and what is different when it is treated
PATIENTS: dict[str, tuple[Run, dict[str, Any]]] = {
    "rate-too-high": (replace(with_tanh, optimizer=partial(SGD, 7.0)), {"optimizer": partial(SGD, 0.1)}),
    "rate-far-too-high": (replace(healthy, optimizer=partial(SGD, 1.0)), {"optimizer": partial(SGD, 0.1)}),
    "rate-too-low": (replace(healthy, optimizer=partial(SGD, 3e-4)), {"optimizer": partial(SGD, 0.1)}),
    "momentum-too-high": (
        replace(healthy, optimizer=partial(Momentum, 0.01, 0.99)),
        {"optimizer": partial(Momentum, 0.01, 0.9)},
    ),
    "wrong-sign": (replace(healthy, sign=-1.0, optimizer=partial(SGD, 0.003)), {"sign": 1.0}),
    "labels-mismatched": (replace(healthy, data=mismatched), {"data": digits}),
    "not-shuffled": (
        replace(signals, data=partial(by_class, signals.data, "train"), shuffle=False, optimizer=partial(SGD, 0.1)),
        {"shuffle": True},
    ),
    "dead-relu": (replace(healthy, optimizer=partial(Adam, 0.3)), {"optimizer": partial(Adam, 0.001)}),
    "vanishing": (
        replace(deep, activation=sigmoid, init=lecun_normal, optimizer=partial(SGD, 0.3)),
        {"activation": relu, "init": he_normal},
    ),
    "exploding-start": (replace(deep, activation=tanh, init=normal(1.0)), {"init": glorot_normal}),
    "symmetric": (replace(healthy, init=constant(0.01)), {"init": he_normal}),
    "inputs-unscaled": (replace(with_tanh, data=raw, init=glorot_normal), {"data": digits}),
    "too-small": (replace(healthy, hidden=(3,)), {"hidden": (100, 100)}),
    "dropout-too-high": (replace(slow, dropout=0.9), {"dropout": 0.2}),
    "decay-too-strong": (replace(healthy, penalty=l2(0.3)), {"penalty": l2(1e-3)}),
    "softmax-twice": (replace(healthy, loss=softmax_twice), {"loss": softmax_cross_entropy}),
    "stopped-early": (replace(slow, epochs=4), {"epochs": 40}),
    "overfitting": (replace(signals, data=partial(mnist1d, n=300), epochs=40), {"data": partial(mnist1d, n=4000)}),
    "wrong-labels": (noisy, {"patience": 5}),
    "leakage": (replace(signals, data=leaked), {"data": partial(mnist1d, n=1000)}),
    "validation-unscaled": (replace(healthy, data=raw_validation), {"data": digits}),
    "shift": (replace(healthy, data=other_camera), {"data": augmented}),
    "batch-norm-mode": (replace(sorted_validation, val_batch=20), {"val_batch": None}),
    "tiny-batches": (replace(with_norm, batch_size=2, epochs=15), {"batch_size": 32}),
    "healthy": (healthy, {}),
    "healthy-dropout": (with_dropout, {}),
}


def batches(n: int, size: int, rng: np.random.Generator | None) -> list[np.ndarray]:
    order = np.arange(n) if rng is None else rng.permutation(n)
    return [order[i : i + size] for i in range(0, n, size) if len(order[i : i + size]) > 1]


def measure(net: Sequential, examples: Examples, loss: Loss, size: int | None = None) -> tuple[float, float]:
    """Return loss and accuracy: in inference mode, or with a `size` in training mode and batches of so many."""
    twin, parts = net.copy(), batches(len(examples.y), size or 1000, None)
    outputs = [twin.forward(examples.x[rows], training=size is not None) for rows in parts]
    logits, labels = np.concatenate(outputs), examples.y[np.concatenate(parts)]
    return loss(logits, labels)[0], float((logits.argmax(axis=-1) == labels).mean())


def idle(net: Sequential, x: np.ndarray) -> np.ndarray:
    """Return three shares of the hidden units of the worst layer: dead, saturated outputs, copies of another unit."""
    twin = net.copy()
    twin.forward(x)
    hidden = [layer for layer in twin.layers if isinstance(layer, Activate)]
    dead = diagnostics.dead_units(net, x, training=False)
    copies = []
    for layer in hidden:
        h = layer.cached()[1].T
        h = h[h.std(axis=1) > 0]  # dead units are counted already
        copies.append(1 - len(np.unique(h.round(4), axis=0)) / max(len(h), 1) if len(h) else 0.0)
    off = hidden[0].activation.name == "ReLU"  # an output that is off is not saturated
    saturated = 0 * dead if off else diagnostics.saturation(net, x, training=False)
    return np.array([np.max(share) for share in (dead, saturated, copies)])


def step(net: Sequential, run: Run, optimizer: Optimizer, batch: Examples) -> tuple[float, float, np.ndarray]:
    """Make a step; return loss and accuracy of the batch, and how far each layer's weights went for their size."""
    outputs = net.forward(batch.x, training=True)
    value, gradient = run.loss(outputs, batch.y)
    net.backward(gradient, inputs=False)
    if run.penalty is not None:
        net.grads += run.penalty(net.params, net.decays)[1]
    net.grads *= run.sign
    before = net.params.copy()
    optimizer.step(net.params, net.grads, net.decays)
    return value, (outputs.argmax(axis=-1) == batch.y).mean(), diagnostics.update_ratios(net, before)


class Result(NamedTuple):
    """Curves (4, E + 1), in the order of `CURVES`, that end before the loss is no number; five statistics; the rest.

    Statistics: step over weight in the first and in the last layer, median of the first epoch; of the hidden units at
    the end the shares that are dead, saturated, copies. `test` is the accuracy on the test split, in inference mode.
    """

    curves: np.ndarray
    statistics: np.ndarray
    test: float
    diverged: bool


@np.errstate(all="ignore")
def learn(run: Run, seed: int, epochs: int | None = None) -> Result:
    """Train a network; with `patience`, end it there and put the epoch of the best validation accuracy back."""
    data, rng = run.data(), np.random.default_rng(seed)
    widths = [data.train.x.shape[1], *run.hidden, 10]
    net = mlp(
        widths, activation=run.activation, init=run.init, batch_norm=run.batch_norm, dropout=run.dropout, seed=seed,
        dtype=np.float32,
    )  # fmt: skip
    optimizer, ratios = run.optimizer(), []
    nets = [net.copy()]
    rows = [(*measure(net, data.train, run.loss, run.batch_size), *measure(net, data.val, run.loss, run.val_batch))]
    for epoch in range(epochs or run.epochs):
        steps = [
            step(net, run, optimizer, Examples(data.train.x[part], data.train.y[part]))
            for part in batches(len(data.train.y), run.batch_size, rng if run.shuffle else None)
        ]
        if epoch == 0:
            ratios = [ratio for *_, ratio in steps if np.isfinite(ratio).all()]
        trained = np.mean([(value, right) for value, right, _ in steps], axis=0)
        row = (*trained, *measure(net, data.val, run.loss, run.val_batch))
        if not np.isfinite(row).all():
            break
        rows.append(row)
        nets.append(net.copy())
        best = int(np.argmax([val_accuracy for *_, val_accuracy in rows]))
        if run.patience is not None and len(rows) - 1 - best >= run.patience:
            rows, nets = rows[: best + 1], nets[: best + 1]
            break
    statistics = np.array([*np.median(ratios, axis=0)[[0, -1]], *idle(nets[-1], data.train.x)])
    test = measure(nets[-1], data.test, run.loss)[1]
    return Result(np.array(rows).T[[0, 2, 1, 3]], statistics, test, not np.isfinite(row).all())


def pair(name: str) -> tuple[Run, Run]:
    """Return the sick run of a patient and the treated one."""
    run, cure = PATIENTS[name]
    return run, replace(run, **cure)


def main() -> None:
    shape = len(PATIENTS), 2
    curves = np.full((*shape, len(CURVES), LONGEST), np.nan, np.float32)
    statistics = np.zeros((*shape, 5), np.float32)
    ends = np.zeros((*shape, SEEDS, len(CURVES) + 1), np.float32)  # the last of each curve, and the test accuracy
    diverged = np.zeros(shape, bool)
    for i, name in enumerate(PATIENTS):
        for j, run in enumerate(pair(name)):
            again = PATIENTS[name][1] == {} and j == 1  # who is healthy is not treated but trained again
            results = [learn(run, seed + SEEDS * again) for seed in range(SEEDS)]
            first = results[0]
            curves[i, j, :, : first.curves.shape[1]] = first.curves
            statistics[i, j], diverged[i, j] = first.statistics, first.diverged
            ends[i, j] = [(*result.curves[:, -1], result.test) for result in results]
            print(
                name, j, first.curves.shape[1] - 1, first.statistics.round(5), ends[i, j].round(3)[:, 3:].T, flush=True
            )
    np.savez_compressed(
        FILE, names=list(PATIENTS), curves=curves, statistics=statistics, ends=ends, diverged=diverged
    )  # fmt: skip


if __name__ == "__main__":
    main()
