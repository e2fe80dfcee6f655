"""The exercises of the chapter on vanishing gradients: what is right, and what readers take for right.

A right value comes from another road than the answer's own wherever there is one: numbers done by hand, differences,
the gradients of single examples.
"""

from tipslib.exercises.grading import Exercise
from tipslib.exercises.vanishing_gradients import backward, deep, sizes

EXERCISES: dict[str, Exercise] = {
    "vanishing-gradients-3": backward.BACKWARD_STEP,
    "vanishing-gradients-4": backward.DELTA_NORMS,
    "vanishing-gradients-5": sizes.LAYER_FACTOR,
    "vanishing-gradients-6": backward.FIRST_DELTA,
    "vanishing-gradients-7": sizes.BETWEEN_SAMPLE_SPREAD,
    "vanishing-gradients-8": sizes.GAIN,
    "vanishing-gradients-9": deep.TRAIN_DEEP_SIGMOID,
}
