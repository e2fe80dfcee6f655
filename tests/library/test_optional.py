"""Packages that are needed only where they are used: named when they are missing."""

import sys

import pytest
from registry import exactly

from tipslib.optional import optional, progress_bar


def test_what_is_there_is_imported():
    assert optional("json.decoder", "Reading").JSONDecodeError.__name__ == "JSONDecodeError"


def test_what_is_missing_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    with pytest.raises(ImportError, match=exactly("progress=True needs tqdm: pip install tqdm.")):
        progress_bar([], 0, "epoch")


def test_a_real_bar_counts(capsys):
    pytest.importorskip("tqdm", reason="the bar itself is tqdm's")
    assert list(progress_bar(iter("ab"), 2, "epoch")) == ["a", "b"]
    assert "2/2" in capsys.readouterr().err
