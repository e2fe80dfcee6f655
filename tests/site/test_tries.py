"""Buttons that move the controls of a figure, and addresses of its states."""

import pytest
from moves import near, whole
from reader import HEAVIEST, LIGHTEST, TEXTS, WITH_WIDGETS, of
from serve import PAGES
from widget_files import widgets_of

TRIED = [name for name in WITH_WIDGETS if "data-places=" in TEXTS[name]]
SOME = [pytest.param(n, marks=() if n in (HEAVIEST, LIGHTEST, "index.html") else pytest.mark.audit) for n in TRIED]
SETTLED = "figure => !figure.goal && figure.dataset.drawn === figure.dataset.asked && figure.hasAttribute('data-ready')"


def sliding() -> tuple[str, int]:
    """Return the page and the number of a figure with a button that moves a slider over more than one value."""
    for name in TRIED:
        for number, widget in enumerate(widgets_of(PAGES / name)):
            controls = list(widget.controls.values())
            if any(
                place is not None and control.slides and abs(place - control.start) > 1
                for places in widget.tries.values()
                for place, control in zip(places, controls, strict=True)
            ):
                return name, number
    return "", 0


SLIDING = sliding()


def settled(figure) -> str:
    """Wait until a figure shows the state that its buttons led to, and return its sentence."""
    figure.page.wait_for_function(SETTLED, arg=figure.element_handle())
    return figure.locator(".say").inner_text()


@of(WITH_WIDGETS)
def test_every_figure_has_buttons_and_each_changes_the_picture(name):
    for number, _ in enumerate(widgets_of(PAGES / name)):
        start = widgets_of(PAGES / name)[number]
        pictures = {"": start.picture()}
        assert start.tries, f"figure {number + 1} has nothing to try"
        for label in start.tries:
            moved = widgets_of(PAGES / name)[number]
            moved.press(label)
            assert moved.picture() not in pictures.values() or (moved.state == start.state and len(start.tries) > 1), (
                label
            )
            if moved.state != start.state:
                pictures[label] = moved.picture()


@of(SOME)
def test_each_button_reaches_its_state(desk, figures, name):
    desk.emulate_media(reduced_motion="reduce")
    assert len(figures) >= 1, "all of them in their start states"
    for element, widget in zip(desk.locator("tips-explore").all(), widgets_of(PAGES / name), strict=True):
        figure, said = near(element), None
        for label in widget.tries:
            button = figure.locator(".tries").get_by_role("button", name=label, exact=True)
            if button.get_attribute("aria-pressed") == "false":
                button.click()
            said = widget.press(label)
            assert settled(figure) == said, label
            assert figure.locator("svg[role=img]").get_attribute("aria-label") == said
            assert button.get_attribute("aria-pressed") == "true"
            values = figure.evaluate("figure => figure.places")
            assert values == list(widget.places.values())


@pytest.fixture
def figure(visit, request):
    """A figure with a button that moves a slider over more than one value."""
    name, number = SLIDING
    return near(visit(name, **getattr(request, "param", {})).locator("tips-explore").nth(number))


def far_button(figure):
    """Return the button that moves a slider furthest, and over how many values."""
    distances = figure.evaluate(
        """figure => figure.buttons.map(button => Math.max(...JSON.parse(button.dataset.places).map((to, i) =>
            to === null || figure.controls[i].type !== "range" ? 0 : Math.abs(to - figure.controls[i].value))))"""
    )
    place = distances.index(max(distances))
    return figure.locator("[data-places]").nth(place), distances[place]


WATCH = """figure => {
    const said = window.said = [], drawn = window.drawn = [], say = figure.querySelector(".say");
    new MutationObserver(() => said.push(say.textContent)).observe(say, { childList: true, subtree: true });
    new MutationObserver(() => drawn.push(figure.dataset.drawn)).observe(figure, { attributeFilter: ["data-drawn"] });
}"""


