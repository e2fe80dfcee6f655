"""Every page under axe-core (WCAG 2.2 AA and best practices), with figures moved and questions answered."""

import pytest
from moves import ready
from reader import NAMES, TEXTS
from serve import ROOT

AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
MODES = [(1350, "light"), (390, "dark"), (390, "light"), (1350, "dark")]


def use(page):
    """Move every figure, answer every question wrong or right, and open every fold."""
    for widget in ready(page):
        control = widget.locator(".controls input, .controls select").first
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
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")  # folds laid out


def violations(page) -> list[str]:
    """Return what axe finds on a page: the rule, and where it is broken."""
    page.evaluate(AXE)
    found = page.evaluate(
        """rules => axe.run(document, { runOnly: rules, resultTypes: ["violations"] })
            .then(({ violations }) => violations.map(v => [v.id, v.nodes.map(node => node.html)]))""",
        RULES,
    )
    return [f"{rule}, {len(places)} times: {places[:3]}" for rule, places in found]


def check(visit, name, width, scheme):
    page = visit(name, width=width, scheme=scheme, reduced_motion="reduce")  # no colour half faded in
    page.set_default_timeout(60_000)
    use(page)
    assert violations(page) == []


@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_nothing(visit, name):
    check(visit, name, *MODES[NAMES.index(name) % 4])


@pytest.mark.audit
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("width", "scheme"), MODES)
def test_axe_finds_nothing_in_any_mode(visit, name, width, scheme):
    check(visit, name, width, scheme)


def test_axe_would_find_a_picture_without_text(visit):
    page = visit("index.html")
    page.evaluate("document.querySelector('main').append(new Image())")
    assert any("image-alt" in line for line in violations(page))


@pytest.mark.parametrize("name", [name for name in NAMES if "<tips-explore" in TEXTS[name]])
def test_a_page_at_200_percent_does_not_scroll_sideways(visit, name):
    page = visit(name, width=675, device_scale_factor=2)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("name", NAMES)
def test_chinese_and_korean_carry_their_language(visit, name):
    page = visit(name)
    loose = (
        page.evaluate(
            """() => {
            const article = document.querySelector("article"), found = [];
            const texts = document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
            while (texts.nextNode()) {
                const { data, parentElement } = texts.currentNode, inside = parentElement.closest("[lang]").lang;
                if (/[\\u3400-\\u9fff\\uac00-\\ud7af]/.test(data) && !/^(zh|ko)/.test(inside)) found.push(data);
            }
            return found;
        }"""
        )
        if page.locator("article").count()
        else []
    )
    assert loose == []


def test_motion_stops_where_the_reader_asks_for_it(visit):
    page = visit("index.html", reduced_motion="reduce")
    moving = page.evaluate(
        """() => [...document.querySelectorAll("*")].filter(e => {
            const s = getComputedStyle(e);
            return parseFloat(s.transitionDuration) > 0.01 || parseFloat(s.animationDuration) > 0.01
                || s.scrollBehavior === "smooth";
        }).map(e => e.className || e.tagName)"""
    )
    assert moving == []
