"""Exercise 5: one epoch of softmax regression with three bugs."""

from typing import Any

import numpy as np

from tipslib.arrays import Array
from tipslib.exercises.grading import Case, FunctionExercise, Mistake
from tipslib.layers import Dense
from tipslib.losses import softmax_cross_entropy
from tipslib.networks import Sequential
from tipslib.optimizers import SGD


def _epoch(W: Array, x: Array, labels: Array, order: Array, size: int, lr: float, bugs: str) -> Any:
    """Return W after an epoch with some of the bugs: "labels", "axis", "sum"."""
    W = W.copy()
    for start in range(0, len(x), size):
        rows = order[start : start + size]
        xb, yb = x[rows], labels[start : start + size] if "labels" in bugs else labels[rows]
        p = np.exp(xb @ W)
        p /= p.sum(axis=0) if "axis" in bugs else p.sum(axis=1, keepdims=True)
        p[np.arange(len(rows)), yb] -= 1
        W -= lr * xb.T @ p / (1 if "sum" in bugs else len(rows))
    return W


def _by_the_library(W: Array, x: Array, labels: Array, order: Array, size: int, lr: float) -> Any:
    net, optimizer = Sequential([Dense(W.shape[1], bias=False)], n_in=W.shape[0]), SGD(lr)
    net.params[:] = W.ravel()
    for start in range(0, len(x), size):
        rows = order[start : start + size]
        net.backward(softmax_cross_entropy(net.forward(x[rows]), labels[rows])[1])
        optimizer.step(net.params, net.grads)
    return net.params.reshape(W.shape)


def _cases() -> list[Case]:
    by_hand = np.zeros((1, 2)), np.array([[1.0], [3.0]]), np.array([0, 1]), np.array([1, 0]), 2, 1.0
    text = "By hand, W = [[0, 0]], x = [[1], [3]], labels [0, 1], order [1, 0], one batch of 2, lr = 1"
    cases = [Case(text, by_hand, np.array([[-0.5, 0.5]]))]
    rng = np.random.default_rng(0)
    for n, d, k, size in [(6, 3, 3, 2), (7, 4, 3, 3)]:
        args = 0.5 * rng.normal(size=(d, k)), rng.normal(size=(n, d)), rng.integers(k, size=n), rng.permutation(n)
        text = f"For {n} examples in batches of {size}, compared with the layers of tipslib"
        cases.append(Case(text, (*args, size, 0.3), _by_the_library(*args, size, 0.3)))
    return cases


def _left(bugs: str, reply: str) -> Mistake:
    return Mistake(lambda W, x, labels, order, size, lr: _epoch(W, x, labels, order, size, lr, bugs), reply)


ONE_EPOCH = FunctionExercise(
    call="one_epoch(W, x, labels, order, size, lr)",
    cases=_cases,
    unchanged=lambda *args: _epoch(*args, "labels axis sum"),
    right="None of the three stops a program, and the second and third even let it learn a little. Twenty examples show all.",
    hints=(
        "Print one batch: do the labels belong to the rows? Print p: which sums are 1?",
        "p must sum to 1 over the classes of each example. An axis that is summed away can be kept with keepdims=True.",
        "The gradient of a mean over the batch does not grow with the size of the batch.",
    ),
    mistakes={
        "labels-left-behind": _left(
            "labels", "Two bugs are gone. Inputs are taken in the order given, the labels are not: they belong to others."
        ),
        "softmax-over-examples": _left(
            "axis", "Two bugs are gone. The probabilities still sum to 1 over the examples of the batch, not the classes."
        ),
        "sum-for-mean": _left(
            "sum", "Two bugs are gone. This is the gradient of the sum of the losses: twice the batch, twice the step."
        ),
        "labels-and-axis": _left(
            "labels axis", "The mean is right now. Two bugs are left, one in the pairing, one in the softmax."
        ),
        "labels-and-sum": _left(
            "labels sum", "The softmax is right now. Two bugs are left, one in the pairing, one in the size of the step."
        ),
        "axis-and-sum": _left(
            "axis sum", "The pairing is right now. Two bugs are left, one in the softmax, one in the size of the step."
        ),
    },
)
