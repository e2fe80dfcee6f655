"""What a page loads beside its style: few scripts, all of them deferred, its pictures and its frames.

Kernels make the static forms of `tipsbook` during the build; the frames that a page names lie beside it.
"""

import base64
import hashlib
import os
import posixpath
import re
import shutil
from functools import cache
from pathlib import Path

from docutils import nodes
from PIL import Image
from sphinx.errors import ExtensionError
from style import book_pages

import tipsbook

FRAMES = re.compile(r'data-frames="([0-9a-f]{16})"')
KIT = Path(tipsbook.__file__).parent / "scripts"
SHARED = "frames.js"  # what stands before the scripts of the elements that have frames
ELEMENTS = {path.name: f"<tips-{path.stem}" for path in sorted(KIT.glob("*.js")) if path.name != SHARED}
NOT_USED = re.compile("thebe|toggle|design-tabs|DOCUMENTATION_OPTIONS[.]")
"""Scripts of extensions that Jupyter Book always loads, for things that this book does without."""


def make_static(app):
    """Tell the kernels that the build starts to make static forms, one BLAS thread each."""
    os.environ["TIPSLIB_FRAMES"] = str(Path(app.outdir).parent / "frames")
    os.environ["OPENBLAS_NUM_THREADS"] = "1"


def serve_scripts(app, config):
    """Serve the scripts and the style of the widgets, which are files of the book kit."""
    config.html_static_path.append(str(KIT))
    for script in (SHARED, *ELEMENTS):
        app.add_js_file(script)


# ------------------------------------------------------------------------------------------------ scripts of each page

SPHINX = ("documentation_options.js", "doctools.js", "sphinx_highlight.js")
TOGETHER = "sphinx.js"
MEASURES_ALL = re.compile(r',"complete"===document\.readyState\?(\w)\(\):window\.addEventListener\("load",\1\)')
"""Where the theme's script measures all blocks of a page, at the start and at each change; `site.js` waits for them."""


def measure_late(app, error):
    """Take out of the theme's script what makes the browser lay out a whole chapter before the reader may scroll."""
    script = Path(app.outdir) / "_static" / "scripts" / "pydata-sphinx-theme.js"
    if error or not script.exists():
        return
    text, found = MEASURES_ALL.subn("", script.read_text(encoding="utf-8"))
    if found != 1:
        raise ExtensionError(f"{script}: expected one place that measures all blocks, found {found}.")
    script.write_text(text, encoding="utf-8")


def slim(app, pagename, templatename, context, doctree):
    """Give the page its scripts, each once and deferred."""
    if context.get("body"):
        context["body"] = mend(context["body"])
    body, seen, kept = context.get("body") or "", set(), []
    for js in context["script_files"]:
        key = str(js.filename or ""), str(getattr(js, "attributes", {}).get("body", ""))
        if key in seen or NOT_USED.search(" ".join(key)) or not needed(key[0], body, pagename):
            continue
        seen.add(key)
        js.attributes["defer"] = "defer"  # in this order, when the page stands
        kept.append(js)
    joined = [js for js in kept if named(js) in SPHINX]
    if joined:
        together = type(joined[0])(join_scripts(app), **joined[0].attributes)
        kept = [together, *(js for js in kept if js not in joined)]
    context["script_files"] = kept


@cache
def join_scripts(app):
    """Write the scripts that Sphinx gives to every page into one file, and return its name."""
    static = Path(app.outdir) / "_static"
    text = "\n".join((static / name).read_text(encoding="utf-8") for name in SPHINX)
    (static / TOGETHER).write_text(text, encoding="utf-8")
    return f"_static/{TOGETHER}"


def named(script):
    """Return the name of a script's file."""
    return posixpath.basename(str(script.filename or "").partition("?")[0])


