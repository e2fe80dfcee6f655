"""Fonts cut down to what the pages use: of text, code, formulas and icons. A cut made before is kept."""

import hashlib
import html
import re
import shutil
from functools import cache
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer
from maths import MODULES
from style import book_pages

FACES = {  # file of look.css -> package and file of the typeface
    "serif": "source-serif-4/files/source-serif-4-latin-wght-normal",
    "serif-italic": "source-serif-4/files/source-serif-4-latin-wght-italic",
    "sans": "source-sans-3/files/source-sans-3-latin-wght-normal",
    "code": "source-code-pro/files/source-code-pro-latin-wght-normal",
}
WEIGHTS = (400, 700)
UNREAD = ("**/*.map", "**/fontawesome.js", "**/*.ttf", "**/fontawesome/*.txt", "sphinx-thebe.*", "locales")


def cut(font, characters, kept, *, name="", **options):
    """Leave in a font file the characters with these code points alone; `kept` is the folder of cuts made before.

    A variable font for which a new name is given keeps the weights that the pages use, too.
    """
    key = hashlib.sha256(repr((sorted(characters), name, options)).encode() + font.read_bytes()).hexdigest()
    done = kept / f"{key}.woff2"
    if not done.exists():
        kept.mkdir(exist_ok=True)
        settings = subset.Options(flavor="woff2", **options)
        face, subsetter = TTFont(font), subset.Subsetter(settings)
        subsetter.populate(unicodes=characters)
        subsetter.subset(face)
        if name:
            face = instancer.instantiateVariableFont(face, {"wght": WEIGHTS})
            for record in face["name"].names:
                record.string = record.toUnicode().replace("Source", name)
        subset.save_font(face, part := done.with_suffix(".part"), settings)
        part.replace(done)
    shutil.copy(done, font)


def place_faces(app, error):
    """Put the typefaces of the text beside the style sheet, cut to the characters of the pages that are no formulas."""
    if error or app.builder.name != "html":
        return
    static, kept = Path(app.outdir) / "_static", Path(app.outdir).parent / "fonts"
    (static / "fonts").mkdir(exist_ok=True)
    used = characters(app)
    for name, file in FACES.items():
        font = static / "fonts" / f"{name}.woff2"
        shutil.copy(MODULES / "@fontsource-variable" / f"{file}.woff2", font)
        cut(font, used, kept, name="Tips", hinting=False, layout_features=["kern", "ccmp", "mark", "lnum", "tnum"])
        shutil.copy(MODULES / "@fontsource-variable" / file.partition("/")[0] / "LICENSE", font.with_suffix(".txt"))


@cache
def characters(app):
    """Return the code points of the texts of all pages, which stand when this is asked first."""
    texts = (page.read_text(encoding="utf-8") for page in book_pages(app))
    return {ord(c) for text in texts for c in set(html.unescape(re.sub(r"<[^>]*>", "", text)))}


def cut_fonts(app, error):
    """Cut the fonts of formulas to the characters of the pages, those of icons to the ones that the style names."""
    static = Path(app.outdir) / "_static"
    if error or app.builder.name != "html":
        return
    kept = Path(app.outdir).parent / "fonts"
    used = characters(app)
    for font in (static / "katex" / "fonts").glob("*.woff2"):
        cut(font, used, kept, hinting=False)
    icons = re.findall(r'"\\([0-9a-f]{4})"', (static / "book.css").read_text(encoding="utf-8"))
    for font in (static / "vendor" / "fontawesome").rglob("*.woff2"):
        cut(font, {int(icon, 16) for icon in icons}, kept, layout_features=[], glyph_names=False)


def drop_unread(app, error):
    """Drop what no page loads."""
    for pattern in () if error else UNREAD:
        for path in (Path(app.outdir) / "_static").glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def setup(app):
    app.connect("build-finished", place_faces, priority=550)
    app.connect("build-finished", cut_fonts, priority=700)
    app.connect("build-finished", drop_unread, priority=700)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
