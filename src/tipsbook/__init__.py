"""What a page of the book *Tips for Deep Learning* needs: figures that answer, questions, claims, graded exercises.

A notebook imports all of it from here: ``from tipsbook import check, claim, explore, hint, slider``. The mathematics is
in `tipslib`, which knows nothing of this package.
"""

from tipsbook.checking import check, hint
from tipsbook.claims import claim
from tipsbook.clinic import clinic
from tipsbook.explore import choice, explore, slider, toggle
from tipsbook.headlines import Moot, above, headline, level, tuned
from tipsbook.quiz import choose, estimate
from tipsbook.sculptor import sculptor
from tipsbook.surfaces import draw_figures

__all__ = [
    "Moot",
    "above",
    "check",
    "choice",
    "choose",
    "claim",
    "clinic",
    "estimate",
    "explore",
    "headline",
    "hint",
    "level",
    "sculptor",
    "slider",
    "toggle",
    "tuned",
]

draw_figures()
