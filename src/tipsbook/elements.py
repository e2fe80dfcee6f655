"""An element of the page in a notebook with a kernel: the same HTML, style and script, and Python hears of its reader.

What the page's scripts draw and judge is thus written once. anywidget carries them into JupyterLab and JupyterLite.
"""

from functools import cache
from pathlib import Path
from typing import Any

from tipsbook import progress

SCRIPTS = Path(__file__).parent / "scripts"


def _texts(*names: str) -> str:
    """Return the text of some files of `scripts/`, one after the other."""
    return "\n".join((SCRIPTS / name).read_text(encoding="utf-8") for name in names)


@cache
def _kind() -> Any:
    """Return the class of these widgets; it is made when the first is shown, so that tipsbook needs no anywidget."""
    import anywidget
    import traitlets

    class Element(anywidget.AnyWidget):  # type: ignore[misc, unused-ignore]
        _esm, _css, html, solved = (traitlets.Unicode().tag(sync=True) for _ in range(4))
        asked = traitlets.Int(0).tag(sync=True)
        pictures = traitlets.Dict().tag(sync=True)

    return Element


def widget(html: str, *scripts: str, asked: int = 0) -> Any:
    """Return a widget that shows `html`, one element of the page, alive by some of the `scripts`, named without `.js`.

    A question that is answered right is recorded in the reader's progress. An element that wants pictures sets `asked`,
    a number, which is that of what stands in it at first; whoever observes it gives `pictures`. Needs anywidget.
    """
    script = _texts(*(f"{name}.js" for name in scripts), "kernel.mjs")
    made = _kind()(_esm=script, _css=_texts("widgets.css"), html=html, asked=asked)
    made.observe(lambda change: progress.record(change["new"]), "solved")
    return made
