"""Lighthouse, the median of three: too long and too noisy for every run, so it belongs to the audit."""

import json
import os
import statistics
import subprocess

import patience
import pytest
from browser import FLAGS, browser
from maths import node
from reader import HEAVIEST
from serve import ROOT

CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
PAGES = ("index.html", HEAVIEST, "appendix/notation.html", "search.html")
AT_LEAST = {"mobile": (95, 100, 100, 100), "desktop": (100, 100, 100, 100)}


def scores(address: str, form: str) -> dict[str, float]:
    """Return Lighthouse's scores of a page, from 0 to 100."""
    flags = ["--headless=new", *FLAGS, *(["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else [])]
    command = [node(), ROOT / "node_modules" / "lighthouse" / "cli" / "index.js", address, "--output=json", "--quiet"]
    command += [f"--only-categories={','.join(CATEGORIES)}", f"--chrome-flags={' '.join(flags)}"]
    command += ["--preset=desktop"] if form == "desktop" else []
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=True,
        timeout=patience.SECONDS,
        env=os.environ | {"CHROME_PATH": browser()},
    )
    return {name: 100 * c["score"] for name, c in json.loads(done.stdout)["categories"].items()}


@pytest.mark.audit
@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("form", AT_LEAST)
def test_lighthouse(address, name, form):
    runs = [scores(f"{address}/{name}", form) for _ in range(3)]
    medians = [statistics.median(run[category] for run in runs) for category in CATEGORIES]
    print(name, form, medians)
    assert [m >= wanted for m, wanted in zip(medians, AT_LEAST[form], strict=True)] == [True] * 4, medians
