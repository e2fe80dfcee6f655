"""Exercise 8: an accuracy to publish, with a bug that looks at the test examples before the choice is made."""

import numpy as np

from tipsbook.grading.exercise import Case, FunctionExercise, Mistake
from tipslib.arrays import Array


def _peeked(val_accuracy: Array, test_accuracy: Array) -> float:
    """Return what the code with the bug returns: the epoch of each network is chosen on the test examples."""
    epochs = test_accuracy.argmax(axis=1)
    nets = np.arange(len(epochs))
    best = val_accuracy[nets, epochs].argmax()
    return float(test_accuracy[best, epochs[best]])


def _honest(val_accuracy: Array, test_accuracy: Array) -> float:
    """Walk over networks and epochs with the validation accuracies alone, then look up one test accuracy."""
    pairs = sorted((-value, place) for place, value in np.ndenumerate(val_accuracy))
    return float(test_accuracy[pairs[0][1]])


def _report_cases() -> list[Case]:
    val, test = np.array([[0.5, 0.8, 0.6], [0.6, 0.7, 0.75]]), np.array([[0.5, 0.7, 0.74], [0.66, 0.72, 0.6]])
    text = "By hand, val_accuracy = [[0.5, 0.8, 0.6], [0.6, 0.7, 0.75]], test_accuracy = [[0.5, 0.7, 0.74], "
    cases = [Case(f"{text}[0.66, 0.72, 0.6]]", (val, test), np.float64(0.7))]
    rng = np.random.default_rng(0)
    for nets, epochs in [(3, 8), (5, 20)]:
        truth = 0.7 + 0.1 * rng.random((nets, epochs))
        val, test = truth + rng.normal(0, 0.05, truth.shape), truth + rng.normal(0, 0.05, truth.shape)
        cases.append(Case(f"For {nets} networks and {epochs} epochs", (val, test), np.float64(_honest(val, test))))
    return cases


REPORT = FunctionExercise(
    name="early-stopping-8",
    call="report(val_accuracy, test_accuracy)",
    cases=_report_cases,
    unchanged=_peeked,
    right="The test examples were looked at once, when nothing was left to choose.",
    hints=(
        "Go through the code line by line and ask: is something *chosen* here, and with which examples?",
        "Two things are chosen: the network and its epoch. Both choices belong to the validation examples.",
        "`np.unravel_index(a.argmax(), a.shape)` gives row and column of the largest entry of a matrix.",
    ),
    mistakes={
        "best-on-test": Mistake(
            lambda val_accuracy, test_accuracy: test_accuracy.max(),
            "That is the best of all test accuracies: the test examples have made every choice.",
        ),
        "reports-validation": Mistake(
            lambda val_accuracy, test_accuracy: val_accuracy.max(),
            "Chosen well, and reported from the examples that chose: the winner's number is too good.",
        ),
        "epoch-by-test": Mistake(
            lambda val_accuracy, test_accuracy: test_accuracy[val_accuracy.max(axis=1).argmax()].max(),
            "The network is chosen by validation, its epoch still by the test examples.",
        ),
        "network-by-test": Mistake(
            lambda val_accuracy, test_accuracy: max(
                test_accuracy[net, row.argmax()] for net, row in enumerate(val_accuracy)
            ),
            "Each epoch is chosen by validation, the network still by the test examples.",
        ),
        "last-epoch": Mistake(
            lambda val_accuracy, test_accuracy: test_accuracy[val_accuracy.max(axis=1).argmax(), -1],
            "The right network, and its last epoch. The epoch is yours to choose as well, by validation.",
        ),
        "mean-of-networks": Mistake(
            lambda val_accuracy, test_accuracy: np.mean(
                [test_accuracy[net, row.argmax()] for net, row in enumerate(val_accuracy)]
            ),
            "That is the mean over the networks, each at its epoch. One network is chosen and reported.",
        ),
        "lowest": Mistake(
            lambda val_accuracy, test_accuracy: test_accuracy[
                np.unravel_index(val_accuracy.argmin(), val_accuracy.shape)
            ],
            "You choose the lowest validation accuracy. That would be right for losses.",
        ),
    },
)
