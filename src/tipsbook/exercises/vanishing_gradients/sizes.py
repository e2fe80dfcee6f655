"""Exercises 5, 7 and 8: the factor of a layer, what it still knows of its input, the gain that keeps a gradient."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from tipsbook.grading.answers import wrong_array
from tipsbook.grading.deadline import Deadline
from tipsbook.grading.exercise import Case, Exercise, FunctionExercise, Mistake
from tipsbook.grading.feedback import Feedback
from tipslib.activations import sigmoid
from tipslib.datasets import digits
from tipslib.diagnostics import delta_ratio
from tipslib.initializers import variance_scaling
from tipslib.networks import mlp


def _factor_cases() -> list[Case]:
    return [
        Case("By hand, n = 100, std = 0.1 and every slope 1/4", (100, 0.1, 1 / 16), np.float64(0.25)),
        Case("By hand, n = 50, std = 0.2 and half of the slopes 1, the others 0", (50, 0.2, 0.5), np.float64(1.0)),
        Case("By hand, n = 64, std = 1/8 and every slope 1", (64, 0.125, 1.0), np.float64(1.0)),
        Case("By hand, n = 100, std = 1 and every slope 1/4", (100, 1.0, 1 / 16), np.float64(2.5)),
    ]


LAYER_FACTOR = FunctionExercise(
    name="vanishing-gradients-5",
    call="layer_factor(n, std, mean_square_slope)",
    cases=_factor_cases,
    right="Below 1 the gradient vanishes, above 1 it explodes: one formula for both.",
    hints=(
        "An entry of delta @ W.T is a sum of n products. What is the variance of a sum of n independent terms?",
        "One layer multiplies the square of the norm by n, the variance of a weight and the mean square slope.",
        "The exercise asks for the norm, not for its square.",
    ),
    mistakes={
        "n-without-root": Mistake(
            lambda n, std, mean_square_slope: n * std * math.sqrt(mean_square_slope),
            "n terms with random signs partly cancel: their sum grows as the root of n, not as n.",
        ),
        "variance-for-std": Mistake(
            lambda n, std, mean_square_slope: math.sqrt(n * mean_square_slope) * std**2,
            "You square `std`. A product grows as the size of the weights, not as their variance.",
        ),
        "slope-without-root": Mistake(
            lambda n, std, mean_square_slope: math.sqrt(n) * std * mean_square_slope,
            "`mean_square_slope` is a mean of squares: its root goes with `std`.",
        ),
        "factor-of-the-square": Mistake(
            lambda n, std, mean_square_slope: n * std**2 * mean_square_slope,
            "This is the factor of the squared norm. For the norm itself take the root of it all.",
        ),
        "without-width": Mistake(
            lambda n, std, mean_square_slope: std * math.sqrt(mean_square_slope),
            "The width is missing: n units send their gradients back, and these add up.",
        ),
        "without-weights": Mistake(
            lambda n, std, mean_square_slope: math.sqrt(n * mean_square_slope),
            "The weights are missing: twice the std makes the factor twice as large.",
        ),
        "without-slope": Mistake(
            lambda n, std, mean_square_slope: math.sqrt(n) * std,
            "This is the gain alone. One factor is missing: the root mean square slope.",
        ),
        "std-over-root": Mistake(
            lambda n, std, mean_square_slope: std / math.sqrt(n) * math.sqrt(mean_square_slope),
            "You divide by the root of n. `std` is the std of the weights itself, and n entries add up: multiply.",
        ),
        "root-of-std": Mistake(
            lambda n, std, mean_square_slope: math.sqrt(n * std * mean_square_slope),
            "`std` has come under the root. There stands its square, or the std itself in front.",
        ),
    },
)


def _spread_cases() -> list[Case]:
    rng = np.random.default_rng(0)
    h = sigmoid(rng.normal(size=(5, 7)) * np.linspace(0.1, 2, 7) + rng.normal(size=7))
    distances = [[abs(a - b) ** 2 for a in unit for b in unit] for unit in h.T]  # mean square distance = 2 variances
    same = np.array([[0.0, 9.0], [0.0, 9.0]])
    return [
        Case("By hand, h = [[0, 11], [2, 25]]", (np.array([[0.0, 11.0], [2.0, 25.0]]),), np.float64(4.0)),
        Case("By hand, h = [[0, 9], [0, 9]]: both examples look the same", (same,), np.float64(0.0)),
        Case("For 5 examples and 7 units", (h,), np.sqrt(np.mean(distances, axis=1) / 2).mean()),
    ]


BETWEEN_SAMPLE_SPREAD = FunctionExercise(
    name="vanishing-gradients-7",
    call="between_sample_spread(h)",
    cases=_spread_cases,
    right="Where it is near 0, the layer says the same for every input, however wide its histogram looks.",
    hints=(
        "Rows are examples, columns are units. Which axis has to go first?",
        "Ask of each unit how much it differs from example to example. That gives M numbers.",
        "The M numbers become one: their mean.",
    ),
    mistakes={
        "pooled": Mistake(
            lambda h: h.std(),
            "This pools all entries: it is large when units differ from each other, even if none sees its input.",
        ),
        "over-the-units": Mistake(
            lambda h: h.std(axis=1).mean(),
            "This is the spread over the units, axis 1, within an example. The examples are axis 0.",
        ),
        "variance": Mistake(
            lambda h: h.var(axis=0).mean(),
            "These are variances. A spread is measured as h is: take the root.",
        ),
        "of-the-means": Mistake(
            lambda h: h.mean(axis=0).std(),
            "You average over the examples first, and the differences between them are gone.",
        ),
        "one-per-unit": Mistake(
            lambda h: h.std(axis=0), "That is one number for each unit, and right so far. Make it one for the layer."
        ),
        "root-mean-square": Mistake(
            lambda h: np.sqrt(h.var(axis=0).mean()),
            "This is the root of the mean variance. Here the root comes first, unit by unit, and then the mean.",
        ),
        "corrected": Mistake(
            lambda h: h.std(axis=0, ddof=1).mean(),
            "You divide by N - 1. The spread of these N examples themselves divides by N, NumPy's default.",
        ),
        "summed": Mistake(lambda h: h.std(axis=0).sum(), "You add the units up. Their mean is asked for: divide by M."),
        "mean-distance": Mistake(
            lambda h: np.abs(h - h.mean(axis=0)).mean(),
            "This is the mean distance from each unit's mean. A std squares the distances and takes the root.",
        ),
        "range": Mistake(
            lambda h: np.ptp(h, axis=0).mean(), "This is the range, largest minus smallest. Asked is the std."
        ),
        "pooled-variance": Mistake(
            lambda h: h.var(), "This pools all entries, and it is a variance. Take the std of each unit first."
        ),
        "not-centered": Mistake(
            lambda h: np.sqrt((h**2).mean(axis=0)).mean(),
            "This is the root mean square, without the mean subtracted: a unit that never changes is not at 0.",
        ),
    },
)

WIDTH = 100


@dataclass(frozen=True, kw_only=True)
class GainExercise(Exercise):
    """A number, judged by what it does: ||delta_1|| / ||delta_8|| in networks of 8 x 100 sigmoid units on digits."""

    def grade(self, answer: object, deadline: Deadline) -> Feedback:
        complaint = wrong_array(answer, 0.0)
        if complaint:
            return Feedback("wrong", complaint[0].upper() + complaint[1:])
        gain = float(np.asarray(answer))
        if gain <= 0:
            return Feedback("wrong", f"A gain must be above 0, received {gain:g}.")
        ratio = self.ratio(gain)
        evidence = f"With g = {gain:g} the ratio is {float(f'{ratio:.2g}'):g}, over 5 seeds."
        if 0.5 <= ratio <= 2:
            return Feedback("right", f"{evidence} {self.right}")
        for key in ("of-a-linear-layer", "of-relu", "slope-at-zero", "std-for-gain"):
            if math.isclose(gain, self.mistakes[key].answer, rel_tol=0.02):  # type: ignore[arg-type]
                return self.recognized(key, evidence)
        if gain < 2 and 0.5 <= self.ratio(gain * WIDTH**0.5) <= 2:
            return self.recognized("std-for-gain", evidence)
        if gain < 1:
            return self.recognized("smaller", evidence)
        if gain > 12:
            return self.recognized("far-too-large", evidence)
        return Feedback("wrong", f"{evidence} It should be between 0.5 and 2: a larger gain is needed.")

    @staticmethod
    @np.errstate(all="ignore")
    def ratio(gain: float) -> float:
        """Return the geometric mean of the ratio over 5 seeds, for 200 examples; infinite where it overflows."""
        x, labels = digits().train
        widths = [64, *[WIDTH] * 8, 10]
        net = mlp(widths, activation=sigmoid, init=variance_scaling(gain), runs=5)
        ratio: Any = np.exp(np.log(delta_ratio(net, x[:200], labels[:200])).mean())
        return float(np.nan_to_num(ratio, nan=np.inf if gain > 1 else 0.0))


GAIN = GainExercise(
    name="vanishing-gradients-8",
    right="The slopes shrink as the weights grow, so the cure costs more than the factor 4 of the slope at 0.",
    hints=(
        "Try 1 and read the ratio. How much is lost in each of the seven steps from layer 8 to layer 1?",
        "A gain of 4 would make up for a slope of 1/4. With larger weights z leaves 0: what happens to the slope?",
        "Go up in steps from 4. The window is narrow: every step counts seven times.",
    ),
    mistakes={
        "of-a-linear-layer": Mistake(
            1.0, "Gain 1 keeps the size in a layer without activation. A sigmoid multiplies by its slope, 1/4 or less."
        ),
        "of-relu": Mistake(
            math.sqrt(2),
            "The root of 2 makes up for ReLU, which is off half of the time. A sigmoid loses more.",
        ),
        "slope-at-zero": Mistake(
            4.0, "4 makes up for the slope at 0. Such weights push z away from 0, where the slope is smaller still."
        ),
        "std-for-gain": Mistake(
            0.4,
            "That looks like a std. The gain is the std in units of 1/sqrt(n): in layers of 100 units it is ten times "
            "the std.",
        ),
        "smaller": Mistake(0.1, "Smaller weights multiply the gradient by less in every layer: the other direction."),
        "far-too-large": Mistake(
            100.0,
            "Too much: the weights now outweigh the slopes, the gradient grows from layer to layer on the way back.",
        ),
    },
)
