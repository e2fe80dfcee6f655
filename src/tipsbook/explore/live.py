"""With a kernel: ipywidgets and a figure that is replaced in one piece, so that it never flickers.

A change is drawn before the kernel answers it. Until then ipywidgets keeps further changes back, each in place of the
one before, so of many quick ones the last is drawn, and at most one waits.
"""

import html
from typing import Any

from matplotlib.figure import Figure

from tipsbook.explore.controls import Control
from tipsbook.explore.declaration import Declaration
from tipsbook.surfaces import spoken
from tipslib.plotting import svg


class Live:
    """Widgets for the controls and one HTML widget for picture and sentence; `first` is the figure of the start."""

    def __init__(self, asked: Declaration, first: Figure) -> None:
        import ipywidgets as widgets

        self.asked = asked
        self.controls = {name: _widget(asked.label(name), control) for name, control in asked.controls.items()}
        self.picture = widgets.HTML(self.drawn(first))
        for control in self.controls.values():
            control.observe(self.draw, "value")
        row = widgets.HBox(list(self.controls.values()), layout=widgets.Layout(flex_flow="row wrap"))
        self.box = widgets.VBox([row, self.picture])

    @property
    def values(self) -> dict[str, Any]:
        """The values of the present state."""
        return {name: widget.value for name, widget in self.controls.items()}

    def drawn(self, figure: Figure) -> str:
        """Return the HTML of the present state, whose figure is given."""
        picture, sentence = svg(figure, f"t{id(self):x}-"), self.asked.sentence(self.values)
        state = html.escape("; ".join(f"{widget.description}: {_reading(widget)}" for widget in self.controls.values()))
        return (
            f'<div style="max-width: 45rem" data-state="{state}">{spoken(picture, sentence)}'
            f"<p>{html.escape(sentence)}</p></div>"
        )

    def draw(self, _: Any) -> None:
        """Replace the picture, or say in its place why this state could not be drawn."""
        try:
            self.picture.value = self.drawn(self.asked.figure(self.values))
        except ValueError as error:
            self.picture.value = (
                f'<p role="alert"><strong>This state could not be drawn.</strong> {html.escape(str(error))}</p>'
            )


def _widget(label: str, control: Control) -> Any:
    """Return the ipywidget of one control."""
    import ipywidgets as widgets

    style = {"description_width": "initial"}
    if control.kind == "toggle":
        return widgets.Checkbox(value=bool(control.start), description=label, indent=False)
    options = list(zip(control.texts, control.values, strict=True))
    kind = widgets.SelectionSlider if control.kind == "slider" else widgets.Dropdown
    return kind(options=options, index=control.start, description=label, style=style)


def _reading(widget: Any) -> str:
    """Return what a control shows: the text of a value, or yes and no."""
    return str(getattr(widget, "label", None) or ("yes" if widget.value else "no"))


def box(asked: Declaration, first: Figure) -> Any:
    """Return the widget of a declaration, its start state drawn."""
    return Live(asked, first).box
