"""The glossary and the chapters agree: a term that a chapter names in other languages leads to its entry there."""

import re
from itertools import pairwise

import pytest
from myst_parser.mdit_to_docutils.base import default_slugify

from book import BOOK, CHAPTERS, NOTEBOOKS, anchors, page, prose, to_come

GLOSSARY = "appendix/glossary.md"
LANGUAGES = {"zh-Hans": "[\u4e00-\u9fff]", "zh-Hant": "[\u4e00-\u9fff]", "ko": "[\uac00-\ud7a3]"}
SPAN = re.compile(r'<span lang="([\w-]+)">([^<>]+)</span>')
NAMES = re.compile(r"\(<span[^()]*\)")
BOLD = re.compile(r"\*\*((?:\[[^\]]*\]\([^)]*\)|[^*])+?)\*\*")
LINK = re.compile(r"\[[^\]]+\]\([^)#]*glossary\.md#([^)]+)\)")
SEE = re.compile(
    r"See (?:\[(?P<title>[^\]]+)\]\((?P<page>[^)#]+)(?:#(?P<heading>[^)]+))?\)|\*(?P<chapter>[^*]+)\*, to come)\."
)

ENTRIES = dict(part.split("\n", 1) for part in re.split(r"^### ", page(GLOSSARY), flags=re.MULTILINE)[1:])
ENTRIES = {term: re.sub(r"^## .*", "", text, flags=re.MULTILINE).strip() for term, text in ENTRIES.items()}
BY_ANCHOR = {default_slugify(term): term for term in ENTRIES}
PAGES = [n for n in NOTEBOOKS if not n.startswith("solutions/")]
PAGES += [p.relative_to(BOOK).as_posix() for p in BOOK.rglob("*.md") if p != BOOK / GLOSSARY]


def names(text: str) -> dict[str, str]:
    return dict(SPAN.findall(text))


def introductions(text: str) -> list[tuple[str, str]]:
    """Return the names in other languages, each with what stands before them in their paragraph."""
    found = []
    for paragraph in re.split(r"\n\s*\n", text):
        start = 0
        for match in NAMES.finditer(paragraph):
            found.append((paragraph[start : match.start()], match[0]))
            start = match.end()
    return found


@pytest.mark.parametrize("name", [n for n in PAGES if n.endswith(".ipynb")])
def test_terms_with_names_lead_to_the_entry_with_these_names(name):
    introduced = introductions(prose(name))
    assert sum(len(SPAN.findall(group)) for _, group in introduced) == len(re.findall("<span lang", prose(name)))
    for before, group in introduced:
        bold = BOLD.findall(before)
        links = LINK.findall(bold[-1] if bold else before)
        assert links, f"...{before[-60:]}{group}: link the term to the glossary"
        assert links[-1] in BY_ANCHOR, f"the glossary has no {links[-1]}"
        assert names(group).items() <= names(ENTRIES[BY_ANCHOR[links[-1]]]).items(), f"{links[-1]}: other names"


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_chapter_introduces_terms(name):
    assert introductions(prose(name))


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_to_entries(name):
    assert [link for link in LINK.findall(page(name)) if link not in BY_ANCHOR] == []


def test_entries_stand_in_alphabetical_order():
    order = [term.lower().replace("-", " ") for term in ENTRIES]
    assert [pair for pair in pairwise(order) if pair[0] >= pair[1]] == []
    letters = re.findall(r"^## (.)$", page(GLOSSARY), re.MULTILINE)
    assert letters == sorted({term[0] for term in ENTRIES})
    assert re.findall(r"\[(.)\]\(#(.)\)", page(GLOSSARY)) == [(letter, letter.lower()) for letter in letters]


@pytest.mark.parametrize("term", ENTRIES)
class TestEveryEntry:
    def test_names_are_marked_with_their_language(self, term):
        first = ENTRIES[term].split("\n\n")[0]
        if "<span" not in ENTRIES[term]:  # a name that is the same everywhere
            assert not re.search("|".join(LANGUAGES.values()), ENTRIES[term])
            return
        parts = first.split(" · ")
        for part, (language, letters) in zip(parts, LANGUAGES.items(), strict=True):
            if part != "–":
                assert SPAN.fullmatch(part)[1] == language
                assert re.search(letters, part)
        assert parts != ["–"] * 3
        assert len(SPAN.findall(ENTRIES[term])) == len(names(first))

    def test_it_is_explained(self, term):
        text = SEE.sub("", SPAN.sub("", ENTRIES[term])).strip(" ·–\n")
        assert 5 <= len(text.split()) <= 60
        assert len(re.findall(r"[.:?](?=\s|$)", text)) >= 1

    def test_it_says_where_the_book_explains_it(self, term):
        see = SEE.search(ENTRIES[term])
        assert see
        assert ENTRIES[term].endswith(see[0])
        if see["chapter"]:
            assert see["chapter"] in to_come(), f"{see['chapter']} is there: link it"
            return
        target = (BOOK / "appendix" / see["page"]).resolve().relative_to(BOOK).as_posix()
        title, _, section = see["title"].partition(": ")
        assert title in re.findall(r"^# (.+?)(?:, step by step)?$", page(target), re.MULTILINE)
        if section or see["heading"]:
            assert default_slugify(section.replace("`", "")) == see["heading"]
            assert see["heading"] in anchors(target)

    def test_the_book_leads_to_it_or_will(self, term):
        links = {link for name in PAGES for link in LINK.findall(page(name))}
        assert default_slugify(term) in links or SEE.search(ENTRIES[term])["chapter"]


def test_names_belong_to_one_entry():
    for language in LANGUAGES:
        used = [names(text)[language] for text in ENTRIES.values() if language in names(text)]
        assert [name for name in used if used.count(name) > 1] == []
