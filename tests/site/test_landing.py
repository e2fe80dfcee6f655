"""The first page: its promise is seen at once, its figure can be mended, its cards and numbers are the book's.

Below, what the sidebar of the other pages got with it: solutions that fold, a ring for what is solved.
"""

import re
import tomllib

import numpy as np
import pytest
from bs4 import BeautifulSoup
from moves import Widget, near, whole
from PIL import Image
from reader import CHAPTERS, NAMES, TEXTS
from serve import PAGES, ROOT

INDEX = "index.html"
CHAPTER = "training/vanishing-gradients.html"
SIZES = [(390, 844), (1350, 900)]


def page_of(name: str) -> BeautifulSoup:
    return BeautifulSoup(TEXTS[name], "html.parser")


@pytest.fixture(scope="module")
def index() -> BeautifulSoup:
    return page_of(INDEX)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_one_screen_holds_title_promise_buttons_and_figure(visit, width, height):
    page = visit(INDEX, width=width)
    page.set_viewport_size({"width": width, "height": height})
    for part in ("h1", "h1 + p", ".buttons a >> nth=0", ".buttons a >> nth=1", "tips-explore .picture svg"):
        box = page.locator(f"main article {part}").first.bounding_box()
        assert box["y"] >= 0, part
        assert box["y"] + box["height"] <= height, part
        assert box["x"] >= 0, part
        assert box["x"] + box["width"] <= width, part


def test_the_promise_is_two_short_sentences(index):
    promise = index.select_one("article h1 + p").get_text()
    assert len(re.findall(r"[.?!](?=\s|$)", promise)) == 2
    assert len(promise.split()) <= 40


def right(sentence: str) -> int:
    return int(re.search(r"(\d+)%", sentence)[1])


@pytest.mark.parametrize("units", ["ReLU", "sigmoid, batch norm", "tanh"])
def test_the_figure_starts_with_something_wrong_that_one_touch_mends(visit, units):
    widget = Widget(near(visit(INDEX).locator("tips-explore").first))
    assert right(widget.say()) < 70
    assert right(widget.say(units=units)) > 95


def test_the_figure_is_wrong_without_scripts_too(index):
    assert right(index.select_one("tips-explore .say").get_text()) < 70


@pytest.mark.parametrize("width", [390, 1350])
def test_the_first_page_has_no_sidebars_and_the_chapters_keep_theirs(visit, width):
    page = visit(INDEX, width=width)
    assert page.locator(".bd-sidebar-primary:visible, .bd-sidebar-secondary:visible").count() == 0
    wide = page.locator("article").bounding_box()["width"]
    assert wide > (1000 if width == 1350 else 340)
    if width == 1350:
        chapter = visit(CHAPTER, width=width)
        assert chapter.locator(".bd-sidebar-primary:visible").count() == 1
        assert chapter.locator("article").bounding_box()["width"] < 700


@pytest.mark.parametrize("width", [320, 768, 1920])
def test_nothing_is_wider_than_the_screen(visit, width):
    page = visit(INDEX, width=width)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator("article").bounding_box()["width"] <= 72 * 16


def test_search_and_colours_are_at_hand(visit):
    for width in (390, 1350):
        page = visit(INDEX, width=width)
        for name in ("Search", "Color mode"):
            box = page.locator(".bar").get_by_role("button", name=name).bounding_box()
            assert min(box["width"], box["height"]) >= 44


# ------------------------------------------------------------------------------------------------------ cards, numbers


def test_cards_lead_to_every_chapter_and_show_a_curve(index):
    cards, led = index.select("ul.symptoms > li"), set()
    assert len(cards) == 16
    for card in cards:
        [thumbnail] = card.select("svg.thumbnail")
        assert thumbnail["aria-hidden"] == "true"
        assert not thumbnail.get_text(strip=True)
        curves = thumbnail.select("path.training, path.validation")
        assert curves
        assert all(curve["d"].count("L") >= 1 for curve in curves)
        links = [link["href"] for link in card.select("a")]
        assert bool(links) != ("to-come" in card["class"])
        assert bool(card.select("small")) == ("to come" in card.get_text())
        assert links or card.select("small")
        led |= set(links)
    assert led == set(CHAPTERS)


def test_curves_differ_and_say_what_is_training_and_what_validation(visit, index):
    shapes = [str(svg) for svg in index.select("svg.thumbnail")]
    assert len(set(shapes)) == len(shapes)
    page = visit(INDEX)
    for kind, dashed, colour in (("training", False, "--plot-blue"), ("validation", True, "--plot-green")):
        seen = page.locator(f".thumbnail .{kind}").first.evaluate(
            """(path, colour) => {
                const probe = document.createElement("i");
                probe.style.color = `var(${colour})`;
                document.body.append(probe);
                const style = getComputedStyle(path);
                return [style.strokeDasharray !== "none", style.stroke === getComputedStyle(probe).color];
            }""",
            colour,
        )
        assert seen == [dashed, True]


