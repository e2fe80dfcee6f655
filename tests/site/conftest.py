"""The built site in a real browser; every page opened here reports other hosts, errors and missing files."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from moves import Widget, ready, whole
from playwright.sync_api import Browser, Page
from reader import NAMES, Visit
from serve import serving


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    assert NAMES, "The site is not built: make book"
    with serving() as url:
        yield url


@pytest.fixture
def visit(chromium: Browser, address: str):
    """Open a page: `visit("index.html", width=390, scheme="dark")`; afterwards nothing may have gone wrong on it."""
    contexts, visits = [], []

    def go(name: str, *, width: int = 1350, scheme: str = "light", base: str = address, **context) -> Page:
        contexts.append(chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **context))
        seen = Visit(contexts[-1].new_page(), urlsplit(base).netloc)
        visits.append(seen)
        seen.page.set_default_timeout(8000)
        seen.page.goto(f"{base}/{name}")
        return whole(seen.page) if context.get("java_script_enabled", True) else seen.page

    yield go
    for context in contexts:
        context.close()
    assert [v.problems for v in visits] == [[] for _ in visits]


@pytest.fixture
def widgets(visit, request) -> list[Widget]:
    """All widgets of the page that the module of the test names as `PAGE`."""
    return [Widget(element) for element in ready(visit(request.module.PAGE))]
