"""A move in the browser gives the sentence that the files of the site hold for it: so other moves are read there."""

from serve import PAGES
from widget_files import widgets_of

PAGE = "training/vanishing-gradients.html"


def test_the_browser_says_what_the_files_hold(visit):
    element = visit(PAGE).locator("tips-explore").first
    widget, said = widgets_of(PAGES / PAGE)[0], [element.locator(".say").inner_text()]
    assert said == [widget.say()]
    element.scroll_into_view_if_needed()
    element.page.locator("tips-explore[data-ready]").first.wait_for()
    controls = element.locator(".controls")
    depth = controls.get_by_label("hidden layers")
    for key, layers in (("Home", 1), ("ArrowRight", 2), ("End", 8)):
        depth.press(key)
        said.append(element.locator(".say").inner_text())
        assert said[-1] == widget.say(hidden_layers=layers)
    controls.get_by_label("optimizer").select_option("Adam")
    said.append(element.locator(".say").inner_text())
    assert said[-1] == widget.say(optimizer="Adam")
    assert len(set(said)) == len(said)
