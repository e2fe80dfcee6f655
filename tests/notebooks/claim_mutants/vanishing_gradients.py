"""The claims of vanishing gradients: (claim, file in src/tipslib, old text, new text).

The old text stands once in its file. With the change, the cell that holds the claim fails.
"""

SIGMOID_SLOPE = ("activations/saturating.py", "        return y * (1 - y)\n", "        return y * (1 - y) + 0.1\n")
LECUN_GAIN = ("initializers.py", "return variance_scaling()(shape, rng)", "return variance_scaling(1.5)(shape, rng)")
FIRST_OVER_LAST = ("diagnostics/gradients.py", "norms[..., 0] / norms[..., -1]", "norms[..., -1] / norms[..., 0]")
GAIN_IGNORED = ("initializers.py", "self.gain / math.sqrt(self.fan(shape))", "1.0 / math.sqrt(self.fan(shape))")
HALF_STD = ("initializers.py", "rng.normal(0.0, self.std, shape)", "rng.normal(0.0, self.std / 2, shape)")

CLAIM_MUTANTS = [
    ("stuck-accuracy", "initializers.py", LECUN_GAIN[1], "return variance_scaling(4.0)(shape, rng)"),
    ("vanishing-ratio", *SIGMOID_SLOPE),
    ("layer-factor", "initializers.py", "self.gain / math.sqrt(self.fan(shape))", "self.gain / self.fan(shape)"),
    ("twenty-layers", *SIGMOID_SLOPE),
    ("tanh-ratio", "initializers.py", "variance_scaling(fan=fan_mean)(", "variance_scaling(2.0, fan=fan_mean)("),
    (
        "relu-he-ratio",
        "initializers.py",
        "variance_scaling(math.sqrt(2))(shape, rng)",
        "variance_scaling(1.0)(shape, rng)",
    ),
    ("relu-lecun-ratio", *LECUN_GAIN),
    ("value-effect", *FIRST_OVER_LAST),
    ("slope-effect", *FIRST_OVER_LAST),
    ("steep-value-effect", *FIRST_OVER_LAST),
    ("std-one-ratio", *HALF_STD),
    ("xavier-ratio", *LECUN_GAIN),
    ("pooled-spread", "diagnostics/outputs.py", "h.std(axis=(-2, -1)) for h", "h.var(axis=(-2, -1)) for h"),
    ("signal-spread", "diagnostics/outputs.py", "h.std(axis=-2).mean(axis=-1)", "h.std(axis=-1).mean(axis=-1)"),
    ("relu-weights", "diagnostics/gradients.py", '_norm(layer.grads["W"])', "_norm(gradient)"),
    ("centered-weights", "diagnostics/gradients.py", '_norm(layer.grads["W"])', "_norm(gradient)"),
    ("wiggle-sigmoid", "activations/saturating.py", "0.5 * np.tanh(0.5 * z) + 0.5", "0.5 * np.tanh(z) + 0.5"),
    ("gain-four-test", *GAIN_IGNORED),
    ("std-one-test", *HALF_STD),
    ("plateau-sgd", *LECUN_GAIN),
    ("plateau-adam", "optimizers/adam.py", "1 - self.beta1**t, 1 - self.beta2**t", "1.0, 1.0"),
    ("waited-test", "optimizers/adam.py", "np.multiply(lr / bias1,", "np.multiply(0.1 * lr / bias1,"),
    ("gain-four-ratio", *GAIN_IGNORED),
]
