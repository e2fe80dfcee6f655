"""Exercise 4: learn k examples by heart, judged by the loss on them and by what else was learned."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tipsbook.grading.answers import outcome
from tipsbook.grading.deadline import Deadline
from tipsbook.grading.exercise import Mistake
from tipsbook.grading.feedback import Feedback
from tipsbook.grading.trained import NetworkExercise, wrong_network
from tipslib.arrays import Array
from tipslib.datasets import Examples, Splits, digits
from tipslib.losses import softmax_cross_entropy
from tipslib.networks import Sequential, mlp
from tipslib.optimizers import SGD, Adam, Optimizer
from tipslib.training import evaluate

K, ANOTHER_K = 22, 9  # so that an honest network gets example k wrong, with a loss far above SURPRISE
LEARNED, SURPRISE = 0.01, 0.3  # losses in nats
Build = Callable[..., Sequential]


def build(dropout: float = 0.5) -> Sequential:
    """Return a new network from 64 inputs to 10 outputs with this share of dropout.

    >>> build(0.0).layers
    [Dense(50), Activate(ReLU), Dense(50), Activate(ReLU), Dense(10)]
    """
    return mlp([64, 50, 50, 10], dropout=dropout, seed=0)


@dataclass(frozen=True, kw_only=True)
class TinyExercise(NetworkExercise):
    """A function that returns a network trained on the first k training examples."""

    def arguments(self, splits: Splits) -> tuple[object, ...]:
        return build, splits, K

    def grade(self, answer: object, deadline: Deadline) -> Feedback:
        """Call an answer that is right with another k, too: it may have learned twenty examples, whatever k is."""
        feedback = super().grade(answer, deadline)
        if not feedback:
            return feedback
        splits, kept = self.examples()
        again = outcome(answer, (build, splits, ANOTHER_K), Deadline(deadline.seconds))
        net: Any = again.value
        if complaint := again.complaint or wrong_network(net, self.n_in, self.n_out):
            return Feedback("wrong", f"Called again with k = {ANOTHER_K}: {complaint}")
        second = self.judge(net, splits, kept, k=ANOTHER_K)
        return feedback if second else second

    def judge(self, net: Sequential, splits: Splits, kept: Examples, k: int = K) -> Feedback:
        losses = _losses(net, splits.train)
        loss = losses[:k].mean()
        evidence = f"Loss on the first {k} training examples: expected below {LEARNED}, received {loss:.2g}."
        if evaluate(net, splits.train)[1] > 0.95:
            return self.recognized("all-examples", evidence)
        if loss < SURPRISE and (losses[k : 2 * k].mean() < SURPRISE or losses[k] < SURPRISE):
            return self.recognized("more-examples", f"{evidence} On the next one: {losses[k]:.2g}.")
        if loss < LEARNED:
            return Feedback("right", f"{evidence} {self.right}")
        return self._missed(net, losses, kept, k, evidence)

    def _missed(self, net: Sequential, losses: Array, kept: Examples, k: int, evidence: str) -> Feedback:
        """Return the reply to a network that has not learned the first k examples, by what it has learned."""
        learned = int(np.argmax(losses[:k] > SURPRISE))  # how many of the first ones
        if _losses(net, kept)[:k].mean() < SURPRISE:
            return self.recognized("validation-examples", evidence)
        if losses[-k:].mean() < SURPRISE:
            return self.recognized("last-examples", f"{evidence} On the last {k}: {losses[-k:].mean():.2g}.")
        if learned >= 5 and losses[:learned].mean() < 5 * LEARNED:
            return self.recognized("fewer-examples", f"{evidence} The largest among them: {losses[:k].max():.2g}.")
        if any(type(layer).__name__ == "Dropout" for layer in net.layers):
            return self.recognized("dropout-left-on", evidence)
        if losses[k:].mean() > 10:
            return self.recognized("steps-too-long", f"{evidence} On the others: {losses[k:].mean():.2g}.")
        if losses[:k].mean() < 0.5 or losses[:k].mean() < 0.5 * losses[k:].mean():
            return self.recognized("too-few-steps", evidence)
        other = " It knows something, but not these examples: on which ones did you train?" if losses.mean() < 2 else ""
        return Feedback("wrong", f"{evidence} Guessing gives 2.3.{other}")


def _losses(net: Sequential, examples: Examples) -> Array:
    """Return the loss of each example, in inference mode."""
    z = np.asarray(net.forward(examples.x), np.float64)
    losses: Array = np.logaddexp.reduce(z, axis=1) - z[np.arange(len(examples.y)), examples.y]
    return losses


def _examples() -> tuple[Splits, Examples]:
    splits = digits(n=500)
    return splits, splits.val


def _first(examples: Examples, k: int = K) -> Examples:
    return Examples(examples.x[:k], examples.y[:k])


def _learn(net: Sequential, examples: Examples, steps: int = 100, optimizer: Optimizer | None = None) -> Sequential:
    optimizer = optimizer or (Adam(0.01) if len(examples.y) > 2 * K else SGD(0.1))
    for _ in range(steps):
        net.backward(softmax_cross_entropy(net.forward(examples.x, training=True), examples.y)[1], inputs=False)
        optimizer.step(net.params, net.grads)
    return net


def _loss(build: Build, splits: Splits, k: int) -> Any:
    return evaluate(_learn(build(0.0), _first(splits.train, k)), _first(splits.train, k))[0]


OVERFIT_TINY = TinyExercise(
    name="recipe-4",
    call="overfit_tiny(build, splits, k)",
    examples=_examples,
    given=f"k = {K}",
    number="loss",
    right="A program that cannot do this has a bug, whatever its curves look like.",
    hints=(
        "Take splits.train.x[:k] and splits.train.y[:k]: with so few examples every step can use all of them.",
        "`softmax_cross_entropy(net.forward(x, training=True), y)` gives a loss and a gradient for `net.backward`.",
        "Dropout works against learning by heart. Here learning by heart is the aim: build(0.0).",
    ),
    mistakes={
        "dropout-left-on": Mistake(
            lambda build, splits, k: _learn(build(), _first(splits.train, k), steps=30),
            "Dropout is on. It works against what this check asks for, and hides how a healthy program would do.",
        ),
        "validation-examples": Mistake(
            lambda build, splits, k: _learn(build(0.0), _first(splits.val, k)),
            "It has learned validation examples. Those are kept for later: learn the first training examples.",
        ),
        "all-examples": Mistake(
            lambda build, splits, k: _learn(build(0.0), splits.train),
            "It knows nearly all training examples, not the first k alone. The check is quick and sharp because it "
            "takes only a few.",
        ),
        "more-examples": Mistake(
            lambda build, splits, k: _learn(build(0.0), _first(splits.train, 2 * k), steps=300),
            "It knows training examples beyond the first k, too. Take x[:k] and y[:k] alone, whatever k is.",
        ),
        "fewer-examples": Mistake(
            lambda build, splits, k: _learn(build(0.0), _first(splits.train, 20), steps=200),
            "It has learned the first few of the k examples and not the others. Take k of them, whatever k is.",
        ),
        "last-examples": Mistake(
            lambda build, splits, k: _learn(build(0.0), Examples(splits.train.x[-k:], splits.train.y[-k:])),
            "It has learned the last k training examples, x[-k:]. The first are x[:k].",
        ),
        "too-few-steps": Mistake(
            lambda build, splits, k: _learn(build(0.0), _first(splits.train, k), steps=15),
            "It is on its way, and was stopped too early or goes in steps that are too short: go on until the loss is "
            "below 0.01.",
        ),
        "steps-too-long": Mistake(
            lambda build, splits, k: _learn(build(0.0), _first(splits.train, k), 20, Adam(0.5)),
            "The outputs are huge: on the other examples guessing would have a loss of 2.3. The steps are too long. "
            "Lower the rate.",
        ),
        "loss": Mistake(_loss, "Return the network; the check measures its loss."),
    },
)
