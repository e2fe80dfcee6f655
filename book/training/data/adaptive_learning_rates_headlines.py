"""Hold the headlines of the chapter against other rates, budgets, doses and places: what the notebook cannot run live.

`contest`: SGD and Adam, each at the best of its own rates on validation images, then ten fresh starts on test images.
`schedules`: constant rates against rates that fall. `edge`: the largest curvature of gradient descent with all images
in each step. `batches`: SGD with batches of 16 to 256 at eight rates; `scaling`: the same rule at other places.
`signs`: steps of one length.

It takes about 7 minutes; run it from this folder: `python adaptive_learning_rates_headlines.py`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tipslib.arrays import Array
from tipslib.datasets import Splits, digits, mnist1d
from tipslib.losses import softmax_cross_entropy
from tipslib.networks import Sequential, mlp
from tipslib.optimizers import SGD, Adam, Momentum
from tipslib.schedules import cosine, exponential, step_decay
from tipslib.training import DivergenceError, evaluate, fit

FILE = Path(__file__).with_name("adaptive-learning-rates-headlines.npz")
SEEDS, FRESH = 5, 10
METHODS = {"SGD": SGD, "Adam": Adam}
GRIDS = {"SGD": (0.01, 0.03, 0.1, 0.3, 1.0), "Adam": (3e-4, 1e-3, 3e-3, 0.01)}
LARGER = {"SGD": (0.1, 0.3, 1.0, 3.0), "Adam": (1e-3, 3e-3, 0.01, 0.03)}
CONTESTS = {  # epochs, batch size, hidden layers, rates
    "2 layers": (20, 64, 2, LARGER),
    "batches of 256": (20, 256, 4, GRIDS),
    "60 epochs": (60, 64, 4, GRIDS),
    "batches of 16": (20, 16, 4, GRIDS),
}
SHAPES = {
    "constant": lambda rate, steps: rate,
    "cosine": cosine,
    "step decay": lambda rate, steps: step_decay(rate, every=steps // 3),
    "exponential": lambda rate, steps: exponential(rate, 0.01 ** (1 / steps)),
}
FALLS = {  # data, hidden layers, width, epochs, shapes, rates; Adam
    "10 layers": ("digits", 10, 50, 20, ("constant", "cosine"), (3e-4, 1e-3, 3e-3, 0.01, 0.03)),
    "other shapes": ("digits", 10, 50, 20, ("step decay", "exponential"), (0.03,)),
    "60 epochs": ("digits", 10, 50, 60, ("constant", "cosine"), (0.03,)),
    "mnist1d, 4 layers": ("mnist1d", 4, 100, 20, ("constant", "cosine"), (0.03,)),
}
EDGES = {  # data, hidden layers, width, rates
    "4 layers": ("digits", 4, 100, (0.03, 0.2, 0.3, 0.4)),
    "2 layers": ("digits", 2, 100, (0.03, 0.3)),
    "width 50": ("digits", 4, 50, (0.03, 0.3)),
    "mnist1d": ("mnist1d", 4, 100, (0.03, 0.3)),
}
LEARNED = 0.3
SIZES, SIZE_RATES = (16, 64, 256), (0.0125, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6)
SCALED = {"60 epochs": ("digits", 60), "mnist1d": ("mnist1d", 20)}
SCALED_ARMS = ((64, 0.05), (256, 0.2), (256, 0.05))  # batch and rate: small, both times four, the batch alone
SIGN_RATES = (3e-5, 1e-4, 3e-4, 1e-3, 3e-3)


class Signs(Momentum):
    """Steps of one length: the sign of a moving average of the gradients."""

    def update(self, params: Array, grads: Array, lr: Any, decays: Array | None) -> None:
        self.v *= self.momentum
        self.v += (1 - self.momentum) * grads
        params -= lr * np.sign(self.v)


def load(data: str) -> Splits:
    return digits() if data == "digits" else mnist1d(n=4000)


def train(splits: Splits, hidden: list, optimizer: Any, epochs: int, size: int = 64, seed: int = 0, runs: int = SEEDS):
    """Train networks with the seeds from ``seed`` on; return them and their history, None for it after a divergence."""
    widths = [splits.train.x.shape[1], *hidden, 10]
    net = mlp(widths, seed=seed, dtype=np.float32, runs=runs)
    try:
        return net, fit(net, splits, optimizer, epochs=epochs, batch_size=size, seed=seed)
    except DivergenceError:
        return net, None


def scored(history: Any, runs: int = SEEDS) -> tuple[Array, Array]:
    """Return the last training losses and validation accuracies; infinite and 0 after a divergence."""
    if history is None:
        return np.full(runs, np.inf), np.zeros(runs)
    return history.train_loss[-1], history.val_accuracy[-1]


def contest(place: str, method: str) -> dict[str, Array]:
    """Tune a method on validation images, then test it on fresh starts at its best rate."""
    epochs, size, layers, grids = CONTESTS[place]
    splits, hidden, grid = digits(), [100] * layers, grids[method]
    scores = [scored(train(splits, hidden, METHODS[method](rate), epochs, size)[1])[1] for rate in grid]
    best = grid[int(np.mean(scores, axis=1).argmax())]
    net, _ = train(splits, hidden, METHODS[method](best), epochs, size, seed=10, runs=FRESH)
    return {"scores": np.array(scores), "test": evaluate(net, splits.test)[1]}


def fall(place: str, shape: str, rate: float) -> Array:
    """Return the last validation accuracies with a rate that follows the shape."""
    data, layers, width, epochs, *_ = FALLS[place]
    splits = load(data)
    steps = epochs * -(-len(splits.train.x) // 64)
    optimizer = Adam(SHAPES[shape](rate, steps))
    return scored(train(splits, [width] * layers, optimizer, epochs)[1])[1]


def slope(net: Sequential, theta: Array, x: Array, y: Array) -> Array:
    net.params[:] = theta
    net.backward(softmax_cross_entropy(net.forward(x), y)[1], inputs=False)
    return net.grads.copy()


def largest_curvature(net: Sequential, x: Array, y: Array, rounds: int = 30, eps: float = 1e-9) -> float:
    """Return the largest eigenvalue of the Hessian; the step is short, so that it crosses no kink of a ReLU."""
    theta, d = net.params.copy(), np.random.default_rng(0).normal(size=net.params.shape)
    for _ in range(rounds):
        d /= np.linalg.norm(d)
        product = (slope(net, theta + eps * d, x, y) - slope(net, theta - eps * d, x, y)) / (2 * eps)
        curvature, d = d @ product, product
    net.params[:] = theta
    return float(curvature)


def edge(place: str, rate: float, seed: int, steps: int = 300) -> tuple[float, float, float, float]:
    """Return the largest curvature at the start and at the first loss below 0.3, and the loss after a third and all."""
    data, layers, width, _ = EDGES[place]
    x, y = (digits(n=200) if data == "digits" else mnist1d(n=200)).train
    net = mlp([x.shape[1], *[width] * layers, 10], seed=seed)
    start, learned, losses, optimizer = largest_curvature(net, x, y), np.nan, [], SGD(rate)
    for step in range(steps + 1):
        loss = softmax_cross_entropy(net.forward(x), y)[0]
        if np.isnan(learned) and loss < LEARNED:
            learned = largest_curvature(net, x, y)
        if step in (steps // 3, steps):
            losses.append(loss)
        optimizer.step(net.params, slope(net, net.params, x, y))
    return start, learned, *losses


def parts() -> Iterator[tuple[str, list]]:
    """Yield each measurement with its name."""
    yield "signs", [scored(train(digits(), [100] * 4, Signs(rate), 20)[1]) for rate in SIGN_RATES]
    for place, (*_, rates) in EDGES.items():
        yield f"edge/{place}", [[edge(place, rate, seed) for seed in range(SEEDS)] for rate in rates]
    for place, (*_, shapes, rates) in FALLS.items():
        for shape in shapes:
            yield f"schedules/{place}/{shape}", [fall(place, shape, rate) for rate in rates]
    for size in SIZES:
        yield f"batches/{size}", [scored(train(digits(), [100] * 4, SGD(rate), 20, size)[1]) for rate in SIZE_RATES]
    for place, (data, epochs) in SCALED.items():
        arms = [train(load(data), [100] * 4, SGD(rate), epochs, size) for size, rate in SCALED_ARMS]
        yield f"scaling/{place}", [scored(history)[0] for _, history in arms]
    for place in CONTESTS:
        for method in GRIDS:
            for key, value in contest(place, method).items():
                yield f"contest/{place}/{method}/{key}", list(value)


def main() -> None:
    measured = {}
    for name, found in parts():
        measured[name] = np.array(found, np.float32)
        print(name, measured[name].mean(axis=1 if name.startswith("edge") else -1).round(4).tolist(), flush=True)
        np.savez_compressed(FILE, **measured)


if __name__ == "__main__":
    main()
