"""Exercises 3, 4 and 5: drop entries and scale the rest, go back through the same mask, use the trained network."""

from functools import partial
from typing import Any

import numpy as np

from tipsbook.exercises.dropout.enumeration import every_mask
from tipsbook.grading.exercise import Case, FunctionExercise, Mistake
from tipslib.activations import sigmoid
from tipslib.arrays import Array
from tipslib.gradcheck import numerical_gradient


def _entry_by_entry(x: Array, u: Array, p: float) -> Array:
    """Return inverted dropout, computed entry by entry."""
    y = np.zeros(x.shape)
    for place, value in np.ndenumerate(x):
        if u[place] >= p:
            y[place] = value / (1 - p)
    return y


def _inverted_cases() -> list[Case]:
    x, u = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[0.1, 0.9], [0.6, 0.3]])
    text = "By hand, x = [[1, 2], [3, 4]], u = [[0.1, 0.9], [0.6, 0.3]], p = 0.2"
    cases = [Case(text, (x, u, 0.2), np.array([[0.0, 2.5], [3.75, 5.0]]))]
    rng = np.random.default_rng(0)
    for p in (0.7, 0.0):
        x, u = rng.normal(size=(5, 4)), rng.random((5, 4))
        cases.append(Case(f"For 5 examples, 4 units and p = {p}", (x, u, p), _entry_by_entry(x, u, p)))
    return cases


INVERTED = FunctionExercise(
    name="dropout-3",
    call="dropout(x, u, p)",
    cases=_inverted_cases,
    right="The mean over the masks is x itself, so nothing is left to do at inference.",
    hints=(
        "u is uniform between 0 and 1, so `u < p` is true with probability p. What happens to those entries?",
        "A boolean array multiplied by numbers is an array of zeros and numbers.",
        "An entry is kept with probability 1 - p. By what must it be multiplied then, to be x on average?",
    ),
    mistakes={
        "not-scaled": Mistake(
            lambda x, u, p: x * (u >= p),
            "This is vanilla dropout: the mean over the masks is (1 - p) x. The inverted form makes up for it at once.",
        ),
        "keep-for-drop": Mistake(
            lambda x, u, p: x * (u < p) / (1 - p),
            "You keep with probability p. Here p is the probability to drop, and `u < p` marks what is dropped.",
        ),
        "p-is-to-keep": Mistake(
            lambda x, u, p: x * (u < p) / p if p else x * 0,
            "This is right if p is the probability to keep, as in the paper. Here, and in PyTorch, it is that to drop.",
        ),
        "times-keep": Mistake(
            lambda x, u, p: x * (u >= p) * (1 - p),
            "You multiply by 1 - p, and the mean shrinks twice. Inverted dropout divides.",
        ),
        "divided-by-p": Mistake(
            lambda x, u, p: x * (u >= p) / p if p else x / 1e-9,
            "You divide by p. What survives is a fraction 1 - p: divide by that.",
        ),
        "one-mask-for-all": Mistake(
            lambda x, u, p: x * (u[0] >= p) / (1 - p),
            "All examples have the mask of the first one. Each row of u belongs to its own example.",
        ),
        "one-draw-per-example": Mistake(
            lambda x, u, p: x * (u[:, :1] >= p) / (1 - p),
            "You keep or drop whole examples. Each unit has its own entry of u.",
        ),
        "other-end": Mistake(
            lambda x, u, p: x * (u < 1 - p) / (1 - p),
            "The rate and the scale are right, but you drop where u >= 1 - p. The exercise drops where u < p.",
        ),
        "nothing-dropped": Mistake(
            lambda x, u, p: x / (1 - p), "The scale is right, but nothing is dropped: set x to 0 where u < p."
        ),
        "scaled-twice": Mistake(
            lambda x, u, p: x * (u >= p) / (1 - p) ** 2, "There is one factor 1 / (1 - p) too many: divide once."
        ),
    },
)


