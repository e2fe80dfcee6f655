"""Build JupyterLite into the site: each notebook in the reader's own browser, with tipslib and without a server.

The site serves the application, Pyodide's core and the wheels of pure Python. The compiled wheels (NumPy, matplotlib)
come from Pyodide's distribution on the reader's line, or from the site too where PYODIDE_DISTRIBUTION names a folder or
a tarball of that distribution. LAB=no builds the site without all this. JupyterLite's own command does the work;
jupyterlite-sphinx would run it at every build and put its style and script, with a font of another host, on every page.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import nbformat
from jupyterlite_pyodide_kernel import constants
from lite_lock import NAME, extended, host, unpacked

ROOT = Path(__file__).resolve().parent.parent
BOOK, STAGE, SITE = ROOT / "book", ROOT / "_build" / "lab", ROOT / "_build" / "html" / "lite"
WHEELS = Path(sys.prefix) / "wheels"  # scripts/environment.py puts them there
PYODIDE = ROOT / "node_modules" / "pyodide"
CORE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
KERNEL = Path(sys.prefix) / "share/jupyter/labextensions/@jupyterlite/pyodide-kernel-extension/static/pypi"
KERNEL_WHEELS = ("ipykernel", "piplite", "pyodide_kernel")
EXTENSION = "jupyterlab_myst"
SOURCES = ("src", "pyproject.toml", "book/lite", "package-lock.json", "requirements.txt")
SOURCES += ("scripts/lite.py", "scripts/lite_lock.py")
NOTE = "A notebook cannot run from a file: browsers start Python for web servers alone. See 'Run the code' in the book."
FILE = f'<script>if (location.protocol === "file:") document.write("<p>{NOTE}</p>")</script>'
POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self' blob: 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval'",  # start page, Pyodide, anywidget
        "worker-src 'self' blob:",
        f"connect-src 'self' data: {constants.PYODIDE_CDN_URL.split('/pyodide/')[0]}",  # NumPy's wheel
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "object-src 'none'",
        "base-uri 'self'",
    ]
)
META = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'


def wanted() -> bool:
    """Say whether the site is to have the lab."""
    return os.environ.get("LAB", "yes") != "no"


def distribution() -> Path | None:
    """Return the place of Pyodide's distribution where one is given."""
    given = os.environ.get("PYODIDE_DISTRIBUTION")
    return Path(given).resolve() if given else None


def settings() -> str:
    """Return what the environment says of the lab, for keys."""
    return f"lab: {wanted()}, distribution: {distribution()}"


def run(*command: object, cwd: Path) -> None:
    """Run a command, or stop with all that it said."""
    done = subprocess.run([str(c) for c in command], cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stdout}{done.stderr}")


def make_wheel(folder: Path) -> None:
    """Build the wheel of tipslib from a copy, so that nothing is left in the sources."""
    with tempfile.TemporaryDirectory() as copy:
        for name in ("pyproject.toml", "README.md", "LICENSE"):
            shutil.copy(ROOT / name, copy)
        shutil.copytree(ROOT / "src", Path(copy) / "src", ignore=shutil.ignore_patterns("*.egg-info", "__pycache__"))
        build = f"from setuptools.build_meta import build_wheel; build_wheel({str(folder)!r})"
        run(sys.executable, "-c", build, cwd=Path(copy))


def make_python(folder: Path, given: Path | None) -> None:
    """Fill a folder with Pyodide's core, the wheels and the lock."""
    version = json.loads((PYODIDE / "package.json").read_text(encoding="utf-8"))["version"]
    if version != constants.PYODIDE_VERSION:
        sys.exit(f"package.json has Pyodide {version}, the kernel was made for {constants.PYODIDE_VERSION}.")
    folder.mkdir(parents=True)
    for name in CORE:
        shutil.copy(PYODIDE / name, folder)
    if not (WHEELS / "wheels.key").exists():
        sys.exit(f"The wheels for the browser's Python are not in {WHEELS}: run scripts/environment.py, or set LAB=no.")
    bought = [wheel for wheel in WHEELS.glob("*.whl") if not wheel.name.startswith(EXTENSION)]
    for wheel in [*bought, *(w for name in KERNEL_WHEELS for w in KERNEL.glob(f"{name}-*.whl"))]:
        shutil.copy(wheel, folder)
    make_wheel(folder)
    core = json.loads((PYODIDE / NAME).read_text(encoding="utf-8"))
    lock = extended(core, sorted(folder.glob("*.whl")), f"{constants.PYODIDE_CDN_URL}/")
    if given:
        with tempfile.TemporaryDirectory() as place:
            host(lock, unpacked(given, Path(place)), folder)
    (folder / NAME).write_text(json.dumps(lock, sort_keys=True), encoding="utf-8")


