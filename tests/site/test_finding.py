"""Finding one's way: search, descriptions, what stands at the foot, progress that the browser remembers."""

import re
from urllib.parse import urlencode

import pytest
from moves import whole
from reader import NAMES, TEXTS

FOUND = {
    "dying relu": ["relu-maxout", "glossary.html#dying-relu"],
    "梯度消失": ["vanishing-gradients", "glossary.html#vanishing-gradient"],
    "기울기 소실": ["glossary.html#vanishing-gradient"],
    "learning rate": ["adaptive-learning-rates"],
}


def finds(page, words: str) -> None:
    page.locator("#search-results", has_text="finished").wait_for()
    links = page.locator("#search-results li a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert [wanted for wanted in FOUND[words] if not any(wanted in link for link in links)] == [], links


@pytest.mark.parametrize("words", FOUND)
def test_search_finds(visit, words):
    finds(visit(f"search.html?{urlencode({'q': words})}"), words)


@pytest.mark.parametrize("words", ["dying relu", "梯度消失"])
def test_the_field_of_a_page_leads_to_the_search(visit, words):
    page = visit("index.html")
    page.locator(".search-button__button:visible").first.click()
    page.locator("#pst-search-dialog input").fill(words)
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?*")
    finds(page, words)


@pytest.mark.parametrize("name", [n for n in NAMES if n not in ("search.html", "genindex.html", "404.html")])
def test_a_page_describes_itself(name):
    [description] = re.findall(r'<meta name="description" content="([^"]*)"', TEXTS[name])
    assert len(description.split()) >= 8, description
    [title] = re.findall(r"<title>([^<]*)</title>", TEXTS[name])
    assert "Tips for Deep Learning" in title
    assert 'property="og:title"' in TEXTS[name]
    assert 'property="og:site_name" content="Tips for Deep Learning"' in TEXTS[name]
    assert 'rel="icon"' in TEXTS[name]


def test_titles_and_descriptions_are_different():
    for pattern in (r"<title>([^<]*)</title>", r'<meta name="description" content="([^"]*)"'):
        found = [m[1] for name in NAMES if (m := re.search(pattern, TEXTS[name]))]
        assert len(found) == len(set(found))


@pytest.mark.parametrize("name", NAMES)
def test_a_page_says_its_version(name):
    assert re.search(r"Version \d+\.\d+\.\d+( \([0-9a-f]{7}\))?\.", TEXTS[name])


def test_a_page_that_is_not_there_leads_back(visit):
    page = visit("404.html")
    assert page.locator("h1:visible").inner_text().startswith("Page not found")
    assert page.locator("nav a[href$='vanishing-gradients.html']").first.get_attribute("href").startswith("/")


def test_solved_questions_are_remembered_here_and_forgotten_on_request(visit, address):
    page = visit("index.html")
    quiz = page.locator('tips-quiz[data-name="index-1"]')
    quiz.get_by_label("(64, 64)").check()
    quiz.get_by_role("button").click()
    assert not quiz.evaluate("q => q.hasAttribute('data-solved')")
    quiz.get_by_label("(32, 100)").check()
    quiz.get_by_role("button").click()
    page.goto(f"{address}/training/vanishing-gradients.html")
    right = page.evaluate("JSON.parse(document.querySelector('tips-quiz script').textContent)")
    first = page.locator("tips-quiz").first
    if right["kind"] == "estimate":
        first.locator("input").fill(str(right["right"]))
    else:
        first.locator("input").nth(right["right"]).check()
    first.get_by_role("button").click()
    page.goto(f"{address}/index.html")
    whole(page)
    assert page.locator('tips-quiz[data-name="index-1"]').evaluate("q => q.hasAttribute('data-solved')")
    row = page.locator("tr", has_text="Vanishing gradients").filter(has=page.locator("[data-questions]"))
    assert row.locator("[data-questions]").inner_text().startswith("1 of ")
    page.get_by_role("button", name="Forget all").click()
    assert row.locator("[data-questions]").inner_text().startswith("0 of ")
    page.reload()
    assert page.evaluate("localStorage.getItem('tips-solved')") == "[]"
    assert not page.locator("[data-solved]").count()


def test_every_chapter_counts_its_questions():
    counted = re.findall(r'data-questions="([^"]+)"', TEXTS["index.html"])
    on_pages = {
        name: re.findall(r'<tips-quiz data-name="([^"]+)"', TEXTS[name])
        for name in NAMES
        if "<tips-quiz" in TEXTS[name]
    }
    asked = sorted(q for questions in on_pages.values() for q in questions if not q.startswith("index-"))
    assert sorted(q for names in counted for q in names.split()) == asked


def test_teachers_see_the_promises_and_exercises_of_every_chapter():
    text = TEXTS["appendix/teaching.html"]
    chapters = [name for name in NAMES if name.split("/")[0] in ("recipe", "training", "generalization", "practice")]
    for name in chapters:
        promises = re.search(r"After this chapter you can</p>\s*<ul[^>]*>(.*?)</ul>", TEXTS[name], re.DOTALL)[1]
        for promise in re.findall(r"<li>.*?</li>", promises, re.DOTALL):
            assert promise in text
        questions = re.findall(r'<tips-quiz data-name="([^"]+)"', TEXTS[name])
        predictions = sum("-predict-" in question for question in questions)
        counts = f"{predictions} predictions, {len(questions) - predictions} questions, [1-9] code exercises"
        assert re.search(f'href="../{name}".*?{counts}', text), name
