"""Exercise 9: train eight sigmoid layers, judged by examples that the answer has never seen."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import wraps
from itertools import pairwise
from types import FunctionType
from typing import Any, cast

import numpy as np

from tipsbook.grading.answers import outcome
from tipsbook.grading.deadline import Deadline, DeadlineExceeded
from tipsbook.grading.exercise import Mistake
from tipsbook.grading.feedback import Feedback
from tipsbook.grading.trained import NetworkExercise, half_aside, joined, wrong_network
from tipslib.activations import Activation, sigmoid, tanh
from tipslib.datasets import Examples, Splits, digits
from tipslib.initializers import lecun_normal, normal, variance_scaling
from tipslib.layers import Activate, Dense, Layer, Maxout, PReLU, Residual
from tipslib.networks import Sequential, mlp
from tipslib.optimizers import SGD, Adam
from tipslib.training import evaluate, fit

WORSE_THAN_GUESSING = 2.5  # in nats; guessing has ln 10, about 2.3
CALLED_AGAIN = (
    "Your function was called again, with the pixels of all examples in another order. A network that knows "
    "splits.train alone can only guess then"
)


def _flat(layers: Iterable[Layer]) -> Iterator[Layer]:
    """Yield the layers, in place of a residual block those inside it."""
    for layer in layers:
        if isinstance(layer, Residual):
            yield from _flat(layer.layers)
        else:
            yield layer


def _hidden_layers(layers: list[Layer]) -> int:
    """Count the Dense layers with an activation behind them: two activations in a row are one layer."""
    kinds = [type(layer) for layer in layers if isinstance(layer, Dense | Activate)]
    return sum(pair == (Dense, Activate) for pair in pairwise(kinds))


def _is_sigmoid(activation: Activation) -> bool:
    """Whether an activation computes the sigmoid, whatever its name."""
    z = np.linspace(-4, 4, 33)
    return bool(np.allclose(activation(z), sigmoid(z)))


def _kept(answer: object, made: list[Any]) -> object:
    """Return a function like the answer, which also puts what it returns into a list; other answers as they are."""
    if not isinstance(answer, FunctionType):
        return answer

    @wraps(answer)
    def keeping(*args: Any) -> Any:
        made.append(answer(*args))
        return made[-1]

    return keeping


def strange(splits: Splits) -> Splits:
    """Return the splits with the pixels of all examples in another order: one for training, one for validation.

    A network that was trained on these training examples alone can only guess what the others show, and what ordinary
    digits show.
    """
    rng = np.random.default_rng(0)
    parts = []
    for x, y in (splits.train, splits.val):
        parts.append(Examples(x[:, rng.permutation(x.shape[1])], y))
    return Splits(parts[0], parts[1], parts[1])


@dataclass(frozen=True, kw_only=True)
class DeepExercise(NetworkExercise):
    """A function that returns a trained network.

    An answer that would be right is called again with strange examples, on which an honest network can only guess; one
    that was trained on the validation examples, or on all of ``digits()``, does better.
    """

    def grade(self, answer: object, deadline: Deadline) -> Feedback:
        made: list[Any] = []
        feedback = super().grade(_kept(answer, made), deadline)
        if made and isinstance(made[-1], Sequential) and made[-1].runs is not None:
            return Feedback("wrong", f"Expected one network, received {made[-1].runs} at once: leave out `runs`.")
        if not feedback:
            return feedback
        splits, kept = self.examples()
        odd = strange(splits)
        again = outcome(answer, (odd,), Deadline(deadline.seconds))
        if again.error is DeadlineExceeded:
            return Feedback("wrong", f"The network is good enough. {CALLED_AGAIN}; {again.complaint}")
        if wrong_network(again.value, self.n_in, self.n_out):  # an honest answer may fail on such examples
            return feedback
        net = cast(Sequential, again.value)
        for key, examples in (("validation-examples", odd.val), ("all-of-digits", kept)):
            known = evaluate(net, examples)[1]
            if known > 0.5:  # honest networks stay at 0.2 or below
                return self.recognized(key, f"{CALLED_AGAIN}; received an accuracy of {known:.2f}.")
        return feedback

    def wrong_kind(self, net: Sequential) -> Feedback | None:
        layers = list(_flat(net.layers))
        own = [layer for layer in layers if not type(layer).__module__.startswith("tipslib.")]
        if own:
            return Feedback("wrong", f"Expected layers of tipslib alone, received {own[0]}.")
        others = {str(a.activation) for a in layers if isinstance(a, Activate) and not _is_sigmoid(a.activation)}
        others |= {str(layer) for layer in layers if isinstance(layer, Maxout | PReLU)}
        if others:
            return self.recognized("other-activation", f"Expected sigmoid, received {' and '.join(sorted(others))}.")
        if _hidden_layers(layers) < 8:
            return self.recognized("too-few-layers", f"Expected 8 or more, received {_hidden_layers(layers)}.")
        return None

    def judge(self, net: Sequential, splits: Splits, kept: Examples) -> Feedback:
        loss = evaluate(net, splits.train)[0]
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
            worse = not loss < WORSE_THAN_GUESSING
            return self.recognized("too-long-steps" if worse else "plateau", f"{evidence} The loss is {loss:.3g}.")
        if train > aside + 0.1:
            return self.recognized("training-alone", evidence)
        return Feedback("wrong", f"{evidence} It learns; you need more than 0.9 on those kept aside.")


def _trained(splits: Splits, depth: int = 8, epochs: int = 2, lr: float = 0.01, **options: Any) -> Sequential:
    """Train as readers do when one thing is wrong, quickly."""
    net = mlp([64, *[50] * depth, 10], **{"activation": sigmoid, "init": variance_scaling(4.0), **options})
    fit(net, splits, Adam(lr), epochs=epochs, batch_size=50)
    return net


def _with_validation_examples(splits: Splits) -> Sequential:
    return _trained(Splits(joined(splits.train, splits.val), splits.val, splits.val), epochs=20)


def _on_all_digits(splits: Splits) -> Sequential:
    data = digits()
    return _trained(Splits(joined(data.train, joined(data.val, data.test)), data.val, data.val), epochs=10)


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
            _with_validation_examples,
            "The validation examples were trained on. They may choose between networks, not teach one.",
        ),
        "all-of-digits": Mistake(
            _on_all_digits,
            "It was trained on what `digits()` returns, so it has seen the examples that judge it. Use `splits.train`.",
        ),
        "too-long-steps": Mistake(
            lambda splits: _trained(splits, lr=1.0),
            "The loss is above ln 10 = 2.30, worse than guessing: this is no plateau. The steps are too long, or so "
            "few or short that the network is still near where it started: look at the training loss of each epoch.",
        ),
        "accuracy": Mistake(
            lambda splits: evaluate(_trained(splits), splits.val)[1],
            "Return the network; the check measures it.",
        ),
    },
)
