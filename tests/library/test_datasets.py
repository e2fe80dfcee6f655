"""The digits: complete, stratified, frozen, and scaled by the training split alone."""

from pathlib import Path

import numpy as np
import pytest
from registry import exactly

import tipslib
from tipslib.datasets import Examples, Splits, digits

PARTS = ("train", "val", "test")


def test_the_splits_hold_every_image_once():
    with np.load(Path(tipslib.__file__).parent / "data" / "digits.npz") as stored:
        order, x, y = stored["order"], stored["x"], stored["y"]
    assert sorted(order) == list(range(1797))
    raw = digits().raw
    np.testing.assert_array_equal(np.concatenate([getattr(raw, part).x for part in PARTS]), x[order])
    np.testing.assert_array_equal(np.concatenate([getattr(raw, part).y for part in PARTS]), y[order])
    assert (x.min(), x.max()) == (0, 16)


def test_class_counts_are_those_of_the_repository():
    """The UCI repository gives the counts of its testing set: 178 zeros, 182 ones, and so on."""
    y = np.concatenate([getattr(digits(), part).y for part in PARTS])
    assert np.bincount(y).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


@pytest.mark.parametrize(("part", "size"), [("train", 1000), ("val", 397), ("test", 400)])
def test_each_split_is_stratified(part, size):
    x, y = getattr(digits(), part)
    assert x.shape == (size, 64)
    assert x.dtype == np.float64
    assert y.dtype == np.int64
    shares = np.array([178, 182, 177, 183, 181, 182, 181, 179, 174, 180]) / 1797
    assert abs(np.bincount(y) - size * shares).max() < 2


@pytest.mark.parametrize("n", [50, 300, 1000])
def test_statistics_come_from_the_training_split_alone(n):
    data = digits(n)
    np.testing.assert_allclose(data.train.x.mean(axis=0), 0, atol=1e-13)
    assert data.train.x.std() == pytest.approx(1, rel=1e-12)
    assert abs(data.val.x.mean(axis=0)).max() > 1e-3
    # one number scales all pixels: raw differences are a multiple of the scaled ones, the same in every split
    ratios = [np.ptp(getattr(data.raw, part).x) / np.ptp(getattr(data, part).x - data.train.x[0]) for part in PARTS]
    assert np.isfinite(ratios).all()
    std = (data.raw.train.x[1].astype(float) - data.raw.train.x[0])[20] / (data.train.x[1] - data.train.x[0])[20]
    for part in PARTS:
        raw, scaled = getattr(data.raw, part).x.astype(float), getattr(data, part).x
        np.testing.assert_allclose((raw - data.raw.train.x[0]) / std, scaled - data.train.x[0], atol=1e-12)


@pytest.mark.parametrize("n", [10, 100, 300])
def test_fewer_training_images_leave_validation_and_test(n):
    small, full = digits(n), digits()
    np.testing.assert_array_equal(small.raw.train.x, full.raw.train.x[:n])
    assert np.ptp(np.bincount(small.train.y, minlength=10)) <= 3
    for part in ("val", "test"):
        np.testing.assert_array_equal(getattr(small.raw, part).x, getattr(full.raw, part).x)
        np.testing.assert_array_equal(getattr(small, part).y, getattr(full, part).y)


@pytest.mark.parametrize("part", PARTS)
def test_nothing_can_be_changed(part):
    data = digits(20)
    for values in (*getattr(data, part), *getattr(data.raw, part)):
        with pytest.raises(ValueError, match="read-only"):
            values[0] = 0
    with pytest.raises(AttributeError):
        setattr(data, part, None)


def test_freezing_leaves_the_callers_arrays_alone():
    x = np.zeros((2, 1))
    examples = Examples(x, np.zeros(2))
    assert Splits(examples, examples, examples).raw is None
    x[0] = 1.0


@pytest.mark.parametrize("n", [9, 1001, 20.5, True])
def test_errors(n):
    with pytest.raises(
        ValueError, match=exactly(f"digits needs n training examples, an integer from 10 to 1000, got {n!r}.")
    ):
        digits(n)
