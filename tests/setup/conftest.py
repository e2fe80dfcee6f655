"""A machine whose commands are faked, and who asks them."""

import os
from pathlib import Path

import pytest
import system


class Commands:
    """A folder of commands that note how they were called, and are all that is found on the PATH."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.calls = folder, folder / "calls"
        folder.mkdir()
        self.calls.touch()

    def add(self, name: str, then: str = "") -> None:
        path = self.folder / name
        path.write_text(f'#!/bin/sh\necho "{name} $@" >> "{self.calls}"\n{then}\n', encoding="utf-8")
        path.chmod(0o755)

    def called(self) -> list[str]:
        return self.calls.read_text(encoding="utf-8").splitlines()


@pytest.fixture
def commands(tmp_path, monkeypatch) -> Commands:
    found = Commands(tmp_path / "commands")
    found.add("env", 'shift; "$@"')  # as env NAME=VALUE COMMAND does
    monkeypatch.setenv("PATH", str(found.folder))
    monkeypatch.setattr(system, "LOG", tmp_path / "log" / "setup.log")
    return found


@pytest.fixture
def someone(monkeypatch):
    """Return a function that makes this process somebody's: root's or a user's."""
    return lambda number: monkeypatch.setattr(os, "geteuid", lambda: number, raising=False)
