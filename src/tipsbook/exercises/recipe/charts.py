"""Exercise 8: name eight diseases from their charts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tipsbook.grading.answers import describe
from tipsbook.grading.deadline import Deadline
from tipsbook.grading.exercise import Exercise, Mistake
from tipsbook.grading.feedback import Feedback

RIGHT = (
    "rate too high",
    "overfitting",
    "rate too low",
    "two modes",
    "leakage",
    "healthy",
    "shuffled labels",
    "weights too small",
)


def _swapped(i: int, j: int) -> list[str]:
    """Return the right names with those of charts i and j exchanged."""
    names = list(RIGHT)
    names[i - 1], names[j - 1] = names[j - 1], names[i - 1]
    return names


def _listed(answer: Any) -> Any:
    """Return an answer as a list of names in lower case, where it is one in another form.

    >>> _listed(np.array(["Healthy", "two_modes"]))
    ['healthy', 'two modes']
    """
    if isinstance(answer, dict) and [str(key) for key in answer] == [str(i + 1) for i in range(len(RIGHT))]:
        answer = list(answer.values())
    if isinstance(answer, np.ndarray) and answer.ndim == 1:
        answer = answer.tolist()
    if not isinstance(answer, list | tuple):
        return answer
    return [
        " ".join(name.lower().replace("-", " ").replace("_", " ").split()) if isinstance(name, str) else name
        for name in answer
    ]


@dataclass(frozen=True, kw_only=True)
class DiagnosesExercise(Exercise):
    """A list of eight names; ``confusions`` tells which mistake it is to give one chart the name of another."""

    confusions: Mapping[tuple[int, str], str]

    def grade(self, answer: object, deadline: Deadline) -> Feedback:
        answer = _listed(answer)
        if not isinstance(answer, list) or len(answer) != len(RIGHT):
            received = f"{len(answer)} entries" if isinstance(answer, list) else describe(answer)
            return Feedback("wrong", f"Expected a list of eight names, received {received}.")
        unknown = [name for name in answer if name not in RIGHT]
        if unknown:
            return Feedback("wrong", f"Expected names of the list under the charts, received {unknown[0]!r}.")
        wrong = [i for i, (given, name) in enumerate(zip(answer, RIGHT, strict=True), start=1) if given != name]
        if not wrong:
            return Feedback("right", self.right)
        evidence = f"{8 - len(wrong)} of 8 are right; received {answer[wrong[0] - 1]!r} for chart {wrong[0]}."
        if len(set(answer)) == 1:
            return self.recognized("one-for-all", evidence)
        for i in wrong:
            if (i, answer[i - 1]) in self.confusions:
                return self.recognized(self.confusions[i, answer[i - 1]], evidence)
        return Feedback("wrong", evidence)


DIAGNOSES = DiagnosesExercise(
    name="recipe-8",
    right="You looked at the training curve first, and asked what the two curves can know of each other.",
    hints=(
        "Sort them by the training curve first: which programs learn what they are trained on?",
        "Of those that do, compare the validation curve with 0.9, which is guessing, and with what the task allows.",
        "Two charts are flat. The loss at step 0 separates them. One curve lies on the wrong side of the other.",
    ),
    confusions={
        (2, "shuffled labels"): "overfitting-for-shuffled",
        (7, "overfitting"): "overfitting-for-shuffled",
        (1, "weights too small"): "small-for-high",
        (8, "rate too high"): "small-for-high",
        (5, "healthy"): "healthy-for-leak",
        (6, "leakage"): "healthy-for-leak",
        (1, "rate too low"): "low-for-high",
        (3, "rate too high"): "low-for-high",
        (4, "leakage"): "leak-for-modes",
        (5, "two modes"): "leak-for-modes",
        (3, "weights too small"): "small-for-low",
        (8, "rate too low"): "small-for-low",
    },
    mistakes={
        "one-for-all": Mistake(
            ["overfitting"] * 8,
            "One name for all of them. Look at the training curve first: only a network that fits it can overfit.",
        ),
        "overfitting-for-shuffled": Mistake(
            _swapped(2, 7),
            "Both fit their training examples. An overfitted network still does better than guessing on others; with "
            "shuffled labels there is nothing to be better at.",
        ),
        "small-for-high": Mistake(
            _swapped(1, 8),
            "Both charts are flat. Weights that are too small give logits of 0 at step 0, and a loss of ln 10 to four "
            "digits.",
        ),
        "healthy-for-leak": Mistake(
            _swapped(5, 6),
            "Chart 5 is on mnist1d, where no network of this kind comes near 0 on new signals: a validation error that "
            "falls to 0 together with training is better than it can be.",
        ),
        "low-for-high": Mistake(
            _swapped(1, 3),
            "A rate that is too low still gets somewhere, slowly and without a jump. One that is too high destroys the "
            "network in the first steps.",
        ),
        "leak-for-modes": Mistake(
            _swapped(4, 5),
            "In one chart the training curve lies above the validation curve: it was measured with dropout on.",
        ),
        "small-for-low": Mistake(
            _swapped(3, 8),
            "With a low rate the curve falls from the first epoch on. If the weights are too small, it does not move.",
        ),
    },
)
