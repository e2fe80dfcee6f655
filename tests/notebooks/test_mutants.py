"""Planted faults: the code with one change must turn the named test red, or the claims of a chapter in its notebook."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from faults import Fault
from gathered import by_chapter
from mutants import MUTANTS

from book import CHAPTERS, ROOT, claims

FAULTS = by_chapter("FAULTS")
QUICKEST = "regularization"  # to run its notebook: one of its faults is planted in every run of the tests


def notebook(chapter: str) -> str:
    return next(name for name in CHAPTERS if name.endswith(f"/{chapter}.ipynb"))


def faults_of_claims() -> dict[tuple[str, Fault], list[str]]:
    """Return each fault of each chapter once, with the claims that it must turn red."""
    found: dict[tuple[str, Fault], list[str]] = {}
    for chapter, faults in FAULTS.items():
        for claim, fault in faults.items():
            found.setdefault((chapter, fault), []).append(claim)
    return found


OF_CLAIMS = faults_of_claims()


def run(fault: Fault, folder: Path, *options: str) -> str:
    """Run tests on a copy of the code that has a fault; return what they print."""
    shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    path = folder / "src" / fault.file
    path.write_text(path.read_text(encoding="utf-8").replace(fault.old, fault.new), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
    environment = os.environ | {"PYTHONPATH": str(folder / "src")}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False).stdout


@pytest.mark.parametrize(
    "fault", list(dict.fromkeys([*(fault for _, fault in OF_CLAIMS), *(m.fault for m in MUTANTS)]))
)
def test_a_fault_changes_one_place(fault):
    found = (ROOT / "src" / fault.file).read_text(encoding="utf-8").count(fault.old)
    assert found == 1, f"{fault.file} holds the text {found} times: {fault.old!r}"
    assert fault.new != fault.old


@pytest.mark.parametrize(
    "mutant", [pytest.param(m, id=m.name, marks=() if m.always else pytest.mark.audit) for m in MUTANTS]
)
def test_a_planted_fault_is_caught(mutant, tmp_path):
    printed = run(mutant.fault, tmp_path, "-x", "--maxfail=1", mutant.caught_by)
    assert re.search(r"\b1 failed\b", printed), printed


KEPT = next(case for case in OF_CLAIMS if case[0] == QUICKEST)  # all others wait for the audit: each runs a notebook


@pytest.mark.parametrize(
    ("chapter", "fault", "named"),
    [
        pytest.param(*case, named, id=named[0], marks=() if case == KEPT else pytest.mark.audit)
        for case, named in OF_CLAIMS.items()
    ],
)
def test_a_fault_turns_its_claims_red(chapter, fault, named, tmp_path):
    """A fault must fail the cells of its claims, not only stop the notebook somewhere."""
    patient = ("--nbval-lax", "--nbval-current-env", "--nbval-cell-timeout", "3600")  # a slow cell is no red one
    printed = run(fault, tmp_path, "-W", "default", *patient, f"book/{notebook(chapter)}")
    green = [
        claim
        for claim in named
        if f"The claim {claim} shows" not in printed and not re.search(rf'claim\(\s*"{claim}"', printed)
    ]
    assert not green, printed[-3000:]


def test_every_claim_has_a_fault_that_it_catches():
    stated = {name.split("/")[1].removesuffix(".ipynb"): sorted(claims(name)) for name in CHAPTERS}
    assert {chapter: sorted(faults) for chapter, faults in FAULTS.items()} == stated
