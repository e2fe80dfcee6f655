"""The errata answer all statements that the book set out to answer, and what they say of the chapters is there."""

import re
import tomllib

import pytest
from docutils.nodes import make_id

from book import BOOK, NOTEBOOKS, claims, prose

ERRATA = tomllib.loads((BOOK / "appendix" / "errata.toml").read_text(encoding="utf-8"))
PLACES = ERRATA.pop("chapters")
ENTRIES = {entry["says"]: entry for group in ERRATA.values() for entry in group}
STATEMENTS = range(1, 71)
each_entry = pytest.mark.parametrize("entry", ENTRIES.values(), ids=ENTRIES)


def text(chapter: str) -> str | None:
    """Return the Markdown of a chapter or a page, None if it is still to come."""
    page = PLACES[chapter]["page"]
    if f"{page}.ipynb" in NOTEBOOKS:
        return prose(f"{page}.ipynb")
    path = BOOK / f"{page}.md"
    return path.read_text(encoding="utf-8") if path.exists() else None


def test_every_statement_is_answered_once():
    covered = [number for entry in ENTRIES.values() for number in entry["covers"]]
    assert sorted(covered) == list(STATEMENTS)


def test_every_group_stands_on_the_page():
    page = (BOOK / "appendix" / "errata.md").read_text(encoding="utf-8")
    assert re.findall(r"```\{errata\} ([a-z-]+)\n", page) == list(ERRATA)


@pytest.mark.parametrize("chapter", PLACES)
def test_titles_are_those_of_the_chapters(chapter):
    found = text(chapter)
    if found is not None:
        title = re.search(r"^# (.+)$", found, re.MULTILINE)[1]
        assert title.startswith(PLACES[chapter]["title"])


@each_entry
def test_entry_is_short_and_says_where(entry):
    assert set(entry) == {"says", "true", "shown", "covers"}
    assert entry["says"].endswith(".")
    assert len(entry["says"].split()) <= 20
    assert len(entry["true"].split()) <= 65
    assert 1 <= len(entry["shown"]) <= 3


@each_entry
def test_places_exist(entry):
    for place in entry["shown"]:
        chapter, _, heading = place.partition("#")
        found = text(chapter)
        if found is not None and heading:
            assert heading in [make_id(line) for line in re.findall(r"^#+ (.+)$", found, re.MULTILINE)], place


@each_entry
def test_numbers_are_those_of_the_claims(entry):
    links = re.findall(r"\[([^\]]+)\]\(([a-z-]+)#claim-([a-z0-9-]+)\)", entry["true"])
    assert len(links) == entry["true"].count("](")
    for shown, chapter, name in links:
        if text(chapter) is not None:
            assert claims(f"{PLACES[chapter]['page']}.ipynb").get(name) == shown, name
