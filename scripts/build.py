"""Build the book into _build/html: run the notebooks, make the pages, make the lab. Every warning is an error.

The terminal shows each step and how long it took; the rest is in _build/build.log.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

import lite
import notebooks
from keys import ROOT, key
from notebooks import BUILD

PAGES = BUILD / "html"
LOG = BUILD / "build.log"
SITE = BUILD / "site.key"
SOURCES = ("src", "book", "_config.yml", "_toc.yml", "requirements.txt", "package-lock.json")
EXTENSIONS = ("book/_ext", "book/_static", "book/_templates", f"{notebooks.KIT}/scripts", "_config.yml", "_toc.yml")
SETTINGS = {
    "OPENBLAS_NUM_THREADS": "1",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    "TIPSLIB_FRAMES": str(BUILD / "frames"),
    "TIPSLIB_PROGRESS": "",
}


class BuildError(Exception):
    """A step failed; the message says which, and why."""


class Terminal:
    """What the reader of a terminal sees: a line for each step when it ends, and where it is at the moment."""

    live = sys.stdout.isatty()

    def at(self, what: str) -> None:
        """Show what is being done, in a line that the next one replaces."""
        if self.live:
            width = shutil.get_terminal_size().columns - 1
            print(f"\r\033[K{what[:width]}", end="", flush=True)

    def done(self, what: str, seconds: float) -> None:
        """Say what was done and how long it took."""
        start = "\r\033[K" if self.live else ""
        print(f"{start}{what:<42} {seconds:6.1f} s", flush=True)


terminal = Terminal()


@contextmanager
def step(what: str) -> Iterator[None]:
    """Show a step while it goes on, and its seconds when it has ended."""
    terminal.at(f"{what} ...")
    start = time.monotonic()
    yield
    terminal.done(what, time.monotonic() - start)


def run_notebooks(log: TextIO) -> None:
    """Run the notebooks that must run, side by side."""
    waiting = notebooks.stale()
    total = len(waiting)
    if not waiting:
        return
    from execute import NotebookError, run  # not before: they take two seconds to import

    os.environ.update(SETTINGS)

    def tell(name: str, seconds: float) -> None:
        waiting.remove(name)
        terminal.done(f"notebook {name}", seconds)
        if waiting:
            terminal.at(f"notebooks: {total - len(waiting)} of {total} done, running {', '.join(waiting[:2])} ...")

    terminal.at(f"notebooks: 0 of {total} done, running {', '.join(waiting[:2])} ...")
    try:
        run(list(waiting), log, tell)
    except NotebookError as error:
        raise BuildError(str(error)) from error


START = """
import sys
sys.modules["rfc3987_syntax"] = None  # jsonschema loads it for a kind of address that no setting has, in two seconds
from jupyter_book.cli.main import main
main()
"""
AT = re.compile(r"(reading sources|writing output)\.\.\. .*\] ?\S*?([\w/-]+)\S*$")


def run_jupyter_book(log: TextIO, *options: str) -> None:
    """Run Jupyter Book; raise BuildError with its warnings where it fails."""
    command = [sys.executable, "-c", START, "build", "book", "--config", "_config.yml"]
    command += ["--toc", str(ROOT / "_toc.yml"), "--path-output", ".", *options]
    settings = os.environ | SETTINGS | {"NO_COLOR": "1"}
    process = subprocess.Popen(
        command, cwd=ROOT, env=settings, text=True, encoding="utf-8", stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    told, last = [], ""
    for line in process.stdout or ():
        log.write(line)
        if found := AT.search(line.rstrip()):
            terminal.at(f"pages: {found[1]}, {found[2]} ...")
        elif re.search(r"WARNING|ERROR|Error\b|[Ee]xception|\bbroken\b", line):
            told.append(line.strip())
        last = line.strip() or last
    if process.wait():
        shutil.rmtree(BUILD / ".doctrees", ignore_errors=True)  # else the next build would not warn again
        raise BuildError("Jupyter Book failed:\n  " + "\n  ".join(told[:12] or [last]))


def forget_pages_of_old_extensions() -> None:
    """Make all pages anew if what makes them has changed: Sphinx notices changed sources alone."""
    stamp, now = BUILD / "extensions.key", key(*EXTENSIONS)
    if not stamp.exists() or stamp.read_text() != now:
        shutil.rmtree(BUILD / ".doctrees", ignore_errors=True)
        stamp.write_text(now)


def make_pages(log: TextIO) -> None:
    """Make the pages, and see that each one is there."""
    forget_pages_of_old_extensions()
    run_jupyter_book(log, "-W", "-n", "--keep-going")
    if missing := [name for name in notebooks.chapters() if not (PAGES / f"{name}.html").exists()]:
        raise BuildError(f"The build left no page of {', '.join(missing)}.")


def build() -> None:
    """Build the site; the lab is made beside the pages."""
    BUILD.mkdir(exist_ok=True)
    failed: list[BaseException] = []

    def make_lab() -> None:
        try:
            lite.update(key)
        except (Exception, SystemExit) as error:
            failed.append(error)

    with LOG.open("w", encoding="utf-8") as log:
        run_notebooks(log)
        with step("pages and lab" if lite.wanted() else "pages"):
            beside = threading.Thread(target=make_lab)
            beside.start()
            try:
                make_pages(log)
            finally:
                beside.join()
            if failed:
                log.write(str(failed[0]))
                raise BuildError(f"The lab was not made: {str(failed[0]).splitlines()[0]}")
    SITE.write_text(key_of_site())


def key_of_site() -> str:
    """Return a key of all that the site is made from."""
    return key(*SOURCES) + lite.settings()


def up_to_date() -> bool:
    """Say whether the site is there, made from the present sources."""
    there = all((PAGES / f"{name}.html").exists() for name in notebooks.chapters())
    return there and SITE.exists() and SITE.read_text() == key_of_site()


def main() -> None:
    """Do what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--if-stale", action="store_true", help="build only when the site is older than its sources")
    parser.add_argument("--links", action="store_true", help="ask every outside link whether it still answers")
    arguments = parser.parse_args()
    try:
        if arguments.links:
            with LOG.open("w", encoding="utf-8") as log, step("links"):
                run_notebooks(log)
                run_jupyter_book(log, "--builder", "linkcheck")
        elif arguments.if_stale and up_to_date():
            print("book: up to date")
        else:
            build()
            print(f"\nThe book is built. Open it: {PAGES / 'index.html'}\nor serve it as a host would: make serve")
    except BuildError as error:
        sys.exit(f"{error}\nAll that was said: {LOG}")


if __name__ == "__main__":
    main()
