"""What not every reader needs and some cannot do without: texts for pictures, no motion. Axe is in test_pages too."""

import pytest
from axe import violations


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
