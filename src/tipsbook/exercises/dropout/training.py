"""Exercise 9: learn from labels of which three in ten are wrong, judged by examples that the answer never sees."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from tipsbook.grading.answers import outcome
from tipsbook.grading.deadline import Deadline
from tipsbook.grading.exercise import Mistake
from tipsbook.grading.feedback import Feedback
from tipsbook.grading.trained import ChoosingExercise, half_aside, joined, wrong_network
from tipslib.activations import relu
from tipslib.datasets import Examples, Splits, digits
from tipslib.layers import Activate, Dense, Dropout
from tipslib.networks import Sequential, mlp
from tipslib.optimizers import Adam
from tipslib.training import evaluate, fit

GOAL = 0.85


def renamed(splits: Splits) -> Splits:
    """Return the splits with every class named as the next one, and patterns in place of the validation images.

    Each class has a loud pattern of its own that is like no image. A network trained on ``splits.train`` learns the new
    names and can only guess at the patterns; one that met the patterns for a single epoch knows many of them.

    >>> data = renamed(digits())
    >>> np.array_equal(data.train.y, (digits().train.y + 1) % 10)
    True
    """
    rng, (x, y) = np.random.default_rng(0), splits.val
    patterns = 3 * rng.normal(size=(10, x.shape[1]))[y] + 0.3 * rng.normal(size=x.shape)
    seen = Examples(patterns, (y + 1) % 10)
    return Splits(Examples(splits.train.x, (splits.train.y + 1) % 10), seen, seen)


@dataclass(frozen=True, kw_only=True)
class NoisyExercise(ChoosingExercise):
    """A function that returns a network trained with dropout.

    An answer that would be right is called once more, with the classes renamed: one that still gives the old names did
    not learn from what it was given, and one that knows the new validation examples was trained on them.
    """

    def grade(self, answer: object, deadline: Deadline) -> Feedback:
        feedback = super().grade(answer, deadline)
        if not feedback:
            return feedback
        given, kept = self.examples()
        splits = renamed(given)
        net: Any = outcome(answer, self.arguments(splits), Deadline(deadline.seconds)).value
        if wrong_network(net, self.n_in, self.n_out):  # an honest answer may fail on such examples
            return feedback
        old, known = evaluate(net, kept)[1], evaluate(net, splits.val)[1]
        again = "Your function was called again, with the classes renamed and other validation examples"
        if old > 0.5:  # honest networks are below 0.1
            return self.recognized("other-examples", f"{again}; received {old:.2f} of the answers by the old names.")
        if known > 0.4:  # honest networks stay at 0.2 or below, those with three epochs on these examples are above
            return self.recognized("validation-examples", f"{again}; received an accuracy of {known:.2f} on these.")
        return feedback

    def wrong_kind(self, net: Sequential) -> Feedback | None:
        rates = [layer.p for layer in net.layers if isinstance(layer, Dropout)]
        if not any(rates):
            return self.recognized("no-dropout", f"Expected a Dropout layer, received {net}.")
        if isinstance(net.layers[-1], Dropout):
            return self.recognized("on-the-outputs", f"Expected Dense as the last layer, received {net.layers[-1]}.")
        return None

    def judge(self, net: Sequential, splits: Splits, kept: Examples) -> Feedback:
        train, given, aside = (evaluate(net, examples)[1] for examples in (splits.train, splits.val, kept))
        evidence = (
            f"Accuracy: {train:.2f} on the training labels, {given:.2f} on the validation examples that your function "
            f"saw, {aside:.2f} on those kept aside."
        )
        if given > 0.98 and train < 0.8:
            return self.recognized("validation-examples", evidence)
        if aside > GOAL:
            return Feedback("right", f"{evidence} {self.right}{_praise(net)}")
        if train > 0.85:
            return self.recognized("by-heart", evidence)
        if train < 0.6:
            return self.recognized("not-learned", evidence)
        return Feedback("wrong", f"{evidence} You need more than {GOAL} on those kept aside.")


def _praise(net: Sequential) -> str:
    """Say what helped: at rate 0.1 the network of the hints learns everything by heart, unless it stops early."""
    rate = max(layer.p for layer in net.layers if isinstance(layer, Dropout))
    if rate > 0.1:
        return " Dropout makes that harder."
    return f" That is not the work of dropout, at a rate of {rate:g}, but of what else you did, such as stopping early."


def _trained(splits: Splits, rate: float = 0.5, epochs: int = 30, lr: float = 0.003) -> Sequential:
    """Train as readers do when one thing is wrong."""
    net = mlp([64, 100, 100, 10], dropout=rate)
    fit(net, splits, Adam(lr), epochs=epochs, batch_size=50)
    return net


def _on_other_examples(splits: Splits) -> Sequential:
    return _trained(digits(), epochs=10)


def _dropped_outputs(splits: Splits) -> Sequential:
    layers = [Dense(100), Activate(relu), Dense(10), Dropout(0.5)]
    net = Sequential(layers, n_in=64)
    fit(net, splits, Adam(0.003), epochs=10, batch_size=50)
    return net


TRAIN_ON_WRONG_LABELS = NoisyExercise(
    name="dropout-9",
    call="train_on_wrong_labels(splits)",
    examples=lambda: half_aside(digits(n=500).with_label_noise(0.3)),
    given="these splits",
    right="Three labels in ten are wrong, and the network has not learned them by heart.",
    hints=(
        "Train without dropout first and look at the training accuracy: which labels has it learned?",
        "With labels of which 30 % are wrong, a training accuracy near 0.7 is a good sign.",
        "`mlp([64, 100, 100, 10], dropout=...)`: try rates of 0.3, 0.5 and 0.7 and look at the validation accuracy.",
    ),
    mistakes={
        "no-dropout": Mistake(
            lambda splits: _trained(splits, rate=0.0),
            "There is no dropout in this network, and that is what the exercise asks for.",
        ),
        "by-heart": Mistake(
            lambda splits: _trained(splits, rate=0.05, epochs=25),
            "It has learned the wrong labels by heart. A higher rate makes that harder.",
        ),
        "not-learned": Mistake(
            lambda splits: _trained(splits, rate=0.9, epochs=4, lr=0.001),
            "It has not even learned the right labels yet. Check the learning rate; try less dropout, or more epochs.",
        ),
        "on-the-outputs": Mistake(
            _dropped_outputs,
            "Dropout on the logits sets some of them to 0, which is a statement about classes. Drop hidden units.",
        ),
        "validation-examples": Mistake(
            lambda splits: _trained(Splits(joined(splits.train, splits.val), splits.val, splits.val), 0.3, 60),
            "It knows the validation examples that it saw better than the others: was it trained on them?",
        ),
        "other-examples": Mistake(
            _on_other_examples,
            "It has learned from examples that are not in `splits`. Train it on `splits.train`, wrong labels and all.",
        ),
        "accuracy": Mistake(
            lambda splits: evaluate(_trained(splits, epochs=2), splits.val)[1],
            "Return the network; the check measures it.",
        ),
    },
)
