"""The diagnosis clinic on the page: every patient, every answer, the treated run; by mouse, by keyboard, by finger."""

import gzip
import re

import pytest
from moves import Widget
from reader import TEXTS
from serve import PAGES

from tipsbook.clinic import read
from tipsbook.clinic.cases import VITALS

PAGE = "recipe/recipe.html"
CASES = read(PAGES.parents[1] / "book" / "recipe" / "data" / "recipe-clinic.toml")


class Clinic(Widget):
    """The clinic, and what a reader sees of it."""

    def __init__(self, page) -> None:
        super().__init__(page.locator("tips-clinic"))
        self.page = page
        self.element.scroll_into_view_if_needed()
        page.wait_for_function("() => document.querySelector('tips-clinic').hasAttribute('data-ready')")
        self.forms = self.element.locator("form").all()

    def call(self, number: int):
        """Call a patient, counted from 0, and return it."""
        self.set("patient", f"{number + 1} of {len(CASES)}")
        return CASES[number]

    def text(self, selector: str) -> str:
        return self.element.locator(selector).first.inner_text()

    def answer(self, form: int, option: int) -> str:
        """Answer a question with the option of this number, and return the reply."""
        self.forms[form].locator("input").nth(option).check()
        self.forms[form].get_by_role("button", name="Answer").click()
        return self.forms[form].locator(".reply").inner_text()

    def cells(self, table: int) -> list[list[str]]:
        rows = self.element.locator(".vitals").nth(table).locator("tbody tr").all()
        return [row.locator("td").all_inner_texts() for row in rows]

    def heal(self, case) -> None:
        for form, question in enumerate(case.questions):
            self.answer(form, int(question.right))


@pytest.fixture
def clinic(page):
    """The clinic of the page, with its first patient, just come in."""
    clinic = Clinic(page)
    for number in (1, 0):
        clinic.call(number)
    return clinic


def test_the_clinic_stands_on_the_page_and_is_light():
    assert TEXTS[PAGE].count("<tips-clinic") == 1
    element = re.search(r"<tips-clinic.*?</tips-clinic>", TEXTS[PAGE], re.DOTALL)[0]
    assert len(gzip.compress(element.encode())) < 60_000
    key = re.search(r'data-frames="([0-9a-f]{16})"', element)[1]
    assert len(gzip.compress((PAGES / PAGE).with_name("frames").joinpath(f"{key}.js").read_bytes())) < 100_000


def test_every_patient_comes_in(clinic):
    pictures = set()
    for number, _ in enumerate(CASES):
        case = clinic.call(number)
        pictures.add(clinic.element.locator(".picture").first.inner_html())
        assert clinic.text(".story") == case.story
        assert clinic.text(".say") == case.sick.say()
        assert clinic.element.locator("svg").first.get_attribute("aria-label") == case.sick.say()
        assert [row[0] for row in clinic.cells(0)] == case.sick.vitals()
        labels = clinic.forms[0].locator("label").all_inner_texts()
        assert [label.strip() for label in labels] == [option for option, _ in case.disease.options]
        assert not clinic.forms[1].is_visible()
    assert len(pictures) == len(CASES)


ANSWERS = """(form, order) => order.map(option => {
    form.querySelectorAll("input")[option].click();
    [...form.querySelectorAll("button")].find(button => button.innerText === "Answer").click();
    const second = form.closest("tips-clinic").querySelectorAll("form")[1];
    return [form.querySelector(".reply").innerText, form.dataset.state, second.checkVisibility()];
})"""


def test_every_answer_has_the_kernel_s_reply(clinic):
    for number, _ in enumerate(CASES):
        case = clinic.call(number)
        for form, question in enumerate(case.questions):
            order = sorted(range(len(question.options)), key=lambda i, right=question.right: i == right)
            replies = clinic.forms[form].evaluate(ANSWERS, order)  # the right one last
            for option, (said, state, second) in zip(order, replies, strict=True):
                right, reply = question.answer(option)
                assert said == f"{'Right.' if right else 'Not yet.'} {reply}"
                assert state == ("right" if right else "wrong")
                assert second == (form == 1 or right)
        assert clinic.text(".cure") == case.cure


def test_right_and_wrong_differ_by_more_than_colour(clinic):
    reply, right = clinic.forms[0].locator(".reply"), int(CASES[0].disease.right)
    for option, sign in (((right + 1) % 4, "✗"), (right, "✓")):
        clinic.answer(0, option)
        assert sign in reply.evaluate("reply => getComputedStyle(reply, '::before').content")


def test_the_treated_run_stands_beside_the_sick_one(clinic):
    for number in (0, 7, len(CASES) - 1):
        case = clinic.call(number)
        healed = clinic.element.locator(".healed")
        assert not healed.is_visible()
        clinic.answer(0, int(case.disease.right))
        assert not healed.is_visible()
        clinic.answer(1, int(case.treatment.right))
        assert healed.is_visible()
        before, after = healed.locator("svg[role=img]").all()
        assert before.get_attribute("aria-label") == case.sick.say()
        assert after.get_attribute("aria-label") == case.treated.say()
        assert healed.locator(".say").inner_text() == case.treated.say()
        assert clinic.cells(1) == [
            list(row) for row in zip(case.sick.vitals(), case.treated.vitals(), VITALS.values(), strict=True)
        ]
        boxes = [svg.bounding_box() for svg in (before, after)]
        assert boxes[0]["y"] == pytest.approx(boxes[1]["y"], abs=2), "side by side"
        assert boxes[1]["x"] > boxes[0]["x"] + boxes[0]["width"] - 1


