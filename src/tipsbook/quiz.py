"""Questions to commit to before reading on: a form on the built page and with a kernel, a text elsewhere.

Every wrong answer that students give has a reply of its own. The form is read and judged by `scripts/quiz.js`;
`Question.answer` judges in the same way for tests, which hold the two against each other.
"""

import html
import math
import re
from dataclasses import dataclass
from typing import Any

from tipsbook import elements, surfaces
from tipslib.plotting import short

NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*-\d+")


@dataclass(frozen=True)
class Question:
    """A question, its kind and the data by which an answer is judged: all that the page needs to answer alone.

    `options` are pairs (option, reply) of a choice, `right` the index of the right one. For an estimate, `options` are
    pairs (number, reply) and `right` is the answer, which holds within a factor `factor`.
    """

    name: str
    text: str
    kind: str
    options: list[tuple[Any, str]]
    right: float
    factor: float = 1.0

    def answer(self, given: float) -> tuple[bool, str]:
        """Judge the index of an option, or an estimated number: return whether it is right, and the reply.

        >>> choose("sums-1", "1 + 1 = ?", {"2": "Yes.", "3": "One too many."}, right="2").answer(1)
        (False, 'One too many.')
        """
        if self.kind == "choose":
            return given == self.right, self.options[int(given)][1]
        right = given > 0 and abs(math.log(given / self.right)) <= math.log(self.factor) + 1e-9
        for number, reply in self.options:
            if abs(given - number) <= 0.05 * number and (right or number != self.right):
                return right, reply
        if right:
            return True, f"Right: the answer is {_whole(self.right)}."
        if abs(given - self.right) <= 0.05 * self.right:
            return False, "That is near. Work it out with more digits."
        if given <= 0:
            return False, "The answer is a number above 0."
        size, way = (given / self.right, "large") if given > self.right else (self.right / given, "small")
        return False, f"Too {way}, by a factor of about {short(size)}. Try again."

    def __repr__(self) -> str:
        options = "".join(f"\n  ( ) {option}" for option, _ in self.options) if self.kind == "choose" else ""
        return f"{self.text}{options}"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        live = lambda: elements.widget(self.html(), "quiz")
        return surfaces.show(repr(self), static=self.html, live=live).forms

    def html(self) -> str:
        """Return the form that `scripts/quiz.js` brings to life."""
        data = {"kind": self.kind, "options": self.options, "right": self.right, "factor": self.factor}
        return (
            f'<tips-quiz data-name="{self.name}"><p class="tag">Question</p><form novalidate><fieldset>'
            f"<legend>{html.escape(self.text)}</legend>{self.fields()}</fieldset>"
            '<button type="submit">Answer</button></form><p class="reply" role="status"></p>'
            f"{surfaces.inline(data)}</tips-quiz>"
        )

    def fields(self) -> str:
        """Return the native inputs of the form: a radio button for each option, or a field for the estimate."""
        if self.kind == "estimate":
            entry = f'<input type="text" name="{self.name}" placeholder="such as 0.02 or 2e-3" autocomplete="off">'
            return f"<label><span>Your estimate</span> {entry}</label>"
        entry = f'<input type="radio" name="{self.name}" autocomplete="off"'
        return "".join(
            f'<label>{entry} value="{i}"> <span>{html.escape(option)}</span></label>'
            for i, (option, _) in enumerate(self.options)
        )


def _check_name(name: str) -> None:
    if not NAME.fullmatch(name):
        raise ValueError(f"A question is named <chapter>-<n> or <chapter>-predict-<n>, got {name!r}.")


def choose(name: str, question: str, options: dict[str, str], *, right: str) -> Question:
    """Ask for one of several options; each option has its reply.

    Raises ValueError for a name that is not `<chapter>-<n>` or `<chapter>-predict-<n>`, fewer than two options, or a
    right one that is not among them.

    >>> choose("sums-1", "What is 1 + 1?", {"2": "Yes.", "3": "One too many."}, right="2")
    What is 1 + 1?
      ( ) 2
      ( ) 3
    """
    _check_name(name)
    if len(options) < 2 or right not in options:
        raise ValueError(
            f"{name} needs two options or more and the right one among them, got {list(options)} and {right!r}."
        )
    return Question(name, question, "choose", list(options.items()), list(options).index(right))


def _whole(value: float) -> str:
    """Write a number as a sentence would, a whole one that one can read as it is."""
    return f"{value:.0f}" if value < 10_000 and value == int(value) else short(value)


def estimate(name: str, question: str, answer: float, *, factor: float, replies: dict[float, str]) -> Question:
    """Ask for a number; it is right within a factor `factor` of `answer`.

    `replies` maps numbers that students give, the right one too, to replies; an answer within 5 % of one gets
    its reply, any other hears whether it is too large or too small. Raises ValueError for a name that is not
    `<chapter>-<n>` or `<chapter>-predict-<n>`, an answer or a number that is not above 0, or a factor below 1.

    >>> estimate("sums-2", "About how much is 2 ** 10?", 1024, factor=1.1, replies={20: "That is 2 x 10."}).answer(1000)
    (True, 'Right: the answer is 1024.')
    """
    _check_name(name)
    if answer <= 0 or factor < 1 or any(number <= 0 for number in replies):
        raise ValueError(
            f"{name} needs numbers above 0 and a factor of 1 or more, got {answer}, {factor} and {list(replies)}."
        )
    options = sorted(replies.items(), key=lambda pair: abs(math.log(pair[0] / answer)))
    return Question(name, question, "estimate", options, answer, factor)
