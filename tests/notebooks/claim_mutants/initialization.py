"""The claims of initialization: (claim, file in src/tipslib, old text, new text).

The old text stands once in its file. With the change, the cell that holds the claim fails.
"""

LECUN_GAIN = ("initializers.py", "return variance_scaling()(shape, rng)", "return variance_scaling(1.5)(shape, rng)")
HE_GAIN = (
    "initializers.py",
    "variance_scaling(math.sqrt(2))(shape, rng)",
    "variance_scaling(1.0)(shape, rng)",
)
GAIN_IGNORED = ("initializers.py", "self.gain / math.sqrt(self.fan(shape))", "1.0 / math.sqrt(self.fan(shape))")
STD = "rng.normal(0.0, self.std, shape)"
CONSTANT = ("initializers.py", "np.full(shape, self.value, np.float64)", "self.value + rng.normal(0, 0.1, shape)")
ONE_PLACE = ("initializers.py", "kernel = math.prod(shape[:-2])", "kernel = 1")
HALF_ORTHOGONAL = ("initializers.py", "return self.gain * (q if", "return 0.5 * self.gain * (q if")
WORST_CLASS = ("training.py", "(outputs.argmax(axis=-1) == y)", "(outputs.argmin(axis=-1) == y)")
HALF_VARIANCE = (
    "diagnostics/scaling.py",
    "np.where(far, np.sqrt(variance), 1)",
    "np.where(far, np.sqrt(2 * variance), 1)",
)
LINEAR_RELU = ("activations/rectifiers.py", "        return np.maximum(z, 0)\n", "        return z\n")

CLAIM_MUTANTS = [
    ("small-loss", "initializers.py", STD, "rng.normal(0.0, 10 * self.std, shape)"),
    ("lecun-epochs", *LECUN_GAIN),
    ("he-epochs", *HE_GAIN),
    ("fifth-layer", "initializers.py", STD, "rng.normal(0.0, self.std / 2, shape)"),
    ("fifth-layer-lecun", "initializers.py", STD, "rng.normal(0.0, self.std / 2, shape)"),
    ("twin-accuracy", *CONSTANT),
    ("noise-wait", *CONSTANT),
    ("noise-wait-more", *CONSTANT),
    ("softmax-zero", *WORST_CLASS),
    ("zero-loss", *CONSTANT),
    ("fan-out", "initializers.py", "kernel * shape[-2], kernel * shape[-1]", "kernel * shape[-2], kernel * shape[-2]"),
    ("fan-in-test", *WORST_CLASS),
    ("fan-out-test", *WORST_CLASS),
    ("kernel-right", *ONE_PLACE),
    ("kernel-slip", *ONE_PLACE),
    ("first-loss", *HE_GAIN),
    ("first-loss-small", "losses.py", "np.log(total[0]).sum(axis=-1)", "np.log1p(total[0]).sum(axis=-1)"),
    ("small-last", *HE_GAIN),
    ("he-last", *HE_GAIN),
    ("relu-share", *LINEAR_RELU),
    ("directions", *LECUN_GAIN),
    ("lsuv-tanh", *HALF_VARIANCE),
    ("lsuv-sigmoid", *HALF_VARIANCE),
    ("lsuv-signal", *HALF_VARIANCE),
    ("he-test", *WORST_CLASS),
    ("lecun-test", *WORST_CLASS),
    ("orthogonal-epochs", *HALF_ORTHOGONAL),
    ("large-epochs", *GAIN_IGNORED),
    ("large-test", *GAIN_IGNORED),
    ("moved-large", *GAIN_IGNORED),
    ("moved-right", *HALF_ORTHOGONAL),
    ("adam-test", *WORST_CLASS),
    ("norm-test", *WORST_CLASS),
    ("narrow", *LINEAR_RELU),
    ("wide", *LINEAR_RELU),
]
