"""The claims of dropout: (claim, file in src/tipslib, old text, new text).

The old text stands once in its file. With the change, the cell that holds the claim fails.
"""

LAYER = "layers/elementwise.py"
UNSCALED = (LAYER, "x.dtype.type(1 / (1 - self.p))", "x.dtype.type(1)")
ONE_MASK = (
    LAYER,
    "rng.random(x.shape[-2:], np.float32)",
    "np.repeat(rng.random((1, x.shape[-1]), np.float32), x.shape[-2], axis=0)",
)
NOT_NORMALIZED = (
    "losses.py",
    "return e / total",
    "return e / (1e-6 + total)",
)
BIASED = ("layers/normalization.py", "var * (n / (n - 1))", "var")
ADAM_SLOW = ("optimizers/adam.py", "np.multiply(lr / bias1,", "np.multiply(0.1 * lr / bias1,")

CLAIM_MUTANTS = [
    ("noise-half", *UNSCALED),
    ("noise-most", *UNSCALED),
    ("plain-training", *ADAM_SLOW),
    ("plain-test", *ADAM_SLOW),
    ("masks-on", *UNSCALED),
    ("not-scaled", *UNSCALED),
    ("scaled-twice", *UNSCALED),
    ("mask-noise", *ONE_MASK),
    ("ridge-digits", *UNSCALED),
    ("geometric-digits", *NOT_NORMALIZED),
    ("arithmetic-gap", *NOT_NORMALIZED),
    ("deep-gap", *NOT_NORMALIZED),
    ("thinned-one", *ADAM_SLOW),
    ("thinned-fifty", *ADAM_SLOW),
    ("weight-scaling", *ADAM_SLOW),
    ("real-ensemble", *ADAM_SLOW),
    ("shift-digits", *BIASED),
    ("shift-ratio", *UNSCALED),
    ("harm-eighty", *UNSCALED),
    ("gain-late", *UNSCALED),
    ("half-late", *UNSCALED),
    ("none-late", *ADAM_SLOW),
    ("half-training", *UNSCALED),
    ("half-eighty", *UNSCALED),
    ("half-fast", *UNSCALED),
    ("none-fast", *ADAM_SLOW),
    ("norm-every", *UNSCALED),
    ("norm-none", *ADAM_SLOW),
    ("norm-last", *UNSCALED),
    ("mended", *UNSCALED),
    ("mended-loss", *UNSCALED),
    ("band-data", *UNSCALED),
    ("band-rate", *UNSCALED),
]
