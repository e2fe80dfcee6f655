"""What a page loads: little, from its own folder, wherever that folder lies, and nothing that its policy forbids."""

import re
import shutil
from urllib.parse import urlsplit

import pytest
from reader import HEAVIEST, NAMES, TEXTS
from serve import PAGES, serving

POLICY = re.compile(r'http-equiv="Content-Security-Policy" content="([^"]+)"')


@pytest.mark.parametrize(("name", "requests", "weight"), [("index.html", 20, 160_000), (HEAVIEST, 24, 330_000)])
def test_a_page_is_light(visit, name, requests, weight):
    sent = []
    page = visit(name, width=390, prepare=lambda page: page.on("requestfinished", lambda r: sent.append(r)))
    page.wait_for_load_state("networkidle")
    kinds = [request.resource_type for request in sent]
    assert len(kinds) <= requests, kinds
    assert kinds.count("stylesheet") == 1
    assert sum(request.sizes()["responseBodySize"] for request in sent) <= weight


@pytest.mark.parametrize("width", [1350, 390])
def test_a_link_into_a_long_page_holds_its_place_while_the_rest_is_laid_out(visit, width):
    page = visit(f"{HEAVIEST}#exercises", width=width)
    kinds = page.locator("section").evaluate_all("all => all.map(s => getComputedStyle(s).contentVisibility)")
    assert set(kinds) == {"visible"}
    assert -5 <= page.locator("#exercises").bounding_box()["y"] <= 150


def test_the_style_sheet_holds_what_pages_and_scripts_use():
    style = (PAGES / "_static" / "book.css").read_text(encoding="utf-8")
    assert len(style) < 200_000
    assert not re.search(r"\.(?:accordion-button|form-floating|pagination)\b", style), "on no page"
    for used in ("tips-quiz", ".katex", ".highlight", ".pst-scrollable-table-container", ".tooltip", ".show"):
        assert used in style


@pytest.mark.parametrize("name", NAMES)
def test_scripts_wait_for_the_page(name):
    for script in re.findall(r"<script\b[^>]*src=[^>]*>", TEXTS[name]):
        assert "defer" in script, script
    assert not re.search(r"fontawesome\.js|thebe", TEXTS[name])
    assert ("searchindex.js" in TEXTS[name]) == (name == "search.html")


@pytest.mark.parametrize("name", NAMES)
def test_pictures_have_their_size(name):
    for image in re.findall(r"<img\b[^>]*_images[^>]*>", TEXTS[name]):
        assert re.search(r'\bwidth="\d+"', image), image
        assert re.search(r'\bheight="\d+"', image), image


@pytest.mark.parametrize("name", NAMES)
def test_a_page_says_its_policy_and_holds_no_code_in_attributes(name):
    policy = POLICY.search(TEXTS[name])[1]
    for rule in ("default-src 'self'", "object-src 'none'", "base-uri 'self'", "img-src 'self' data:"):
        assert rule in policy
    [scripts] = re.findall(r"script-src ([^;]*);", policy)
    assert re.fullmatch(r"'self'( 'sha256-[A-Za-z0-9+/=]+')+", scripts)
    assert not re.search(r"<[a-z][^>]*\son[a-z]+=", TEXTS[name])


def answer_with_policy(route):
    response = route.fetch()
    policy = POLICY.search(response.text())[1]
    route.fulfill(response=response, headers=response.headers | {"content-security-policy": policy})


@pytest.mark.parametrize("name", ["index.html", "search.html", HEAVIEST])
def test_the_policy_as_a_header_breaks_nothing(visit, name):
    page = visit(name, prepare=lambda page: page.route("**/*.html", answer_with_policy))  # its console stays empty
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    for button in page.locator('[data-do="print"]').all():
        page.evaluate("window.print = () => { document.title = 'printed'; }")
        button.evaluate("b => b.click()")
        assert page.title() == "printed"


def without_scripts(page):
    page.route("**/*.js*", lambda route: route.fulfill(body="", content_type="text/javascript"))


@pytest.mark.parametrize(
    ("chosen", "scheme", "seen"), [("auto", "dark", "dark"), ("auto", "light", "light"), ("dark", "light", "dark")]
)
def test_a_page_is_light_or_dark_before_its_scripts_run(chromium, address, chosen, scheme, seen):
    with chromium.new_context(color_scheme=scheme) as context:
        context.add_init_script(f"localStorage.setItem('mode', '{chosen}'); localStorage.setItem('theme', 'light')")
        without_scripts(page := context.new_page())
        page.goto(f"{address}/index.html")
        assert page.evaluate("document.documentElement.dataset.theme") == seen
        assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == seen


def test_parts_of_a_long_page_wait_for_the_script(chromium, address):
    with chromium.new_page(viewport={"width": 390, "height": 844}) as page:
        without_scripts(page)
        page.goto(f"{address}/{HEAVIEST}")
        kinds = page.locator("section section").evaluate_all(
            """all => all.map(s =>
                [getComputedStyle(s).contentVisibility, s.querySelector("section") ? "visible" : "auto"])"""
        )
    assert len(kinds) > 20
    assert [seen for seen, _ in kinds] == [wanted for _, wanted in kinds]


def test_the_policy_would_stop_a_script(chromium, address):
    with chromium.new_page() as page:
        told = []
        page.on("console", lambda message: told.append(message.text))
        page.goto(f"{address}/index.html")
        page.evaluate(
            """() => {
                const script = document.createElement("script");
                script.textContent = "window.ran = 1";
                document.body.append(script);
            }"""
        )
        assert page.evaluate("window.ran") is None
    assert any("Content Security Policy" in line for line in told)


def test_the_site_works_under_a_prefix(visit):
    with serving(PAGES.parent) as url:
        page = visit(f"html/{HEAVIEST}", base=url)
        assert page.locator("tips-explore svg").count()


def test_the_site_works_from_a_stick(visit, tmp_path):
    shutil.copytree(PAGES, tmp_path / "a stick", ignore=shutil.ignore_patterns("lite", "_sources"))
    page = visit(f"a%20stick/{HEAVIEST}", base=tmp_path.as_uri())
    page.locator("tips-explore").first.scroll_into_view_if_needed()
    page.wait_for_selector("tips-explore[data-ready]")
    following = page.locator("a.right-next").evaluate("link => link.href")
    page.locator("a.right-next").click()
    page.wait_for_url(following)
    assert urlsplit(page.url).scheme == "file"
    assert page.locator("h1:visible").count() == 1
