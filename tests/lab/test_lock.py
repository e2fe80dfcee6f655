"""What Python in the browser can load: the wheels of the site, and Pyodide's own in the versions that we test with."""

import json
import re
import shutil
import tarfile
import zipfile
from hashlib import sha256
from pathlib import Path

import lite
import lite_lock
import nbformat
import pytest
from jupyterlite_pyodide_kernel.constants import PYODIDE_CDN_URL, PYODIDE_VERSION
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
PYTHON = lite.SITE / "static" / "pyodide"
needs_lab = pytest.mark.skipif(not lite.wanted(), reason="the site is built without the lab")


@pytest.fixture(scope="module")
def lock():
    return json.loads((PYTHON / lite_lock.NAME).read_text(encoding="utf-8"))


def checksum(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


@needs_lab
def test_every_wheel_of_the_site_is_locked_with_its_checksum(lock):
    named = {p["file_name"]: p["sha256"] for p in lock["packages"].values() if "/" not in p["file_name"]}
    assert named == {wheel.name: checksum(wheel) for wheel in PYTHON.glob("*.whl")}


@needs_lab
def test_tipslib_is_pure_and_complete(lock):
    wheels = list(lite.SITE.rglob("tipslib*.whl"))
    assert wheels == [PYTHON / lock["packages"]["tipslib"]["file_name"]]
    assert wheels[0].name.endswith("-py3-none-any.whl")
    packed = set(zipfile.ZipFile(wheels[0]).namelist())
    source = ROOT / "src"
    files = (p for p in (source / "tipslib").rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    assert {p.relative_to(source).as_posix() for p in files} <= packed


@needs_lab
def test_what_the_site_does_not_have_comes_from_this_version_of_pyodide(lock):
    npm = json.loads((lite.PYODIDE / "package.json").read_text(encoding="utf-8"))
    assert npm["version"] == PYODIDE_VERSION
    assert PYODIDE_VERSION in PYODIDE_CDN_URL
    elsewhere = [p["file_name"] for p in lock["packages"].values() if "/" in p["file_name"]]
    assert {name.rpartition("/")[0] for name in elsewhere} <= {PYODIDE_CDN_URL}
    assert checksum(PYTHON / "pyodide.asm.wasm") == checksum(lite.PYODIDE / "pyodide.asm.wasm")


@needs_lab
def test_the_kernel_starts_from_the_site_alone(lock):
    settings = json.loads((lite.SITE / "jupyter-lite.json").read_text(encoding="utf-8"))["jupyter-config-data"]
    kernel = settings["litePluginSettings"]["@jupyterlite/pyodide-kernel-extension:kernel"]
    assert kernel["pyodideUrl"] == "./static/pyodide/pyodide.mjs"
    assert kernel["disablePyPIFallback"] is True
    at_start = set().union(*(lite_lock.closure(lock, name) for name in kernel["loadPyodideOptions"]["packages"]))
    assert not [name for name in at_start if "/" in lock["packages"][name]["file_name"]]


@needs_lab
def test_tipslib_brings_what_its_widgets_need(lock):
    loaded = lite_lock.closure(lock, "tipslib")
    assert {"numpy", "matplotlib", "anywidget", "ipywidgets", "ipython"} <= loaded
    if not lite.distribution():
        remote = {name for name in loaded if "/" in lock["packages"][name]["file_name"]}
        assert remote == {"numpy", "matplotlib", "contourpy", "kiwisolver", "pillow"}, "run.md names them"


def test_numpy_and_matplotlib_are_the_versions_of_the_tests():
    core = json.loads((lite.PYODIDE / lite_lock.NAME).read_text(encoding="utf-8"))["packages"]
    pins = dict(re.findall(r"^(numpy|matplotlib)==(\S+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE))
    assert {name: core[name]["version"] for name in ("numpy", "matplotlib")} == pins


@needs_lab
def test_the_locked_packages_satisfy_tipslib(lock):
    metadata, _ = lite_lock.opened(PYTHON / lock["packages"]["tipslib"]["file_name"])
    wanted = [Requirement(line) for line in metadata.get_all("Requires-Dist")]
    names = {"numpy", "matplotlib", "anywidget", "ipywidgets"}
    checked = [r for r in wanted if r.name in names]
    assert {requirement.name for requirement in checked} == names
    for requirement in checked:
        assert requirement.specifier.contains(lock["packages"][requirement.name]["version"]), requirement


@needs_lab
def test_python_and_the_page_have_the_same_anywidget(lock):
    served = json.loads((lite.SITE / "extensions" / "anywidget" / "package.json").read_text(encoding="utf-8"))
    assert served["version"] == lock["packages"]["anywidget"]["version"]


@needs_lab
def test_the_notebooks_of_the_book_are_there_and_no_other():
    served = {p.relative_to(lite.SITE / "files") for p in (lite.SITE / "files").rglob("*.*")}
    assert served == {p.relative_to(lite.BOOK) for p in lite.contents()}
    assert {".ipynb", ".npz"} <= {p.suffix for p in served}
    assert not [p for p in served if p.suffix in (".py", ".md", ".bib")]


@needs_lab
def test_the_notebooks_that_the_lab_serves_are_those_of_the_book():
    assert lite.lists_the_same(lite.SITE)
    for path in lite.contents():
        served = lite.SITE / "files" / path.relative_to(lite.BOOK)
        if path.suffix == ".ipynb":
            cells = [[cell["source"] for cell in nbformat.read(place, 4).cells] for place in (path, served)]
            assert cells[0] == cells[1], path.name


# a lock from made-up wheels


def wheel(folder: Path, name: str, *needs: str, tag: str = "py3-none-any", version: str = "1.0") -> Path:
    path = folder / f"{name}-{version}-{tag}.whl"
    lines = [f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}", *(f"Requires-Dist: {need}" for need in needs)]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name}/__init__.py", "")
        archive.writestr(f"{name}-{version}.dist-info/METADATA", "\n".join(lines) + "\n")
    return path


def distribution(folder: Path, python: str = "3.14.2") -> Path:
    """Make a distribution of one compiled package."""
    folder.mkdir()
    made = wheel(folder, "numpy", tag="cp314-cp314-pyemscripten_2026_0_wasm32", version="2.4.6")
    entry = {"name": "numpy", "version": "2.4.6", "file_name": made.name, "sha256": checksum(made), "depends": []}
    lock = {"info": {"python": python}, "packages": {"numpy": entry}}
    (folder / lite_lock.NAME).write_text(json.dumps(lock))
    return folder


@pytest.fixture
def given(tmp_path):
    return distribution(tmp_path / "given")


@pytest.fixture
def made(tmp_path, given):
    """A lock of tipslib and the package that it needs."""
    core = json.loads((given / lite_lock.NAME).read_text())
    return lite_lock.extended(core, [wheel(tmp_path, "tipslib", "numpy")], "https://elsewhere/")


def test_only_what_the_browser_needs_is_a_dependency(tmp_path):
    needs = [
        'pexpect; sys_platform != "emscripten"',
        'old; python_version < "3.12"',
        "widgetsnbextension~=4.0",
        "Numpy>=2",
    ]
    needs += ['Matplotlib; extra == "widgets"', 'dask; extra == "scale"']
    assert lite_lock.entry(wheel(tmp_path, "tipslib", *needs), "3.14.2")["depends"] == ["matplotlib", "numpy"]
    assert lite_lock.entry(wheel(tmp_path, "other", *needs), "3.14.2")["depends"] == ["numpy"]


def test_a_compiled_wheel_of_ours_is_refused(tmp_path):
    with pytest.raises(SystemExit, match=r"pure Python, got fast-1\.0-cp311"):
        lite_lock.entry(wheel(tmp_path, "fast", tag="cp311-cp311-linux_x86_64"), "3.14.2")


def test_a_missing_dependency_stops_the_build(tmp_path, given):
    core = json.loads((given / lite_lock.NAME).read_text())
    with pytest.raises(SystemExit, match="tipslib needs scipy: add it"):
        lite_lock.extended(core, [wheel(tmp_path, "tipslib", "scipy")], "https://elsewhere/")


def test_without_a_distribution_the_compiled_wheels_stay_elsewhere(made):
    assert made["packages"]["numpy"]["file_name"].startswith("https://elsewhere/numpy-2.4.6")
    assert made["packages"]["tipslib"]["file_name"] == "tipslib-1.0-py3-none-any.whl"


@pytest.mark.parametrize("packed", [False, True], ids=["folder", "tarball"])
def test_a_distribution_brings_them_to_the_site(tmp_path, given, made, packed):
    target, folder = tmp_path / "target", tmp_path / "unpacked"
    target.mkdir()
    if packed:
        with tarfile.open(tmp_path / "pyodide.tar.bz2", "w:bz2") as archive:
            archive.add(given, "pyodide")
        shutil.rmtree(given)
        given = tmp_path / "pyodide.tar.bz2"
    lite_lock.host(made, lite_lock.unpacked(given, folder), target)
    (hosted,) = target.iterdir()
    assert made["packages"]["numpy"]["file_name"] == hosted.name
    assert made["packages"]["numpy"]["sha256"] == checksum(hosted)


@pytest.mark.parametrize("fault", ["missing", "changed", "version", "python"])
def test_another_distribution_is_refused(tmp_path, given, made, fault):
    theirs = json.loads((given / lite_lock.NAME).read_text())
    file = given / theirs["packages"]["numpy"]["file_name"]
    if fault == "missing":
        file.unlink()
    elif fault == "changed":
        file.write_bytes(b"")
    elif fault == "version":
        theirs["packages"]["numpy"]["version"] = "2.4.7"
    else:
        theirs["info"]["python"] = "3.13.2"
    (given / lite_lock.NAME).write_text(json.dumps(theirs))
    with pytest.raises(SystemExit, match=r"numpy|3\.13\.2"):
        lite_lock.host(made, given, tmp_path)


def test_a_place_without_a_distribution_is_refused(tmp_path):
    with pytest.raises(SystemExit, match=r"PYODIDE_DISTRIBUTION: no pyodide-lock\.json"):
        lite_lock.unpacked(tmp_path / "nothing", tmp_path)


# when the lab is built


@pytest.fixture
def calls(monkeypatch, tmp_path):
    """What `update` does, with the work itself left out."""
    done = []
    monkeypatch.setattr(lite, "make_python", lambda folder, given: (folder.mkdir(parents=True), done.append("python")))
    application = lambda stage, site: (
        site.mkdir(exist_ok=True),
        (site / "index.html").touch(),
        done.append("notebooks"),
    )
    monkeypatch.setattr(lite, "make_application", application)
    monkeypatch.delenv("LAB", raising=False)
    monkeypatch.delenv("PYODIDE_DISTRIBUTION", raising=False)

    def update(notebooks="1", sources="1"):
        done.clear()
        key = lambda *places: sources if "src" in places else notebooks
        lite.update(key, tmp_path / "stage", tmp_path / "lite")
        return list(done)

    return update


def test_only_what_changed_is_built_again(calls, monkeypatch):
    assert calls() == ["python", "notebooks"]
    assert calls() == []
    assert calls(notebooks="2") == ["notebooks"]
    assert calls(notebooks="2", sources="2") == ["python", "notebooks"]
    monkeypatch.setenv("PYODIDE_DISTRIBUTION", "somewhere")
    assert calls(notebooks="2", sources="2") == ["python", "notebooks"]


def test_one_setting_leaves_the_lab_away(calls, monkeypatch, tmp_path):
    calls()
    monkeypatch.setenv("LAB", "no")
    assert calls() == []
    assert not (tmp_path / "lite").exists()
    monkeypatch.delenv("LAB")
    assert calls() == ["python", "notebooks"]
