"""What not every reader needs and some cannot do without: texts for pictures, no motion. Axe is in test_pages too."""

import pytest
from axe import violations
from moves import near
from reader import LIGHTEST


@pytest.fixture
def index(visit):
    return visit("index.html", reduced_motion="reduce")


def test_axe_would_find_a_picture_without_text(index):
    index.evaluate("document.querySelector('main').append(new Image())")
    assert any("image-alt" in line for line in violations(index))


def test_motion_stops_where_the_reader_asks_for_it(index):
    moving = index.evaluate(
        """() => [...document.querySelectorAll("*")].filter(e => {
            const s = getComputedStyle(e);
            return parseFloat(s.transitionDuration) > 0.01 || parseFloat(s.animationDuration) > 0.01
                || s.scrollBehavior === "smooth";
        }).map(e => e.className || e.tagName)"""
    )
    assert moving == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_while_a_move_can_be_undone(visit, scheme):
    page = visit(LIGHTEST, scheme=scheme, reduced_motion="reduce")
    figure = near(page.locator("tips-explore").first)
    figure.locator("[aria-pressed=false]").first.press("Enter")
    assert figure.locator(".undo").is_visible()
    assert violations(page) == []


def test_one_sentence_of_a_figure_is_announced(visit):
    for figure in visit(LIGHTEST).locator("tips-explore").all():
        assert figure.locator("[aria-live]").count() == 1
        assert figure.locator(".say[aria-live=polite]").count() == 1
        for control in figure.locator("input, select").all():
            assert control.evaluate("control => control.labels[0].querySelector('span').textContent.trim()")
