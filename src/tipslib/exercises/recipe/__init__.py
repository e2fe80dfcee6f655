"""The exercises of the first chapter, the recipe: what is right, and what readers take for right.

A right value comes from another road than the answer's own wherever there is one: numbers done by hand, the layers and
losses of the library, a training run.
"""

from tipslib.exercises.grading import Exercise
from tipslib.exercises.recipe import changes, charts, checks, loop, tiny

EXERCISES: dict[str, Exercise] = {
    "recipe-3": checks.EXCESS_LOSS,
    "recipe-4": tiny.OVERFIT_TINY,
    "recipe-5": loop.ONE_STEP,
    "recipe-6": checks.UPDATE_RATIO,
    "recipe-7": checks.SHARE_LEAKED,
    "recipe-8": charts.DIAGNOSES,
    "recipe-9": changes.CHANGES,
}
