"""explore: what it refuses, what it renders, and the files that it keeps."""

import gzip
import json
import os
import re

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure

from tipsbook import surfaces
from tipsbook.elements import SCRIPTS
from tipsbook.explore import choice, explore, page, slider, toggle
from tipsbook.explore.declaration import Declaration
from tipslib.plotting import svg


def draw(n: int = 1, **_: object) -> Figure:
    figure = Figure(figsize=(3, 2))
    figure.subplots().plot(range(n + 1))
    return figure


def bars(n: int, on: bool) -> Figure:
    """Draw bars that differ by a piece of SVG or two; with `on` there are more pieces."""
    figure = Figure(figsize=(3, 2))
    axes = figure.subplots()
    axes.bar([0, 1], [n, 3])
    axes.set(ylim=(0, 6), title="more" if on else "")
    return figure


def draw_process(n: int) -> Figure:
    figure = Figure()
    figure.text(0.5, 0.5, f"process {os.getpid()}")
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

    @pytest.mark.parametrize(
        ("tries", "message"),
        [
            ({"far": {}}, "explore: the try 'far' needs a value for one control or more, got none."),
            ({"far": {"m": 3}}, "explore: the try 'far' moves controls among n, on, got m."),
            ({"far": {"n": 9}}, "explore: the try 'far' needs a n among 1, 2, 3, got 9."),
        ],
    )
    def test_refuses_a_try_that_leads_to_no_state(self, tries, message):
        with pytest.raises(ValueError, match=re.escape(message)):
            explore(draw, say, tries=tries, n=slider(1, 3), on=toggle())

    def test_a_try_moves_the_controls_that_it_names(self):
        asked = Declaration(draw, say, {"n": slider(1, 3), "on": toggle()}, {"far": {"n": 3}, "on": {"on": True}})
        assert [asked.places(label) for label in asked.tries] == [[2, None], [None, 1]]

    @pytest.mark.parametrize("surface", ["picture", "static", "live"])
    @pytest.mark.parametrize(
        ("bad", "message"),
        [
            (lambda n: None, "explore: draw(n=1) must return a matplotlib Figure, got NoneType."),
            (lambda n: 1 / 0, "explore: draw(n=1) raised ZeroDivisionError: division by zero"),
        ],
    )
    def test_refuses_a_drawing_that_fails_and_names_the_state(self, bad, message, surface, static, monkeypatch):
        monkeypatch.setattr(surfaces, "current", lambda: surface)
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
        html, key = frames(explore(bars, say, n=slider(1, 5, start=3), on=toggle()))
        data = data_of(static, key)
        assert {frame[0] for frame in data["frames"]} == {0, 1}, "patches and whole frames"
        asked = Declaration(bars, say, {"n": slider(1, 5, start=3), "on": toggle()})
        drawn = [svg(asked.figure(values), f"t{key[:6]}-") for values in asked.states()]
        assert [svg_of(data, i) for i in range(10)] == drawn
        assert data["say"] == [say(**values) for values in asked.states()]
        start = svg_of(data, asked.start)
        assert start.split(">", 1)[1] in html, "the start frame stands in the page"

    def test_controls_are_native_and_labelled(self, static):
        html, _ = frames(
            explore(draw, say, n=slider(1, 5, start=3, label="size <n>"), c=choice(["a", "b"]), on=toggle(start=True))
        )
        slides = r'<label style="--at: 0.5"><span>size &lt;n&gt;</span> <input type="range" min="0" max="4" value="2"'
        assert re.search(slides, html)
        assert re.search(r"<label><span>c</span> <select[^>]*><option selected>a</option><option>b</option>", html)
        assert re.search(r'<label><input type="checkbox" checked> <span>on</span></label>', html)
        assert "<style" not in html
        assert "<script" not in html

    def test_tries_are_buttons_and_the_one_that_is_so_already_is_pressed(self, static):
        tries = {"more <n>": {"n": 3}, "start": {"n": 1}, "on": {"on": True, "n": 1}}
        html, _ = frames(explore(draw, say, tries=tries, n=slider(1, 3), on=toggle()))
        buttons = re.findall(r'<button type="button" data-places="(.*?)" aria-pressed="(.*?)">(.*?)</button>', html)
        assert buttons == [
            ("[2, null]", "false", "more &lt;n&gt;"),
            ("[0, null]", "true", "start"),
            ("[0, 1]", "false", "on"),
        ]
        assert html.count('class="undo"') == html.count('class="link"') == 1

    def test_the_page_keeps_room_for_the_tallest_picture_and_the_longest_sentence(self, static):
        def tall(n):
            return Figure(figsize=(3, n))

        html, _ = frames(explore(tall, lambda n: "A word" + n * " more" + ".", n=slider(1, 4, start=2)))
        assert '<div class="picture" style="aspect-ratio: 216 / 288">' in html
        assert 'data-longest="A word more more more more."' in html

    def test_the_element_says_which_state_is_drawn(self, static):
        html, _ = frames(explore(draw, say, n=slider(1, 4, start=3)))
        assert html.startswith('<tips-explore data-asked="2" data-drawn="2" ')

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
        def many_bars(depth, unit, gain):
            figure = Figure(figsize=(5, 3.2))
            values = np.zeros(20)
            values[:depth] = np.exp(-unit * np.arange(depth) / (1 + gain))
            figure.subplots().bar(range(1, 21), values)
            return figure

        _, key = frames(explore(many_bars, say, depth=slider(1, 20), unit=slider(1, 4), gain=slider(1, 5)))
        assert len(gzip.compress((static / f"{key}.js").read_bytes())) < 100_000


