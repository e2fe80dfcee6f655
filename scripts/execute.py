"""Run notebooks side by side, one on each core, and leave their outputs in the cache that Jupyter Book reads."""

import json
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any, TextIO

import nbformat
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from myst_nb.core.read import read_myst_markdown_notebook
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from notebooks import CACHE, STATE, keys, path, state, text


class NotebookError(Exception):
    """A notebook failed; the message names it, its cell and the error."""


def read(name: str) -> nbformat.NotebookNode:
    """Return a notebook as Jupyter Book reads it."""
    if path(name).suffix == ".ipynb":
        return nbformat.reads(text(name), as_version=4)
    return read_myst_markdown_notebook(text(name))


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


def run(names: list[str], log: TextIO, tell: Callable[[str, float], None]) -> None:
    """Run notebooks and keep their outputs; `tell` hears of each notebook and its seconds."""
    now, last, cache = keys(), state(), get_cache(CACHE)
    for name, notebook, seconds in side_by_side(names, log):
        bundle = CacheBundleIn(notebook, str(path(name)), data={"execution_seconds": seconds})
        cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
        last[name] = [now[name], seconds]
        STATE.write_text(json.dumps({n: last[n] for n in last if n in now}, indent=1), encoding="utf-8")
        tell(name, seconds)