def test_a_move_goes_in_steps_and_is_said_once(figure):
    button, distance = far_button(figure)
    figure.evaluate(WATCH)
    button.focus()
    figure.page.keyboard.press("Enter")
    end = settled(figure)
    said, drawn = figure.page.evaluate("[said, drawn]")
    assert said == [end]
    assert len(drawn) == min(distance, 10)
    assert len(set(drawn)) == len(drawn), "no step stands still"


@pytest.mark.parametrize("figure", [{"reduced_motion": "reduce"}], indirect=True)
def test_a_move_is_made_at_once_where_the_reader_wants_no_motion(figure):
    button, _ = far_button(figure)
    figure.evaluate(WATCH)
    assert figure.evaluate("(figure, button) => { button.click(); return !figure.goal; }", button.element_handle())
    settled(figure)
    assert len(figure.page.evaluate("drawn")) == 1


def test_a_move_is_undone_by_its_button_and_by_undo(figure):
    button, _ = far_button(figure)
    undo, start = figure.locator(".undo"), figure.evaluate("figure => figure.places")
    before = figure.locator(".say").inner_text()
    for back in (button, undo):
        assert not undo.is_visible()
        button.focus()
        figure.page.keyboard.press("Space")
        assert settled(figure) != before
        assert button.get_attribute("aria-pressed") == "true"
        assert undo.is_visible()
        back.focus()
        figure.page.keyboard.press("Enter")
        assert settled(figure) == before
        assert figure.evaluate("figure => figure.places") == start
        assert button.evaluate("button => button === document.activeElement"), "the focus is not lost"
    assert button.get_attribute("aria-pressed") == "false"


def test_a_hand_on_a_control_ends_a_move(figure):
    button, _ = far_button(figure)
    slider = figure.locator("input[type=range]").first
    button.click()
    slider.press("Home")
    settled(figure)
    assert slider.input_value() == "0"
    figure.page.wait_for_timeout(200)  # no step comes after
    assert slider.input_value() == "0"
    assert not figure.locator(".undo").is_visible()


def test_a_link_leads_to_the_state(figure, visit):
    button, _ = far_button(figure)
    button.click()
    said = settled(figure)
    address = figure.locator(".link").get_attribute("href")
    assert address.startswith(f"#widget={SLIDING[1] + 1}&")
    for width in (390, 1350):
        page = visit(SLIDING[0] + address, width=width)
        opened = page.locator("tips-explore").nth(SLIDING[1])
        assert settled(opened) == said
        whole(page)
        box = opened.locator(".picture").bounding_box()
        assert 0 <= box["y"] < 450, "the figure is in view"
        assert opened.locator(".link").get_attribute("href") == address


def test_wrong_names_in_a_link_are_ignored(visit):
    name, number = SLIDING
    page = visit(f"{name}#widget={number + 1}&speed=3&{'x' * 40}=1")
    figure = page.locator("tips-explore").nth(number)
    assert settled(figure) == widgets_of(PAGES / name)[number].say()
    for address in ("#widget=99&a=1", "#widget=no", "#widget="):
        page.evaluate("address => { location.hash = address; }", address)
    assert settled(figure) == widgets_of(PAGES / name)[number].say()


@of(WITH_WIDGETS)
def test_every_state_has_an_address_of_its_own(desk):
    doubles = desk.evaluate(
        """() => [...document.querySelectorAll("tips-explore")].filter(figure => {
            const before = figure.places, seen = new Set();
            let states = 0;
            figure.controls.forEach((control, i) => {
                const count = control.options?.length ?? (control.type === "range" ? +control.max + 1 : 2);
                for (let at = 0; at < count; at++, states++) {
                    figure.goal = before.map((place, j) => (i === j ? at : place));
                    figure.mark();
                    seen.add(`${i} ${figure.link.href}`);
                }
            });
            figure.goal = undefined;
            figure.mark();
            return seen.size < states;
        }).length"""
    )
    assert doubles == 0


def test_there_are_buttons_that_slide():
    assert TRIED
    assert SLIDING[0]
