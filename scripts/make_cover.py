"""Draw the mark of the book and its cover from the run on the first page: the borders between its two spirals.

`book/_static/logo.svg` is the mark: what 7 sigmoid layers draw as soon as batch normalization stands between them.
`logo.png` is the same for social cards; `cover.png` shows four of the networks. It takes about 15 seconds.
"""

import io
import re
from pathlib import Path
from typing import Any

import numpy as np
from contourpy import contour_generator
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer
from matplotlib import font_manager
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, PathPatch, Rectangle
from matplotlib.path import Path as Outline

from tipslib.plotting import BLUE, ORANGE

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "book" / "_static"
FONT = ROOT / "node_modules/@fontsource-variable/source-sans-3/files/source-sans-3-latin-wght-normal.woff2"
CELL = re.compile(r"^```\{code-cell\}\n.*?\n\n?(import .*?)^def draw", re.DOTALL | re.MULTILINE)

SIZE, REACH, CORNER = 32, 1.85, 7  # of the mark: its width, what it shows of the plane, its corner
KNOTS = 16  # points on the border between which the mark is smooth
WAVE, WASH = "#00619a", "#f6d3b8"  # the blue of words, and orange as it lies behind the points
PAPER, INK, MUTED, EDGE = "#fcfbf8", "#1b2126", "#555e66", "#7f868c"
STRIP = [("sigmoid", 3), ("sigmoid", 5), ("sigmoid", 7), ("sigmoid, batch norm", 7)]
NAMES = ["3 sigmoid layers", "5 sigmoid layers", "7 sigmoid layers", "7 with batch norm"]


def first_run() -> dict[str, Any]:
    """Train the networks of the first page, with its own code; return its variables."""
    names: dict[str, Any] = {}
    exec(CELL.search((ROOT / "book" / "index.md").read_text(encoding="utf-8"))[1], names)
    return names


def border(run: dict[str, Any]) -> np.ndarray:
    """Return the border of the mark's network, (N, 2), in units of the mark: y points down, from bottom to top."""
    field = run["answers"][STRIP[-1]]
    [line] = contour_generator(run["side"], run["side"], field).lines(0.0)
    line = (line * [1, -1] / REACH + 1) * SIZE / 2
    return line if line[0, 1] > line[-1, 1] else line[::-1]


def knots(line: np.ndarray) -> np.ndarray:
    """Return points of a line, as far apart along it as possible, from edge to edge of the mark."""
    inside = line[((line > -3) & (line < SIZE + 3)).all(axis=1)]
    length = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(inside, axis=0).T))])
    places = np.linspace(0, length[-1], KNOTS)
    return np.column_stack([np.interp(places, length, column) for column in inside.T])


def smooth(points: np.ndarray) -> list[tuple[float, ...]]:
    """Return Bézier curves through points, two controls and an end each, that leave and meet at the same slope."""
    slope = np.gradient(points, axis=0) / 3
    curves = zip(points[:-1] + slope[:-1], points[1:] - slope[1:], points[1:], strict=True)
    return [tuple(np.concatenate(curve).round(1).tolist()) for curve in curves]


def wave(points: np.ndarray) -> str:
    """Return the blue side of the border as a path of SVG: along it, and around the corners at the right."""
    start = f"M{points[0, 0]:.1f} {points[0, 1]:.1f}"
    along = "".join("C" + " ".join(f"{number:g}" for number in curve) for curve in smooth(points))
    return f"{start}{along}H{SIZE + 4}V{SIZE + 4}z"


def mark(points: np.ndarray) -> str:
    """Return the mark as SVG."""
    square = f'<rect width="{SIZE}" height="{SIZE}" rx="{CORNER}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}"><clipPath id="a">{square}/></clipPath>'
        f'{square} fill="{WASH}"/><path clip-path="url(#a)" fill="{WAVE}" d="{wave(points)}"/></svg>\n'
    )


