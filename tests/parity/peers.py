"""An environment with the peers, PyTorch and scikit-learn, made once in .venv-peers, and what they compute there."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = ROOT / "tests" / "library"
VENV = ROOT / ".venv-peers"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
PEERS = {"torch": "2.13.0", "scikit-learn": "1.9.1", "numpy": "2.4.6"}
SCRIPTS = {"torch": "make_references.py", "scikit-learn": "make_sklearn_references.py"}


class MissingPeerError(RuntimeError):
    """A peer could not be had, so nothing was compared with it."""


def run(*command: object) -> subprocess.CompletedProcess[str]:
    """Run a command in the environment's own world: nothing of this project on its path."""
    world = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    words = [str(word) for word in command]
    return subprocess.run(words, cwd=ROOT, env=world, capture_output=True, text=True, check=False)


def installed(peer: str) -> str:
    """Return the version of a peer in the environment, without the build that follows a plus; empty if it is not."""
    code = f"from importlib.metadata import version; print(version({peer!r}))"
    done = run(PYTHON, "-c", code) if PYTHON.exists() else None
    return done.stdout.strip().partition("+")[0] if done and done.returncode == 0 else ""


def provide(peer: str) -> None:
    """Make the environment and install the peer where they are missing; say what is not compared if that fails."""
    if installed(peer) == PEERS[peer]:
        return
    if not PYTHON.exists():
        made = run(sys.executable, "-m", "virtualenv", VENV)
        if made.returncode:
            raise MissingPeerError(f"No environment for the peers, nothing is compared live: {tail(made)}")
    wanted = [f"{name}=={PEERS[name]}" for name in (peer, "numpy")]
    done = run(PYTHON, "-m", "pip", "install", "--disable-pip-version-check", *wanted)
    if done.returncode:
        raise MissingPeerError(f"{wanted[0]} could not be installed, nothing is compared live with it: {tail(done)}")


def tail(done: subprocess.CompletedProcess[str]) -> str:
    return (done.stderr or done.stdout).strip()[-500:]


def compute(peer: str, folder: Path, seed: int) -> Mapping[str, np.ndarray]:
    """Return what the peer computes now, from random numbers of ``seed``, by the script that made the stored ones."""
    provide(peer)
    path = folder / f"{peer}.npz"
    done = run(PYTHON, LIBRARY / SCRIPTS[peer], "--seed", seed, "--out", path)
    if done.returncode:
        raise MissingPeerError(f"{peer} {PEERS[peer]} is installed but does not run: {tail(done)}")
    return dict(np.load(path))
