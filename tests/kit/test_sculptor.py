"""The Maxout sculptor in Python: what it refuses, its picture and sentence, and what it is on each surface."""

import json
import re

import numpy as np
import pytest

from tipsbook import surfaces
from tipsbook.elements import SCRIPTS
from tipsbook.sculptor import Preset, sculptor
from tipslib.layers import Maxout
from tipslib.networks import Sequential

RELU, VALLEY = Preset(((0, 0), (1, 0))), Preset(((-1, -1), (0, 0), (2, -2)))
STEP = Preset(((0, 0), (1, 1), (0, 0), (1, -1)), minus=2)
PRESETS = {"ReLU": [(0, 0), (1, 0)], "x²": [(-2, -0.5), (2, -0.5)], "ramp": [(0, 0), (1, 1)]}


def asked():
    return sculptor(PRESETS, subtracted={"ramp": [(0, 0), (1, -1)]}, parabola=("x²",), x=0.5)


def maxout(lines, x):
    """Return the output of a Maxout layer whose pieces are these lines."""
    net = Sequential([Maxout(1, pieces=len(lines))], n_in=1)
    params = net.layers[0].params
    params["W"][...], params["b"][...] = np.array(lines, dtype=float).T
    return net.forward(x[:, None])[:, 0]


class TestPreset:
    @pytest.mark.parametrize("preset", [RELU, VALLEY, STEP])
    def test_a_unit_is_what_maxout_computes_and_two_are_a_difference(self, preset):
        x = np.linspace(-2, 2, 41)
        first, *second = (maxout(unit, x) for unit in preset.units)
        assert np.allclose(preset.value(x), first - sum(second))

    @pytest.mark.parametrize(
        ("lines", "minus", "message"),
        [
            ((), 0, "A sculptor needs 1 to 5 lines, not all subtracted, got 0, 0 of them subtracted."),
            (((0, 0),) * 6, 0, "got 6"),
            (((0, 0),), 1, "got 1, 1 of them subtracted"),
            (((0.01, 0),), 0, "Slopes and offsets go from -3 to 3 in steps of 0.025, got 0.01."),
            (((0, 3.025),), 0, "got 3.025."),
            (((-3.025, 0),), 0, "got -3.025."),
            (((0, float("nan")),), 0, "got nan."),
        ],
    )
    def test_refusals(self, lines, minus, message):
        with pytest.raises(ValueError, match=re.escape(message)):
            Preset(lines, minus)

    def test_every_number_of_the_grid_is_taken(self):
        for i in range(-120, 121):
            Preset(((i / 40, round(i / 40, 3)),))

    def test_the_figure_holds_every_line_and_what_they_make(self):
        (axes,) = STEP.figure().axes
        drawn = {line.get_label(): line.get_xydata() for line in axes.lines}
        assert list(drawn) == ["line 1", "line 2", "line 3", "line 4", "h"]
        for (slope, offset), points in zip(STEP.lines, drawn.values(), strict=False):
            assert np.allclose(points[:, 1], slope * points[:, 0] + offset)
        assert np.allclose(drawn["h"][:, 1], STEP.value(drawn["h"][:, 0]))

    def test_the_figure_has_the_shape_of_the_drawing_that_takes_its_place(self):
        script = (SCRIPTS / "sculptor.js").read_text(encoding="utf-8")
        width, height = map(int, re.search(r'viewBox="0 0 (\d+) (\d+)"', script).groups())
        across, up = RELU.figure().get_size_inches()
        assert across / up == pytest.approx(width / height)

    def test_the_sentence_says_what_is_drawn(self):
        assert RELU.sentence(-1.5) == "h is the largest of 0x + 0 and 1x + 0. At x = −1.5 it is 0."
        assert STEP.sentence(1.5) == (
            "h is the largest of 0x + 0 and 1x + 1, minus the largest of 0x + 0 and 1x − 1. At x = 1.5 it is 2."
        )


class TestSculptor:
    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"presets": {}}, "A sculptor needs one preset or more, got none."),
            ({"parabola": ("y²",)}, "A sculptor subtracts from and measures its presets ReLU, x², ramp, got 'y²'."),
            ({"subtracted": {"step": [(0, 0)]}}, "got 'step'."),
            ({"x": 2.5}, "The input of a sculptor goes from -2 to 2, got 2.5."),
            ({"x": float("nan")}, "got nan."),
        ],
    )
    def test_refusals(self, change, message):
        with pytest.raises(ValueError, match=re.escape(message)):
            sculptor(**{"presets": PRESETS, "x": 0.5} | change)

    def test_on_the_page_it_is_an_element_with_its_data(self, tmp_path, monkeypatch):
        monkeypatch.setenv("TIPSLIB_FRAMES", str(tmp_path))
        html = asked().forms["text/html"]
        data = json.loads(re.search(r'<script type="application/json">(.*?)</script>', html)[1])
        assert [preset["name"] for preset in data["presets"]] == ["ReLU", "x²", "ramp"]
        assert [preset["minus"] for preset in data["presets"]] == [0, 0, 2]
        second = {"name": "x²", "lines": [[-2, -0.5], [2, -0.5]], "minus": 0, "parabola": True}
        assert data["presets"][1] == second
        assert data["x"] == 0.5
        assert len(data["colours"]) == 5
        assert f'role="img" aria-label="{RELU.sentence(0.5)}"' in html
        assert f'<p class="say">{RELU.sentence(0.5)}</p>' in html
        assert not list(tmp_path.iterdir()), "it has no frames"

    def test_elsewhere_it_is_a_picture_with_its_sentence(self):
        forms = asked().forms
        assert set(forms) == {"text/plain", "image/png"}
        assert forms["text/plain"] == f"<sculptor: {RELU.sentence(0.5)}>"

    def test_with_a_kernel_it_is_the_same_element_and_a_picture(self, monkeypatch, widget_of):
        monkeypatch.setattr(surfaces, "current", lambda: "live")
        shown = asked()
        assert set(shown.forms) == {"text/plain", "image/png", "application/vnd.jupyter.widget-view+json"}
        live = widget_of(shown)
        assert live.html.startswith("<tips-sculptor>")
        assert 'customElements.define("tips-sculptor"' in live._esm
        assert live._esm.rstrip().endswith("};")
        assert "tips-sculptor" in live._css
