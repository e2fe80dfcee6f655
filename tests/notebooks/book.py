"""The notebooks of the book as the tests read them."""

import ast
import io
import re
import tokenize
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
from myst_parser.mdit_to_docutils.base import default_slugify

ROOT = Path(__file__).resolve().parents[2]
BOOK = ROOT / "book"
NOTEBOOKS = sorted(p.relative_to(BOOK).as_posix() for p in BOOK.glob("[!_]*/*.ipynb"))
CHAPTERS = [name for name in NOTEBOOKS if not name.startswith(("solutions/", "appendix/"))]
TO_REVISE = {  # chapters whose headlines have not been measured again
    "generalization/early-stopping.ipynb",
    "generalization/regularization.ipynb",
    "training/batch-normalization.ipynb",
    "training/initialization.ipynb",
    "training/relu-maxout.ipynb",
}
REVISED = [name for name in CHAPTERS if name not in TO_REVISE]
CHECKED = "nbval-check-output"


@cache
def cells(name: str) -> list[Any]:
    """Return the cells of a notebook, given as `training/vanishing-gradients.ipynb`."""
    return nbformat.read(BOOK / name, as_version=4).cells


def code(name: str) -> list[Any]:
    return [c for c in cells(name) if c.cell_type == "code"]


def tags(cell: Any) -> list[str]:
    return cell.metadata.get("tags", [])


def prose(name: str) -> str:
    """Return the Markdown of a notebook."""
    return "\n\n".join(c.source for c in cells(name) if c.cell_type == "markdown")


def calls(name: str, function: str) -> list[tuple[list[Any], dict[str, Any]]]:
    """Return the literal arguments of every call of a function in a notebook; what is no literal is None."""
    found = []
    for cell in code(name):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", None) == function:
                found.append(([literal(a) for a in node.args], {k.arg: literal(k.value) for k in node.keywords}))
    return found


def literal(node: ast.AST) -> Any:
    try:
        return ast.literal_eval(node)
    except ValueError:
        return None


def claims(name: str) -> dict[str, str]:
    """Return what each claim of a notebook prints."""
    return {args[0]: named["shown"] for args, named in calls(name, "claim")}


def claim_links(name: str) -> list[tuple[str, str]]:
    """Return (text, claim) of each link to a claim in the prose."""
    return re.findall(r"\[([^\]]+)\]\(#claim-([a-z0-9-]+)\)", prose(name))


def headlines(name: str) -> list[str]:
    """Return the names of the headlines of a notebook."""
    return [args[0] for args, _ in calls(name, "headline")]


def page(name: str) -> str:
    """Return the Markdown of a page of the book, a notebook or not."""
    return prose(name) if name.endswith(".ipynb") else (BOOK / name).read_text(encoding="utf-8")


def anchors(name: str) -> set[str]:
    """Return what links to the headings of a page end in, as MyST and GitHub make it."""
    text = re.sub(r"^```.*?^```", "", page(name), flags=re.DOTALL | re.MULTILINE)
    return {default_slugify(h.replace("`", "")) for h in re.findall(r"^#{1,3} (.+)$", text, re.MULTILINE)}


def lines_of_code(source: str) -> int:
    """Return how many lines a cell would have if none of them were broken, without those that hold a comment alone.

    So a limit says how much happens in a cell, at any width of the page.
    """
    continued, first = 0, None
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type in (tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER):
            continue
        first = token.start[0] if first is None else first
        if token.type == tokenize.NEWLINE:
            continued, first = continued + token.start[0] - first, None
    lines = source.splitlines()
    return len(lines) - continued - sum(line.lstrip().startswith("#") for line in lines)


def to_come() -> set[str]:
    """Return the titles of the chapters that the map on the first page names without a link."""
    cells = re.findall(r"^- [^|]+ \| ([^|]+) \| .+$", page("index.md"), re.MULTILINE)
    named = {part for cell in cells for part in re.split(r"[;,] *", re.sub(r"\[[^\]]+\]\([^)]+\)", "", cell))}
    return {part for part in named if re.fullmatch(r"[A-Z][a-z ]+", part)}
