"""What the notebooks of the book say and call; each file is read and parsed once, and again when it has changed."""

import ast
import json
import re
from functools import cache

CELL = re.compile(r"^```\{code-cell\}\n(?::[^\n]*\n)*(.*?)^```", re.DOTALL | re.MULTILINE)
COUNTED = ("check", "choose", "claim", "clinic", "estimate", "explore", "sculptor")
CALL = re.compile(rf"\b({'|'.join(COUNTED)})\(")


def prose_of(notebook):
    """Return the Markdown of a notebook."""
    return _prose(notebook, notebook.stat().st_mtime_ns)


def calls_of(page, *functions):
    """Return the calls of these functions, among `COUNTED`, in the code of a notebook or a page of Markdown."""
    return [call for call in _calls(page, page.stat().st_mtime_ns) if call.func.id in functions]


def asked(notebook, *functions):
    """Return the names of the questions or graded exercises of a notebook, in its order."""
    return [call.args[0].value for call in calls_of(notebook, *functions)]


def claims_of(notebook):
    """Return (name, shown, within) of every claim of a notebook, in its order."""
    for call in calls_of(notebook, "claim"):
        named = {k.arg: ast.literal_eval(k.value) for k in call.keywords}
        yield call.args[0].value, named["shown"], named.get("within")


@cache
def _cells(page, changed):
    return json.loads(page.read_text(encoding="utf-8"))["cells"]


@cache
def _prose(notebook, changed):
    return "\n\n".join("".join(c["source"]) for c in _cells(notebook, changed) if c["cell_type"] == "markdown")


def _code(page, changed):
    if page.suffix == ".md":
        return CELL.findall(page.read_text(encoding="utf-8"))
    return ["".join(cell["source"]) for cell in _cells(page, changed) if cell["cell_type"] == "code"]


@cache
def _calls(page, changed):
    trees = (ast.walk(ast.parse(cell)) for cell in _code(page, changed) if CALL.search(cell))
    named = (n for tree in trees for n in tree if isinstance(n, ast.Call) and isinstance(n.func, ast.Name))
    return [call for call in named if call.func.id in COUNTED]
