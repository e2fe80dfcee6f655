"""The claims of the recipe: (claim, file in src/tipslib, old text, new text).

The old text stands once in its file. With the change, the cell that holds the claim fails.
"""

SGD_SLOW = ("optimizers/descent.py", "params -= np.multiply(lr, grads,", "params -= np.multiply(0.1 * lr, grads,")
ADAM_SLOW = ("optimizers/adam.py", "np.multiply(lr / bias1,", "np.multiply(0.1 * lr / bias1,")
RELU_LEAKS = (
    "activations/rectifiers.py",
    "        return np.maximum(z, 0)\n",
    "        return np.maximum(z, 0.5 * z)\n",
)
HE_THREE = ("initializers.py", "variance_scaling(math.sqrt(2))(shape, rng)", "variance_scaling(3.0)(shape, rng)")

CLAIM_MUTANTS = [
    ("deep-train", *SGD_SLOW),
    ("shallow-train", *SGD_SLOW),
    ("deep-test", *SGD_SLOW),
    ("shallow-test", *SGD_SLOW),
    ("shuffled-train", *ADAM_SLOW),
    ("shuffled-test", *ADAM_SLOW),
    ("alike-plain", *RELU_LEAKS),
    ("alike-residual", *RELU_LEAKS),
    ("residual-train", *SGD_SLOW),
    ("residual-test", *SGD_SLOW),
    ("recipe-first-loss", *HE_THREE),
    ("raw-first-loss", *HE_THREE),
    ("twenty-healthy", *SGD_SLOW),
    ("twenty-drawn", *SGD_SLOW),
    ("twenty-l2", *SGD_SLOW),
    ("a-none", *SGD_SLOW),
    ("a-dropout", *SGD_SLOW),
    ("a-data", *SGD_SLOW),
    ("a-shortcuts", *SGD_SLOW),
    ("b-dropout", *SGD_SLOW),
    ("b-data", *SGD_SLOW),
    ("shift-val", *ADAM_SLOW),
    ("shift-test", *ADAM_SLOW),
    ("leak-val", *ADAM_SLOW),
    ("leak-test", *ADAM_SLOW),
    ("mode-on", *SGD_SLOW),
    ("mode-off", *SGD_SLOW),
    ("mode-val", *SGD_SLOW),
    ("gap-deep", *SGD_SLOW),
    ("gap-shallow", *SGD_SLOW),
]
