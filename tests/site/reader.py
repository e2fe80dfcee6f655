"""The built site as its readers meet it: which pages there are, and what went wrong while one was open."""

from urllib.parse import urlsplit

from playwright.sync_api import Page
from serve import PAGES

LAB = PAGES / "lite"  # JupyterLite, with pages of its own
NAMES = sorted(
    p.relative_to(PAGES).as_posix() for p in PAGES.rglob("*.html") if "_static" not in p.parts and LAB not in p.parents
)
TEXTS = {name: (PAGES / name).read_text(encoding="utf-8") for name in NAMES}


class Visit:
    """A page of the site, and what went wrong on it."""

    def __init__(self, page: Page, host: str) -> None:
        self.page, self.problems = page, []
        page.on("console", lambda m: m.type in ("error", "warning") and self.problems.append(f"console: {m.text}"))
        page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        page.on("response", lambda r: r.status >= 400 and self.problems.append(f"{r.status}: {r.url}"))
        page.on("request", lambda r: self.elsewhere(r.url, host))

    def elsewhere(self, url: str, host: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob", "file") and parts.netloc != host:
            self.problems.append(f"another host: {url}")
