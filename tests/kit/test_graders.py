"""Every exercise: its solution and other right answers pass, each typical wrong answer gets its own reply."""

import sys
from functools import cache

import numpy as np
import pytest
from gathered import by_chapter
from refresh import exercise_cells, stub
from solutions import FUNCTIONS, answer, reply, solution, solutions

from tipsbook.checking import check, names, wrong_answers
from tipsbook.exercises import of_chapter

ALTERNATIVES = [pair for pairs in by_chapter("ALTERNATIVES").values() for pair in pairs]
WRONG = [(name, key) for name in names() for key in wrong_answers(name)]


def turn(*args):
    while True:
        pass


@cache
def solved(name):
    """Return the reply to the solution, given in a fifth of its time after an answer that had to be stopped."""
    check(name, turn, seconds=0.05)
    return check(name, solution(name), seconds=of_chapter(name.rpartition("-")[0])[name].seconds / 5)


@pytest.mark.parametrize("name", names())
def test_the_solution_is_right(name):
    feedback = solved(name)
    assert feedback
    assert (feedback.status, feedback.hint) == ("right", None)


@pytest.mark.parametrize(("name", "other"), ALTERNATIVES)
def test_an_alternative_is_right(name, other):
    assert check(name, other)


def test_every_exercise_has_an_alternative():
    assert {name for name, _ in ALTERNATIVES} == set(names())


@pytest.mark.parametrize(("name", "key"), WRONG)
def test_a_typical_wrong_answer_gets_its_own_reply(name, key):
    feedback = reply(name, key)
    assert not feedback
    assert (feedback.status, feedback.hint) == ("wrong", key)
    assert "received" in feedback.message or "ratio is" in feedback.message or "Accuracy: 0." in feedback.message


@pytest.mark.parametrize("name", names())
def test_replies_differ(name):
    keys = list(wrong_answers(name))
    assert len(keys) >= 3
    assert len({reply(name, key).message.splitlines()[0] for key in keys}) == len(keys)


@pytest.mark.parametrize(("name", "key"), WRONG)
def test_a_reply_reads_the_same_twice(name, key):
    first, second = reply(name, key), check(name, wrong_answers(name)[key])
    assert (str(first), first._repr_html_()) == (str(second), second._repr_html_())
    assert " at 0x" not in str(first)


@pytest.mark.parametrize("name", names())
def test_the_untouched_cell_gets_the_neutral_line(name):
    chapter = name.rpartition("-")[0]
    feedback = check(name, answer(stub(exercise_cells(solutions(chapter))[name].source), chapter))
    assert (feedback.status, feedback.hint) == ("not attempted", None)
    assert str(feedback).startswith("Not attempted yet. ")


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("nothing", [None, ...])
def test_nothing_is_not_attempted(name, nothing):
    assert check(name, nothing).status == "not attempted"


@pytest.mark.parametrize("name", names())
def test_the_reply_shows_no_solution(name):
    source = exercise_cells(solutions(name.rpartition("-")[0]))[name].source
    solved = source.partition("# begin solution\n")[2].partition("# end solution")[0]
    lines = [line.strip().removeprefix("return ") for line in solved.splitlines() if "#|" not in line]
    for key in wrong_answers(name):
        message = reply(name, key).message
        assert not [line for line in lines if len(line) > 8 and line in message]


@pytest.mark.parametrize("name", FUNCTIONS)
class TestAnyFunction:
    def test_constants_are_wrong(self, name):
        arrays = np.zeros((1, 2)), np.ones((4, 3)), [0.125, 0.25], [[0.25]], [[1], [2, 3]]
        for constant in (0.0, 0.25, 1.0, 4.0, *arrays, "right", True):
            feedback = check(name, lambda *args, constant=constant: constant)
            assert feedback.status == "wrong"
            assert "received" in feedback.message

    def test_what_is_no_function_is_wrong(self, name):
        for value in (0.25, np.zeros(3), "text", [1, 2], solution):
            feedback = check(name, value)
            assert feedback.status == "wrong"
        assert "without calling it, received an array of float64 of shape (3,)" in check(name, np.zeros(3)).message

    def test_an_error_is_told_with_its_line(self, name):
        def careless(*args):
            return {}["no such key"]

        feedback = check(name, careless)
        assert feedback.status == "wrong"
        assert "it raised KeyError, in the line `return {}[\"no such key\"]`: 'no such key'." in feedback.message

    @pytest.mark.parametrize("error", [SystemExit, RecursionError, GeneratorExit, BaseException])
    def test_no_error_escapes(self, name, error):
        def leave(*args):
            raise error("out of here")

        assert f"it raised {error.__name__}, in the line" in check(name, leave).message

    def test_a_loop_without_end_is_stopped(self, name):
        before = sys.gettrace()
        feedback = check(name, turn, seconds=0.05)
        assert feedback.status == "wrong"
        assert "it was stopped after 0.05 s" in feedback.message
        assert sys.gettrace() is before
        assert solved(name), "the session goes on"

    def test_arguments_must_fit(self, name):
        message = check(name, lambda: 1.0).message
        assert "takes" in message
        assert "lacks `" in message
        message = check(name, lambda a, b, c, d, e, one_more: 1.0).message
        assert "`one_more` too many" in message

    def test_the_neutral_line_for_a_function_that_returns_nothing(self, name):
        for nothing in (None, ...):
            assert check(name, lambda *args, nothing=nothing: nothing).status == "not attempted"
