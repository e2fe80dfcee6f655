"""What all tests share: where things are, one BLAS thread, one browser."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ["TIPSLIB_PROGRESS"] = ""  # no test writes into somebody's home
ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / folder) for folder in ("scripts", "book/_ext", "tests/chapters", "tests/notebooks")]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    from browser import browsing

    with browsing() as browser:
        yield browser
