"""Check what a change in one chapter needs: its page, its notebooks under nbval, its tests, its page in a browser."""

import os
import subprocess
import sys

import build
import notebooks
from keys import ROOT

NBVAL = ("-W", "default", "--nbval-lax", "--nbval-current-env", "--nbval-cell-timeout", "3600")


def started(*options: str) -> subprocess.Popen[str]:
    """Start pytest in one process of its own."""
    settings = os.environ | {"OPENBLAS_NUM_THREADS": "1", "TIPSLIB_PROGRESS": ""}
    command = [sys.executable, "-m", "pytest", "-q", *options]
    return subprocess.Popen(
        command, cwd=ROOT, env=settings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8"
    )


def check(chapter: str) -> None:
    """Build the page of a chapter; then run its notebooks under nbval, and beside them all tests that are about it."""
    pages = [name for name in notebooks.chapters() if name.endswith(f"/{chapter}")]
    if not pages:
        known = sorted({name.rpartition("/")[2] for name in notebooks.notebooks()} - {"index"})
        sys.exit(f"There is no chapter {chapter!r}. Expected one of {', '.join(known)}.")
    build.build()
    test = ROOT / "tests" / "chapters" / f"test_{chapter.replace('-', '_')}.py"
    places = [str(path) for path in (test, "tests/notebooks", "tests/kit", "tests/site") if (ROOT / path).exists()]
    with build.step("its notebooks and its tests"):
        both = {
            "nbval": started(*NBVAL, *(str(notebooks.path(name)) for name in pages)),
            "tests": started(*places, "-k", f"{chapter} or {test.stem}"),
        }
        said = {name: process.communicate()[0] for name, process in both.items()}
    for name, text in said.items():
        print(f"  {name}: {text.strip().splitlines()[-1]}")
    if failed := [said[name] for name, process in both.items() if process.returncode]:
        sys.exit("\n".join(failed))


if __name__ == "__main__":
    if len(sys.argv) != 2 or not sys.argv[1]:
        sys.exit("Name a chapter: make check CHAPTER=dropout")
    try:
        check(sys.argv[1])
    except build.BuildError as error:
        sys.exit(f"{error}\nAll that was said: {build.LOG}")
