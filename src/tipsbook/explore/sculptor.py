"""The Maxout sculptor: a unit whose lines are dragged. It draws on the client, from data that this module writes.

On the static page `tipsbook/scripts/widgets.js` moves the parts of the SVG that stands there; with a kernel ipywidgets
draw it anew; elsewhere it is a picture. The SVG has a slot for each of five lines, so that moving never adds a part.
"""

import html
import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib import pyplot as plt

from tipsbook import surfaces
from tipsbook.explore.controls import choice, slider
from tipsbook.explore.declaration import Explore
from tipsbook.explore.maxout import GRID, MOST, REACH, Lines, spell
from tipsbook.explore.page import native
from tipslib import plotting
from tipslib.plotting import png

DASHES = ("none", "7 3", "7 3 2 3", "2 3", "12 3 2 3 2 3")
COLOURS = [colour for colour, _, _ in plotting.CYCLE[:MOST]]
LOW, HIGH = -3.0, 4.5  # outputs shown
Place = tuple[float, float]


def across(x: float) -> float:
    """Return the place of an input in the drawing."""
    return 190 + 80 * x


def down(y: float) -> float:
    """Return the place of an output in the drawing."""
    return 134 - 28 * y


def tenth(value: float) -> str:
    """Write a place with one decimal, halves up, as the script of the page does."""
    return f"{math.floor(value * 10 + 0.5) / 10 + 0.0:g}"


def inset(first: Place, second: Place) -> tuple[Place, Place]:
    """Return two places on a line a little inside its ends, where handles hide neither numbers nor ticks."""
    across_, up = second[0] - first[0], second[1] - first[1]
    return (first[0] + 0.08 * across_, first[1] + 0.08 * up), (second[0] - 0.08 * across_, second[1] - 0.08 * up)


def ends(slope: float, offset: float) -> tuple[Place, Place]:
    """Return where a line enters and leaves the drawing."""
    low, high = -REACH, REACH
    if slope != 0:
        at = sorted(((LOW - offset) / slope, (HIGH - offset) / slope))
        low, high = max(low, at[0]), min(high, at[1])
    return (low, slope * low + offset), (high, slope * high + offset)


def picture(shape: Lines, held: int, x: float, key: str) -> str:
    """Return the SVG of a state; ids begin with `key`."""
    bends = shape.bends()
    points = " ".join(f"{tenth(across(a))},{tenth(down(b))}" for a, b in zip(bends, shape.value(bends), strict=True))
    curve = " ".join(f"{tenth(across(a))},{tenth(down(a * a))}" for a in np.linspace(-REACH, REACH, 41).tolist())
    slots = "".join(_slot(shape, i, held, x) for i in range(MOST))
    shown = "visible" if shape.parabola else "hidden"
    return (
        f'<svg viewBox="0 0 360 270"><clipPath id="{key}"><rect x="30" y="8" width="320" height="210"></rect>'
        f'</clipPath>{_frame()}<g clip-path="url(#{key})">'
        f'<polyline class="parabola" points="{curve}" fill="none" stroke="{plotting.GREY}" stroke-width="2" '
        f'stroke-dasharray="1 3" visibility="{shown}"></polyline>'
        f'<polyline class="top" points="{points}" fill="none" stroke="currentColor" stroke-width="4" '
        f'stroke-opacity="0.75"></polyline></g>{slots}{_input(x)}{_handles(shape, held)}</svg>'
    )


def _frame() -> str:
    """Return what never moves: frame, ticks and names."""
    ticks = "".join(
        f'<text x="{across(v):g}" y="238" text-anchor="middle">{spell(v)}</text>'
        f'<line x1="{across(v):g}" x2="{across(v):g}" y1="8" y2="218"></line>'
        for v in (-2, -1, 0, 1, 2)
    ) + "".join(
        f'<text x="25" y="{down(v) + 3.5:g}" text-anchor="end">{spell(v)}</text>'
        f'<line x1="30" x2="350" y1="{down(v):g}" y2="{down(v):g}"></line>'
        for v in range(-3, 5)
    )
    return (
        f'<g class="frame" font-size="10" stroke-width="0.5">{ticks}'
        '<text x="190" y="267" text-anchor="middle">input x; the strip says which line is on top</text></g>'
    )


def _slot(shape: Lines, i: int, held: int, x: float) -> str:
    """Return the parts of a line: itself, its number, its strip, its dot above x, and a broad part to take hold of."""
    used = i < len(shape.lines)
    slope, offset = shape.lines[i] if used else (0.0, 0.0)
    (x1, y1), (x2, y2) = ends(slope, offset)
    line = f'x1="{tenth(across(x1))}" y1="{tenth(down(y1))}" x2="{tenth(across(x2))}" y2="{tenth(down(y2))}"'
    low, high = (shape.ranges()[i] if used else None) or (0.0, 0.0)
    minus = i >= len(shape.lines) - shape.minus
    row = 251 if minus else 245
    y = slope * x + offset
    seen = "visible" if used and LOW <= y <= HIGH else "hidden"
    filled = "1" if used and i in shape.winners(x) else "0"
    return (
        f'<g class="slot" visibility="{"visible" if used else "hidden"}" stroke="{COLOURS[i]}" fill="{COLOURS[i]}">'
        f'<line class="piece" {line} stroke-width="{3 if i == held else 1.6}" stroke-dasharray="{DASHES[i]}"></line>'
        f'<text class="number" x="{tenth(across(x2) - 9)}" y="{tenth(max(down(y2) - 5, 17))}" font-size="11" '
        f'stroke="none">{"−" * (minus and used)}{i + 1}</text>'
        f'<line class="strip" x1="{tenth(across(low))}" x2="{tenth(across(high))}" y1="{row}" y2="{row}" '
        f'stroke-width="5"></line>'
        f'<circle class="dot" cx="{tenth(across(x))}" cy="{tenth(down(y))}" r="4.5" stroke-width="1.6" '
        f'fill-opacity="{filled}" visibility="{seen}"></circle>'
        f'<line class="grab" data-grab="{i}" {line} stroke-opacity="0" stroke-width="18"></line></g>'
    )


