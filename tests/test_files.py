"""How many files a change touches: what is named after a chapter, a layer, an optimizer, and what must list it."""

import re
from pathlib import Path

import pytest

from tipsbook.exercises import chapters

ROOT = Path(__file__).resolve().parent.parent
LISTED_BY_HAND = {  # where a reader looks for chapters; the rest finds them
    "_toc.yml",
    "book/index.md",
    "book/appendix/errata.toml",
    "book/appendix/glossary.md",
    "book/appendix/teaching.md",
}
BESIDE = {"book/references.bib", "CHANGELOG.md"}  # papers and news, which do not name the chapter's file
SUFFIXES = {".py", ".md", ".toml", ".yml", ".ipynb", ".html", ".js", ".css"}
FOLDERS = ("book", "src", "tests", "scripts", "benchmarks", "binder", ".github")


def texts() -> dict[str, str]:
    """Return the text of every file that might name a chapter, by its place."""
    found = [p for folder in FOLDERS for p in (ROOT / folder).rglob("*") if p.suffix in SUFFIXES and p.is_file()]
    found += [p for p in ROOT.iterdir() if p.suffix in SUFFIXES]
    unwanted = {"__pycache__", ".ipynb_checkpoints"}
    return {p.relative_to(ROOT).as_posix(): p.read_text(encoding="utf-8") for p in found if not unwanted & set(p.parts)}


TEXTS = texts()


def place_of(path: str, chapter: str) -> str:
    """Return the one place of a chapter that a file belongs to, such as its folder of exercises; else nothing."""
    named = chapter.replace("-", "_")
    folder = f"src/tipsbook/exercises/{named}/"
    if path.startswith(folder):
        return folder
    return path if Path(path).stem in (chapter, f"test_{named}") else ""


@pytest.mark.parametrize("chapter", chapters())
def test_a_chapter_touches_eleven_files(chapter):
    own = {place_of(path, chapter) for path in TEXTS} - {""}
    assert len(own) == 4, own  # notebook, solutions, exercises, tests
    name = re.compile(rf"(?<![\w-]){chapter}\.(ipynb|html)|file: \S+/{chapter}\b|^{chapter} = \{{", re.MULTILINE)
    listing = {path for path, text in TEXTS.items() if name.search(text) and not place_of(path, chapter)}
    leading = ("tests/", "CONTRIBUTING.md")  # as other chapters do, which lead to this one
    other = {p for p in listing if p.endswith(".ipynb") or "/data/" in p or p.startswith(leading)}
    assert listing - other <= LISTED_BY_HAND, listing - other - LISTED_BY_HAND
    assert len(own | LISTED_BY_HAND | BESIDE) == 11


def test_nothing_in_the_code_lists_the_chapters():
    """A module that named three chapters or more would have to be touched for a new one."""
    named = {c: re.compile(rf"[\"'./]{c.replace('-', '[-_]')}[\"'./]") for c in chapters()}
    found = {}
    for path, text in TEXTS.items():
        own = any(place_of(path, chapter) for chapter in named)
        if path.startswith(("src/", "scripts/", "book/_ext/")) and not own:
            found[path] = [chapter for chapter, name in named.items() if name.search(text)]
    assert {path: names for path, names in found.items() if len(names) > 2} == {}
