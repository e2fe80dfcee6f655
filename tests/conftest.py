"""What all tests share: where things are, one BLAS thread, one browser in each process, patience with the machine."""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import patience
import pytest
from playwright.sync_api import Browser, expect
from xdist.scheduler import LoadFileScheduling

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ["TIPSLIB_PROGRESS"] = ""  # no test writes into somebody's home
ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / folder) for folder in ("scripts", "book/_ext", "tests/chapters", "tests/notebooks")]

expect.set_options(timeout=patience.MILLISECONDS)
hypothesis.settings.register_profile("patient", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("patient")


class Scheduling(LoadFileScheduling):
    """The tests of a file run in one process, those of one page of the site too: they open it once.

    Planted faults share nothing, and each runs a notebook: they may run anywhere.
    """

    def _split_scope(self, nodeid: str) -> str:
        page = re.search(r"^tests/site/.*\[([\w/-]+\.html)", nodeid)
        if nodeid.startswith("tests/notebooks/test_mutants.py"):
            return nodeid
        return page[1] if page else super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Scheduling:
    return Scheduling(config, log)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    from browser import browsing

    with browsing() as browser:
        browser.on("context", lambda context: context.set_default_timeout(patience.MILLISECONDS))
        yield browser


@pytest.fixture
def widgets(request: pytest.FixtureRequest) -> list[Any]:
    """All widgets of the chapter that a file of tests/chapters is named after, each as it starts."""
    from refresh import BOOK
    from serve import PAGES
    from widget_files import widgets_of

    name = request.module.__name__.removeprefix("test_").replace("_", "-")
    [notebook] = BOOK.glob(f"[!_s]*/{name}.ipynb")
    return widgets_of(PAGES / notebook.relative_to(BOOK).with_suffix(".html"))
