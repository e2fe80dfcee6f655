"""Axe-core on a page: WCAG 2.2 AA and its best practices, with figures moved, questions answered and folds open."""

from moves import frames, ready
from serve import ROOT

AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def use(page) -> None:
    """Move every figure, answer every question wrong or right, and open every fold."""
    for figure in ready(page):
        control = figure.locator(".controls input, .controls select").first
        kind = control.get_attribute("type")
        if kind in ("range", "checkbox"):
            control.press("ArrowRight" if kind == "range" else "Space")
        elif kind is None:
            control.select_option(index=1)
    for quiz in page.locator("tips-quiz").all():
        field = quiz.locator("input").first
        field.fill("3") if field.get_attribute("type") == "text" else field.check()
        quiz.locator("button").click()
        assert quiz.locator(".reply").inner_text()
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true; })")
    page.evaluate("scrollTo({ top: 0, behavior: 'instant' })")  # the bar at the top lies over nothing
    frames(page)


def violations(page) -> list[str]:
    """Return what axe finds on a page: the rule, and where it is broken."""
    page.evaluate(AXE)
    found = page.evaluate(
        """rules => axe.run(document, { runOnly: rules, resultTypes: ["violations"], selectors: false })
            .then(({ violations }) => violations.map(v => [v.id, v.nodes.map(node => node.html)]))""",
        RULES,
    )
    return [f"{rule}, {len(places)} times: {places[:3]}" for rule, places in found]
