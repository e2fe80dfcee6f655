"""What `explore` was asked for: a drawing, its sentence and its controls. Any state is drawn, or refused by name."""

import html
import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from tipsbook import surfaces
from tipsbook.explore.controls import Control
from tipslib.plotting import png, svg

MAX_STATES = 600


@dataclass(frozen=True)
class Declaration:
    """A pure `draw(**values) -> Figure`, its sentence `say(**values) -> str`, and the controls by name."""

    draw: Callable[..., Figure]
    say: Callable[..., str]
    controls: dict[str, Control]

    def __post_init__(self) -> None:
        """Refuse what no surface could show."""
        if not self.controls:
            raise ValueError("explore needs one control or more, got none.")
        for name, control in self.controls.items():
            if not isinstance(control, Control):
                raise TypeError(f"explore: {name} needs slider(...), choice(...) or toggle(...), got {control!r}.")
        count = math.prod(len(c.values) for c in self.controls.values())
        if count > MAX_STATES:
            sizes = " x ".join(f"{name} {len(c.values)}" for name, c in self.controls.items())
            raise ValueError(
                f"explore renders at most {MAX_STATES} states, got {count} ({sizes}). Use coarser controls."
            )

    def states(self) -> list[dict[str, Any]]:
        """Return the values of every state; the last control turns fastest."""
        names, values = list(self.controls), [c.values for c in self.controls.values()]
        return [dict(zip(names, row, strict=True)) for row in itertools.product(*values)]

    @property
    def start(self) -> int:
        """Return the index of the start state."""
        index = 0
        for control in self.controls.values():
            index = index * len(control.values) + control.start
        return index

    def label(self, name: str) -> str:
        """Return the text beside a control."""
        return self.controls[name].label or name.replace("_", " ")

    def frame(self, values: dict[str, Any], prefix: str = "") -> tuple[str, str]:
        """Return the SVG and the sentence of one state, or raise ValueError with the state in its message."""
        state = ", ".join(f"{name}={value!r}" for name, value in values.items())
        try:
            figure = self.draw(**values)
        except Exception as error:
            raise ValueError(f"explore: draw({state}) raised {type(error).__name__}: {error}") from error
        if not isinstance(figure, Figure):
            raise ValueError(f"explore: draw({state}) must return a matplotlib Figure, got {type(figure).__name__}.")
        picture = svg(figure, prefix)
        plt.close(figure)
        return picture, self.sentence(values)

    def sentence(self, values: dict[str, Any]) -> str:
        """Return the sentence of one state, or raise ValueError with the state in its message."""
        state = ", ".join(f"{name}={value!r}" for name, value in values.items())
        try:
            said = self.say(**values)
        except Exception as error:
            raise ValueError(f"explore: say({state}) raised {type(error).__name__}: {error}") from error
        if not isinstance(said, str) or not said.strip():
            raise ValueError(f"explore: say({state}) must return a sentence, got {said!r}.")
        return said


def figure_html(picture: str, sentence: str) -> str:
    """Return a picture as HTML that says its sentence to those who cannot see it."""
    return picture.replace("<svg", f'<svg role="img" aria-label="{html.escape(sentence)}"', 1)


class Explore:
    """A figure that answers its controls, in the form that the surface can show."""

    def __init__(self, text: str, **forms: Any) -> None:
        self.text, self.forms = text, forms

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return surfaces.bundle(self.text, **self.forms)


def explore(draw: Callable[..., Figure], say: Callable[..., str], **controls: Control) -> Explore:
    """Show `draw(**values)` under `controls`, with the sentence `say(**values)` beneath it.

    `draw` must be pure: the same values give the same figure. Raises ValueError or TypeError, naming the control or the
    state, for more than 600 states, a control without values, a drawing that raises, returns no figure or, on the site,
    differs when it is drawn again.

    >>> from tipsbook.explore import slider
    >>> def draw(n): return plt.figure()
    >>> explore(draw, lambda n: f"{n} points.", n=slider(1, 3))
    <explore: 1 points.>
    """
    asked = Declaration(draw, say, controls)
    start = asked.states()[asked.start]
    surface = surfaces.current()
    if surface == "static":
        from tipsbook.explore.page import element

        return Explore(f"<explore: {asked.sentence(start)}>", html=element(asked, surfaces.frames_folder()))
    if surface == "live":
        from tipsbook.explore.live import box

        return Explore(f"<explore: {asked.sentence(start)}>", widget=box(asked))
    asked.frame(start)
    figure = draw(**start)
    picture = png(figure)
    plt.close(figure)
    return Explore(f"<explore: {asked.sentence(start)}>", png=picture)
