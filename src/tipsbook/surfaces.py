"""Where an object is shown: with a kernel, on the built page, or as a picture. The one place that decides.

The build of the site sets the environment variable TIPSLIB_FRAMES to the folder for its frames; a kernel that
finds it makes static pages. Any other kernel with ipywidgets makes live widgets, everything else pictures.
"""

import base64
import os
import sys
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
