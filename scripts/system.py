"""What set-up has to do with the machine: run commands, name the cause of a failure, install what the system lacks.

Needs nothing installed. An older Python must be able to read this file and `environment.py`, to be told that it is old.
"""

from __future__ import annotations

import os
import re
import shutil
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOG = ROOT / "_build" / "setup.log"
INHERITED: list[int] = []  # open files that the commands inherit


FULL = r"No space left|ENOSPC|quota exceeded|EDQUOT|No usable temporary directory"
CAUSES = {  # what a command prints -> what it means and what to do
    r"CERTIFICATE_VERIFY_FAILED|SELF_SIGNED_CERT|UNABLE_TO_(GET_ISSUER|VERIFY_LEAF)": (
        "the certificate of the package registry is not trusted here. Name a file that holds your network's "
        "certificates, export SSL_CERT_FILE=/path/to/certificates.pem, and run it again."
    ),
    r"NewConnectionError|Max retries|timed out|ProxyError|E(NOTFOUND|AI_AGAIN|CONN\w+|TIMEDOUT|NETUNREACH)\b": (
        "the package registry does not answer. Check the connection, or name your network's proxy, "
        "export HTTPS_PROXY=http://host:port, and run it again."
    ),
    r"No matching distribution found for (?P<what>\S+)": (
        "there is no {what} for this machine's Python. Name another: make PYTHON=python3.13 book"
    ),
}
APT = "env DEBIAN_FRONTEND=noninteractive apt-get -qy -o DPkg::Lock::Timeout=120"
INSTALL = {  # the system's package manager -> the commands that install a package
    "apt-get": (f"{APT} update", f"{APT} install"),
    "dnf": ("dnf install -qy",),
    "pacman": ("pacman -Sy --noconfirm",),
    "apk": ("apk add --quiet",),
}
PACKAGES = {  # what is needed -> its package, by package manager
    "venv": {"apt-get": "python{}.{}-venv".format(*sys.version_info)},  # the others install Python whole
    "browser": dict.fromkeys(INSTALL, "chromium"),
    "git": dict.fromkeys(INSTALL, "git"),  # tests make repositories
    "fonts": {  # with Chinese, Japanese and Korean glyphs
        "apt-get": "fonts-noto-cjk",
        "dnf": "google-noto-sans-cjk-fonts",
        "pacman": "noto-fonts-cjk",
        "apk": "font-noto-cjk",
    },
}
CERTIFICATES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt")  # Debian and others, Fedora


class SetupError(Exception):
    """Set-up cannot go on; the message says why and what to do."""


@contextmanager
def step(title: str) -> Iterator[None]:
    """Say what is done, and on the same line how long it took."""
    print(f"set-up: {title} ...", end="", file=sys.stderr, flush=True)
    start, end = time.monotonic(), "failed"
    try:
        yield
        end = f"{time.monotonic() - start:.0f} s"
    finally:
        print(f" {end}", file=sys.stderr, flush=True)


