"""What the reader has solved is kept in the reader's own file, whole, or not at all."""

import json

import pytest

from tipsbook import checking, progress
from tipsbook.grading.exercise import Case, FunctionExercise
from tipsbook.quiz import choose


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.setenv("TIPSLIB_PROGRESS", str(tmp_path / "mine.json"))
    return tmp_path / "mine.json"


class TestProgress:
    def test_names_are_kept_once_and_cleared(self, file):
        for name in ("b-1", "a-1", "b-1"):
            progress.record(name)
        assert json.loads(file.read_text()) == progress.solved() == ["a-1", "b-1"]
        progress.clear()
        assert progress.solved() == []
        progress.clear()

    def test_without_the_setting_the_file_is_in_the_home(self, monkeypatch, tmp_path):
        monkeypatch.delenv("TIPSLIB_PROGRESS")
        monkeypatch.setattr("pathlib.Path.home", lambda: tmp_path)
        assert progress.progress_file() == tmp_path / ".tipslib-progress.json"

    def test_an_empty_setting_keeps_nothing(self, monkeypatch):
        monkeypatch.setenv("TIPSLIB_PROGRESS", "")
        progress.record("a-1")
        assert progress.solved() == []

    @pytest.mark.parametrize("text", ["", "{", '{"a": 1}', "[1, 2]"])
    def test_a_broken_file_counts_as_none_and_is_replaced(self, file, text):
        file.write_text(text)
        assert progress.solved() == []
        progress.record("a-1")
        assert progress.solved() == ["a-1"]

    def test_a_place_that_cannot_be_written_harms_nobody(self, tmp_path, monkeypatch):
        monkeypatch.setenv("TIPSLIB_PROGRESS", str(tmp_path / "no" / "such" / "folder.json"))
        progress.record("a-1")
        assert progress.solved() == []


class TestWhatIsRecorded:
    def test_a_right_answer_and_no_wrong_one(self, file, monkeypatch):
        squares = FunctionExercise(
            mistakes={}, hints=(), right="Yes.", call="square(x)", cases=lambda: [Case("By hand", (3,), 9)]
        )
        monkeypatch.setattr(checking, "of_chapter", lambda chapter: {"sums-2": squares})
        assert not checking.check("sums-2", lambda x: 2 * x)
        assert progress.solved() == []
        assert checking.check("sums-2", lambda x: x * x)
        assert progress.solved() == ["sums-2"]

    def test_a_question_answered_in_a_kernel(self, file, monkeypatch, widget_of):
        monkeypatch.setattr("tipsbook.surfaces.current", lambda: "live")
        live = widget_of(choose("sums-1", "1 + 1 = ?", {"2": "Yes.", "3": "One too many."}, right="2"))
        assert progress.solved() == []
        live.set_state({"solved": "sums-1"})  # as the browser does
        assert progress.solved() == ["sums-1"]
