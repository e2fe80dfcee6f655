"""The reader's answer: called without harm, examined, and described in words."""

import inspect
import linecache
from collections.abc import Sequence
from dataclasses import dataclass
from types import EllipsisType
from typing import Any

import numpy as np

from tipsbook.grading.deadline import Deadline, DeadlineExceeded, is_readers_code
from tipslib.arrays import Array
from tipslib.networks import Sequential


@dataclass(frozen=True)
class Outcome:
    """What came of calling the reader's function: a value, or the sentence that says what went wrong.

    >>> Outcome(value=None).empty
    True
    """

    value: object = None
    complaint: str = ""
    error: type[BaseException] | None = None
    changed: tuple[int, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether the function returned nothing, as a stub does."""
        return self.error is None and isinstance(self.value, EllipsisType | None)


def outcome(function: Any, args: Sequence[object], deadline: Deadline) -> Outcome:
    """Call the reader's function with copies of ``args``; whatever it does, return what came of it.

    ``KeyboardInterrupt`` alone goes through: that is the reader's stop button.

    >>> outcome(lambda x: x / 0, (1,), Deadline(5.0)).error.__name__
    'ZeroDivisionError'
    """
    copies = tuple(_copy(arg) for arg in args)
    try:
        with deadline:
            value = function(*copies)
    except KeyboardInterrupt:
        raise
    except DeadlineExceeded as error:
        return Outcome(complaint=_stopped(deadline), error=type(error))
    except BaseException as error:
        return Outcome(complaint=_raised(error), error=type(error))
    return Outcome(value, changed=tuple(i for i, arg in enumerate(args) if not _same(arg, copies[i])))


def _stopped(deadline: Deadline) -> str:
    if deadline.waited:
        return f"it was stopped after waiting for most of {deadline.patience:g} s. What does it wait for?"
    return f"it was stopped after {deadline.seconds:g} s. Is there a loop that does not end, or too much work?"


def _copy(arg: Any) -> Any:
    if isinstance(arg, list):
        return [_copy(item) for item in arg]
    return arg.copy() if isinstance(arg, np.ndarray | Sequential) else arg


def _same(before: Any, after: Any) -> bool:
    if isinstance(before, list):
        return len(before) == len(after) and all(map(_same, before, after))
    if isinstance(before, Sequential):
        return np.array_equal(before.params, after.params) and np.array_equal(before.buffers, after.buffers)
    return not isinstance(before, np.ndarray) or np.array_equal(before, after)


def _raised(error: BaseException) -> str:
    """Name the error and the last line of the reader's code on the way to it."""
    where, place = "", error.__traceback__
    while place is not None:
        file = place.tb_frame.f_code.co_filename
        line = linecache.getline(file, place.tb_lineno).strip()
        if is_readers_code(file) and line:
            where = f", in the line `{line}`"
        place = place.tb_next
    return f"it raised {type(error).__name__}{where}: {error}".rstrip(": .") + "."


def wrong_signature(answer: Any, call: str) -> str:
    """Say what is wrong with the answer as a function to be called like ``call``; an empty text when nothing is.

    >>> wrong_signature(lambda width: 1, "area(width, height)")
    '`area(width, height)` takes 2 arguments; yours, `(width)`, lacks `height`.'
    """
    expected = call[call.index("(") + 1 : -1].split(", ")
    if not callable(answer):
        return f"Expected the function `{function_name(call)}` itself, without calling it, received {describe(answer)}."
    try:
        signature = inspect.signature(answer)
    except (TypeError, ValueError):  # a function without a signature, such as a ufunc
        return ""
    try:
        signature.bind(*expected)
    except TypeError:
        count = _count(expected, "argument")
        return f"`{call}` takes {count}; yours, `{_plain(signature)}`, {_odd(signature, expected)}."
    return ""


def _plain(signature: inspect.Signature) -> inspect.Signature:
    """Leave out types and defaults, which may be long."""
    empty = inspect.Parameter.empty
    plain = [p.replace(annotation=empty, default=empty) for p in signature.parameters.values()]
    return signature.replace(parameters=plain, return_annotation=empty)


def _odd(signature: inspect.Signature, expected: list[str]) -> str:
    given = list(signature.parameters)
    lacking, extra = ([f"`{n}`" for n in a if n not in b] for a, b in ((expected, given), (given, expected)))
    if len(given) < len(expected):
        return f"lacks {' and '.join(lacking)}"
    if len(given) > len(expected):
        return f"has {' and '.join(extra)} too many"
    return "does not take them in this order, without names"


def _count(things: list[str], noun: str) -> str:
    return f"{len(things)} {noun}{'s' * (len(things) != 1)}"


def wrong_array(value: object, expected: Any) -> str:
    """Say what is wrong with the type, the shape or the finiteness of a value; an empty text when nothing is.

    NaN is accepted where NaN is expected, as it is of some typical mistakes.

    >>> wrong_array(np.zeros(3), np.zeros((1, 3)))
    'expected shape (1, 3), received shape (3,).'
    """
    try:
        array = np.asarray(value)
    except Exception:  # rows of different lengths, or an object that does not want to be an array
        array = np.asarray(None)
    wanted = "one number" if np.ndim(expected) == 0 else f"an array of numbers of shape {np.shape(expected)}"
    if array.dtype.kind not in "fiu":
        return f"expected {wanted}, received {describe(value)}."
    if array.shape != np.shape(expected):
        wanted = wanted if np.ndim(expected) == 0 else f"shape {np.shape(expected)}"
        return f"expected {wanted}, received {_shaped(array)}."
    odd = ~np.isfinite(array) & ~(np.isnan(array) & np.isnan(expected))
    if odd.any():
        bad = tuple(int(i) for i in np.argwhere(odd)[0])
        return f"expected finite numbers, received {array[bad]}{_at(bad)}."
    return ""


def _shaped(array: Array) -> str:
    return f"one number, {show(array)}" if array.ndim == 0 else f"shape {array.shape}"


def changed(result: Outcome, call: str) -> str:
    """Say which arguments the function changed; an empty text when it changed none.

    >>> changed(Outcome(changed=(1,)), "area(width, height)")
    'the function changed its argument `height`; compute new arrays instead.'
    """
    names = [f"`{call[call.index('(') + 1 : -1].split(', ')[i]}`" for i in result.changed]
    return f"the function changed its argument {' and '.join(names)}; compute new arrays instead." if names else ""


def close(value: Any, expected: Any) -> bool:
    """Whether two arrays agree to a relative 1e-5, as float32 and differences for derivatives allow; NaN equals NaN.

    >>> close([1.0, 2.0], [1.0, 2.000001])
    True
    """
    expected = np.asarray(expected)
    largest = np.abs(np.nan_to_num(expected)).max()
    return bool(np.allclose(value, expected, rtol=1e-5, atol=1e-6 * largest, equal_nan=True))


def difference(expected: Any, value: Any) -> str:
    """Show both arrays where they are small, else their worst entry.

    >>> difference(9, 6)
    'expected 9, received 6.'
    """
    expected, value = np.asarray(expected), np.asarray(value)
    if expected.size <= 6:
        return f"expected {show(expected)}, received {show(value)}."
    worst = tuple(int(i) for i in np.unravel_index(np.argmax(np.abs(value - expected)), expected.shape))
    return f"expected {show(expected[worst])}{_at(worst)}, received {show(value[worst])}."


def function_name(call: str) -> str:
    """Return the name of the function in a call.

    >>> function_name("area(width, height)")
    'area'
    """
    return call.partition("(")[0]


def show(value: object) -> str:
    """Return numbers as a reader writes them, four digits and brackets.

    >>> show(np.array([[0.25, -2.0]])), show(1 / 3)
    ('[[0.25, -2]]', '0.3333')
    """
    array = np.asarray(value)
    if array.ndim == 0:
        return f"{array:.4g}"
    return np.array2string(array, separator=", ", formatter={"all": "{:.4g}".format}).replace("\n", "")


def _at(index: tuple[int, ...]) -> str:
    return f" at {list(index)}" if index else ""


def describe(value: object) -> str:
    """Return what a value is in a few words.

    >>> describe(np.zeros(3)), describe("text")
    ('an array of float64 of shape (3,)', 'str')
    """
    if isinstance(value, np.ndarray):
        return f"an array of {value.dtype} of shape {value.shape}"
    if isinstance(value, int | float | np.number) and not isinstance(value, bool):
        return f"the number {value:.4g}"
    return f"{type(value).__name__}"
