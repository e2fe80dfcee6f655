"""What an exercise is, and how answers that are functions are graded: easy questions first, strict ones last."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from tipsbook.grading.answers import (
    Outcome,
    changed,
    close,
    difference,
    function_name,
    outcome,
    wrong_array,
    wrong_signature,
)
from tipsbook.grading.deadline import Deadline
from tipsbook.grading.feedback import Feedback


class Mistake(NamedTuple):
    """A wrong answer that readers give, and the sentence that it needs.

    >>> Mistake(0.5, "This is the value at 0, not the slope.").answer
    0.5
    """

    answer: object
    reply: str


class Case(NamedTuple):
    """Arguments to try an answer with, and what it should return; ``what`` names the case at the start of a sentence.

    >>> Case("For x = 3", (3,), 9).expected
    9
    """

    what: str
    args: tuple[object, ...]
    expected: Any


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """A graded exercise: its name, a catalogue of mistakes, the hints in order, what to say when it is solved.

    The name is ``<chapter>-<n>``, by which `tipsbook.exercises` finds it; empty for one that stands in no chapter.
    ``seconds`` is how long the reader's code may compute.

    >>> Exercise(mistakes={}, hints=("Draw it.",), right="Well drawn.").hints
    ('Draw it.',)
    """

    name: str = ""
    seconds: float = 5.0
    mistakes: Mapping[str, Mistake]
    hints: Sequence[str]
    right: str

    def grade(self, answer: object, deadline: Deadline) -> Feedback:
        """Return the reply to an answer that was given."""
        raise NotImplementedError(f"{type(self).__name__} must define grade(answer, deadline).")

    def recognized(self, key: str, evidence: str = "") -> Feedback:
        """Return the reply to a mistake of the catalogue, with the evidence on a line of its own."""
        return Feedback("wrong", "\n".join([self.mistakes[key].reply, *([evidence] if evidence else [])]), key)


@dataclass(frozen=True, kw_only=True)
class FunctionExercise(Exercise):
    """An exercise whose answer is a function from arrays to an array, judged by what it returns.

    ``call`` is how it is called, such as ``"area(width, height)"``; ``cases`` makes the cases, the first small enough
    for doing by hand; ``unchanged`` is the faulty code of an exercise that asks to mend it.

    >>> cases = lambda: [Case("By hand, x = 3", (3,), 9)]
    >>> squared = FunctionExercise(mistakes={}, hints=(), right="Squared.", call="square(x)", cases=cases)
    >>> squared.grade(lambda x: 2 * x, Deadline(5.0))
    Not yet. By hand, x = 3: expected 9, received 6.
    """

    call: str
    cases: Callable[[], list[Case]]
    unchanged: Callable[..., object] | None = None

    def grade(self, answer: object, deadline: Deadline) -> Feedback:
        cases = self.cases()
        complaint = wrong_signature(answer, self.call)
        if complaint:
            return Feedback("wrong", complaint)
        outcomes = [outcome(answer, case.args, deadline) for case in cases]
        if outcomes[0].empty:
            return nothing_returned(self.call)
        if self.unchanged and _agree(outcomes, self.unchanged, cases, deadline):
            return Feedback("not attempted", f"`{function_name(self.call)}` is still the code with the bug.")
        found = next(self._complaints(cases, outcomes), None)
        if found is None:
            return Feedback("right", self.right)
        for key, mistake in self.mistakes.items():
            if _agree(outcomes, mistake.answer, cases, deadline):
                return self.recognized(key, found)
        return Feedback("wrong", found)

    def _complaints(self, cases: list[Case], outcomes: list[Outcome]) -> Iterator[str]:
        for case, result in zip(cases, outcomes, strict=True):
            complaint = result.complaint or wrong_array(result.value, case.expected) or changed(result, self.call)
            if complaint:
                yield f"{case.what}: {complaint}"
            elif not close(result.value, case.expected):
                yield f"{case.what}: {difference(case.expected, result.value)}"


def _agree(outcomes: list[Outcome], function: Any, cases: list[Case], deadline: Deadline) -> bool:
    """Whether a function gives what the reader's gave: the same values, and the same errors where it fails."""
    compared = 0
    for mine, case in zip(outcomes, cases, strict=True):
        other = outcome(function, case.args, Deadline(deadline.seconds))
        if mine.error is not other.error:
            return False
        if mine.error is None:
            if wrong_array(mine.value, other.value) or not close(mine.value, other.value):
                return False
            compared += 1
    return compared > 0


def nothing_returned(call: str) -> Feedback:
    """Return the neutral line for a function that is still a stub.

    >>> nothing_returned("area(width, height)").status
    'not attempted'
    """
    return Feedback("not attempted", f"`{function_name(call)}` returns nothing so far.")
