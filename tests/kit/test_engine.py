"""The machinery under the graders: replies, hints, names, and the time limit."""

import sys
import threading
from types import SimpleNamespace

import numpy as np
import pytest
from refresh import exercise_cells
from solutions import chapters, solutions

from tipsbook import checking
from tipsbook.checking import check, hint, names, wrong_answers
from tipsbook.exercises import of_chapter
from tipsbook.grading import deadline
from tipsbook.grading.deadline import Deadline, DeadlineExceeded, is_readers_code
from tipsbook.grading.exercise import Exercise
from tipsbook.grading.feedback import Feedback, Hint


class TestFeedback:
    @pytest.mark.parametrize(
        ("status", "text"),
        [("right", "Right. So."), ("wrong", "Not yet. So."), ("not attempted", "Not attempted yet. So.")],
    )
    def test_it_prints_as_text(self, status, text):
        feedback = Feedback(status, "So.")
        assert str(feedback) == repr(feedback) == text
        assert bool(feedback) is (status == "right")

    def test_it_shows_as_html(self):
        shown = Feedback("not attempted", "Write `a < b`.\nThen & there.")._repr_html_()
        assert shown == (
            '<div class="tips-feedback not-attempted" role="status"><p><strong>Not attempted yet.</strong> '
            "Write <code>a &lt; b</code>.</p><p>Then &amp; there.</p></div>"
        )

    def test_what_a_reader_wrote_is_escaped(self):
        def evil(*args):
            raise ValueError("<script>alert(1)</script>")

        shown = check("vanishing-gradients-3", evil)._repr_html_()
        assert "<script>" not in shown
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown


class TestHints:
    @pytest.fixture(autouse=True)
    def _a_new_session(self, monkeypatch):
        monkeypatch.setattr(checking, "_hints_shown", {})

    @pytest.mark.parametrize("name", names())
    def test_they_unfold_one_by_one(self, name):
        unfolded = [hint(name) for _ in range(6)]
        count = next(i for i, h in enumerate(unfolded) if h.label == "No more hints.")
        assert count >= 2
        assert [h.label for h in unfolded[:count]] == [f"Hint {i + 1} of {count}." for i in range(count)]
        assert len({h.message for h in unfolded}) == count + 1

    def test_each_exercise_counts_its_own(self):
        assert hint("vanishing-gradients-3").label == hint("vanishing-gradients-4").label == "Hint 1 of 3."

    def test_they_show_as_html(self):
        shown = Hint("Hint 1 of 2.", "Look at `z`.")
        assert str(shown) == "Hint 1 of 2. Look at `z`."
        assert shown._repr_html_().startswith('<div class="tips-feedback hint" role="status"><p><strong>Hint 1 of 2.')


class TestNames:
    def test_they_are_those_of_the_chapters(self):
        assert names() == [name for chapter in sorted(chapters()) for name in exercise_cells(solutions(chapter))]

    @pytest.mark.parametrize("use", [lambda name: check(name, 1), hint, wrong_answers])
    def test_unknown_ones_are_told_with_the_nearest(self, use):
        with pytest.raises(ValueError, match=r"no graded exercise 'vanishing-gradient-3'. Did you mean vanishing-grad"):
            use("vanishing-gradient-3")
        with pytest.raises(ValueError, match=r"names\(\) lists them all\."):
            use("something else")


def test_an_exercise_must_say_how_it_grades():
    with pytest.raises(NotImplementedError, match=r"Exercise must define grade\(answer, deadline\)\."):
        Exercise(mistakes={}, hints=(), right="").grade(1, Deadline(1.0))


def test_the_stop_button_works():
    def stopped(*args):
        raise KeyboardInterrupt

    before = sys.gettrace()
    with pytest.raises(KeyboardInterrupt):
        check("vanishing-gradients-3", stopped)
    assert sys.gettrace() is before


def on_one_line():
    while True: pass  # fmt: skip  # noqa: E701


def on_two_lines():
    while True:
        pass


def in_a_comprehension():
    return [i + 1 for i in iter(int, 1)]


def in_a_generator():
    def forever():
        while True:
            yield 1

    return sum(forever())


def through_the_library():
    from tipslib.activations import sigmoid

    sum(float(sigmoid(np.zeros(1))[0]) for _ in iter(int, 1))


def behind_except_exception():
    while True:
        try:
            on_two_lines()
        except Exception as error:
            str(error)


def behind_a_bare_except():
    n = 0
    while True:
        try:
            n += 1
        except:  # noqa: E722
            n = 0


def behind_a_bare_except_around_a_loop():
    while True:
        try:
            on_one_line()
        except BaseException as error:
            str(error)


def by_recursion(n=0):
    while True:
        by_recursion_of(n)


def by_recursion_of(n):
    return n if n > 50 else by_recursion_of(n + 1)


LOOPS = [
    on_one_line,
    on_two_lines,
    in_a_comprehension,
    in_a_generator,
    through_the_library,
    behind_except_exception,
    behind_a_bare_except,
    behind_a_bare_except_around_a_loop,
    by_recursion,
]


