"""Surfaces, claims and questions: which form is chosen, what is refused, how answers are read and judged."""

import base64
import json
import re
import subprocess
import sys

import matplotlib.pyplot as plt
import pytest

from tipsbook import surfaces
from tipsbook.claims import claim, parse
from tipsbook.elements import SCRIPTS
from tipsbook.quiz import choose, estimate
from tipslib.plotting import svg


class TestSurfaces:
    def test_a_plain_process_shows_pictures(self):
        assert surfaces.current() == "picture"

    def test_the_build_of_the_site_shows_static_forms(self, tmp_path, monkeypatch):
        monkeypatch.setenv("TIPSLIB_FRAMES", str(tmp_path / "frames"))
        assert surfaces.current() == "static"
        assert surfaces.frames_folder().is_dir()

    def test_a_kernel_shows_widgets(self, monkeypatch):
        import IPython

        monkeypatch.setattr(IPython, "get_ipython", lambda: type("Shell", (), {"kernel": object()})())
        assert surfaces.current() == "live"

    def test_without_anywidget_a_kernel_shows_pictures(self, monkeypatch):
        import IPython

        monkeypatch.setattr(IPython, "get_ipython", lambda: type("Shell", (), {"kernel": object()})())
        monkeypatch.setattr(surfaces, "find_spec", lambda name: None)
        assert surfaces.current() == "picture"

    def test_the_book_is_imported_without_the_packages_of_widgets(self):
        code = "import sys; sys.modules.update(anywidget=None, ipywidgets=None); import tipsbook, tipsbook.checking"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    @pytest.mark.parametrize(
        ("surface", "made", "forms"),
        [
            ("static", ["static"], {"text/html": "<p>"}),
            ("live", ["live", "picture"], {"application/vnd.jupyter.widget-view+json": "m", "image/png": b"PNG"}),
            ("picture", ["picture"], {"image/png": b"PNG"}),
        ],
    )
    def test_each_surface_gets_its_forms_and_nothing_else_is_made(self, monkeypatch, surface, made, forms):
        calls = []

        def form(name, value):
            return lambda: (calls.append(name), value)[1]

        widget = type("Widget", (), {"model_id": "m"})()
        monkeypatch.setattr(surfaces, "current", lambda: surface)
        shown = surfaces.show(
            "A line.", static=form("static", "<p>"), live=form("live", widget), picture=form("picture", b"PNG")
        )
        found = dict(shown._repr_mimebundle_())
        assert calls == made
        assert found.pop("text/plain") == repr(shown) == "A line."
        if "image/png" in found:
            found["image/png"] = base64.b64decode(found["image/png"])
        if surface == "live":
            view = "application/vnd.jupyter.widget-view+json"
            found[view] = found[view]["model_id"]
        assert found == forms

    def test_what_has_no_picture_shows_its_text(self):
        shown = surfaces.show("A line.", static=lambda: "", live=lambda: None)
        assert shown.forms == {"text/plain": "A line."}

    def test_data_inside_an_element_cannot_end_it(self):
        data = {"reply": "</script><b> & \u2028 ×"}
        text = surfaces.inline(data)
        assert text.count("<") == 2
        assert json.loads(re.fullmatch(r"<script[^>]*>(.*)</script>", text)[1]) == data

    def test_frames_belong_to_the_build(self, monkeypatch):
        monkeypatch.delenv("TIPSLIB_FRAMES", raising=False)
        with pytest.raises(RuntimeError, match="Frames are rendered by the build of the site"):
            surfaces.frames_folder()

    def test_svg_is_small_repeatable_and_carries_no_style_for_the_page(self):
        def drawn():
            figure, axes = plt.subplots(figsize=(3, 2))
            axes.plot([0, 1], [0, 1], marker="o")
            axes.set_title("0.123456 stays", weight="bold")
            text = svg(figure, "p-")
            plt.close(figure)
            return text

        text = drawn()
        assert text == drawn()
        assert "<style" not in text
        assert "#000000" not in text
        assert "currentColor" in text
        assert "0.123456 stays" in text
        assert "font-weight: 700" in text
        assert all(i.startswith("p-") for i in re.findall(r'id="([^"]+)"', text))
        assert set(re.findall(r"url\(#([^)]+)\)", text)) <= set(re.findall(r'id="([^"]+)"', text))
        assert not re.search(r'\bd="[^"]*\.\d\d', text), "geometry is rounded"


class TestClaims:
    @pytest.mark.parametrize(
        ("shown", "number", "half_unit"),
        [
            ("12", 12, 0.5),
            (".25", 0.25, 0.005),
            ("0.0030", 0.003, 0.00005),
            ("−1.5", -1.5, 0.05),
            ("2e-6", 2e-6, 5e-7),
            ("2 × 10⁻⁶", 2e-6, 5e-7),
            ("2.0 × 10⁻⁶", 2e-6, 5e-8),
            ("98 %", 0.98, 0.005),
            ("98.5%", 0.985, 0.0005),
        ],
    )
    def test_a_text_is_read_as_a_number_and_its_rounding(self, shown, number, half_unit):
        assert parse(shown) == pytest.approx((number, half_unit), rel=1e-12)

    def test_a_claim_that_holds_says_so(self):
        held = claim("a-third", 1 / 3, shown="0.33")
        assert repr(held) == "a-third: 0.3333, printed as 0.33"
        assert 'id="claim-a-third"' in held._repr_html_()

    @pytest.mark.parametrize(
        ("value", "within"), [(0.34, None), (0.3251, 0.004), (float("nan"), None), (float("inf"), 1.0)]
    )
    def test_a_claim_that_does_not_hold_fails(self, value, within):
        with pytest.raises(AssertionError, match=r"The claim a-third shows 0\.33 \(within"):
            claim("a-third", value, shown="0.33", within=within)

    def test_the_bound_itself_holds(self):
        claim("a-third", 0.335, shown="0.33")

    def test_refusals(self):
        with pytest.raises(ValueError, match=re.escape("claim: shown must be a number such as 0.003")):
            claim("a", 1, shown="about 1")
        with pytest.raises(ValueError, match="claim: a name is lower-case words joined by hyphens, got 'A b'"):
            claim("A b", 1, shown="1")


