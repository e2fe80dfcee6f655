"""Controls: the values that each can take, in order, how they read, and the label."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Control:
    """One control: its values, the text of each, and the index of the value that it starts with."""

    kind: Literal["slider", "choice", "toggle"]
    label: str
    values: tuple[Any, ...]
    texts: tuple[str, ...]
    start: int


def _text(value: Any) -> str:
    """Return how a value reads on the page: short numbers, with a true minus sign."""
    return f"{value:g}".replace("-", "−") if isinstance(value, (int, float)) else str(value)


def _control(kind: Any, options: Mapping[str, Any] | Sequence[Any], start: Any, label: str) -> Control:
    """Return a checked control; its first value is the start unless another is named."""
    texts = tuple(options) if isinstance(options, Mapping) else tuple(_text(v) for v in options)
    values = tuple(options.values()) if isinstance(options, Mapping) else tuple(options)
    name = f"{kind} {label!r}".replace(" ''", "")
    if not values:
        raise ValueError(f"The {name} needs one value or more, got none.")
    if len(set(texts)) < len(texts):
        raise ValueError(f"The {name} needs values that read differently, got {', '.join(texts)}.")
    if start is None:
        return Control(kind, label, values, texts, 0)
    if start not in values:
        raise ValueError(f"The {name} needs a start among its values {', '.join(texts)}, got {start!r}.")
    return Control(kind, label, values, texts, values.index(start))


def slider(
    low: float | Sequence[float],
    high: float | None = None,
    *,
    step: float = 1,
    start: float | None = None,
    label: str = "",
) -> Control:
    """Return a slider over `low`, `low + step`, ... up to `high`, or over a list of values in its order.

    It starts at `start`, or at its first value. Raises ValueError where there is no value or no such start.

    >>> slider(0, 1, step=0.25).values
    (0.0, 0.25, 0.5, 0.75, 1.0)
    >>> slider([0.1, 1, 10], start=1, label="gain").start
    1
    """
    if isinstance(low, Sequence):
        return _control("slider", low, start, label)
    if high is None or step <= 0:
        raise ValueError(f"A slider needs low, high and a step above 0, got low={low}, high={high}, step={step}.")
    count = int((high - low) / step + 1e-9) + 1 if high >= low else 0
    whole = all(isinstance(v, int) for v in (low, step))
    values = [low + i * step if whole else round(low + i * step, 12) for i in range(count)]
    return _control("slider", values, start, label)


def choice(options: Mapping[str, Any] | Sequence[Any], *, start: Any = None, label: str = "") -> Control:
    """Return a choice among a list of values, or among a dict of texts and their values.

    It starts at the value `start`, or at its first. Raises ValueError where there is no value or no such start.

    >>> choice(["tanh", "ReLU"], start="ReLU").start
    1
    """
    return _control("choice", options, start, label)


def toggle(*, start: bool = False, label: str = "") -> Control:
    """Return a control that is on (True) or off (False).

    >>> toggle(start=True).values
    (False, True)
    """
    return _control("toggle", {"off": False, "on": True}, start, label)
