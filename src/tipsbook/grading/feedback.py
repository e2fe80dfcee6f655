"""What a grader answers: a verdict, a sentence, and a hint, as text and as HTML."""

import html
import re
from dataclasses import dataclass
from typing import Literal

Status = Literal["right", "wrong", "not attempted"]

_FIRST_WORDS: dict[str, str] = {"right": "Right.", "wrong": "Not yet.", "not attempted": "Not attempted yet."}


@dataclass(frozen=True, repr=False)
class Feedback:
    """The reply to an answer: true when the answer is right.

    `hint` is the key of the recognized mistake in the exercise's catalogue, None where no mistake was recognized.

    >>> Feedback("wrong", "The weights are missing.", hint="no-weights")
    Not yet. The weights are missing.
    >>> bool(Feedback("right", "Now try it at depth 20."))
    True
    """

    status: Status
    message: str
    hint: str | None = None

    def __bool__(self) -> bool:
        return self.status == "right"

    def __str__(self) -> str:
        return f"{_FIRST_WORDS[self.status]} {self.message}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return _as_html(self.status, _FIRST_WORDS[self.status], self.message)


@dataclass(frozen=True, repr=False)
class Hint:
    """One of an exercise's hints; `label` counts them.

    >>> Hint("Hint 1 of 2.", "Start at the output.")
    Hint 1 of 2. Start at the output.
    """

    label: str
    message: str

    def __str__(self) -> str:
        return f"{self.label} {self.message}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return _as_html("hint", self.label, self.message)


def _as_html(status: str, first_words: str, message: str) -> str:
    """The message as HTML: lines become paragraphs, what stands between backticks becomes code."""
    lines = [re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(line)) for line in message.splitlines()]
    lines[0] = f"<strong>{first_words}</strong> {lines[0]}"
    paragraphs = "".join(f"<p>{line}</p>" for line in lines)
    return f'<div class="tips-feedback {status.replace(" ", "-")}" role="status">{paragraphs}</div>'
