"""explore: what it refuses, what it renders, what it keeps and when it renders anew."""

import gzip
import json
import re

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure

from tipsbook.explore import choice, explore, fingerprint, page, slider, toggle
from tipsbook.explore.declaration import Declaration


def draw(n: int = 1, **_: object) -> Figure:
    figure = Figure(figsize=(3, 2))
    figure.subplots().plot(range(n + 1))
    return figure


def say(**values: object) -> str:
    return f"The values are {values}."


@pytest.fixture
def static(tmp_path, monkeypatch):
    monkeypatch.setenv("TIPSLIB_FRAMES", str(tmp_path))
    return tmp_path


def frames(shown):
    """Return the data of the frame file that an element names, and the element."""
    html = shown._repr_mimebundle_()["text/html"]
    key = re.search(r'data-frames="([0-9a-f]{16})"', html)[1]
    return html, key


def data_of(folder, key):
    text = (folder / f"{key}.js").read_text("utf-8")
    assert text.startswith(f'tipsFrames("{key}",')
    return json.loads(text[len(f'tipsFrames("{key}",') : -1])


def svg_of(data, index):
    """Put a frame together as the page's script does."""
    whole, *frame = data["frames"][index]
    row = frame if whole else list(data["base"])
    if not whole:
        for place, piece in zip(frame[::2], frame[1::2], strict=True):
            row[place] = piece
    return "".join(data["pieces"][p] for p in row)


class TestControls:
    def test_slider_counts_whole_steps(self):
        assert slider(1, 20).values == tuple(range(1, 21))
        assert slider(0, 0.3, step=0.1).values == (0, 0.1, 0.2, 0.3)
        assert slider([0.1, 1, 10], start=1).start == 1

    def test_texts_are_short_and_typographic(self):
        assert slider([-1, 0.5]).texts == ("−1", "0.5")
        assert choice({"rectifier": "relu"}).texts == ("rectifier",)

    @pytest.mark.parametrize(
        ("make", "message"),
        [
            (lambda: slider(3, 1, label="depth"), "The slider 'depth' needs one value or more, got none."),
            (lambda: choice([], label="unit"), "The choice 'unit' needs one value or more, got none."),
            (lambda: slider(1, 3, start=9), "The slider needs a start among its values 1, 2, 3, got 9."),
            (lambda: choice(["a", "a"]), "The choice needs values that read differently, got a, a."),
            (lambda: slider(1, 3, step=0), "A slider needs low, high and a step above 0, got low=1, high=3, step=0."),
            (lambda: slider(1), "A slider needs low, high and a step above 0, got low=1, high=None, step=1."),
        ],
    )
    def test_refusals(self, make, message):
        with pytest.raises(ValueError, match=re.escape(message)):
            make()


class TestDeclaration:
    def test_the_last_control_turns_fastest(self):
        asked = Declaration(draw, say, {"n": slider(1, 2, start=2), "on": toggle(start=True)})
        assert asked.states() == [{"n": n, "on": on} for n in (1, 2) for on in (False, True)]
        assert asked.states()[asked.start] == {"n": 2, "on": True}

    def test_refuses_more_than_600_states(self):
        message = "explore renders at most 600 states, got 1200 (n 600 x on 2). Use coarser controls."
        with pytest.raises(ValueError, match=re.escape(message)):
            explore(draw, say, n=slider(1, 600), on=toggle())

    def test_refuses_what_is_no_control(self):
        with pytest.raises(
            TypeError, match=re.escape("explore: n needs slider(...), choice(...) or toggle(...), got (1, 5).")
        ):
            explore(draw, say, n=(1, 5))
        with pytest.raises(ValueError, match="explore needs one control or more, got none"):
            explore(draw, say)

    @pytest.mark.parametrize("surface", ["picture", "static"])
    @pytest.mark.parametrize(
        ("bad", "message"),
        [
            (lambda n: None, "explore: draw(n=1) must return a matplotlib Figure, got NoneType."),
            (lambda n: 1 / 0, "explore: draw(n=1) raised ZeroDivisionError: division by zero"),
        ],
    )
    def test_refuses_a_drawing_that_fails_and_names_the_state(self, bad, message, surface, request):
        if surface == "static":
            request.getfixturevalue("static")
        with pytest.raises(ValueError, match=re.escape(message)):
            explore(bad, say, n=slider(1, 3))

    @pytest.mark.parametrize("said", ["", None, 3])
    def test_refuses_a_state_without_a_sentence(self, said):
        with pytest.raises(ValueError, match=re.escape(f"explore: say(n=1) must return a sentence, got {said!r}.")):
            explore(draw, lambda n: said, n=slider(1, 3))

    def test_elsewhere_it_is_a_picture_with_its_sentence(self):
        forms = explore(draw, say, n=slider(1, 3))._repr_mimebundle_()
        assert set(forms) == {"text/plain", "image/png"}
        assert forms["text/plain"] == "<explore: The values are {'n': 1}.>"


