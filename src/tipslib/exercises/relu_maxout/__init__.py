"""The exercises of the chapter on ReLU and Maxout: what is right, and what readers take for right.

A right value comes from another road than the answer's own: numbers done by hand, differences, loops over units.
"""

from tipslib.exercises.grading import Exercise
from tipslib.exercises.relu_maxout import alive, lines, units

EXERCISES: dict[str, Exercise] = {
    "relu-maxout-3": units.SLOPES,
    "relu-maxout-4": units.MAXOUT,
    "relu-maxout-5": units.MAXOUT_BACKWARD,
    "relu-maxout-6": lines.VALLEY,
    "relu-maxout-7": lines.DEAD_SHARE,
    "relu-maxout-8": lines.THIN_MATRIX,
    "relu-maxout-9": alive.BUILD,
}
