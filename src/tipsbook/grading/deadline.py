"""A time limit for the reader's code that works wherever Python works.

Signals, threads and processes do not exist in the browser's Python, and a process could not see the reader's session.
A trace function exists everywhere: Python calls it at every line and every call, and it may raise.
"""

import dis
import os
import sys
import time
from collections.abc import Callable
from functools import cache
from types import CodeType, FrameType, TracebackType
from typing import Any, Self

import numpy as np

import tipslib

_computed: Callable[[], float] = getattr(time, "thread_time", time.process_time)  # the browser's Python lacks the first

_KIT = os.path.dirname(os.path.dirname(__file__))
_LIBRARIES = tuple(
    folder + os.sep for folder in (_KIT, *(os.path.dirname(str(module.__file__)) for module in (os, np, tipslib)))
)


@cache
def is_readers_code(filename: str) -> bool:
    """Whether a file holds the reader's code: neither of the book nor of NumPy nor of the standard library.

    >>> is_readers_code(np.__file__)
    False
    """
    return not filename.startswith((*_LIBRARIES, "<frozen"))


@cache
def _has_bare_loop(code: CodeType) -> bool:
    """Whether one instruction jumps to itself, as in ``while True: pass``: Python 3.11 reports no line there."""
    return any(i.opname.startswith("JUMP_BACKWARD") and i.argval == i.offset for i in dis.get_instructions(code))


def _is_finalizing(frame: FrameType | None) -> bool:
    """Whether the frame belongs to a ``__del__``, which Python may call anywhere: an exception there would be lost."""
    while frame is not None:
        if frame.f_code.co_name == "__del__":
            return True
        frame = frame.f_back
    return False


class DeadlineExceeded(BaseException):
    """Raised in code that runs past its deadline: no `Exception`, so that `except Exception` does not catch it.

    Python removes a trace function that raises. So a bare `except:` would win if the trace were not set again when
    the swallowed exception is dropped.
    """

    def __init__(self, deadline: "Deadline") -> None:
        super().__init__("The time limit has passed.")
        self._deadline = deadline

    def __del__(self) -> None:
        if self._deadline._running:
            self._deadline._trace_again(sys._getframe(1))


class Deadline:
    """A budget of seconds; code inside `with deadline:` that uses it up is stopped with `DeadlineExceeded`.

    Only computing counts, as the processor time of the thread, so that code has the same budget on a busy computer.
    Code that waits instead is stopped after the seconds of `patience` by the clock, so many that even a very busy
    computer does not reach them; then `waited` is true.

    The budget is shared by all the blocks under one deadline. A line or a call is needed to notice the time: a loop
    inside one NumPy call is not stopped, nor is one in a `finally:`. Code in tipslib, NumPy and the standard library
    is watched at calls only and so keeps its speed. The trace function found (a debugger's, coverage's) is put back.

    >>> deadline = Deadline(5.0)
    >>> with deadline:
    ...     1 + 1
    2
    """

    def __init__(self, seconds: float) -> None:
        self.seconds, self.patience, self.waited = seconds, 60 + 10 * seconds, False
        self._left, self._patience_left = seconds, self.patience
        self._running = False

    def __enter__(self) -> Self:
        self._previous, self._outside = sys.gettrace(), sys._getframe(1)
        now = time.monotonic()
        self._end, self._patience_end = _computed() + self._left, now + self._patience_left
        self._look = now + self._left  # no thread computes for more seconds than have passed
        self._running = True
        sys.settrace(self._trace)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._running = False  # first: a DeadlineExceeded dropped from now on must not trace again
        sys.settrace(self._previous)
        self._left, self._patience_left = self._end - _computed(), self._patience_end - time.monotonic()
        del self._outside

    def _is_over(self) -> bool:
        """Whether the budget is used up. The processor's clock is slow to read, so it is read only when it may be."""
        now = time.monotonic()
        if now < self._look:
            return False
        left = self._end - _computed()
        self._look = min(now + left, self._patience_end)
        self.waited = left > 0 and now >= self._patience_end
        return left <= 0 or self.waited

    def _trace(self, frame: FrameType, event: str, arg: Any) -> Any:
        if not self._running or frame.f_code.co_filename == __file__:  # __exit__ must run, however late it is
            return None
        if self._is_over() and not _is_finalizing(frame):
            raise DeadlineExceeded(self)
        if not is_readers_code(frame.f_code.co_filename):
            return None
        if event == "call" and _has_bare_loop(frame.f_code):
            frame.f_trace_opcodes = True
        return self._trace

    def _trace_again(self, frame: FrameType | None) -> None:
        while frame is not None and frame is not self._outside:
            if is_readers_code(frame.f_code.co_filename):
                frame.f_trace = self._trace
            frame = frame.f_back
        sys.settrace(self._trace)