def test_ids_on_the_page_differ(clinic):
    clinic.heal(clinic.call(1))
    ids = clinic.page.evaluate("() => [...document.querySelectorAll('tips-clinic [id]')].map(e => e.id)")
    pictures = clinic.element.locator("svg").count()
    assert pictures == 3
    assert ids
    assert len(set(ids)) == len(ids)


def test_the_next_patient_finds_nothing_of_the_last(clinic):
    clinic.heal(clinic.call(0))
    clinic.element.get_by_role("button", name="Next").click()
    assert clinic.text(".story") == CASES[1].story
    assert clinic.element.locator("input:checked").count() == 0
    assert not clinic.forms[1].is_visible()
    assert not clinic.element.locator(".healed").is_visible()
    assert [form.get_attribute("data-state") for form in clinic.forms] == [None, None]
    assert clinic.text(".cure") == clinic.text(".reply") == ""
    for _ in range(2):
        clinic.element.get_by_role("button", name="Previous").click()
    assert clinic.text(".story") == CASES[-1].story, "patients stand in a circle"


def test_show_me_leads_to_the_treated_run(clinic):
    case = clinic.call(3)
    for form, question in enumerate(case.questions):
        clinic.forms[form].get_by_role("button", name="Show me").click()
        option, reply = question.options[int(question.right)]
        assert clinic.forms[form].locator(".reply").inner_text() == f"{option}. {reply}"
        assert clinic.forms[form].locator("input").nth(int(question.right)).is_checked()
    assert clinic.text(".cure") == case.cure


def test_an_empty_answer_is_no_answer(clinic):
    clinic.forms[0].get_by_role("button", name="Answer").click()
    assert clinic.forms[0].locator(".reply").inner_text() == "Choose an answer first."
    assert clinic.forms[0].get_attribute("data-state") is None


def test_the_keyboard_is_enough(clinic):
    page = clinic.page
    clinic.element.locator("select").focus()
    page.keyboard.press("ArrowDown")
    assert clinic.text(".story") == CASES[1].story
    for _ in range(3):  # previous, next, the first option
        page.keyboard.press("Tab")
    for question in CASES[1].questions:
        page.keyboard.press("Space")
        for _ in range(int(question.right)):
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        for _ in range(3):  # answer, show me, the options of the next question
            page.keyboard.press("Tab")
    assert clinic.text(".cure") == CASES[1].cure


def test_a_finger_is_enough_on_a_phone(visit):
    clinic = Clinic(visit(PAGE, width=390, has_touch=True))
    clinic.element.get_by_role("button", name="Next").tap()
    case = CASES[1]
    for form, question in enumerate(case.questions):
        clinic.forms[form].locator("label").nth(int(question.right)).tap()
        clinic.forms[form].get_by_role("button", name="Answer").tap()
    assert clinic.text(".cure") == case.cure
    assert clinic.page.evaluate("document.documentElement.scrollWidth") <= 390
    for part in clinic.element.locator("select, button, label").all():
        assert not part.is_visible() or part.bounding_box()["height"] >= 24, "a finger needs 24 px"
    for picture in clinic.element.locator("svg").all():
        assert picture.bounding_box()["width"] > 280


def test_links_to_read_on_lead_to_pages(clinic):
    for page in {case.reading[0] for case in CASES if case.reading}:
        assert (PAGES / "recipe" / page).resolve().exists(), page
    number = next(i for i, case in enumerate(CASES) if not case.reading)
    clinic.heal(clinic.call(number))
    assert not clinic.element.get_by_text("Read on").is_visible()
    number = next(i for i, case in enumerate(CASES) if case.reading)
    clinic.heal(clinic.call(number))
    link = clinic.element.get_by_role("link")
    assert (link.get_attribute("href"), link.inner_text()) == CASES[number].reading


def test_an_answer_before_the_file_is_here_is_judged_on_its_arrival(visit):
    page = visit(PAGE)
    page.context.route("**/frames/*.js", lambda route: (page.wait_for_timeout(1000), route.continue_()))
    page.reload(wait_until="domcontentloaded")
    form = page.locator("tips-clinic form").first
    form.locator("input").nth(int(CASES[0].disease.right)).check()
    form.get_by_role("button", name="Answer").click()
    page.wait_for_function("() => document.querySelector('tips-clinic').hasAttribute('data-ready')")
    assert form.locator(".reply").inner_text().startswith("Right. ")


@pytest.mark.parametrize("how", ["print", "no JavaScript"])
def test_readers_without_controls_see_the_first_patient(visit, how):
    page = visit(PAGE, java_script_enabled=how == "print")
    page.emulate_media(media="print" if how == "print" else "screen")
    element = page.locator("tips-clinic")
    assert element.locator("svg").first.bounding_box()["height"] > 100
    assert element.locator(".story").inner_text() == CASES[0].story
    assert element.locator(".vitals").first.is_visible()
    assert not element.locator("button").first.is_visible()
    assert not element.locator("select").is_visible()
