"""The lab as a reader meets it: a copy of the site in a folder of another name, and a notebook opened in it."""

import json
import os
import re
import shutil
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Locator, Page, expect
from serve import PAGES

LOCK = Path("static", "pyodide", "pyodide-lock.json")
NOWHERE = "http://127.0.0.1:9"  # nobody answers


def link(source: str, target: str) -> None:
    """Put a file in two places without copying it, where the file system can."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy(source, target)


def rewrite(path: Path, text: str) -> None:
    """Write a file anew, so that the one that it was linked to stays."""
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def copy_site(target: Path, notebooks: dict[str, list[str]]) -> Path:
    """Copy the built site, add notebooks of some cells, let the application be asked; return the folder of the lab."""
    shutil.copytree(PAGES, target, copy_function=link)
    lab = target / "lite"
    settings = json.loads((lab / "jupyter-lite.json").read_text(encoding="utf-8"))
    settings["jupyter-config-data"]["exposeAppInBrowser"] = True
    rewrite(lab / "jupyter-lite.json", json.dumps(settings))
    listed = json.loads((lab / "api" / "contents" / "all.json").read_text(encoding="utf-8"))
    pattern = next(item for item in listed["content"] if item["type"] == "directory")
    for name, sources in notebooks.items():
        rewrite(lab / "files" / name, json.dumps(notebook(sources)))
        listed["content"].append(pattern | {"name": name, "path": name, "type": "notebook", "mimetype": None})
    rewrite(lab / "api" / "contents" / "all.json", json.dumps(listed))
    return lab


def notebook(sources: list[str]) -> dict:
    """Return a notebook of some code cells."""
    empty = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    cells = [empty | {"id": f"cell-{i}", "source": source} for i, source in enumerate(sources)]
    metadata = {"language_info": {"name": "python"}}  # by it the lab finds its kernel
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells}


def move_packages(lab: Path, elsewhere: str) -> None:
    """Let the lock look for the packages that the site does not have at another address."""
    lock = json.loads((lab / LOCK).read_text(encoding="utf-8"))
    for package in lock["packages"].values():
        if "/" in package["file_name"]:
            package["file_name"] = f"{elsewhere}/{package['file_name'].rpartition('/')[2]}"
    rewrite(lab / LOCK, json.dumps(lock))


class Requests:
    """The requests that leave the site, of pages and of their workers."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.host, self.elsewhere, self.failed = urlsplit(address).netloc, [], []
        context.on("request", self.seen)
        context.on("response", lambda r: r.status >= 400 and self.failed.append(f"{r.status} {r.url}"))

    def seen(self, request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and parts.netloc != self.host:
            self.elsewhere.append(request.url)


class LiteNotebook:
    """A notebook that is open in JupyterLite."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.code = page.locator(".jp-Notebook .jp-CodeCell")
        page.wait_for_function("window.jupyterapp?.shell.currentWidget?.context?.isReady")
        self.code.first.wait_for()

    def wait_for_kernel(self) -> None:
        """Wait until a kernel is there and idle: the mark of the toolbar says idle before there is one."""
        self.page.wait_for_function(
            """() => {
                const context = jupyterapp.shell.currentWidget.sessionContext;
                return context.isReady && context.session?.kernel?.status === "idle"; }"""
        )

    def run(self, number: int) -> Locator:
        """Run one code cell and return its output once there is some. Without a kernel, nothing would run it."""
        self.wait_for_kernel()
        cell = self.code.nth(number)
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter")
        expect(cell.locator(".jp-InputPrompt")).to_have_text(re.compile(r"\d"))
        return cell.locator(".jp-OutputArea-output").first

    def content(self) -> dict:
        """Return the notebook as the application holds it."""
        return self.page.evaluate("jupyterapp.shell.currentWidget.context.model.toJSON()")


def shows(output: Locator, text: str) -> None:
    """Wait until an output contains a text."""
    expect(output).to_contain_text(text)
