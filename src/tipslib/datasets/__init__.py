"""Data to learn from, split once and for all into training, validation and test.

What ships with the package (``digits``), what is generated (``mnist1d``, ``moons``, ``spirals``) and what is downloaded
once (``mnist``); each gives ``Splits``, whose ``with_label_noise`` spoils a share of the training labels.
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