class Clocks:
    """The clocks that a deadline reads, moved by hand."""

    def __init__(self):
        self.computed, self.passed = 100.0, 1000.0

    def compute(self, seconds):
        self.computed += seconds
        self.passed += seconds

    def wait(self, seconds):
        self.passed += seconds


@pytest.fixture
def clocks(monkeypatch):
    clocks = Clocks()
    monkeypatch.setattr(deadline, "_computed", lambda: clocks.computed)
    monkeypatch.setattr(deadline, "time", SimpleNamespace(monotonic=lambda: clocks.passed))
    return clocks


def rounds(limit, times, *steps):
    """Do the steps in turn so often; return how often all were done, and whether the time was up before."""
    done = []

    def work():
        for _ in range(times):
            for step in steps:
                step()
            done.append(True)

    try:
        with limit:
            work()
    except DeadlineExceeded:
        return len(done), True
    return len(done), False


class TestBudget:
    def test_computing_counts(self, clocks):
        limit = Deadline(5.0)
        assert rounds(limit, 10, lambda: clocks.compute(1.5)) == (3, True)
        assert not limit.waited

    def test_a_busy_computer_uses_nothing_up(self, clocks):
        assert rounds(Deadline(5.0), 4, lambda: clocks.wait(25.0), lambda: clocks.compute(1.0)) == (4, False)

    def test_it_is_shared_and_counts_nothing_in_between(self, clocks):
        limit, found = Deadline(5.0), []
        for _ in range(3):
            clocks.compute(100.0)
            found.append(rounds(limit, 1, lambda: clocks.compute(2.0)))
        assert found == [(1, False), (1, False), (0, True)]

    @pytest.mark.parametrize(("before", "expected"), [(0.0, 9), (20.0, 8)])
    def test_waiting_has_an_end(self, clocks, before, expected):
        limit = Deadline(5.0)
        assert rounds(limit, 1, lambda: clocks.wait(before)) == (1, False)
        assert rounds(limit, 10, lambda: clocks.compute(0.1), lambda: clocks.wait(11.0)) == (expected, True)
        assert limit.waited

    def test_what_waited_is_told_so(self, clocks):
        message = check("vanishing-gradients-7", lambda h: [clocks.wait(20.0) for _ in range(9)]).message
        assert "it was stopped after waiting for most of 110 s. What does it wait for?" in message

    def test_an_exercise_has_seconds_of_its_own(self):
        limits = {name: of_chapter(name.rpartition("-")[0])[name].seconds for name in names()}
        assert {limits["vanishing-gradients-7"], limits["vanishing-gradients-9"]} == {5.0, 20.0} == set(limits.values())


class TestDeadline:
    @pytest.mark.parametrize("loop", LOOPS)
    def test_it_stops_a_loop(self, loop):
        before = sys.gettrace()
        with pytest.raises(DeadlineExceeded, match="time limit"), Deadline(0.05):
            loop()
        assert sys.gettrace() is before

    def test_it_lets_quick_code_pass(self):
        with Deadline(5.0):
            values = [i * i for i in range(1000)]
        assert values[-1] == 998001

    def test_it_ends_with_its_block_however_late(self, clocks):
        before = sys.gettrace()
        with Deadline(5.0):
            clocks.computed += 6.0  # no line or call of the reader's after it that could be stopped
        assert sys.gettrace() is before
        on_one_line_and_back()

    def test_a_finalizer_is_left_alone(self, clocks):
        closed = []

        class Resource:
            def __del__(self):
                closed.append(len(closed))

        def dropped_late():
            resource = Resource()
            clocks.compute(6.0)
            return resource is None

        with pytest.raises(DeadlineExceeded), Deadline(5.0):
            dropped_late()
        assert closed == [0]  # an exception lost in __del__ would be a warning, and so an error

    def test_a_debugger_gets_its_trace_function_back(self):
        def debugger(frame, event, arg):
            return debugger

        before = sys.gettrace()
        sys.settrace(debugger)
        try:
            check("vanishing-gradients-7", on_one_line_for_any, seconds=0.05)
            kept = sys.gettrace()
        finally:
            sys.settrace(before)
        assert kept is debugger

    def test_it_works_in_any_thread(self):
        replies = []
        thread = threading.Thread(
            target=lambda: replies.append(check("vanishing-gradients-5", on_one_line_for_any, seconds=0.05))
        )
        thread.start()
        thread.join()
        assert "it was stopped after 0.05 s" in replies[0].message

    def test_a_check_within_a_check(self):
        def asks_again(h):
            return check("vanishing-gradients-7", lambda h: h.std(axis=0).mean()) and h.std(axis=0).mean()

        before = sys.gettrace()
        assert check("vanishing-gradients-7", asks_again)
        assert sys.gettrace() is before

    def test_whose_code_it_is(self):
        assert is_readers_code("/tmp/ipykernel_1/2.py")
        assert is_readers_code("<ipython-input-3>")
        assert is_readers_code(__file__)
        for library in (np.__file__, threading.__file__, checking.__file__, "<frozen importlib._bootstrap>"):
            assert not is_readers_code(library)


def on_one_line_and_back():
    for _ in range(3): pass  # fmt: skip  # noqa: E701


def on_one_line_for_any(*args):
    on_one_line()
