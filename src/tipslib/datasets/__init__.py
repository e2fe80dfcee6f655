"""Data to learn from, split into training, validation and test once and for all.

``digits`` ships with the package, ``mnist1d``, ``moons`` and ``spirals`` are generated, ``mnist`` is downloaded once.
Each returns ``Splits``, whose ``with_label_noise`` corrupts a share of the training labels.
"""

from tipslib.datasets.generated import mnist1d, moons, spirals
from tipslib.datasets.idx import read_idx
from tipslib.datasets.images import digits, mnist
from tipslib.datasets.splits import Examples, Splits, folds, scaled, with_label_noise

__all__ = [
    "Examples",
    "Splits",
    "digits",
    "folds",
    "mnist",
    "mnist1d",
    "moons",
    "read_idx",
    "scaled",
    "spirals",
    "with_label_noise",
]
