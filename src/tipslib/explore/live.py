"""With a kernel: ipywidgets and a figure that is replaced in one piece, so that it never flickers.

Changes that arrive while a drawing is made are collected: then the last state is drawn, and at most one drawing waits.
"""

import asyncio
import html
from typing import Any

import ipywidgets as widgets

from tipslib.explore.controls import Control
from tipslib.explore.declaration import Declaration, figure_html

PAUSE = 0.01  # seconds, in which the messages that already arrived are read


class Live:
    """Widgets for the controls and one HTML widget for picture and sentence."""

    def __init__(self, asked: Declaration) -> None:
        self.asked = asked
        self.controls = {name: _widget(asked.label(name), control) for name, control in asked.controls.items()}
        self.picture = widgets.HTML()
        self.waiting = False
        self.picture.value = self.drawn()
        for control in self.controls.values():
            control.observe(self.changed, "value")

    def drawn(self) -> str:
        """Return the HTML of the present state; raise ValueError, naming the state, where it cannot be drawn."""
        values = {name: widget.value for name, widget in self.controls.items()}
        picture, sentence = self.asked.frame(values, f"t{id(self):x}-")
        return f'<div style="max-width: 45rem">{figure_html(picture, sentence)}<p>{html.escape(sentence)}</p></div>'

    def changed(self, _: Any) -> None:
        """Draw soon, once for all changes that are already under way; at once where no event loop runs."""
        if self.waiting:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self.draw()
        else:
            self.waiting = True
            loop.call_later(PAUSE, self.draw)

    def draw(self) -> None:
        """Replace the picture, or say in its place why this state could not be drawn."""
        self.waiting = False
        try:
            self.picture.value = self.drawn()
        except ValueError as error:
            self.picture.value = (
                f'<p role="alert"><strong>This state could not be drawn.</strong> {html.escape(str(error))}</p>'
            )


def _widget(label: str, control: Control) -> Any:
    """Return the ipywidget of one control."""
    style = {"description_width": "initial"}
    if control.kind == "toggle":
        return widgets.Checkbox(value=bool(control.start), description=label, indent=False)
    options = list(zip(control.texts, control.values, strict=True))
    kind = widgets.SelectionSlider if control.kind == "slider" else widgets.Dropdown
    return kind(options=options, index=control.start, description=label, style=style)


def box(asked: Declaration) -> Any:
    """Return the widget of a declaration, its start state drawn; raise ValueError where that cannot be drawn."""
    live = Live(asked)
    row = widgets.HBox(list(live.controls.values()), layout=widgets.Layout(flex_flow="row wrap"))
    return widgets.VBox([row, live.picture])
