"""One declaration, three surfaces: a figure that answers its controls with a kernel, on the built page, and in print.

`explore(draw, say, depth=slider(1, 20), ...)` is written once in a notebook. With a kernel each state is drawn when the
reader moves there; on the built site every frame is rendered at build time and the page needs no kernel; elsewhere it
is a picture with a sentence.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from matplotlib.figure import Figure

from tipsbook import surfaces
from tipsbook.explore.controls import Control, choice, slider, toggle
from tipsbook.explore.declaration import Declaration
from tipsbook.explore.live import widget
from tipsbook.explore.page import element
from tipslib.plotting import png

__all__ = ["Control", "choice", "explore", "slider", "toggle"]


def explore(
    draw: Callable[..., Figure],
    say: Callable[..., str],
    *,
    tries: Mapping[str, Mapping[str, Any]] | None = None,
    **controls: Control,
) -> surfaces.Shown:
    """Show `draw(**values)` under `controls`, with the sentence `say(**values)` beneath it.

    `draw` must be pure: the same values give the same figure. `tries` maps the labels of buttons to the values to which
    they move some of the controls, `{"no dropout": {"rate": 0}}`; the others stay. Raises ValueError or TypeError,
    naming the control, the try or the state, for more than 600 states, a control without values, a try that leads to no
    state, a drawing that raises, returns no figure or, on the site, differs when it is drawn again.

    >>> from matplotlib import pyplot as plt
    >>> def draw(n): return plt.figure()
    >>> explore(draw, lambda n: f"{n} points.", n=slider(1, 3))
    <explore: 1 points.>
    """
    asked = Declaration(draw, say, controls, tries or {})
    start = asked.states()[asked.start]
    first = cache(lambda: asked.figure(start))  # a live notebook shows it twice, as SVG and as PNG
    return surfaces.show(
        f"<explore: {asked.sentence(start)}>",
        static=lambda: element(asked, surfaces.frames_folder()),
        live=lambda: widget(asked, first()),
        picture=lambda: png(first()),
    )
