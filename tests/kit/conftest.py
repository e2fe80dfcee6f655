"""What the tests of the book kit share."""

import pytest
from ipywidgets.widgets.widget import _instances


@pytest.fixture
def widget_of():
    """Find the widget that a cell shows as a notebook finds it: by the number in its view."""

    def find(shown):
        return _instances[shown._repr_mimebundle_()["application/vnd.jupyter.widget-view+json"]["model_id"]]

    return find
