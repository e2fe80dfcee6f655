"""Every widget and question of every page: controls change picture and sentence, answers are answered."""

import json
import re

import pytest
from moves import ready
from reader import NAMES, TEXTS
from serve import PAGES

from tipsbook.quiz import estimate

WITH_WIDGETS = [name for name in NAMES if "<tips-explore" in TEXTS[name]]
WITH_QUESTIONS = [name for name in NAMES if "<tips-quiz" in TEXTS[name]]


def state(widget):
    return widget.locator(".picture").inner_html(), widget.locator(".say").inner_text()


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


@pytest.mark.parametrize("name", WITH_WIDGETS)
def test_each_control_changes_picture_and_sentence(visit, name):
    page = visit(name)
    for index in range(len(ready(page))):
        for place in range(page.locator("tips-explore").nth(index).locator("input, select").count()):
            page.reload()  # the start state
            widget = ready(page)[index]
            seen = [state(widget)]
            for _ in ends(widget.locator("input, select").nth(place)):
                seen.append(state(widget))
            assert len({picture for picture, _ in seen}) > 1, f"widget {index}: control {place} changes no picture"
            assert len({said for _, said in seen}) > 1, f"widget {index}: control {place} changes no sentence"
            assert widget.locator("svg[role=img]").get_attribute("aria-label") == seen[-1][1]


@pytest.mark.parametrize("name", WITH_WIDGETS)
def test_the_picture_has_changed_before_the_handler_returns(visit, name):
    page = visit(name)
    for widget in ready(page):
        changed = widget.evaluate(
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


@pytest.mark.parametrize("name", WITH_WIDGETS)
def test_arrow_keys_step_through_values(visit, name):
    page = visit(name)
    for widget in ready(page):
        for slider in widget.locator("input[type=range]").all():
            slider.press("Home")
            texts = json.loads(slider.get_attribute("data-texts"))
            for text in texts[:3]:
                assert slider.get_attribute("aria-valuetext") == text
                assert slider.locator("xpath=../output").inner_text() == text
                slider.press("ArrowRight")


@pytest.mark.parametrize("name", WITH_WIDGETS)
def test_widgets_do_not_disturb_each_other(visit, name):
    page = visit(name)
    found = ready(page)
    before = [state(widget) for widget in found]
    for _ in ends(found[0].locator("input, select").first):
        pass
    assert [state(widget) for widget in found[1:]] == before[1:]


@pytest.mark.parametrize("name", WITH_WIDGETS)
def test_widgets_answer_from_a_disk(visit, name):
    page = visit(name, base=PAGES.as_uri())
    widget = ready(page)[0]
    before = state(widget)
    next(ends(widget.locator("input, select").first))
    assert state(widget) != before


@pytest.mark.parametrize("name", WITH_WIDGETS)
def test_widgets_answer_to_touch(visit, name):
    page = visit(name, width=390, has_touch=True)
    widget = ready(page)[0]
    slider = widget.locator("input[type=range]").first
    slider.scroll_into_view_if_needed()
    before, box = state(widget), slider.bounding_box()
    page.touchscreen.tap(box["x"] + 0.95 * box["width"], box["y"] + box["height"] / 2)
    assert state(widget) != before
    assert box["height"] >= 24, "a finger needs 24 px"


@pytest.mark.parametrize("name", WITH_WIDGETS)
def test_without_javascript_the_start_frame_is_there(visit, name):
    page = visit(name, java_script_enabled=False)
    for widget in page.locator("tips-explore").all():
        assert widget.locator(".picture svg").bounding_box()["height"] > 100
        assert widget.locator(".say").inner_text()
        assert not widget.locator(".controls").is_visible()


@pytest.mark.parametrize("name", WITH_WIDGETS)
def test_print_shows_figures_without_controls(visit, name):
    page = visit(name)
    page.emulate_media(media="print")
    for widget in page.locator("tips-explore").all():
        assert widget.locator(".picture svg").is_visible()
        assert not widget.locator(".controls").is_visible()


@pytest.mark.parametrize("name", WITH_WIDGETS)
def test_the_script_stands_on_the_page_once(name):
    assert len(re.findall(r"<script[^>]*widgets\.js", TEXTS[name])) == 1


def test_the_script_stands_only_where_it_is_needed():
    loaded = [n for n in NAMES if re.search(r"<script[^>]*widgets\.js", TEXTS[n])]
    assert [n for n in loaded if "<tips-" not in TEXTS[n]] == []


@pytest.mark.parametrize("name", WITH_WIDGETS)
def test_choices_before_the_frames_arrive_are_drawn_on_arrival(visit, name):
    page = visit(name)
    page.context.route("**/frames/*.js", lambda route: (page.wait_for_timeout(300), route.continue_()))
    page.reload(wait_until="commit")
    widget = page.locator("tips-explore").first
    control = widget.locator("input, select").first
    before = state(widget)
    next(ends(control))
    page.wait_for_function("w => w.hasAttribute('data-ready')", arg=widget.element_handle())
    assert state(widget) != before


def answer(question, data, given):
    """Answer a question as a reader does; return its state and its reply."""
    if data["kind"] == "choose":
        question.locator("input").nth(given).check()
    else:
        question.locator("input").fill(f"{given:g}")
    question.locator("button").press("Enter")
    return question.get_attribute("data-state"), question.locator(".reply").inner_text()


def answers(data):
    """Return every option, or every catalogued number and one that is far off, each with whether it is right."""
    if data["kind"] == "choose":
        return [(i, i == data["right"], reply) for i, (_, reply) in enumerate(data["options"])]
    right, factor = data["right"], data["factor"]
    listed = [
        (n, right / factor <= n * 1.000001 and n <= right * factor * 1.000001, reply) for n, reply in data["options"]
    ]
    return [*listed, (right * factor * 1234, False, "Too large")]


@pytest.mark.parametrize("name", WITH_QUESTIONS)
def test_every_answer_is_answered(visit, name):
    page = visit(name)
    for question in page.locator("tips-quiz").all():
        data = json.loads(question.locator("script").text_content())
        given = answers(data)
        assert {right for _, right, _ in given} == {True, False}
        assert len({reply for *_, reply in given}) == len(given), "each answer has a reply of its own"
        for value, right, reply in given:
            state, said = answer(question, data, value)
            assert state == ("right" if right else "wrong"), (value, said)
            assert reply in said


@pytest.mark.parametrize("name", WITH_QUESTIONS)
@pytest.mark.parametrize("times", [1e12, 1234.0, 1.03, 1e-9])
def test_the_page_replies_as_the_kernel_does(visit, name, times):
    page = visit(name)
    for question in page.locator("tips-quiz").all():
        data = json.loads(question.locator("script").text_content())
        if data["kind"] == "estimate":
            options = dict(data["options"])
            asked = estimate("page-1", "?", data["right"], factor=data["factor"], replies=options)
            given = float(f"{data['right'] * times:g}")
            assert asked.answer(given)[1] in answer(question, data, given)[1]


@pytest.mark.parametrize("name", WITH_QUESTIONS)
def test_an_empty_answer_is_no_answer(visit, name):
    page = visit(name)
    for question in page.locator("tips-quiz").all():
        question.locator("button").click()
        assert question.get_attribute("data-state") is None
        assert question.locator(".reply").inner_text()
