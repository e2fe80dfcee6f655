"""The widgets of a page, moved without a browser: by the texts of their controls, in the files of the built site.

The page holds the controls and the buttons that move them, and the frames' file of a widget picture and sentence of
every state. That a browser shows the same is held by `tests/site/test_moves_in_the_browser.py` and `test_tries.py`.
"""

import json
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple

SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def numbers(sentence: str) -> list[float]:
    """Return the numbers of a sentence: 0.12, −14 and 1.9 × 10⁻⁶."""
    found = re.findall(r"((?:(?<!\w)-)?\d+(?:\.\d+)?)(?: × 10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?", sentence.replace("−", "-"))
    return [float(digits) * 10.0 ** int((power or "0").translate(SUPERSCRIPTS)) for digits, power in found]


def after(sentence: str, words: str) -> list[float]:
    """Return the numbers of a sentence that follow some words of it."""
    return numbers(sentence.split(words, 1)[1])


class Control(NamedTuple):
    """A control: the texts of its values in order, `off` and `on` for a switch, the place of the first shown."""

    texts: list[str]
    start: int
    slides: bool = False


class Widget:
    """A widget, moved as a reader moves it: by the labels of its controls and the texts of their values.

    Controls stay where they were moved to, as on the page. `tries` are its buttons: label -> place of each control, or
    None where it stays.
    """

    def __init__(self, controls: dict[str, Control], data: dict[str, Any], tries: dict[str, list[int | None]]) -> None:
        self.controls, self.data, self.tries = controls, data, tries
        self.places = {label: control.start for label, control in controls.items()}

    @property
    def state(self) -> int:
        """The number of the state; the last control turns fastest."""
        state = 0
        for label, control in self.controls.items():
            state = state * len(control.texts) + self.places[label]
        return state

    def press(self, label: str) -> str:
        """Press a button, and return the sentence."""
        moves = zip(self.controls, self.tries[label], strict=True)
        self.places |= {name: place for name, place in moves if place is not None}
        return self.say()

    def picture(self) -> str:
        """Return the SVG of the state, put together as the page's script does."""
        whole, *frame = self.data["frames"][self.state]
        row = frame if whole else list(self.data["base"])
        if not whole:
            for place, piece in zip(frame[::2], frame[1::2], strict=True):
                row[place] = piece
        return "".join(self.data["pieces"][piece] for piece in row)

    def set(self, label: str, text: object) -> None:
        """Give the control whose label begins so the value that reads `text`; a switch, True or False."""
        named = [label] if label in self.controls else [known for known in self.controls if known.startswith(label)]
        assert len(named) == 1, f"{label!r} is not one control of {', '.join(self.controls)}"
        [label] = named
        texts = self.controls[label].texts
        wanted = {True: "on", False: "off"}[text] if texts == ["off", "on"] else str(text)
        assert wanted in texts, f"{label} has no value {wanted!r}; its values are {', '.join(texts)}"
        self.places[label] = texts.index(wanted)

    def say(self, **moves: object) -> str:
        """Make moves, named by label with `_` for a space, and return the sentence."""
        for label, text in moves.items():
            self.set(label.replace("_", " "), text)
        return str(self.data["say"][self.state])


class _Controls(HTMLParser):
    """The key of the frames, the controls and the buttons of every widget of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.widgets: list[tuple[str, dict[str, Control], dict[str, list[int | None]]]] = []
        self.inside, self.tag = False, ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given: dict[str, Any] = dict(attrs)
        if tag == "tips-explore":
            self.inside = "data-frames" in given
            if self.inside:
                self.widgets.append((given["data-frames"], {}, {}))
        elif not self.inside:
            return
        elif tag == "label":
            self.label, self.texts, self.start, self.slides = "", [], 0, False
        elif tag == "button":
            self.pressed = json.loads(given.get("data-places", "[]"))
        elif tag == "option":
            if "selected" in given:
                self.start = len(self.texts)
            self.texts.append("")
        elif tag == "input" and given["type"] == "range":
            self.texts, self.start, self.slides = json.loads(given["data-texts"]), int(given["value"]), True
        elif tag == "input":
            self.texts, self.start = ["off", "on"], int("checked" in given)
        self.tag = tag

    def handle_data(self, data: str) -> None:
        if self.inside and self.tag == "span":
            self.label += data
        elif self.inside and self.tag == "option":
            self.texts[-1] += data
        elif self.inside and self.tag == "button" and self.pressed:
            self.widgets[-1][2][data] = self.pressed

    def handle_endtag(self, tag: str) -> None:
        self.tag = ""
        if self.inside and tag == "label":
            self.widgets[-1][1][self.label] = Control(self.texts, self.start, self.slides)
        elif tag == "tips-explore":
            self.inside = False


@cache
def _read(page: Path) -> list[tuple[dict[str, Control], dict[str, Any], dict[str, list[int | None]]]]:
    parser = _Controls()
    parser.feed(page.read_text(encoding="utf-8"))
    assert parser.widgets, f"{page.name} has no widget"
    found = []
    for key, controls, tries in parser.widgets:
        script = (page.parent / "frames" / f"{key}.js").read_text(encoding="utf-8")
        data = json.loads(re.fullmatch(r'tipsFrames\("[^"]+",(.*)\)', script, re.DOTALL)[1])
        found.append((controls, data, tries))
    return found


def widgets_of(page: Path) -> list[Widget]:
    """Return the widgets of a page that are drawn from frames, in their order, each as it starts."""
    return [Widget(*known) for known in _read(page)]
