"""Faults of the library that claims of several chapters must notice; a chapter's own stand in its file."""

from typing import NamedTuple


class Fault(NamedTuple):
    """One change of a file under src: the text, which stands there once, and its replacement."""

    file: str
    old: str
    new: str


SGD_SLOW = Fault(
    "tipslib/optimizers/descent.py", "params -= np.multiply(lr, grads,", "params -= np.multiply(0.1 * lr, grads,"
)
ADAM_SLOW = Fault("tipslib/optimizers/adam.py", "np.multiply(lr / bias1,", "np.multiply(0.1 * lr / bias1,")
HE_GAIN_ONE = Fault(
    "tipslib/initializers.py",
    "variance_scaling(math.sqrt(2))(shape, rng)",
    "variance_scaling(1.0)(shape, rng)",
)
LECUN_GAIN_LARGE = Fault(
    "tipslib/initializers.py",
    "return variance_scaling()(shape, rng)",
    "return variance_scaling(1.5)(shape, rng)",
)
GAIN_IGNORED = Fault(
    "tipslib/initializers.py", "self.gain / math.sqrt(self.fan(shape))", "1.0 / math.sqrt(self.fan(shape))"
)
STD_HALVED = Fault(
    "tipslib/initializers.py", "rng.normal(0.0, self.std, shape)", "rng.normal(0.0, self.std / 2, shape)"
)
SIGMOID_STEEP = Fault("tipslib/activations/saturating.py", "0.5 * np.tanh(0.5 * z) + 0.5", "0.5 * np.tanh(z) + 0.5")
FIRST_OVER_LAST = Fault(
    "tipslib/diagnostics/gradients.py", "norms[..., 0] / norms[..., -1]", "norms[..., -1] / norms[..., 0]"
)
LABELS_SHIFTED = Fault(
    "tipslib/datasets/generated.py",
    "return rng.permuted(groups, axis=1).ravel()[:n]",
    "return np.roll(rng.permuted(groups, axis=1).ravel()[:n], 1)",
)
