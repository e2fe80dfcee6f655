"""What a method looks like: the colours, markers and dashes of the book, the same in every chapter.

The colours stand out from a white page and from a dark one, 3:1 on each.
"""

BLUE, ORANGE, GREEN, PURPLE, BROWN, GREY = "#0072b2", "#d55e00", "#00936b", "#b8649a", "#97691b", "#7a7a7a"

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
"""What a method looks like, in every chapter: colour, marker, dash."""


def look(name: str, position: int = 0) -> Look:
    """Return colour, marker and dash of a method; a name unknown to the book takes its place in a cycle.

    >>> look("tanh")
    ('#0072b2', 'o', '-')
    >>> look("mine", 1)
    ('#d55e00', 's', '--')
    """
    return COLOURS.get(name, CYCLE[position % len(CYCLE)])
