"""Write the list of packages that Python in the browser can load: Pyodide's own, ours, and where each one lies.

Pyodide loads a package, and what it depends on, when a notebook imports it. A package whose wheel the site has is
fetched from the site and checked against its sha256; any other one comes from Pyodide's distribution.
"""

import copy
import email
import hashlib
import json
import shutil
import sys
import tarfile
import zipfile
from collections.abc import Iterable, Iterator
from email.message import Message
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

NAME = "pyodide-lock.json"
EXTRAS = {"tipslib": ("widgets",)}
IN_THE_PAGE = {"widgetsnbextension", "jupyterlab-widgets"}  # JavaScript that the lab has already

Lock = dict[str, dict]


def opened(wheel: Path) -> tuple[Message, list[str]]:
    """Return the metadata of a wheel and the names of its files."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (metadata,) = [name for name in names if name.endswith(".dist-info/METADATA")]
        return email.message_from_bytes(archive.read(metadata)), names


def needs(metadata: Message, python: str) -> Iterator[str]:
    """Yield what a package depends on in the browser."""
    browser = {
        "os_name": "posix",
        "platform_machine": "wasm32",
        "platform_system": "Emscripten",
        "sys_platform": "emscripten",
        "python_full_version": python,
        "python_version": ".".join(python.split(".")[:2]),
    }
    for line in metadata.get_all("Requires-Dist", []):
        wanted = Requirement(line)
        extras = ("", *EXTRAS.get(metadata["Name"], ()))
        if wanted.marker is None or any(wanted.marker.evaluate(browser | {"extra": extra}) for extra in extras):
            yield canonicalize_name(wanted.name)


def entry(wheel: Path, python: str) -> dict:
    """Return what the lock says of a wheel that lies beside it."""
    if not wheel.name.endswith("-none-any.whl"):
        sys.exit(f"The browser takes wheels of pure Python, got {wheel.name}.")
    metadata, names = opened(wheel)
    return {
        "depends": sorted(set(needs(metadata, python)) - IN_THE_PAGE),
        "file_name": wheel.name,
        "imports": sorted({name.split("/")[0].removesuffix(".py") for name in names if name.endswith(".py")}),
        "install_dir": "site",
        "name": str(canonicalize_name(metadata["Name"])),
        "package_type": "package",
        "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        "unvendored_tests": False,
        "version": metadata["Version"],
    }


def extended(lock: Lock, wheels: Iterable[Path], elsewhere: str) -> Lock:
    """Return a lock with our wheels in it; the files of all other packages lie under the address `elsewhere`."""
    new = copy.deepcopy(lock)
    for package in new["packages"].values():
        package["file_name"] = elsewhere + package["file_name"]
    ours = [entry(wheel, lock["info"]["python"]) for wheel in wheels]
    new["packages"] |= {package["name"]: package for package in ours}
    for package in ours:
        if missing := set(package["depends"]) - new["packages"].keys():
            sys.exit(f"{package['name']} needs {', '.join(sorted(missing))}: add it to book/lite/requirements.txt.")
    return new


def closure(lock: Lock, name: str) -> set[str]:
    """Return the names of a package and of all that it depends on."""
    found, ahead = set(), [name]
    while ahead:
        found.add(here := ahead.pop())
        depends = map(canonicalize_name, lock["packages"][here]["depends"])
        ahead += [name for name in depends if name not in found]
    return found


def host(lock: Lock, distribution: Path, target: Path) -> None:
    """Copy what tipslib needs and is not ours from a folder of Pyodide's distribution, and let the lock say so."""
    theirs = json.loads((distribution / NAME).read_text(encoding="utf-8"))
    if theirs["info"] != lock["info"]:
        sys.exit(f"{distribution} holds wheels for {theirs['info']}, the book's Pyodide is {lock['info']}.")
    for name in sorted(closure(lock, "tipslib")):
        package, offered = lock["packages"][name], theirs["packages"].get(name, {})
        if "/" not in package["file_name"]:
            continue
        wheel = distribution / offered.get("file_name", "")
        if not wheel.is_file() or hashlib.sha256(wheel.read_bytes()).hexdigest() != offered["sha256"]:
            sys.exit(f"{distribution}: the wheel of {name} is missing or not the one that {NAME} names.")
        if offered["version"] != package["version"]:
            sys.exit(f"{distribution} has {name} {offered['version']}, the book's Pyodide {package['version']}.")
        shutil.copy(wheel, target)
        package |= {"file_name": wheel.name, "sha256": offered["sha256"]}


def unpacked(distribution: Path, folder: Path) -> Path:
    """Return the folder of a distribution's wheels; a tarball is unpacked into `folder` first."""
    if distribution.is_file():
        with tarfile.open(distribution) as archive:
            archive.extractall(folder, filter="data")
        distribution = folder
    found = sorted(distribution.rglob(NAME)) if distribution.is_dir() else []
    if not found:
        sys.exit(f"PYODIDE_DISTRIBUTION: no {NAME} in {distribution}.")
    return found[0].parent
