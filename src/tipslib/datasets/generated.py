"""Data generated from formulas and a seed: any number of examples, at once, the same on every machine."""

from collections.abc import Callable

import numpy as np

from tipslib.arrays import Array, check_finite, check_int
from tipslib.datasets.splits import Examples, Splits, scaled
from tipslib.random import generator, spawn

# One row per digit: a stroke of 12 points, as published with the data set.
TEMPLATES = np.array(
    [
        [5, 6, 6.5, 6.75, 7, 7, 7, 7, 6.75, 6.5, 6, 5],
        [5, 3, 3, 3.4, 3.8, 4.2, 4.6, 5, 5.4, 5.8, 5, 5],
        [5, 6, 6.5, 6.5, 6, 5.25, 4.75, 4, 3.5, 3.5, 4, 5],
        [5, 6, 6.5, 6.5, 6, 5, 5, 6, 6.5, 6.5, 6, 5],
        [5, 4.4, 3.8, 3.2, 2.6, 2.6, 5, 5, 5, 5, 5, 5],
        [5, 3, 3, 3, 3, 5, 6, 6.5, 6.5, 6, 4.5, 5],
        [5, 4, 3.5, 3.25, 3, 3, 3, 3, 3.25, 3.5, 4, 5],
        [5, 7, 7, 6.6, 6.2, 5.8, 5.4, 5, 4.6, 4.2, 5, 5],
        [5, 4, 3.5, 3.5, 4, 5, 5, 4, 3.5, 3.5, 4, 5],
        [5, 4, 3.5, 3.5, 4, 5, 5, 5, 5, 4.7, 4.3, 5],
    ]
)
BLOCK = 1000  # each block has its own generator, so that a smaller n gives the first examples of a larger n
LENGTH, FEATURES, PADDING, MAX_SHIFT = 72, 40, (36, 60), 48
SCALE, SHEAR, CORRELATED, INDEPENDENT = 0.4, 0.75, 0.25, 0.02


