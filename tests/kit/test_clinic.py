"""The diagnosis clinic: what it reads and refuses, what stands on the page, and what it answers with a kernel."""

import dataclasses
import gzip
import json
import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

from tipsbook import surfaces
from tipsbook.clinic import clinic, read
from tipsbook.clinic.chart import chart
from tipsbook.clinic.page import declaration, element, markup
from tipsbook.elements import SCRIPTS
from tipslib.plotting import svg

PATH = Path(__file__).resolve().parents[2] / "book" / "recipe" / "data" / "recipe-clinic.toml"


@pytest.fixture(scope="module")
def cases():
    return read(PATH)


@pytest.fixture(scope="module")
def page(cases, tmp_path_factory):
    """Return the HTML of the element and the data of its file."""
    folder = tmp_path_factory.mktemp("frames")
    html = element(cases, folder)
    key = re.search(r'data-frames="([0-9a-f]{16})"', html)[1]
    text = (folder / f"{key}.js").read_text("utf-8")
    return html, text, json.loads(text[len(f'tipsFrames("{key}",') : -1])


class TestCases:
    def test_there_are_two_dozen_patients_and_their_names_differ(self, cases):
        assert len({case.name for case in cases}) == len(cases) >= 24

    def test_every_option_has_a_reply_of_its_own(self, cases):
        for case in cases:
            for question in case.questions:
                replies = [reply for _, reply in question.options]
                assert 4 <= len(replies) <= 5, case.name
                assert len(set(replies)) == len(replies), case.name
                assert all(len(reply) >= 20 for reply in replies), case.name

    def test_most_wrong_diagnoses_quote_a_number_of_the_run(self):
        told = tomllib.loads(PATH.read_text("utf-8"))["patients"]
        for patient in told:
            assert sum("{" in reply for _, reply in patient["disease"]) >= 2, patient["name"]

    def test_every_number_is_filled_in(self, cases):
        for case in cases:
            texts = [case.story, case.cure, *(t for q in case.questions for pair in q.options for t in pair)]
            assert not any(mark in text for text in texts for mark in ("{", "}", "nan\N{NO-BREAK SPACE}%", "`", "*")), (
                case.name
            )

    def test_a_diagnosis_that_is_offered_is_that_of_some_patient_or_named_below(self, cases):
        right = {case.disease.options[int(case.disease.right)][0] for case in cases}
        offered = {option for case in cases for option, _ in case.disease.options}
        assert offered - right == {"There is a nan in the data"}

    def test_the_right_option_has_no_place_of_its_own(self, cases):
        places = [int(q.right) for case in cases for q in case.questions]
        assert all(places.count(place) >= 8 for place in range(4))

    def test_the_sentence_and_the_statistics_are_those_of_the_curves(self, cases):
        course = next(case.sick for case in cases if case.name == "rate-too-low")
        assert course.say().startswith(
            f"In {course.epochs} epochs training loss goes from {course.train_loss[0]:.2f} to"
        )
        assert f"training {100 * course.train_accuracy[-1]:.0f}\N{NO-BREAK SPACE}%" in course.say()
        loss, steps, idle = course.vitals()
        assert loss == f"{course.train_loss[0]:.2f} training, {course.val_loss[0]:.2f} validation"
        assert steps.startswith("4.0 × 10⁻⁵ first layer")
        assert idle == "none"

    def test_a_run_that_diverged_says_so_and_ends(self, cases):
        course = next(case.sick for case in cases if case.name == "wrong-sign")
        assert f"After epoch {course.epochs} the loss is no longer a number (NaN)." in course.say()
        assert np.isfinite(course.val_loss).all()

    def refused(self, tmp_path, change):
        """Write a clinic of one patient, changed, and return what read says against it."""
        patient = tomllib.loads(PATH.read_text("utf-8"))["patients"][0]
        change(patient)
        lines = [f"{key} = {json.dumps(value)}" for key, value in patient.items()]
        (tmp_path / "one.toml").write_text("[[patients]]\n" + "\n".join(lines), "utf-8")
        (tmp_path / "one.npz").write_bytes(PATH.with_suffix(".npz").read_bytes())
        with pytest.raises(ValueError, match="clinic") as error:
            read(tmp_path / "one.toml")
        return str(error.value)

    def test_refusals(self, tmp_path):
        def set_(**values):
            return lambda patient: patient.update(values)

        no_run = "clinic needs the runs of every patient, got none of ghost."
        assert self.refused(tmp_path, set_(name="ghost")) == no_run
        unknown = "clinic: rate-too-low has no 'weight'."
        assert self.refused(tmp_path, set_(story="It weighs {weight}.")) == unknown
        missing = "clinic: rate-too-low has no 'cure'."
        assert self.refused(tmp_path, lambda patient: patient.pop("cure")) == missing
        few = "clinic: rate-too-low needs two options or more to treatment, got 1."
        assert self.refused(tmp_path, set_(treatment=[["Wait", "Yes."]])) == few


