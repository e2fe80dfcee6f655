"""Every page, opened once on a desk and once on a phone: it comes from its own host alone, and all of it can be read.

Below, what its text alone shows: its links lead somewhere, its ids differ, a chapter is light and rich.
"""

import gzip
import re
from functools import cache
from urllib.parse import unquote, urlsplit

import pytest
from axe import use, violations
from moves import frames
from reader import CHAPTERS, NAMES, TEXTS, every_page, of
from serve import PAGES


def is_whole(page, scheme):
    assert page.locator("h1:visible").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
    assert page.evaluate("document.documentElement.dataset.theme") == scheme
    wide = page.evaluate(
        "[...document.querySelectorAll('.math-scroll')].filter(m => m.scrollWidth > m.clientWidth).length"
    )
    assert wide == 0, "formulas to be set in more rows"


@every_page
def test_page_is_whole_on_a_desk(desk):
    is_whole(desk, "light")


@every_page
def test_page_is_whole_on_a_phone(phone):
    is_whole(phone, "dark")


@every_page
def test_formulas_are_displayed(desk):
    formulas = desk.locator(".katex-html")
    assert desk.locator(".math").count() == formulas.count() + desk.locator(".math .math").count()
    assert "$$" not in desk.locator("main").inner_text()
    unseen = formulas.evaluate_all("all => all.filter(f => !f.getBoundingClientRect().width).map(f => f.textContent)")
    assert unseen == []
    failed = "[...document.fonts].filter(font => font.status == 'error').map(font => `${font.family} ${font.style}`)"
    assert desk.evaluate(failed) == []


@every_page
def test_chinese_and_korean_carry_their_language(desk):
    loose = desk.evaluate(
        """() => {
            const article = document.querySelector("article"), found = [];
            const texts = article && document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
            while (texts?.nextNode()) {
                const { data, parentElement } = texts.currentNode, inside = parentElement.closest("[lang]").lang;
                if (/[\\u3400-\\u9fff\\uac00-\\ud7af]/.test(data) && !/^(zh|ko)/.test(inside)) found.push(data);
            }
            return found;
        }"""
    )
    assert loose == []


@every_page
def test_images_say_what_is_seen_and_keep_their_shape(phone, name):
    images = phone.locator("main img").evaluate_all(
        """async images => {
            const seen = [];
            for (const image of images) {
                image.scrollIntoView();
                await image.decode();
                const { width, height } = image.getBoundingClientRect();
                const sheet = 2 * parseFloat(getComputedStyle(image).padding); // white, where the page is dark
                const shape = (width - sheet) / (height - sheet);
                seen.push([image.alt, image.naturalWidth / image.naturalHeight, shape, width]);
            }
            return seen;
        }"""
    )
    for alt, natural, shape, width in images:
        assert not re.search(r"\.(png|svg|jpg)$", alt), f"{name}: the text of an image is a file name"
        assert len(alt.split()) >= 8, f"{name}: {alt!r} does not say what is seen"
        assert shape == pytest.approx(natural, rel=0.02), alt
        assert width <= 390, alt


@every_page
def test_what_scrolls_is_reached_by_the_keyboard_and_nothing_else(phone, name):
    frames(phone)  # the script learns then what it has to reach
    blocks = phone.locator("pre, .cell_output > .output, .pst-scrollable-table-container").filter(visible=True)
    found = blocks.evaluate_all("all => all.map(b => [b.scrollWidth > b.clientWidth, b.tabIndex === 0])")
    assert all(scrolls == reached for scrolls, reached in found), found
    if name == "appendix/benchmarks.html":  # with a table as wide as seven networks
        assert {scrolls for scrolls, _ in found} == {True, False}


