"""Every page: it loads from its own host alone, fits a phone, sets its formulas, and its links lead somewhere."""

import gzip
import re
from urllib.parse import unquote, urlsplit

import pytest
from reader import NAMES, TEXTS
from serve import PAGES


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("width", "scheme"), [(1350, "light"), (390, "dark")])
def test_page_is_whole(visit, name, width, scheme):
    page = visit(name, width=width, scheme=scheme)
    page.wait_for_load_state("networkidle")
    assert page.locator("h1:visible").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
    assert page.evaluate("document.documentElement.dataset.theme") == scheme
    wide = page.evaluate(
        "[...document.querySelectorAll('.math-scroll')].filter(m => m.scrollWidth > m.clientWidth).length"
    )
    assert wide == 0, "formulas to be set in more rows"


@pytest.mark.parametrize("name", NAMES)
def test_formulas_are_displayed(visit, name):
    page = visit(name)
    formulas = page.locator(".katex-html")
    assert page.locator(".math").count() == formulas.count() + page.locator(".math .math").count()
    assert "$$" not in page.locator("main").inner_text()
    for formula in formulas.all():
        assert formula.bounding_box()["width"] > 0
    assert (
        page.evaluate("document.fonts.ready.then(() => [...document.fonts].filter(f => f.status == 'error').length)")
        == 0
    )


def ids(text: str) -> set[str]:
    return set(re.findall(r'\bid="([^"]+)"', text))


@pytest.mark.parametrize("name", NAMES)
def test_internal_links_lead_somewhere(name):
    path = PAGES / name
    text = path.read_text(encoding="utf-8")
    for link in set(re.findall(r'<a\b[^>]*\bhref="([^"]+)"', text)):
        parts = urlsplit(link.replace("&amp;", "&"))
        if parts.scheme or parts.netloc:
            continue
        start = PAGES if parts.path.startswith("/") else path.parent  # the 404 page stands at any address
        target = (start / unquote(parts.path).lstrip("/")).resolve() if parts.path else path
        assert target.is_file(), f"{name}: {link} leads nowhere"
        if parts.fragment and target.suffix == ".html":
            assert unquote(parts.fragment) in ids(target.read_text(encoding="utf-8")), f"{name}: {link} has no target"


@pytest.mark.parametrize("name", NAMES)
def test_ids_are_unique(name):
    found = re.findall(r'\bid="([^"]+)"', (PAGES / name).read_text(encoding="utf-8"))
    assert len(found) == len(set(found)), sorted(i for i in set(found) if found.count(i) > 1)


@pytest.mark.parametrize("name", NAMES)
def test_images_say_what_is_seen_and_keep_their_shape(visit, name):
    page = visit(name, width=390)
    for image in page.locator("main img").all():
        alt = image.get_attribute("alt") or ""
        assert not re.search(r"\.(png|svg|jpg)$", alt), f"{name}: the text of an image is a file name"
        assert len(alt.split()) >= 8, f"{name}: {alt!r} does not say what is seen"
        image.scroll_into_view_if_needed()
        natural = image.evaluate("i => i.decode().then(() => i.naturalWidth / i.naturalHeight)")
        box = image.bounding_box()
        assert box["width"] / box["height"] == pytest.approx(natural, rel=0.02)
        assert box["width"] <= 390


CHAPTERS = [name for name in NAMES if name.split("/")[0] in ("recipe", "training", "generalization", "practice")]


@pytest.mark.parametrize("name", CHAPTERS)
def test_chapter_is_light(name):
    page = PAGES / name
    assert len(gzip.compress(page.read_bytes())) <= 250_000
    keys = re.findall(r'data-frames="([0-9a-f]{16})"', TEXTS[name])
    weights = [len(gzip.compress((page.parent / "frames" / f"{key}.js").read_bytes())) for key in keys]
    assert max(weights) <= 100_000, weights


@pytest.mark.parametrize("name", CHAPTERS)
def test_chapter_shows_eight_pictures_and_three_kinds_of_widgets(visit, name):
    page = visit(name)
    pictures = {image.get_attribute("src") for image in page.locator("main img").all()}
    drawings = {re.sub(r"t[0-9a-f]{6}-", "", svg.inner_html()) for svg in page.locator("tips-explore .picture").all()}
    assert len(drawings) >= 3
    assert len(pictures) + len(drawings) >= 8


@pytest.mark.parametrize("name", CHAPTERS)
def test_claims_are_on_the_page_they_are_linked_from(name):
    links = set(re.findall(r'href="#(claim-[a-z0-9-]+)"', TEXTS[name]))
    assert len(links) >= 6
    assert links <= ids(TEXTS[name])
