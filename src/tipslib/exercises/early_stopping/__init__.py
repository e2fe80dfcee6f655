"""The exercises of the chapter on early stopping: what is right, and what readers take for right.

A right value comes from another road than the answer's own: the library's stoppers and criteria, a training that writes
the number of the epoch into its weights, and examples that no answer has seen.
"""

from tipslib.exercises.early_stopping import criteria, noise, report, restore
from tipslib.exercises.grading import Exercise

EXERCISES: dict[str, Exercise] = {
    "early-stopping-5": criteria.PATIENCE_STOP,
    "early-stopping-6": criteria.PROGRESS_QUOTIENTS,
    "early-stopping-7": restore.RESTORE_BEST,
    "early-stopping-8": report.REPORT,
    "early-stopping-9": noise.TRAIN_WITH_NOISE,
}
