"""Exercises 3, 4 and 5: slopes of activations, and a Maxout layer forward and backward."""

from functools import partial
from typing import Any

import numpy as np

from tipsbook.grading.exercise import Case, FunctionExercise, Mistake
from tipslib.activations import Activation, elu, leaky_relu, sigmoid, softplus
from tipslib.arrays import Array
from tipslib.gradcheck import numerical_gradient


def _difference(f: Activation, z: Array, step: float = 1e-5) -> Array:
    return (f(z + step) - f(z - step)) / (2 * step)


def _slope_cases() -> list[Case]:
    by_hand = np.array([[0.5], [0.25], [1 / 3]])
    cases = [Case("By hand, z = [-ln 2] and a = 0.5", (np.array([-np.log(2)]), 0.5), by_hand)]
    for a, z in [(0.1, np.array([-1000.0, -3.0, -0.5, 0.05, 2.0, 1000.0])), (1.5, np.array([-2.0, -1.0, 0.5, 4.0]))]:
        expected = np.array([_difference(f, z) for f in (leaky_relu(a), elu(a), softplus)])
        cases.append(Case(f"For z = {z.tolist()} and a = {a:g}, compared with differences", (z, a), expected))
    return cases


def _slopes(z: Array, a: float, **others: Any) -> Array:
    """Return the right slopes, or with other rows the wrong ones of a mistake."""
    rows: dict[str, Any] = {
        "leaky": np.where(z > 0, 1.0, a),
        "elu": np.where(z > 0, 1.0, a * np.exp(np.minimum(z, 0))),
        "softplus": sigmoid(z),
    }
    return np.array(list({**rows, **others}.values()))


SLOPES = FunctionExercise(
    name="relu-maxout-3",
    call="slopes(z, a)",
    cases=_slope_cases,
    right="Three slopes, and only that of ReLU would have been 0: none of these three units can die.",
    hints=(
        "The table of the chapter has the slopes; `np.where(z > 0, ..., ...)` chooses between two sides.",
        "ELU below 0 is a (exp(z) - 1). Derive it: what becomes of the -1?",
        "The slope of softplus is the sigmoid. exp(1000) overflows; `sigmoid` of tipslib.activations does not.",
    ),
    mistakes={
        "leaky-maximum": Mistake(
            lambda z, a: _slopes(z, a, leaky=(z > a).astype(float)),
            "This is the slope of max(z, a). The leaky part is a line, a z, not the constant a.",
        ),
        "leaky-without-leak": Mistake(
            lambda z, a: _slopes(z, a, leaky=(z > 0).astype(float)),
            "The first row is the slope of ReLU. Below 0 a leaky ReLU is the line a z.",
        ),
        "elu-constant": Mistake(
            lambda z, a: _slopes(z, a, elu=np.where(z > 0, 1.0, a)),
            "ELU is curved below 0: its slope is a at 0 only and fades as z falls.",
        ),
        "elu-value": Mistake(
            lambda z, a: _slopes(z, a, elu=np.where(z > 0, 1.0, a * np.expm1(np.minimum(z, 0)))),
            "The second row has ELU's value below 0. Its slope is the value plus a: the -1 has no derivative.",
        ),
        "softplus-value": Mistake(
            lambda z, a: _slopes(z, a, softplus=np.logaddexp(0, z)),
            "The third row is softplus itself. Its slope lies between 0 and 1.",
        ),
        "softplus-corner": Mistake(
            lambda z, a: _slopes(z, a, softplus=(z > 0).astype(float)),
            "The third row is the slope of ReLU. Softplus is smooth: its slope goes from 0 to 1 gradually.",
        ),
        "values": Mistake(
            lambda z, a: np.array([leaky_relu(a)(z), elu(a)(z), softplus(z)]),
            "These are the values of the three functions. The exercise asks for their slopes.",
        ),
    },
)


def _loops(x: Array, W: Array, b: Array, pieces: int) -> Array:
    """Compute unit by unit, with the sums of its pieces collected one at a time."""
    n_out = W.shape[1] // pieces
    rows = [
        [max(float(row @ W[:, i * n_out + j] + b[0, i * n_out + j]) for i in range(pieces)) for j in range(n_out)]
        for row in x
    ]
    return np.array(rows)


def _maxout_cases() -> list[Case]:
    x, W = np.array([[1.0, 2.0]]), np.array([[1.0, 0.0, 0.0, 1.0], [0.0, 1.0, -1.0, 1.0]])
    text = "By hand, two units of two pieces with the sums 1, 2, 5, -1: the maxima of (1, 5) and of (2, -1)"
    cases = [Case(text, (x, W, np.array([[0.0, 0.0, 7.0, -4.0]]), 2), np.array([[5.0, 2.0]]))]
    rng = np.random.default_rng(0)
    for n, m, k in [(3, 4, 3), (2, 3, 2)]:
        x, W, b = rng.normal(size=(5, n)), rng.normal(size=(n, k * m)), rng.normal(size=(1, k * m))
        cases.append(Case(f"For 5 examples, {n} inputs, {m} units, {k} pieces", (x, W, b, k), _loops(x, W, b, k)))
    return cases


def _sums(x: Array, W: Array, b: Array, pieces: int) -> Array:
    z: Array = x @ W + b
    return z.reshape(len(x), pieces, -1)


