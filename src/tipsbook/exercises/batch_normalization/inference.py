"""Exercises 6 and 7: running statistics, updated one by one and estimated again."""

from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import Any

import numpy as np

from tipsbook.grading.answers import describe, outcome, wrong_signature
from tipsbook.grading.deadline import Deadline
from tipsbook.grading.exercise import Case, Exercise, FunctionExercise, Mistake, nothing_returned
from tipsbook.grading.feedback import Feedback
from tipslib.activations import relu
from tipslib.arrays import Array
from tipslib.datasets import digits
from tipslib.layers import Activate, BatchNorm, Dense, Layer
from tipslib.networks import Sequential
from tipslib.optimizers import SGD
from tipslib.training import evaluate, fit


def _unbiased(unit: Array) -> float:
    """Return half the mean squared distance of all pairs, which is the variance with 1/(N - 1)."""
    return float(np.mean([(a - b) ** 2 / 2 for a, b in combinations(unit, 2)]))


def _weighted(batches: list[Array], keep: float) -> Any:
    """Return both running statistics as the weighted sums that they are."""
    old = len(batches) - 1 - np.arange(len(batches))
    weights = np.append((1 - keep) * keep**old, keep ** len(batches))
    means = [*(z.sum(axis=0) / len(z) for z in batches), np.zeros(batches[0].shape[1])]
    variances = [*([_unbiased(unit) for unit in z.T] for z in batches), np.ones(batches[0].shape[1])]
    return np.array([weights @ np.array(means), weights @ np.array(variances)])


def _running_cases() -> list[Case]:
    text = "By hand, one batch [[0], [2]], keep = 0.9"
    cases = [Case(text, ([np.array([[0.0], [2.0]])], 0.9), np.array([[0.1], [1.1]]))]
    rng = np.random.default_rng(0)
    for sizes, keep in [((4, 4, 3), 0.75), ((2, 5), 0.99)]:
        batches = [rng.normal(3.0, 2.0, size=(n, 2)) for n in sizes]
        cases.append(Case(f"For batches of {sizes} images, keep = {keep}", (batches, keep), _weighted(batches, keep)))
    return cases


def _run(batches: list[Array], kept: float, new: float, ddof: int = 1, power: float = 1.0) -> Any:
    """Run through the batches the way the code of the exercise does."""
    mean: Any = 0.0
    var: Any = 1.0
    for z in batches:
        mean, var = kept * mean + new * z.mean(axis=0), kept * var + new * z.var(axis=0, ddof=ddof) ** power
    return np.array([mean, var])


def _mean_alone(batches: list[Array], keep: float) -> Any:
    return np.array([_run(batches, keep, 1 - keep)[0], _run(batches, 1 - keep, keep, ddof=0)[1]])


def _twice(batches: list[Array], keep: float) -> Any:
    larger = [z.mean(axis=0) + (z - z.mean(axis=0)) * np.sqrt(len(z) / (len(z) - 1)) for z in batches]
    return _run(larger, keep, 1 - keep)


RUNNING = FunctionExercise(
    name="batch-normalization-6",
    call="running_statistics(batches, keep)",
    cases=_running_cases,
    unchanged=lambda batches, keep: _run(batches, 1 - keep, keep, ddof=0),
    right="PyTorch's momentum is the new share, 1 - keep: the same word, the other number.",
    hints=(
        "Put keep = 0.9 into the first line. What share of the old value is left after one step?",
        "The variance of a small batch is on average too small, by the factor (N - 1) / N.",
        "NumPy's `var` has an argument for that: `ddof=1` divides by N - 1.",
    ),
    mistakes={
        "biased-variance": Mistake(
            lambda batches, keep: _run(batches, keep, 1 - keep, ddof=0),
            "One bug is gone, one is left: the variance that is collected should be unbiased, with N - 1.",
        ),
        "still-swapped": Mistake(
            lambda batches, keep: _run(batches, 1 - keep, keep),
            "The variance is unbiased now, but the shares are still swapped: `keep` belongs to the old value.",
        ),
        "mean-alone": Mistake(_mean_alone, "The mean is right. The line of the variance has both bugs."),
        "std-for-variance": Mistake(
            lambda batches, keep: _run(batches, keep, 1 - keep, power=0.5),
            "You average standard deviations. The variance is collected; its root comes when it is used.",
        ),
        "corrected-twice": Mistake(
            _twice,
            "You correct the variance twice. `ddof=1` divides by N - 1 already; the factor N / (N - 1) is too much.",
        ),
        "without-start": Mistake(
            lambda batches, keep: _run(batches, keep, 1 - keep) - keep ** len(batches) * np.array([[0.0], [1.0]]),
            "The start of the variance is lost. It begins at 1, and a share keep of it stays in each step.",
        ),
    },
)


def _network() -> Sequential:
    layers: list[Layer] = []
    for _ in range(5):
        layers += [Dense(50, bias=False), BatchNorm(0.99), Activate(relu)]
    return Sequential([*layers, Dense(10)], 64)


