"""The book to keep: a PDF whose contents, links and glyphs are right, an archive with all that the notebooks need."""

import zipfile

import keep
import pytest
import yaml
from pypdf import PdfReader
from serve import ROOT


@pytest.fixture
def kept(tmp_path, monkeypatch):
    monkeypatch.setattr(keep, "PDF", tmp_path / "book" / "book.pdf")
    monkeypatch.setattr(keep, "ARCHIVE", tmp_path / "book" / "notebooks.zip")
    return tmp_path / "book"


def titles() -> list[str]:
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    return [toc["root"], *(c["file"] for part in toc["parts"] for c in part["chapters"])]


def test_the_archive_holds_every_notebook_and_what_it_needs(kept):
    keep.make_archive()
    names = set(zipfile.ZipFile(kept / "notebooks.zip").namelist())
    assert {f"tips-for-deep-learning/book/{name}" for name in titles()} <= {n.rpartition(".")[0] for n in names}
    for needed in (
        "src/tipslib/__init__.py",
        "src/tipslib/data/digits.npz",
        "src/tipsbook/__init__.py",
        "binder/requirements.txt",
        "LICENSE",
    ):
        assert f"tips-for-deep-learning/{needed}" in names
    data = {str(p.relative_to(ROOT)) for p in (ROOT / "book").glob("*/data/*.npz")}
    assert {f"tips-for-deep-learning/{path}" for path in data} <= names
    assert not [name for name in names if name.startswith("tips-for-deep-learning/book/_")]


@pytest.mark.audit
def test_the_pdf_can_be_used(kept, chromium):
    keep.make_pdf(chromium)
    reader = PdfReader(kept / "book.pdf")
    assert len(reader.pages) > 100
    assert len(reader.outline) > 10
    contents = "\n".join(page.extract_text() for page in reader.pages[:2])
    listed = 0
    for line in contents.splitlines():
        title, _, number = line.rpartition(" ")
        if number.isdigit() and title and int(number) <= len(reader.pages):
            assert title.split(":")[0].lower() in reader.pages[int(number) - 1].extract_text().lower().replace(
                "\n", " "
            )
            listed += 1
    assert listed >= len(titles())
    inside, outside = 0, []
    for page in reader.pages:
        for note in page.get("/Annots", []):
            action = note.get_object().get("/A", {})
            if "/URI" in action:
                outside.append(action["/URI"])
            elif "/Dest" in note.get_object():
                assert note.get_object()["/Dest"] in reader.named_destinations
                inside += 1
    assert inside > 100
    assert not [link for link in outside if "127.0.0.1" in link or "localhost" in link]
    text = " ".join("".join(page.extract_text() for page in reader.pages).split())
    for words in ("梯度消失", "기울기 소실", "σ", "η"):
        assert words in text
