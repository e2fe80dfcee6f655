"""With a kernel: the element of the page, which asks the kernel for the picture and the sentence of a state.

The element asks for one state at a time and, after the answer, for the one that its controls are in by then. So of many
quick changes the last is drawn, and at most one waits.
"""

from typing import Any

from matplotlib.figure import Figure

from tipsbook import elements
from tipsbook.explore.declaration import Declaration
from tipsbook.explore.markup import markup
from tipslib.plotting import svg


def widget(asked: Declaration, first: Figure) -> Any:
    """Return the widget of a declaration; `first` is the figure of its start state."""
    states = asked.states()
    prefix = f"t{id(asked):x}-"
    start = svg(first, prefix), asked.sentence(states[asked.start])
    made = elements.widget(markup(asked, start, [start]), "frames", "explore", asked=asked.start)

    def draw(change: Any) -> None:
        state = change["new"]
        made.pictures = {"state": state} | drawn(asked, states[state], prefix)

    made.observe(draw, "asked")
    return made


def drawn(asked: Declaration, values: dict[str, Any], prefix: str) -> dict[str, str]:
    """Return the picture and the sentence of a state, or why it could not be drawn."""
    try:
        return {"picture": svg(asked.figure(values), prefix), "say": asked.sentence(values)}
    except ValueError as error:
        return {"error": str(error)}
