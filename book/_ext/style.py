"""The one style sheet of all pages: joined from its parts, cut down to the rules in use."""

import hashlib
import posixpath
import re
import subprocess
from functools import cache
from importlib.metadata import version
from pathlib import Path

from maths import MODULES, node

import tipsbook
import tipslib

FIRST = ("basic.css", "styles/pydata-sphinx-theme.css")  # then what Sphinx and its extensions add, then this:
FORMULAS = "katex/katex.css"
OWN = ("look.css", "widgets.css", "landing.css", "site.css")  # last, so that they win
STYLED_BY = ("sphinx", "sphinx-book-theme", "pydata-sphinx-theme", "myst-nb", "sphinx-design", "sphinx-copybutton")
STYLED_WITH = (".css", ".html", ".js", ".py")
NOT_USED = re.compile("thebe|toggle|design-tabs")
"""Styles of extensions that Jupyter Book always loads, for things that this book does without."""


def book_pages(app):
    """Return the files of the built pages, without those of the lab."""
    out = Path(app.outdir)
    return sorted(p for p in out.rglob("*.html") if p.relative_to(out).parts[0] not in ("lite", "_static"))


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
    app.book_style = [*FIRST, *dict.fromkeys(named), FORMULAS, *OWN]
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


def give_style(app, pagename, templatename, context, doctree):
    """Give the page the book's one style sheet."""
    styles = [str(css.filename).removeprefix("_static/") for css in context["css_files"]]
    context["book_style"] = address_of_style(app, [s for s in styles if not NOT_USED.search(s) and s not in OWN])
    context["css_files"] = []


def setup(app):
    app.connect("html-page-context", give_style, priority=900)
    app.connect("build-finished", write_style, priority=600)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
