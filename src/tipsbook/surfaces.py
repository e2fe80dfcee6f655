"""Where an object is shown: with a kernel, on the built page, or as a picture. The one place that decides.

The build of the site sets the environment variable TIPSLIB_FRAMES to the folder for its frames; a kernel that
finds it makes static pages. Any other kernel makes live widgets where anywidget is installed, which needs ipywidgets;
everything else makes pictures.
"""

import base64
import html
import itertools
import json
import os
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

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
    return "live" if hasattr(shell, "kernel") and find_spec("anywidget") else "picture"


def frames_folder() -> Path:
    """Return the folder in which the build of the site keeps the frames of its widgets; make it if need be.

    Raises RuntimeError outside such a build.
    """
    if not os.environ.get("TIPSLIB_FRAMES"):
        raise RuntimeError("Frames are rendered by the build of the site: expected TIPSLIB_FRAMES, received nothing.")
    folder = Path(os.environ["TIPSLIB_FRAMES"])
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def draw_figures() -> None:
    """Let a kernel that makes static pages show each matplotlib figure as an SVG as well, which the page can dress.

    Figures are known by name: matplotlib is imported by who draws.
    """
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is None or current() != "static":
        return
    number = itertools.count(1)

    def drawn(figure: Any, **_: Any) -> dict[str, str]:
        from tipslib.plotting import svg

        return {"image/svg+xml": svg(figure, f"p{next(number)}-")}

    shell.display_formatter.mimebundle_formatter.for_type_by_name("matplotlib.figure", "Figure", drawn)


class Shown:
    """What a cell shows: the forms that this surface has, by their MIME types, and always a text.

    >>> Shown({"text/plain": "A line."})
    A line.
    """

    def __init__(self, forms: dict[str, Any]) -> None:
        self.forms = forms

    def __repr__(self) -> str:
        return str(self.forms["text/plain"])

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return self.forms


def show(
    text: str,
    *,
    static: Callable[[], str],
    live: Callable[[], Any],
    picture: Callable[[], bytes] | None = None,
) -> Shown:
    """Return what this surface shows: the HTML of `static()`, the widget of `live()` or the PNG of `picture()`.

    A live notebook keeps the PNG as well, for GitHub, Markdown and LaTeX, which show no widgets. It gets no HTML:
    JupyterLab strips the SVG from HTML that it does not trust.

    >>> show("A line.", static=lambda: "<svg>", live=lambda: None, picture=lambda: b"PNG").forms
    {'text/plain': 'A line.', 'image/png': 'UE5H'}
    """
    surface, forms = current(), {"text/plain": text}
    if surface == "static":
        return Shown(forms | {"text/html": static()})
    if surface == "live":
        forms |= _view(live())
    if picture is not None:
        forms["image/png"] = base64.b64encode(picture()).decode()
    return Shown(forms)


def _view(widget: Any) -> dict[str, Any]:
    """Return the form by which a notebook finds a widget."""
    view = {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}
    return {"application/vnd.jupyter.widget-view+json": view}


def spoken(svg: str, sentence: str) -> str:
    """Return an SVG that says its sentence to those who cannot see it.

    >>> spoken("<svg></svg>", "A line.")
    '<svg role="img" aria-label="A line."></svg>'
    """
    return svg.replace("<svg", f'<svg role="img" aria-label="{html.escape(sentence)}"', 1)


def inline(data: Any) -> str:
    """Return data as they stand inside an element of the page, for its script; no text in them can end the element.

    >>> inline({"right": 2})
    '<script type="application/json">{"right":2}</script>'
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return f'<script type="application/json">{text}</script>'
