"""Pictures of handwritten digits: small ones that ship with the package, and MNIST, downloaded once.

The digits are the test part of data set 80 of the UCI Machine Learning Repository, *Optical Recognition of Handwritten
Digits*, by E. Alpaydin and C. Kaynak (1998), https://doi.org/10.24432/C50P49, license CC BY 4.0, as copied by
scikit-learn; ``data/README.md`` has the details. MNIST is by Y. LeCun, C. Cortes and C. J. C. Burges (1998).
"""

from importlib.resources import files

import numpy as np
from numpy.typing import DTypeLike

from tipslib.arrays import check_int
from tipslib.datasets.download import fetch
from tipslib.datasets.idx import read_idx
from tipslib.datasets.splits import Examples, Splits, scaled

MIRRORS = ("https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/")
MNIST = {  # file -> its SHA-256, the shape of its array
    "train-images-idx3-ubyte.gz": (
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        (60000, 28, 28),
    ),
    "train-labels-idx1-ubyte.gz": ("3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c", (60000,)),
    "t10k-images-idx3-ubyte.gz": (
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        (10000, 28, 28),
    ),
    "t10k-labels-idx1-ubyte.gz": ("f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6", (10000,)),
}
VALIDATION = 10000


def digits(n: int = 1000) -> Splits:
    """Return 8 x 8 images of handwritten digits: ``n`` to train, 397 to validate, 400 to test.

    ``x`` is ``(N, 64)`` float64: minus the mean of each training pixel, divided by one number, the standard deviation
    of all centered training pixels. Validation and test use the same numbers. ``y`` is int64, 0 to 9. ``raw`` keeps the
    pixels, 0 to 16. The order is fixed and stratified: the first ``n`` have equally many of each class, within one or
    two. Raises ``ValueError`` unless ``n`` is an integer from 10 to 1000.

    >>> data = digits(n=300)
    >>> [len(y) for _, y in (data.train, data.val, data.test)]
    [300, 397, 400]
    >>> round(float(data.train.x.std()), 6)
    1.0
    """
    check_int("digits needs n training examples", n, low=10, high=1000)
    with files("tipslib").joinpath("data/digits.npz").open("rb") as file, np.load(file) as stored:
        order = stored["order"]
        x, y = stored["x"][order], stored["y"][order].astype(np.int64)
    train, val, test = (Examples(x[part], y[part]) for part in (slice(n), slice(1000, 1397), slice(1397, None)))
    return scaled(Splits(train, val, test))


def mnist(*, dtype: DTypeLike = np.float64) -> Splits:
    """Return MNIST, 28 x 28 images of handwritten digits: 50000 to train, 10000 to validate, 10000 to test.

    The four standard files (12 MB) are downloaded once, into the folder ``TIPSLIB_DATA_DIR`` or the system's cache
    folder, and their checksums are verified; nothing is written elsewhere. Validation is the last 10000 of the 60000
    training images. ``x`` is ``(N, 784)``, scaled like ``digits``, and takes 440 MB, or half of that with
    ``dtype=np.float32``; ``y`` is int64, 0 to 9; ``raw`` keeps the pixels, 0 to 255. Raises ``DownloadError``, an
    ``OSError``, if no mirror has the files, ``ImportError`` without pooch.

    >>> from tipslib.datasets import mnist
    >>> mnist().train.x.shape  # doctest: +SKIP
    (50000, 784)
    """
    arrays = []
    for name, (sha256, shape) in MNIST.items():
        array = read_idx(fetch(name, sha256, MIRRORS), shape)
        arrays.append(array.reshape(len(array), -1) if array.ndim > 1 else array.astype(np.int64))
    x, y, x_test, y_test = arrays
    train, val = (Examples(x[part], y[part]) for part in (slice(-VALIDATION), slice(-VALIDATION, None)))
    return scaled(Splits(train, val, Examples(x_test, y_test)), dtype)
