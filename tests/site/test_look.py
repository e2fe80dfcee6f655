"""What a machine can see of the look: figures belong to the page, code stands under what it draws, lines fit."""

import re

from moves import whole
from notebooks import chapters
from reader import CHAPTERS, HEAVIEST, LIGHTEST, NAMES, TEXTS, every_page, of, one_of

from book import CHAPTERS as IN_BOOK
from book import REVISED, headlines

IN_ORDER = [f"{name}.ipynb" for name in chapters() if f"{name}.ipynb" in IN_BOOK]
SIZES = """() => [...document.querySelectorAll(".picture svg")].flatMap(svg => {
    const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
    return [...svg.querySelectorAll("text")].map(text => { // formulas have parts, some of them superscripts
        const parts = text.children.length ? [...text.querySelectorAll("tspan")] : [text];
        return [Math.max(...parts.map(part => parseFloat(getComputedStyle(part).fontSize))) * scale, text.textContent];
    });
})"""
COLOURS = """() => {
    const wanted = getComputedStyle(document.documentElement).getPropertyValue("--plot-blue").trim();
    const probe = document.createElement("i");
    probe.style.color = wanted;
    document.body.append(probe);
    const blue = getComputedStyle(probe).color, ink = getComputedStyle(document.body).color;
    probe.remove();
    const lines = [...document.querySelectorAll('.picture svg [style*="stroke: var(--plot-blue"]')];
    const words = [...document.querySelectorAll(".picture svg text:not([style*=fill])")];
    return [blue, [...new Set(lines.map(line => getComputedStyle(line).stroke))],
            ink, [...new Set(words.map(word => getComputedStyle(word).fill))]];
}"""


def has_the_colours_of_the_page(page):
    blue, lines, ink, words = page.evaluate(COLOURS)
    assert lines == [blue]
    assert words == [ink]


of_each_kind = one_of(CHAPTERS, LIGHTEST, HEAVIEST)


@of_each_kind
def test_figures_have_the_colours_of_a_light_and_of_a_dark_page(desk, phone):
    has_the_colours_of_the_page(whole(desk))
    has_the_colours_of_the_page(whole(phone))


@every_page
def test_text_in_figures_can_be_read_on_a_phone(phone):
    small = [text for size, text in whole(phone).evaluate(SIZES) if size < 11]
    assert small == []


@of_each_kind
def test_text_in_figures_is_no_larger_than_the_text_of_a_wide_page(desk):
    large = [text for size, text in whole(desk).evaluate(SIZES) if size > 18]
    assert large == []


@of(CHAPTERS)
def test_figures_are_as_wide_as_the_text(desk):
    widths = whole(desk).evaluate(
        """() => {
            const column = document.querySelector("article section p").getBoundingClientRect().width;
            return [...document.querySelectorAll(".cell .picture > svg")]
                .filter(svg => !svg.closest("section.exercise, tips-clinic")) // which have a frame of their own
                .map(svg => svg.getBoundingClientRect().width - column);
        }"""
    )
    assert len(widths) >= 8
    assert max(map(abs, widths)) <= 1


@of(CHAPTERS)
def test_figures_say_what_is_seen(desk):
    said = desk.locator(".picture svg").evaluate_all("all => all.map(svg => [svg.role, svg.ariaLabel])")
    assert len(said) >= 8
    assert all(role == "img" and len(label.split()) >= 8 for role, label in said), said


@of(NAMES)
def test_code_stands_under_what_it_draws(name):
    assert not re.search(r"(Show|Hide) code cell", TEXTS[name])
    cells = re.split(r'(?=<div class="(?:[^"]* )?cell(?: [^"]*)? docutils)', TEXTS[name])
    places = [(cell.find('<div class="cell_output'), cell.find('<details class="fold code">')) for cell in cells]
    folded = [(output, fold) for output, fold in places if min(output, fold) >= 0]
    assert all(output < fold for output, fold in folded)
    assert name not in CHAPTERS or len(folded) > 8


@of_each_kind
def test_claims_stand_behind_one_line_which_a_link_opens(desk, name):
    folds = desk.locator("details.claims")
    assert desk.locator(".tips-claim").count() == desk.locator("details.claims .tips-claim").count() > 5
    for fold in folds.all():
        count = fold.locator(".tips-claim").count()
        said = fold.locator("> summary").inner_text()
        assert said == (f"Checked by {count} claims" if count > 1 else "Checked by one claim")
    link = desk.locator('a[href^="#claim-"]').first
    claim = desk.locator(link.get_attribute("href"))
    assert not claim.is_visible()
    link.click()
    claim.wait_for()
    desk.evaluate("for (const fold of document.querySelectorAll('details.claims')) fold.open = false")


@of([name.replace(".ipynb", ".html") for name in REVISED])
def test_the_card_of_a_chapter_has_its_form(desk):
    card = desk.locator("ul.card-of-chapter")
    assert card.count() == 1
    assert card.locator("> li > p > strong").all_inner_texts() == ["Symptom.", "Check.", "Tip.", "Limit."]


def test_the_page_of_the_claims_shows_every_headline_and_its_chapter():
    page = TEXTS["appendix/claims.html"]
    assert re.findall(r'id="headline-([a-z0-9-]+)"', page) == [n for name in IN_ORDER for n in headlines(name)]
    for name in REVISED:
        assert f'href="../{name.replace(".ipynb", ".html")}">' in page


@every_page
def test_no_line_of_code_is_cut(phone):
    cut = phone.locator(".highlight pre").evaluate_all("all => all.filter(p => p.scrollWidth > p.clientWidth).length")
    assert cut == 0


def test_print_shows_figures_and_no_empty_bars(visit):
    page = whole(visit(HEAVIEST))
    page.emulate_media(media="print")
    assert page.locator("details.fold > summary").filter(visible=True).count() == 0
    assert page.locator(".picture svg").filter(visible=True).count() == page.locator(".picture svg").count()
