"""Where an object is shown: with a kernel, on the built page, or as a picture. The one place that decides.

The build of the site sets the environment variable TIPSLIB_FRAMES to the folder for its frames; a kernel that
finds it makes static pages. Any other kernel with ipywidgets makes live widgets, everything else pictures.
"""

import base64
import io
import os
import re
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import matplotlib as mpl
from matplotlib.figure import Figure

Surface = Literal["live", "static", "picture"]


def current() -> Surface:
    """Return the surface of this process: "static", "live" or "picture".

    >>> current()
    'picture'
    """
    if os.environ.get("TIPSLIB_FRAMES"):
        return "static"
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return "live" if hasattr(shell, "kernel") and find_spec("ipywidgets") else "picture"


def frames_folder() -> Path:
    """Return the folder in which the build of the site keeps the frames of its widgets; make it if need be.

    Raises RuntimeError outside such a build.
    """
    if not os.environ.get("TIPSLIB_FRAMES"):
        raise RuntimeError("Frames are rendered by the build of the site: expected TIPSLIB_FRAMES, received nothing.")
    folder = Path(os.environ["TIPSLIB_FRAMES"])
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def bundle(text: str, *, html: str | None = None, widget: Any = None, png: bytes | None = None) -> dict[str, Any]:
    """Return the MIME bundle of an object: the forms that the surface can show, and always its text.

    Live notebooks get no HTML: JupyterLab strips the SVG from HTML that it does not trust.
    """
    forms: dict[str, Any] = {"text/plain": text}
    if html is not None:
        forms["text/html"] = html
    if widget is not None:
        forms.update(widget._repr_mimebundle_())
        forms["text/plain"] = text
    if png is not None:
        forms["image/png"] = base64.b64encode(png).decode()
    return forms


class Picture(Figure):
    """A matplotlib figure that a notebook shows by itself, wherever it runs.

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
    (r' transform="rotate\(-?0 [^)]*\)"', ""),
    (r">\s+<", "><"),
    (r"\s*\n\s*", ""),
]


def _rounded(match: re.Match[str]) -> str:
    """Round the geometry of one attribute to a tenth of a point; text is never touched."""
    return LONG_NUMBER.sub(lambda number: f"{float(number[0]):.1f}".removesuffix(".0"), match[0])


def svg(figure: Figure, prefix: str = "") -> str:
    """Return a figure as a small, repeatable SVG text whose ids begin with `prefix`; black is the text colour."""
    buffer = io.StringIO()
    settings = {"svg.fonttype": "none", "svg.hashsalt": "tipslib", "path.simplify": True}
    with mpl.rc_context(settings):
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(buffer, format="svg", transparent=True, metadata=nothing)
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    for pattern, replacement in CLEANING:
        text = re.sub(pattern, replacement, text, flags=re.DOTALL)
    text = re.sub(r'(id="|url\(#|href="#)', rf"\1{prefix}", text)
    return GEOMETRY.sub(_rounded, text).strip()


def png(figure: Figure, dpi: int = 150) -> bytes:
    """Return a figure as a PNG of `dpi` dots per inch."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=dpi)
    return buffer.getvalue()