class TestPage:
    def test_every_frame_is_what_the_drawing_gives(self, static):
        html, key = frames(explore(draw, say, n=slider(1, 5, start=3), on=toggle()))
        data = data_of(static, key)
        asked = Declaration(draw, say, {"n": slider(1, 5, start=3), "on": toggle()})
        drawn = [asked.frame(values, f"t{key[:6]}-") for values in asked.states()]
        assert [svg_of(data, i) for i in range(10)] == [svg for svg, _ in drawn]
        assert data["say"] == [said for _, said in drawn]
        start = svg_of(data, asked.start)
        assert start.split(">", 1)[1] in html, "the start frame stands in the page"

    def test_controls_are_native_and_labelled(self, static):
        html, _ = frames(
            explore(draw, say, n=slider(1, 5, start=3, label="size <n>"), c=choice(["a", "b"]), on=toggle(start=True))
        )
        assert re.search(r'<label><span>size &lt;n&gt;</span> <input type="range" min="0" max="4" value="2"', html)
        assert re.search(r"<label><span>c</span> <select[^>]*><option selected>a</option><option>b</option>", html)
        assert re.search(r'<label><input type="checkbox" checked> <span>on</span></label>', html)
        assert "<style" not in html
        assert "<script" not in html

    def test_ids_of_two_widgets_differ(self, static):
        first, key = frames(explore(draw, say, n=slider(1, 2)))
        second, _ = frames(explore(draw, say, n=slider(1, 2), on=toggle()))
        ids = [set(re.findall(r'\bid="([^"]+)"', html)) for html in (first, second)]
        assert ids[0]
        assert ids[0].isdisjoint(ids[1])
        assert all(i.startswith(f"t{key[:6]}-") for i in ids[0])

    def test_refuses_a_drawing_that_differs_from_run_to_run(self, static):
        rng = np.random.default_rng(0)

        def restless(n):
            figure = Figure()
            figure.subplots().plot(rng.random(5))
            return figure

        with pytest.raises(ValueError, match=r"explore: draw\(n=\d\) gave two different figures"):
            explore(restless, say, n=slider(1, 3))

    def test_many_frames_render_in_workers_with_the_settings_of_the_notebook(self, static):
        with mpl.rc_context({"lines.linewidth": 7.25}):
            _, key = frames(explore(draw, say, n=slider(1, 20)))
        data = data_of(static, key)
        assert all("stroke-width: 7.25" in svg_of(data, i) for i in range(20))

    def test_400_frames_of_bars_weigh_less_than_100_kb(self, static):
        def bars(depth, unit, gain):
            figure = Figure(figsize=(5, 3.2))
            values = np.zeros(20)
            values[:depth] = np.exp(-unit * np.arange(depth) / (1 + gain))
            figure.subplots().bar(range(1, 21), values)
            return figure

        _, key = frames(explore(bars, say, depth=slider(1, 20), unit=slider(1, 4), gain=slider(1, 5)))
        assert len(gzip.compress((static / f"{key}.js").read_bytes())) < 100_000


