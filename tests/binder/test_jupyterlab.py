"""Chapters as a reader meets them on Binder: fresh lean environment, JupyterLab, a real browser."""

import json

import pytest
from lab import BIN, ROOT, Notebook, Widget, jupyterlab, make_environment, run, widgets, write_notebook
from playwright.sync_api import expect

from tipsbook.checking import check, wrong_answers
from tipsbook.clinic import read

SOLVED = {path.stem for path in (ROOT / "book" / "solutions").glob("*.ipynb")}
CHAPTERS = sorted(p for p in (ROOT / "book").glob("*/*.ipynb") if p.stem in SOLVED and p.parent.name != "solutions")
ALWAYS = ("dropout",)  # the quickest of a kind; the others in `make audit`

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

explore(draw, lambda n: f"The bar is {n} high.", n=slider(0, 20), tries={"20": dict(n=20)})
"""

FAILS = """\
from matplotlib.figure import Figure
from tipsbook.explore import explore, slider

def draw(n):
    return Figure() if n < 2 else 1 / 0

explore(draw, lambda n: f"Drawn {n}.", n=slider(0, 2))
"""

PATIENTS = "book/recipe/data/recipe-clinic.toml"
ELEMENTS = [
    """\
import os

from tipsbook import choose, clinic, estimate, sculptor
from tipsbook.progress import solved

os.environ["TIPSLIB_PROGRESS"] = "solved.json"
choose("sums-1", "What is 1 + 1?", {"3": "One too many.", "2": "Yes.", "1": "One too few."}, right="2")""",
    'estimate("sums-2", "About how much is 2 ** 10?", 1024, factor=1.1, replies={20: "That is 2 x 10."})',
    'sculptor({"ReLU": [(0, 0), (1, 0)], "|x|": [(-1, 0), (1, 0)]}, x=0.5)',
    f'clinic("{PATIENTS}")',
    "print(solved())",
]


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
        widget.element.page.keyboard.press(key)


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
        widget.element.get_by_role("button", name="20").click()
        assert widget.settle()[1] == "The bar is 20 high."
        widget.element.get_by_role("button", name="Undo").click()
        assert widget.settle()[1] == "The bar is 10 high."


def test_what_could_not_be_drawn_is_said_in_the_place_of_the_picture(chromium, lab, repository):
    write_notebook(repository / "fails.ipynb", FAILS)
    with chromium.new_context() as context:
        notebook = Notebook(context.new_page(), lab, "fails.ipynb")
        notebook.run_all()
        (widget,) = widgets(notebook)
        height = widget.element.locator(".picture").bounding_box()["height"]
        widget.slider.press("End")
        widget.settle()
        alert = widget.element.locator(".picture [role=alert]").inner_text()
        assert alert.startswith("This state could not be drawn. explore: draw(n=2) raised ZeroDivisionError")
        assert widget.element.locator(".picture").bounding_box()["height"] == pytest.approx(height, abs=1)
        widget.slider.press("Home")
        assert widget.settle()[1] == "Drawn 0."
        assert notebook.complaints() == []


@pytest.fixture(scope="module")
def elements(chromium, lab, repository):
    """A notebook with a question of each kind, a sculptor and the clinic, run."""
    write_notebook(repository / "elements.ipynb", *ELEMENTS)
    with chromium.new_context(viewport={"width": 1350, "height": 900}) as context:
        notebook = Notebook(context.new_page(), lab, "elements.ipynb")
        notebook.run_all()
        yield notebook


def test_a_question_is_answered_by_keyboard_and_recorded(elements):
    asked = elements.page.locator("tips-quiz").first
    asked.get_by_role("radio", name="3").focus()
    elements.page.keyboard.press("Space")
    elements.page.keyboard.press("Enter")
    assert asked.locator(".reply").inner_text() == "Not yet. One too many."
    elements.page.keyboard.press("ArrowDown")  # to the next option, not to the next cell
    elements.page.keyboard.press("Enter")
    assert asked.locator(".reply").inner_text() == "Right. Yes."
    assert asked.get_attribute("data-state") == "right"
    number = elements.page.locator("tips-quiz").nth(1)
    number.locator("input").fill("10^3")
    number.get_by_role("button", name="Answer").click()
    assert number.locator(".reply").inner_text() == "Right: the answer is 1024."
    cell = elements.cell_with("print(solved())")
    elements.write(cell, "print(solved(), 'now')")
    assert cell.locator(".jp-OutputArea").inner_text().strip() == "['sums-1', 'sums-2'] now"


def test_the_sculptor_is_bent_in_the_notebook(elements):
    sculptor = elements.page.locator("tips-sculptor")
    say = sculptor.locator(".say")
    assert say.inner_text().startswith("Line 1 has slope 0 and offset 0. At x = 0.5 line 2 is on top: h = 0.5.")
    sculptor.get_by_role("button", name="|x|").click()
    assert say.inner_text().startswith("Line 1 has slope −1 and offset 0.")
    for _ in range(4):
        sculptor.get_by_role("slider", name="offset").press("ArrowRight")
    assert say.inner_text().startswith("Line 1 has slope −1 and offset 0.1.")
    sculptor.locator(".picture").scroll_into_view_if_needed()
    box = sculptor.locator('[data-grab="x"]').bounding_box()
    at = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    elements.page.mouse.move(*at)
    elements.page.mouse.down()
    elements.page.mouse.move(at[0] - sculptor.locator("svg").bounding_box()["width"] * 80 / 360, at[1], steps=4)
    elements.page.mouse.up()
    assert say.inner_text().startswith("The input is in hand. At x = −0.5 line 1 is on top: h = 0.6.")


def test_a_patient_comes_in_and_is_healed_in_the_notebook(elements):
    case = read(ROOT / PATIENTS)[1]
    clinic = elements.page.locator("tips-clinic")
    first = clinic.locator(".picture").first
    before = first.inner_html()
    clinic.get_by_role("button", name="Next").click()
    assert clinic.locator(".story").inner_text() == case.story
    expect(first.locator("svg")).to_have_attribute("aria-label", case.sick.say())
    assert first.is_visible()
    assert first.inner_html() != before
    for form, question in enumerate(case.questions):
        clinic.locator("form").nth(form).locator("input").nth(int(question.right)).check()
        clinic.locator("form").nth(form).get_by_role("button", name="Answer").click()
    treated = clinic.locator(".healed .picture").last
    expect(treated.locator("svg")).to_have_attribute("aria-label", case.treated.say())
    assert treated.is_visible()
    assert clinic.locator(".cure").inner_text() == case.cure


def test_the_saved_notebook_keeps_pictures_and_texts(elements, repository):
    elements.page.get_by_role("menuitem", name="File", exact=True).click()
    elements.page.locator(".lm-Menu [data-command='docmanager:save']").click()
    saved = repository / "elements.ipynb"
    expect(elements.page.locator(".lm-TabBar-tab.jp-mod-dirty")).to_have_count(0)
    cells = json.loads(saved.read_text(encoding="utf-8"))["cells"]
    forms = [cell["outputs"][0]["data"] for cell in cells if "data" in cell["outputs"][0]]
    assert ["image/png" in form for form in forms] == [False, False, True, True]
    texts = ["".join(form["text/plain"]) for form in forms]
    assert texts[0].startswith("What is 1 + 1?")
    assert texts[2].startswith("<sculptor: h is the largest of 0x + 0 and 1x + 0.")
    assert texts[3].startswith("Patient 1 of ")
