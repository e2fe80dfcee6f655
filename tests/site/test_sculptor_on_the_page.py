"""The Maxout sculptor on the page: its script computes what tipslib computes, and answers to mouse, finger and keys."""

import json
import math
import re

import numpy as np
import pytest
from reader import NAMES, TEXTS
from serve import PAGES

from tipslib.layers import Maxout
from tipslib.networks import Sequential

PAGE = next(name for name in NAMES if "<tips-sculptor" in TEXTS[name])
GRID = np.arange(-120, 121) / 40


class Unit:
    """The unit that some lines make, computed by `tipslib.layers.Maxout`: one, or two of which one is subtracted."""

    def __init__(self, lines, minus=0) -> None:
        self.count, self.parts = len(lines), []
        for sign, first, group in (
            (1, 0, lines[: len(lines) - minus]),
            (-1, len(lines) - minus, lines[len(lines) - minus :]),
        ):
            if len(group):
                net = Sequential([Maxout(1, pieces=len(group))], n_in=1)
                params = net.layers[0].params
                params["W"][...], params["b"][...] = np.array(group, dtype=float).T
                self.parts.append((sign, first, net))

    def value(self, x):
        return sum(sign * net.forward(np.array(x)[:, None])[:, 0] for sign, _, net in self.parts)

    def gradients(self, x: float):
        """Return the gradient of the output for the offset of each line."""
        found = np.zeros(self.count)
        for sign, first, net in self.parts:
            net.forward(np.array([[x]]), training=True)
            net.backward(np.array([[float(sign)]]))
            grads = net.layers[0].grads["b"].ravel()
            found[first : first + len(grads)] = grads
        return found


def random_lines(rng):
    count = int(rng.integers(1, 6))
    return rng.choice(GRID, (count, 2)).tolist(), int(rng.integers(count)), bool(rng.integers(2))


def bend(element, lines, minus=0, parabola=False, held=0, x=0.0):
    """Give the unit of the page its lines, as dragging does, and draw it."""
    state = {"lines": lines, "minus": minus, "parabola": parabola, "held": held, "x": x}
    element.evaluate("(e, state) => { Object.assign(e, state); e.show(); }", state)


def said(element) -> str:
    return element.locator(".say").inner_text()


@pytest.fixture
def element(page):
    """The sculptor of the page, as it starts."""
    element = page.locator("tips-sculptor")
    start = json.loads(element.locator("script").text_content())["x"]
    element.evaluate("(e, x) => { e.x = x; e.begin(0); }", start)
    return element


def test_the_script_computes_what_maxout_computes(element):
    rng = np.random.default_rng(0)
    for _ in range(60):
        lines, minus, _ = random_lines(rng)
        x = np.sort(rng.uniform(-2, 2, 60))
        unit = Unit(lines, minus)
        bend(element, lines, minus)
        found = element.evaluate(
            "(e, xs) => ({value: xs.map(x => e.value(x)), winners: xs.map(x => e.winners(x)), ranges: e.ranges})",
            x.tolist(),
        )
        assert np.allclose(found["value"], unit.value(x))
        for at, winners in zip(x, found["winners"], strict=True):
            gradients = np.zeros(len(lines))
            gradients[winners] = [1, -1][: len(winners)]
            assert unit.gradients(at).tolist() == gradients.tolist()
            inside = [i for i, range_ in enumerate(found["ranges"]) if range_ and range_[0] < at < range_[1]]
            assert sorted(winners) == inside


def test_the_distance_to_the_parabola_is_the_largest_anywhere(element):
    rng, x = np.random.default_rng(1), np.linspace(-2, 2, 4001)
    for _ in range(40):
        lines, minus, _ = random_lines(rng)
        bend(element, lines, minus, parabola=True)
        far = float(abs(Unit(lines, minus).value(x) - x**2).max())
        assert far - 1e-9 <= element.evaluate("e => e.distance") <= far + 0.01
    bend(element, [[-3, -2.125], [-1, -0.125], [1, -0.125], [3, -2.125]], parabola=True)
    assert element.evaluate("e => e.distance") == pytest.approx(2**2 / (2 * 4**2))
    assert "Largest distance to x²: 0.125." in said(element)


def spelled(value: float) -> str:
    return f"{math.floor(value * 1000 + 0.5) / 1000 + 0.0:.3f}".rstrip("0").rstrip(".").replace("-", "−")


