"""Exercise 4: learn twenty examples by heart, judged by the loss on them and by what else was learned."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tipsbook.grading.exercise import Mistake
from tipsbook.grading.feedback import Feedback
from tipsbook.grading.trained import NetworkExercise
from tipslib.datasets import Examples, Splits, digits
from tipslib.losses import softmax_cross_entropy
from tipslib.networks import Sequential, mlp
from tipslib.optimizers import SGD, Adam
from tipslib.training import evaluate

K = 20
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

    def judge(self, net: Sequential, splits: Splits, kept: Examples) -> Feedback:
        loss = evaluate(net, _first(splits.train))[0]
        evidence = f"Loss on the first {K} training examples: expected below 0.01, received {loss:.2g}."
        if evaluate(net, splits.train)[1] > 0.9:
            return self.recognized("all-examples", evidence)
        if loss < 0.01:
            return Feedback("right", f"{evidence} {self.right}")
        if evaluate(net, _first(kept))[0] < 0.1:
            return self.recognized("validation-examples", evidence)
        if any(type(layer).__name__ == "Dropout" for layer in net.layers):
            return self.recognized("dropout-left-on", evidence)
        if loss < 1:
            return self.recognized("too-few-steps", evidence)
        return Feedback("wrong", f"{evidence} Guessing gives 2.3.")


def _examples() -> tuple[Splits, Examples]:
    splits = digits(n=500)
    return splits, splits.val


def _first(examples: Examples, k: int = K) -> Examples:
    return Examples(examples.x[:k], examples.y[:k])


def _learn(net: Sequential, examples: Examples, steps: int = 100) -> Sequential:
    optimizer = Adam(0.01) if len(examples.y) > K else SGD(0.1)
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
            "It has learned all training examples. The check is quick and sharp because it takes only a few.",
        ),
        "too-few-steps": Mistake(
            lambda build, splits, k: _learn(build(0.0), _first(splits.train, k), steps=15),
            "It is on its way and was stopped too early: go on until the loss is below 0.01.",
        ),
        "loss": Mistake(_loss, "Return the network; the check measures its loss."),
    },
)