class TestLive:
    def test_a_live_notebook_keeps_a_picture_and_draws_the_start_once(self, monkeypatch, widget_of):
        monkeypatch.setattr(surfaces, "current", lambda: "live")
        drawn = []

        def counted(n):
            drawn.append(n)
            return draw(n)

        shown = explore(counted, say, n=slider(1, 3), tries={"most": {"n": 3}})
        assert set(shown.forms) == {"text/plain", "image/png", "application/vnd.jupyter.widget-view+json"}
        assert shown.forms["image/png"] == explore(draw, say, n=slider(1, 3)).forms["image/png"]
        assert drawn == [1]
        live = widget_of(shown)
        live.asked = 2
        assert drawn == [1, 3]
        assert live.pictures["state"] == 2
        assert live.pictures["say"] == "The values are {'n': 3}."
        assert live.pictures["picture"].startswith("<svg")

    def test_it_is_the_element_of_the_page_without_its_address(self, monkeypatch, widget_of, static):
        controls = {"n": slider(1, 3, start=2), "on": toggle()}
        html, _ = frames(explore(draw, say, tries={"on": {"on": True}}, **controls))
        monkeypatch.setattr(surfaces, "current", lambda: "live")
        live = widget_of(explore(draw, say, tries={"on": {"on": True}}, **controls))
        assert live.asked == 2, "the number of what stands in it"
        parts = [
            re.sub(r"<svg.*</svg>|<script.*</script>| data-frames=\S+(?=>)|<a .*</a>", "", h) for h in (html, live.html)
        ]
        parts = [re.sub(r'data-longest="[^"]*"', "", part) for part in parts]
        assert parts[0] == parts[1]
        for script in ("frames", "explore"):
            assert (SCRIPTS / f"{script}.js").read_text("utf-8") in live._esm

    def test_what_could_not_be_drawn_is_told(self, monkeypatch, widget_of):
        monkeypatch.setattr(surfaces, "current", lambda: "live")
        live = widget_of(explore(lambda n: draw(n) if n < 3 else 1 / 0, say, n=slider(1, 3)))
        live.asked = 2
        error = "explore: draw(n=3) raised ZeroDivisionError: division by zero"
        assert live.pictures == {"state": 2, "error": error}


@pytest.mark.usefixtures("static")
class TestFiles:
    """The frames of a widget lie in a file that is named by what it holds."""

    def key(self, say=say, **controls):
        return frames(explore(draw, say, **controls or {"n": slider(1, 3)}))[1]

    def test_the_same_frames_have_the_same_name(self, static):
        assert self.key() == self.key()
        assert len(list(static.iterdir())) == 1

    def test_other_pictures_another_sentence_or_another_start_have_another_name(self, static, monkeypatch):
        keys = [self.key(), self.key(n=slider(1, 3, start=2)), self.key(lambda n: "Another sentence.")]
        with mpl.rc_context({"lines.linewidth": 9}):
            keys.append(self.key())
        assert len(set(keys)) == 4 == len(list(static.iterdir()))

    def test_frames_are_rendered_again_at_each_run(self):
        data = np.arange(3.0)

        def from_data(n):
            figure = Figure()
            figure.subplots().plot(data * n)
            return figure

        keys = []
        for last in (2.0, 2.0, 5.0):
            data[-1] = last
            keys.append(frames(explore(from_data, say, n=slider(1, 3)))[1])
        assert keys[0] == keys[1] != keys[2]


class TestWorkers:
    def test_as_many_as_there_are_cores_unless_the_environment_says_how_many(self, monkeypatch):
        monkeypatch.delenv("TIPSLIB_FRAME_WORKERS", raising=False)
        monkeypatch.setattr("os.cpu_count", lambda: 7)
        assert page.workers() == 7
        monkeypatch.setenv("TIPSLIB_FRAME_WORKERS", "3")
        assert page.workers() == 3

    @pytest.mark.parametrize("given", ["0", "-1", "two", ""])
    def test_refusals(self, monkeypatch, given):
        monkeypatch.setenv("TIPSLIB_FRAME_WORKERS", given)
        message = f"TIPSLIB_FRAME_WORKERS needs a whole number above 0, got {given!r}."
        with pytest.raises(ValueError, match=re.escape(message)):
            page.workers()

    @pytest.mark.parametrize("count", ["1", "2"])
    def test_one_worker_is_this_process_and_two_are_others(self, monkeypatch, count):
        monkeypatch.setenv("TIPSLIB_FRAME_WORKERS", count)
        frames = page.render_once(Declaration(draw_process, say, {"n": slider(1, 60)}))
        found = {re.search(r"process (\d+)", picture)[1] for picture, _ in frames}
        assert len(frames) == 60
        if count == "1":
            assert found == {str(os.getpid())}
        else:
            assert str(os.getpid()) not in found