def shares(lines, minus) -> list[float]:
    """Return the share of the inputs for which each line has the gradient, counted on a grid."""
    grid = np.linspace(-2, 2, 2002)[:-1] + 0.001
    owners = [np.array(lines)[:, 0][None] * grid[:, None] + np.array(lines)[:, 1]]
    first = len(lines) - minus
    parts = [owners[0][:, :first], owners[0][:, first:]]
    counts = [np.bincount(part.argmax(axis=1), minlength=part.shape[1]) for part in parts if part.shape[1]]
    return (np.concatenate(counts) / len(grid)).tolist()


def test_the_sentence_says_who_is_on_top_and_who_learns(element):
    rng = np.random.default_rng(2)
    for _ in range(40):
        lines, minus, parabola = random_lines(rng)
        x, held = float(rng.choice(GRID[40:201])), int(rng.integers(len(lines) + 1))
        bend(element, lines, minus, parabola, held, x)
        unit, text = Unit(lines, minus), said(element)
        gradients = unit.gradients(x)
        top = [str(i + 1) for i in np.flatnonzero(gradients)]
        if held == len(lines):
            assert text.startswith("The input is in hand. ")
        else:
            slope, offset = map(spelled, lines[held])
            assert text.startswith(f"Line {held + 1} has slope {slope} and offset {offset}. ")
        value = spelled(float(unit.value([x])[0]))
        if minus:
            assert f"At x = {spelled(x)} lines {top[0]} and {top[1]} are on top: h = " in text
            assert (
                f") = {value}. Line {top[0]} gets the gradient, line {top[1]} its negative, the others nothing." in text
            )
        else:
            assert f"At x = {spelled(x)} line {top[0]} is on top: h = {value}. It gets all of the gradient" in text
        for i, share in enumerate(shares(lines, minus)):
            told = re.search(rf"line {i + 1} (nowhere|\d+ %)", text)[1]
            assert abs(0 if told == "nowhere" else float(told[:-2]) - 100 * share) < 1, (told, share)
        assert ("Largest distance to x²" in text) == parabola
        assert element.locator("svg").get_attribute("aria-label") == text


def test_the_drawing_shows_the_lines_the_unit_and_the_gradient(element):
    rng = np.random.default_rng(3)
    for _ in range(30):
        lines, minus, parabola = random_lines(rng)
        x, held = float(rng.choice(GRID[40:201])), int(rng.integers(len(lines) + 1))
        bend(element, lines, minus, parabola, held, x)
        unit = Unit(lines, minus)
        top = element.locator(".top").get_attribute("points")
        points = np.array([pair.split(",") for pair in top.split()], dtype=float)
        across, up = (points[:, 0] - 190) / 80, (134 - points[:, 1]) / 28
        assert across[[0, -1]].tolist() == [-2, 2]
        assert np.allclose(up, unit.value(across), atol=0.05), "drawn to a tenth of a pixel; slopes of two reach 6"
        for i, slot in enumerate(element.locator(".slot").all()):
            assert slot.get_attribute("visibility") == ("visible" if i < len(lines) else "hidden")
            if i < len(lines):
                ends = [float(slot.locator(".piece").get_attribute(name)) for name in ("x1", "y1", "x2", "y2")]
                for a, b in (ends[:2], ends[2:]):
                    assert lines[i][0] * (a - 190) / 80 + lines[i][1] == pytest.approx((134 - b) / 28, abs=0.01)
                filled = slot.locator(".dot").get_attribute("fill-opacity")
                assert (filled == "1") == bool(unit.gradients(x)[i])
                assert slot.locator(".number").text_content() == f"{'−' * (i >= len(lines) - minus)}{i + 1}"
        hidden = {True: "visible", False: "hidden"}
        assert element.locator(".parabola").get_attribute("visibility") == hidden[parabola]
        assert {turn.get_attribute("visibility") for turn in element.locator(".turn").all()} == {
            hidden[held < len(lines)]
        }


def test_every_preset_starts_anew(element):
    data = json.loads(element.locator("script").text_content())
    assert element.locator("button").all_inner_texts() == [preset["name"] for preset in data["presets"]]
    for button, preset in zip(element.locator("button").all(), data["presets"], strict=True):
        button.press("Enter")
        before = said(element)
        slope, offset = map(spelled, preset["lines"][0])
        assert before.startswith(f"Line 1 has slope {slope} and offset {offset}. At x = {spelled(data['x'])} ")
        assert button.get_attribute("aria-pressed") == "true"
        assert element.locator("[aria-pressed=true]").count() == 1
        assert element.locator("option").count() == len(preset["lines"]) + 1
        element.get_by_role("slider", name="slope").press("End")
        assert said(element) != before
        button.press("Enter")
        assert said(element) == before, "a preset keeps its lines"


