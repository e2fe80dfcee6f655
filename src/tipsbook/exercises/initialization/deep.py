"""Exercise 9: first weights for twenty tanh layers, judged by a short training."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from tipsbook.grading.answers import describe, outcome, wrong_signature
from tipsbook.grading.deadline import Deadline
from tipsbook.grading.exercise import Exercise, Mistake, nothing_returned
from tipsbook.grading.feedback import Feedback
from tipslib.activations import tanh
from tipslib.datasets import digits
from tipslib.diagnostics import spreads
from tipslib.initializers import Initializer, constant, lecun_normal, normal, variance_scaling
from tipslib.layers import Dense
from tipslib.networks import Sequential, mlp
from tipslib.optimizers import SGD
from tipslib.training import DivergenceError, fit

CALL = "initialize(net, x)"
WIDTHS = [64, *[50] * 20, 10]
ENOUGH = 0.2


def _baseline(seed: int) -> Sequential:
    return mlp(WIDTHS, activation=tanh, init=lecun_normal, seed=seed, dtype=np.float32)


def _train(net: Sequential) -> float:
    """Return the training loss after the three epochs; infinite where it diverges."""
    try:
        return float(fit(net, digits(), SGD(lr=0.05), epochs=3, batch_size=32).train_loss[-1])
    except DivergenceError:
        return np.inf


@dataclass(frozen=True, kw_only=True)
class InitializeExercise(Exercise):
    """A function that changes the parameters of a network and returns it."""

    def grade(self, answer: object, deadline: Deadline) -> Feedback:
        complaint = wrong_signature(answer, CALL)
        if complaint:
            return Feedback("wrong", complaint)
        x = digits().train.x[:200]
        nets: list[Any] = []
        for seed in range(3):
            result = outcome(answer, (_baseline(seed), x), deadline)
            if result.empty and not result.changed:
                return nothing_returned(CALL)
            complaint = result.complaint or _wrong_network(result.value)
            if complaint:
                return Feedback("wrong", f"With twenty tanh layers {complaint}")
            nets.append(result.value)
        return self._judge(nets, x)

    def _judge(self, nets: list[Any], x: Any) -> Feedback:
        signal = float(np.mean([spreads(net, x).between_samples[-1] for net in nets]))
        copies = any(
            np.ptp(layer.params["W"], axis=1).max() == 0 for layer in nets[0].layers if isinstance(layer, Dense)
        )
        loss = float(np.mean([_train(net) for net in nets]))
        evidence = f"Mean training loss {loss:.2f} received, below {ENOUGH} expected; signal at the start {signal:.2g}."
        if loss < ENOUGH:
            return Feedback("right", f"Mean training loss {loss:.2f} received. {self.right}")
        for key, found in {"copies": copies, "too-small": signal < 0.2, "too-large": signal > 0.75}.items():
            if found:
                return self.recognized(key, evidence)
        return self.recognized("size-alone", evidence)


def _wrong_network(net: Any) -> str:
    """Say what is wrong with the network returned; an empty text when nothing is."""
    if not isinstance(net, Sequential):
        return f"a network was expected, received {describe(net)}."
    if repr(net) != repr(_baseline(0)) or net.params.dtype != np.float32:
        return (
            f"the same network with other weights was expected, received {net.params.size} parameters in other layers."
        )
    if not np.isfinite(net.params).all():
        return "finite weights were expected, received some that are not."
    return ""


def _filled(net: Sequential, init: Initializer) -> Sequential:
    rng = np.random.default_rng(0)
    for layer in net.layers:
        if isinstance(layer, Dense):
            layer.params["W"][...] = init(layer.params["W"].shape, rng)
    return net


INITIALIZE = InitializeExercise(
    name="initialization-9",
    right="The right size in every direction, layer by layer: twenty layers train like four.",
    hints=(
        "Print `spreads(net, x).between_samples` first: how much of the signal arrives at layer 20 in the baseline?",
        "A larger gain brings more of it. But a variance is a mean over directions: what keeps all of them?",
        "Fill each `layer.params['W']` from an initializer for orthogonal matrices; then let x say how large.",
    ),
    mistakes={
        "copies": Mistake(
            lambda net, x: _filled(net, constant(0.1)),
            "The units of a layer are copies of one another. Random weights have to tell them apart.",
        ),
        "too-small": Mistake(
            lambda net, x: _filled(net, normal(0.05)),
            "Too small: the differences between images are all but gone in the last hidden layer.",
        ),
        "too-large": Mistake(
            lambda net, x: _filled(net, variance_scaling(4.0)),
            "Too large: the last hidden layer is saturated, its slopes are near 0.",
        ),
        "size-alone": Mistake(
            lambda net, x: _filled(net, variance_scaling(1.7)),
            "The signal arrives. Still, twenty random matrices crush most directions: which matrices crush none?",
        ),
    },
)
