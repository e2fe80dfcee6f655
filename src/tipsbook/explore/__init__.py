"""One declaration, three surfaces: a figure that answers its controls with a kernel, on the built page, and in print.

`explore(draw, say, depth=slider(1, 20), ...)` is written once in a notebook. With a kernel it becomes ipywidgets and a
figure that is replaced without flicker; on the built site every frame is rendered at build time and the page needs
no kernel; elsewhere it is a picture with a sentence. `sculptor` is a figure of its own kind: its lines are dragged.
"""

from tipsbook.explore.controls import Control, choice, slider, toggle
from tipsbook.explore.declaration import Explore, explore
from tipsbook.explore.sculptor import sculptor

__all__ = ["Control", "Explore", "choice", "explore", "sculptor", "slider", "toggle"]
