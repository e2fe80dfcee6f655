"""What set-up asks of the system: its package manager where that asks nothing, a home, the system's certificates."""

import os
import re
import sys
from pathlib import Path

import environment
import pytest
import system

VENV = f"python3.{sys.version_info.minor}-venv"
APT = "env DEBIAN_FRONTEND=noninteractive apt-get -qy -o DPkg::Lock::Timeout=120"
CERTIFICATES = ("SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "PIP_CERT", "CURL_CA_BUNDLE")
SETTLED = ("HOME", "NODE_USE_SYSTEM_CA", *CERTIFICATES)


@pytest.fixture
def bare_python(monkeypatch):
    """Take away what makes virtual environments, as Debian does."""
    for name in ("ensurepip", "virtualenv"):
        monkeypatch.setitem(sys.modules, name, None)


@pytest.mark.parametrize(
    ("manager", "need", "expected"),
    [
        ("apt-get", "venv", [f"{APT} update", f"{APT} install {VENV}"]),
        ("apt-get", "browser", [f"{APT} update", f"{APT} install chromium"]),
        ("apt-get", "fonts", [f"{APT} update", f"{APT} install fonts-noto-cjk"]),
        ("dnf", "browser", ["dnf install -qy chromium"]),
        ("dnf", "fonts", ["dnf install -qy google-noto-sans-cjk-fonts"]),
        ("pacman", "browser", ["pacman -Sy --noconfirm chromium"]),
        ("pacman", "fonts", ["pacman -Sy --noconfirm noto-fonts-cjk"]),
        ("apk", "browser", ["apk add --quiet chromium"]),
        ("apk", "fonts", ["apk add --quiet font-noto-cjk"]),
    ],
)
def test_root_gets_it_from_the_package_manager(commands, someone, capfd, manager, need, expected):
    commands.add(manager)
    someone(0)
    assert system.provide(need)
    started = [line for line in commands.called() if not (manager == "apt-get" and line.startswith("apt-get"))]
    assert started == expected
    assert re.fullmatch(rf"set-up: \S+ by {manager} \.\.\. \d+ s\n", capfd.readouterr().err)


def test_a_user_whom_sudo_asks_nothing_gets_it(commands, someone):
    commands.add("apt-get")
    commands.add("sudo", 'shift; [ "$1" = true ] || "$@"')
    someone(1000)
    assert system.provide("venv")
    asked = [line for line in commands.called() if line.startswith("sudo")]
    assert asked == ["sudo -n true", f"sudo -n {APT} update", f"sudo -n {APT} install {VENV}"]
    assert commands.called()[-1].startswith("apt-get")


@pytest.mark.parametrize("sudo", [None, "exit 1"], ids=["no sudo", "sudo that asks"])
def test_for_another_user_nothing_is_installed(commands, someone, sudo):
    commands.add("apt-get")
    if sudo:
        commands.add("sudo", sudo)
    someone(1000)
    assert not system.provide("browser")
    assert [line for line in commands.called() if line != "sudo -n true"] == []


def test_old_lists_of_packages_may_do_but_a_failed_installation_is_one(commands, someone, capfd):
    someone(0)
    commands.add("apt-get", 'for word; do [ "$word" = update ] && exit 100; done; exit 0')
    assert system.provide("fonts")
    commands.add("apt-get", "exit 100")
    assert not system.provide("fonts")
    assert capfd.readouterr().err.endswith("set-up: fonts-noto-cjk by apt-get ... failed\n")


def test_a_system_without_a_known_package_manager_is_left_alone(commands, someone):
    someone(0)
    assert not system.provide("browser")
    commands.add("dnf")
    assert not system.provide("venv")  # Fedora's Python comes whole
    assert commands.called() == []


@pytest.mark.usefixtures("bare_python")
def test_debians_python_gets_what_it_lacks(commands, someone):
    commands.add("apt-get")
    someone(0)
    assert environment.venv_maker() == (sys.executable, "-m", "venv")
    assert f"{APT} install {VENV}" in commands.called()


@pytest.mark.usefixtures("bare_python")
def test_a_virtualenv_that_is_there_is_used(commands, someone):
    commands.add("apt-get")
    commands.add("virtualenv")
    someone(0)
    assert environment.venv_maker() == ("virtualenv", "--python", sys.executable)
    assert commands.called() == []


@pytest.mark.usefixtures("bare_python")
@pytest.mark.parametrize(("manager", "name"), [("apt-get", VENV), ("dnf", "virtualenv")])
def test_where_nothing_can_be_installed_a_sentence_says_what(commands, someone, manager, name):
    commands.add(manager)
    someone(1000)
    with pytest.raises(system.SetupError, match=rf"^Python cannot .* package {re.escape(name)} and run it again\.$"):
        environment.venv_maker()
    assert commands.called() == []


@pytest.fixture
def surroundings(monkeypatch, tmp_path):
    """Return a function that sets the variables which `settle` reads and writes; no other is set, and all come back."""
    for name in SETTLED:
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.setattr(system, "ROOT", tmp_path / "book")
    return os.environ.update


@pytest.mark.parametrize("home", ["", "missing", "file", "locked"])
def test_a_home_that_cannot_be_written_is_replaced(surroundings, monkeypatch, tmp_path, home):
    (tmp_path / "file").touch()
    (tmp_path / "locked").mkdir()
    can = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: "locked" not in str(path) and can(path, mode))  # also for root
    surroundings({"HOME": home and str(tmp_path / home)})
    system.settle()
    assert os.environ["HOME"] == str(tmp_path / "book" / "_build" / "home")
    assert Path(os.environ["HOME"]).is_dir()


def test_a_home_that_can_be_written_stays(surroundings, tmp_path):
    surroundings({"HOME": str(tmp_path)})
    system.settle()
    assert os.environ["HOME"] == str(tmp_path)
    assert not (tmp_path / "book").exists()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, {"NODE_EXTRA_CA_CERTS": "system", "REQUESTS_CA_BUNDLE": "system"}),
        ({"SSL_CERT_FILE": "mine"}, {"NODE_EXTRA_CA_CERTS": "mine", "REQUESTS_CA_BUNDLE": "mine"}),
        ({"PIP_CERT": "pips"}, {"NODE_EXTRA_CA_CERTS": "system"}),
        ({"CURL_CA_BUNDLE": "curls"}, {"NODE_EXTRA_CA_CERTS": "system"}),
        ({"NODE_EXTRA_CA_CERTS": "nodes"}, {"REQUESTS_CA_BUNDLE": "system"}),
    ],
)
def test_the_systems_certificates_are_named_where_the_user_names_none(
    surroundings, monkeypatch, tmp_path, given, expected
):
    for name in ("system", "mine", "pips", "curls", "nodes"):
        (tmp_path / name).touch()
    monkeypatch.setattr(system, "CERTIFICATES", (str(tmp_path / "nowhere"), str(tmp_path / "system")))
    given = {name: str(tmp_path / file) for name, file in given.items()}
    surroundings({"HOME": str(tmp_path)} | given)
    system.settle()
    named = {name: str(tmp_path / file) for name, file in expected.items()}
    assert {name: os.environ[name] for name in CERTIFICATES if name in os.environ} == given | named