def _loss(W: Array, p: float, seed: int, x: Array) -> float:
    """Return half the sum of squares of (dropped x) W: the number whose gradient in x the exercise asks for."""
    keep = np.random.default_rng(seed).random(x.shape) >= p
    y: Any = (x * keep / (1 - p)) @ W
    return float(0.5 * (y**2).sum())


def _backward_cases() -> list[Case]:
    by_hand = np.array([[1.0, 2.0]]), np.array([[1.0], [1.0]]), 0.5, 0
    text = "By hand, x = [[1, 2]], W = [[1], [1]], p = 0.5, seed 0, which keeps the first entry alone"
    cases = [Case(text, by_hand, np.array([[4.0, 0.0]]))]
    rng = np.random.default_rng(0)
    for seed, p in ((1, 0.3), (2, 0.6)):
        x, W = rng.normal(size=(4, 5)), rng.normal(size=(5, 3))
        expected = numerical_gradient(partial(_loss, W, p, seed), x)
        cases.append(Case(f"For x (4, 5), W (5, 3) and p = {p}, compared with differences", (x, W, p, seed), expected))
    return cases


def _through(x: Array, W: Array, p: float, seed: int, draws: int = 1, power: int = 1) -> Array:
    """Return the gradient with the mask of this draw, scaled this many times, as the mistakes do."""
    rng = np.random.default_rng(seed)
    masks = [rng.random(x.shape) >= p for _ in range(draws)]
    y = (x * masks[0] / (1 - p)) @ W
    return (y @ W.T) * masks[-1] / (1 - p) ** power


BACKWARD = FunctionExercise(
    name="dropout-4",
    call="input_gradient(x, W, p, seed)",
    cases=_backward_cases,
    unchanged=lambda x, W, p, seed: _through(x, W, p, seed, draws=2),
    right="Forward and backward use one mask: a dropped entry had no influence on the loss, so its gradient is 0.",
    hints=(
        "Ask of one entry of x that was dropped: if it moves a little, does the loss move?",
        "Go through the lines and ask which of them are part of the derivative, and which draw something new.",
        "What multiplied x on the way forward multiplies the gradient on the way back. It is already there.",
    ),
    mistakes={
        "no-mask": Mistake(
            lambda x, W, p, seed: _unmasked(x, W, p, seed) / (1 - p),
            "Dropped entries get a gradient, although the loss never saw them. Use the mask of the forward pass.",
        ),
        "as-if-nothing": Mistake(
            lambda x, W, p, seed: _unmasked(x, W, p, seed),
            "You pass the gradient on unchanged. On the way forward x was multiplied by the mask and by 1 / (1 - p).",
        ),
        "mask-alone": Mistake(
            lambda x, W, p, seed: _through(x, W, p, seed, power=0),
            "The mask is right. One factor 1 / (1 - p) is missing: it acts on the way forward and on the way back.",
        ),
        "scaled-twice": Mistake(
            lambda x, W, p, seed: _through(x, W, p, seed, power=2),
            "There is one factor 1 / (1 - p) too many: it acts once on the way forward and once on the way back.",
        ),
        "never-scaled": Mistake(
            lambda x, W, p, seed: _through(x, W, p, seed, power=-1),
            "The mask is right. Your result lacks two factors 1 / (1 - p): one for each way, forward and back.",
        ),
        "second-mask": Mistake(
            lambda x, W, p, seed: _second_mask(x, W, p, seed),
            "One mask in both passes, but the second that was drawn. The mask of this seed is the first: draw it once.",
        ),
        "never-dropped": Mistake(
            lambda x, W, p, seed: x @ W @ W.T,
            "Now nothing is dropped at all. The two lines of the forward pass are right as they are: keep them.",
        ),
        "backward-alone": Mistake(
            lambda x, W, p, seed: (x @ W @ W.T) * (np.random.default_rng(seed).random(x.shape) >= p) / (1 - p),
            "Here the gradient is masked, but y is that of the whole x. The line that computes y was right: keep it.",
        ),
    },
)


def _second_mask(x: Array, W: Array, p: float, seed: int) -> Array:
    rng = np.random.default_rng(seed)
    keep = [rng.random(x.shape) >= p for _ in range(2)][1] / (1 - p)
    return ((x * keep) @ W @ W.T) * keep