def test_the_keyboard_moves_lines_and_input(element):
    picture = element.locator(".picture")
    before = picture.inner_html()
    element.get_by_role("slider", name="slope").press("Home")
    assert said(element).startswith("Line 1 has slope −3 and offset 0.")
    element.get_by_role("slider", name="offset").press("ArrowRight")
    assert said(element).startswith("Line 1 has slope −3 and offset 0.025.")
    assert picture.inner_html() != before
    element.locator(".controls").get_by_label("in hand").select_option("the input x")
    assert not element.locator(".controls").get_by_label("offset").is_visible()
    slider = element.get_by_role("slider", name="input x")
    for key, end in (("Home", "−2"), ("End", "2")):
        slider.press(key)
        assert f"At x = {end} " in said(element)
        assert slider.get_attribute("aria-valuetext") == end


def middle(part):
    box = part.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_mouse_shifts_turns_and_walks(element):
    page = element.page
    element.scroll_into_view_if_needed()

    def drag(start, across, down):
        page.mouse.move(*start)
        page.mouse.down()
        page.mouse.move(start[0] + across, start[1] + down, steps=4)
        page.mouse.up()

    scale = element.locator("svg").bounding_box()["width"] / 360
    x, y = middle(element.locator(".grab").nth(0))
    drag((x - 60 * scale, y), 0, -28 * scale)
    assert said(element).startswith("Line 1 has slope 0 and offset 1.")
    drag(middle(element.locator(".turn").nth(1)), 0, -28 * scale)
    slope = float(said(element).split("slope ")[1].split()[0])
    assert 0.2 < slope < 0.4
    drag(middle(element.locator('[data-grab="x"]')), -80 * scale, 0)
    assert said(element).startswith("The input is in hand. At x = −0.5 ")
    before = said(element)
    page.mouse.move(x, y)
    assert said(element) == before, "what is let go stays"


def test_a_finger_moves_a_line_and_not_the_page(visit):
    page = visit(PAGE, width=390, has_touch=True)
    element = page.locator("tips-sculptor")
    element.locator(".picture").scroll_into_view_if_needed()
    x, y = middle(element.locator(".grab").nth(0))
    before, scrolled = said(element), page.evaluate("scrollY")
    finger = page.context.new_cdp_session(page)

    def touch(kind, points):
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", [{"x": x - 40, "y": y}])
    for step in range(1, 6):
        touch("touchMove", [{"x": x - 40, "y": y - 8 * step}])
    touch("touchEnd", [])
    assert said(element) != before
    assert page.evaluate("scrollY") == scrolled
    for part in element.locator("button, select, input").all():
        assert part.bounding_box()["height"] >= 24, "a finger needs 24 px"


def test_it_answers_from_a_disk(visit):
    element = visit(PAGE, base=PAGES.as_uri()).locator("tips-sculptor")
    element.get_by_role("slider", name="slope").press("Home")
    assert said(element).startswith("Line 1 has slope −3 and offset 0.")


def test_nothing_moves_when_the_script_takes_over(visit, element):
    still = visit(PAGE, java_script_enabled=False).locator("tips-sculptor svg").bounding_box()
    drawn = element.locator("svg").bounding_box()
    assert [drawn[side] for side in ("width", "height")] == pytest.approx([still["width"], still["height"]], abs=1)


def test_without_javascript_there_are_a_picture_and_a_sentence(visit):
    element = visit(PAGE, java_script_enabled=False).locator("tips-sculptor")
    assert element.locator("svg[role=img]").is_visible()
    assert said(element).startswith("h is the largest of ")
    assert element.locator("svg").get_attribute("aria-label") == said(element)
    assert element.locator("button, select, input").count() == 0


def test_in_print_there_are_no_controls(element):
    element.page.emulate_media(media="print")
    assert element.locator("svg").is_visible()
    assert said(element)
    assert not element.locator(".controls").is_visible()


def test_the_script_stands_only_where_a_sculptor_does():
    with_script = [name for name in NAMES if re.search(r"<script[^>]*/sculptor\.js", TEXTS[name])]
    assert with_script == [name for name in NAMES if "<tips-sculptor" in TEXTS[name]]


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
