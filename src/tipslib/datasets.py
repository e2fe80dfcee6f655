"""Data to learn from, split once and for all into training, validation and test.

The digits are the test part of data set 80 of the UCI Machine Learning Repository, *Optical Recognition of Handwritten
Digits*, by E. Alpaydin and C. Kaynak (1998), https://doi.org/10.24432/C50P49, license CC BY 4.0, as copied by
scikit-learn; ``data/README.md`` has the details.
"""

from dataclasses import dataclass
from importlib.resources import files
from typing import NamedTuple

import numpy as np

from tipslib.arrays import Array


class Examples(NamedTuple):
    """Inputs ``x``, ``(N, D)``, and what they should give: ``y``, labels ``(N,)`` or targets ``(N, K)``.

    >>> x, y = Examples(np.zeros((3, 2)), np.array([0, 1, 1]))
    >>> len(y)
    3
    """

    x: Array
    y: Array


@dataclass(frozen=True)
class Splits:
    """Examples to fit (``train``), to choose with (``val``) and to report (``test``). Their arrays are read-only.

    ``raw`` holds the same splits before centering and scaling, where there is such a thing.

    >>> examples = Examples(np.zeros((3, 2)), np.array([0, 1, 1]))
    >>> Splits(examples, examples, examples).train.x[0, 0] = 1.0
    Traceback (most recent call last):
    ValueError: assignment destination is read-only
    """

    train: Examples
    val: Examples
    test: Examples
    raw: "Splits | None" = None

    def __post_init__(self) -> None:
        for name in ("train", "val", "test"):
            views = [np.asarray(a).view() for a in getattr(self, name)]
            for view in views:
                view.flags.writeable = False
            object.__setattr__(self, name, Examples(*views))


def digits(n: int = 1000) -> Splits:
    """Return 8 x 8 images of handwritten digits: ``n`` to train, 397 to validate, 400 to test, every class in all.

    ``x`` is ``(N, 64)`` float64, minus the mean of each training pixel, divided by one number, the standard deviation
    of all centered training pixels; the validation and test splits use these too. ``y`` is int64, 0 to 9. ``raw`` keeps
    the pixels 0 to 16. The order is fixed and stratified, so that the first ``n`` are balanced within one or two per
    class. Raises ``ValueError`` unless 10 <= n <= 1000.

    >>> data = digits(n=300)
    >>> [len(y) for _, y in (data.train, data.val, data.test)]
    [300, 397, 400]
    >>> round(float(data.train.x.std()), 6)
    1.0
    """
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or not 10 <= n <= 1000:
        raise ValueError(f"digits needs 10 <= n <= 1000 training examples, got n={n!r}.")
    with files("tipslib").joinpath("data/digits.npz").open("rb") as file, np.load(file) as stored:
        order = stored["order"]
        x, y = stored["x"][order], stored["y"][order].astype(np.int64)
    mean = x[:n].mean(axis=0)
    std = (x[:n] - mean).std()
    return _split((x - mean) / std, y, n, raw=_split(x, y, n))


def _split(x: Array, y: Array, n: int, raw: Splits | None = None) -> Splits:
    train, val, test = (Examples(x[part], y[part]) for part in (slice(n), slice(1000, 1397), slice(1397, None)))
    return Splits(train, val, test, raw)