@cache
def _one_epoch() -> Sequential:
    """Return the network of the exercise, trained for 16 steps; not to be changed."""
    net = _network()
    fit(net, digits(), SGD(0.3), epochs=1, batch_size=64)
    return net


def _norms(net: Sequential) -> list[BatchNorm]:
    return [layer for layer in net.layers if isinstance(layer, BatchNorm)]


def _estimated(net: Sequential, x: Array, *, training: bool = True, power: float = 1.0) -> Sequential:
    """Set the statistics layer by layer; in inference each layer is fed with the old ones of those before it."""
    net = net.copy()
    h = x
    for layer in net.layers:
        if isinstance(layer, BatchNorm):
            mean, var = h.mean(axis=0), h.var(axis=0, ddof=1)
            out = layer.forward(h, training=training)
            layer.buffers["running_mean"][...], layer.buffers["running_var"][...] = mean, var**power
            h = out
        else:
            h = layer.forward(h)
    return net


def _half(net: Sequential, x: Array, name: str) -> Sequential:
    """Set only one of the two statistics."""
    net = net.copy()
    for mine, full in zip(_norms(net), _norms(_estimated(net, x)), strict=True):
        mine.buffers[name][...] = full.buffers[name]
    return net


def _one_pass(net: Sequential, x: Array) -> Sequential:
    net = net.copy()
    net.forward(x, training=True)
    return net


def _retrained(net: Sequential, x: Array) -> Sequential:
    net = net.copy()
    net.params *= 1.01
    return net


def _near(net: Sequential, other: Sequential, share: float) -> bool:
    """Whether the running statistics of all layers agree, on average over the units."""
    for mine, yours in zip(_norms(net), _norms(other), strict=True):
        mean, var = mine.buffers["running_mean"], mine.buffers["running_var"]
        off = abs(yours.buffers["running_mean"] - mean) / np.sqrt(var)
        ratio = abs(yours.buffers["running_var"] / var - 1)
        if not (np.mean(off) < share and np.mean(ratio) < share):
            return False
    return True


@dataclass(frozen=True, kw_only=True)
class ReestimateExercise(Exercise):
    """A function that returns a network with other running statistics, judged by these and by its accuracy."""

    call: str

    def grade(self, answer: object, deadline: Deadline) -> Feedback:
        complaint = wrong_signature(answer, self.call)
        if complaint:
            return Feedback("wrong", complaint)
        net, x = _one_epoch(), digits().train.x
        result = outcome(answer, (net, x), deadline)
        if result.empty:
            return nothing_returned(self.call)
        if result.complaint:
            return Feedback("wrong", f"With a network after one epoch {result.complaint}")
        return self._judge(net, result.value, x)

    def _judge(self, net: Sequential, yours: Any, x: Array) -> Feedback:
        if not isinstance(yours, Sequential) or yours.layout() != net.layout():
            received = yours if isinstance(yours, Sequential) else describe(yours)
            return Feedback("wrong", f"Expected the network with new buffers, received {received}.")
        if not np.array_equal(yours.params, net.params):
            return self.recognized("weights-changed", "Expected the same params, received others.")
        before, after = (evaluate(each, digits().val)[1] for each in (net, yours))
        evidence = f"Accuracy: {after:.2f} on the validation images, {before:.2f} before."
        if _near(_estimated(net, x), yours, 0.1):
            return Feedback("right", f"{evidence} {self.right}")
        for key, mistake in self.mistakes.items():
            if key != "weights-changed" and _near(mistake.answer(net, x), yours, 1e-3):  # type: ignore[operator]
                return self.recognized(key, evidence)
        return Feedback("wrong", f"The running statistics received are not those of the images given. {evidence}")


REESTIMATE = ReestimateExercise(
    name="batch-normalization-7",
    call="reestimate(net, x)",
    right="The weights were good all the time.",
    hints=(
        "In training mode each layer normalizes with the statistics of the images given, and updates its buffers.",
        "Each layer's `momentum` says how much of the old value is kept. What if nothing were kept?",
        "Copy the network, set each BatchNorm's momentum to 0, and send all images through once, in training mode.",
    ),
    mistakes={
        "one-pass": Mistake(
            _one_pass, "One pass moves the running values by a hundredth: 0.99 of the old ones is kept."
        ),
        "in-inference": Mistake(
            lambda net, x: _estimated(net, x, training=False),
            "Each layer got inputs that the layers before had normalized with their *old* statistics.",
        ),
        "means-alone": Mistake(
            lambda net, x: _half(net, x, "running_mean"), "The means are new, but the variances are still the old ones."
        ),
        "variances-alone": Mistake(
            lambda net, x: _half(net, x, "running_var"), "The variances are new, but the means are still the old ones."
        ),
        "std-for-variance": Mistake(
            lambda net, x: _estimated(net, x, power=0.5),
            "`running_var` holds variances; you put standard deviations there.",
        ),
        "weights-changed": Mistake(
            _retrained, "The weights have changed. Only the buffers should: nothing is trained here."
        ),
        "unchanged": Mistake(lambda net, x: net.copy(), "This is the network as it was."),
    },
)
