"""Exercise 8: a learning rate, judged by what a network does with it."""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from tipsbook.grading.answers import wrong_array
from tipsbook.grading.deadline import Deadline
from tipsbook.grading.exercise import Exercise, Mistake
from tipsbook.grading.feedback import Feedback
from tipslib.datasets import digits
from tipslib.networks import mlp
from tipslib.optimizers import SGD
from tipslib.training import DivergenceError, fit

NEEDED = 0.92


@lru_cache(maxsize=64)
def accuracy(rate: float) -> float:
    """Return the mean validation accuracy of five networks after two epochs; 0 where the loss is not finite."""
    net = mlp([64, *[50] * 5, 10], batch_norm=True, runs=5, dtype=np.float32)
    try:
        return float(fit(net, digits(), SGD(rate), epochs=2, batch_size=64).val_accuracy[-1].mean())
    except DivergenceError:
        return 0.0


@dataclass(frozen=True, kw_only=True)
class RateExercise(Exercise):
    """A number, judged by the networks trained with it."""

    def grade(self, answer: object, deadline: Deadline) -> Feedback:
        complaint = wrong_array(answer, 0.0)
        if complaint:
            return Feedback("wrong", complaint[0].upper() + complaint[1:])
        rate = float(np.asarray(answer))
        if not 0 < rate < 1e6:
            return Feedback("wrong", f"A learning rate must be above 0 and below a million, received {rate:g}.")
        reached = accuracy(rate)
        evidence = f"Accuracy: {reached:.3f} with rate {rate:g} after two epochs, mean of 5 seeds."
        if reached > NEEDED:
            return Feedback("right", f"{evidence} {self.right}")
        if math.isclose(rate, 0.1):
            return self.recognized("of-the-plain-network", evidence)
        if rate < 0.02:
            return self.recognized("far-too-small", evidence)
        if rate > 6:
            return self.recognized("no-brake", evidence)
        if rate > 0.5:
            return self.recognized("too-large", evidence)
        return Feedback("wrong", f"{evidence} You need more than {NEEDED}.")


RATE = RateExercise(
    name="batch-normalization-8",
    right="Normalization does not make one step better. It allows larger ones.",
    hints=(
        "In the first widget, ReLU with std √2/√n: move the epochs to 2.",
        "The brown curve rises with the rate up to a point that the plain network cannot reach.",
        "Try a few rates between 0.1 and 3, a factor of 2 apart.",
    ),
    mistakes={
        "of-the-plain-network": Mistake(
            0.1, "A good rate for the plain network. With normalization you can go higher."
        ),
        "far-too-small": Mistake(0.001, "Far too small: two epochs are 32 steps."),
        "too-large": Mistake(
            3.0, "It learns, but erratically: the last layer, and gamma and beta below it, have no brake."
        ),
        "no-brake": Mistake(
            30.0, "Here the last layer is thrown about, and nothing is learned. Take a much smaller rate."
        ),
    },
)
