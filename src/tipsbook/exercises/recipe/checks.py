"""Exercises 3, 6 and 7: the loss at step 0, the update ratio, exact copies of training examples."""

import math
from typing import Any

import numpy as np

from tipsbook.grading.exercise import Case, FunctionExercise, Mistake
from tipslib.arrays import Array
from tipslib.layers import Dense
from tipslib.losses import softmax_cross_entropy
from tipslib.networks import Sequential
from tipslib.optimizers import SGD


def _excess_cases() -> list[Case]:
    by_hand = np.array([[0.0, math.log(3)]]), np.array([0])
    cases = [Case("By hand, logits [[0, ln 3]] and label 0: probability 1/4, two classes", by_hand, math.log(2))]
    rng = np.random.default_rng(0)
    for n, k in [(6, 3), (4, 10)]:
        logits, labels = rng.normal(size=(n, k)), rng.integers(1, k - 1, size=n)
        expected = softmax_cross_entropy(logits, labels)[0] - math.log(k)
        cases.append(Case(f"For logits of shape {(n, k)}, compared with tipslib.losses", (logits, labels), expected))
    sure = np.array([[4.0, 0.0, 0.0], [0.0, 5.0, 0.0]]), np.array([0, 1])
    expected = softmax_cross_entropy(*sure)[0] - math.log(3)
    return [*cases, Case("For a network that knows the answers already: below ln K", sure, expected)]


def _losses(logits: Array, labels: Array) -> Any:
    return np.logaddexp.reduce(logits, axis=1) - logits[np.arange(len(labels)), labels]


def _twice(logits: Array, labels: Array) -> Any:
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    return _losses(p / p.sum(axis=1, keepdims=True), labels).mean() - math.log(logits.shape[1])


EXCESS_LOSS = FunctionExercise(
    name="recipe-3",
    call="excess_loss(logits, labels)",
    cases=_excess_cases,
    right="One line before any training: far above 0 means that inputs or weights are too large.",
    hints=(
        "The loss of one example is minus the logarithm of the probability that the softmax gives to its label.",
        "Pick the probability of the right class with p[np.arange(N), labels], then take -log and the mean.",
        "K is the number of columns of the logits. Subtract np.log(K) last.",
    ),
    mistakes={
        "loss-alone": Mistake(
            lambda logits, labels: _losses(logits, labels).mean(),
            "This is the loss itself. The question is by how much it exceeds ln K.",
        ),
        "sum": Mistake(
            lambda logits, labels: _losses(logits, labels).sum() - math.log(logits.shape[1]),
            "You add up the losses of the examples. The mean does not grow with the size of the batch.",
        ),
        "examples-for-classes": Mistake(
            lambda logits, labels: _losses(logits, labels).mean() - math.log(len(logits)),
            "You subtract ln N, of the number of examples. Guessing among K classes costs ln K.",
        ),
        "classes-that-occur": Mistake(
            lambda logits, labels: _losses(logits, labels).mean() - math.log(len(np.unique(labels))),
            "You count the classes that occur in this batch. The network chooses among all K columns.",
        ),
        "softmax-twice": Mistake(
            _twice,
            "The softmax was applied twice, the second time to probabilities. The loss takes logits.",
        ),
        "base-two": Mistake(
            lambda logits, labels: _losses(logits, labels).mean() / math.log(2) - math.log2(logits.shape[1]),
            "These are bits, the logarithm to base 2. Nats use the natural logarithm, np.log.",
        ),
        "turned-round": Mistake(
            lambda logits, labels: math.log(logits.shape[1]) - _losses(logits, labels).mean(),
            "The difference is turned round. It should be positive when the loss is above ln K.",
        ),
        "absolute": Mistake(
            lambda logits, labels: abs(_losses(logits, labels).mean() - math.log(logits.shape[1])),
            "You take the absolute value. Keep the sign: a loss below ln K gives a negative number.",
        ),
        "cut-off": Mistake(
            lambda logits, labels: max(0.0, _losses(logits, labels).mean() - math.log(logits.shape[1])),
            "You cut off at 0. Keep the sign: a loss below ln K gives a negative number.",
        ),
    },
)


