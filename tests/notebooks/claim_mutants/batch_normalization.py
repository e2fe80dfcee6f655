"""The claims of batch normalization: (claim, file in src/tipslib, old text, new text)."""

NORM = "layers/normalization.py"
UNSCALED = (
    NORM,
    "x_hat = centered * inv_std\n        self.cache = training",
    "x_hat = centered\n        self.cache = training",
)
AS_CONSTANTS = (NORM, "if training:  # mean and variance of the batch", "if False:  # mean and variance of the batch")
UPHILL = (NORM, 'return dy * (self.params["gamma"] * inv_std)', 'return -dy * (self.params["gamma"] * inv_std)')
FIRST_OVER_LAST = ("diagnostics/gradients.py", "norms[..., 0] / norms[..., -1]", "norms[..., -1] / norms[..., 0]")
LARGER_STD = ("initializers.py", "rng.normal(0.0, self.std, shape)", "rng.normal(0.0, 20 * self.std, shape)")
SMALL_HE = ("initializers.py", "variance_scaling(math.sqrt(2))(shape, rng)", "variance_scaling(0.1)(shape, rng)")
GAIN_IGNORED = ("initializers.py", "self.gain / math.sqrt(self.fan(shape))", "1.0 / math.sqrt(self.fan(shape))")
NOT_A_MEAN = ("losses.py", "    p /= n\n", "")

CLAIM_MUTANTS = [
    ("plain-small", *LARGER_STD),
    ("norm-small", *UNSCALED),
    ("wrong-backward", *UNSCALED),
    ("right-backward", *AS_CONSTANTS),
    ("keep-fast", NORM, "(1 - self.momentum) * (new", "0.01 * (new"),
    ("keep-slow", NORM, "(1 - self.momentum) * (new", "0.1 * (new"),
    ("keep-batch", *UPHILL),
    ("brake-thousand", *UPHILL),
    ("brake-norm", *AS_CONSTANTS),
    ("brake-everything", *UNSCALED),
    ("best-plain", *SMALL_HE),
    ("best-norm", *UPHILL),
    ("pairs-plain", *SMALL_HE),
    ("pairs-norm", *UPHILL),
    ("pairs-layer", NORM, "return inv_std * (d_hat", "return -inv_std * (d_hat"),
    ("mixed-batch", *UPHILL),
    ("one-digit", NORM, "centered = x - mean\n", "centered = x\n"),
    ("explosion", *FIRST_OVER_LAST),
    ("explosion-forty", *FIRST_OVER_LAST),
    ("large-plain-ten", *GAIN_IGNORED),
    ("large-norm-ten", *GAIN_IGNORED),
    ("large-plain-sixty", *GAIN_IGNORED),
    ("large-norm-sixty", *GAIN_IGNORED),
    ("shift-plain", *SMALL_HE),
    ("shift-norm", *UNSCALED),
    ("shift-shaken", *UNSCALED),
    ("shaken-test", *UPHILL),
    ("shaken-poor", *UPHILL),
    ("promise-norm", *AS_CONSTANTS),
    ("promise-plain", *NOT_A_MEAN),
    ("promise-later", *AS_CONSTANTS),
]
