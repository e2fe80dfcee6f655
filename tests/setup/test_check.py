"""`make check CHAPTER=...`: which tests it runs, what it says of an unknown chapter, and of a red test."""

import check
import notebooks
import pytest


class Done:
    """A run of pytest that has ended."""

    def __init__(self, code: int, text: str) -> None:
        self.returncode, self.text = code, text

    def communicate(self) -> tuple[str, None]:
        return self.text, None


@pytest.fixture
def runs(monkeypatch):
    """What is started, in place of starting it; the codes with which it ends."""
    started, codes = [], {"nbval": 0, "tests": 0}

    def start(*options):
        name = "nbval" if "--nbval-lax" in options else "tests"
        started.append(options)
        return Done(codes[name], f"what {name} said\n1 line more")

    monkeypatch.setattr(check.build, "build", lambda: started.append(("build",)))
    monkeypatch.setattr(check, "started", start)
    return started, codes


def test_it_builds_then_runs_notebooks_and_tests(runs, capsys):
    check.check("dropout")
    built, nbval, tests = runs[0]
    assert built == ("build",)
    assert {str(notebooks.path(name)) for name in ("generalization/dropout", "solutions/dropout")} < set(nbval)
    assert any(place.endswith("test_dropout.py") for place in tests)
    assert tests[-1] == "dropout or test_dropout"
    assert "1 line more" in capsys.readouterr().out


@pytest.mark.parametrize("red", ["nbval", "tests"])
def test_what_fails_is_said_whole(runs, red):
    runs[1][red] = 1
    with pytest.raises(SystemExit, match=f"what {red} said"):
        check.check("dropout")


def test_an_unknown_chapter_is_said_with_those_that_there_are(runs):
    with pytest.raises(SystemExit, match=r"no chapter 'no-such'.*Expected one of.*dropout"):
        check.check("no-such")
    assert runs[0] == []
