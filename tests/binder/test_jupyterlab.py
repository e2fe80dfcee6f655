"""Chapters as a reader meets them on Binder: fresh lean environment, JupyterLab, a real browser."""

import json

import pytest
from lab import BIN, ROOT, Notebook, Widget, jupyterlab, make_environment, run, widgets, write_notebook

from tipsbook.checking import check, wrong_answers

SOLVED = {path.stem for path in (ROOT / "book" / "solutions").glob("*.ipynb")}
CHAPTERS = sorted(p for p in (ROOT / "book").glob("*/*.ipynb") if p.stem in SOLVED and p.parent.name != "solutions")
ALWAYS = ("vanishing-gradients", "batch-normalization")  # the others in `make audit`

SLOW = """\
import time
from matplotlib.figure import Figure
from tipsbook.explore import explore, slider

drawn = []

def draw(n):
    drawn.append(n)
    time.sleep(0.5)
    figure = Figure()
    figure.subplots().bar([0, 1], [n, 20])
    return figure

explore(draw, lambda n: f"The bar is {n} high.", n=slider(0, 20))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("binder")


@pytest.fixture(scope="module")
def repository(folder):
    return make_environment(folder)


@pytest.fixture(scope="module")
def lab(folder, repository):
    with jupyterlab(folder, repository) as address:
        yield address


@pytest.fixture(
    scope="module",
    params=[pytest.param(p, id=p.stem, marks=() if p.stem in ALWAYS else pytest.mark.audit) for p in CHAPTERS],
)
def path(request):
    return request.param


@pytest.fixture(scope="module")
def chapter(chromium, lab, path):
    with chromium.new_context(viewport={"width": 1350, "height": 900}) as context:
        notebook = Notebook(context.new_page(), lab, path.relative_to(ROOT).as_posix())
        notebook.run_all()
        yield notebook


def first_exercise(path):
    """Return name and source of the first exercise in a notebook of solutions."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    cell = next(cell for cell in cells if "exercise" in cell["metadata"])
    return cell["metadata"]["exercise"], "".join(cell["source"])


def quickly(widget: Widget, key: str, times: int) -> None:
    """Press a key as fast as the browser takes it."""
    widget.slider.focus()
    for _ in range(times):
        widget.output.page.keyboard.press(key)


def test_every_extension_fits_this_jupyterlab(folder, repository):
    listed = run(folder / "venv" / BIN / "jupyter", "labextension", "list", cwd=repository)
    assert "jupyterlab-myst" in listed
    assert "not compatible" not in listed


def test_every_cell_runs_without_complaint(chapter):
    assert chapter.complaints() == []
    assert len(widgets(chapter)) >= 3


def test_a_slider_changes_figure_and_sentence(chapter):
    widget = widgets(chapter)[0]
    picture, sentence = widget.state()
    widget.slider.press("ArrowLeft")
    new_picture, new_sentence = widget.settle()
    assert new_picture != picture
    assert new_sentence != sentence


def test_after_quick_changes_the_last_state_is_drawn(chapter):
    widget = widgets(chapter)[0]
    widget.slider.press("Home")
    first = widget.settle()
    quickly(widget, "ArrowRight", 10)
    last = widget.settle()
    widget.slider.press("ArrowLeft")
    assert widget.settle() not in (first, last)
    widget.slider.press("ArrowRight")
    assert widget.settle() == last


def test_an_exercise_answers_a_wrong_and_a_right_answer(chapter, path):
    name, right = first_exercise(ROOT / "book" / "solutions" / path.name)
    cell = chapter.cell_with(f'check("{name}"')
    key, answer = next(iter(wrong_answers(name).items()))
    wrong = f'wrong_answers("{name}")["{key}"]'
    chapter.write(cell, f'from tipsbook.checking import check, wrong_answers\n\ncheck("{name}", {wrong})')
    first = check(name, answer).message.splitlines()[0].replace("`", "")  # code is set as code
    assert first in cell.locator(".jp-OutputArea").inner_text()
    chapter.write(cell, right)
    assert "Right." in cell.locator(".jp-OutputArea").inner_text()


def test_slow_drawings_do_not_queue(chromium, lab, repository):
    write_notebook(repository / "slow.ipynb", SLOW, "print(*drawn)")
    with chromium.new_context() as context:
        slow = Notebook(context.new_page(), lab, "slow.ipynb")
        slow.run_all()
        (widget,) = widgets(slow)
        quickly(widget, "ArrowRight", 10)
        assert widget.settle()[1] == "The bar is 10 high."
        count = slow.cell_with("print(*drawn)")
        slow.write(count, "print(*drawn)")
        at_start, *after = count.locator(".jp-OutputArea").inner_text().split()
        assert at_start == "0"
        assert len(after) <= 3, "the first, one that waited, the last"