def needed(script, body, pagename):
    """Say whether a page has what a script works on."""
    name = posixpath.basename(script.partition("?")[0])
    if name == SHARED:
        return FRAMES.search(body) is not None
    if name in ELEMENTS:
        return ELEMENTS[name] in body
    if "copybutton" in script or "clipboard" in script:
        return 'class="highlight' in body
    return True


def hash_of(script):
    """Return what a Content-Security-Policy says of an inline script that may run."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def give_functions(app, pagename, templatename, context, doctree):
    context["hash_of"] = hash_of


# ---------------------------------------------------------------------------------------- sections, pictures and frames


def mark_leaves(app, doctree, docname):
    """Mark the sections that hold no others: the parts in which a long page is laid out."""
    for section in doctree.findall(nodes.section):
        if isinstance(section.parent, nodes.section) and section.next_node(nodes.section) is None:
            section["classes"].append("leaf")


def drop_thebe(app, doctree, docname):
    """Take out the inline scripts by which sphinx-thebe, always loaded by Jupyter Book, would reach for a server."""
    for raw in list(doctree.findall(nodes.raw)):
        if "thebe" in raw.astext() or "kernelName =" in raw.astext():
            raw.parent.remove(raw)


STYLED = re.compile(r'style="width: (\d+)px; height: (\d+)px;"')
CODE = re.compile(r"(?<=<div class=\"highlight\">)<pre>(.*?)</pre>", re.DOTALL)
LINE = re.compile(r"[^\n]*\n|[^\n]+$")


def mend(body):
    """Say sizes as attributes, which keep a picture's shape at any width, and mark lines of code, which may wrap."""
    return CODE.sub(
        lambda code: "<pre>" + LINE.sub(r'<span class="line">\g<0></span>', code[1]) + "</pre>",
        STYLED.sub(r'width="\1" height="\2"', body),
    )


def size_of(path):
    """Return width and height of a picture in pixels."""
    if path.suffix == ".svg":
        box = re.search(r'viewBox="[\d.]+ [\d.]+ ([\d.]+) ([\d.]+)"', path.read_text(encoding="utf-8"))
        return float(box[1]), float(box[2])
    with Image.open(path) as picture:
        return picture.size


def size_images(app, doctree, docname):
    """Tell each picture's size, so that nothing moves when it arrives; all but the first may arrive late."""
    for i, image in enumerate(doctree.findall(nodes.image)):
        path = Path(app.srcdir) / image["uri"]
        if path.exists() and "width" not in image:
            image["width"], image["height"] = (str(round(pixels)) for pixels in size_of(path))
        if i:
            image["loading"] = "lazy"


def place_frames(app, pagename, templatename, context, doctree):
    """Put the frame files that a page names beside it."""
    for key in FRAMES.findall(context.get("body") or ""):
        source = Path(os.environ["TIPSLIB_FRAMES"]) / f"{key}.js"
        target = Path(app.outdir) / Path(pagename).parent / "frames"
        if not source.exists():
            raise ExtensionError(
                f"{pagename}: the frames {key} are gone from _build. Delete the folder _build and build again."
            )
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)


def tidy_frames(app, error):
    """Remove frames that no page names any more: a page built again has new ones."""
    pages = [] if error else book_pages(app)
    named = {(page.parent, key) for page in pages for key in FRAMES.findall(page.read_text(encoding="utf-8"))}
    for script in [] if error else Path(app.outdir).rglob("frames/*.js"):
        if (script.parent.parent, script.stem) not in named:
            script.unlink()


def setup(app):
    app.connect("config-inited", serve_scripts)
    app.connect("builder-inited", make_static)
    app.connect("doctree-resolved", drop_thebe, priority=900)
    app.connect("doctree-resolved", size_images)
    app.connect("doctree-resolved", mark_leaves)
    app.connect("html-page-context", place_frames, priority=800)
    app.connect("html-page-context", give_functions)
    app.connect("html-page-context", slim, priority=900)
    app.connect("build-finished", measure_late)
    app.connect("build-finished", tidy_frames)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
