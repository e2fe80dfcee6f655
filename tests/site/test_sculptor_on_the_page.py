"""The Maxout sculptor on the page: its script computes, says and draws what tipslib does, for mouse, finger, keys."""

import json

import numpy as np
import pytest
from reader import TEXTS
from tipsbook.explore.maxout import GRID, Lines
from tipsbook.explore.sculptor import picture

PAGE = next((name for name in TEXTS if 'class="presets"' in TEXTS[name]), "no page")


@pytest.fixture
def element(visit):
    return visit(PAGE).locator("tips-explore:has(.presets)")


def random_lines(rng) -> Lines:
    count = int(rng.integers(1, 6))
    lines = tuple((float(w), float(b)) for w, b in rng.choice(GRID, (count, 2)))
    return Lines(lines, int(rng.integers(count)), bool(rng.integers(2)))


def bend(element, shape: Lines, held: int, x: float):
    """Give the unit of the page its lines, as dragging does, and draw it."""
    return element.evaluate(
        "(e, state) => { Object.assign(e.unit, state); e.unit.show(); return e.unit.sentence; }",
        {"lines": shape.lines, "minus": shape.minus, "parabola": shape.parabola, "held": held, "x": x},
    )


def drawn(element) -> str:
    text = element.locator(".picture").inner_html()
    label = element.locator("svg").get_attribute("aria-label")
    return text.replace(f' role="img" aria-label="{label}"', "", 1)


def test_the_script_computes_what_maxout_computes(element):
    rng = np.random.default_rng(0)
    x = np.sort(rng.uniform(-2, 2, 60))
    for _ in range(60):
        shape = random_lines(rng)
        bend(element, shape, 0, 0.0)
        found = element.evaluate(
            "(e, xs) => ({value: xs.map(x => e.unit.value(x)), winners: xs.map(x => e.unit.winners(x)), "
            "ranges: e.unit.ranges, distance: e.unit.distance})",
            x.tolist(),
        )
        assert np.allclose(found["value"], shape.value(x), atol=1e-12)
        assert found["winners"] == [shape.winners(float(v)) for v in x]
        assert [r and tuple(r) for r in found["ranges"]] == [r and pytest.approx(r) for r in shape.ranges()]
        assert found["distance"] == pytest.approx(shape.distance())


def test_the_script_says_and_draws_what_python_does(element):
    rng = np.random.default_rng(1)
    for _ in range(60):
        shape, x = random_lines(rng), float(rng.choice(GRID[40:201]))
        held = int(rng.integers(len(shape.lines) + 1))
        assert bend(element, shape, held, x) == shape.sentence(held, x)
        assert drawn(element) == picture(shape, held, x, "tips-sculptor")
        assert element.locator(".say").inner_text() == shape.sentence(held, x)
        assert element.locator("svg").get_attribute("aria-label") == shape.sentence(held, x)


def test_the_start_picture_stays_when_the_script_takes_over(visit, element):
    still = visit(PAGE, java_script_enabled=False).locator("tips-explore:has(.presets)")
    assert drawn(element) == drawn(still)
    assert element.locator(".say").inner_text() == still.locator(".say").inner_text()


def test_every_preset_starts_anew(element):
    presets = json.loads(element.locator("script").text_content())["presets"]
    for button, preset in zip(element.locator("button").all(), presets, strict=True):
        shape = Lines(tuple(tuple(line) for line in preset["lines"]), preset["minus"], preset["parabola"])
        button.press("Enter")
        assert element.locator(".say").inner_text() == shape.sentence(0, 0.5)
        assert button.get_attribute("aria-pressed") == "true"
        assert element.locator("option").count() == len(shape.lines) + 1
        element.locator(".controls").get_by_label("slope").press("End")
        assert element.locator(".say").inner_text() != shape.sentence(0, 0.5)
        button.press("Enter")
        assert element.locator(".say").inner_text() == shape.sentence(0, 0.5), "a preset keeps its lines"