MAXOUT = FunctionExercise(
    name="relu-maxout-4",
    call="maxout(x, W, b, pieces)",
    cases=_maxout_cases,
    right="A matrix product, a reshape, a maximum: that is the whole layer.",
    hints=(
        "One product gives all sums, (N, k M). Then they have to be put into groups of k.",
        "The first M columns are piece 1 of all units: the new axis for the pieces comes before that of the units.",
        "Reshape to (N, pieces, M) and take the largest over the axis of the pieces.",
    ),
    mistakes={
        "neighbors": Mistake(
            lambda x, W, b, pieces: (x @ W + b).reshape(len(x), -1, pieces).max(axis=2),
            "You group neighboring columns. Those belong to different units: pieces are M columns apart.",
        ),
        "sum": Mistake(
            lambda x, W, b, pieces: _sums(x, W, b, pieces).sum(axis=1),
            "You add the pieces. A sum of affine maps is one affine map; take the largest.",
        ),
        "mean": Mistake(
            lambda x, W, b, pieces: _sums(x, W, b, pieces).mean(axis=1),
            "You average the pieces. A mean of affine maps is one affine map; take the largest.",
        ),
        "without-bias": Mistake(
            lambda x, W, b, pieces: _sums(x, W, 0 * b, pieces).max(axis=1),
            "The biases are missing: without them all pieces cross in one point.",
        ),
        "bias-after": Mistake(
            lambda x, W, b, pieces: _sums(x, W, 0 * b, pieces).max(axis=1) + b[:, : W.shape[1] // pieces],
            "A bias belongs to its piece: it is added before the comparison, since it may decide it.",
        ),
        "with-zero": Mistake(
            lambda x, W, b, pieces: np.maximum(_sums(x, W, b, pieces).max(axis=1), 0),
            "You also compare with 0. That is one piece more; a Maxout unit may be negative.",
        ),
        "largest-size": Mistake(
            lambda x, W, b, pieces: abs(_sums(x, W, b, pieces)).max(axis=1),
            "You compare absolute values. Take the largest number, with its sign.",
        ),
    },
)


def _felt(dh: Array, z: Array) -> Any:
    return (dh * z.max(axis=1)).sum()


def _backward_cases() -> list[Case]:
    z, dh = np.array([[[1.0, 4.0], [3.0, 4.0]]]), np.array([[10.0, 20.0]])
    text = "By hand, pieces [1, 3] and [4, 4], dh = [[10, 20]]: in the second unit there is a tie"
    cases = [Case(text, (dh, z), np.array([[[0.0, 20.0], [10.0, 0.0]]]))]
    rng = np.random.default_rng(0)
    for n, k, m in [(4, 3, 2), (3, 2, 5)]:
        z, dh = rng.normal(size=(n, k, m)), rng.normal(size=(n, m))
        expected = numerical_gradient(partial(_felt, dh), z)
        cases.append(Case(f"For {n} examples, {k} pieces, {m} units, compared with differences", (dh, z), expected))
    return cases


def _largest(z: Array) -> Array:
    return z == z.max(axis=1, keepdims=True)


def _sent_to(dh: Array, winners: Array, z: Array) -> Array:
    return dh[:, None, :] * (winners[:, None, :] == np.arange(z.shape[1])[:, None])


MAXOUT_BACKWARD = FunctionExercise(
    name="relu-maxout-5",
    call="maxout_backward(dh, z)",
    cases=_backward_cases,
    right="Every unit passes on all of its gradient, to one piece: so every unit learns from every example.",
    hints=(
        "Ask which piece won: `z.argmax(axis=1)` has shape (N, M) and takes the first at a tie.",
        "Compare the winner with the numbers 0 to k - 1 of the pieces: that gives True in one place of each group.",
        "`dh[:, None, :]` has shape (N, 1, M) and meets an array (N, k, M).",
    ),
    mistakes={
        "to-all": Mistake(
            lambda dh, z: np.repeat(dh[:, None, :], z.shape[1], axis=1),
            "Every piece gets the gradient. But the output moves only with the piece that won.",
        ),
        "shared": Mistake(
            lambda dh, z: np.repeat(dh[:, None, :], z.shape[1], axis=1) / z.shape[1],
            "You share the gradient among the pieces. The winner gets all, the others nothing.",
        ),
        "ties-twice": Mistake(
            lambda dh, z: dh[:, None, :] * _largest(z),
            "At a tie each of the largest pieces gets the whole gradient: it counts twice. Only the first gets it.",
        ),
        "ties-split": Mistake(
            lambda dh, z: (
                dh[:, None, :] * (z == z.max(1, keepdims=True)) / (z == z.max(1, keepdims=True)).sum(1)[:, None]
            ),
            "At a tie you split the gradient. That is fair, but as in the library the first should get all of it.",
        ),
        "smallest": Mistake(
            lambda dh, z: _sent_to(dh, z.argmin(axis=1), z),
            "The smallest piece gets the gradient. The forward pass took the largest.",
        ),
        "times-value": Mistake(
            lambda dh, z: _sent_to(dh, z.argmax(axis=1), z) * z,
            "You multiply by z as well. A copied value passes its gradient on as it is.",
        ),
    },
)
