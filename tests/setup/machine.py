"""A copy of what set-up reads and runs, in a folder of a difficult name, where the commands that it calls are faked."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import patience

ROOT = Path(__file__).resolve().parents[2]
FILES = ("requirements.txt", "pyproject.toml", "package-lock.json", "book/lite/requirements.txt")
SCRIPTS = ("scripts/environment.py", "scripts/system.py")
STEPS = ("venv", "packages", "project", "node", "wheels")


class Machine:
    """`root` is the copy; `environment` what its commands are told."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "my book 书"
        for name in (*FILES, *SCRIPTS):
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, self.root / name)
        for name in ("home", "fakes"):
            (folder / name).mkdir()
        shutil.copy(Path(__file__).with_name("faked.py"), folder / "fakes" / "venv.py")  # found before Python's own
        found = {"HOME": str(folder / "home"), "PYTHONPATH": str(folder / "fakes")}
        self.environment = {"PATH": os.environ["PATH"], **found}

    def start(self, **told: str) -> subprocess.Popen[str]:
        """Start set-up as a terminal does, in a process group of its own."""
        return subprocess.Popen(
            [sys.executable, self.root / "scripts" / "environment.py"],
            env=self.environment | told,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            start_new_session=True,
            preexec_fn=lambda: signal.signal(
                signal.SIGINT, signal.SIG_DFL
            ),  # ignored where tests run in the background
        )

    def set_up(self, **told: str) -> tuple[int, list[str]]:
        """Run set-up; return its exit code and the lines that it printed."""
        process = self.start(**told)
        printed, _ = process.communicate(timeout=patience.SECONDS)
        return process.returncode, printed.splitlines()

    def stop_at(self, step: str) -> subprocess.Popen[str]:
        """Start set-up and return when it has half done a step."""
        process, end = self.start(FAKE_STOP=step), time.monotonic() + patience.SECONDS
        while not list(self.root.rglob(f"{step} half")):
            assert process.poll() is None, process.communicate()[0]
            assert time.monotonic() < end, f"set-up does not come to {step}"
            time.sleep(0.02)
        return process

    def calls(self) -> list[str]:
        """Return the steps that were begun, in their order."""
        return (self.root / "calls").read_text(encoding="utf-8").split()

    def whole(self) -> bool:
        """Say whether every step was done, and nothing half done is left."""
        done = {path.name.removesuffix(" whole") for path in self.root.rglob("* whole")}
        return done == set(STEPS) and not list(self.root.rglob("* half"))


def kill(process: subprocess.Popen[str], sent: int = signal.SIGKILL) -> str:
    """End a process and all that it started; return what it printed."""
    os.killpg(process.pid, sent)
    return process.communicate(timeout=patience.SECONDS)[0]
