"""The style of the figures: matplotlib's settings, and the colour, marker and dash of each method.

The colours have a contrast of 3:1 or more on a white page and on a dark one. Black belongs to axes and text, because an
SVG replaces it by the text colour of the page around it.
"""

from typing import Any

from cycler import cycler

TEXT, SMALL = 12, 11.5  # points; on a phone of 390 px a point is about a pixel, and a wider page shrinks the text
WIDTH, HEIGHT = 5.0, 3.3  # inches, so that a phone can show the figure

BLUE, ORANGE, GREEN, PURPLE, BROWN, GREY = "#0072b2", "#d55e00", "#00936b", "#b8649a", "#97691b", "#7a7a7a"
PALETTE = {"blue": BLUE, "orange": ORANGE, "green": GREEN, "purple": PURPLE, "brown": BROWN, "grey": GREY}
WORDS = {  # the same for text, with a contrast of 4.5:1 on a white page
    "blue": "#00619a",
    "orange": "#a84800",
    "green": "#006b4e",
    "purple": "#8f4476",
    "brown": "#7a5210",
    "grey": "#5f6870",
}
WORD = {PALETTE[name]: word for name, word in WORDS.items()}  # colour of a line -> of its name

Look = tuple[str, str, str]
CYCLE: list[Look] = [
    (BLUE, "o", "-"),
    (ORANGE, "s", "--"),
    (GREEN, "^", "-."),
    (PURPLE, "D", ":"),
    (BROWN, "v", "-"),
    (GREY, "P", "--"),
]
COLOURS: dict[str, Look] = {
    "sigmoid": (ORANGE, "s", "--"),
    "tanh": (BLUE, "o", "-"),
    "ReLU": (GREEN, "^", "-."),
    "identity": (GREY, "P", ":"),
    "std 0.01": (GREY, "P", ":"),
    "std 1/√n": (ORANGE, "s", "--"),
    "std 4/√n": (BLUE, "o", "-"),
    "std 1": (PURPLE, "D", "-."),
    "SGD": (BLUE, "o", "-"),
    "Momentum": (GREEN, "^", "-."),
    "Nesterov": (PURPLE, "D", ":"),
    "AdaGrad": (BROWN, "v", "-"),
    "RMSProp": (GREY, "P", "--"),
    "Adam": (ORANGE, "s", "--"),
    "AMSGrad": (BLUE, "o", "-"),
    "batch norm": (BROWN, "v", "-"),
    "no normalization": (BLUE, "o", "--"),
    "layer norm": (GREEN, "^", "-."),
    "none": (GREY, "P", ":"),
    "early stopping": (PURPLE, "D", "-."),
    "L2": (BLUE, "o", "-"),
    "L1": (ORANGE, "s", "--"),
    "dropout": (GREEN, "^", "-."),
    "label smoothing": (PURPLE, "D", ":"),
    "plain": (ORANGE, "s", "--"),
    "residual": (BLUE, "o", "-"),
    "training": (BLUE, "o", "-"),
    "validation": (GREEN, "^", "-."),
    "test": (ORANGE, "D", "--"),
}


def look(name: str, position: int = 0) -> Look:
    """Return colour, marker and dash of a method; a name that ``COLOURS`` does not have takes its place in ``CYCLE``.

    >>> look("tanh")
    ('#0072b2', 'o', '-')
    >>> look("mine", 1)
    ('#d55e00', 's', '--')
    """
    return COLOURS.get(name, CYCLE[position % len(CYCLE)])


def style() -> dict[str, Any]:
    """Return matplotlib's settings for the figures, for ``plt.rcParams.update``.

    >>> style()["figure.figsize"]
    (5.0, 3.3)
    """
    return {
        "figure.figsize": (WIDTH, HEIGHT),
        "figure.dpi": 120,
        "figure.subplot.left": 0.16,
        "figure.subplot.right": 0.97,
        "figure.subplot.bottom": 0.175,
        "figure.subplot.top": 0.95,
        "font.size": TEXT,
        "axes.labelsize": TEXT,
        "axes.titlesize": TEXT,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.prop_cycle": cycler(color=[colour for colour, _, _ in CYCLE]),
        "legend.frameon": False,
        "legend.fontsize": SMALL,
        "lines.linewidth": 1.8,
        "lines.markersize": 4.8,
    }
