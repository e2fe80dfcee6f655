"""Planted faults: the library with one line changed must turn the named test, notebook or claim red."""

import os
import re
import shutil
import subprocess
import sys

import pytest
from claim_mutants import CLAIM_MUTANTS
from mutants import MUTANTS, Mutant

from book import CHAPTERS, ROOT, claims


def faults_of_claims() -> dict[Mutant, list[str]]:
    """Return each fault once, with the claims of a chapter that it must turn red."""
    found: dict[Mutant, list[str]] = {}
    for claim, file, old, new in CLAIM_MUTANTS:
        chapter = next(c for c in CHAPTERS if claim in claims(c))
        found.setdefault(Mutant(f"{old} -> {new}", file, old, new, f"book/{chapter}"), []).append(claim)
    return found


OF_CLAIMS = faults_of_claims()


def run(mutant: Mutant, folder, *options: str) -> str:
    """Run the tests that must catch a fault on a copy of the library that has it; return what they print."""
    shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    path = folder / "src" / "tipslib" / mutant.file
    text = path.read_text(encoding="utf-8")
    assert text.count(mutant.old) == 1, f"{mutant.file} holds the text {text.count(mutant.old)} times: {mutant.old!r}"
    path.write_text(text.replace(mutant.old, mutant.new), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, mutant.caught_by]
    environment = os.environ | {"PYTHONPATH": str(folder / "src")}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False).stdout


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: m.name)
def test_a_planted_fault_is_caught(mutant, tmp_path):
    printed = run(mutant, tmp_path, "-x", "--maxfail=1")
    assert re.search(r"\b1 failed\b", printed), printed


def caught_by_their_claims(mutant: Mutant, folder) -> None:
    """A fault must fail the cells of its claims, not only stop the notebook somewhere."""
    printed = run(mutant, folder, "-W", "default", "--nbval-lax", "--nbval-current-env", "--nbval-cell-timeout", "120")
    green = [
        claim
        for claim in OF_CLAIMS[mutant]
        if f"The claim {claim} shows" not in printed and not re.search(rf'claim\("{claim}"', printed)
    ]
    assert not green, printed[-3000:]


def ids(mutant: Mutant) -> str:
    return OF_CLAIMS[mutant][0]


FIRST = {m.caught_by: m for m in reversed(OF_CLAIMS)}  # one for each chapter


@pytest.mark.parametrize("mutant", FIRST.values(), ids=ids)
def test_one_fault_of_each_chapter_turns_its_claims_red(mutant, tmp_path):
    caught_by_their_claims(mutant, tmp_path)


@pytest.mark.audit
@pytest.mark.parametrize("mutant", OF_CLAIMS, ids=ids)
def test_every_fault_turns_its_claims_red(mutant, tmp_path):
    caught_by_their_claims(mutant, tmp_path)


def test_every_claim_has_a_fault_that_it_catches():
    faulty = [claim for found in OF_CLAIMS.values() for claim in found]
    assert sorted(faulty) == sorted(claim for chapter in CHAPTERS for claim in claims(chapter))