def _input(x: float) -> str:
    """Return the line that marks the input, and its handle."""
    at = tenth(across(x))
    return (
        f'<line class="at" x1="{at}" x2="{at}" y1="8" y2="218" stroke="currentColor" stroke-dasharray="3 3"></line>'
        f'<circle class="handle" data-grab="x" cx="{at}" cy="218" r="7" fill="currentColor"></circle>'
    )


def _handles(shape: Lines, held: int) -> str:
    """Return the two handles that turn the line in hand; there are none while the input is."""
    used = held < len(shape.lines)
    places = inset(*ends(*shape.lines[held])) if used else ((0.0, 0.0), (0.0, 0.0))
    return "".join(
        f'<circle class="handle turn" data-grab="{name}" cx="{tenth(across(a))}" cy="{tenth(down(b))}" r="7" '
        f'fill="{COLOURS[held] if used else "none"}" visibility="{"visible" if used else "hidden"}"></circle>'
        for name, (a, b) in zip(("left", "right"), places, strict=True)
    )


def sculptor(
    presets: Mapping[str, Any], *, subtracted: Mapping[str, Any] | None = None, parabola: tuple[str, ...] = (), x: float
) -> Explore:
    """Show a Maxout unit whose lines the reader drags, and the input `x`, with the sentence that says who is on top.

    `presets` maps names to lines, pairs of slope and offset, from which the reader starts; the first is drawn. A preset
    in `subtracted` has a second unit of such lines, taken off the first. Those in `parabola` are measured against x².
    Raises ValueError for lines that cannot be drawn.

    >>> sculptor({"ReLU": [(0, 0), (1, 0)]}, x=1)
    <explore: Line 1 has slope 0 and offset 0. At x = 1 line 2 is on top: h = 1. ...>
    """
    second = subtracted or {}
    shapes = {
        name: Lines(
            tuple((float(w), float(b)) for w, b in (*lines, *second.get(name, ()))),
            len(second.get(name, ())),
            name in parabola,
        )
        for name, lines in presets.items()
    }
    start = next(iter(shapes.values()))
    text = f"<explore: {start.sentence(0, x)}>"
    surface = surfaces.current()
    if surface == "static":
        return Explore(text, html=element(shapes, x))
    if surface == "live":
        from tipsbook.explore.sculptor_live import box

        return Explore(text, widget=box(shapes, x))
    figure = _figure(start)
    image = png(figure)
    plt.close(figure)
    return Explore(text, png=image)


def _figure(shape: Lines) -> Any:
    """Return a matplotlib figure of the lines and what they make, for print."""
    x = np.linspace(-REACH, REACH, 161)
    series = {f"line {i + 1}": w * x + b for i, (w, b) in enumerate(shape.lines)}
    series["h"] = shape.value(x)
    return plotting.lines(x, series, xlabel="input x", ylabel="output", markers=False, ylim=(LOW, HIGH))


def controls(shape: Lines) -> str:
    """Return the native controls: what is in hand, its slope, its offset."""
    slope, offset = shape.lines[0]
    hands = [f"line {i + 1}" for i in range(len(shape.lines))] + ["the input x"]
    return (
        native("in hand", choice(hands))
        + native("slope", slider(GRID, start=slope))
        + native("offset", slider(GRID, start=offset))
    )


def element(shapes: Mapping[str, Lines], x: float) -> str:
    """Return the custom element: presets, controls, the start picture, its sentence, and the data of the presets."""
    start = next(iter(shapes.values()))
    buttons = "".join(f'<button type="button">{html.escape(name)}</button>' for name in shapes)
    data = {
        "x": x,
        "colours": COLOURS,
        "presets": [{"lines": s.lines, "minus": s.minus, "parabola": s.parabola} for s in shapes.values()],
    }
    said = html.escape(start.sentence(0, x))
    drawn = picture(start, 0, x, "tips-sculptor").replace("<svg", f'<svg role="img" aria-label="{said}"', 1)
    return (
        f'<tips-explore data-ready><script type="application/json">{json.dumps(data, separators=(",", ":"))}</script>'
        f'<div class="controls"><div class="presets" role="group" aria-label="start from">{buttons}</div>'
        f'{controls(start)}</div><div class="picture">{drawn}</div>'
        f'<p class="say" aria-live="polite">{said}</p></tips-explore>'
    )
