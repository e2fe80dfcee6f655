"""The claims of regularization: (claim, file in src/tipslib, old text, new text).

The old text stands once in its file. With the change, the cell that holds the claim fails.
"""

ADAM_SLOW = ("optimizers/adam.py", "np.multiply(lr / bias1,", "np.multiply(0.1 * lr / bias1,")
ANSWERS_SHIFTED = (
    "datasets/generated.py",
    "return rng.permuted(groups, axis=1).ravel()[:n]",
    "return np.roll(rng.permuted(groups, axis=1).ravel()[:n], 1)",
)
SIGN_STOPS = ("regularizers.py", "        if self.proximal:\n", "        if True:\n")
THRESHOLD_LATE = (
    "regularizers.py",
    "    return params - np.clip(params, -threshold, threshold)",
    "    return params - np.clip(params, -0.1 * threshold, 0.1 * threshold)",
)
TWICE_THE_PULL = (
    "regularizers.py",
    "gradient = np.asarray(self.strength * (decays * params), params.dtype)",
    "gradient = np.asarray(2 * self.strength * (decays * params), params.dtype)",
)
DIGITS_SHIFTED = (
    "datasets/images.py",
    'stored["y"][order].astype(np.int64)',
    'np.roll(stored["y"][order].astype(np.int64), 1)',
)
NO_WRONG_LABELS = ("datasets/splits.py", "[: round(share * len(y))]", "[: round(0.25 * share * len(y))]")

CLAIM_MUTANTS = [
    ("signals-train", *ADAM_SLOW),
    ("signals-val", *ADAM_SLOW),
    ("sign-zeros", *SIGN_STOPS),
    ("sign-near", *SIGN_STOPS),
    ("prox-zeros", *THRESHOLD_LATE),
    ("lone-accuracy", *DIGITS_SHIFTED),
    ("filter-gap", *TWICE_THE_PULL),
    ("race-none-early", *ANSWERS_SHIFTED),
    ("race-none-late", *ANSWERS_SHIFTED),
    ("race-dropout-early", *ANSWERS_SHIFTED),
    ("race-dropout-late", *ANSWERS_SHIFTED),
    ("race-l2-early", *ANSWERS_SHIFTED),
    ("race-l2-late", *ANSWERS_SHIFTED),
    ("descent-few", *DIGITS_SHIFTED),
    ("descent-peak", *DIGITS_SHIFTED),
    ("descent-many", *DIGITS_SHIFTED),
    ("descent-wrong-few", *NO_WRONG_LABELS),
    ("descent-wrong-many", *NO_WRONG_LABELS),
]
