"""Build the book into _build/html; every warning is an error, and the pages must be there afterwards."""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import lite
import yaml

ROOT = Path(__file__).resolve().parent.parent
BUILD, BOOK = ROOT / "_build", ROOT / "book"
PAGES = BUILD / "html"


def files(*places: str) -> list[Path]:
    """Return the source files under some places, without what tools leave there."""
    found = [p for place in places for p in ([ROOT / place] if (ROOT / place).is_file() else (ROOT / place).rglob("*"))]
    unwanted = {"__pycache__", ".ipynb_checkpoints"}
    return sorted(p for p in found if p.is_file() and not unwanted & set(p.parts) and ".egg-info" not in str(p))


def key(*places: str) -> str:
    """Return a key of the names and contents of some files."""
    digest = hashlib.sha256()
    for path in files(*places):
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def pages() -> list[Path]:
    """Return the pages that the table of contents asks for."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    names = [toc["root"], *(c["file"] for part in toc["parts"] for c in part["chapters"])]
    return [PAGES / f"{name}.html" for name in names]


def forget_old_results() -> None:
    """Remove results of things that changed and that Sphinx and the notebooks' cells do not tell of."""
    data = [str(p.relative_to(ROOT)) for p in BOOK.glob("*/data")]
    forget("library.key", ("src", "requirements.txt", *data), (".jupyter_cache", ".doctrees", "jupyter_execute"))
    forget("extensions.key", ("book/_ext", "book/_static"), (".doctrees",))


def forget(stamp: str, sources: tuple[str, ...], folders: tuple[str, ...]) -> None:
    """Empty folders of _build if some sources are not those of the last build."""
    path, now = BUILD / stamp, key(*sources)
    if not path.exists() or path.read_text() != now:
        for folder in folders:
            shutil.rmtree(BUILD / folder, ignore_errors=True)
        BUILD.mkdir(exist_ok=True)
        path.write_text(now)


def run_jupyter_book(*options: str) -> None:
    """Run Jupyter Book, or stop with its exit code."""
    command = [Path(sys.executable).with_name("jupyter-book"), "build", "book", "--config", "_config.yml"]
    command += ["--toc", str(ROOT / "_toc.yml"), "--path-output", ".", *options]
    settings = {"OPENBLAS_NUM_THREADS": "1", "PYDEVD_DISABLE_FILE_VALIDATION": "1", "TIPSLIB_PROGRESS": ""}
    done = subprocess.run(command, cwd=ROOT, env=os.environ | settings, check=False)
    if done.returncode:
        sys.exit(done.returncode)


def build() -> None:
    """Build the pages; every warning is an error."""
    forget_old_results()
    run_jupyter_book("-W", "-n", "--keep-going")
    if missing := [str(p) for p in pages() if not p.exists()]:
        sys.exit(f"The build left no {', '.join(missing)}.")
    lite.update(key)
    (BUILD / "site.key").write_text(state())


def state() -> str:
    """Return a key of all that the site is made from."""
    return key(*SOURCES) + lite.settings()


SOURCES = ("src", "book", "_config.yml", "_toc.yml", "requirements.txt", "package-lock.json")

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--if-stale", action="store_true", help="build only when the site is missing or older than its sources"
    )
    parser.add_argument("--links", action="store_true", help="ask every outside link whether it still answers")
    arguments = parser.parse_args()
    site = BUILD / "site.key"
    if arguments.links:
        run_jupyter_book("--builder", "linkcheck")
    elif arguments.if_stale and site.exists() and site.read_text() == state() and all(p.exists() for p in pages()):
        print("book: up to date")
    else:
        build()
        print(f"\nThe book is built. Open it: {PAGES / 'index.html'}\nor serve it as a host would: make serve")
