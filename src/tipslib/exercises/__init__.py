"""Exercises that answer back: a wrong answer gets the sentence that this wrong answer needs.

``check(name, answer)`` replies to an answer, ``hint(name)`` unfolds one hint more. The mathematics of an exercise, its
catalogue of mistakes and its hints are in the file of its chapter.
"""

import difflib

import numpy as np

from tipslib import progress
from tipslib.exercises.adaptive_learning_rates import EXERCISES as ADAPTIVE_LEARNING_RATES
from tipslib.exercises.batch_normalization import EXERCISES as BATCH_NORMALIZATION
from tipslib.exercises.deadline import Deadline
from tipslib.exercises.dropout import EXERCISES as DROPOUT
from tipslib.exercises.early_stopping import EXERCISES as EARLY_STOPPING
from tipslib.exercises.feedback import Feedback, Hint
from tipslib.exercises.grading import Exercise
from tipslib.exercises.initialization import EXERCISES as INITIALIZATION
from tipslib.exercises.recipe import EXERCISES as RECIPE
from tipslib.exercises.regularization import EXERCISES as REGULARIZATION
from tipslib.exercises.relu_maxout import EXERCISES as RELU_MAXOUT
from tipslib.exercises.vanishing_gradients import EXERCISES as VANISHING_GRADIENTS

__all__ = ["Feedback", "Hint", "check", "hint", "names", "wrong_answers"]

_EXERCISES: dict[str, Exercise] = {
    **RECIPE,
    **VANISHING_GRADIENTS,
    **RELU_MAXOUT,
    **INITIALIZATION,
    **BATCH_NORMALIZATION,
    **ADAPTIVE_LEARNING_RATES,
    **EARLY_STOPPING,
    **REGULARIZATION,
    **DROPOUT,
}
_hints_shown: dict[str, int] = {}


def _exercise(name: str) -> Exercise:
    if name in _EXERCISES:
        return _EXERCISES[name]
    near = difflib.get_close_matches(str(name), _EXERCISES)
    advice = f"Did you mean {' or '.join(near)}?" if near else "names() lists them all."
    raise ValueError(f"There is no graded exercise {name!r}. {advice}")


def names() -> list[str]:
    """Return the names of all graded exercises, in the order of the book.

    >>> names()[0]
    'recipe-3'
    """
    return list(_EXERCISES)


def check(name: str, answer: object, *, seconds: float = 5.0) -> Feedback:
    """Reply to an answer: right, wrong with the sentence it needs, or not attempted. It never shows the solution.

    A wrong answer never raises, nor does a missing one (``None``, ``...`` or a function that returns nothing). The
    reader's code has ``seconds`` of time, measured line by line and call by call: a loop inside one NumPy call is not
    stopped. Raises ``ValueError`` for a name that is none.

    >>> check("vanishing-gradients-5", ...)
    Not attempted yet. Replace the dots by your answer and run the cell again.
    >>> check("vanishing-gradients-8", "eleven")
    Not yet. Expected one number, received str. A first hint: hint("vanishing-gradients-8").
    """
    exercise = _exercise(name)
    if answer is None or answer is ...:
        return Feedback("not attempted", "Replace the dots by your answer and run the cell again.")
    with np.errstate(all="ignore"):  # what is not finite gets a sentence of its own
        feedback = exercise.grade(answer, Deadline(seconds))
    if feedback.status == "right":
        progress.record(name)
    if feedback.status == "wrong" and feedback.hint is None:
        return Feedback("wrong", f'{feedback.message} A first hint: hint("{name}").')
    return feedback


def hint(name: str) -> Hint:
    """Return the next hint of an exercise, one more at each call. Raises ``ValueError`` for a name that is none.

    >>> hint("vanishing-gradients-5").label
    'Hint 1 of 3.'
    """
    hints = _exercise(name).hints
    shown = _hints_shown[name] = _hints_shown.get(name, 0) + 1
    if shown > len(hints):
        return Hint("No more hints.", "The solution is behind the fold under the exercise; look once you have tried.")
    return Hint(f"Hint {shown} of {len(hints)}.", hints[shown - 1])


def wrong_answers(name: str) -> dict[str, object]:
    """Return the catalogue of an exercise: typical wrong answers by the key of the hint that each gets.

    For tests and teachers. Raises ``ValueError`` for a name that is none.

    >>> wrong_answers("vanishing-gradients-8")["of-a-linear-layer"]
    1.0
    """
    return {key: mistake.answer for key, mistake in _exercise(name).mistakes.items()}