def attempt(*command: object, seconds: float | None = None) -> tuple[bool, str]:
    """Run a command in the project's root; return whether it succeeded and what it printed, which the log keeps too."""
    words = [str(word) for word in command]
    settings = {"cwd": ROOT, "stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    if INHERITED:
        settings["pass_fds"] = INHERITED
    try:
        done = subprocess.run(words, timeout=seconds, check=False, **settings)
        succeeded, printed = done.returncode == 0, done.stdout.decode(errors="replace")
    except (OSError, subprocess.TimeoutExpired) as error:
        succeeded, printed = False, str(error)
    try:
        LOG.parent.mkdir(exist_ok=True)
        with LOG.open("a", encoding="utf-8") as log:
            log.write(f"$ {' '.join(words)}\n{printed}\n")
    except OSError:
        pass  # no space left, as the command says too
    return succeeded, printed


def run(*command: object, seconds: float | None = None) -> None:
    """Run a command; raise SetupError with what its failure means."""
    succeeded, printed = attempt(*command, seconds=seconds)
    if not succeeded:
        raise SetupError(meaning(printed) or f"{last_words(command, printed)} (all that was said: {LOG})")


def last_words(command: tuple[object, ...], printed: str) -> str:
    """Return the line of a failed command's words that tells most: pip's and npm's first error, else the last line."""
    found = re.search(r"^(ERROR:|npm error (?!code|syscall|path|errno)).+", printed, re.MULTILINE)
    return found.group() if found else (printed.strip() or f"{command[0]} failed").splitlines()[-1]


def meaning(printed: str) -> str | None:
    """Return what a failed command's words mean and what to do, or None where that is not known."""
    if re.search(FULL, printed) or gigabytes_free(ROOT) < 0.02:
        return no_space()
    for pattern, sentence in CAUSES.items():
        found = re.search(pattern, printed)
        if found:
            return sentence.format(**found.groupdict())
    return None


def gigabytes_free(place: Path) -> float:
    """Return the free space of the disk that a place is on."""
    return shutil.disk_usage(next(p for p in (place, *place.parents) if p.exists())).free / 1e9


def no_space() -> str:
    """Say how much set-up needs, and where."""
    needs = {ROOT: 2, Path(home()): 0.5}  # the packages and the archives that they come in; the caches of pip and npm
    places = [f"{need} GB in {place}, where {gigabytes_free(place):.1f} GB are free" for place, need in needs.items()]
    return f"no space left on the disk. Needed are {' and '.join(places)}."


def home() -> str:
    """Return the user's home, or a folder below _build where there is none or it cannot be written."""
    path = os.environ.get("HOME", os.path.expanduser("~"))
    writable = os.path.isdir(path) and os.access(path, os.W_OK | os.X_OK)
    return path if writable else str(ROOT / "_build" / "home")


def settle() -> None:
    """Give commands a home that they can write, and the system's certificates, a company's among them.

    pip trusts them by itself from 24.2 on, Node never; what the user has set stays.
    """
    os.environ["HOME"] = home()
    os.makedirs(os.environ["HOME"], exist_ok=True)
    places = (os.environ.get("SSL_CERT_FILE"), *CERTIFICATES, ssl.get_default_verify_paths().cafile)
    file = next((place for place in places if place and os.path.exists(place)), None)
    if file:
        os.environ.setdefault("NODE_EXTRA_CA_CERTS", file)
        if not {"PIP_CERT", "CURL_CA_BUNDLE"} & set(os.environ):
            os.environ.setdefault("REQUESTS_CA_BUNDLE", file)  # unlike PIP_CERT, it yields to pip's settings
    os.environ.setdefault("NODE_USE_SYSTEM_CA", "1")  # the stores of macOS and Windows are no files


def as_root() -> list[str] | None:
    """Return what precedes commands for the system: nothing for root, sudo where it asks nothing, else None."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return []
    sudo = ["sudo", "-n"]
    return sudo if shutil.which("sudo") and attempt(*sudo, "true", seconds=60)[0] else None


def package(need: str) -> tuple[str, str] | None:
    """Return the system's package manager and its name for what is needed, or None where it has none."""
    return next(((manager, name) for manager, name in PACKAGES[need].items() if shutil.which(manager)), None)


def provide(need: str) -> bool:
    """Install what is needed by the system's package manager, where that asks nothing; say whether it succeeded."""
    found, prefix = package(need), as_root()
    if found is None or prefix is None:
        return False
    manager, name = found
    *before, install = INSTALL[manager]
    try:
        with step(f"{name} by {manager}"):
            for command in before:
                attempt(*prefix, *command.split(), seconds=600)  # old lists of packages may do
            run(*prefix, *install.split(), name, seconds=1800)
    except SetupError:
        return False
    return True


if __name__ == "__main__":
    print(home())
