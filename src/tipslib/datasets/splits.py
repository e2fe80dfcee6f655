"""Examples in three splits, and what is done to them: scaling, wrong labels, folds."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from tipslib.arrays import Array, check_int
from tipslib.random import generator

PARTS = ("train", "val", "test")


class Examples(NamedTuple):
    """Inputs ``x``, ``(N, D)``, and the outputs wanted for them: ``y``, labels ``(N,)`` or targets ``(N, K)``.

    >>> x, y = Examples(np.zeros((3, 2)), np.array([0, 1, 1]))
    >>> len(y)
    3
    """

    x: Array
    y: Array


@dataclass(frozen=True)
class Splits:
    """Examples to fit (``train``), to choose with (``val``) and to report (``test``). Their arrays are read-only.

    ``raw`` holds the same splits before centering and scaling, if they were scaled.

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
        for name in PARTS:
            views = [np.asarray(a).view() for a in getattr(self, name)]
            for view in views:
                view.flags.writeable = False
            object.__setattr__(self, name, Examples(*views))

    def with_label_noise(self, share: float, seed: int = 0) -> "Splits":
        """Return these splits with wrong training labels: ``with_label_noise(self, share, seed)``."""
        return with_label_noise(self, share, seed)


def with_label_noise(splits: Splits, share: float, seed: int = 0) -> Splits:
    """Return ``splits`` with ``share`` of the training labels, in [0, 1], moved to a *different* class of the data.

    Exactly that share is wrong, rounded to a whole number of labels, and each other class is equally likely. (Drawing
    from all classes would leave 1/K of the drawn labels right.) Validation and test stay clean. The same seed gives the
    same labels. Raises ``ValueError`` for a share outside [0, 1], for targets that are not labels ``(N,)``, and for
    fewer than two classes.

    >>> examples = Examples(np.zeros((4, 1)), np.array([0, 1, 0, 1]))
    >>> with_label_noise(Splits(examples, examples, examples), 1.0).train.y
    array([1, 0, 1, 0])
    """
    y = splits.train.y
    classes = np.unique(y)
    if not 0 <= share <= 1:
        raise ValueError(f"with_label_noise needs 0 <= share <= 1, got share={share}.")
    if y.dtype.kind not in "iu" or y.ndim != 1 or len(classes) < 2:
        what = f"{y.dtype} of shape {y.shape} with {len(classes)} different values"
        raise ValueError(f"with_label_noise needs integer labels (N,) of two classes or more, got {what}.")
    rng = generator(seed)
    wrong = rng.permutation(len(y))[: round(share * len(y))]
    steps = rng.integers(1, len(classes), size=len(wrong))  # at least one class on, and never all the way round
    noisy = y.copy()
    noisy[wrong] = classes[(np.searchsorted(classes, y[wrong]) + steps) % len(classes)]
    raw = splits.raw and replace(splits.raw, train=Examples(splits.raw.train.x, noisy))
    return replace(splits, train=Examples(splits.train.x, noisy), raw=raw)


def scaled(raw: Splits, dtype: DTypeLike = np.float64) -> Splits:
    """Return ``raw`` with each feature minus its training mean, all divided by *one* number; ``raw`` is kept.

    The number is the standard deviation of all centered training inputs, so that features keep their proportions. All
    three splits use the training split's statistics. Raises ``ValueError`` if all training examples are the same.

    >>> raw = Examples(np.array([[0.0, 5.0], [2.0, 5.0]]), np.array([0, 1]))
    >>> scaled(Splits(raw, raw, raw)).train.x  # means 1 and 5; the std of (-1, 0, 1, 0) is 1 / sqrt(2)
    array([[-1.41421356,  0.        ],
           [ 1.41421356,  0.        ]])
    """
    mean = raw.train.x.mean(axis=0, dtype=np.float64)
    std = (raw.train.x - mean).std()
    if not std > 0:
        raise ValueError("scaled needs training inputs that differ, got a standard deviation of 0.")

    def scale(examples: Examples) -> Examples:
        values = examples.x - mean
        values /= std
        return Examples(values.astype(dtype, copy=False), examples.y)

    return Splits(scale(raw.train), scale(raw.val), scale(raw.test), raw)


def folds(splits: Splits, k: int = 5, seed: int = 0) -> Iterator[Splits]:
    """Yield k splits for cross-validation: training and validation examples in k parts, each of which validates once.

    Every class is shared out evenly among the parts. The test examples stay as they are. If there is ``raw``, each fold
    is scaled anew by its own training part, since nothing may be learned from the part that validates. Arrays are
    ``(N, D)`` and ``(N,)`` or ``(N, K)``. Raises ``ValueError`` unless 2 <= k <= the number of examples.

    >>> part = Examples(np.array([[0.0], [1.0]]), np.array([0, 1]))
    >>> [fold.val.x.tolist() for fold in folds(Splits(part, part, part), k=2)]  # one of each class
    [[[0.0], [1.0]], [[0.0], [1.0]]]
    """
    source = splits.raw or splits
    x, y = (np.concatenate(pair) for pair in zip(source.train, source.val, strict=True))
    check_int(f"folds needs k for {len(y)} examples", k, low=2, high=len(y))
    order = generator(seed).permutation(len(y))
    if y.dtype.kind in "iu":
        order = order[np.argsort(y[order], kind="stable")]  # by class, at random within: every k-th is a fold
    for i in range(k):
        held = order[i::k]
        rest = np.delete(order, np.s_[i::k])
        fold = Splits(Examples(x[rest], y[rest]), Examples(x[held], y[held]), source.test)
        yield fold if splits.raw is None else scaled(fold, splits.train.x.dtype)
