"""What the tests of a chapter share: the widgets of its page."""

import pytest
from refresh import BOOK
from serve import PAGES
from widget_files import Widget, widgets_of


@pytest.fixture
def widgets(request: pytest.FixtureRequest) -> list[Widget]:
    """All widgets of the chapter that the test file is named after, each as it starts."""
    name = request.module.__name__.removeprefix("test_").replace("_", "-")
    [notebook] = BOOK.glob(f"[!_s]*/{name}.ipynb")
    return widgets_of(PAGES / notebook.relative_to(BOOK).with_suffix(".html"))
