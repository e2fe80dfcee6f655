"""The exercises of the chapter on adaptive learning rates: what is right, and what readers take for right.

A right value comes from another road than the answer's own: the optimizers of the library, which are held against
PyTorch's, eigenvalues, and a valley that counts how often it was asked.
"""

from tipslib.exercises.adaptive_learning_rates import adam, steps, valley
from tipslib.exercises.grading import Exercise

EXERCISES: dict[str, Exercise] = {
    "adaptive-learning-rates-5": adam.ADAM_STEPS,
    "adaptive-learning-rates-6": steps.NEW_VELOCITY,
    "adaptive-learning-rates-7": adam.ADAMW,
    "adaptive-learning-rates-8": steps.LARGEST_STABLE_RATE,
    "adaptive-learning-rates-9": valley.CROSS_THE_VALLEY,
}
