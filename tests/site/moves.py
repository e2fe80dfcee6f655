"""The widgets of a page of the built site, moved as a reader moves them."""

import re

SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def whole(page):
    """Wait until the sections far down are laid out as well, and return the page."""
    page.wait_for_selector("html[data-whole]", state="attached")
    return page


def ready(page):
    """Bring every widget near, wait for its frames, and return them all."""
    whole(page)
    found = page.locator("tips-explore").all()
    for widget in found:
        widget.scroll_into_view_if_needed()
        widget.page.wait_for_function("w => w.hasAttribute('data-ready')", arg=widget.element_handle())
    return found


def numbers(sentence: str) -> list[float]:
    """Return the numbers of a sentence: 0.12, −14 and 1.9 × 10⁻⁶."""
    found = re.findall(r"((?:(?<!\w)-)?\d+(?:\.\d+)?)(?: × 10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?", sentence.replace("−", "-"))
    return [float(digits) * 10.0 ** int((power or "0").translate(SUPERSCRIPTS)) for digits, power in found]


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
