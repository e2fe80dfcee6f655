"""The buttons of a page follow the repository that builds the site, and Binder recognises this one."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import repository
from lab import BIN, copy_repository, run
from system import provide

ROOT = Path(__file__).resolve().parents[2]

BASE = {"GITHUB_REPOSITORY": "book/tips", "GITHUB_REF_NAME": "main"}
REQUEST = {"GITHUB_REPOSITORY": "book/tips", "GITHUB_REF_NAME": "12/merge", "GITHUB_HEAD_REF": "fix/typo"}


@pytest.fixture
def environment(monkeypatch):
    """Set the variables of the public CI, and those alone."""

    def setting(variables):
        for name in [name for name in os.environ if name.startswith("GITHUB_")]:
            monkeypatch.delenv(name)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return setting


@pytest.fixture
def git(tmp_path, monkeypatch):
    """Make the working folder a repository, with a git that is installed if need be; return the command."""
    assert shutil.which("git") or provide("git"), "These tests make repositories: install git."
    monkeypatch.chdir(tmp_path)
    run("git", "init", "-q", cwd=tmp_path)
    return lambda *words: run("git", *words, cwd=tmp_path)


def event(path, head):
    """Write the file in which the public CI describes a pull request."""
    described = {"repository": {"default_branch": "trunk"}, "pull_request": {"head": head}}
    path.write_text(json.dumps(described), encoding="utf-8")
    return {"GITHUB_EVENT_PATH": str(path)}


def test_a_push_belongs_to_its_repository(environment):
    environment(BASE)
    assert repository.repository() == ("https://github.com/book/tips", "main")
    environment(
        {"GITHUB_REPOSITORY": "alice/fork", "GITHUB_REF_NAME": "dev", "GITHUB_SERVER_URL": "https://git.example"}
    )
    assert repository.repository() == ("https://git.example/alice/fork", "dev")


@pytest.mark.parametrize("owner", ["book/tips", "alice/fork"])
def test_a_pull_request_belongs_to_its_head(environment, tmp_path, owner):
    environment(REQUEST | event(tmp_path / "event.json", {"ref": "fix/typo", "repo": {"full_name": owner}}))
    assert repository.repository() == (f"https://github.com/{owner}", "fix/typo")


def test_a_pull_request_of_a_deleted_fork_falls_back_to_the_default_branch(environment, tmp_path):
    environment(REQUEST | event(tmp_path / "event.json", {"ref": "fix/typo", "repo": None}))
    assert repository.repository() == ("https://github.com/book/tips", "trunk")


def test_a_branch_of_unknown_owner_is_not_used(environment):
    environment(REQUEST)
    assert repository.repository() == ("https://github.com/book/tips", "main")


@pytest.mark.parametrize(
    ("remote", "url"),
    [
        ("git@github.com:alice/fork.git", "https://github.com/alice/fork"),
        ("https://alice:secret@github.com/alice/fork.git", "https://github.com/alice/fork"),
        ("ssh://git@gitlab.com:22/group/sub/fork.git", "https://gitlab.com/group/sub/fork"),
    ],
)
def test_elsewhere_the_remote_says_it(environment, git, remote, url):
    environment({})
    assert repository.repository() is None
    git("remote", "add", "origin", remote)
    assert repository.repository() == (url, "main")
    git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk")
    assert repository.repository() == (url, "trunk")


def test_a_remote_on_this_machine_and_no_git_give_no_button(environment, git, monkeypatch):
    environment({})
    git("remote", "add", "origin", "/srv/git/tips.git")
    assert repository.repository() is None
    monkeypatch.setenv("PATH", "")
    assert repository.repository() is None


CONF = """\
import sys
sys.path.insert(0, {extensions!r})
extensions = ["sphinx.ext.autodoc", "myst_nb", "repository"]
html_theme = "sphinx_book_theme"
nb_execution_mode = "off"
"""
INDEX = "# Book\n\n```{toctree}\ntraining/chapter\nplain\n```\n"
CHAPTER = {"cell_type": "markdown", "metadata": {}, "id": "a", "source": "# Chapter"}
KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}


def links(folder, **variables):
    """Build a book of one chapter and another page; return the their links."""
    (folder / "training").mkdir(exist_ok=True)
    (folder / "conf.py").write_text(CONF.format(extensions=str(ROOT / "book" / "_ext")), encoding="utf-8")
    (folder / "index.md").write_text(INDEX, encoding="utf-8")
    (folder / "plain.md").write_text("# No notebook", encoding="utf-8")
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": KERNEL, "cells": [CHAPTER]}
    (folder / "training" / "chapter.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GITHUB_") and k != "LAB"}
    command = [sys.executable, "-m", "sphinx", "-q", ".", "out"]
    done = subprocess.run(command, cwd=folder, env=kept | variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    built = ((folder / "out" / page).read_text(encoding="utf-8") for page in ("training/chapter.html", "plain.html"))
    return [set(re.findall(r'<a\b[^>]*\bhref="([^"]+)"', text)) for text in built]


RUN = "../lite/notebooks/index.html?path=training/chapter.ipynb"


def test_without_a_repository_there_is_still_the_lab_and_one_setting_takes_it_away(git, tmp_path):
    chapter, plain = links(tmp_path)
    assert RUN in chapter
    assert not {link for link in plain if "lite" in link}
    without = links(tmp_path, LAB="no")[0]
    assert not {link for link in without if "binder" in link or "lite" in link}


def test_binder_recognises_the_repository(tmp_path):
    """repo2docker writes the Dockerfile without Docker; it stays in an environment of its own."""
    repository = copy_repository(tmp_path / "repository")
    run(sys.executable, "-m", "virtualenv", tmp_path / "venv", cwd=tmp_path)
    tool = tmp_path / "venv" / BIN
    run(tool / "python", "-m", "pip", "install", "jupyter-repo2docker==2026.4.0", cwd=tmp_path)
    said = run(tool / "jupyter-repo2docker", "--debug", "--no-build", repository, cwd=tmp_path)
    assert "Building conda environment for python=3.11" in said, "binder/runtime.txt"
    copied = said.index("COPY --chown=0:0 src/ ${REPO_DIR}/")
    assert 'pip install --no-cache-dir -r "binder/requirements.txt"' in said[copied:], "it installs the copy, too"
    assert 'R2D_ENTRYPOINT="${REPO_DIR}/binder/start"' in said