class TestCache:
    """Frames are kept between builds under a key of everything that they depend on."""

    @pytest.fixture(autouse=True)
    def counted(self, static, monkeypatch):
        self.renderings = 0
        real = page.render

        def counting(*args):
            self.renderings += 1
            return real(*args)

        monkeypatch.setattr(page, "render", counting)

    def test_a_second_build_renders_nothing(self):
        first = explore(draw, say, n=slider(1, 3))._repr_mimebundle_()
        second = explore(draw, say, n=slider(1, 3))._repr_mimebundle_()
        assert self.renderings == 1
        assert first == second

    def test_an_array_changed_in_an_earlier_cell_renders_anew(self):
        data = np.arange(3.0)

        def from_data(n):
            figure = Figure()
            figure.subplots().plot(data * n)
            return figure

        for last in (2.0, 2.0, 5.0):
            data[-1] = last
            explore(from_data, say, n=slider(1, 3))
        assert self.renderings == 2

    @pytest.mark.parametrize(
        "change",
        [
            lambda m: m.setattr(mpl, "__version__", "0.0"),
            lambda m: m.setitem(mpl.rcParams, "lines.linewidth", 9),
            lambda m: m.setattr(fingerprint, "library_key", lambda: "another tipslib"),
        ],
    )
    def test_another_library_or_other_settings_render_anew(self, change, monkeypatch):
        explore(draw, say, n=slider(1, 3))
        change(monkeypatch)
        explore(draw, say, n=slider(1, 3))
        assert self.renderings == 2

    def test_other_controls_or_another_sentence_render_anew(self):
        explore(draw, say, n=slider(1, 3))
        explore(draw, say, n=slider(1, 3, start=2))
        explore(draw, lambda n: "Another sentence.", n=slider(1, 3))
        assert self.renderings == 3

    def test_the_key_of_the_library_covers_its_source(self, tmp_path, monkeypatch):
        (tmp_path / "module.py").write_text("a = 1")
        monkeypatch.setattr(fingerprint, "PACKAGES", (tmp_path,))
        keys = []
        for text in ("a = 1", "a = 2"):
            (tmp_path / "module.py").write_text(text)
            fingerprint.library_key.cache_clear()
            keys.append(fingerprint.library_key())
        fingerprint.library_key.cache_clear()
        assert keys[0] != keys[1]


class TestFingerprint:
    """What a function closes over, followed to the end."""

    def changes(self, make):
        keys = [fingerprint.fingerprint(make(v)) for v in (1, 1, 2)]
        return keys[0] == keys[1] != keys[2]

    def test_closures_defaults_and_constants(self):
        assert self.changes(lambda v: lambda n: v)
        assert self.changes(lambda v: lambda n, k=v: k)
        assert self.changes(lambda v: eval(f"lambda n: {v}"))

    def test_values_inside_values(self):
        assert self.changes(lambda v: ({"a": [np.full(3, v)]},))
        assert self.changes(lambda v: frozenset({v}))

    def test_functions_called_by_functions(self):
        def make(value):
            def helper():
                return value

            return lambda n: helper()

        assert self.changes(make)

    def test_objects_methods_and_partials(self):
        from functools import partial

        class Holder:
            def __init__(self, value):
                self.value = value

            def get(self, n):
                return self.value

        assert self.changes(Holder)
        assert self.changes(lambda v: Holder(v).get)
        assert self.changes(lambda v: partial(max, v))

    def test_networks_of_the_library(self):
        from tipslib.networks import mlp

        assert self.changes(lambda v: mlp([2, 3, 1], seed=v))

    def test_code_that_differs_in_an_operator(self):
        assert fingerprint.fingerprint(lambda n: n + 1) != fingerprint.fingerprint(lambda n: n - 1)

    def test_refuses_what_it_cannot_compare(self):
        import threading

        lock = threading.Lock()
        with pytest.raises(TypeError, match=r"explore cannot tell whether a value of type _thread\.lock changed"):
            fingerprint.fingerprint(lambda n: lock)
