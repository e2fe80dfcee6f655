"""The claims of ReLU and Maxout: (claim, file in src/tipslib, old text, new text).

The old text stands once in its file. With the change, the cell that holds the claim fails.
"""

RELU_LEAKS = (
    "activations/rectifiers.py",
    "        return (z > 0).astype(z.dtype)\n",
    "        return np.where(z > 0, z.dtype.type(1), z.dtype.type(0.1))\n",
)
OFF_ONCE = ("diagnostics/outputs.py", "(s == 0).all(axis=-2)", "(s == 0).any(axis=-2)")
ONE_SIGN = ("layers/affine.py", "np.matmul(transpose(x), dy,", "np.matmul(transpose(x), abs(dy),")
HE_GAIN = ("initializers.py", "variance_scaling(math.sqrt(2))(shape, rng)", "variance_scaling(0.2)(shape, rng)")
NO_WINNER = (
    "layers/affine.py",
    "self.cache = best == np.arange(self.pieces)[:, None]",
    "self.cache = (best < 0) & (best == np.arange(self.pieces)[:, None])",
)
LABELS_IN_ORDER = (
    "datasets/generated.py",
    "return rng.permuted(groups, axis=1).ravel()[:n]",
    "return np.roll(rng.permuted(groups, axis=1).ravel()[:n], 1)",
)

CLAIM_MUTANTS = [
    ("dead-share", *RELU_LEAKS),
    ("dead-gentle", *OFF_ONCE),
    ("off-for-one", *RELU_LEAKS),
    ("relu-one-over-n", "diagnostics/gradients.py", "norms[..., 0] / norms[..., -1]", "norms[..., -1] / norms[..., 0]"),
    ("dead-at-birth", *OFF_ONCE),
    ("sign-relu", *ONE_SIGN),
    ("sign-sigmoid", *ONE_SIGN),
    ("stack-distance", "activations/saturating.py", "0.5 * np.tanh(0.5 * z) + 0.5", "0.5 * np.tanh(z) + 0.5"),
    ("sigmoid-floor", "losses.py", "value = (np.log(total[0])", "value = (np.log2(total[0])"),
    ("pieces-wide", *HE_GAIN),
    ("pieces-deep", *HE_GAIN),
    ("pieces-tents", "layers/affine.py", '            y += self.params["b"]\n', '            y -= self.params["b"]\n'),
    (
        "square-four",
        "layers/affine.py",
        "best = z.argmax(axis=-2, keepdims=True)",
        "best = z.argmin(axis=-2, keepdims=True)",
    ),
    ("adam-relu-dead", *RELU_LEAKS),
    ("maxout-units-dead", *NO_WINNER),
    ("maxout-pieces-dead", *NO_WINNER),
    ("linear-digits", *ONE_SIGN),
    ("rank-identity", *LABELS_IN_ORDER),
    ("rank-tanh", *LABELS_IN_ORDER),
    ("rank-relu", *LABELS_IN_ORDER),
    ("steps-relu", *RELU_LEAKS),
    ("steps-leaky", *ONE_SIGN),
]
