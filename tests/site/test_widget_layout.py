"""How a figure that answers is laid out: controls near the hand, and nothing that moves while a control does."""

import re

import pytest
from moves import near
from reader import WITH_WIDGETS, of, one_of
from serve import PAGES
from widget_files import widgets_of

BOX = "element => { const { x, y, width, height } = element.getBoundingClientRect(); return { x, y, width, height }; }"
SENTENCES = """figure => figure.data.say.map(text => {
    figure.querySelector(".say").textContent = text;
    return figure.getBoundingClientRect().height;
})"""

of_each_kind = one_of(WITH_WIDGETS, "index.html", "generalization/dropout.html")


def box(locator) -> dict[str, float]:
    return locator.evaluate(BOX)


@pytest.fixture(params=["desk", "phone"])
def page(request, name):
    """The page that `name` names, on a desk and on a phone."""
    return request.getfixturevalue(request.param)


def figures_of(page):
    return [near(figure) for figure in page.locator("tips-explore").all()]


@of_each_kind
def test_no_sentence_moves_what_stands_below(page):
    for number, figure in enumerate(figures_of(page)):
        said = figure.locator(".say").inner_text()
        heights = figure.evaluate(SENTENCES)
        figure.evaluate("(figure, text) => { figure.querySelector('.say').textContent = text; }", said)
        assert max(heights) - min(heights) < 1, f"figure {number + 1}"


@of_each_kind
def test_the_picture_keeps_its_size_while_a_slider_moves(page):
    for number, figure in enumerate(figures_of(page)):
        picture = figure.locator(".picture")
        before, below = box(picture), box(figure.locator(".tries"))
        for control in figure.locator("input[type=range]").all():
            for key in ("Home", "End"):
                control.press(key)
                now, row = box(picture), box(figure.locator(".tries"))
                assert [now["width"], now["height"]] == [before["width"], before["height"]], f"figure {number + 1}"
                assert row["y"] - now["y"] == pytest.approx(below["y"] - before["y"], abs=0.5)


@of(WITH_WIDGETS)
def test_room_is_kept_for_the_tallest_picture(desk, name):
    for figure, widget in zip(desk.locator("tips-explore").all(), widgets_of(PAGES / name), strict=True):
        width, height = map(float, figure.locator(".picture").evaluate("p => p.style.aspectRatio").split("/"))
        kept = width / height
        boxes = {found for piece in widget.data["pieces"] for found in re.findall(r'viewBox="0 0 (\S+) (\S+)"', piece)}
        shapes = [float(across) / float(up) for across, up in boxes if len(boxes) == 1 or float(across) > 300]
        assert kept == pytest.approx(min(shapes), rel=1e-3)


@of_each_kind
def test_on_a_desk_controls_stand_in_one_row_above_the_picture(desk):
    for figure in figures_of(desk):
        labels = [box(label) for label in figure.locator(".controls label").all()]
        bottoms = [label["y"] + label["height"] for label in labels]
        assert max(bottoms) - min(bottoms) < 1
        roomy = box(figure)["width"] > 480  # the figure of the first page stands beside text, and is narrow
        assert (max(bottoms) <= box(figure.locator(".picture"))["y"]) == roomy
        assert max(label["x"] + label["width"] for label in labels) <= box(figure)["x"] + box(figure)["width"] + 1


@of_each_kind
def test_on_a_phone_controls_stand_under_the_picture_and_fit_a_thumb(phone):
    for figure in figures_of(phone):
        picture, controls, tries = (box(figure.locator(part)) for part in (".picture", ".controls", ".tries"))
        assert picture["y"] + picture["height"] <= controls["y"]
        assert controls["y"] + controls["height"] <= tries["y"]
        targets = ".controls :is(input[type=range], select, label:has([type=checkbox])), .tries button, .link"
        small = figure.locator(targets).evaluate_all(
            "all => all.filter(e => e.getBoundingClientRect().height < 44).map(e => e.outerHTML)"
        )
        assert small == []


@of_each_kind
def test_the_tab_key_goes_through_controls_then_buttons(desk):
    figure = figures_of(desk)[0]
    wanted = figure.evaluate(
        """figure => [...figure.querySelectorAll(".controls :is(input, select), .tries :is(button, a)")]
            .filter(part => part.checkVisibility({ visibilityProperty: true }))
            .map((part, i) => { part.dataset.stop = i; return String(i); })"""
    )
    figure.locator("[data-stop='0']").focus()
    stops = []
    for _ in wanted:
        stops.append(desk.evaluate("document.activeElement.dataset.stop"))
        desk.keyboard.press("Tab")
    assert stops == wanted


@of_each_kind
def test_the_value_of_a_slider_stands_over_its_thumb(page):
    for figure in figures_of(page):
        for label in figure.locator("label:has(input[type=range])").all():
            slider, value = label.locator("input"), label.locator("output")
            for key, side in (("Home", 0), ("End", 1)):
                slider.press(key)
                track, text = box(slider), box(value)
                assert text["x"] + side * text["width"] == pytest.approx(track["x"] + side * track["width"], abs=1)
                assert text["y"] + text["height"] <= track["y"] + track["height"] / 2


@of(WITH_WIDGETS)
def test_no_text_of_a_figure_is_smaller_than_11_px_on_a_phone(phone):
    for figure in figures_of(phone):
        small = figure.locator(".picture svg text").evaluate_all(
            """texts => texts.map(text => {
                const svg = text.ownerSVGElement, scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
                return [text.textContent, scale * parseFloat(getComputedStyle(text).fontSize)];
            }).filter(([, size]) => size < 11)"""
        )
        assert small == []
