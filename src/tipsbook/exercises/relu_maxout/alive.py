"""Exercise 9: a network that stays alive where the steps are too large, trained and judged by the check."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tipsbook.grading.answers import outcome, wrong_signature
from tipsbook.grading.deadline import Deadline
from tipsbook.grading.exercise import Exercise, Mistake, nothing_returned
from tipsbook.grading.feedback import Feedback
from tipsbook.grading.trained import wrong_network
from tipslib.activations import identity, leaky_relu, relu
from tipslib.datasets import Examples, Splits, digits
from tipslib.diagnostics import dead_units
from tipslib.initializers import normal
from tipslib.layers import Activate, BatchNorm, Dense, Layer, Maxout, PReLU
from tipslib.networks import Sequential, mlp
from tipslib.optimizers import Adam
from tipslib.training import DivergenceError, evaluate, fit

CALL = "build(seed)"
SEEDS = (0, 1, 2)


def hidden_widths(net: Sequential) -> list[int]:
    """Return the widths of the layers that bend: Maxout, or Dense with an activation behind it.

    >>> hidden_widths(mlp([64, 100, 50, 10]))
    [100, 50]
    """
    widths, dense = [], 0
    for layer in net.layers:
        if isinstance(layer, Maxout) and layer.pieces > 1:
            widths.append(layer.n_out)
        elif isinstance(layer, Dense):
            dense = layer.n_out
        elif isinstance(layer, PReLU) or (isinstance(layer, Activate) and layer.activation.name != "identity"):
            widths += [dense] * (dense > 0)
            dense = 0
    return widths


def _first_biases(net: Sequential) -> Any:
    return next((layer.params["b"] for layer in net.layers if "b" in layer.params), np.zeros((1, 1)))


def _has_relu(net: Sequential) -> bool:
    return any(isinstance(a, Activate) and a.activation.name == "ReLU" for a in net.layers)


@dataclass(frozen=True, kw_only=True)
class AliveExercise(Exercise):
    """A function that returns an untrained network for a seed."""

    rate: float = 0.1
    layers: tuple[type[Layer], ...] = field(default=(Activate, PReLU, Dense, Maxout, BatchNorm))

    def grade(self, answer: object, deadline: Deadline) -> Feedback:
        complaint = wrong_signature(answer, CALL)
        if complaint:
            return Feedback("wrong", complaint)
        nets: list[Any] = []
        for seed in SEEDS:
            result = outcome(answer, (seed,), deadline)
            if result.empty:
                return nothing_returned(CALL)
            if result.complaint:
                return Feedback("wrong", f"For seed {seed} {result.complaint}")
            wrong_kind = self._judge_kind(result.value)
            if wrong_kind is not None:
                return wrong_kind
            nets.append(result.value)
        if np.array_equal(nets[0].params, nets[1].params):
            return self.recognized("seed-ignored", "Expected three different starts, received the same one.")
        return self._judge_training(nets)

    def _judge_kind(self, net: Any) -> Feedback | None:
        """Return what is wrong with the network, None when nothing is."""
        if complaint := wrong_network(net, 64, 10):
            return Feedback("wrong", complaint)
        own = [layer for layer in net.layers if not type(layer).__module__.startswith("tipslib.")]
        if own:
            return Feedback("wrong", f"Expected layers of tipslib alone, received {own[0]}.")
        widths = hidden_widths(net)
        if not widths and len(net.layers) > 1:
            return self.recognized("no-activation", f"Expected activations, received {net}.")
        if len(widths) < 2:
            return self.recognized("one-layer", f"Expected 2 hidden layers or more, received {len(widths)}.")
        if min(widths) < 100:
            return self.recognized("narrow", f"Expected 100 units or more in each, received {min(widths)}.")
        return None

    def _judge_training(self, nets: list[Sequential]) -> Feedback:
        data = digits()
        x, y = data.val
        splits, kept = Splits(data.train, Examples(x[:200], y[:200]), Examples(x[200:], y[200:])), []
        biases, weights = _first_biases(nets[0]).mean(), float(np.abs(nets[0].params).mean())
        for seed, net in zip(SEEDS, map(Sequential.copy, nets), strict=True):  # a reader may return one net three times
            try:
                fit(net, splits, Adam(self.rate), epochs=10, batch_size=64, seed=seed)
            except DivergenceError:
                return Feedback(
                    "wrong", f"With seed {seed} the loss of your network is no longer finite, received nan."
                )
            kept.append(evaluate(net, splits.test)[1])
        evidence = f"Accuracy: {np.mean(kept):.2f} on examples kept aside, three seeds."
        if np.mean(kept) > 0.9:
            return Feedback("right", f"{evidence} {self.right}")
        if not _has_relu(nets[0]):
            return Feedback("wrong", f"{evidence} You need more than 0.9.")
        evidence += f" Dead in the last hidden layer: {dead_units(net, data.train.x)[-1]:.2f}."
        key = "positive-biases" if biases > 0.01 else "small-weights" if weights < 0.02 else "relu"
        return self.recognized(key, evidence)


def _with_biases(seed: int) -> Sequential:
    net = mlp([64, 100, 100, 10], seed=seed)
    for layer in net.layers[:-1:2]:
        layer.params["b"][...] = 1.0
    return net


BUILD = AliveExercise(
    name="relu-maxout-9",
    right="The steps are still too large, and the network survives them. A smaller rate would do better still.",
    hints=(
        "What kills the units? A slope that is 0 below 0, and sums z that large steps push there.",
        "Either take an activation whose slope is never 0, or keep z where the slope is.",
        "Look at Figure 11: three networks in it survive this rate.",
    ),
    mistakes={
        "relu": Mistake(
            lambda seed: mlp([64, 100, 100, 10], activation=relu, seed=seed),
            "ReLU units die at this rate, whatever the start.",
        ),
        "positive-biases": Mistake(
            _with_biases,
            "Biases above 0 do not keep ReLU units alive: the steps are large enough to undo them at once.",
        ),
        "small-weights": Mistake(
            lambda seed: mlp([64, 100, 100, 10], init=normal(0.01), seed=seed),
            "Small weights at the start do not make the later steps smaller.",
        ),
        "no-activation": Mistake(
            lambda seed: mlp([64, 100, 100, 10], activation=identity, seed=seed),
            "Without activations nothing can die, and nothing can bend: this is a linear network.",
        ),
        "one-layer": Mistake(
            lambda seed: mlp([64, 200, 10], seed=seed),
            "One hidden layer is too few: the second one is where units die.",
        ),
        "narrow": Mistake(
            lambda seed: mlp([64, 30, 30, 10], seed=seed),
            "A narrower network avoids the question: its steps are smaller.",
        ),
        "seed-ignored": Mistake(
            lambda seed: mlp([64, 100, 100, 10], activation=leaky_relu(0.1)),
            "The seed is not used. Pass it on, as in mlp(..., seed=seed).",
        ),
    },
)
