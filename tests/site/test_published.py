"""A site that a public CI builds: its buttons open the repository that built it, and it knows its own address."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import nbformat
import patience
import pytest
import yaml
from PIL import Image
from serve import ROOT

ADDRESS = "https://reader.example/fork"
BUILT_BY = {
    "SITE_URL": ADDRESS,
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "reader/fork",
    "GITHUB_REF_NAME": "better",
    "GITHUB_SHA": "0123456789abcdef",
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> Path:
    """Build a book of two pages with the extensions, templates and configuration of this one."""
    folder = tmp_path_factory.mktemp("fork")
    for name in ("_ext", "_static", "_templates"):
        shutil.copytree(ROOT / "book" / name, folder / "book" / name)
    shutil.copy(ROOT / "_config.yml", folder)
    (folder / "node_modules").symlink_to(ROOT / "node_modules", target_is_directory=True)
    (folder / "book" / "training").mkdir()
    (folder / "book" / "index.md").write_text(
        "# A book\n\nOne sentence that describes the landing page of this small book.\n"
    )
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    notebook.cells = [nbformat.v4.new_markdown_cell("# A chapter\n\nOne sentence that says what the chapter is about.")]
    nbformat.write(notebook, folder / "book" / "training" / "chapter.ipynb")
    toc = {
        "format": "jb-book",
        "root": "index",
        "parts": [{"caption": "P", "chapters": [{"file": "training/chapter"}]}],
    }
    (folder / "_toc.yml").write_text(yaml.safe_dump(toc))
    command = [Path(sys.executable).with_name("jupyter-book"), "build", "book", "--config", "_config.yml", "-W", "-n"]
    command += ["--toc", str(folder / "_toc.yml"), "--path-output", "."]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}
    done = subprocess.run(
        command, cwd=folder, env=kept | BUILT_BY, capture_output=True, text=True, check=False, timeout=patience.SECONDS
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "_build" / "html"


def links(page: Path) -> list[str]:
    return [link.replace("&amp;", "&") for link in re.findall(r'<a\b[^>]*\bhref="([^"]+)"', page.read_text("utf-8"))]


def test_buttons_open_the_fork(pages):
    found = links(pages / "training" / "chapter.html")
    [binder] = [link for link in found if "mybinder.org" in link]
    assert binder.startswith("https://mybinder.org/v2/gh/reader/fork/better?")
    assert unquote(binder).endswith("book/training/chapter.ipynb")
    assert "https://github.com/reader/fork" in found


def test_a_report_names_page_and_version(pages):
    [report] = [link for link in links(pages / "training" / "chapter.html") if "/issues/new" in link]
    assert report.startswith("https://github.com/reader/fork/issues/new?")
    form = parse_qs(urlsplit(report).query)
    assert form["page"] == ["training/chapter"]
    assert re.fullmatch(r"\d+\.\d+\.\d+ \(0123456\)", form["version"][0])
    fields = yaml.safe_load((ROOT / ".github" / "ISSUE_TEMPLATE" / form["template"][0]).read_text(encoding="utf-8"))
    assert {"page", "version"} <= {field["id"] for field in fields["body"]}


def test_the_site_knows_its_address(pages):
    text = (pages / "training" / "chapter.html").read_text(encoding="utf-8")
    assert f'<link rel="canonical" href="{ADDRESS}/training/chapter.html"' in text
    [card] = re.findall(r'property="og:image" content="([^"]+)"', text)
    assert (pages / card.removeprefix(f"{ADDRESS}/")).stat().st_size > 5000
    with Image.open(pages / card.removeprefix(f"{ADDRESS}/")) as picture:
        shown = {colour for _, colour in picture.convert("RGB").getcolors(maxcolors=1 << 20)}
    assert {(0x00, 0x61, 0x9A), (0xF6, 0xD3, 0xB8), (0xD5, 0x5E, 0x00)} <= shown, "the mark and its line"
    sitemap = (pages / "sitemap.xml").read_text(encoding="utf-8")
    assert f"<loc>{ADDRESS}/training/chapter.html</loc>" in sitemap


def test_the_first_page_is_shared_with_the_cover(pages):
    text = (pages / "index.html").read_text(encoding="utf-8")
    assert re.findall(r'property="og:image" content="([^"]+)"', text) == [f"{ADDRESS}/_static/cover.png"]
    assert len(re.search(r'property="og:image:alt" content="([^"]+)"', text)[1].split()) >= 8
    assert 'name="twitter:card" content="summary_large_image"' in text
    assert (pages / "_static" / "cover.png").exists()


def test_the_404_page_works_at_any_address(pages):
    text = (pages / "404.html").read_text(encoding="utf-8")
    for address in re.findall(r'<(?:a|link|script)\b[^>]*(?:href|src)="([^"#]+)', text):
        assert address.startswith(("/fork/", "https://")), address
