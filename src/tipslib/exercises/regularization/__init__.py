"""The exercises of the chapter on regularization: what is right, and what readers take for right.

A right value comes from another road than the answer's own wherever there is one: numbers done by hand, differences,
a search over the objective, rows added to a least-squares problem.
"""

from tipslib.exercises.grading import Exercise
from tipslib.exercises.regularization import choosing, decay, penalties, trained

EXERCISES: dict[str, Exercise] = {
    "regularization-4": penalties.PENALTY_GRADIENT,
    "regularization-5": penalties.PROXIMAL_STEP,
    "regularization-6": choosing.RIDGE,
    "regularization-7": decay.SGD_WITH_DECAY,
    "regularization-8": choosing.CHOOSE_STRENGTH,
    "regularization-9": trained.TRAIN_REGULARIZED,
}
