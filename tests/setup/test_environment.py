"""Set-up does each step once, begins anew what was left half done, and ends a failure in one sentence."""

import ast
import os
import re
import signal
import subprocess
import sys

import patience
import pytest
from machine import SCRIPTS, STEPS, Machine, kill

each_step = pytest.mark.parametrize("step", STEPS)
TITLES = [
    "virtual environment in .venv",
    "Python packages of requirements.txt, about 1 GB",
    "browser-side files of package-lock.json",
    "wheels for Python in the browser",
]


@pytest.fixture
def machine(tmp_path) -> Machine:
    return Machine(tmp_path)


def test_each_step_is_one_line_and_done_once(machine):
    code, lines = machine.set_up()
    assert code == 0
    assert [re.fullmatch(r"set-up: (.+) \.\.\. \d+ s", line).group(1) for line in lines] == TITLES
    assert machine.whole()
    assert machine.set_up() == (0, [])
    assert machine.calls() == list(STEPS)


def test_only_what_changed_is_done_again(machine):
    machine.set_up()
    for name, steps in (
        ("requirements.txt", ["packages", "project"]),
        ("package-lock.json", ["node"]),
        ("book/lite/requirements.txt", ["wheels"]),
    ):
        before = len(machine.calls())
        path = machine.root / name
        path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
        assert machine.set_up()[0] == 0
        assert machine.calls()[before:] == steps
    assert machine.whole()


@each_step
def test_a_run_that_was_killed_is_mended_by_the_next(machine, step):
    kill(machine.stop_at(step))
    assert not machine.whole()
    assert machine.set_up()[0] == 0
    assert machine.whole()
    assert machine.set_up() == (0, [])


@each_step
def test_an_update_that_was_killed_is_mended_by_the_next(machine, step):
    machine.set_up()
    for name in ("requirements.txt", "package-lock.json", "book/lite/requirements.txt"):
        path = machine.root / name
        path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    if step == "venv":  # as when the system's Python was replaced
        (machine.root / ".venv" / "bin" / "python").unlink()
    for path in machine.root.rglob(f"{step} whole"):
        path.unlink()
    kill(machine.stop_at(step))
    assert machine.set_up()[0] == 0
    assert machine.whole()


def test_the_terminal_stops_it_without_a_traceback(machine):
    process = machine.stop_at("packages")
    lines = kill(process, signal.SIGINT).splitlines()
    assert lines[-1] == "set-up: stopped. Run it again, and it goes on."
    assert process.returncode == 1
    assert "Traceback" not in "".join(lines)
    assert machine.set_up()[0] == 0
    assert machine.whole()


def waits(process: subprocess.Popen[str]) -> bool:
    """Say whether set-up says, once it says something, that it waits for another."""
    return "another set-up works in this folder" in os.read(process.stdout.fileno(), 1000).decode()


def test_two_at_once_do_each_step_once(machine):
    first = machine.stop_at("packages")
    second = machine.start()
    assert waits(second)
    (machine.root / "go on").touch()
    for process in (first, second):
        process.communicate(timeout=patience.SECONDS)
        assert process.returncode == 0
    assert machine.calls() == list(STEPS)
    assert machine.whole()


def test_what_a_killed_run_left_working_is_waited_for(machine):
    first = machine.stop_at("packages")
    os.kill(first.pid, signal.SIGKILL)  # it alone: pip goes on
    second = machine.start()
    assert waits(second)
    (machine.root / "go on").touch()
    for process in (first, second):
        process.communicate(timeout=patience.SECONDS)
    assert second.returncode == 0
    assert machine.calls() == ["venv", "packages", *STEPS]
    assert machine.whole()


def test_a_second_clone_has_all_of_its_own(tmp_path):
    machines = [Machine(tmp_path / name) for name in ("one", "two")]
    for machine in machines:
        assert machine.set_up()[0] == 0
    assert all(machine.calls() == list(STEPS) and machine.whole() for machine in machines)


def test_a_folder_that_was_moved_gets_a_new_environment(machine):
    """The commands in .venv begin with the path of their Python."""
    machine.set_up()
    machine.root = machine.root.rename(machine.root.with_name("moved"))
    assert machine.set_up()[0] == 0
    assert machine.calls() == [*STEPS, "venv", "packages", "project", "wheels"]
    assert machine.whole()


def test_an_environment_whose_python_went_away_is_made_anew(machine):
    """As when the system's Python 3.12 gave way to 3.13."""
    machine.set_up()
    (machine.root / ".venv" / "bin" / "python").unlink()
    assert machine.set_up()[0] == 0
    assert machine.calls() == [*STEPS, "venv", "packages", "project", "wheels"]


