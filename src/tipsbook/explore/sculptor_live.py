"""The Maxout sculptor with a kernel: buttons, a choice and two sliders that draw the unit anew."""

import html
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import ipywidgets as widgets

from tipsbook.explore.declaration import figure_html
from tipsbook.explore.maxout import GRID, REACH, Lines, spell
from tipsbook.explore.sculptor import picture

OPTIONS = [(spell(v), v) for v in GRID]
INPUTS = [(spell(v), v) for v in GRID if abs(v) <= REACH]


class Live:
    """The state of a unit, and the widgets that change it."""

    def __init__(self, shapes: Mapping[str, Lines], x: float) -> None:
        self.shapes, self.x, self.shape = shapes, x, next(iter(shapes.values()))
        self.held, self.quiet = 0, False
        self.start = widgets.ToggleButtons(options=list(shapes), description="start from")
        self.hand = widgets.Dropdown(options=self.hands(), description="in hand")
        self.first = widgets.SelectionSlider(options=OPTIONS, value=0.0, description="slope")
        self.second = widgets.SelectionSlider(options=OPTIONS, value=0.0, description="offset")
        self.picture = widgets.HTML()
        for widget, change in (
            (self.start, self.began), (self.hand, self.took), (self.first, self.moved), (self.second, self.moved)
        ):  # fmt: skip
            widget.observe(change, "value")
        self.show()

    def hands(self) -> list[tuple[str, int]]:
        """Return what can be taken in hand."""
        return [*((f"line {i + 1}", i) for i in range(len(self.shape.lines))), ("the input x", len(self.shape.lines))]

    def began(self, change: Any) -> None:
        """Start from a preset."""
        self.shape, self.held = self.shapes[change["new"]], 0
        self.show()

    def took(self, change: Any) -> None:
        """Take a line or the input in hand."""
        if not self.quiet:
            self.held = change["new"]
            self.show()

    def moved(self, _: Any) -> None:
        """Give what is in hand the values of the sliders."""
        if self.quiet:
            return
        lines = list(self.shape.lines)
        if self.held == len(lines):
            self.x = self.first.value
        else:
            lines[self.held] = self.first.value, self.second.value
            self.shape = replace(self.shape, lines=tuple(lines))
        self.show()

    def show(self) -> None:
        """Bring widgets and picture to the present state."""
        self.quiet = True
        of_input = self.held == len(self.shape.lines)
        self.hand.options, self.hand.value = self.hands(), self.held
        self.first.options, self.first.description = (INPUTS, "input x") if of_input else (OPTIONS, "slope")
        self.first.value = self.x if of_input else self.shape.lines[self.held][0]
        self.second.layout.display = "none" if of_input else ""
        if not of_input:
            self.second.value = self.shape.lines[self.held][1]
        self.quiet = False
        said = self.shape.sentence(self.held, self.x)
        drawn = figure_html(picture(self.shape, self.held, self.x, f"s{id(self):x}"), said)
        self.picture.value = f'<div style="max-width: 45rem">{drawn}<p>{html.escape(said)}</p></div>'


def box(shapes: Mapping[str, Lines], x: float) -> Any:
    """Return the widget, the first preset drawn."""
    live = Live(shapes, x)
    row = widgets.HBox([live.hand, live.first, live.second], layout=widgets.Layout(flex_flow="row wrap"))
    return widgets.VBox([live.start, row, live.picture])