def test_the_keyboard_moves_lines_and_input(element):
    say = element.locator(".say")
    element.locator(".controls").get_by_label("slope").press("Home")
    assert say.inner_text().startswith("Line 1 has slope −3 and offset 0.")
    element.locator(".controls").get_by_label("offset").press("ArrowRight")
    assert say.inner_text().startswith("Line 1 has slope −3 and offset 0.025.")
    element.locator(".controls").get_by_label("in hand").select_option("the input x")
    assert not element.locator(".controls").get_by_label("offset").is_visible()
    slider = element.get_by_role("slider", name="input x")
    for key, end in (("Home", "−2"), ("End", "2")):
        slider.press(key)
        assert f"At x = {end} " in say.inner_text()
        assert slider.get_attribute("aria-valuetext") == end


def middle(part):
    box = part.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_mouse_shifts_turns_and_walks(element):
    page, say = element.page, element.locator(".say")
    element.scroll_into_view_if_needed()

    def drag(start, across, down):
        page.mouse.move(*start)
        page.mouse.down()
        page.mouse.move(start[0] + across, start[1] + down, steps=4)
        page.mouse.up()

    scale = element.locator("svg").bounding_box()["width"] / 360
    x, y = middle(element.locator(".grab").nth(0))
    drag((x - 60 * scale, y), 0, -28 * scale)
    assert say.inner_text().startswith("Line 1 has slope 0 and offset 1.")
    drag(middle(element.locator(".turn").nth(1)), 0, -28 * scale)
    slope = float(say.inner_text().split("slope ")[1].split()[0])
    assert 0.2 < slope < 0.4
    drag(middle(element.locator('[data-grab="x"]')), -80 * scale, 0)
    assert say.inner_text().startswith("The input is in hand. At x = −0.5 ")
    before = say.inner_text()
    page.mouse.move(x, y)
    assert say.inner_text() == before, "what is let go stays"


def test_a_finger_moves_a_line_and_not_the_page(visit):
    page = visit(PAGE, width=390, has_touch=True)
    element = page.locator("tips-explore:has(.presets)")
    element.locator(".picture").scroll_into_view_if_needed()
    x, y = middle(element.locator(".grab").nth(0))
    before, scrolled = element.locator(".say").inner_text(), page.evaluate("scrollY")
    finger = page.context.new_cdp_session(page)

    def touch(kind, points):
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", [{"x": x - 40, "y": y}])
    for step in range(1, 6):
        touch("touchMove", [{"x": x - 40, "y": y - 8 * step}])
    touch("touchEnd", [])
    assert element.locator(".say").inner_text() != before
    assert page.evaluate("scrollY") == scrolled
    for part in element.locator("button, select, input").all():
        assert part.bounding_box()["height"] >= 24, "a finger needs 24 px"


def test_without_javascript_the_buttons_are_away(visit):
    page = visit(PAGE, java_script_enabled=False)
    element = page.locator("tips-explore:has(.presets)")
    assert element.locator("svg").is_visible()
    assert not element.locator("button").first.is_visible()


def test_the_moves_of_the_chapter_show_what_it_says(element):
    say, controls = element.locator(".say"), element.locator(".controls")

    def begin(preset):
        element.get_by_role("button", name=preset, exact=True).click()
        return say.inner_text()

    begin("ReLU")
    slope = controls.get_by_label("slope")
    slope.press("Home")
    for _ in range(80):
        slope.press("ArrowRight")
    assert say.inner_text().startswith("Line 1 has slope −1 and offset 0.")
    absolute = say.inner_text().split("At x")[1]
    assert absolute == begin("|x|").split("At x")[1]
    assert begin("x², 2 lines").endswith(" x²: 0.5.")
    assert begin("x², 4 lines").endswith(" x²: 0.125.")
    assert "line 3 nowhere" in begin("a dead line")
    controls.get_by_label("in hand").select_option("line 3")
    controls.get_by_label("offset").press("End")
    assert "line 3 nowhere" not in say.inner_text()
    begin("ReLU")
    controls.get_by_label("in hand").select_option("the input x")
    x = element.get_by_role("slider", name="input x")
    x.press("Home")
    left = say.inner_text()
    x.press("End")
    assert "line 1 is on top" in left
    assert "line 2 is on top" in say.inner_text()
    assert "its negative" in begin("difference of two")
