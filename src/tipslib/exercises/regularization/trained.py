"""Exercise 9: a network that generalizes, judged by 2000 examples that the answer has never seen."""

from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import numpy as np

from tipslib.datasets import Examples, Splits, mnist1d
from tipslib.exercises.answers import describe, outcome, wrong_signature
from tipslib.exercises.deadline import Deadline
from tipslib.exercises.feedback import Feedback
from tipslib.exercises.grading import Exercise, Mistake, nothing_returned
from tipslib.networks import Sequential, mlp
from tipslib.optimizers import Adam
from tipslib.regularizers import l2
from tipslib.training import evaluate, fit

CALL = "train_regularized(splits)"
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
class GeneralizingExercise(Exercise):
    """A function that returns a trained network."""

    def grade(self, answer: object, deadline: Deadline) -> Feedback:
        complaint = wrong_signature(answer, CALL)
        if complaint:
            return Feedback("wrong", complaint)
        splits, kept = _splits()
        result = outcome(answer, (splits,), deadline)
        if result.empty:
            return nothing_returned(CALL)
        if result.complaint:
            return Feedback("wrong", f"With mnist1d as splits {result.complaint}")
        wrong_kind = self._judge_kind(result.value)
        return self._judge_accuracy(result.value, splits, kept) if wrong_kind is None else wrong_kind

    def _judge_kind(self, net: Any) -> Feedback | None:
        """Return what is wrong with the network, None when nothing is."""
        if isinstance(net, int | float | np.number):
            return self.recognized("accuracy", f"Expected a Sequential, received {describe(net)}.")
        if not isinstance(net, Sequential) or net.runs is not None or (net.n_in, net.n_out) != (40, 10):
            received = net if isinstance(net, Sequential) else describe(net)
            return Feedback("wrong", f"Expected one network from 40 inputs to 10 outputs, received {received}.")
        return None

    def _judge_accuracy(self, net: Any, splits: Splits, kept: Examples) -> Feedback:
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