def _step(W: Array, gradient: Array, lr: float) -> Any:
    """Return the ratio by another method: make the step with the library's optimizer and measure how far it went."""
    net = Sequential([Dense(W.shape[1], bias=False)], n_in=W.shape[0])
    net.params[:] = W.ravel()
    SGD(lr).step(net.params, gradient.ravel().copy())
    return np.linalg.norm(net.params - W.ravel()) / np.linalg.norm(W)


def _ratio_cases() -> list[Case]:
    by_hand = np.array([[3.0, 4.0]]), np.array([[8.0, -6.0]]), 0.1
    cases = [Case("By hand, W = [[3, 4]], gradient [[8, -6]], lr = 0.1", by_hand, 0.2)]
    rng = np.random.default_rng(0)
    for shape, lr in [((4, 3), 0.01), ((2, 5), 2.0)]:
        W, gradient = rng.normal(size=shape) + 1.0, rng.normal(size=shape) - 0.5
        text = f"For W {shape} and lr = {lr:g}, compared with a step of SGD"
        cases.append(Case(text, (W, gradient, lr), _step(W, gradient, lr)))
    return cases


UPDATE_RATIO = FunctionExercise(
    name="recipe-6",
    call="update_ratio(W, gradient, lr)",
    cases=_ratio_cases,
    right="About 0.001 is usual. Near 1 a step throws the weights away, at 0.000001 it does not move them.",
    hints=(
        "By how much does SGD change W in one step?",
        "The Frobenius norm is the root of the sum of all squared entries: np.linalg.norm.",
        "The norm of the change is the numerator, the norm of W the denominator.",
    ),
    mistakes={
        "gradient-alone": Mistake(
            lambda W, gradient, lr: np.linalg.norm(gradient) / np.linalg.norm(W),
            "You compare the gradient with the weights. What moves the weights is lr times the gradient.",
        ),
        "upside-down": Mistake(
            lambda W, gradient, lr: np.linalg.norm(W) / np.linalg.norm(lr * gradient),
            "The fraction is upside down: a larger step must give a larger ratio.",
        ),
        "squares": Mistake(
            lambda W, gradient, lr: ((lr * gradient) ** 2).sum() / (W**2).sum(),
            "These are sums of squares. A norm is the root of one.",
        ),
        "entry-by-entry": Mistake(
            lambda W, gradient, lr: np.abs(lr * gradient / W).mean(),
            "A ratio for each entry, then the mean: a single weight near 0 decides it. Take the norms first.",
        ),
        "spectral": Mistake(
            lambda W, gradient, lr: lr * np.linalg.norm(gradient, 2) / np.linalg.norm(W, 2),
            "np.linalg.norm(W, 2) is the largest singular value of a matrix. Leave out the 2 for the Frobenius norm.",
        ),
        "spread": Mistake(
            lambda W, gradient, lr: lr * gradient.std() / W.std(),
            "A std takes the mean away first. The norm does not.",
        ),
        "step-alone": Mistake(
            lambda W, gradient, lr: lr * np.linalg.norm(gradient),
            "This is the length of the step. Divide it by the norm of W.",
        ),
        "change-of-the-norm": Mistake(
            lambda W, gradient, lr: abs(np.linalg.norm(W - lr * gradient) - np.linalg.norm(W)) / np.linalg.norm(W),
            "You subtract two norms. Take the change of W first, then its norm: a step can turn W and keep its length.",
        ),
        "after-the-step": Mistake(
            lambda W, gradient, lr: lr * np.linalg.norm(gradient) / np.linalg.norm(W - lr * gradient),
            "You divide by the norm of W after the step. Divide by the norm of W as it is given, before the step.",
        ),
    },
)


