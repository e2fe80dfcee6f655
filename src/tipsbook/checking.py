"""Graded exercises: each typical wrong answer gets a reply of its own.

``check(name, answer)`` replies to an answer, ``hint(name)`` shows one more hint. The exercises themselves are in
`tipsbook.exercises`, a folder for each chapter.
"""

import difflib

import numpy as np

from tipsbook import progress
from tipsbook.exercises import chapters, of_chapter
from tipsbook.grading.deadline import Deadline
from tipsbook.grading.exercise import Exercise
from tipsbook.grading.feedback import Feedback, Hint

_hints_shown: dict[str, int] = {}


def _exercise(name: str) -> Exercise:
    found = of_chapter(str(name).rpartition("-")[0]).get(str(name))
    if found is not None:
        return found
    near = difflib.get_close_matches(str(name), names())
    advice = f"Did you mean {' or '.join(near)}?" if near else "names() lists them all."
    raise ValueError(f"There is no graded exercise {name!r}. {advice}")


def names() -> list[str]:
    """Return the names of all graded exercises, chapter by chapter in alphabetical order.

    >>> names()[0]
    'adaptive-learning-rates-5'
    """
    return [name for chapter in chapters() for name in of_chapter(chapter)]


def check(name: str, answer: object, *, seconds: float | None = None) -> Feedback:
    """Reply to an answer: right, wrong with the sentence it needs, or not attempted. It never shows the solution.

    A wrong answer never raises, nor does a missing one (``None``, ``...`` or a function that returns nothing). The
    reader's code may compute for ``seconds``, by default those of the exercise: 5, or 20 where it trains a network. The
    time is looked at line by line and call by call, so a loop inside one NumPy call is not stopped. Raises
    ``ValueError`` for a name that is none.

    >>> check("vanishing-gradients-5", ...)
    Not attempted yet. Replace the dots by your answer and run the cell again.
    >>> check("vanishing-gradients-8", "eleven")
    Not yet. Expected one number, received str. A first hint: hint("vanishing-gradients-8").
    """
    exercise = _exercise(name)
    if answer is None or answer is ...:
        return Feedback("not attempted", "Replace the dots by your answer and run the cell again.")
    with np.errstate(all="ignore"):  # what is not finite gets a sentence of its own
        feedback = exercise.grade(answer, Deadline(exercise.seconds if seconds is None else seconds))
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
