"""Exercise 5: one step of softmax regression with three bugs."""

from typing import Any

import numpy as np

from tipsbook.grading.exercise import Case, FunctionExercise, Mistake
from tipslib.arrays import Array
from tipslib.layers import Dense
from tipslib.losses import softmax_cross_entropy
from tipslib.networks import Sequential
from tipslib.optimizers import SGD


def _step(W: Array, x: Array, labels: Array, rows: Array, lr: float, bugs: str) -> Any:
    """Return W after a step with some of the bugs: "labels", "axis", "sum"."""
    p = np.exp(x[rows] @ W)
    p /= p.sum(axis=0) if "axis" in bugs else p.sum(axis=1, keepdims=True)
    p[np.arange(len(rows)), labels[: len(rows)] if "labels" in bugs else labels[rows]] -= 1
    return W - lr * x[rows].T @ p / (1 if "sum" in bugs else len(rows))


def _over_all(W: Array, x: Array, labels: Array, rows: Array, lr: float) -> Any:
    """Return W after a step in which the probabilities of all examples together sum to 1."""
    p = np.exp(x[rows] @ W)
    p /= p.sum()
    p[np.arange(len(rows)), labels[rows]] -= 1
    return W - lr * x[rows].T @ p / len(rows)


def _by_the_library(W: Array, x: Array, labels: Array, rows: Array, lr: float) -> Any:
    net = Sequential([Dense(W.shape[1], bias=False)], n_in=W.shape[0])
    net.params[:] = W.ravel()
    net.backward(softmax_cross_entropy(net.forward(x[rows]), labels[rows])[1])
    SGD(lr).step(net.params, net.grads)
    return net.params.reshape(W.shape)


def _cases() -> list[Case]:
    by_hand = np.zeros((1, 2)), np.array([[1.0], [3.0]]), np.array([0, 1]), np.array([1, 0]), 1.0
    text = "By hand, W = [[0, 0]], x = [[1], [3]], labels [0, 1], rows [1, 0], lr = 1"
    cases = [Case(text, by_hand, np.array([[-0.5, 0.5]]))]
    rng = np.random.default_rng(0)
    for n, d, k, size in [(6, 3, 3, 3), (7, 4, 2, 5)]:
        args = (
            0.5 * rng.normal(size=(d, k)),
            rng.normal(size=(n, d)),
            rng.integers(k, size=n),
            rng.permutation(n)[:size],
        )
        text = f"For {size} of {n} examples and {k} classes, compared with the layers of tipslib"
        cases.append(Case(text, (*args, 0.3), _by_the_library(*args, 0.3)))
    return cases


def _left(bugs: str, reply: str) -> Mistake:
    return Mistake(lambda W, x, labels, rows, lr: _step(W, x, labels, rows, lr, bugs), reply)


ONE_STEP = FunctionExercise(
    name="recipe-5",
    call="one_step(W, x, labels, rows, lr)",
    cases=_cases,
    unchanged=lambda W, x, labels, rows, lr: _step(W, x, labels, rows, lr, "labels axis sum"),
    right="None of the three stops a program, and two of them even let it learn a little.",
    hints=(
        "Print one batch: do the labels belong to the rows? Print p: which sums are 1?",
        "p must sum to 1 over the classes of each example. An axis that is summed away can be kept with keepdims=True.",
        "The gradient of a mean over the batch does not grow with the size of the batch.",
    ),
    mistakes={
        "labels-left-behind": _left(
            "labels",
            "Two bugs are gone. The inputs are those of `rows`, but the labels belong to other examples.",
        ),
        "softmax-over-examples": _left(
            "axis",
            "Two bugs are gone. The probabilities still sum to 1 over the examples of the batch, not the classes.",
        ),
        "sum-for-mean": _left(
            "sum", "Two bugs are gone. This is the gradient of the sum of the losses: twice the batch, twice the step."
        ),
        "labels-and-axis": _left(
            "labels axis", "The mean is right now. Two bugs are left, one in the pairing, one in the softmax."
        ),
        "labels-and-sum": _left(
            "labels sum",
            "The softmax is right now. Two bugs are left, one in the pairing, one in the size of the step.",
        ),
        "axis-and-sum": _left(
            "axis sum", "The pairing is right now. Two bugs are left, one in the softmax, one in the size of the step."
        ),
        "uphill": Mistake(
            lambda W, x, labels, rows, lr: 2 * W - _step(W, x, labels, rows, lr, ""),
            "The three bugs are gone, and a new one is there: this step goes up the gradient. The sign was right.",
        ),
        "all-examples": Mistake(
            lambda W, x, labels, rows, lr: W + (_step(W, x, labels, rows, lr, "") - W) * len(rows) / len(x),
            "You divide by the number of all examples. The mean is that of the batch: divide by len(rows).",
        ),
        "number-of-classes": Mistake(
            lambda W, x, labels, rows, lr: W + (_step(W, x, labels, rows, lr, "") - W) * len(rows) / W.shape[1],
            "You divide by the number of classes. The mean is over the examples of the batch: divide by len(rows).",
        ),
        "softmax-over-all": Mistake(
            _over_all,
            "The probabilities sum to 1 over the whole batch and all classes. Each example has its own sum.",
        ),
    },
)