def draw_mark(axes: Any, points: np.ndarray) -> None:
    """Draw the mark into axes of its size."""
    axes.set(xlim=(0, SIZE), ylim=(SIZE, 0), aspect="equal")
    axes.axis("off")
    corner = f"round,pad=0,rounding_size={CORNER}"
    ground = FancyBboxPatch((0, 0), SIZE, SIZE, boxstyle=corner, facecolor=WASH, edgecolor="none")
    ends = np.reshape(smooth(points), (-1, 2))
    corners = [[SIZE + 4, ends[-1, 1]], [SIZE + 4, SIZE + 4], points[0]]
    codes = [Outline.MOVETO, *[Outline.CURVE4] * len(ends), *[Outline.LINETO] * 3]
    shape = PathPatch(Outline([points[0], *ends, *corners], codes), facecolor=WAVE, edgecolor="none")
    for patch in (ground, shape):
        axes.add_patch(patch)
    shape.set_clip_path(ground)


def face(weight: int) -> font_manager.FontProperties:
    """Return the typeface of the headings in one weight, for matplotlib, which reads it from a file."""
    font = instancer.instantiateVariableFont(TTFont(FONT), {"wght": weight})
    font.flavor = None
    (folder := ROOT / "_build" / "fonts").mkdir(parents=True, exist_ok=True)
    font.save(file := folder / f"sans-{weight}.ttf")
    return font_manager.FontProperties(fname=str(file))


def draw_plane(axes: Any, run: dict[str, Any], net: tuple[str, int]) -> None:
    """Draw the two spirals and what a network says, as the first page does."""
    x, y, side = run["x"], run["y"], run["side"]
    axes.contourf(side, side, run["answers"][net], [-np.inf, 0, np.inf], colors=[BLUE, ORANGE], alpha=0.25)
    for label, marker, colour in ((0, "o", BLUE), (1, "s", ORANGE)):
        axes.plot(*x[y == label].T, marker, color=colour, markersize=3.2, markeredgewidth=0)
    axes.set(xticks=[], yticks=[], xlim=(-2.2, 2.2), ylim=(-2.2, 2.2))
    axes.spines[:].set_color(EDGE)


def cover(run: dict[str, Any]) -> Figure:
    """Return the cover, 1200 x 630: title, promise, and four networks of growing depth, the last one cured."""
    figure = Figure(figsize=(12, 6.3), dpi=100, facecolor=PAPER)
    plain, half, bold = face(400), face(600), face(680)
    draw_mark(figure.add_axes((0.05, 0.795, 0.0735, 0.14)), knots(border(run)))
    figure.text(0.14, 0.828, "Tips for Deep Learning", font=bold, size=50, color=INK)
    figure.text(
        0.05, 0.68, "From the symptom to the cause, and from the cause to a tip.", font=plain, size=25, color=MUTED
    )
    for i, (net, name) in enumerate(zip(STRIP, NAMES, strict=True)):
        left, cured = 0.05 + i * 0.23, i == len(STRIP) - 1
        draw_plane(figure.add_axes((left, 0.17, 0.21, 0.4)), run, net)
        figure.text(left, 0.1, name, font=half if cured else plain, size=17, color=INK)
        figure.text(left + 0.21, 0.1, f"{run['shares'][net]:.0%}", font=bold, size=17, color=INK, ha="right")
    figure.add_artist(Rectangle((0, 0), 1, 0.022, transform=figure.transFigure, facecolor=WAVE))
    return figure


def png(figure: Figure, **options: Any) -> bytes:
    """Return a figure as a PNG that says neither when nor by what it was made."""
    figure.savefig(buffer := io.BytesIO(), format="png", dpi=100, metadata={"Software": None}, **options)
    return buffer.getvalue()


def main() -> None:
    """Write the three files."""
    run = first_run()
    points = knots(border(run))
    (STATIC / "logo.svg").write_text(mark(points), encoding="utf-8")
    draw_mark((square := Figure(figsize=(4, 4))).add_axes((0, 0, 1, 1)), points)
    (STATIC / "logo.png").write_bytes(png(square, transparent=True))
    (STATIC / "cover.png").write_bytes(png(cover(run)))
    for name in ("logo.svg", "logo.png", "cover.png"):
        print(f"{name}: {(STATIC / name).stat().st_size} bytes")


if __name__ == "__main__":
    main()
