"""Figures: one function for each kind, from arrays or a ``History`` to a matplotlib ``Figure``.

Every figure is about 5 x 3.3 inches, so that a phone can show it. A method keeps its colour, marker and dash in all
figures (``COLOURS``). No function opens a pyplot figure, so none has to be closed.
"""

from tipslib.plotting.axes import names_above
from tipslib.plotting.comparisons import before_after, layer_bars
from tipslib.plotting.curves import curves, lines
from tipslib.plotting.distributions import dots, histograms
from tipslib.plotting.numbers import power_of_ten, short
from tipslib.plotting.pictures import Picture, png, svg
from tipslib.plotting.styles import BLUE, BROWN, COLOURS, CYCLE, GREEN, GREY, ORANGE, PURPLE, Look, look, style

__all__ = [
    "BLUE",
    "BROWN",
    "COLOURS",
    "CYCLE",
    "GREEN",
    "GREY",
    "ORANGE",
    "PURPLE",
    "Look",
    "Picture",
    "before_after",
    "curves",
    "dots",
    "histograms",
    "layer_bars",
    "lines",
    "look",
    "names_above",
    "png",
    "power_of_ten",
    "short",
    "style",
    "svg",
]
