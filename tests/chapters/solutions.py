"""The solved cells of the book as the tests run them, and the typical wrong answers, each graded once."""

import re
from collections.abc import Callable
from functools import cache
from types import FunctionType
from typing import Any

import nbformat
from refresh import BOOK, ROOT, exercise_cells

from tipsbook.checking import check, names, wrong_answers
from tipsbook.grading.feedback import Feedback


@cache
def solution(name: str) -> Any:
    """Return the solved answer of an exercise: what the cell of the solutions notebook hands to `check`."""
    chapter = name.rpartition("-")[0]
    return answer(exercise_cells(solutions(chapter))[name].source, chapter)


def chapters() -> list[str]:
    """Return the chapters that have solutions, in the order of the book."""
    return re.findall(r"file: solutions/(\S+)", (ROOT / "_toc.yml").read_text(encoding="utf-8"))


@cache
def solutions(chapter: str) -> Any:
    return nbformat.read(BOOK / "solutions" / f"{chapter}.ipynb", as_version=4)


def answer(source: str, chapter: str) -> Any:
    """Run an exercise's cell after the set-up cell, and return what it hands to `check`."""
    given = []
    space: dict[str, Any] = {}
    exec(compile(next(c.source for c in solutions(chapter).cells if c.id == "set-up"), "set-up", "exec"), space)
    space["check"] = lambda name, value: given.append(value)
    exec(compile(source, f"<cell of {chapter}>", "exec"), space)
    return given[0]


FUNCTIONS = [name for name in names() if isinstance(solution(name), FunctionType)]


@cache
def reply(name: str, key: str) -> Feedback:
    """Return the reply to a typical wrong answer. It is graded once, for some of them train networks."""
    return check(name, wrong_answers(name)[key])


def spoiled(name: str, change: Callable[..., object]) -> Callable[..., Any]:
    """Return the solution of an exercise, which also changes an argument."""

    def spoiling(*args: Any) -> Any:
        result = solution(name)(*args)
        change(*args)
        return result

    return spoiling


def assert_blamed(name: str, change: Callable[..., object], argument: str) -> None:
    """Assert that a solution which changes its argument is wrong for that, and leaves the grader's own arrays alone."""
    feedback = check(name, spoiled(name, change))
    assert feedback.status == "wrong"
    assert f"the function changed its argument `{argument}`" in feedback.message
    assert check(name, solution(name))