def _unmasked(x: Array, W: Array, p: float, seed: int) -> Array:
    keep = np.random.default_rng(seed).random(x.shape) >= p
    return (x * keep / (1 - p)) @ W @ W.T


def _mean_logits(x: Array, W1: Array, W2: Array, b2: Array, p: float) -> Array:
    """Return the mean of the logits over all masks of the hidden layer."""
    h = sigmoid(x @ W1)
    masks, shares = every_mask(h.shape[1], p)
    logits = [share * ((h * mask) @ W2 + b2) for mask, share in zip(masks, shares, strict=True)]
    return np.sum(logits, axis=0)


def _vanilla_cases() -> list[Case]:
    one = np.array([[1.0]])
    by_hand = 0 * one, one, 8 * one, one, 0.25  # h = 1/2, and 0.75 * 4 + 1 = 4
    text = "By hand, x = [[0]], W1 = [[1]], W2 = [[8]], b2 = [[1]], p = 0.25"
    cases = [Case(text, by_hand, np.array([[4.0]]))]
    rng = np.random.default_rng(0)
    for p in (0.5, 0.2):
        x, W1, W2, b2 = (rng.normal(size=size) for size in ((4, 3), (3, 5), (5, 2), (1, 2)))
        text = f"For 4 examples, 5 hidden units and p = {p}, compared with the mean of the logits over all 32 masks"
        cases.append(Case(text, (x, W1, W2, b2, p), _mean_logits(x, W1, W2, b2, p)))
    return cases


VANILLA = FunctionExercise(
    name="dropout-5",
    call="predict(x, W1, W2, b2, p)",
    cases=_vanilla_cases,
    right="Only the weights that leave dropped units are scaled: no bias, and nothing in front of the hidden layer.",
    hints=(
        "Which numbers were multiplied by a mask in training? Only what they feed has to be mended.",
        "A hidden unit was there with probability 1 - p. On average, what did it send to the outputs?",
        "The biases were never dropped, and neither were the inputs.",
    ),
    mistakes={
        "not-scaled": Mistake(
            lambda x, W1, W2, b2, p: sigmoid(x @ W1) @ W2 + b2,
            "All units are there now, and together they send more than the outputs saw in training.",
        ),
        "bias-too": Mistake(
            lambda x, W1, W2, b2, p: (1 - p) * (sigmoid(x @ W1) @ W2 + b2),
            "The bias b2 is scaled as well. It was there in every step, whatever the mask: leave it whole.",
        ),
        "all-weights": Mistake(
            lambda x, W1, W2, b2, p: sigmoid(x @ W1 * (1 - p)) @ W2 * (1 - p) + b2,
            "W1 is scaled too. It leaves the inputs, which were not dropped: only W2 leaves dropped units.",
        ),
        "wrong-layer": Mistake(
            lambda x, W1, W2, b2, p: sigmoid(x @ W1 * (1 - p)) @ W2 + b2,
            "You scale the weights into the hidden layer. The mask acts behind it, on what the units send.",
        ),
        "times-p": Mistake(
            lambda x, W1, W2, b2, p: p * sigmoid(x @ W1) @ W2 + b2,
            "You multiply by p, the share that is dropped. What is there on average is 1 - p.",
        ),
        "divided": Mistake(
            lambda x, W1, W2, b2, p: sigmoid(x @ W1) @ W2 / (1 - p) + b2,
            "Dividing belongs to the inverted form, in training. Here too much arrives, so the weights must shrink.",
        ),
        "no-bias": Mistake(
            lambda x, W1, W2, b2, p: (1 - p) * sigmoid(x @ W1) @ W2, "The scale is right. The bias b2 is missing."
        ),
        "bias-alone": Mistake(
            lambda x, W1, W2, b2, p: sigmoid(x @ W1) @ W2 + (1 - p) * b2,
            "You scale the bias and leave W2 whole. It is the other way round: W2 leaves the dropped units.",
        ),
    },
)
