"""What every notebook of the book keeps to, so that it reads, runs and tests the same on every surface."""

import ast
import itertools
import re
from typing import Any

import pytest

import tipsbook
from book import (
    BOOK,
    CHAPTERS,
    CHECKED,
    NOTEBOOKS,
    REVISED,
    calls,
    cells,
    claim_links,
    claims,
    code,
    headlines,
    lines_of_code,
    page,
    prose,
    tags,
)

CARD = re.compile(r"^- \*\*Symptom\.\*\* .+?(?=\n\n)", re.DOTALL | re.MULTILINE)
COLUMNS = 72  # what the page shows of a line of code without scrolling
TAGS = {"hide-input", "claim", CHECKED, "raises-exception"}
FORBIDDEN = {
    r"^\s*[%!]": "no magics: they are not Python",
    r"\binteract\b": "explore, not interact",
    r"np\.random\.(seed|rand|randn|normal|uniform)\b": "a generator with a visible seed",
    r"filterwarnings|simplefilter": "no warning is hidden",
    r"\btry:\s*\n\s*(import|from)\b": "imports do not depend on the machine",
    r"https?://": "nothing needs a network",
}


def imported(name: str) -> list[tuple[str, set[str]]]:
    """Return each module that a notebook imports, with the names taken from it, an empty one for `import module`."""
    found = []
    for cell in code(name):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Import):
                found += [(alias.name, {""}) for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                found.append((node.module, {alias.name for alias in node.names}))
    return found


def printed(cell: Any) -> list[str]:
    """Return the lines of text that a cell has stored, printed or as its value; a page shows HTML in place of text."""
    values = [o.data for o in cell.outputs if "data" in o and "text/html" not in o.data]
    texts = [o.text for o in cell.outputs if o.output_type == "stream"] + [v.get("text/plain", "") for v in values]
    return [line for text in texts for line in text.splitlines()]


@pytest.mark.parametrize("name", NOTEBOOKS)
class TestEveryNotebook:
    def test_lines_fit_the_column(self, name):
        """A longer one would be cut off, or scroll, where the code stands beside the margin."""
        assert [line for c in code(name) for line in c.source.splitlines() if len(line) > COLUMNS] == []

    def test_what_is_printed_fits_the_column(self, name):
        assert [line for c in code(name) for line in printed(c) if len(line) > COLUMNS] == []

    def test_cells_are_short(self, name):
        assert {c.id: n for c in code(name) if (n := lines_of_code(c.source)) > 25} == {}
        seen = [c for c in code(name) if "hide-input" not in tags(c)]
        assert {c.id: n for c in seen if (n := len(c.source.splitlines())) > 35} == {}

    def test_most_cells_show_one_idea(self, name):
        over = [c.id for c in code(name) if lines_of_code(c.source) > 15]
        assert len(over) <= len(code(name)) // 4, over

    def test_imports_are_numpy_matplotlib_the_library_and_the_kit(self, name):
        for module, _ in imported(name):
            assert module.split(".")[0] in {"numpy", "matplotlib", "tipslib", "tipsbook"}

    def test_the_kit_is_imported_by_name_from_its_front_door(self, name):
        for module, names in imported(name):
            if module.split(".")[0] == "tipsbook":
                assert module == "tipsbook", f"from tipsbook import ..., not from {module}"
                assert names <= set(tipsbook.__all__), "what tipsbook offers, by name"

    @pytest.mark.parametrize(("pattern", "reason"), FORBIDDEN.items())
    def test_nothing_forbidden(self, name, pattern, reason):
        assert [c.id for c in code(name) if re.search(pattern, c.source, re.MULTILINE)] == [], reason

    def test_tags_are_known(self, name):
        assert {t for c in cells(name) for t in tags(c)} <= TAGS

    def test_outputs_are_stored_only_where_they_are_exact(self, name):
        for cell in code(name):
            if CHECKED in tags(cell):
                assert cell.outputs, f"{cell.id}: make refresh"
                assert cell.execution_count is not None, "nbval compares nothing without it"
                assert not any(o.output_type == "error" for o in cell.outputs)
            else:
                assert (cell.outputs, cell.execution_count) == ([], None), f"{cell.id}: make refresh"

    def test_something_exact_is_stored(self, name):
        assert any(CHECKED in tags(c) for c in code(name))

    def test_one_title(self, name):
        text = re.sub(r"```.*?```", "", prose(name), flags=re.DOTALL)
        assert len(re.findall(r"^# ", text, re.MULTILINE)) == 1

    def test_paragraphs_are_short(self, name):
        for paragraph in re.split(r"\n\s*\n", prose(name)):
            if not paragraph.lstrip().startswith(("|", "-", "```", ":::", "$$", "1.")):
                assert len(paragraph.split()) <= 120, paragraph[:80]

    def test_formulas_follow_the_house_rules(self, name):
        found = re.findall(
            r"\\(?:color|textcolor|tag|label|eqref|newcommand|mathrm\{in\})|\\begin\{(?:align|equation|gather)\}",
            prose(name),
        )
        assert not found
        headings = re.findall(r"^#+ .*\$.*$", prose(name), re.MULTILINE)
        assert not headings, "formulas break the table of contents"

    def test_figures_have_text_that_says_what_is_seen(self, name):
        for cell in code(name):
            last = ast.unparse(ast.parse(cell.source).body[-1])
            if "plt.show()" in cell.source or re.match(r"(plotting\.)?\w*(plot|curves|bars|histogram)\w*\(", last):
                alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
                assert len(alt.split()) >= 8, f"{cell.id}: alt text says what is seen, got {alt!r}"


@pytest.mark.parametrize("name", CHAPTERS)
class TestEveryChapter:
    def test_size(self, name):
        text = re.sub(r"\]\([^)]*\)|\{[a-z:-]+\}|\$[^$]*\$", " ", prose(name))
        assert 3000 <= len(re.findall(r"[A-Za-z][A-Za-z'-]+", text)) <= 6000
        assert 45 <= len(cells(name)) <= 80

    def test_a_sentence_stands_between_code_cells(self, name):
        kinds = [c.cell_type for c in cells(name)]
        assert [i for i, pair in enumerate(itertools.pairwise(kinds)) if pair == ("code", "code")] == []

    def test_floor(self, name):
        chapter = name.split("/")[1].removesuffix(".ipynb")
        named = [args[0] for f in ("check", "choose", "estimate") for args, _ in calls(name, f)]
        exercises = {n for n in named if re.fullmatch(rf"{chapter}-\d+", n)}
        predictions = {n for n in named if re.fullmatch(rf"{chapter}-predict-\d+", n)}
        assert set(named) == exercises | predictions, "names are <chapter>-<n> and <chapter>-predict-<n>"
        assert exercises >= {f"{chapter}-{i}" for i in range(1, 7)}
        assert len(predictions) >= 2
        assert len(calls(name, "explore")) >= 3
        assert len(claims(name)) >= 6

    def test_exercises_come_in_order(self, name):
        text = "\n".join(c.source for c in code(name))
        numbers = [
            int(n)
            for n in re.findall(r"(?:check|choose|estimate)\(\s*\"[a-z-]+?-(\d+)\"", re.sub(r"predict-\d+", "", text))
        ]
        assert numbers == sorted(numbers)

    def test_questions_have_three_wrong_answers_with_replies(self, name):
        for args, named in calls(name, "choose"):
            assert len(args[2]) >= 4, f"{args[0]}: one right and three wrong options"
            assert named["right"] in args[2]
        for args, named in calls(name, "estimate"):
            assert named["factor"] is None or named["factor"] >= 1
            assert args[0]

    def test_widgets_have_at_most_three_controls(self, name):
        assert max(len(named.keys() - {"tries"}) for _, named in calls(name, "explore")) <= 3

    def test_widgets_have_moves_to_try(self, name):
        assert all("tries" in named for _, named in calls(name, "explore"))
        assert "*Try:*" not in prose(name), "moves are buttons, tries=..."

    def test_each_claim_is_printed_and_each_link_is_a_claim(self, name):
        shown, links = claims(name), claim_links(name)
        assert {claim for _, claim in links} == set(shown)
        assert [(text, claim) for text, claim in links if text != shown[claim]] == []

    def test_references_stand_in_the_bibliography(self, name):
        listed = prose(name).partition("\n## References")[2]
        entries = [line for line in re.split(r"\n(?=- )", listed) if line.startswith("- ")]
        assert len(entries) >= 3
        known = (BOOK / "references.bib").read_text(encoding="utf-8")
        for entry in entries:
            links = re.findall(r"\]\((?:https://(?:doi\.org|arxiv\.org/abs)/)?([^)]+)\)", entry)
            assert links, f"{entry!r} has no DOI, arXiv number or address"
            assert [link for link in links if link not in known] == [], entry

    def test_claim_cells_are_tagged(self, name):
        for cell in code(name):
            assert ("claim" in tags(cell)) == bool(re.search(r"(?<!\w)claim\(", cell.source))
            if "claim" in tags(cell):
                assert "hide-input" in tags(cell)
                assert "assert " in cell.source
                assert cell.source.rstrip().splitlines()[-1].startswith(("claim(", ")", "    "))


TAG = re.compile(
    r"</?[A-Za-z][A-Za-z0-9]*(?:\s+[a-z-]+=\"[^\"]*\")*\s*/?>|<https?://[^>\s]+>"
)  # `<` alone is less than


def words(text: str) -> int:
    """Return how many words a reader meets: no folds, no addresses, no lists of references."""
    text = re.sub(r"^(`{3,}).*?^\1`*$", "", text.partition("\n## References")[0], flags=re.DOTALL | re.MULTILINE)
    return len(TAG.sub(" ", re.sub(r"\]\([^)]*\)", " ", text)).split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('one <span lang="ko">two</span> three<br>four', 4),
        ("$a < b$ and one two $c > d$", 9),
        ("$0<x$ one two three four $y>1$", 6),
        ("[one two](page.md#part) three", 3),
        ("```{dropdown} Fold\nsix seven\n```\none", 1),
        ("one\n\n## References\n\n- two", 1),
    ],
)
def test_words_are_those_a_reader_meets(text, expected):
    assert words(text) == expected


