"""The widgets of a page of the built site, moved as a reader moves them."""

import re

SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


FIGURES = "tips-explore, tips-sculptor"
IS_READY = "figure => figure.hasAttribute('data-ready') || !figure.dataset.frames"


def whole(page):
    """Wait until the sections far down are laid out as well and the fonts are there, and return the page."""
    page.wait_for_selector("html[data-whole]", state="attached")
    page.evaluate("document.fonts.ready.then(() => {})")
    return page


def frames(page, count: int = 2) -> None:
    """Wait until the browser has drawn what was changed: in a frame, it tells observers what it has laid out."""
    page.evaluate(
        "async count => { while (count--) await new Promise(done => requestAnimationFrame(done)); }", arg=count
    )


def near(figure):
    """Bring a figure that answers near, wait for its frames, and return it."""
    figure.scroll_into_view_if_needed()
    figure.page.wait_for_function(IS_READY, arg=figure.element_handle())
    return figure


def ready(page) -> list:
    """Bring every figure that answers near, one after the other, and return them all."""
    whole(page)
    return [near(figure) for figure in page.locator(FIGURES).all()]


def numbers(sentence: str) -> list[float]:
    """Return the numbers of a sentence: 0.12, −14 and 1.9 × 10⁻⁶."""
    found = re.findall(r"((?:(?<!\w)-)?\d+(?:\.\d+)?)(?: × 10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?", sentence.replace("−", "-"))
    return [float(digits) * 10.0 ** int((power or "0").translate(SUPERSCRIPTS)) for digits, power in found]


class Figure:
    """A figure that answers, and the state in which its page shows it first."""

    def __init__(self, element) -> None:
        self.element = element
        self.start = self.state()

    def state(self) -> tuple[int, str]:
        """Return a key of the picture, without the sentence that it carries as its label, and the sentence."""
        return tuple(
            self.element.evaluate(
                """figure => {
                    const picture = figure.querySelector(".picture").innerHTML;
                    let key = 0;
                    for (const sign of picture.replace(/ (role="img"|aria-label="[^"]*")/g, "")) {
                        key = Math.imul(31, key) + sign.codePointAt() | 0;
                    }
                    return [key, figure.querySelector(".say").innerText];
                }"""
            )
        )

    def controls(self) -> list:
        return self.element.locator("input, select").all()

    def reset(self) -> "Figure":
        """Give every control the value with which the page was written, as a browser does that resets a form."""
        self.element.evaluate(
            """figure => {
                if (figure.matches("tips-sculptor")) figure.querySelector("button").click();
                for (const control of figure.querySelectorAll("input, select")) {
                    const [kind, first] = control.type === "checkbox" ? ["checked", control.defaultChecked]
                        : control.type === "range" ? ["value", control.defaultValue]
                        : ["selectedIndex", Math.max(0, [...control].findIndex(option => option.defaultSelected))];
                    if (control[kind] === first) continue;
                    control[kind] = first;
                    control.dispatchEvent(new Event("input", { bubbles: true }));
                }
            }"""
        )
        return self


class Widget:
    """A widget, moved as a reader moves it: by the texts of its controls."""

    def __init__(self, element) -> None:
        self.element = element

    def set(self, label: str, text: object) -> None:
        """Give the control with this label the value that reads `text`; a switch, True or False."""
        control = self.element.locator(".controls").get_by_label(label)
        if control.get_attribute("type") == "checkbox":
            control.set_checked(bool(text))
            return
        if control.get_attribute("type") != "range":
            control.select_option(label=str(text))
            return
        control.press("Home")
        for _ in range(int(control.get_attribute("max"))):
            if control.get_attribute("aria-valuetext") == str(text):
                return
            control.press("ArrowRight")
        assert control.get_attribute("aria-valuetext") == str(text), f"{label} has no value {text}"

    def say(self, **moves: object) -> str:
        """Make moves, named by label, and return the sentence."""
        for label, text in moves.items():
            self.set(label.replace("_", " "), text)
        return self.element.locator(".say").inner_text()