class TestChart:
    def test_both_runs_of_a_patient_have_the_same_axes(self, cases):
        for case in cases:
            sick, treated = (chart(case, treated).axes for treated in (False, True))
            for a, b in zip(sick, treated, strict=True):
                assert (a.get_xlim(), a.get_ylim()) == (b.get_xlim(), b.get_ylim()), case.name
                assert a.get_yticks().tolist() == b.get_yticks().tolist()
                assert 3 <= len(a.get_yticks()) <= 8, case.name

    def test_it_draws_training_validation_and_guessing(self, cases):
        loss, accuracy = chart(cases[0]).axes
        assert [line.get_label() for line in loss.lines] == ["training", "validation", "guessing"]
        assert loss.lines[0].get_ydata().tolist() == cases[0].sick.train_loss.tolist()
        assert accuracy.lines[1].get_ydata().tolist() == (100 * cases[0].sick.val_accuracy).tolist()
        assert loss.lines[2].get_ydata()[0] == pytest.approx(np.log(10))


class TestPage:
    def test_it_is_light(self, page):
        html, text, _ = page
        assert len(gzip.compress(text.encode())) < 100_000
        assert len(gzip.compress(html.encode())) < 60_000

    def test_the_first_patient_stands_in_the_page(self, page, cases):
        html, _, _ = page
        first = cases[0]
        assert html.count("<svg") == 1
        assert f'role="img" aria-label="{first.sick.say()}"' in html
        assert first.story in html
        for option, _ in first.disease.options:
            assert f"<span>{option}</span>" in html
        assert "<script" not in html
        assert "<style" not in html

    def test_controls_are_native_and_labelled(self, page, cases):
        html, _, _ = page
        assert re.search(r"<label><span>patient</span> <select[^>]*><option selected>1 of ", html)
        assert html.count("<option") == len(cases)
        assert re.search(r'<option>10 of 26</option><optgroup label="more patients"><option>11 of 26</option>', html)
        assert html.count('<p class="reply" role="status">') == 2
        assert html.count('type="radio"') == len(cases[0].disease.options)

    def test_the_file_holds_every_chart_sentence_and_text(self, page, cases):
        _, _, data = page
        assert data["say"] == [run.say() for case in cases for run in (case.sick, case.treated)]
        assert len(data["frames"]) == 2 * len(cases)
        for case, told in zip(cases, data["cases"], strict=True):
            assert told["story"] == case.story
            assert told["cure"] == case.cure
            assert [row[0] for row in told["vitals"]] == case.sick.vitals()
            assert [row[1] for row in told["vitals"]] == case.treated.vitals()
            for question, asked in zip(case.questions, told["questions"], strict=True):
                for i, (_, reply) in enumerate(asked["options"]):
                    assert question.answer(i) == (i == asked["right"], reply)

    def test_frames_are_the_charts(self, page, cases):
        _, _, data = page
        asked = declaration(cases)
        for index in (0, 1, len(cases)):
            whole, *frame = data["frames"][index]
            row = frame if whole else list(data["base"])
            if not whole:
                for place, piece in zip(frame[::2], frame[1::2], strict=True):
                    row[place] = piece
            drawn = svg(chart(cases[index // 2], bool(index % 2)), "p-")
            prefix = re.search(r'id="(t[0-9a-f]{6}-)', "".join(data["pieces"]))[1]
            assert "".join(data["pieces"][p] for p in row).replace(prefix, "p-") == drawn
            assert asked.sentence(asked.states()[index]) == data["say"][index]

    def test_the_same_patients_have_the_same_file_and_others_another(self, cases, tmp_path):
        html = element(cases[:2], tmp_path)
        assert element(cases[:2], tmp_path) == html
        assert len(list(tmp_path.iterdir())) == 1
        other = dataclasses.replace(cases[1], cure="Another cure.")
        assert element([cases[0], other], tmp_path) != html
        assert len(list(tmp_path.iterdir())) == 2


class TestSurfaces:
    def test_elsewhere_it_is_a_picture_with_the_first_question(self, cases):
        forms = clinic(PATH)._repr_mimebundle_()
        assert set(forms) == {"text/plain", "image/png"}
        text = forms["text/plain"]
        for part in (cases[0].story, cases[0].sick.say(), "What is wrong?", *cases[0].sick.vitals()):
            assert part in text
        assert all(f"( ) {option}" in text for option, _ in cases[0].disease.options)

    def test_on_the_site_it_is_the_element(self, page, tmp_path, monkeypatch):
        monkeypatch.setenv("TIPSLIB_FRAMES", str(tmp_path))
        monkeypatch.setenv("TIPSLIB_FRAME_WORKERS", "1")
        html, text, _ = page
        assert clinic(PATH).forms["text/html"] == html
        assert [path.read_text("utf-8") for path in tmp_path.iterdir()] == [text]


class TestKernel:
    """With a kernel the element of the page is shown; its charts are drawn when a patient comes in."""

    @pytest.fixture
    def shown(self, monkeypatch):
        monkeypatch.setattr(surfaces, "current", lambda: "live")
        return clinic(PATH)

    @pytest.fixture
    def live(self, shown, widget_of):
        return widget_of(shown)

    @pytest.fixture
    def data(self, live):
        return json.loads(re.search(r'<script type="application/json">(.*?)</script>', live.html)[1])

    def test_it_is_a_widget_with_a_picture_and_a_text(self, shown, cases):
        assert set(shown.forms) == {"text/plain", "image/png", "application/vnd.jupyter.widget-view+json"}
        assert cases[0].sick.say() in shown.forms["text/plain"]

    def test_it_is_the_element_of_the_page(self, live, data, cases, page):
        html, _, _ = page
        own = re.sub("<script.*?</script>", "", live.html)
        first = data["pictures"]["0"]
        assert own == markup(cases, "<tips-clinic>", first)
        assert without_pictures(own) == without_pictures(html)
        for name in ("frames", "clinic"):
            assert (SCRIPTS / f"{name}.js").read_text("utf-8") in live._esm

    def test_the_texts_are_those_of_the_page_but_no_page_is_led_to(self, data, page, cases):
        _, _, file = page
        assert data["say"] == file["say"]
        for here, there, case in zip(data["cases"], file["cases"], cases, strict=True):
            assert here | {"reading": 0} == there | {"reading": 0}
            assert here["reading"] == (case.reading and [None, case.reading[1]])

    def test_the_charts_of_a_patient_come_when_it_does(self, live, data, cases):
        assert set(data["pictures"]) == {"0", "1"}
        assert live.pictures == {}
        live.set_state({"asked": 7})  # as the browser does
        assert set(live.pictures) == {14, 15}
        for number, treated in ((14, False), (15, True)):
            prefix = re.search(r'id="(t7[ab]-)', live.pictures[number])[1]
            assert live.pictures[number] == svg(chart(cases[7], treated), prefix)


def without_pictures(html: str) -> str:
    """Return an element without its drawing and the key of its file."""
    return re.sub(r"<svg.*?</svg>| data-frames=\"\w+\"", "", html, flags=re.DOTALL)
