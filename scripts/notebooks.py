"""The notebooks of the book: which there are, what each depends on, and which must run.

A notebook runs again when its code changes, or anything that its outputs can depend on; its prose is no such thing.
"""

import json
import math
import re
from pathlib import Path
from typing import Any

import yaml
from keys import ROOT, files, key_of, without_replies

BOOK, BUILD = ROOT / "book", ROOT / "_build"
CACHE = BUILD / ".jupyter_cache"
STATE = BUILD / "notebooks.json"  # notebook -> [key, seconds] of its last run
KIT = "src/tipsbook"
SHOWN = ("src/tipslib", KIT, "requirements.txt")  # what any notebook may show
EXERCISES = f"{KIT}/exercises"
NOT_SHOWN = (EXERCISES, f"{KIT}/scripts")  # exercises count for their own chapter, scripts run on the page alone
CODE_CELL = re.compile(r"^```\{code-cell\}.*?^```$", re.DOTALL | re.MULTILINE)


def chapters() -> list[str]:
    """Return the pages of the table of contents, the first page first, as `training/relu-maxout`."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    return [toc["root"], *(chapter["file"] for part in toc["parts"] for chapter in part["chapters"])]


def notebooks() -> list[str]:
    """Return the pages that are notebooks, in either form."""
    return [name for name in chapters() if code(name)]


def path(name: str) -> Path:
    """Return the file of a page."""
    notebook = BOOK / f"{name}.ipynb"
    return notebook if notebook.exists() else notebook.with_suffix(".md")


def text(name: str) -> str:
    """Return the text of a page's file."""
    return path(name).read_text(encoding="utf-8")


def code(name: str) -> list[str]:
    """Return the code cells of a page; none where it is no notebook."""
    if path(name).suffix == ".md":
        return CODE_CELL.findall(text(name))
    return ["".join(cell["source"]) for cell in json.loads(text(name))["cells"] if cell["cell_type"] == "code"]


def shared_key() -> str:
    """Return a key of what every notebook depends on."""
    hidden = {p for place in NOT_SHOWN for p in files(place)}
    shown = (p for p in files(*SHOWN) if p not in hidden)
    return key_of((str(p.relative_to(ROOT)), p.read_bytes()) for p in shown)


def own_key(name: str) -> str:
    """Return a key of what one notebook depends on: its code, its chapter's exercises, the data of its part."""
    cells = [("code", cell.encode()) for cell in code(name)]
    folder = f"{EXERCISES}/{Path(name).name.replace('-', '_')}"
    graded = [(p.name, without_replies(p.read_text(encoding="utf-8"))) for p in files(folder) if p.suffix == ".py"]
    data = [(p.name, p.read_bytes()) for p in files(f"book/{Path(name).parent}/data") if p.suffix != ".py"]
    return key_of([*cells, *graded, *data])


def keys() -> dict[str, str]:
    """Return the present key of every notebook."""
    shared = shared_key()
    return {name: key_of([(shared, own_key(name).encode())]) for name in notebooks()}


def state() -> dict[str, list[Any]]:
    """Return key and seconds of the last run of each notebook."""
    return json.loads(STATE.read_text(encoding="utf-8")) if STATE.exists() else {}


def stale() -> list[str]:
    """Return the notebooks that must run: in the order of the book those that never ran, then the longest first."""
    last, kept = state(), CACHE.exists()
    waiting = [name for name, now in keys().items() if not kept or last.get(name, [""])[0] != now]
    return sorted(waiting, key=lambda name: -last.get(name, ["", math.inf])[1])
