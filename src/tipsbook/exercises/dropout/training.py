"""Exercise 9: learn from labels of which three in ten are wrong, judged by examples that the answer never sees."""

from dataclasses import dataclass

from tipsbook.grading.exercise import Mistake
from tipsbook.grading.feedback import Feedback
from tipsbook.grading.trained import ChoosingExercise, half_aside, joined
from tipslib.activations import relu
from tipslib.datasets import Examples, Splits, digits
from tipslib.layers import Activate, Dense, Dropout
from tipslib.networks import Sequential, mlp
from tipslib.optimizers import Adam
from tipslib.training import evaluate, fit

GOAL = 0.85


@dataclass(frozen=True, kw_only=True)
class NoisyExercise(ChoosingExercise):
    """A function that returns a network trained with dropout."""

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
            "It has not even learned the right labels yet: a lower rate, or more epochs.",
        ),
        "on-the-outputs": Mistake(
            _dropped_outputs,
            "Dropout on the logits sets some of them to 0, which is a statement about classes. Drop hidden units.",
        ),
        "validation-examples": Mistake(
            lambda splits: _trained(Splits(joined(splits.train, splits.val), splits.val, splits.val), 0.3, 60),
            "It knows the validation examples that it saw better than the others: was it trained on them?",
        ),
        "accuracy": Mistake(
            lambda splits: evaluate(_trained(splits, epochs=2), splits.val)[1],
            "Return the network; the check measures it.",
        ),
    },
)
