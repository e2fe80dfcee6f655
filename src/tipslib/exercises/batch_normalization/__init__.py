"""The exercises of the chapter on batch normalization: what is right, and what readers take for right.

Right values come from other roads than the answers' own: variances from distances, gradients from differences, running
averages as weighted sums.
"""

from tipslib.exercises.batch_normalization import inference, layer, rate
from tipslib.exercises.grading import Exercise

EXERCISES: dict[str, Exercise] = {
    "batch-normalization-4": layer.FORWARD,
    "batch-normalization-5": layer.BACKWARD,
    "batch-normalization-6": inference.RUNNING,
    "batch-normalization-7": inference.REESTIMATE,
    "batch-normalization-8": rate.RATE,
}