def mnist1d(n: int = 1000, seed: int = 0) -> Splits:
    """Return the ten digits as noisy signals of 40 points: ``n`` to train, 1000 to validate, 1000 to test.

    The recipe of MNIST-1D (Greydanus & Kobak 2024, *Scaling Down Deep Learning with MNIST-1D*, figure 2, and their
    code): a template of 12 points is padded, stretched, scaled, shifted cyclically, laid over correlated noise, tilted
    and downsampled. Departures: the generator is NumPy's, so the examples differ from those of the published file;
    classes come in groups of ten, one of each, so that the first ``n`` are balanced; and the splits are ``scaled`` like
    ``digits``, by the training split. A smaller ``n`` gives the first examples of a larger one, and the same ``raw``
    validation and test. ``x`` is ``(N, 40)`` float64, ``y`` int64, 0 to 9. Raises ``ValueError``
    unless ``n`` is an integer >= 2 and ``seed`` an integer >= 0.

    >>> data = mnist1d(n=100)
    >>> data.train.x.shape, len(data.val.y), len(data.test.y)
    ((100, 40), 1000, 1000)
    """
    check_int("mnist1d needs n training examples", n, low=2)
    blocks = [_block(rng) for rng in spawn(generator(seed), 2 + -(-n // BLOCK))]
    val, test = blocks[:2]
    x, y = (np.concatenate(parts)[:n] for parts in zip(*blocks[2:], strict=True))
    return scaled(Splits(Examples(x, y), val, test))


def _balanced(n: int, classes: int, rng: np.random.Generator) -> Array:
    """Return n labels in groups that contain every class once, in random order."""
    groups = np.tile(np.arange(classes, dtype=np.int64), (-(-n // classes), 1))
    return rng.permuted(groups, axis=1).ravel()[:n]


def _block(rng: np.random.Generator) -> Examples:
    labels, column = _balanced(BLOCK, 10, rng), (BLOCK, 1)
    noise = rng.normal(size=(2, BLOCK, LENGTH))
    signals = _distorted(
        _templates()[labels],
        padding=rng.integers(PADDING[0], PADDING[1] + 1, size=column),
        scale=rng.uniform(-0.5, 0.5, column),
        shift=rng.integers(MAX_SHIFT, size=column),
        noise=noise,
        shear=rng.uniform(-0.5, 0.5, column),
    )
    return Examples(signals, labels)


def _templates() -> Array:
    """Return the templates with standard deviation 1/6, starting and ending at 0, and a 0 after the last point."""
    x = TEMPLATES / TEMPLATES.std(axis=1, keepdims=True)
    return np.pad((x - x[:, :1]) / 6, [(0, 0), (0, 1)])


def _distorted(patterns: Array, *, padding: Array, scale: Array, shift: Array, noise: Array, shear: Array) -> Array:
    """Return signals ``(N, 40)`` for patterns ``(N, 13)`` and their draws, ``(N, 1)``, noise ``(2, N, 72)``."""
    stretch = np.linspace(0, 1, LENGTH) * (11 + padding)  # positions on the padded template; from 12 on it is padding
    left = np.minimum(stretch.astype(np.int64), 11)
    start, stop = (np.take_along_axis(patterns, i, axis=1) for i in (left, left + 1))
    signal = (start + (stretch - left) * (stop - start)) * (1 + SCALE * scale)
    inside = stretch < 12
    turned = (np.arange(LENGTH) - shift) % LENGTH
    signal, inside = (np.take_along_axis(a, turned, axis=1) for a in (signal, inside))
    signal = np.where(inside, signal, CORRELATED * _smoothed(noise[0])) + INDEPENDENT * noise[1]
    signal = signal - SHEAR * shear * np.linspace(-0.5, 0.5, LENGTH)
    return signal @ _resampling(LENGTH, FEATURES)


def _smoothed(noise: Array) -> Array:
    """Convolve the rows with a Gaussian of standard deviation 2, cut at 8, the signal mirrored at its ends."""
    kernel = np.exp(-(np.arange(-8, 9) ** 2) / 8)
    mirrored = np.pad(noise, [(0, 0), (8, 8)], mode="symmetric")
    return np.lib.stride_tricks.sliding_window_view(mirrored, 17, axis=1) @ (kernel / kernel.sum())


def _resampling(n: int, m: int) -> Array:
    """Return the matrix ``(n, m)`` of linear interpolation from n to m points over the same length."""
    return np.stack([np.interp(np.linspace(0, n - 1, m), np.arange(n), row) for row in np.eye(n)])


def _points(name: str, n: int, classes: int, noise: float, seed: int, curve: Callable[[Array, Array], Array]) -> Splits:
    """Return points ``curve(u, y)``, u uniform in [0, 1], plus noise: n to train, 1000 to validate and to test."""
    check_int(f"{name} needs n training examples", n, low=2)
    check_int(f"{name} needs classes", classes)
    check_finite(f"{name} needs noise", noise)

    def draw(size: int, rng: np.random.Generator) -> Examples:
        y = _balanced(size, classes, rng)
        x = curve(rng.uniform(0, 1, size), y)
        return Examples(x + rng.normal(0, noise, x.shape), y)

    train, val, test = spawn(generator(seed), 3)
    return Splits(draw(n, train), draw(BLOCK, val), draw(BLOCK, test))


def moons(n: int = 200, *, noise: float = 0.2, seed: int = 0) -> Splits:
    """Return two interleaved half circles of radius 1: ``n`` to train, 1000 to validate and 1000 to test.

    Class 0 is the upper half around (0, 0), class 1 the lower half around (1, 1/2); points lie at a uniform random
    angle, plus normal ``noise`` (a standard deviation) in both coordinates. scikit-learn's ``make_moons`` spaces them
    evenly. ``x`` is ``(N, 2)`` float64, neither centered nor scaled, ``y`` int64. Raises ``ValueError`` unless ``n`` is
    an integer >= 2 and ``noise`` is finite and >= 0.

    >>> x, y = moons(n=4, noise=0.0).train
    >>> np.allclose(((x - np.outer(y, [1.0, 0.5])) ** 2).sum(axis=1), 1)
    True
    """

    def curve(u: Array, y: Array) -> Array:
        angle = np.pi * (u + y)
        return np.stack([np.cos(angle), np.sin(angle)], axis=1) + np.outer(y, [1.0, 0.5])

    return _points("moons", n, 2, noise, seed, curve)


def spirals(n: int = 200, *, classes: int = 2, turns: float = 1.5, noise: float = 0.05, seed: int = 0) -> Splits:
    """Return one spiral arm per class, rotated against each other: ``n`` to train, 1000 to validate and 1000 to test.

    A point of class c has a uniform radius r in [0, 1] and the angle 2 pi (turns r + c / classes), plus normal
    ``noise`` in both coordinates. With two classes it is the problem of Lang & Witbrock 1988, who have no noise and
    three turns. ``x`` is ``(N, 2)`` float64, neither centered nor scaled, ``y`` int64. Raises ``ValueError`` unless
    ``n`` is an integer >= 2, ``classes`` an integer >= 1, and ``noise`` finite and >= 0.

    >>> x, y = spirals(n=3, classes=3, turns=0.0, noise=0.0).train  # straight arms
    >>> np.round(np.degrees(np.arctan2(x[:, 1], x[:, 0]))[np.argsort(y)])
    array([   0.,  120., -120.])
    """

    def curve(r: Array, y: Array) -> Array:
        angle = 2 * np.pi * (turns * r + y / classes)
        return r[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)

    return _points("spirals", n, classes, noise, seed, curve)
