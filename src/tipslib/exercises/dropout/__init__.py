"""The exercises of the chapter on dropout: what is right, and what readers take for right.

A right value comes from another road than the answer's own: all masks one after the other, differences for gradients,
least squares on the data of every mask.
"""

from tipslib.exercises.dropout import identities, masks, training
from tipslib.exercises.grading import Exercise

EXERCISES: dict[str, Exercise] = {
    "dropout-3": masks.INVERTED,
    "dropout-4": masks.BACKWARD,
    "dropout-5": masks.VANILLA,
    "dropout-6": identities.GEOMETRIC,
    "dropout-7": identities.RIDGE,
    "dropout-9": training.TRAIN_ON_WRONG_LABELS,
}
