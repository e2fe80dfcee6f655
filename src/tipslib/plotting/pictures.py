"""Figures as files: a PNG, and a small repeatable SVG to put into an HTML page.

The SVG takes colours and fonts of the page around it. It names each colour of ``styles`` by a variable of CSS,
``--plot-blue`` for lines and areas and ``--word-blue`` for text, and multiplies each size of text by ``--text``. A page
that sets none of them shows the colours and sizes of the figure.
"""

import io
import re

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from tipslib.plotting import styles


class Picture(Figure):
    """A matplotlib figure that Jupyter shows by itself, with or without pyplot.

    >>> png, size = Picture(figsize=(5, 3.2))._repr_png_()
    >>> png[1:4], size
    (b'PNG', {'width': 500, 'height': 320})
    """

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        """Return a PNG with two dots for each pixel, for sharp screens, and its size in pixels."""
        width, height = (round(100 * inches) for inches in self.get_size_inches())
        return png(self, dpi=200), {"width": width, "height": height}


GEOMETRY = re.compile(r' (?:d|x|y|x1|x2|y1|y2|width|height|transform|points)="[^"]*"')
LONG_NUMBER = re.compile(r"-?\d+\.\d{2,}")
CLEANING = [
    (r"<metadata>.*?</metadata>|<!--.*?-->", ""),
    (r"<defs>\s*<style[^>]*>.*?</style>\s*</defs>", ""),  # it would style the whole page
    (r'<g id="[^"]*"', "<g"),
    (r"#000000", "currentColor"),  # the page's text colour, light or dark
    (r";? ?font-family: [^;\"]*", ""),  # the page's font
    (r"font: (\d+) ([\d.]+px) [^;\"]*", r"font-weight: \1; font-size: \2"),
    (r"font: ([\d.]+px) [^;\"]*", r"font-size: \1"),
    (r"font-size: ([\d.]+)px", r"font-size: calc(\1px * var(--text, 1))"),
    (r' transform="rotate\(-?0 [^)]*\)"', ""),
    (r">\s+<", "><"),
    (r"\s*\n\s*", ""),
    *((f"(<text[^>]*){word}", rf"\1var(--word-{name}, {word})") for name, word in styles.WORDS.items()),
    *((colour, f"var(--plot-{name}, {colour})") for name, colour in styles.PALETTE.items()),
]
MANY = 1500  # points that a file draws one by one; more of them become a picture inside the SVG


def _rounded(match: re.Match[str]) -> str:
    """Round the geometry of one attribute to a tenth of a point; text is never touched."""
    return LONG_NUMBER.sub(lambda number: f"{float(number[0]):.1f}".removesuffix(".0"), match[0])


def rasterize(figure: Figure) -> None:
    """Let dense clouds of points be drawn as pictures, whose size does not grow with their number."""
    for axes in figure.axes:
        for line in axes.lines:
            line.set_rasterized(line.get_linestyle() == "None" and np.size(line.get_xdata()) > MANY)
        for cloud in axes.collections:
            cloud.set_rasterized(np.shape(cloud.get_offsets())[0] > MANY)


def svg(figure: Figure, prefix: str = "") -> str:
    """Return a figure as a small, repeatable SVG whose ids begin with ``prefix``; black becomes the text colour.

    >>> from tipslib.plotting import lines
    >>> "stroke: var(--plot-blue, #0072b2)" in svg(lines([1, 2], {"mine": [3, 4]}, xlabel="x", ylabel="y"))
    True
    """
    buffer = io.StringIO()
    settings = {"svg.fonttype": "none", "svg.hashsalt": "tipslib", "path.simplify": True}
    with mpl.rc_context(settings):
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        rasterize(figure)
        figure.savefig(buffer, format="svg", transparent=True, metadata=nothing, dpi=200)
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    for pattern, replacement in CLEANING:
        text = re.sub(pattern, replacement, text, flags=re.DOTALL)
    text = re.sub(r'(id="|url\(#|href="#)', rf"\1{prefix}", text)
    return GEOMETRY.sub(_rounded, text).strip()


def png(figure: Figure, dpi: int = 150) -> bytes:
    """Return a figure as a PNG of ``dpi`` dots per inch."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=dpi)
    return buffer.getvalue()
