"""The built site in a real browser; every page opened here reports other hosts, errors and missing files.

A page is opened once on a desk and once on a phone, in each process that tests it: `desk` and `phone` are the page that
the parameter `name` names (`reader.of`), as other tests left it. What needs a page of its own takes `visit`.
"""

from collections.abc import Iterator

import pytest
from moves import Figure, Widget, ready
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
    visits = []

    def go(name: str, *, base: str = address, **settings) -> Page:
        visits.append(Visit(chromium, base, name, **settings))
        return visits[-1].page

    yield go
    problems = [visit.told() for visit in visits]
    for visit in visits:
        visit.context.close()
    assert problems == [[] for _ in visits]


@pytest.fixture(scope="session")
def open_desk(chromium: Browser, address: str, name: str) -> Iterator[Visit]:
    visit = Visit(chromium, address, name)
    visit.figures = [Figure(element) for element in ready(visit.page)]
    yield visit
    visit.context.close()


@pytest.fixture(scope="session")
def open_phone(chromium: Browser, address: str, name: str) -> Iterator[Visit]:
    visit = Visit(chromium, address, name, width=390, scheme="dark", has_touch=True)
    yield visit
    visit.context.close()


def lent(visit: Visit) -> Iterator[Page]:
    """Lend the page to one test; nothing may have gone wrong on it since the last, and its medium is restored."""
    yield visit.page
    visit.restore()
    assert visit.told() == []


@pytest.fixture
def desk(open_desk: Visit) -> Iterator[Page]:
    yield from lent(open_desk)


@pytest.fixture
def phone(open_phone: Visit) -> Iterator[Page]:
    yield from lent(open_phone)


@pytest.fixture(scope="module")
def opened(chromium: Browser, address: str, request) -> Iterator[Visit]:
    visit = Visit(chromium, address, request.module.PAGE)
    yield visit
    visit.context.close()


@pytest.fixture
def page(opened: Visit) -> Iterator[Page]:
    """The page that the module of the test names as `PAGE`, opened once for all of its tests."""
    yield from lent(opened)


@pytest.fixture
def figures(desk: Page, open_desk: Visit) -> list[Figure]:
    """All figures that answer, of the page on a desk, in their start states."""
    return [figure.reset() for figure in open_desk.figures]


@pytest.fixture
def widgets(visit, request) -> list[Widget]:
    """All widgets of the page that the module of the test names as `PAGE`."""
    return [Widget(element) for element in ready(visit(request.module.PAGE))]
