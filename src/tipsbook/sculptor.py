"""The Maxout sculptor: a Maxout unit of one input, whose lines are dragged.

It is drawn, computed and told by `scripts/sculptor.js`, on the page and with a kernel. Here is what that script starts
from, checked, and the picture of the start for print and for readers without JavaScript.
"""

import html
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from tipsbook import elements, surfaces
from tipslib import plotting
from tipslib.arrays import Array

REACH = 2.0  # inputs go from -REACH to REACH
STEEP, STEPS = 3, 40  # slopes and offsets go from -STEEP to STEEP, with so many steps in 1
MOST = 5  # lines
SIZE = 5.0, 3.75  # inches: the shape of the script's drawing, so that nothing moves when it takes over
YLIM = -3.0, 4.5


@dataclass(frozen=True)
class Preset:
    """The (slope, offset) of each line. The last `minus` of them form a second unit, which is subtracted.

    With `parabola` the script measures the distance to x². Raises ValueError unless there are 1 to 5 lines, of numbers
    from -3 to 3 in steps of 0.025.

    >>> Preset(((0, 0), (1, 0))).value(np.array([-1.0, 1.5]))
    array([0. , 1.5])
    """

    lines: tuple[tuple[float, float], ...]
    minus: int = 0
    parabola: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn."""
        if not 0 <= self.minus < len(self.lines) <= MOST:
            count = f"{len(self.lines)}, {self.minus} of them subtracted"
            raise ValueError(f"A sculptor needs 1 to {MOST} lines, not all subtracted, got {count}.")
        for value in (value for line in self.lines for value in line):
            if not (abs(value) <= STEEP and abs(STEPS * value - round(STEPS * value)) <= 1e-6):  # nan, too
                raise ValueError(
                    f"Slopes and offsets go from {-STEEP} to {STEEP} in steps of {1 / STEPS}, got {value:g}."
                )

    @property
    def units(self) -> list[tuple[tuple[float, float], ...]]:
        """The lines of each unit: of the one, or of the first and of the one that is subtracted."""
        count = len(self.lines) - self.minus
        return [unit for unit in (self.lines[:count], self.lines[count:]) if unit]

    def value(self, x: Array) -> Array:
        """Return the output (N,) for inputs (N,): the largest line, or the difference of two such."""
        first, *second = (np.max([w * x + b for w, b in unit], axis=0) for unit in self.units)
        return first - second[0] if second else first

    def figure(self) -> Figure:
        """Return a figure of the lines and of what they make."""
        x = np.linspace(-REACH, REACH, 161)
        series = {f"line {i + 1}": w * x + b for i, (w, b) in enumerate(self.lines)} | {"h": self.value(x)}
        figure = plotting.lines(x, series, xlabel="input x", ylabel="output", markers=False, ylim=YLIM)
        figure.set_size_inches(SIZE)
        return figure

    def sentence(self, x: float) -> str:
        """Say what the unit is, and what it gives for an input.

        >>> Preset(((0, 0), (1, -0.5))).sentence(1.5)
        'h is the largest of 0x + 0 and 1x − 0.5. At x = 1.5 it is 1.'
        """
        largest = ["the largest of " + " and ".join(f"{w:g}x + {b:g}" for w, b in unit) for unit in self.units]
        said = f"h is {', minus '.join(largest)}. At x = {x:g} it is {self.value(np.array([x]))[0]:.3g}."
        return said.replace("+ -", "− ").replace("-", "−")


def sculptor(
    presets: Mapping[str, Sequence[tuple[float, float]]],
    *,
    subtracted: Mapping[str, Sequence[tuple[float, float]]] | None = None,
    parabola: Collection[str] = (),
    x: float,
) -> surfaces.Shown:
    """Show a Maxout unit whose lines the reader drags, and the input `x`, with the sentence that says who is on top.

    `presets` maps names to lines, pairs of slope and offset, from which the reader starts; the first is drawn. A preset
    in `subtracted` has a second unit of such lines, taken off the first. Those in `parabola` are measured against x².
    Raises ValueError for lines that cannot be drawn, no preset, a name that is no preset's, or an `x` outside -2 to 2.

    >>> sculptor({"ReLU": [(0, 0), (1, 0)]}, x=1)
    <sculptor: h is the largest of 0x + 0 and 1x + 0. At x = 1 it is 1.>
    """
    second = subtracted or {}
    if not presets:
        raise ValueError("A sculptor needs one preset or more, got none.")
    if unknown := [name for name in (*second, *parabola) if name not in presets]:
        raise ValueError(
            f"A sculptor subtracts from and measures its presets {', '.join(presets)}, got {unknown[0]!r}."
        )
    if not abs(x) <= REACH:
        raise ValueError(f"The input of a sculptor goes from {-REACH:g} to {REACH:g}, got {x:g}.")
    asked = {
        name: Preset((*lines, *second.get(name, ())), len(second.get(name, ())), name in parabola)
        for name, lines in presets.items()
    }
    start = next(iter(asked.values()))
    return surfaces.show(
        f"<sculptor: {start.sentence(x)}>",
        static=lambda: element(asked, x),
        live=lambda: elements.widget(element(asked, x), "sculptor"),
        picture=lambda: plotting.png(start.figure()),
    )


def element(asked: Mapping[str, Preset], x: float) -> str:
    """Return the custom element: its data, and the picture and the sentence that stand there until its script runs."""
    start = next(iter(asked.values()))
    colours = [colour for colour, _, _ in plotting.CYCLE[:MOST]]
    data: dict[str, Any] = {"x": x, "colours": colours, "grey": plotting.GREY}
    data["presets"] = [
        {"name": name, "lines": preset.lines, "minus": preset.minus, "parabola": preset.parabola}
        for name, preset in asked.items()
    ]
    said = start.sentence(x)
    return (
        f"<tips-sculptor>{surfaces.inline(data)}"
        f'<div class="picture">{surfaces.spoken(plotting.svg(start.figure(), "sculptor-"), said)}</div>'
        f'<div class="room"><p class="say">{html.escape(said)}</p></div></tips-sculptor>'
    )
