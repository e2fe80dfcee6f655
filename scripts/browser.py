"""Find a Chromium, or get one, and start it: the system's, else Playwright's, else by the package manager."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NAMES = ("google-chrome", "google-chrome-stable", "chrome", "chromium", "chromium-browser")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
MANAGERS = {  # program -> commands that install a browser, and a font with Chinese, Japanese and Korean glyphs
    "apt-get": ("apt-get update -q", "apt-get install -qy chromium", "apt-get install -qy fonts-noto-cjk"),
    "dnf": ("dnf install -qy chromium google-noto-sans-cjk-fonts",),
    "pacman": ("pacman -Sy --noconfirm chromium noto-fonts-cjk",),
    "apk": ("apk add --quiet chromium font-noto-cjk",),
}
FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]


def installed() -> str | None:
    """Return the path of a browser that is already here, or None."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    return found or next((p for p in PLACES if Path(p).exists()), None) or playwrights()


def playwrights() -> str | None:
    """Return the path of Playwright's own Chromium, or None where it was not downloaded."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def attempt(command: str, seconds: float) -> bool:
    """Run a command of at most `seconds`; say whether it succeeded."""
    print(f"set-up: {command}", file=sys.stderr, flush=True)
    try:
        done = subprocess.run(
            command.split(), stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def as_root() -> str | None:
    """Return the prefix for commands of the system: nothing for root, sudo where it asks nothing, else None."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return ""
    return "sudo -n " if shutil.which("sudo") and attempt("sudo -n true", 5) else None


def install_with(manager: str, prefix: str) -> None:
    """Install a browser and fonts; what fails shows in the search that follows."""
    for command in MANAGERS[manager]:
        attempt(prefix + command, 600)


def has_fonts() -> bool:
    """Say whether the machine has a font with Chinese glyphs, as far as fontconfig can tell."""
    if not shutil.which("fc-list"):
        return sys.platform in ("darwin", "win32")
    return bool(subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True, check=False).stdout.strip())


def browser() -> str:
    """Return the path of a browser, installed if need be; stop with one sentence where none can be had."""
    path = installed()
    if not path and attempt(f"{sys.executable} -m playwright install chromium", 60):
        path = playwrights()
    manager = next((m for m in MANAGERS if shutil.which(m)), None)
    if manager and not (path and has_fonts()) and (prefix := as_root()) is not None:
        install_with(manager, prefix)
        path = path or installed()
    if not path:
        sys.exit("The site's tests need a browser: install Google Chrome or Chromium, then run them again.")
    return path


@contextmanager
def browsing() -> Iterator["Browser"]:
    """Start a browser and close it; its sandbox is off only for root, for whom it does not work."""
    from playwright.sync_api import sync_playwright

    root = hasattr(os, "geteuid") and os.geteuid() == 0
    path = browser()  # first: one Playwright cannot run inside another
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=FLAGS, chromium_sandbox=not root)
        yield started
        started.close()


if __name__ == "__main__":
    print(browser())
