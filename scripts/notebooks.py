"""The notebooks of the book: which there are, what each depends on, and how they are run before the pages are made.

They run side by side, one on each core, and leave their outputs in the cache from which Jupyter Book takes them. A
notebook runs again when its code changes, or anything that its outputs can depend on; its prose is no such thing.
"""

import json
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any, TextIO

import nbformat
import yaml
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from keys import ROOT, files, key_of, without_replies
from myst_nb.core.read import is_myst_markdown_notebook, read_myst_markdown_notebook
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

BOOK, BUILD = ROOT / "book", ROOT / "_build"
STATE = BUILD / "notebooks.json"  # notebook -> [key, seconds] of its last run
KIT = "src/tipsbook"
SHOWN = ("src/tipslib", KIT, "requirements.txt")  # what any notebook may show
EXERCISES = f"{KIT}/exercises"
NOT_SHOWN = (EXERCISES, f"{KIT}/scripts")  # exercises count for their own chapter, scripts run on the page alone


class NotebookError(Exception):
    """A notebook failed; the message names it, its cell and the error."""


def chapters() -> list[str]:
    """Return the pages of the table of contents, the first page first, as `training/relu-maxout`."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    return [toc["root"], *(chapter["file"] for part in toc["parts"] for chapter in part["chapters"])]


def notebooks() -> list[str]:
    """Return the pages that are notebooks, in either form."""
    return [name for name in chapters() if path(name).suffix == ".ipynb" or is_myst_markdown_notebook(text(name))]


def path(name: str) -> Path:
    """Return the file of a page."""
    notebook = BOOK / f"{name}.ipynb"
    return notebook if notebook.exists() else notebook.with_suffix(".md")


def text(name: str) -> str:
    """Return the text of a page's file."""
    return path(name).read_text(encoding="utf-8")


def read(name: str) -> nbformat.NotebookNode:
    """Return a notebook as Jupyter Book reads it."""
    if path(name).suffix == ".ipynb":
        return nbformat.reads(text(name), as_version=4)
    return read_myst_markdown_notebook(text(name))


def shared_key() -> str:
    """Return a key of what every notebook depends on."""
    hidden = {p for place in NOT_SHOWN for p in files(place)}
    shown = (p for p in files(*SHOWN) if p not in hidden)
    return key_of((str(p.relative_to(ROOT)), p.read_bytes()) for p in shown)


def own_key(name: str) -> str:
    """Return a key of what one notebook depends on: its code, its chapter's exercises, the data of its part."""
    code = [("code", cell.source.encode()) for cell in read(name).cells if cell.cell_type == "code"]
    folder = f"{EXERCISES}/{Path(name).name.replace('-', '_')}"
    graded = [(p.name, without_replies(p.read_text(encoding="utf-8"))) for p in files(folder) if p.suffix == ".py"]
    data = [(p.name, p.read_bytes()) for p in files(f"book/{Path(name).parent}/data") if p.suffix != ".py"]
    return key_of([*code, *graded, *data])


def keys() -> dict[str, str]:
    """Return the present key of every notebook."""
    shared = shared_key()
    return {name: key_of([(shared, own_key(name).encode())]) for name in notebooks()}


def state() -> dict[str, list[Any]]:
    """Return key and seconds of the last run of each notebook."""
    return json.loads(STATE.read_text(encoding="utf-8")) if STATE.exists() else {}


def stale(now: dict[str, str]) -> list[str]:
    """Return the notebooks that must run, the longest first."""
    last, cache = state(), get_cache(BUILD / ".jupyter_cache")

    def fresh(name: str) -> bool:
        if last.get(name, [""])[0] != now[name]:
            return False
        try:
            return cache.match_cache_notebook(read(name)) is not None
        except KeyError:
            return False

    return sorted((n for n in now if not fresh(n)), key=lambda n: -last.get(n, ["", path(n).stat().st_size])[1])


def executed(name: str, log: TextIO) -> nbformat.NotebookNode:
    """Return a notebook with its outputs; raise NotebookError where a cell fails."""
    notebook = read(name)
    client = NotebookClient(
        notebook, timeout=3600, record_timing=False, resources={"metadata": {"path": str(path(name).parent)}}
    )
    try:
        client.execute(stdout=log, stderr=log)
    except CellExecutionError as error:
        log.write(f"\n{name}\n{error}\n")
        outputs = [cell.get("outputs", []) for cell in notebook.cells]
        cell = next((i for i, found in enumerate(outputs, 1) if any(o.output_type == "error" for o in found)), "?")
        raise NotebookError(f"{path(name).name}, cell {cell}: {error.ename}: {error.evalue}") from None
    return notebook


def timed(name: str, log: TextIO) -> tuple[nbformat.NotebookNode, float]:
    """Return a notebook with its outputs, and the seconds that it took."""
    start = time.monotonic()
    return executed(name, log), time.monotonic() - start


def side_by_side(names: list[str], log: TextIO) -> Iterator[tuple[str, nbformat.NotebookNode, float]]:
    """Run notebooks, one on each core, and yield each with its seconds as it ends; the first failure ends all."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    os.environ["TIPSLIB_FRAME_WORKERS"] = str(max(1, cores // max(1, len(names))))
    pool = ThreadPoolExecutor(cores)
    try:
        waiting: dict[Future[Any], str] = {pool.submit(timed, name, log): name for name in names}
        while waiting:
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                yield waiting.pop(future), *future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def update(log: TextIO, tell: Callable[[str, float], None]) -> None:
    """Run what must run, and keep the outputs; `tell` hears of each notebook and its seconds."""
    now = keys()
    cache, last = get_cache(BUILD / ".jupyter_cache"), state()
    for name, notebook, seconds in side_by_side(stale(now), log):
        bundle = CacheBundleIn(notebook, str(path(name)), data={"execution_seconds": seconds})
        cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
        last[name] = [now[name], seconds]
        STATE.write_text(json.dumps({n: last[n] for n in last if n in now}, indent=1), encoding="utf-8")
        tell(name, seconds)