def test_a_thumbnail_is_the_curve_of_its_run(index):
    """The first point of a curve and its last one, in the order of the stored losses."""
    [card] = [card for card in index.select("ul.symptoms > li") if "falls, then rises" in card.get_text()]
    with np.load(ROOT / "book/recipe/data/recipe-clinic.npz") as clinic:
        curve = clinic["curves"][clinic["names"].tolist().index("overfitting"), 0, 1]
    numbers = [float(n) for n in re.findall(r"[\d.]+", card.select_one("path.validation")["d"])]
    heights = np.array(numbers[1::2])
    assert np.argmax(heights) not in (0, len(heights) - 1), "it falls, then rises; y points down"
    share = (heights[0] - heights.max()) / (heights[-1] - heights.max())
    assert share == pytest.approx((curve[0] - curve.min()) / (curve[-1] - curve.min()), rel=0.1)


def test_a_card_is_a_target_as_a_whole(visit):
    page = visit(INDEX, width=390)
    card = page.locator(".symptom", has_text="Vanishing gradients")
    card.scroll_into_view_if_needed()
    card.click(position={"x": 20, "y": 20})
    page.wait_for_url(f"**/{CHAPTER}")


def test_numbers_are_those_of_the_pages(index):
    """Counted on the built pages here, in the sources by the extension."""
    items = index.select(".numbers li")
    said = {item.select("p")[-1].get_text(): int(item.select_one("strong").get_text()) for item in items}
    solutions = [name for name in NAMES if name.startswith("solutions/")]
    figures = sum(len(re.findall(r"<tips-(?:explore|sculptor|clinic)\b", text)) for text in TEXTS.values())
    questions = sum(len(re.findall(r"<tips-quiz\b", text)) for text in TEXTS.values())
    exercises = {name for page in solutions for name in re.findall(r'check\(.*?"([a-z-]+-\d+)', plain(page))}
    claims = sum(len(re.findall(r'class="tips-claim"', text)) for text in TEXTS.values())
    errata = tomllib.loads((ROOT / "book/appendix/errata.toml").read_text(encoding="utf-8"))
    with np.load(ROOT / "book/recipe/data/recipe-clinic.npz") as clinic:
        runs = clinic["ends"][..., 0].size
    wanted = {
        "figures": figures,
        "questions and exercises": questions + len(exercises),
        "numbers in the text": claims,
        "folk wisdom": sum(len(entries) for entries in errata.values() if isinstance(entries, list)),
        "training runs": runs,
    }
    found = {word: number for word in wanted for words, number in said.items() if word in words}
    assert found == wanted


def plain(name: str) -> str:
    return page_of(name).get_text()


# ------------------------------------------------------------------------------------------------------------- sidebar


def test_solutions_fold_away_and_open_where_the_reader_is_among_them(visit):
    page = visit(CHAPTER)
    fold = page.locator(".bd-sidebar-primary details.parts")
    assert fold.locator("summary").inner_text() == "Solutions"
    links = fold.locator("a")
    assert links.count() == len(CHAPTERS)
    assert not links.first.is_visible()
    fold.locator("summary").click()
    assert links.first.is_visible()
    solutions = visit("solutions/dropout.html").locator(".bd-sidebar-primary details.parts")
    assert solutions.locator("li.current a").is_visible()


def test_a_ring_tells_how_much_of_a_chapter_is_solved(visit, address):
    page = visit(CHAPTER)
    rings = page.locator(".bd-sidebar-primary .ring")
    assert rings.count() >= len(CHAPTERS)
    assert rings.filter(visible=True).count() == 0
    quiz = page.locator("tips-quiz", has=page.locator("input[type=radio]")).first
    right = quiz.evaluate("quiz => JSON.parse(quiz.querySelector('script').textContent).right")
    quiz.locator("input").nth(right).check()
    quiz.get_by_role("button").click()
    [ring] = rings.filter(visible=True).all()
    asked = len(re.findall("<tips-quiz", TEXTS[CHAPTER]))
    name = f"Vanishing gradients 1 of {asked} questions solved"
    page.get_by_role("navigation", name="Main").get_by_role("link", name=name).wait_for()
    assert ring.evaluate("ring => +ring.style.getPropertyValue('--solved')") == pytest.approx(1 / asked)
    page.goto(f"{address}/solutions/dropout.html")
    whole(page)
    assert rings.filter(visible=True).count() == 1
    assert rings.filter(visible=True).evaluate("ring => ring.closest('a').textContent").startswith("Vanishing")


@pytest.mark.parametrize("name", [CHAPTER, "search.html", "404.html"])
def test_no_ring_without_scripts(name):
    rings = page_of(name).select(".bd-sidebar-primary .ring")
    assert len(rings) >= len(CHAPTERS)
    assert all(ring.has_attr("hidden") for ring in rings)


def test_the_mark_is_on_every_page():
    [shape] = re.findall(r' d="([^"]+)"', (ROOT / "book/_static/logo.svg").read_text(encoding="utf-8"))
    for name in NAMES:
        page = page_of(name)
        [mark] = page.select(".navbar-brand svg")
        assert mark["aria-hidden"] == "true"
        assert mark.select_one("path")["d"] == shape
        assert page.select_one('link[rel="icon"]')["href"].endswith("_static/logo.svg")
    with Image.open(PAGES / "_static" / "cover.png") as cover:
        assert cover.size == (1200, 630)
