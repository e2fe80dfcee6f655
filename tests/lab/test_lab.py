"""JupyterLite in a real browser: the site alone starts it, the chapter is the chapter, Python and widgets answer."""

import json
import zipfile
from hashlib import sha256
from pathlib import Path
from urllib.request import urlopen

import lite
import nbformat
import pytest
from jupyterlite_pyodide_kernel.constants import PYODIDE_CDN_URL
from lite_page import LOCK, NOWHERE, LiteNotebook, Requests, copy_site, move_packages, shows
from playwright.sync_api import expect
from serve import serving

import tipslib
from tipsbook import choose

pytestmark = pytest.mark.skipif(not lite.wanted(), reason="the site is built without the lab")
ROOT = Path(__file__).resolve().parents[2]
CHAPTER = "training/vanishing-gradients"

QUESTION = choose("sums-1", "What is 1 + 1?", {"3": "One too many.", "2": "Yes."}, right="2")
SMOKE = [
    "import tipslib\n\nprint('tipslib', tipslib.__version__)",
    "from pathlib import Path\n\nprint(len(Path('training/data/vanishing-gradients-plateau.npz').read_bytes()))",
    """\
from ipywidgets import HTML, IntSlider, VBox

slider, text = IntSlider(value=3, max=9, description="n"), HTML("no move yet")

def show(change):
    text.value = f"the square of {change['new']} is {change['new'] ** 2}"

slider.observe(show, "value")
VBox([slider, text])""",
    f"""\
import sys
import types
from pathlib import Path

import tipslib

tipsbook = types.ModuleType("tipsbook")  # its modules, without its door, which needs NumPy
tipsbook.__path__ = [str(Path(tipslib.__file__).parents[1] / "tipsbook")]
sys.modules["tipsbook"] = tipsbook

from tipsbook import elements

elements.widget({QUESTION.html()!r}, "quiz")""",
    "from tipsbook import progress\n\nprint(progress.solved())",
]
NUMPY = ["import numpy\nimport matplotlib\n\nprint(numpy.__version__, matplotlib.__version__, numpy.__file__)"]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site in a folder of a folder, with a notebook more; what lies on another host cannot be had."""
    root = tmp_path_factory.mktemp("site")
    move_packages(copy_site(root / "some" / "where", {"smoke.ipynb": SMOKE}), NOWHERE)
    with serving(root) as address:
        yield f"{address}/some/where"


@pytest.fixture
def context(chromium):
    with chromium.new_context(viewport={"width": 1350, "height": 900}) as context:
        yield context


def test_a_folder_without_its_slash_is_found(site):
    """The lab opens its list of files like this; a page given without sending the browser on has wrong links."""
    with urlopen(f"{site}/lite/tree") as answer:
        assert answer.url == f"{site}/lite/tree/"


def essentials(notebook):
    """Return kind and source of every cell."""
    return [(cell["cell_type"], cell["source"]) for cell in notebook["cells"]]


def test_the_button_opens_the_chapter(site, context):
    requests = Requests(context, site)
    chapter = context.new_page()
    chapter.goto(f"{site}/{CHAPTER}.html")
    chapter.get_by_role("link", name="Run", exact=True).click()
    notebook = LiteNotebook(chapter)
    source = nbformat.read(ROOT / "book" / f"{CHAPTER}.ipynb", as_version=4)
    assert essentials(notebook.content()) == essentials(source)
    notebook.wait_for_kernel()
    assert requests.elsewhere == []

    folds = sum(cell.source.count("```{dropdown}") for cell in source.cells)
    assert folds >= 3
    expect(chapter.locator(".jp-Notebook details")).to_have_count(folds)
    cells = chapter.locator(".jp-Notebook .jp-MarkdownCell .jp-RenderedMarkdown")
    expect(cells.filter(has_text="{eq}"), "MyST sets one cell after the other").to_have_count(0)

    error = notebook.run(0)
    shows(error, "ModuleNotFoundError")
    assert requests.elsewhere
    assert all(url.startswith(NOWHERE) for url in requests.elsewhere)
    said = error.inner_text().strip().splitlines()
    help_page = (ROOT / "book" / "appendix" / "run.md").read_text(encoding="utf-8")
    assert any(line in help_page for line in said if line.startswith("ModuleNotFoundError")), error.inner_text()


def test_python_and_a_slider_answer_and_python_hears_of_an_element(site, context):
    requests = Requests(context, site)
    page = context.new_page()
    page.goto(f"{site}/lite/notebooks/index.html?path=smoke.ipynb")
    notebook = LiteNotebook(page)
    shows(notebook.run(0), f"tipslib {tipslib.__version__}")
    data = ROOT / "book" / "training" / "data" / "vanishing-gradients-plateau.npz"
    shows(notebook.run(1), str(data.stat().st_size))
    widget = notebook.run(2)
    shows(widget, "no move yet")
    handle = widget.locator(".noUi-handle")
    for number in (4, 5, 6):
        handle.press("ArrowRight")
        shows(widget, f"the square of {number} is {number**2}")
    output = notebook.run(3)
    shows(output, "What is 1 + 1?")
    output.get_by_role("radio", name="2").check()
    output.get_by_role("button", name="Answer").click()
    shows(output, "Right. Yes.")
    shows(notebook.run(4), "['sums-1']")
    assert not [url for url in requests.failed if "favicon" not in url]


def make_wheel(folder, name, version):
    """Write a wheel that says its version when it is imported, and no more; return its entry in a lock."""
    file = f"{name}-{version}-cp314-cp314-pyemscripten_2026_0_wasm32.whl"
    with zipfile.ZipFile(folder / file, "w") as wheel:
        wheel.writestr(f"{name}/__init__.py", f"__version__ = {version!r}\n")
        wheel.writestr(
            f"{name}-{version}.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        )
        wheel.writestr(
            f"{name}-{version}.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: cp314-cp314-pyemscripten_2026_0_wasm32\n"
        )
    return {"file_name": file, "version": version, "sha256": sha256((folder / file).read_bytes()).hexdigest()}


def make_distribution(folder):
    """Make a distribution of Pyodide with hollow wheels in the place of the compiled ones."""
    lock = json.loads((lite.PYODIDE / LOCK.name).read_text(encoding="utf-8"))
    for name in ("numpy", "matplotlib", "contourpy", "kiwisolver", "pillow"):
        lock["packages"][name] |= make_wheel(folder, name, lock["packages"][name]["version"])
    (folder / LOCK.name).write_text(json.dumps(lock), encoding="utf-8")


def test_numpy_comes_from_the_site_where_the_build_has_the_distribution(tmp_path, context):
    (tmp_path / "pyodide").mkdir()
    make_distribution(tmp_path / "pyodide")
    lab = copy_site(tmp_path / "site", {"numpy.ipynb": NUMPY})
    lite.make_python(tmp_path / "python", tmp_path / "pyodide")
    for path in (tmp_path / "python").iterdir():
        (lab / LOCK.parent / path.name).unlink(missing_ok=True)
        path.rename(lab / LOCK.parent / path.name)
    assert PYODIDE_CDN_URL in (lab / LOCK).read_text(encoding="utf-8"), "what the book does not need stays there"
    with serving(tmp_path / "site") as address:
        requests = Requests(context, address)
        page = context.new_page()
        page.goto(f"{address}/lite/notebooks/index.html?path=numpy.ipynb")
        shows(LiteNotebook(page).run(0), "2.4.6 3.10.8")
        assert requests.elsewhere == []
