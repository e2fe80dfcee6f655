"""The diagnosis clinic: what it reads and refuses, what stands on the page, and what it answers with a kernel."""

import gzip
import json
import re
import sys
import tomllib
from html import unescape
from pathlib import Path

import numpy as np
import pytest

from tipsbook import surfaces
from tipsbook.clinic import clinic, read
from tipsbook.clinic.chart import chart
from tipsbook.clinic.live import Live, box
from tipsbook.clinic.page import declaration, element
from tipslib.plotting import svg

PATH = Path(__file__).resolve().parents[2] / "book" / "recipe" / "data" / "recipe-clinic.toml"


@pytest.fixture(scope="module")
def cases():
    return read(PATH)


@pytest.fixture(scope="module")
def page(cases, tmp_path_factory):
    """Return the HTML of the element and the data of its file."""
    folder = tmp_path_factory.mktemp("frames")
    html = element(cases, PATH, folder)
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
        assert f"After epoch {course.epochs} the loss is no number any more." in course.say()
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

    def test_it_renders_anew_only_when_texts_or_runs_change(self, cases, tmp_path):
        html = element(cases[:2], PATH, tmp_path)
        written = {file: file.stat().st_mtime_ns for file in tmp_path.iterdir()}
        assert element(cases[:2], PATH, tmp_path) == html
        assert {file: file.stat().st_mtime_ns for file in tmp_path.iterdir()} == written
        other = tmp_path / "other.toml"
        other.write_text(PATH.read_text("utf-8") + "\n", "utf-8")
        other.with_suffix(".npz").write_bytes(PATH.with_suffix(".npz").read_bytes())
        element(cases[:2], other, tmp_path)
        assert len(list(tmp_path.glob("*.js"))) == 2


class TestSurfaces:
    def test_elsewhere_it_is_a_picture_with_the_first_question(self, cases):
        forms = clinic(PATH)._repr_mimebundle_()
        assert set(forms) == {"text/plain", "image/png"}
        text = forms["text/plain"]
        for part in (cases[0].story, cases[0].sick.say(), "What is wrong?", *cases[0].sick.vitals()):
            assert part in text
        assert all(f"( ) {option}" in text for option, _ in cases[0].disease.options)

    def test_on_the_site_it_is_html(self, tmp_path, monkeypatch):
        monkeypatch.setenv("TIPSLIB_FRAMES", str(tmp_path))
        monkeypatch.setattr(
            sys.modules["tipsbook.clinic.page"], "element", lambda cases, path, folder: f"<p>{len(cases)} {folder}</p>"
        )
        assert clinic(PATH)._repr_mimebundle_()["text/html"] == f"<p>26 {tmp_path}</p>"

    def test_with_a_kernel_it_is_a_widget(self, monkeypatch):
        monkeypatch.setattr(surfaces, "current", lambda: "live")
        forms = clinic(PATH)._repr_mimebundle_()
        assert "application/vnd.jupyter.widget-view+json" in forms
        assert "text/html" not in forms


def said(ask) -> str:
    """Return the reply as text."""
    return unescape(re.sub("<[^>]+>", "", ask.reply.value)).strip()


class TestKernel:
    @pytest.fixture
    def live(self, cases):
        return Live(cases)

    @pytest.mark.parametrize("number", [0, 9, -1])
    def test_every_answer_has_its_reply(self, live, cases, number):
        live.patient.value = number % len(cases)
        for ask, question in zip((live.disease, live.treatment), cases[number].questions, strict=True):
            assert [option for option, _ in ask.options.options] == [option for option, _ in question.options]
            for i in range(len(question.options)):
                ask.options.value = i
                ask.answer.click()
                right, reply = question.answer(i)
                assert said(ask) == f"{'Right.' if right else 'Not yet.'} {reply}"

    def test_the_second_question_comes_after_the_first_and_then_the_treated_run(self, live, cases):
        assert live.treatment.box.layout.display == "none"
        live.disease.options.value = (int(cases[0].disease.right) + 1) % 4
        live.disease.answer.click()
        assert live.treatment.box.layout.display == "none"
        live.disease.options.value = int(cases[0].disease.right)
        live.disease.answer.click()
        assert live.treatment.box.layout.display == ""
        assert live.treated.value == ""
        live.treatment.options.value = int(cases[0].treatment.right)
        live.treatment.answer.click()
        assert cases[0].treated.say() in live.treated.value
        assert all(value in live.vitals.value for value in cases[0].treated.vitals())

    def test_show_me_gives_the_answer_away(self, live, cases):
        for ask, question in zip((live.disease, live.treatment), cases[0].questions, strict=True):
            ask.tell.click()
            option, reply = question.options[int(question.right)]
            assert said(ask) == f"{option}. {reply}"
        assert live.treated.value

    def test_no_answer_is_no_answer(self, live):
        live.disease.answer.click()
        assert said(live.disease) == "Choose an answer first."

    def test_the_next_patient_comes_in_fresh(self, live, cases):
        live.disease.tell.click()
        live.treatment.tell.click()
        live.next.click()
        assert live.case is cases[1]
        assert cases[1].sick.say() in live.sick.value
        assert live.treated.value == live.disease.reply.value == live.treatment.reply.value == ""
        assert live.treatment.box.layout.display == "none"
        live.back.click()
        live.back.click()
        assert live.case is cases[-1], "patients stand in a circle"

    def test_there_is_no_output_widget(self, cases):
        import ipywidgets

        def every(widget):
            yield widget
            for child in getattr(widget, "children", ()):
                yield from every(child)

        assert not any(isinstance(w, ipywidgets.Output) for w in every(box(cases)))