@pytest.mark.parametrize("name", REVISED)
class TestRevisedChapters:
    def test_it_has_headlines_and_the_text_leads_to_each(self, name):
        assert 2 <= len(headlines(name)) <= 5
        assert set(re.findall(r"\]\(#headline-([a-z0-9-]+)\)", prose(name))) == set(headlines(name))

    def test_headlines_are_folded_cells(self, name):
        for cell in code(name):
            if re.search(r"(?<!\w)headline\(", cell.source):
                assert "hide-input" in tags(cell)
                assert cell.source.rstrip().endswith(")"), "the last value of a cell is shown"

    def test_a_card_serves_who_is_in_a_hurry(self, name):
        card = CARD.search(prose(name))
        assert card, "a list of Symptom, Check, Tip, Limit under the first figure"
        assert re.findall(r"^- \*\*(\w+)\.\*\*", card[0], re.MULTILINE) == ["Symptom", "Check", "Tip", "Limit"]
        assert words(card[0]) <= 90

    def test_the_main_path_is_short(self, name):
        assert words(prose(name)) <= 3200

    def test_paragraphs_are_short(self, name):
        paragraphs = re.split(r"\n\n+", prose(name).partition("\n## References")[0])
        assert [p for p in paragraphs if words(p) > 100 and not p.startswith(("|", "- ", "1. ", "```"))] == []


def test_headlines_are_named_once():
    named = [headline for name in CHAPTERS for headline in headlines(name)]
    assert len(named) == len(set(named))


def test_the_code_of_the_first_page_fits_the_column():
    blocks = re.findall(r"^```\{code-cell\}\n(.*?)^```$", page("index.md"), re.DOTALL | re.MULTILINE)
    assert len(blocks) >= 2
    assert [line for block in blocks for line in block.splitlines() if len(line) > COLUMNS] == []


def test_claims_are_named_once():
    named = [claim for name in CHAPTERS for claim in claims(name)]
    assert len(named) == len(set(named))