@of(CHAPTERS)
def test_chapter_shows_eight_pictures_and_three_kinds_of_widgets(desk):
    pictures, drawings = (
        {re.sub(r"\b(t[0-9a-f]{6}|p\d+)-", "", svg.inner_html()) for svg in desk.locator(place).all()}
        for place in (".cell .picture", "tips-explore .picture")
    )
    assert len(drawings) >= 3
    assert len(pictures) >= 8


def zoom(page, factor):
    """Enlarge a page of 1350 px by 900 px, as a reader does: the window keeps its size and shows less."""
    size = {"width": 1350 // factor, "height": 900 // factor, "deviceScaleFactor": factor, "mobile": False}
    page.context.new_cdp_session(page).send("Emulation.setDeviceMetricsOverride", size)
    frames(page)


@every_page
def test_a_page_at_200_percent_does_not_scroll_sideways(desk):
    zoom(desk, 2)
    seen = desk.evaluate("[devicePixelRatio, innerWidth, document.documentElement.scrollWidth <= innerWidth]")
    zoom(desk, 1)
    assert seen == [2, 675, True]


OF_EACH_KIND = [
    *("index.html", "search.html", "404.html", "recipe/recipe.html", "training/relu-maxout.html"),
    *("training/adaptive-learning-rates.html", "generalization/dropout.html", "solutions/dropout.html"),
    *("appendix/api.html", "appendix/claims.html", "appendix/errata.html", "appendix/glossary.html"),
]
MODES = [("desk", "light"), ("phone", "dark"), ("phone", "light"), ("desk", "dark")]


def has_no_violations(page, scheme):
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # no colour half faded in
    page.wait_for_function("scheme => document.documentElement.dataset.theme === scheme", arg=scheme)
    use(page)
    assert violations(page) == []


@of([name for name in NAMES if name in OF_EACH_KIND])
def test_axe_finds_nothing(name, request):
    where, scheme = MODES[OF_EACH_KIND.index(name) % 4]
    has_no_violations(request.getfixturevalue(where), scheme)


@pytest.mark.audit
@pytest.mark.parametrize(("where", "scheme"), MODES)
@of(NAMES)
def test_axe_finds_nothing_in_any_mode(name, where, scheme, request):
    has_no_violations(request.getfixturevalue(where), scheme)


@cache
def ids(name: str) -> set[str]:
    return set(re.findall(r'\bid="([^"]+)"', TEXTS[name]))


@of(NAMES)
def test_internal_links_lead_somewhere(name):
    for link in set(re.findall(r'<a\b[^>]*\bhref="([^"]+)"', TEXTS[name])):
        parts = urlsplit(link.replace("&amp;", "&"))
        if parts.scheme or parts.netloc:
            continue
        start = PAGES if parts.path.startswith("/") else (PAGES / name).parent  # the 404 page stands at any address
        target = (start / unquote(parts.path).lstrip("/")).resolve() if parts.path else PAGES / name
        assert target.is_file(), f"{name}: {link} leads nowhere"
        if parts.fragment and target.suffix == ".html":
            there = ids(target.relative_to(PAGES).as_posix())
            assert unquote(parts.fragment) in there, f"{name}: {link} has no target"


@of(NAMES)
def test_ids_are_unique(name):
    found = re.findall(r'\bid="([^"]+)"', TEXTS[name])
    assert len(found) == len(set(found)), sorted(i for i in set(found) if found.count(i) > 1)


@of(CHAPTERS)
def test_chapter_is_light(name):
    page = PAGES / name
    assert len(gzip.compress(page.read_bytes())) <= 250_000
    keys = re.findall(r'data-frames="([0-9a-f]{16})"', TEXTS[name])
    weights = [len(gzip.compress((page.parent / "frames" / f"{key}.js").read_bytes())) for key in keys]
    assert max(weights) <= 100_000, weights


@of(CHAPTERS)
def test_claims_are_on_the_page_they_are_linked_from(name):
    links = set(re.findall(r'href="#(claim-[a-z0-9-]+)"', TEXTS[name]))
    assert len(links) >= 6
    assert links <= ids(name)
