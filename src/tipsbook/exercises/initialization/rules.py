"""Exercises 3, 4, 5 and 7: the std of a kernel, the limit of a uniform draw, a gain, the factors of LSUV."""

import math
from typing import Any

import numpy as np

from tipsbook.grading.exercise import Case, FunctionExercise, Mistake
from tipslib.activations import Activation, leaky_relu, relu, tanh
from tipslib.arrays import Array
from tipslib.diagnostics import lsuv
from tipslib.initializers import fans, glorot_uniform
from tipslib.layers import Dense
from tipslib.networks import mlp


def _std_cases() -> list[Case]:
    return [
        Case("By hand, 8 inputs and 3 units: √(2/8)", ((8, 3),), np.float64(0.5)),
        Case("By hand, 200 inputs and 50 units", ((200, 50),), np.float64(0.1)),
        Case("By hand, a 5 × 5 kernel, 2 channels in, 7 out: √(2/50)", ((5, 5, 2, 7),), np.float64(0.2)),
        Case("By hand, a 1 × 2 kernel, 4 channels in, 1 out", ((1, 2, 4, 1),), np.float64(0.5)),
    ]


HE_STD = FunctionExercise(
    name="initialization-3",
    call="he_std(shape)",
    cases=_std_cases,
    right="One rule for both: how many numbers are added up in a unit?",
    hints=(
        "He's variance is 2 divided by the number of products that one unit adds up.",
        "A unit of a convolution sees every place of the kernel in every channel that comes in.",
        "The last entry of the shape counts the units. The product of all others is the fan-in.",
    ),
    mistakes={
        "variance": Mistake(
            lambda shape: 2 / math.prod(shape[:-1]),
            "This is the variance. A std is its root.",
        ),
        "without-the-two": Mistake(
            lambda shape: 1 / math.sqrt(math.prod(shape[:-1])),
            "This is LeCun's std. ReLU cuts off half of the squares, and He's 2 makes up for it.",
        ),
        "std-doubled": Mistake(
            lambda shape: 2 / math.sqrt(math.prod(shape[:-1])),
            "You double the std. He doubles the variance, so the std grows by the root of 2.",
        ),
        "fan-out": Mistake(
            lambda shape: math.sqrt(2 / fans(shape)[1]),
            "You divide by the fan-out. The sum in a unit has as many terms as it has inputs, the fan-in.",
        ),
        "channels-alone": Mistake(
            lambda shape: math.sqrt(2 / shape[-2]),
            "Right for dense layers. A convolution adds up all places of its kernel too, not only the channels.",
        ),
        "first-axis": Mistake(
            lambda shape: math.sqrt(2 / shape[0]),
            "Right for dense layers. The first axis of a kernel is its height: which axes are added up?",
        ),
        "all-entries": Mistake(
            lambda shape: math.sqrt(2 / math.prod(shape)),
            "You divide by the number of all weights. A unit has its own share of them: leave the units out.",
        ),
    },
)


def _limit_cases() -> list[Case]:
    found = abs(glorot_uniform((400, 200), np.random.default_rng(0))).max()  # of 80 000 draws: the limit, to 1e-5
    return [
        Case("By hand, 3 inputs and 3 outputs: the variance is 1/3, and a²/3 = 1/3", (3, 3), np.float64(1.0)),
        Case("By hand, 16 inputs and 8 outputs: the variance is 1/12", (16, 8), np.float64(0.5)),
        Case("For 400 inputs and 200 outputs", (400, 200), np.float64(round(float(found), 4))),
    ]


GLOROT_LIMIT = FunctionExercise(
    name="initialization-4",
    call="glorot_limit(n, m)",
    cases=_limit_cases,
    right="A uniform draw from [-a, a] has the variance a²/3: that is where the 6 in most libraries comes from.",
    hints=(
        "What is the variance of a uniform draw from [-a, a]? Integrate w² over it, and divide by its length.",
        "Set that variance equal to 2/(n + m), and solve for a.",
        "a²/3 = 2/(n + m).",
    ),
    mistakes={
        "std": Mistake(
            lambda n, m: math.sqrt(2 / (n + m)),
            "This is the std. A uniform draw from [-std, std] has a smaller one: its variance is std²/3.",
        ),
        "three-for-six": Mistake(
            lambda n, m: math.sqrt(3 / (n + m)),
            "Half of the variance is lost: it is 2/(n + m), not 1/(n + m).",
        ),
        "fan-in-alone": Mistake(
            lambda n, m: math.sqrt(3 / n),
            "This is LeCun's limit, from the variance 1/n. Glorot's rule has both fans.",
        ),
        "squared": Mistake(
            lambda n, m: 6 / (n + m),
            "This is the square of the limit.",
        ),
        "whole-width": Mistake(
            lambda n, m: math.sqrt(24 / (n + m)),
            "This is the length of the interval, from -a to a. The exercise asks for a.",
        ),
        "he": Mistake(
            lambda n, m: math.sqrt(6 / n),
            "This is He's limit, from the variance 2/n. Glorot's rule has both fans.",
        ),
    },
)


def _gain_by_integral(slope: float) -> Any:
    """Return 1 / sqrt(E[f(z)^2]) for z ~ N(0, 1), by the trapezoidal rule."""
    z = np.linspace(-9, 9, 18_001)
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    return 1 / np.sqrt((leaky_relu(slope)(z) ** 2 * density).sum() * (z[1] - z[0]))


