"""Make a book to keep: one PDF of all pages, printed by Chromium, and one archive of the notebooks."""

import io
import zipfile
from pathlib import Path

import yaml
from browser import browsing
from build import BUILD
from keys import ROOT, files
from notebooks import BOOK
from playwright.sync_api import Browser, Page
from pypdf import PdfReader
from serve import serving

PDF = BUILD / "book" / "tips-for-deep-learning.pdf"
ARCHIVE = BUILD / "book" / "tips-for-deep-learning-notebooks.zip"
NUMBER = '<div style="width: 100%; font: 8pt sans-serif; text-align: center"><span class="pageNumber"></span></div>'
FORM = Path(__file__).with_name("make_pdf")  # the .js joins the pages, the .css lays them out


def parts() -> list[dict[str, object]]:
    """Return the parts of the book in order: a caption, and the addresses of its pages."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    first: dict[str, object] = {"caption": "", "pages": [f"{toc['root']}.html"]}
    return [
        first,
        *({"caption": p["caption"], "pages": [f"{c['file']}.html" for c in p["chapters"]]} for p in toc["parts"]),
    ]


def printed(page: Page) -> bytes:
    """Print the joined pages."""
    return page.pdf(
        prefer_css_page_size=True,
        print_background=True,
        display_header_footer=True,
        header_template="<span></span>",
        footer_template=NUMBER,
        outline=True,
        tagged=True,
    )


def make_pdf(browser: Browser) -> None:
    """Print twice: the first print tells on which page each chapter starts, the second says it in the contents."""
    with serving() as address, browser.new_page() as page:
        page.set_default_timeout(300_000)
        page.goto(f"{address}/search.html")
        style = FORM.with_suffix(".css").read_text(encoding="utf-8")
        page.evaluate(FORM.with_suffix(".js").read_text(encoding="utf-8"), {"parts": parts(), "style": style})
        reader = PdfReader(io.BytesIO(printed(page)))
        starts = {
            name: reader.get_destination_page_number(place) + 1
            for name, place in reader.named_destinations.items()
            if "--" not in name or name.count("--") == 1
        }
        page.evaluate(
            """starts => document.querySelectorAll(".book-contents a").forEach(link => {
                link.querySelector(".number").textContent = starts[decodeURIComponent(link.hash.slice(1))] ?? "";
            })""",
            {name.lstrip("/"): number for name, number in starts.items()},
        )
        PDF.parent.mkdir(parents=True, exist_ok=True)
        PDF.write_bytes(printed(page))


def make_archive() -> None:
    """Put the notebooks into one archive, with their data, the library and what says how to run them."""
    kept = [
        p
        for p in files("book")
        if p.suffix in (".ipynb", ".md", ".npz", ".py") and p.relative_to(BOOK).parts[0][0] != "_"
    ]
    kept += files("src", "binder", "pyproject.toml", "README.md", "LICENSE", "LICENSE-CONTENT")
    ARCHIVE.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(ARCHIVE, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in kept:
            archive.write(path, Path("tips-for-deep-learning") / path.relative_to(ROOT))


if __name__ == "__main__":
    with browsing() as browser:
        make_pdf(browser)
    make_archive()
    for path in (PDF, ARCHIVE):
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size / 1e6:.1f} MB")
