"""Exercises whose answer is a function that returns a trained network, judged by examples that it has never seen."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from tipsbook.grading.answers import describe, outcome, wrong_signature
from tipsbook.grading.deadline import Deadline, DeadlineExceeded
from tipsbook.grading.exercise import Exercise, nothing_returned
from tipsbook.grading.feedback import Feedback
from tipslib.datasets import Examples, Splits
from tipslib.networks import Sequential
from tipslib.training import evaluate


def half_aside(data: Splits) -> tuple[Splits, Examples]:
    """Return what an answer gets, and the half of the validation examples that it does not: these are the judge.

    Nobody should choose by the test split, so the answer does not get it either.

    >>> from tipslib.datasets import digits
    >>> given, kept = half_aside(digits())
    >>> len(given.val.y), len(given.test.y), len(kept.y)
    (198, 198, 199)
    """
    (x, y), half = data.val, len(data.val.y) // 2
    seen = Examples(x[:half], y[:half])
    return Splits(data.train, seen, seen), Examples(x[half:], y[half:])


def wrong_network(net: object, n_in: int, n_out: int) -> str:
    """Return what an answer is instead of one network of these sizes; an empty text when it is one.

    >>> wrong_network("a net", 64, 10)
    'Expected one network from 64 inputs to 10 outputs, received str.'
    """
    if isinstance(net, Sequential) and net.runs is None and (net.n_in, net.n_out) == (n_in, n_out):
        return ""
    received = net if isinstance(net, Sequential) else describe(net)
    return f"Expected one network from {n_in} inputs to {n_out} outputs, received {received}."


@dataclass(frozen=True, kw_only=True)
class NetworkExercise(Exercise):
    """An exercise whose answer is a function that returns a trained network.

    ``call`` is how it is called, ``examples`` makes the splits that it gets and the examples that judge it, ``given``
    names the former in a sentence. An answer that is a number is the mistake ``number`` of the catalogue. A chapter's
    exercise adds ``judge``, and ``wrong_kind`` where not every network of the right sizes will do.

    >>> from tipslib.datasets import digits
    >>> exercise = NetworkExercise(
    ...     mistakes={}, hints=(), right="", call="train(splits)", examples=lambda: half_aside(digits()), given="digits"
    ... )
    >>> exercise.grade(lambda splits: "a net", Deadline(5.0))
    Not yet. Expected one network from 64 inputs to 10 outputs, received str.
    """

    seconds: float = 20.0
    call: str
    examples: Callable[[], tuple[Splits, Examples]]
    given: str
    n_in: int = 64
    n_out: int = 10
    number: str = "accuracy"

    def grade(self, answer: object, deadline: Deadline) -> Feedback:
        if complaint := wrong_signature(answer, self.call):
            return Feedback("wrong", complaint)
        splits, kept = self.examples()
        result = outcome(answer, self.arguments(splits), deadline)
        if result.empty:
            return nothing_returned(self.call)
        if result.complaint:
            return Feedback("wrong", f"With {self.given} {result.complaint}")
        net: Any = result.value
        if isinstance(net, int | float | np.number):
            return self.recognized(self.number, f"Expected a Sequential, received {describe(net)}.")
        if complaint := wrong_network(net, self.n_in, self.n_out):
            return Feedback("wrong", complaint)
        wrong = self.wrong_kind(net)  # not "or": a Feedback is true when the answer is right
        return self.judge(net, splits, kept) if wrong is None else wrong

    def arguments(self, splits: Splits) -> tuple[object, ...]:
        """Return what the answer is called with."""
        return (splits,)

    def wrong_kind(self, net: Sequential) -> Feedback | None:
        """Return what is wrong with the network before its training is judged, None when nothing is."""
        return None

    def judge(self, net: Sequential, splits: Splits, kept: Examples) -> Feedback:
        """Return the reply to a network of the right kind, by what it has learned."""
        raise NotImplementedError(f"{type(self).__name__} must define judge(net, splits, kept).")


def joined(first: Examples, second: Examples) -> Examples:
    """Return the examples of both.

    >>> from tipslib.datasets import digits
    >>> data = digits()
    >>> len(joined(data.train, data.val).y) - len(data.train.y) - len(data.val.y)
    0
    """
    return Examples(np.concatenate([first.x, second.x]), np.concatenate([first.y, second.y]))


def strange_validation(splits: Splits) -> Splits:
    """Return the splits with the inputs of the validation examples in another order, the same for all of them.

    From the training examples no network learns to read such inputs: one that can was trained on them.

    >>> from tipslib.datasets import digits
    >>> data = digits()
    >>> strange = strange_validation(data)
    >>> np.array_equal(strange.val.x, data.val.x), np.array_equal(strange.train.x, data.train.x)
    (False, True)
    """
    order = np.random.default_rng(0).permutation(splits.val.x.shape[1])
    seen = Examples(splits.val.x[:, order], splits.val.y)
    return Splits(splits.train, seen, seen)


_CALLED_AGAIN = (
    "Your function was called again, with the inputs of the validation examples in another order. A network that knows "
    "splits.train alone can only guess there"
)
_EPOCHS = "Limit the number of epochs, whatever the validation examples say."


@dataclass(frozen=True, kw_only=True)
class ChoosingExercise(NetworkExercise):
    """An exercise whose answer may choose by the validation examples, and not train on them.

    How well a network knows these examples does not always tell: a few epochs on them leave hardly a trace. So an
    answer that would be right is called again, with as much time and with strange validation examples, on which an
    honest network can only guess. One that does better is the mistake ``validation-examples`` of the catalogue; one
    that runs out of time is not right either, or a slow dishonest answer would pass.
    """

    def grade(self, answer: object, deadline: Deadline) -> Feedback:
        feedback = super().grade(answer, deadline)
        if not feedback:
            return feedback
        splits = strange_validation(self.examples()[0])
        again = outcome(answer, self.arguments(splits), Deadline(deadline.seconds))
        if again.error is DeadlineExceeded:
            return Feedback("wrong", f"The network is good enough. {_CALLED_AGAIN}; {again.complaint} {_EPOCHS}")
        if wrong_network(again.value, self.n_in, self.n_out):  # an honest answer may fail on such examples
            return feedback
        known = evaluate(cast(Sequential, again.value), splits.val)[1]
        if known < 0.5:  # honest networks stay at 0.2 or below, those trained on these examples are above 0.7
            return feedback
        return self.recognized(
            "validation-examples",
            f"{_CALLED_AGAIN}; received an accuracy of {known:.2f}.",
        )
