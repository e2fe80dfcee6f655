"""The built site as its readers meet it: which pages there are, and what went wrong while one was open."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from moves import whole
from playwright.sync_api import Browser, Page
from serve import PAGES

LAB = PAGES / "lite"  # JupyterLite, with pages of its own
NAMES = sorted(
    p.relative_to(PAGES).as_posix() for p in PAGES.rglob("*.html") if "_static" not in p.parts and LAB not in p.parents
)
TEXTS = {name: (PAGES / name).read_text(encoding="utf-8") for name in NAMES}
CHAPTERS = [name for name in NAMES if name.split("/")[0] in ("recipe", "training", "generalization", "practice")]
WITH_WIDGETS = [name for name in NAMES if "<tips-explore" in TEXTS[name]]
WITH_QUESTIONS = [name for name in NAMES if "<tips-quiz" in TEXTS[name]]
HEAVIEST, LIGHTEST = (choose(CHAPTERS, key=lambda name: len(TEXTS[name]), default="") for choose in (max, min))


def of(names: list) -> pytest.MarkDecorator:
    """Run a test for each of these pages. The tests of one page follow each other and share what is opened for it."""
    return pytest.mark.parametrize("name", names, scope="session")


def one_of(names: list[str], *always: str) -> pytest.MarkDecorator:
    """Run a test for one page of each kind; for the others of these pages in the audit."""
    return of([pytest.param(name, marks=() if name in always else pytest.mark.audit) for name in names])


# Pages of solutions are made alike: one stands for all of them, the others are in the audit.
every_page = one_of(NAMES, *(name for name in NAMES if not name.startswith("solutions/")), "solutions/dropout.html")


class Visit:
    """A page of the site, opened in a context of its own, and what went wrong on it."""

    def __init__(
        self,
        browser: Browser,
        base: str,
        name: str,
        *,
        width: int = 1350,
        scheme: str = "light",
        prepare: Callable[[Page], object] = lambda page: None,
        **context,
    ) -> None:
        self.scheme, self.host = scheme, urlsplit(base).netloc
        self.problems, self.figures = [], []
        self.context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **context)
        self.page = page = self.context.new_page()
        page.on("console", lambda m: m.type in ("error", "warning") and self.problems.append(f"console: {m.text}"))
        page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        page.on("response", lambda r: r.status >= 400 and self.problems.append(f"{r.status}: {r.url}"))
        page.on("request", lambda r: self.elsewhere(r.url))
        prepare(page)
        page.goto(f"{base}/{name}")
        if context.get("java_script_enabled", True):
            whole(page)

    def elsewhere(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob", "file") and parts.netloc != self.host:
            self.problems.append(f"another host: {url}")

    def told(self) -> list[str]:
        """Return what went wrong since this was asked last."""
        self.page.evaluate("0")  # what the browser told before this answer has arrived
        problems, self.problems = self.problems, []
        return problems

    def restore(self) -> None:
        """Give the page back the medium that it was opened for."""
        self.page.emulate_media(media="screen", color_scheme=self.scheme, reduced_motion="no-preference")
