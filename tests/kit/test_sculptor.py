"""The Maxout sculptor: what it computes and says, what it refuses, and what it is on each surface."""

import json
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from tipsbook.explore import sculptor
from tipsbook.explore.maxout import GRID, Lines
from tipsbook.explore.sculptor import picture

RELU, VALLEY = Lines(((0, 0), (1, 0))), Lines(((-1, -1), (0, 0), (2, -2)))
STEP = Lines(((0, 0), (1, 1), (0, 0), (1, -1)), minus=2)


def random_lines(seed: int) -> Lines:
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, 6))
    lines = tuple((float(w), float(b)) for w, b in rng.choice(GRID, (count, 2)))
    return Lines(lines, int(rng.integers(count)), bool(rng.integers(2)))


class TestLines:
    def test_a_unit_is_the_largest_line_and_two_are_a_difference(self):
        x = np.linspace(-2, 2, 41)
        assert np.allclose(VALLEY.value(x), np.maximum.reduce([-x - 1, 0 * x, 2 * x - 2]))
        assert np.allclose(STEP.value(x), np.maximum(0, x + 1) - np.maximum(0, x - 1))

    @pytest.mark.parametrize("seed", range(20))
    def test_ranges_are_where_a_line_is_on_top(self, seed):
        shape = random_lines(seed)
        ranges = shape.ranges()
        for x in np.random.default_rng(seed).uniform(-2, 2, 50):
            inside = [i for i, r in enumerate(ranges) if r is not None and r[0] < x < r[1]]
            assert sorted(shape.winners(float(x))) == inside

    @pytest.mark.parametrize("seed", range(20))
    def test_nothing_bends_between_bends(self, seed):
        shape = random_lines(seed)
        bends = shape.bends()
        middles = (bends[1:] + bends[:-1]) / 2
        assert np.allclose(shape.value(middles), (shape.value(bends)[1:] + shape.value(bends)[:-1]) / 2)

    @pytest.mark.parametrize("seed", range(20))
    def test_the_distance_to_the_parabola_is_the_largest_anywhere(self, seed):
        shape, x = random_lines(seed), np.linspace(-2, 2, 4001)
        assert shape.distance() == pytest.approx(abs(shape.value(x) - x**2).max(), abs=0.01)
        assert shape.distance() >= abs(shape.value(x) - x**2).max() - 1e-9

    def test_the_best_four_lines_have_the_distance_of_the_chapter(self):
        four = Lines(((-3, -2.125), (-1, -0.125), (1, -0.125), (3, -2.125)), parabola=True)
        assert four.distance() == pytest.approx(2**2 / (2 * 4**2))
        assert "Largest distance to x²: 0.125." in four.sentence(0, 0.5)

    def test_sentences_name_winner_dead_piece_and_both_gradients(self):
        assert RELU.sentence(1, -1.5) == (
            "Line 2 has slope 1 and offset 0. At x = −1.5 line 1 is on top: h = 0. It gets all of the gradient, the "
            "others nothing. On top between −2 and 2: line 1 50 %, line 2 50 %."
        )
        assert "line 3 nowhere" in Lines(((-1, 0), (1, 0), (0.25, -1))).sentence(0, 1.0)
        said = STEP.sentence(4, 1.5)
        assert said.startswith("The input is in hand. At x = 1.5 lines 2 and 4 are on top: h = 2.5 − (0.5) = 2.")
        assert "Line 2 gets the gradient, line 4 its negative" in said

    @pytest.mark.parametrize(
        ("lines", "minus", "message"),
        [
            ((), 0, "A sculptor needs 1 to 5 lines, not all subtracted, got 0, 0 of them subtracted."),
            (((0, 0),) * 6, 0, "got 6"),
            (((0, 0),), 1, "got 1, 1 of them subtracted"),
            (((0.01, 0),), 0, "Slopes and offsets go from -3 to 3 in steps of 0.025, got 0.01."),
            (((0, 4),), 0, "got 4."),
        ],
    )
    def test_refusals(self, lines, minus, message):
        with pytest.raises(ValueError, match=re.escape(message)):
            Lines(lines, minus)


@pytest.mark.parametrize("seed", range(10))
def test_every_picture_has_the_same_parts(seed):
    """So the script of the page has only to move them."""
    shape = random_lines(seed)
    svg = picture(shape, seed % (len(shape.lines) + 1), 0.5, "k")
    start = picture(RELU, 0, 0.5, "k")
    parts = [[(part.tag, sorted(part.keys())) for part in ET.fromstring(text).iter()] for text in (svg, start)]
    assert parts[0] == parts[1]


def asked():
    return sculptor(
        {"ReLU": [(0, 0), (1, 0)], "x²": [(-2, -0.5), (2, -0.5)], "ramp": [(0, 0), (1, 1)]},
        subtracted={"ramp": [(0, 0), (1, -1)]},
        parabola=("x²",),
        x=0.5,
    )


class TestSurfaces:
    def test_on_the_page_it_is_an_element_with_its_data(self, tmp_path, monkeypatch):
        monkeypatch.setenv("TIPSLIB_FRAMES", str(tmp_path))
        html = asked()._repr_mimebundle_()["text/html"]
        data = json.loads(re.search(r'<script type="application/json">(.*?)</script>', html)[1])
        assert [preset["minus"] for preset in data["presets"]] == [0, 0, 2]
        assert data["presets"][1] == {"lines": [[-2, -0.5], [2, -0.5]], "minus": 0, "parabola": True}
        assert re.findall(r'<button type="button">(.*?)</button>', html) == ["ReLU", "x²", "ramp"]
        assert html.count("<label>") == 3
        assert 'role="img" aria-label="Line 1 has slope 0' in html
        assert not list(tmp_path.iterdir()), "it has no frames"

    def test_elsewhere_it_is_a_picture_with_its_sentence(self):
        forms = asked()._repr_mimebundle_()
        assert forms["image/png"]
        assert forms["text/plain"].startswith("<explore: Line 1 has slope 0 and offset 0.")

    def test_with_a_kernel_its_widgets_move_it(self):
        from tipsbook.explore.sculptor_live import Live

        live = Live({"ReLU": RELU, "step": STEP}, 0.5)
        assert live.shape == RELU
        live.first.value = -1.0
        assert live.shape.lines == ((-1, 0), (1, 0))
        live.hand.value = 1
        assert (live.first.description, live.first.value, live.second.value) == ("slope", 1.0, 0.0)
        live.second.value = 0.5
        assert live.shape.lines == ((-1, 0), (1, 0.5))
        live.hand.value = 2
        assert (live.first.description, live.second.layout.display) == ("input x", "none")
        live.first.value = -2.0
        assert live.x == -2
        assert "At x = −2 line 1 is on top: h = 2." in live.picture.value
        live.start.value = "step"
        assert live.shape == STEP
        assert len(live.hand.options) == 5
        assert live.shapes["ReLU"] == RELU, "presets stay as they were"
