"""With a kernel: ipywidgets and a figure that is replaced in one piece, so that it never flickers.

A change is drawn before the kernel answers it. Until then ipywidgets keeps further changes back, each in place of the
one before, so of many quick ones the last is drawn, and at most one waits.
"""

import html
from typing import Any

import ipywidgets as widgets

from tipsbook.explore.controls import Control
from tipsbook.explore.declaration import Declaration, figure_html


class Live:
    """Widgets for the controls and one HTML widget for picture and sentence."""

    def __init__(self, asked: Declaration) -> None:
        self.asked = asked
        self.controls = {name: _widget(asked.label(name), control) for name, control in asked.controls.items()}
        self.picture = widgets.HTML()
        self.picture.value = self.drawn()
        for control in self.controls.values():
            control.observe(self.draw, "value")

    def drawn(self) -> str:
        """Return the HTML of the present state; raise ValueError, naming the state, where it cannot be drawn."""
        values = {name: widget.value for name, widget in self.controls.items()}
        picture, sentence = self.asked.frame(values, f"t{id(self):x}-")
        return f'<div style="max-width: 45rem">{figure_html(picture, sentence)}<p>{html.escape(sentence)}</p></div>'

    def draw(self, _: Any) -> None:
        """Replace the picture, or say in its place why this state could not be drawn."""
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