def _leak_cases() -> list[Case]:
    train = np.array([[1.0, 2.0], [3.0, 4.0], [3.0, 4.0]])
    test = np.array([[3.0, 4.0], [1.0, 4.0], [5.0, 2.0], [0.0, 0.0], [1.0, 2.0]])
    cases = [Case("By hand, two of five rows are copies", (test, train), 0.4)]
    rng = np.random.default_rng(0)
    for n, m, d, copies in [(40, 30, 3, 10), (25, 100, 2, 5)]:
        train = rng.integers(9, size=(m, d)) + 100.0 * np.arange(m)[:, None]  # no two rows alike
        test = np.concatenate([train[:copies], rng.integers(9, size=(n - copies, d)) - 100.0])
        test[-1] = train[0, ::-1] + 0.5
        text = f"For {n} test rows of which {copies} are copies, {m} training rows"
        cases.append(Case(text, (rng.permutation(test), train), copies / n))
    train = np.array([[3.0, 4.0], [5.0, 6.0], [5.0, 6.0], [5.0, 6.0]])
    test = np.array([[3.0, 4.0], [3.0, 4.0], [5.0, 6.0], [9.0, 9.0]])
    cases.append(
        Case("For a test row that occurs twice, and a training row that occurs three times", (test, train), 0.75)
    )
    train = np.array([[1.0, 2.0], [3.0, 4.0]])
    text = "For a row that is a copy and one that differs in the seventh digit"
    cases.append(Case(text, (np.array([[1.0, 2.0], [3.0, 4.000001]]), train), 0.5))
    text = "For a row that is a copy and one that differs in the tenth digit"
    cases.append(Case(text, (np.array([[1.0, 2.0], [3.0, 4.000000001]]), train), 0.5))
    text = "For a row that is a copy and three that hold the numbers of a training row in another order"
    cases.append(Case(text, (np.array([[1.0, 2.0], [2.0, 1.0], [4.0, 3.0], [2.0, 1.0]]), train), 0.25))
    return cases


def _equal(test: Array, train: Array) -> Any:
    return (test[:, None] == train).all(axis=2)


def _rows(x: Array) -> set[tuple[float, ...]]:
    return {tuple(row) for row in x.tolist()}


SHARE_LEAKED = FunctionExercise(
    name="recipe-7",
    call="share_leaked(test, train)",
    cases=_leak_cases,
    right="Run it on every new data set. It finds exact copies alone: two photographs of one thing escape it.",
    hints=(
        "Two rows are the same if all of their entries are: (a == b).all().",
        "test[:, None] == train compares all pairs of rows: (test rows, train rows, n). Which axis has to agree?",
        "A test row is leaked if any training row equals it. The mean of N yes and no answers is a share.",
    ),
    mistakes={
        "of-the-training-rows": Mistake(
            lambda test, train: _equal(test, train).any(axis=0).mean(),
            "This is the share of the training rows that are in the test set. It should be the other way round.",
        ),
        "entry-by-entry": Mistake(
            lambda test, train: np.isin(test, train).mean(),
            "You look up every single number. A row is a copy only if all of its entries agree with those of one row.",
        ),
        "any-entry": Mistake(
            lambda test, train: (test[:, None] == train).any(axis=2).any(axis=1).mean(),
            "One equal entry is not enough: rows agree if all entries do.",
        ),
        "count": Mistake(
            lambda test, train: _equal(test, train).any(axis=1).sum(),
            "This is the number of copies. The share is that number divided by N.",
        ),
        "pairs": Mistake(
            lambda test, train: _equal(test, train).sum() / len(test),
            "You count pairs: a test row that is in the training set twice counts twice.",
        ),
        "training-rows": Mistake(
            lambda test, train: _equal(test, train).any(axis=0).sum() / len(test),
            "You count training rows that occur in the test set. Count test rows that occur in the training set.",
        ),
        "distinct-rows": Mistake(
            lambda test, train: len(_rows(test) & _rows(train)) / len(test),
            "You count each row once, however often it occurs. Two equal test rows are two leaked rows.",
        ),
        "distinct-of-distinct": Mistake(
            lambda test, train: len(_rows(test) & _rows(train)) / len(_rows(test)),
            "You took out repeated test rows, from the count and from N. Each of the N rows counts.",
        ),
        "nearly-equal": Mistake(
            lambda test, train: np.isclose(test[:, None], train).all(axis=2).any(axis=1).mean(),
            "Nearly equal rows pass: np.isclose, a rounding or a small distance lets them. The question is about exact "
            "copies: ==.",
        ),
        "single-precision": Mistake(
            lambda test, train: _equal(test.astype(np.float32), train.astype(np.float32)).any(axis=1).mean(),
            "In float32 two numbers that differ in the tenth digit become one. Compare the rows as they are.",
        ),
        "any-order": Mistake(
            lambda test, train: _equal(np.sort(test), np.sort(train)).any(axis=1).mean(),
            "A row that holds the same numbers in another order is no copy. Compare entry by entry, in order.",
        ),
    },
)
