"""Fonts cut down to what the pages use: those of the formulas and those of the icons. A cut made before is kept."""

import hashlib
import html
import re
import shutil
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from style import book_pages

UNREAD = ("**/*.map", "**/fontawesome.js", "**/*.ttf", "**/fontawesome/*.txt", "sphinx-thebe.*", "locales")


def cut(font, characters, kept, **options):
    """Leave in a font file the characters with these code points alone; `kept` is the folder of cuts made before."""
    key = hashlib.sha256(repr((sorted(characters), options)).encode() + font.read_bytes()).hexdigest()
    done = kept / f"{key}.woff2"
    if not done.exists():
        kept.mkdir(exist_ok=True)
        settings = subset.Options(flavor="woff2", **options)
        face, subsetter = TTFont(font), subset.Subsetter(settings)
        subsetter.populate(unicodes=characters)
        subsetter.subset(face)
        subset.save_font(face, part := done.with_suffix(".part"), settings)
        part.replace(done)
    shutil.copy(done, font)


def cut_fonts(app, error):
    """Cut the fonts of formulas to the characters of the pages, those of icons to the ones that the style names."""
    static = Path(app.outdir) / "_static"
    if error or app.builder.name != "html":
        return
    kept = Path(app.outdir).parent / "fonts"
    texts = (page.read_text(encoding="utf-8") for page in book_pages(app))
    used = {ord(c) for text in texts for c in html.unescape(re.sub(r"<[^>]*>", "", text))}
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
    app.connect("build-finished", cut_fonts, priority=700)
    app.connect("build-finished", drop_unread, priority=700)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
