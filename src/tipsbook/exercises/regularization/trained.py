"""Exercise 9: a network that generalizes, judged by 2000 examples that the answer has never seen."""

import math
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import numpy as np

from tipsbook.grading.exercise import Mistake
from tipsbook.grading.feedback import Feedback
from tipsbook.grading.trained import NetworkExercise, joined
from tipslib.datasets import Examples, Splits, mnist1d
from tipslib.layers import Dropout
from tipslib.networks import Sequential, mlp
from tipslib.optimizers import Adam
from tipslib.regularizers import l2
from tipslib.training import evaluate, fit

GOAL = 0.45


@cache
def _splits() -> tuple[Splits, Examples]:
    """Return what the answer gets, and the judge: 2000 more examples of the same kind, scaled by the same numbers."""
    data, more = mnist1d(n=1000), mnist1d(n=3000).raw
    if data.raw is None or more is None:
        raise RuntimeError("mnist1d keeps what it was before scaling.")
    mean = data.raw.train.x.mean(axis=0)
    kept = (more.train.x[1000:] - mean) / (data.raw.train.x - mean).std()
    return Splits(data.train, data.val, data.val), Examples(kept, more.train.y[1000:])


@dataclass(frozen=True, kw_only=True)
class GeneralizingExercise(NetworkExercise):
    """A function that returns a trained network."""

    def judge(self, net: Sequential, splits: Splits, kept: Examples) -> Feedback:
        measured = [evaluate(net, examples) for examples in (splits.train, splits.val, kept)]
        train, given, aside = (float(accuracy) for _, accuracy in measured)
        evidence = (
            f"Accuracy: {train:.2f} on the training examples, {given:.2f} on the validation examples that your "
            f"function saw, {aside:.2f} on 2000 others."
        )
        if train < 0.2:
            return self.recognized("nothing-learned", evidence)
        if _trained_on(*(float(loss) for loss, _ in measured)):
            return self.recognized("validation-examples", evidence)
        if aside > GOAL:
            return Feedback("right", f"{evidence} {self.right}")
        key = self._left(net, train, aside)
        if key:
            return self.recognized(key, evidence)
        return Feedback("wrong", f"{evidence} The gap has become smaller; you need more than {GOAL} on the others.")

    @staticmethod
    def _left(net: Sequential, train: float, aside: float) -> str:
        """Return which mistake it is, by the accuracies and by the size of the weights."""
        size = _size(net)
        if train < aside + 0.08:
            return "too-strong" if size < 0.5 else "too-short"
        if train > 0.98:
            return "by-heart"
        dropped = any(isinstance(layer, Dropout) for layer in net.layers)
        return "no-remedy" if size > 0.95 and not dropped else ""


def _trained_on(train: float, given: float, aside: float) -> bool:
    """Whether the loss on the validation examples is nearer to that on training examples than to that on others.

    Measured on ten networks each of 20 kinds that were trained as asked, with L2, max-norm, dropout or shifted signals,
    stopped or not: where training examples and others are nearly level, the loss on the validation examples is larger
    than that on others by 0.025, with a spread of 0.005; where they are not, it is smaller by a fifth of their distance
    at most. With validation examples in training the loss on these is the smaller one by 0.007 and more.
    """
    return aside - given > max(0.005, (aside - train) / 2)


def _size(net: Sequential) -> float:
    """Return the root mean square of the weights of a network over that of He's initialization."""
    weights = [layer.params["W"] for layer in net.layers if "W" in layer.params]
    squares, of_he = sum(float((W**2).sum()) for W in weights), sum(2 * W.size / W.shape[-2] for W in weights)
    return math.sqrt(squares / of_he) if weights else 1.0


def _trained(splits: Splits, strength: float = 0.0, epochs: int = 25, width: int = 100, **options: Any) -> Sequential:
    """Train as readers do when one thing is wrong, quickly."""
    net = mlp([40, width, width, 10], dtype=np.float32)
    fit(net, splits, Adam(0.003), epochs=epochs, batch_size=100, penalty=l2(strength), **options)
    return net


TRAIN_REGULARIZED = GeneralizingExercise(
    name="regularization-9",
    call="train_regularized(splits)",
    examples=_splits,
    given="mnist1d as splits",
    n_in=40,
    right="The training accuracy paid for it, and that is the trade.",
    hints=(
        "Figure 7 and the race say which remedies help most on these data, and at which strength.",
        "`fit(..., penalty=l2(...))` with Adam. Batches of 100 and a rate of 0.005 save time.",
        "Strengths near 0.02 for 25 epochs; watch the training accuracy fall well below 1.",
    ),
    mistakes={
        "by-heart": Mistake(
            _trained,
            "It knows its training examples by heart. Nothing holds the weights back yet, or not enough.",
        ),
        "too-strong": Mistake(
            partial(_trained, strength=0.1, epochs=8),
            "There is no gap any more, but both accuracies are low. The remedy is stronger than the disease.",
        ),
        "too-short": Mistake(
            partial(_trained, strength=0.02, epochs=1),
            "There is hardly a gap, and no penalty has made the weights small: it has learned too little so far. Train "
            "it for longer, or at a higher rate.",
        ),
        "no-remedy": Mistake(
            partial(_trained, epochs=8),
            "It was stopped before it knew its examples by heart, and its weights are as large as in a new network. To "
            "stop early is not enough here: add a remedy, and train on.",
        ),
        "nothing-learned": Mistake(
            partial(_trained, strength=1.0, epochs=4),
            "It has learned next to nothing, not even its training examples.",
        ),
        "validation-examples": Mistake(
            lambda splits: _trained(Splits(joined(splits.train, splits.val), splits.val, splits.val), strength=0.02),
            "It knows the validation examples better than others of their kind: was it trained on them?",
        ),
        "accuracy": Mistake(
            lambda splits: evaluate(_trained(splits, epochs=2), splits.val)[1],
            "Return the network; the check measures it.",
        ),
    },
)
