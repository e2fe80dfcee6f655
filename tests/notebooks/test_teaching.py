"""The page for teachers keeps up with the chapters: what it sets is there, and twelve meetings set all of it."""

import re

import pytest
from myst_parser.mdit_to_docutils.base import default_slugify

from book import CHAPTERS, ROOT, anchors, calls, page, prose, to_come

TEXT = re.sub(r"\s+", " ", page("appendix/teaching.md"))
SIX, TWELVE = re.search(r"## Six meetings (.*?) ## Twelve meetings (.*?) ## What each", TEXT).groups()
CHAPTER = r"(?:\[(?P<title>[^\]:]+)\]\(\.\./(?P<page>[\w/-]+\.ipynb)\)|\*(?P<coming>[^*:]+)\*)"
HEART = ["The recipe", "Vanishing gradients", "ReLU and Maxout", "Initialization", "Batch normalization"]
HEART += ["Adaptive learning rates", "Early stopping", "Regularization", "Dropout"]


def numbers(text: str) -> list[int]:
    """Return the numbers of a list such as `1, 4 and 7–9`."""
    found = []
    for first, last in re.findall(r"(\d+)(?:–(\d+))?", text):
        found += range(int(first), int(last or first) + 1)
    return found


def assigned(path: str, kind: str) -> dict[str, list[int]]:
    """Return the numbers of the predictions or exercises that a path sets, by the chapter's title."""
    found: dict[str, list[int]] = {}
    for match in re.finditer(rf"{kind}s? ([\d–]+(?:(?:, | and )[\d–]+)*) of {CHAPTER}", path):
        found.setdefault(match["title"] or match["coming"], []).extend(numbers(match[1]))
    return found


def rest(path: str, how: str = "all|the remaining") -> list[str]:
    """Return the titles of the chapters of which a path sets all exercises, or all that it has not set before."""
    found = re.finditer(rf"(?:{how}) exercises of {CHAPTER}", path)
    return [match["title"] or match["coming"] for match in found]


def asked(name: str, kind: str) -> list[int]:
    """Return the numbers of a chapter's predictions or exercises."""
    named = [args[0] for function in ("choose", "estimate", "check") for args, _ in calls(name, function)]
    pattern = r"-predict-(\d+)$" if kind == "prediction" else r"(?<!-predict)-(\d+)$"
    return sorted(int(found[1]) for n in named if (found := re.search(pattern, n)))


def title(name: str) -> str:
    return re.search(r"^# (.+)", prose(name), re.MULTILINE)[1]


def meetings(path: str) -> list[str]:
    return re.split(r"### \d+\. ", path)[1:]


def test_there_are_six_and_twelve_meetings():
    assert (len(meetings(SIX)), len(meetings(TWELVE))) == (6, 12)
    for meeting in meetings(SIX) + meetings(TWELVE):
        assert all(f"**{step}:**" in meeting for step in ("Before", "Show", "After")), meeting[:60]


@pytest.mark.parametrize("path", [SIX, TWELVE], ids=["six", "twelve"])
def test_both_paths_lead_through_all_chapters(path):
    assert set(assigned(path, "prediction")) == set(assigned(path, "exercise")) | set(rest(path)) == set(HEART)


def test_twelve_meetings_set_all_exercises_of_a_chapter_once():
    assert sorted(rest(TWELVE)) == sorted(HEART)
    assert set(rest(TWELVE, "the remaining")) == set(assigned(TWELVE, "exercise"))


@pytest.mark.parametrize("name", [n for n in CHAPTERS if title(n) in HEART])
@pytest.mark.parametrize("kind", ["prediction", "exercise"])
def test_what_is_set_is_in_the_chapter(name, kind):
    there, in_twelve = asked(name, kind), assigned(TWELVE, kind).get(title(name), [])
    assert set(assigned(SIX, kind)[title(name)]) <= set(there)
    if kind == "exercise":
        in_twelve = [*in_twelve, *(set(there) - set(in_twelve))]  # what remains
    assert sorted(in_twelve) == there, "twelve meetings set everything once"


def test_chapters_are_links_and_those_to_come_are_not():
    for match in re.finditer(r"(?<!\*)\*([^*]+)\*(?!\*)", SIX + TWELVE):
        assert match[1].partition(": ")[0] in to_come(), f"{match[1]} is there: link it"
    for text, target, heading in re.findall(r"\[([^\]]+)\]\(\.\./([\w/-]+\.ipynb)(?:#([^)]+))?\)", TEXT):
        chapter, _, section = text.partition(": ")
        assert chapter == title(target)
        assert heading == default_slugify(section)
        assert not heading or heading in anchors(target), f"{target} has no {section!r}"


def test_the_code_runs(capsys):
    [code] = re.findall(r"```python\n(.*?)```", page("appendix/teaching.md"), re.DOTALL)
    exec(compile(code, "teaching.md", "exec"), {})
    lines = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"\d+ code exercises", lines[-1])
    assert sum(" - " in line for line in lines) >= 3


def test_the_citation_is_that_of_the_repository():
    cff = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    bibtex = re.sub(r"[{}]", "", re.search(r"```bibtex\n(.*?)```", page("appendix/teaching.md"), re.DOTALL)[1])
    for field in (r'^title: "(.+)"', r"name: (.+)", r"^version: (.+)"):
        assert re.search(field, cff, re.MULTILINE)[1] in bibtex
    assert "http" not in bibtex


def test_the_licenses_are_those_of_the_repository():
    assert "CC BY 4.0" in TEXT
    assert "CC BY 4.0" in (ROOT / "LICENSE-CONTENT").read_text(encoding="utf-8")
    assert "BSD 3-Clause" in TEXT
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("BSD 3-Clause")


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_promises_what_one_can_be_tested_on(name):
    [promises] = re.findall(r"After this chapter you can\n\n((?:- .+\n(?:  .+\n)*)+)", prose(name))
    assert 3 <= len(re.findall("^- ", promises, re.MULTILINE)) <= 5
    assert promises.endswith(".\n")