def test_an_environment_that_somebody_made_is_used(machine):
    machine.set_up()
    (machine.root / ".venv" / "packages.key").unlink()
    (machine.root / ".venv" / "mine").touch()
    assert machine.set_up()[0] == 0
    assert (machine.root / ".venv" / "mine").exists()
    (machine.root / ".venv" / "packages.key").unlink()
    (machine.root / ".venv" / "bin" / "venv whole").unlink()  # it has no pip
    assert machine.set_up()[0] == 0
    assert not (machine.root / ".venv" / "mine").exists()


MISSING = "ERROR: No matching distribution found for numpy==2.4.6"
RETRYING = "WARNING: Retrying (Retry(total=0)) after connection broken by"
WORDS = {  # what pip and npm print -> the sentence
    "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device": (
        r"no space left on the disk\. Needed are 2 GB in .*my book 书, where [\d.]+ GB are free and 0\.5 GB in .*home"
    ),
    "npm error code ENOSPC\nnpm error There appears to be insufficient space on your system": "no space left",
    f"{RETRYING} 'SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]'))'\n{MISSING}": (
        r"the certificate of the package registry is not trusted here\..* export SSL_CERT_FILE="
    ),
    "npm error code SELF_SIGNED_CERT_IN_CHAIN\nnpm error A complete log: x": "the certificate of the package registry",
    f"{RETRYING} 'NewConnectionError(\"Temporary failure in name resolution\")'\n{MISSING}": (
        r"the package registry does not answer\..* export HTTPS_PROXY="
    ),
    "npm error code ENOTFOUND\nnpm error network request failed": "the package registry does not answer",
    f"ERROR: Could not find a version of numpy==2.4.6 (from versions: 1.26.4)\n{MISSING}": (
        r"there is no numpy==2\.4\.6 for this machine's Python\. Name another: make PYTHON="
    ),
    "npm error code E1\nnpm error what\nnpm error A complete log: x": r"npm error what \(all that was said: .*\)",
    "ERROR: what nobody foresaw\n[notice] how to update pip\n": (
        r"ERROR: what nobody foresaw \(all that was said: .*/_build/setup\.log\)"
    ),
}


@pytest.mark.parametrize("words", WORDS)
def test_a_failure_is_one_sentence_that_says_what_to_do(machine, words):
    code, lines = machine.set_up(FAKE_FAILURE="packages", FAKE_WORDS=words)
    assert code == 1
    assert len(lines) == 3
    assert lines[1].endswith("... failed")
    assert re.match(f"set-up: {WORDS[words]}", lines[2])
    assert words in (machine.root / "_build" / "setup.log").read_text(encoding="utf-8")


@each_step
def test_after_a_failure_nothing_half_done_is_left_that_counts(machine, step):
    code, lines = machine.set_up(FAKE_FAILURE=step, FAKE_WORDS="No space left on device")
    assert code == 1
    assert lines[-1].startswith("set-up: no space left on the disk.")
    if step in ("venv", "packages", "project"):
        assert not (machine.root / ".venv").exists()  # it would keep the disk full
    assert machine.set_up()[0] == 0
    assert machine.whole()


def test_an_update_that_fails_leaves_the_environment_as_it_is(machine):
    machine.set_up()
    path = machine.root / "requirements.txt"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert machine.set_up(FAKE_FAILURE="packages", FAKE_WORDS="npm error code ENOTFOUND")[0] == 1
    assert (machine.root / ".venv" / "bin" / "venv whole").exists()
    assert machine.set_up()[0] == 0
    assert machine.calls().count("venv") == 1


def test_where_nothing_can_be_written_it_says_so(machine):
    (machine.root / "_build").touch()  # what even root cannot make a folder of
    code, lines = machine.set_up()
    assert (code, len(lines)) == (1, 1)
    assert re.fullmatch(r"set-up: .*/_build: File exists\. Set-up has to write below .*/my book 书\.", lines[0])


@pytest.mark.parametrize("script", SCRIPTS)
def test_an_old_python_can_read_the_files(machine, script):
    ast.parse((machine.root / script).read_text(encoding="utf-8"), feature_version=(3, 7))


def test_an_old_python_is_told_so_in_one_sentence(machine):
    code = (
        "import sys, runpy; sys.version_info = (3, 9, 2); sys.version = '3.9.2 (default)'\n"
        f"sys.path.insert(0, {str(machine.root / 'scripts')!r})\n"
        f"runpy.run_path({str(machine.root / 'scripts' / 'environment.py')!r}, run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=machine.environment, capture_output=True, text=True, check=False
    )
    sentence = "set-up: the book needs Python 3.11 or newer, not 3.9.2. Name one: make PYTHON=python3.12 book\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", sentence)
