"""Check what a change in one chapter needs: its page, its notebooks under nbval, its tests, its page in a browser."""

import os
import subprocess
import sys

import build
import notebooks
from keys import ROOT

NBVAL = ("-W", "default", "--nbval-lax", "--nbval-current-env", "--nbval-cell-timeout", "3600")


def pytest(what: str, *options: str) -> None:
    """Run pytest; stop with its output where a test fails."""
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile", *options]
    settings = os.environ | {"OPENBLAS_NUM_THREADS": "1", "TIPSLIB_PROGRESS": ""}
    with build.step(what):
        done = subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True, check=False)
    print(f"  {done.stdout.strip().splitlines()[-1]}")
    if done.returncode:
        sys.exit(f"{done.stdout}{done.stderr}")


def check(chapter: str) -> None:
    """Build the page of a chapter and run all tests that are about it."""
    pages = [name for name in notebooks.chapters() if name.endswith(f"/{chapter}")]
    if not pages:
        known = sorted({name.rpartition("/")[2] for name in notebooks.notebooks()} - {"index"})
        sys.exit(f"There is no chapter {chapter!r}. Expected one of {', '.join(known)}.")
    build.build()
    pytest("notebooks under nbval", *NBVAL, *(str(notebooks.path(name)) for name in pages))
    test = ROOT / "tests" / "chapters" / f"test_{chapter.replace('-', '_')}.py"
    places = (str(test), "tests/notebooks", "tests/kit", "tests/site")
    pytest("tests of the chapter and its page", *places, "-k", f"{chapter} or {test.stem}")


if __name__ == "__main__":
    if len(sys.argv) != 2 or not sys.argv[1]:
        sys.exit("Name a chapter: make check CHAPTER=dropout")
    try:
        check(sys.argv[1])
    except build.BuildError as error:
        sys.exit(f"{error}\nAll that was said: {build.LOG}")
