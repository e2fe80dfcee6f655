"""The exercises of the chapter on initialization: what is right, and what readers take for right.

A right value comes from another road than the answer's own wherever there is one: numbers done by hand, draws from the
library's initializers, an integral, the library's `lsuv` on a network.
"""

from tipslib.exercises.grading import Exercise
from tipslib.exercises.initialization import deep, draws, records, rules

EXERCISES: dict[str, Exercise] = {
    "initialization-3": rules.HE_STD,
    "initialization-4": rules.GLOROT_LIMIT,
    "initialization-5": rules.LEAKY_GAIN,
    "initialization-6": draws.DRAW_WEIGHTS,
    "initialization-7": rules.LSUV_FACTORS,
    "initialization-8": records.DIAGNOSIS,
    "initialization-9": deep.INITIALIZE,
}
