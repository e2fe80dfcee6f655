"""Every widget and question of every page: controls change picture and sentence, answers are answered."""

import json
import re

import pytest
from moves import FIGURES, Figure, near, ready
from reader import HEAVIEST, LIGHTEST, NAMES, TEXTS, WITH_QUESTIONS, WITH_WIDGETS, of, one_of
from serve import PAGES, ROOT

from tipsbook.quiz import estimate


def ends(control):
    """Move a control to each of its values at the ends, by keyboard where it is a slider; yield after each move."""
    kind = control.get_attribute("type") or "select-one"
    if kind == "range":
        for key in ("Home", "End"):
            control.press(key)
            yield
    elif kind == "checkbox":
        for _ in range(2):
            control.press("Space")
            yield
    else:
        count = control.locator("option").count()
        for index in (count - 1, 0):
            control.select_option(index=index)
            yield


def test_there_are_widgets_and_questions():
    assert WITH_WIDGETS
    assert WITH_QUESTIONS


moved = one_of(WITH_WIDGETS, LIGHTEST, HEAVIEST)


@moved
def test_each_control_changes_picture_and_sentence_and_leads_back(figures):
    for index, figure in enumerate(figures):
        for place, control in enumerate(figure.controls()):
            seen = [figure.start]
            for _ in ends(control):
                seen.append(figure.state())
            assert len({picture for picture, _ in seen}) > 1, f"widget {index}: control {place} changes no picture"
            assert len({said for _, said in seen}) > 1, f"widget {index}: control {place} changes no sentence"
            assert figure.element.locator("svg[role=img]").get_attribute("aria-label") == seen[-1][1]
            figure.reset()
            assert figure.state() == figure.start, f"widget {index}: control {place} does not lead back to the start"


@moved
def test_the_picture_has_changed_before_the_handler_returns(figures):
    for figure in figures:
        changed = figure.element.evaluate(
            """widget => {
                const picture = widget.querySelector(".picture"), before = picture.innerHTML;
                const control = widget.querySelector("input[type=range], select");
                if (control.type == "range") control.value = control.value == control.max ? 0 : control.max;
                else control.selectedIndex = (control.selectedIndex + 1) % control.length;
                control.dispatchEvent(new Event("input", {bubbles: true}));
                return picture.innerHTML != before;
            }"""
        )
        assert changed


@moved
def test_arrow_keys_step_through_values(figures):
    shown = "slider => [slider.ariaValueText, slider.parentElement.querySelector('output').textContent]"
    for figure in figures:
        for slider in figure.element.locator("input[data-texts]").all():  # the sculptor has its own test
            slider.press("Home")
            for text in json.loads(slider.get_attribute("data-texts"))[:3]:
                assert slider.evaluate(shown) == [text, text]
                slider.press("ArrowRight")


@moved
def test_widgets_do_not_disturb_each_other(figures):
    first, *others = figures
    for _ in ends(first.controls()[0]):
        pass
    assert [figure.state() for figure in others] == [figure.start for figure in others]


@moved
def test_print_shows_figures_without_controls(desk):
    desk.emulate_media(media="print")
    for element in desk.locator(FIGURES).all():
        assert element.locator(".picture svg").is_visible()
        assert not element.locator(".controls").is_visible()


@moved
def test_widgets_answer_to_touch(phone):
    figure = Figure(near(phone.locator(FIGURES).first)).reset()
    slider = figure.element.locator("input[type=range]").first
    slider.scroll_into_view_if_needed()
    before, box = figure.state(), slider.bounding_box()
    place = 0.05 if slider.input_value() == slider.get_attribute("max") else 0.95  # away from where it is
    phone.touchscreen.tap(box["x"] + place * box["width"], box["y"] + box["height"] / 2)
    assert figure.state() != before
    assert box["height"] >= 24, "a finger needs 24 px"


@one_of(WITH_WIDGETS, LIGHTEST)
def test_widgets_answer_from_a_disk(visit, name):
    figure = Figure(ready(visit(name, base=PAGES.as_uri()))[0])
    next(ends(figure.controls()[0]))
    assert figure.state() != figure.start