def contents() -> list[Path]:
    """Return the notebooks of the book and the data that they load."""
    data = (path for path in BOOK.glob("[!_]*/data/*") if path.is_file() and path.suffix != ".py")
    return sorted([*BOOK.glob("[!_]*/*.ipynb"), *data])


def copy_contents(folder: Path) -> None:
    """Bring notebooks and data into a folder; the lab does not join a text stored as a list of lines."""
    for path in contents():
        target = folder / path.relative_to(BOOK)
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".ipynb":
            target.write_text(json.dumps(nbformat.read(path, as_version=4)), encoding="utf-8")
        else:
            shutil.copy(path, target)


def lists_the_same(site: Path) -> bool:
    """Say whether the lab of the site lists just the notebooks and data that there are."""
    lists = (site / "api" / "contents").rglob("all.json")
    listed = (json.loads(path.read_text(encoding="utf-8"))["content"] for path in lists)
    names = {entry["path"] for entries in listed for entry in entries if entry["type"] != "directory"}
    return names == {path.relative_to(BOOK).as_posix() for path in contents()}


def make_application(stage: Path, site: Path) -> None:
    """Let JupyterLite put its application, the notebooks and Python into the site; it copies what changed."""
    shutil.rmtree(stage / "contents", ignore_errors=True)
    copy_contents(stage / "contents")
    for path in (BOOK / "lite").glob("*.json"):
        shutil.copy(path, stage)
    options = {
        "contents": [str(stage / "contents")],
        "federated_extensions": [str(path) for path in WHEELS.glob(f"{EXTENSION}-*.whl")],
        "no_sourcemaps": True,
        "output_dir": str(site),
    }
    (stage / "jupyter_lite_config.json").write_text(json.dumps({"LiteBuildConfig": options}), encoding="utf-8")
    for folder in ("files", "api"):  # of a notebook that has gone nothing may stay
        shutil.rmtree(site / folder, ignore_errors=True)
    run(sys.executable, "-m", "jupyterlite_core", "build", cwd=stage)
    for page in site.rglob("index.html"):
        text = page.read_text(encoding="utf-8")
        if FILE not in text:
            text = text.replace("<head>", f"<head>\n{META}", 1).replace("<body", f"{FILE}\n<body", 1)
            page.write_text(text, encoding="utf-8")


def fresh(stamp: Path, now: str) -> bool:
    """Say whether a stamp is that of the present state."""
    return stamp.exists() and stamp.read_text() == now


def update(key: Callable[..., str], stage: Path = STAGE, site: Path = SITE) -> None:
    """Bring the lab of the site up to date; `key` makes a key of the contents of files."""
    if not wanted():
        shutil.rmtree(site, ignore_errors=True)
        return
    served = key(*(str(path.relative_to(ROOT)) for path in contents()))
    if fresh(stage / "python.key", python := key(*SOURCES) + settings()) and (site / "index.html").exists():
        if fresh(stage / "contents.key", served):
            return
        if lists_the_same(site):  # other texts in the same files: JupyterLite itself need not run
            copy_contents(site / "files")
            (stage / "contents.key").write_text(served)
            return
    else:
        for folder in (stage, site):  # JupyterLite would copy an extension once only
            shutil.rmtree(folder, ignore_errors=True)
        make_python(stage / "static" / "pyodide", distribution())
    make_application(stage, site)
    (stage / "python.key").write_text(python)
    (stage / "contents.key").write_text(served)
