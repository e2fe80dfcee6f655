"""JupyterLab as Binder starts it: the lean environment made fresh, its server, and a notebook opened in the browser."""

import json
import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import patience
from playwright.sync_api import Locator, Page, expect

ROOT = Path(__file__).resolve().parents[2]
BIN = "Scripts" if os.name == "nt" else "bin"
SETTINGS = {  # every cell is in the page, and nothing asks other hosts for news
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
}


def run(*command: object, cwd: Path) -> str:
    """Return what a command printed; raise with all it said where it fails."""
    done = subprocess.run([str(c) for c in command], cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))} failed:\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def copy_repository(target: Path) -> Path:
    """Copy the files that git tracks, so that one which was never added is missing; from an archive, all files."""
    ask, git = ["git", "ls-files", "-z"], shutil.which("git")
    listed = subprocess.run(ask, cwd=ROOT, capture_output=True, text=True, check=False) if git else None
    if not listed or listed.returncode:
        unwanted = [line.rstrip("/") for line in (ROOT / ".gitignore").read_text(encoding="utf-8").split()]
        return Path(shutil.copytree(ROOT, target, ignore=shutil.ignore_patterns(*unwanted)))
    for name in filter(None, listed.stdout.split("\0")):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, target / name)
    return target


def make_environment(folder: Path) -> Path:
    """Copy the repository, install what Binder installs, as Binder does, and return the folder of the copy."""
    repository = copy_repository(folder / "repository")
    run(sys.executable, "-m", "virtualenv", folder / "venv", cwd=folder)
    run(folder / "venv" / BIN / "python", "-m", "pip", "install", "-r", "binder/requirements.txt", cwd=repository)
    overrides = folder / "venv" / "share" / "jupyter" / "lab" / "settings" / "overrides.json"
    overrides.parent.mkdir(parents=True, exist_ok=True)
    overrides.write_text(json.dumps(SETTINGS), encoding="utf-8")
    return repository


def surroundings(folder: Path) -> dict[str, str]:
    """Return the environment of a user who has only the lean packages and no settings of their own."""
    kept = {
        k: v for k, v in os.environ.items() if not k.startswith(("TIPSLIB", "JUPYTER", "PYTHON", "MPL", "OPENBLAS"))
    }
    own = {f"JUPYTER_{kind}_DIR": str(folder / "user" / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")}
    own |= {"IPYTHONDIR": str(folder / "user" / "ipython"), "MPLCONFIGDIR": str(folder / "user" / "matplotlib")}
    return kept | own | {"PATH": f"{folder / 'venv' / BIN}{os.pathsep}{kept['PATH']}"}


def wait_for_server(folder: Path, process: subprocess.Popen) -> str:
    """Return the server's address once it answers."""
    end = time.monotonic() + patience.SECONDS
    while time.monotonic() < end and process.poll() is None:
        for state in (folder / "user" / "runtime").glob("jpserver-*.json"):
            try:
                url = json.loads(state.read_text(encoding="utf-8"))["url"]
                urlopen(f"{url}api", timeout=patience.SECONDS).close()
            except (OSError, URLError, ValueError):
                continue
            return url
        time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not start:\n{(folder / 'lab.log').read_text(encoding='utf-8')}")


@contextmanager
def jupyterlab(folder: Path, repository: Path) -> Iterator[str]:
    """Run `jupyter lab` over the repository by `binder/start`; give the address of a notebook, %s for its path."""
    token = secrets.token_hex(16)
    command = ["bash", "binder/start", "jupyter", "lab", "--no-browser", "--ip=127.0.0.1", "--port=0"]
    command += [f"--IdentityProvider.token={token}", "--allow-root", "--expose-app-in-browser"]
    with (folder / "lab.log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=repository, env=surroundings(folder), stdout=log, stderr=log, stdin=subprocess.DEVNULL
        )
        try:
            yield f"{wait_for_server(folder, process)}lab/tree/%s?reset&token={token}"
        finally:
            process.terminate()
            process.wait(patience.SECONDS)


def write_notebook(path: Path, *sources: str) -> None:
    """Write a notebook of some code cells."""
    empty = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    cells = [empty | {"id": f"cell-{i}", "source": source} for i, source in enumerate(sources)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": kernel, "cells": cells}
    path.write_text(json.dumps(notebook), encoding="utf-8")


class Notebook:
    """A notebook that is open in JupyterLab."""

    def __init__(self, page: Page, address: str, path: str) -> None:
        self.page = page
        page.goto(address % path)
        self.code = page.locator(".jp-Notebook .jp-CodeCell")
        page.locator("#jp-main-statusbar").get_by_text("| Idle").wait_for()

    def run_all(self) -> None:
        """Run every cell by the menu, and wait until the last has run."""
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.locator("[data-command='runmenu:run-all']").click()
        self.finish()

    def finish(self) -> None:
        """Wait until a cell has run, none runs or waits, and the kernel is idle; an error ends the run too."""
        self.page.wait_for_function(
            """() => {
                const prompts = [...document.querySelectorAll(".jp-Notebook .jp-CodeCell .jp-InputPrompt")];
                const texts = prompts.map(prompt => prompt.innerText);
                const idle = document.querySelector("#jp-main-statusbar").innerText.includes("| Idle");
                return idle && /\\d/.test(texts[0]) && !texts.some(text => text.includes("*")); }"""
        )

    def complaints(self) -> list[str]:
        """Return the text of every error and every warning among the outputs."""
        kinds = ("error", "stderr")
        chosen = ", ".join(f".jp-Notebook [data-mime-type='application/vnd.jupyter.{kind}']" for kind in kinds)
        return self.page.locator(chosen).all_inner_texts()

    def cell_with(self, text: str) -> Locator:
        """Return the one code cell whose source contains a text, by its place: the source may change."""
        sources = self.code.locator(".cm-content").all_inner_texts()
        (place,) = [i for i, source in enumerate(sources) if text in source]
        return self.code.nth(place)

    def write(self, cell: Locator, source: str) -> None:
        """Replace the source of a code cell, as by pasting, and run it."""
        prompt = cell.locator(".jp-InputPrompt")
        before = prompt.inner_text()
        cell.locator(".cm-content").click()
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(source)
        self.page.keyboard.press("Control+Enter")
        expect(prompt).not_to_have_text(before)
        self.finish()


class Widget:
    """A figure that answers in a notebook: its first slider, picture, sentence and buttons."""

    def __init__(self, element: Locator) -> None:
        self.element = element
        self.slider = element.locator("input[type=range]").first

    def state(self) -> tuple[str, str]:
        """Return the picture and the sentence."""
        return self.element.locator(".picture").inner_html(), self.element.locator(".say").inner_text()

    def settle(self) -> tuple[str, str]:
        """Return the state once the kernel has drawn the one that the controls are in."""
        self.element.page.wait_for_function(
            "({ dataset, goal }) => !goal && dataset.drawn === dataset.asked", arg=self.element.element_handle()
        )
        return self.state()


def widgets(notebook: Notebook) -> list[Widget]:
    """Return the figures that answer, in their order."""
    return [Widget(element) for element in notebook.page.locator(".jp-Notebook tips-explore").all()]