TYPED = {
    "0.02": 0.02, "2e-3": 2e-3, "2·10^-3": 2e-3, "2 × 10**-3": 2e-3, "10^-6": 1e-6, "1/4": 0.25, "0,5": 0.5, "−3": -3,
    "5 %": 0.05, "": None, "about 3": None, "1/0": None, "1.2.3": None,
}  # fmt: skip


@pytest.fixture(scope="module")
def read():
    """Return the numbers that the script of the questions reads from what readers type, None where there is none."""
    from maths import node

    script = (SCRIPTS / "quiz.js").read_text(encoding="utf-8")
    number = re.search(r"  const number = text => \{.*?\n  \};", script, re.DOTALL)[0]
    code = f"{number} console.log(JSON.stringify({json.dumps(list(TYPED))}.map(number)))"
    done = subprocess.run([node(), "-e", code], capture_output=True, check=True, encoding="utf-8")
    return dict(zip(TYPED, json.loads(done.stdout), strict=True))  # what is not finite is null in JSON


class TestQuestions:
    def test_each_option_has_its_reply(self):
        asked = choose("sums-1", "What is 1 + 1?", {"2": "Yes.", "3": "Too many."}, right="2")
        assert asked.answer(0) == (True, "Yes.")
        assert asked.answer(1) == (False, "Too many.")
        assert repr(asked) == "What is 1 + 1?\n  ( ) 2\n  ( ) 3"

    @pytest.mark.parametrize(
        ("given", "right", "reply"),
        [
            (2e-6, True, "Exactly."),
            (2.05e-6, True, "Exactly."),
            (1e-6, True, "Close."),
            (1.9e-5, True, "Right: the answer is 2.0 × 10⁻⁶."),
            (2.1e-5, False, "Too large, by a factor of about 10. Try again."),
            (1e-9, False, "Too small, by a factor of about 2.0 × 10³. Try again."),
            (-1.0, False, "The answer is a number above 0."),
        ],
    )
    def test_an_estimate_is_right_within_its_factor(self, given, right, reply):
        asked = estimate("sums-predict-1", "How much?", 2e-6, factor=10, replies={2e-6: "Exactly.", 1e-6: "Close."})
        assert asked.answer(given) == (right, reply)

    def test_near_is_not_right_where_digits_count(self):
        asked = estimate("sums-1", "How much?", 8.0, factor=1.01, replies={8.0: "Right: 8.", 4.0: "Half."})
        assert asked.answer(8.05) == (True, "Right: 8.")
        assert asked.answer(8.3) == (False, "That is near. Work it out with more digits.")
        assert asked.answer(4.1) == (False, "Half.")

    @pytest.mark.parametrize(("typed", "number"), TYPED.items())
    def test_numbers_are_read_as_readers_type_them(self, read, typed, number):
        assert read[typed] == (None if number is None else pytest.approx(number))

    @pytest.mark.parametrize(
        ("make", "message"),
        [
            (lambda: choose("sums", "?", {"a": "b", "c": "d"}, right="a"), "A question is named <chapter>-<n>"),
            (lambda: choose("sums-1", "?", {"a": "b"}, right="a"), "sums-1 needs two options or more"),
            (lambda: choose("sums-1", "?", {"a": "b", "c": "d"}, right="x"), "the right one among them"),
            (lambda: estimate("sums-1", "?", 0, factor=2, replies={}), "sums-1 needs numbers above 0"),
            (lambda: estimate("sums-1", "?", 1, factor=0.5, replies={}), "a factor of 1 or more"),
            (lambda: estimate("sums-1", "?", 1, factor=2, replies={-1: "x"}), "needs numbers above 0"),
        ],
    )
    def test_refusals(self, make, message):
        with pytest.raises(ValueError, match=re.escape(message)):
            make()

    def test_on_the_site_a_question_is_a_native_form(self, tmp_path, monkeypatch):
        monkeypatch.setenv("TIPSLIB_FRAMES", str(tmp_path))
        html = choose("sums-1", "Is 1 < 2?", {"yes": "</script>", "no": "But it is."}, right="yes")._repr_mimebundle_()[
            "text/html"
        ]
        assert "Is 1 &lt; 2?" in html
        assert html.count("</script>") == 1, "a reply cannot end the data"
        assert html.count('type="radio"') == 2

    def test_with_a_kernel_it_is_the_form_of_the_page_and_a_text(self, monkeypatch, widget_of):
        asked = choose("sums-1", "Is 1 < 2?", {"yes": "Yes.", "no": "But it is."}, right="yes")
        monkeypatch.setattr(surfaces, "current", lambda: "live")
        assert set(asked._repr_mimebundle_()) == {"text/plain", "application/vnd.jupyter.widget-view+json"}
        live = widget_of(asked)
        assert live.html == asked.html()
        assert 'customElements.define("tips-quiz"' in live._esm
        assert "tips-quiz" in live._css
