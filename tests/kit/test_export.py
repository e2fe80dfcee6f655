"""A notebook that ran with a kernel shows pictures and texts where there are no widgets: on GitHub, in print."""

import json
import os
import subprocess
import sys

import nbformat
import pytest
from nbconvert import HTMLExporter, LatexExporter, MarkdownExporter

VIEW = "application/vnd.jupyter.widget-view+json"
CELLS = {
    "explore": """\
from tipsbook import choose, clinic, explore, sculptor, slider
from tipslib import plotting

def draw(n):
    return plotting.lines([0, 1], {"SGD": [0, n]}, xlabel="x", ylabel="y")

explore(draw, lambda n: f"It rises to {n}.", n=slider(2, 5))""",
    "sculptor": 'sculptor({"ReLU": [(0, 0), (1, 0)]}, x=1)',
    "clinic": 'clinic("book/recipe/data/recipe-clinic.toml")',
    "question": 'choose("sums-1", "What is 1 + 1?", {"2": "Yes.", "3": "No."}, right="2")',
}
TEXTS = {
    "explore": "<explore: It rises to 2.>",
    "sculptor": "<sculptor: h is the largest of 0x + 0 and 1x + 0. At x = 1 it is 1.>",
    "clinic": "Patient 1 of ",
    "question": "What is 1 + 1?\n  ( ) 2\n  ( ) 3",
}
WITH_PICTURE = ("explore", "sculptor", "clinic")


@pytest.fixture(scope="module")
def notebook(tmp_path_factory, request):
    """A notebook of one widget a cell, executed and saved as JupyterLab saves it: without the state of its widgets."""
    folder = tmp_path_factory.mktemp("notebook")
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in CELLS.values()], metadata=kernel)
    nbformat.write(made, folder / "made.ipynb")
    code = (
        "import nbclient, nbformat, sys\n"
        "made = nbformat.read(sys.argv[1], 4)\n"
        "place = {'metadata': {'path': sys.argv[3]}}\n"
        "nbclient.NotebookClient(made, store_widget_state=False, resources=place).execute()\n"
        "nbformat.write(made, sys.argv[2])\n"
    )
    environment = {name: value for name, value in os.environ.items() if name != "TIPSLIB_FRAMES"}
    paths = folder / "made.ipynb", folder / "ran.ipynb", request.config.rootpath
    subprocess.run([sys.executable, "-c", code, *paths], env=environment, capture_output=True, check=True)
    return nbformat.read(folder / "ran.ipynb", 4)


@pytest.fixture
def forms(notebook):
    """What is stored of each cell."""
    return {name: cell.outputs[0].data for name, cell in zip(CELLS, notebook.cells, strict=True)}


@pytest.mark.parametrize("name", CELLS)
def test_each_widget_is_stored_with_its_text_and_its_picture(forms, name):
    assert VIEW in forms[name]
    assert forms[name]["text/plain"].startswith(TEXTS[name])
    assert ("image/png" in forms[name]) == (name in WITH_PICTURE)
    assert "text/html" not in forms[name]


@pytest.mark.parametrize("exporter", [MarkdownExporter, LatexExporter])
def test_what_is_made_of_it_shows_every_picture_and_the_question(notebook, exporter):
    body, resources = exporter().from_notebook_node(notebook)
    assert len(resources["outputs"]) == len(WITH_PICTURE)
    assert all(name in body for name in resources["outputs"])
    assert "What is 1 + 1?\n" in body


def test_a_page_made_of_it_needs_nothing_from_elsewhere_to_show_the_pictures(notebook):
    body, _ = HTMLExporter().from_notebook_node(notebook)
    assert body.count('src="data:image/png;base64,') == len(WITH_PICTURE)
    assert json.dumps(VIEW) not in body
