"""Stub and solution have one source, and `make refresh` carries it over."""

import nbformat
import pytest
import refresh
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from solutions import solutions

from book import lines_of_code
from tipsbook.checking import names

CHAPTERS = sorted({name.rpartition("-")[0] for name in names()})


def chapter(name):
    return nbformat.read(next(refresh.BOOK.glob(f"[!_s]*/{name}.ipynb")), as_version=4)


@pytest.mark.parametrize("name", CHAPTERS)
class TestEveryChapter:
    def test_each_stub_is_what_the_solution_gives(self, name):
        stubs, solved = refresh.exercise_cells(chapter(name)), refresh.exercise_cells(solutions(name))
        assert list(stubs) == list(solved) == [n for n in names() if n.rpartition("-")[0] == name]
        for key, cell in stubs.items():
            assert cell.source == refresh.stub(solved[key].source), f"{key}: make refresh"

    def test_each_cell_ends_in_its_check(self, name):
        for key, cell in refresh.exercise_cells(solutions(name)).items():
            assert cell.source.splitlines()[-1].startswith(f'check("{key}", ')

    def test_the_solutions_are_short(self, name):
        for cell in solutions(name).cells:
            assert cell.cell_type != "code" or lines_of_code(cell.source) <= 15


class TestStub:
    def test_the_block_becomes_dots_at_its_indent(self):
        source = "def f(x):\n    # begin solution\n    y = x\n    return y\n    # end solution\n\n\ncheck(f)"
        assert refresh.stub(source) == "def f(x):\n    ...\n\n\ncheck(f)"

    def test_faulty_code_stands_in_for_the_block(self):
        source = "for i in x:\n    # begin solution\n    #| y = i  # wrong\n    y = -i\n    # end solution\nprint(y)"
        assert refresh.stub(source) == "for i in x:\n    y = i  # wrong\nprint(y)"

    @pytest.mark.parametrize(
        "source",
        [
            "x = 1",
            "# begin solution\nx = 1",
            "x = 1\n# end solution",
            "# begin solution\n# begin solution\nx = 1\n# end solution",
        ],
    )
    def test_a_block_without_its_other_end_is_refused(self, source):
        with pytest.raises(ValueError, match="solution"):
            refresh.stub(source)


def cell(source, **metadata):
    return new_code_cell(source, metadata=metadata)


class TestRefresh:
    @pytest.fixture
    def book(self, tmp_path, monkeypatch):
        """A book of one chapter, before anybody has refreshed it."""
        solved = "# begin solution\nx = 6 * 7\n# end solution\nprint(x)"
        exact = ["nbval-check-output"]
        pages = {
            "part/one.ipynb": [cell("...", exercise="one-1", tags=exact), cell("print('loud')", tags=[])],
            "solutions/one.ipynb": [new_markdown_cell("# Solved"), cell(solved, exercise="one-1", tags=exact)],
        }
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        for path, cells in pages.items():
            (tmp_path / path).parent.mkdir()
            (tmp_path / path).write_text(nbformat.writes(new_notebook(cells=cells, metadata=kernel)), encoding="utf-8")
        monkeypatch.setattr(refresh, "BOOK", tmp_path)
        monkeypatch.setattr(refresh, "ROOT", tmp_path)
        return tmp_path

    def test_solutions_run_and_keep_exact_outputs_alone(self, book, capsys):
        (book / "part/one.ipynb").unlink()
        refresh.main(["one"])
        assert "solutions/one.ipynb: written" in capsys.readouterr().out
        solved = nbformat.read(book / "solutions/one.ipynb", as_version=4)
        assert (solved.cells[1].outputs[0].text, solved.cells[1].execution_count) == ("42\n", 1)
        assert "language_info" not in solved.metadata
        refresh.main(["one"])
        assert "solutions/one.ipynb: unchanged" in capsys.readouterr().out

    def test_what_is_not_exact_is_removed(self):
        noisy = cell("1")
        noisy.execution_count = 3
        noisy.outputs = [nbformat.v4.new_output("stream", text="1")]
        notebook = new_notebook(cells=[new_markdown_cell("One"), noisy])
        refresh.clear(notebook)
        assert (noisy.outputs, noisy.execution_count) == ([], None)

    def test_the_stub_reaches_the_chapter(self, book):
        page = nbformat.read(book / "part/one.ipynb", as_version=4)
        refresh.write_stubs(page, nbformat.read(book / "solutions/one.ipynb", as_version=4))
        assert page.cells[0].source == "...\nprint(x)"
        assert page.cells[0].metadata == {"exercise": "one-1", "tags": ["nbval-check-output"]}

    def test_an_exercise_in_one_notebook_alone_is_refused(self):
        page = new_notebook(cells=[cell("...", exercise="one-1")])
        with pytest.raises(ValueError, match=r"in one notebook alone: \['one-1'\]"):
            refresh.write_stubs(page, new_notebook(cells=[]))
