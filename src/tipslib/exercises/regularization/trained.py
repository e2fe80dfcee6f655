"""Exercise 9: a network that generalizes, judged by 2000 examples that the answer has never seen."""

from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import numpy as np

from tipslib.datasets import Examples, Splits, mnist1d
from tipslib.exercises.feedback import Feedback
from tipslib.exercises.grading import Mistake
from tipslib.exercises.trained import NetworkExercise
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
        train, given, aside = (evaluate(net, examples)[1] for examples in (splits.train, splits.val, kept))
        evidence = (
            f"Accuracy: {train:.2f} on the training examples, {given:.2f} on the validation examples that your "
            f"function saw, {aside:.2f} on 2000 others."
        )
        if given > aside + 0.15:
            return self.recognized("validation-examples", evidence)
        if aside > GOAL:
            return Feedback("right", f"{evidence} {self.right}")
        if train < 0.2:
            return self.recognized("nothing-learned", evidence)
        if train < aside + 0.08:
            return self.recognized("too-strong", evidence)
        if train > 0.98:
            return self.recognized("by-heart", evidence)
        return Feedback("wrong", f"{evidence} The gap has become smaller; more than {GOAL} on the others is asked for.")


def _trained(splits: Splits, strength: float = 0.0, epochs: int = 25, width: int = 100, **options: Any) -> Sequential:
    """Train as readers do when one thing is wrong, quickly."""
    net = mlp([40, width, width, 10], dtype=np.float32)
    fit(net, splits, Adam(0.003), epochs=epochs, batch_size=100, penalty=l2(strength), **options)
    return net


TRAIN_REGULARIZED = GeneralizingExercise(
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
            "There is no gap any more: training and test are equally low. The remedy is stronger than the disease.",
        ),
        "nothing-learned": Mistake(
            partial(_trained, strength=1.0, epochs=4),
            "It has learned next to nothing, not even its training examples.",
        ),
        "validation-examples": Mistake(
            lambda splits: _trained(Splits(splits.val, splits.val, splits.val)),
            "It knows the validation examples better than others of their kind: was it trained on them?",
        ),
        "accuracy": Mistake(
            lambda splits: evaluate(_trained(splits, epochs=2), splits.val)[1],
            "Return the network; the check measures it.",
        ),
    },
)
