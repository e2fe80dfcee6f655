"""Every page: it loads from its own host alone, fits a phone, sets its formulas, and its links lead somewhere."""

import re
from urllib.parse import unquote, urlsplit

import pytest
from reader import NAMES
from serve import PAGES


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("width", "scheme"), [(1350, "light"), (390, "dark")])
def test_page_is_whole(visit, name, width, scheme):
    page = visit(name, width=width, scheme=scheme)
    page.wait_for_load_state("networkidle")
    assert page.locator("h1:visible").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
    assert page.evaluate("document.documentElement.dataset.theme") == scheme


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
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        assert target.is_file(), f"{name}: {link} leads nowhere"
        if parts.fragment and target.suffix == ".html":
            assert unquote(parts.fragment) in ids(target.read_text(encoding="utf-8")), f"{name}: {link} has no target"


@pytest.mark.parametrize("name", NAMES)
def test_ids_are_unique(name):
    found = re.findall(r'\bid="([^"]+)"', (PAGES / name).read_text(encoding="utf-8"))
    assert len(found) == len(set(found)), sorted(i for i in set(found) if found.count(i) > 1)
