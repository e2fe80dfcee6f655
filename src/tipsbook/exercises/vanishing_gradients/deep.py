"""Exercise 9: train eight sigmoid layers, judged by examples that the answer has never seen."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from tipsbook.grading.exercise import Mistake
from tipsbook.grading.feedback import Feedback
from tipsbook.grading.trained import NetworkExercise, half_aside
from tipslib.activations import sigmoid, tanh
from tipslib.datasets import Examples, Splits, digits
from tipslib.initializers import lecun_normal, normal, variance_scaling
from tipslib.layers import Activate, Dense
from tipslib.networks import Sequential, mlp
from tipslib.optimizers import SGD, Adam
from tipslib.training import evaluate, fit


def _hidden_layers(net: Sequential) -> int:
    """Count the Dense layers with an activation behind them: two activations in a row are one layer."""
    kinds = [type(layer) for layer in net.layers if isinstance(layer, Dense | Activate)]
    return sum(pair == (Dense, Activate) for pair in pairwise(kinds))


@dataclass(frozen=True, kw_only=True)
class DeepExercise(NetworkExercise):
    """A function that returns a trained network."""

    def wrong_kind(self, net: Sequential) -> Feedback | None:
        own = [layer for layer in net.layers if not type(layer).__module__.startswith("tipslib.")]
        if own:
            return Feedback("wrong", f"Expected layers of tipslib alone, received {own[0]}.")
        others = {str(a.activation) for a in net.layers if isinstance(a, Activate) and a.activation.name != "sigmoid"}
        if others:
            return self.recognized("other-activation", f"Expected sigmoid, received {' and '.join(sorted(others))}.")
        if _hidden_layers(net) < 8:
            return self.recognized("too-few-layers", f"Expected 8 or more, received {_hidden_layers(net)}.")
        return None

    def judge(self, net: Sequential, splits: Splits, kept: Examples) -> Feedback:
        train, given, aside = (evaluate(net, examples)[1] for examples in (splits.train, splits.val, kept))
        evidence = (
            f"Accuracy: {train:.2f} on the training examples, {given:.2f} on the validation examples that your "
            f"function saw, {aside:.2f} on those kept aside."
        )
        if given > train + 0.05 and given > 0.5:
            return self.recognized("validation-examples", evidence)
        if aside > 0.9:
            return Feedback("right", f"{evidence} {self.right}")
        if train < 0.3:
            return self.recognized("plateau", evidence)
        if train > aside + 0.1:
            return self.recognized("training-alone", evidence)
        return Feedback("wrong", f"{evidence} It learns; you need more than 0.9 on those kept aside.")


def _trained(splits: Splits, depth: int = 8, epochs: int = 2, lr: float = 0.01, **options: Any) -> Sequential:
    """Train as readers do when one thing is wrong, quickly."""
    net = mlp([64, *[50] * depth, 10], **{"activation": sigmoid, "init": variance_scaling(4.0), **options})
    fit(net, splits, Adam(lr), epochs=epochs, batch_size=50)
    return net


def _stuck(splits: Splits) -> Sequential:
    net = mlp([64, *[50] * 8, 10], activation=sigmoid, init=lecun_normal)
    fit(net, splits, SGD(lr=0.1), epochs=3)
    return net


TRAIN_DEEP_SIGMOID = DeepExercise(
    name="vanishing-gradients-9",
    call="train_deep_sigmoid(splits)",
    examples=lambda: half_aside(digits()),
    given="digits as splits",
    right="Eight sigmoid layers learn once the gradient arrives.",
    hints=(
        "Measure before you train: what is ||delta_1|| / ||delta_8|| with your initialization?",
        "Larger random weights bring the gradient to the first layer; `variance_scaling(gain)` makes them.",
        "Adam divides by the size of the gradient, and `batch_norm=True` brings z back to where the slope is largest.",
    ),
    mistakes={
        "other-activation": Mistake(
            lambda splits: _trained(splits, activation=tanh),
            "Another activation is the easy way out. The task is to do it with the sigmoid.",
        ),
        "too-few-layers": Mistake(
            lambda splits: _trained(splits, depth=3),
            "That is too few hidden layers: shallow networks do not have this problem.",
        ),
        "plateau": Mistake(_stuck, "The network is on the plateau: it has hardly learned even its training examples."),
        "training-alone": Mistake(
            lambda splits: _trained(splits, epochs=20, lr=0.003, init=normal(1.5)),
            "It has learned the training examples by heart. Very large first weights do that: look for a smaller gain.",
        ),
        "validation-examples": Mistake(
            lambda splits: _trained(Splits(splits.val, splits.val, splits.val), epochs=40),
            "It knows the validation examples better than the training examples: was it trained on them?",
        ),
        "accuracy": Mistake(
            lambda splits: evaluate(_trained(splits), splits.val)[1],
            "Return the network; the check measures it.",
        ),
    },
)
