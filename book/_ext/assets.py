"""What a page loads: one style sheet, few scripts and all of them deferred, its frames; icons cut down to those in use.

Kernels make the static forms of `tipsbook` during the build; the frames that a page names lie beside it.
"""

import base64
import hashlib
import os
import posixpath
import re
import shutil
import subprocess
from functools import cache
from importlib.metadata import version
from pathlib import Path

from docutils import nodes
from fontTools import subset
from fontTools.ttLib import TTFont
from maths import MODULES, node
from PIL import Image
from sphinx.errors import ExtensionError

import tipsbook
import tipslib

FRAMES = re.compile(r'data-frames="([0-9a-f]{16})"')
FIRST = ("basic.css", "styles/pydata-sphinx-theme.css")  # then what Sphinx and its extensions add, then this:
FORMULAS = "katex/katex.css"
STYLED_BY = ("sphinx", "sphinx-book-theme", "pydata-sphinx-theme", "myst-nb", "sphinx-design", "sphinx-copybutton")
STYLED_WITH = (".css", ".html", ".js", ".py")
KIT = Path(tipsbook.__file__).parent / "scripts"
SHARED = "frames.js"  # what stands before the scripts of the elements that have frames
ELEMENTS = {path.name: f"<tips-{path.stem}" for path in sorted(KIT.glob("*.js")) if path.name != SHARED}
NOT_USED = re.compile("thebe|toggle|design-tabs|DOCUMENTATION_OPTIONS[.]")
"""Scripts and styles of extensions that Jupyter Book always loads, for things that this book does without."""


def make_static(app):
    """Tell the kernels that the build starts to make static forms, one BLAS thread each."""
    os.environ["TIPSLIB_FRAMES"] = str(Path(app.outdir).parent / "frames")
    os.environ["OPENBLAS_NUM_THREADS"] = "1"


def serve_scripts(app, config):
    """Serve the scripts and the style of the widgets, which are files of the book kit."""
    config.html_static_path.append(str(KIT))
    for script in (SHARED, *ELEMENTS):
        app.add_js_file(script)


# ---------------------------------------------------------------------------------------------------- style and icons


def one_style(static, names):
    """Return one style sheet for `static`, made of the named ones, whose own addresses still hold."""
    parts = []
    for name in names:
        folder, text = posixpath.dirname(name), (static / name).read_text(encoding="utf-8")
        moved = re.sub(
            r"""url\((['"]?)(?!data:|#|https?:)([^)'"]+)\1\)""",
            lambda m, at=folder: f"url({posixpath.normpath(posixpath.join(at, m[2]))})",
            re.sub(r"/\*.*?\*/|@charset[^;]*;|,url\([^)]*\.ttf\) format\(\"truetype\"\)", "", text, flags=re.DOTALL),
        )
        parts.append(re.sub(r"\s*\n\s*", "\n", moved))
    return "\n".join(parts).replace("font-display:block", "font-display:swap")


USED_ONLY = """
const {PurgeCSS} = require(process.argv[1]), [folder] = process.argv.slice(2);
new PurgeCSS().purge({
  css: [`${folder}/_static/book.css`],
  content: [`${folder}/**/*.html`, `${folder}/_static/**/*.js`],
  skippedContentGlobs: [`${folder}/lite/**`],
}).then(([result]) => process.stdout.write(result.css));
"""


def used_only(folder):
    """Return the rules of the style sheet for what stands on a page of this folder, or may be put there by a script."""
    command = [node(), "-e", USED_ONLY, MODULES / "purgecss", folder.as_posix()]
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout


def address_of_style(app, named):
    """Return the address of the style sheet of all pages; another one when anything in it may have changed.

    Its rules depend on what stands on the pages, so each edition of the book has an address of its own.
    """
    app.book_style = [*FIRST, *dict.fromkeys(named), FORMULAS, "widgets.css", "site.css"]
    parts = [*app.book_style, *(f"{package} {version(package)}" for package in STYLED_BY)]
    return f"_static/book.css?v={hashlib.sha256('|'.join([*parts, edition(app)]).encode()).hexdigest()[:8]}"


@cache
def edition(app):
    """Return a key of what pages and style sheet are made of: sources, styles, scripts, templates, the library."""
    sources = (app.env.doc2path(name) for name in sorted(app.env.found_docs))
    book = (Path(app.srcdir) / folder for folder in ("_ext", "_static", "_templates"))
    packages = (Path(package.__file__).parent for package in (tipslib, tipsbook))
    parts = (p for folder in (*book, *packages) for p in sorted(folder.rglob("*.*")))
    files = (*sources, *(p for p in parts if p.suffix in STYLED_WITH), MODULES / "purgecss" / "package.json")
    return hashlib.sha256(b"".join(Path(file).read_bytes() for file in files)).hexdigest()


def write_style(app, error):
    """Write the style sheet once all its parts are there."""
    if not error and hasattr(app, "book_style"):  # else no page was written
        static = Path(app.outdir) / "_static"
        (static / "book.css").write_text(one_style(static, app.book_style), encoding="utf-8")
        (static / "book.css").write_text(used_only(static.parent), encoding="utf-8")


def subset_icons(app, error):
    """Keep only the icons that the style sheet still names; drop what no page loads."""
    static = Path(app.outdir) / "_static"
    if error or not (static / "book.css").exists():
        return
    used = {int(c, 16) for c in re.findall(r'"\\([0-9a-f]{4})"', (static / "book.css").read_text(encoding="utf-8"))}
    for font in (static / "vendor" / "fontawesome").rglob("*.woff2"):
        face = TTFont(font)
        subsetter = subset.Subsetter(options := subset.Options(flavor="woff2", layout_features=[], glyph_names=False))
        subsetter.populate(unicodes=used)
        subsetter.subset(face)
        subset.save_font(face, font, options)
    for unread in ("**/*.map", "**/fontawesome.js", "**/*.ttf", "**/fontawesome/*.txt", "sphinx-thebe.*", "locales"):
        for path in static.glob(unread):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


# ------------------------------------------------------------------------------------------------ scripts of each page

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
    """Give the page its scripts, each once and deferred, and the book's one style sheet."""
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
    context["script_files"] = kept
    styles = [str(css.filename).removeprefix("_static/") for css in context["css_files"]]
    context["book_style"] = address_of_style(app, [s for s in styles if not NOT_USED.search(s) and s != "site.css"])
    context["css_files"] = []


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
HIDDEN_NAME = '<summary aria-label="Toggle hidden content">'


def mend(body):
    """Say sizes as attributes, which keep a picture's shape at any width, and let folds go by the text that is seen."""
    return STYLED.sub(r'width="\1" height="\2"', body).replace(HIDDEN_NAME, "<summary>")


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
    pages = [] if error else Path(app.outdir).rglob("*.html")
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
    app.connect("build-finished", write_style, priority=600)
    app.connect("build-finished", subset_icons, priority=700)
    app.connect("build-finished", tidy_frames)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
