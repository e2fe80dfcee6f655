"""Widgets on the built page: kernels make the static forms of tipslib, frames and script lie beside the page."""

import os
import re
import shutil
from pathlib import Path

from sphinx.errors import ExtensionError

FRAMES = re.compile(r'data-frames="([0-9a-f]{16})"')


def make_static(app):
    """Tell the kernels that the build starts to make static forms, one BLAS thread each."""
    os.environ["TIPSLIB_FRAMES"] = str(Path(app.outdir).parent / "frames")
    os.environ["OPENBLAS_NUM_THREADS"] = "1"


def place(app, pagename, templatename, context, doctree):
    """Put the frame files that a page names beside it, and the script of the widgets only where there are some."""
    body = context.get("body") or ""
    mine = [js for js in context["script_files"] if "widgets.js" in str(js.filename)]
    for js in mine:
        js.attributes["defer"] = "defer"  # elements must stand in the page before they come to life
    if "<tips-" not in body:
        context["script_files"] = [js for js in context["script_files"] if js not in mine]
    for key in FRAMES.findall(body):
        source = Path(os.environ["TIPSLIB_FRAMES"]) / f"{key}.js"
        target = Path(app.outdir) / Path(pagename).parent / "frames"
        if not source.exists():
            raise ExtensionError(
                f"{pagename}: the frames {key} are gone from _build. Delete the folder _build and build again."
            )
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)


def tidy(app, error):
    """Remove frames that no page names any more: a page built again has new ones."""
    pages = [] if error else Path(app.outdir).rglob("*.html")
    named = {(page.parent, key) for page in pages for key in FRAMES.findall(page.read_text(encoding="utf-8"))}
    for script in [] if error else Path(app.outdir).rglob("frames/*.js"):
        if (script.parent.parent, script.stem) not in named:
            script.unlink()


def setup(app):
    app.connect("builder-inited", make_static)
    app.connect("html-page-context", place, priority=800)
    app.connect("build-finished", tidy)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
