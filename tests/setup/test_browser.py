"""A browser is taken where it starts, else brought, else a sentence says what to install."""

import re
import sys

import browser
import pytest

WORKS, LACKS_LIBRARIES = "echo Chromium 1", "echo libnss3.so: cannot open shared object file; exit 127"


@pytest.fixture
def machine(commands, monkeypatch):
    """A Linux machine with Chinese fonts and no browser; Playwright's would be a command, too, and cannot be had."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(sys, "executable", str(commands.folder / "python"))
    monkeypatch.setattr(browser, "PLACES", ())
    monkeypatch.setattr(browser, "playwrights", lambda: str(commands.folder / "playwrights"))
    commands.add("fc-list", "echo a font")
    commands.add("python", "echo Failed to install browsers; exit 1")
    return commands


def writes(path: str, then: str) -> str:
    """Return shell code that puts another command in place."""
    return f"printf '#!/bin/sh\\n{then}\\n' > {path}; /bin/chmod +x {path}"


def asked(machine, *names: str) -> list[str]:
    return [line for line in machine.called() if line.split()[0] in names]


def test_a_browser_that_is_there_is_taken(machine):
    machine.add("chromium", WORKS)
    assert browser.browser() == str(machine.folder / "chromium")
    assert asked(machine, "python", "apt-get") == []


def test_one_that_does_not_start_is_passed_over(machine):
    machine.add("google-chrome", LACKS_LIBRARIES)
    machine.add("playwrights", WORKS)
    assert browser.browser() == str(machine.folder / "playwrights")


def test_without_one_playwright_downloads_its_own(machine, someone):
    someone(1000)
    machine.add("python", writes(machine.folder / "playwrights", WORKS))
    assert browser.browser() == str(machine.folder / "playwrights")
    assert asked(machine, "python", "apt-get") == ["python -m playwright install chromium"]


def test_as_root_playwright_brings_the_libraries_too(machine, someone):
    someone(0)
    then = writes(machine.folder / "playwrights", LACKS_LIBRARIES)
    machine.add("python", f'case "$3" in install) {then};; *) {writes(machine.folder / "playwrights", WORKS)};; esac')
    assert browser.browser() == str(machine.folder / "playwrights")
    assert asked(machine, "python") == [
        f"python -m playwright {words}" for words in ("install chromium", "install-deps chromium")
    ]


def test_else_the_package_manager_brings_one(machine, someone, capfd):
    someone(0)
    machine.add("apt-get", writes(machine.folder / "chromium", WORKS))
    assert browser.browser() == str(machine.folder / "chromium")
    lines = capfd.readouterr().err.splitlines()
    assert lines[0] == "set-up: Chromium by Playwright ... failed"
    assert re.fullmatch(r"set-up: chromium by apt-get \.\.\. \d+ s", lines[1])
    assert len(lines) == 2


def test_a_package_that_brings_none_is_not_enough(machine, someone):
    """Ubuntu's package is a note that says: use snap."""
    someone(0)
    machine.add("apt-get", writes(machine.folder / "chromium-browser", "echo use snap; exit 1"))
    with pytest.raises(SystemExit, match=r"^set-up: the tests need a browser\. Install Google Chrome or Chromium"):
        browser.browser()


def test_where_none_can_be_had_a_sentence_says_what_to_install(machine, someone):
    someone(1000)
    machine.add("apt-get")
    with pytest.raises(
        SystemExit, match=r"^set-up: the tests need a browser\. Install Google Chrome or Chromium and run it again\.$"
    ):
        browser.browser()
    assert asked(machine, "apt-get") == []


def test_without_chinese_glyphs_a_font_is_brought(machine, someone):
    someone(0)
    machine.add("chromium", WORKS)
    machine.add("fc-list")
    machine.add("dnf")
    browser.browser()
    assert asked(machine, "dnf") == ["dnf install -qy google-noto-sans-cjk-fonts"]
