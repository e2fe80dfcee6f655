"""Exercise 9: learn from labels of which 40 % are wrong, judged by examples that the answer has never seen."""

from dataclasses import dataclass

import numpy as np

from tipsbook.grading.exercise import Mistake
from tipsbook.grading.feedback import Feedback
from tipsbook.grading.trained import ChoosingExercise
from tipslib.datasets import Examples, Splits, digits
from tipslib.networks import Sequential, mlp
from tipslib.optimizers import Adam
from tipslib.training import evaluate, fit

N, WRONG, GOAL = 300, 0.4, 0.72


def _splits() -> tuple[Splits, Examples]:
    """Return what the answer gets, and 700 images with right labels that it does not get: these judge it."""
    data = digits()
    (x, y), val = data.train, data.val
    given = Splits(Examples(x[:N], y[:N]), val, val).with_label_noise(WRONG, seed=0)
    return given, Examples(x[N:], y[N:])  # nobody should choose by the test split


@dataclass(frozen=True, kw_only=True)
class NoiseExercise(ChoosingExercise):
    """A function that returns a trained network."""

    def judge(self, net: Sequential, splits: Splits, kept: Examples) -> Feedback:
        train, given, aside = (evaluate(net, examples)[1] for examples in (splits.train, splits.val, kept))
        evidence = (
            f"Accuracy: {aside:.2f} on the examples kept aside, {given:.2f} on the validation examples, {train:.2f} on "
            f"the training labels, wrong ones included."
        )
        if given > 0.96:
            return self.recognized("validation-examples", evidence)
        if aside > GOAL:
            return Feedback("right", f"{evidence} {self.right}")
        if train > 0.98:
            return self.recognized("by-heart", evidence)
        if train < 0.45:
            return self.recognized("diverged" if _diverged(net, splits.train) else "too-early", evidence)
        if train > 0.7:
            return self.recognized("too-late", evidence)
        return Feedback("wrong", f"{evidence} You need more than {GOAL:g} on the first of these.")


def _diverged(net: Sequential, examples: Examples) -> bool:
    """Whether the weights have run away and left one or two answers for everything.

    Before it has learned anything, too, a network may answer everything alike; but then its weights are small.
    """
    answers = np.unique(net.predict(examples.x).argmax(axis=-1))
    return len(answers) <= 2 and not np.abs(net.params).max() < 2  # not: NaN has run away, too


def _trained(splits: Splits, epochs: int, lr: float = 0.001) -> Sequential:
    """Train as readers do, and keep the last epoch."""
    net = mlp([64, 100, 100, 10], dtype=np.float32)
    fit(net, splits, Adam(lr), epochs=epochs, batch_size=50)
    return net


TRAIN_WITH_NOISE = NoiseExercise(
    name="early-stopping-9",
    call="train_with_noise(splits)",
    examples=_splits,
    given="digits as splits",
    right="The network learns what the labels have in common before it learns the wrong ones.",
    hints=(
        "Train to the end and look at `history.val_accuracy`: where was it highest?",
        "`EarlyStopping('val_accuracy', patience=10)` goes into `fit` as `stop=` and brings the best epoch back.",
        "The validation loss would do, too. Here it mostly stops later, at a network a little worse: look at both.",
    ),
    mistakes={
        "by-heart": Mistake(
            lambda splits: _trained(splits, 100),
            "It has learned the training labels by heart, and four in ten of them are wrong.",
        ),
        "too-early": Mistake(
            lambda splits: _trained(splits, 2), "It has hardly begun: even what the labels have in common is missing."
        ),
        "diverged": Mistake(
            lambda splits: _trained(splits, 20, lr=0.3),
            "It gives the same one or two answers for all images: its weights have run away. Take a smaller rate.",
        ),
        "too-late": Mistake(
            lambda splits: _trained(splits, 35),
            "It has begun to learn the wrong labels: about 0.6 of the training labels is all that makes sense.",
        ),
        "validation-examples": Mistake(
            lambda splits: _trained(Splits(splits.val, splits.val, splits.val), 5),
            "It knows the validation examples better than others: was it trained on them? They are for choosing.",
        ),
        "accuracy": Mistake(
            lambda splits: evaluate(_trained(splits, 5), splits.val)[1],
            "Return the network; the check measures it.",
        ),
    },
)