def _gain_cases() -> list[Case]:
    return [
        Case("By hand, a = 0: ReLU", (0.0,), np.sqrt(2.0)),
        Case("By hand, a = 1: the identity", (1.0,), np.float64(1.0)),
        Case("By hand, a = -1: the absolute value", (-1.0,), np.float64(1.0)),
        *(Case(f"For a = {a:g}, compared with an integral", (a,), _gain_by_integral(a)) for a in (0.2, 0.5)),
    ]


LEAKY_GAIN = FunctionExercise(
    name="initialization-5",
    call="leaky_gain(a)",
    cases=_gain_cases,
    right="Half of the squares are kept, half multiplied by a²: the gain makes up for the mean of 1 and a².",
    hints=(
        "z is as often below 0 as above. What does f do to z² on each side?",
        "On average f(z)² is (1 + a²)/2 times z².",
        "The gain squared times that mean must be 1.",
    ),
    mistakes={
        "of-relu": Mistake(lambda a: math.sqrt(2), "This is ReLU's gain. The slope below 0 lets some of z through."),
        "without-root": Mistake(
            lambda a: 2 / (1 + a * a), "This is the square of the gain: variances are multiplied by it, stds are not."
        ),
        "slope-not-squared": Mistake(
            lambda a: math.sqrt(2 / (1 + abs(a))),
            "Below 0 the output is a z, and its square a² z²: the slope counts squared.",
        ),
        "upside-down": Mistake(
            lambda a: math.sqrt((1 + a * a) / 2),
            "This is what the activation does to the size. The gain makes up for it: the reciprocal.",
        ),
        "mean-slope": Mistake(
            lambda a: 2 / (1 + abs(a)),
            "You average the slopes. It is the squares that add up: average those, and take the root.",
        ),
        "half-forgotten": Mistake(
            lambda a: 1 / math.sqrt(1 + a * a),
            "Each side holds only half of the z: the mean of 1 and a², not their sum.",
        ),
    },
)


def _factors(Ws: list[Array], x: Array, f: Activation, *, mistake: str = "") -> Array:
    """Return the factors, or what one mistake makes of them."""
    h, factors = x, []
    for W in Ws:
        z = h @ W
        spread = {"outputs": f(z).std(), "units": z.std(axis=0).mean(), "root-mean-square": np.sqrt((z**2).mean())}
        factor = 1 / spread.get(mistake, z.std())
        factors.append({"variance": factor**2, "std": 1 / factor}.get(mistake, factor))
        h = h @ W if mistake == "not-rescaled" else factors[-1] * (h @ W)
        h = h if mistake == "no-activation" else f(h)
    return np.array(factors)


def _lsuv_cases() -> list[Case]:
    x = np.array([[0.0], [8.0]])
    text = "By hand, x = [[0], [8]], Ws = [[[1]], [[2]]], f = ReLU: z is 0 and 8, then, after scaling, 0 and 4"
    cases = [Case(text, ([np.array([[1.0]]), np.array([[2.0]])], x, relu), np.array([0.25, 0.5]))]
    for widths, f in [([3, 4, 4, 2], tanh), ([5, 6, 3, 3], relu)]:
        net = mlp(widths, activation=f)
        x = np.random.default_rng(0).normal(2.0, 1.0, (9, widths[0]))
        dense = [layer for layer in net.layers if isinstance(layer, Dense)]
        Ws = [layer.params["W"].copy() for layer in dense]
        lsuv(net, x, tolerance=1e-12)
        factors = [layer.params["W"].ravel()[0] / W.ravel()[0] for layer, W in zip(dense, Ws, strict=True)]
        cases.append(
            Case(f"For widths {widths} and f = {f}, compared with tipslib's lsuv", (Ws, x, f), np.array(factors))
        )
    return cases


def _mistake(name: str, reply: str) -> Mistake:
    return Mistake(lambda Ws, x, f: _factors(Ws, x, f, mistake=name), reply)


LSUV_FACTORS = FunctionExercise(
    name="initialization-7",
    call="lsuv_factors(Ws, x, f)",
    cases=_lsuv_cases,
    right="No formula for f was needed: the batch has measured it.",
    hints=(
        "Walk through the layers with h, starting from h = x. What is z, and what is its std over all entries?",
        "The factor is one over that std. Later layers see what the scaled layer sends them.",
        "After the factor is known, go on with h = f(factor * z).",
    ),
    mistakes={
        "not-rescaled": _mistake(
            "not-rescaled",
            "The first factor is right. The next layer gets its input from the layer as scaled, not as drawn.",
        ),
        "variance": _mistake(
            "variance", "You divide by the variance. A factor 1/std makes the std 1; 1/variance does not."
        ),
        "std": _mistake("std", "You return the stds. To make them 1, the weights are divided by them."),
        "at-the-outputs": _mistake("outputs", "You take the std of f(z). LSUV makes that of z equal to 1."),
        "per-unit": _mistake("units", "You average the units' own stds. LSUV takes one std, over all entries of z."),
        "root-mean-square": _mistake(
            "root-mean-square", "This is the root mean square of z. The std is taken around the mean of z."
        ),
        "no-activation": _mistake("no-activation", "The next layer gets f(z), not z."),
    },
)