@one_of(WITH_WIDGETS, LIGHTEST)
def test_without_javascript_the_start_frame_is_there(visit, name):
    page = visit(name, java_script_enabled=False)
    for widget in page.locator(FIGURES).all():
        assert widget.locator(".picture svg").bounding_box()["height"] > 100
        assert widget.locator(".say").inner_text()
        assert not widget.locator(".controls").is_visible()


@one_of(WITH_WIDGETS, LIGHTEST)
def test_choices_before_the_frames_arrive_are_drawn_on_arrival(visit, name):
    page, held, arrived = visit(name), [], False
    page.route("**/frames/*.js", lambda request: request.continue_() if arrived else held.append(request))
    page.reload(wait_until="commit")
    figure = Figure(page.locator("tips-explore").first)
    next(ends(figure.controls()[0]))
    assert figure.state() == figure.start
    arrived = True
    for request in held:
        request.continue_()
    ready(page)
    assert figure.state() != figure.start


SCRIPTS = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "src/tipsbook/scripts").glob("*.js")}


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_stands_once_where_its_elements_do_and_nowhere_else(script):
    elements = re.findall(r'customElements\.define\("([a-z-]+)"', SCRIPTS[script])
    marks = [f"<{element}" for element in elements] or ["data-frames="]  # frames.js defines none, and serves several
    for name in NAMES:
        wanted = any(mark in TEXTS[name] for mark in marks)
        assert len(re.findall(rf"<script[^>]*/{re.escape(script)}", TEXTS[name])) == wanted, name


def answers(data):
    """Return every option, or every catalogued number and one that is far off, each with whether it is right."""
    if data["kind"] == "choose":
        return [(i, i == data["right"], reply) for i, (_, reply) in enumerate(data["options"])]
    right, factor = data["right"], data["factor"]
    listed = [
        (n, right / factor <= n * 1.000001 and n <= right * factor * 1.000001, reply) for n, reply in data["options"]
    ]
    return [*listed, (right * factor * 1234, False, "Too large")]


def questions(page):
    """Yield every question of a page, and what its script knows of it."""
    for question in page.locator("tips-quiz").all():
        yield question, json.loads(question.locator("script").text_content())


def answer(question, given) -> None:
    """Answer a question as a reader does, by mouse and keyboard."""
    field = question.locator("input")
    field.fill(f"{given:g}") if field.first.get_attribute("type") == "text" else field.nth(given).check()
    question.locator("button").press("Enter")


def answer_again(question, given) -> None:
    """Answer a question that was answered before, without mouse and keyboard."""
    question.evaluate(
        """(question, [given, text]) => {
            const fields = question.querySelectorAll("input");
            if (fields[0].type === "text") fields[0].value = text; else fields[given].checked = true;
            question.querySelector("form").requestSubmit();
        }""",
        [given, f"{given:g}"],
    )


def said(question) -> list[str]:
    """Return the state of a question and the reply to its last answer."""
    return question.evaluate("question => [question.dataset.state, question.querySelector('.reply').innerText]")


@of(WITH_QUESTIONS)
def test_every_answer_is_answered(desk):
    for question, data in questions(desk):
        given = answers(data)
        assert {right for _, right, _ in given} == {True, False}
        assert len({reply for *_, reply in given}) == len(given), "each answer has a reply of its own"
        for number, (value, right, reply) in enumerate(given):
            (answer_again if number else answer)(question, value)
            state, heard = said(question)
            assert state == ("right" if right else "wrong"), (value, heard)
            assert reply in heard


@of(WITH_QUESTIONS)
def test_the_page_replies_as_the_kernel_does(desk):
    for question, data in questions(desk):
        if data["kind"] == "estimate":
            asked = estimate("page-1", "?", data["right"], factor=data["factor"], replies=dict(data["options"]))
            for times in (1e12, 1234.0, 1.03, 1e-9):
                given = float(f"{data['right'] * times:g}")
                answer_again(question, given)
                assert asked.answer(given)[1] in said(question)[1], given


@of(WITH_QUESTIONS)
def test_an_empty_answer_is_no_answer(desk):
    for question in desk.locator("tips-quiz").all():
        question.evaluate("question => { question.querySelector('form').reset(); }")
        question.locator("button").click()
        state, heard = said(question)
        assert state is None
        assert heard
