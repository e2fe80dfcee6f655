"""What is done to splits: scaling by the training split alone, an exact share of wrong labels, folds."""

import numpy as np
import pytest
from registry import exactly

from tipslib.datasets import Examples, Splits, digits, folds, mnist1d, moons, scaled, with_label_noise


def examples(n, seed=0):
    rng = np.random.default_rng(seed)
    return Examples(rng.normal(size=(n, 3)), rng.integers(4, size=n))


def splits(sizes=(50, 20, 10)):
    return Splits(*(examples(n, seed) for seed, n in enumerate(sizes)))


@pytest.mark.parametrize("share", [0.0, 0.1, 0.333, 1.0])
def test_exactly_the_share_of_labels_is_wrong(share):
    data = digits(300)
    noisy = data.with_label_noise(share, seed=1)
    assert (noisy.train.y != data.train.y).sum() == round(share * 300)
    assert noisy.train.y.dtype == np.int64
    assert set(noisy.train.y) <= set(range(10))
    np.testing.assert_array_equal(noisy.train.x, data.train.x)
    np.testing.assert_array_equal(noisy.raw.train.y, noisy.train.y)
    np.testing.assert_array_equal(noisy.raw.train.x, data.raw.train.x)
    for part in ("val", "test"):
        np.testing.assert_array_equal(getattr(noisy, part).y, getattr(data, part).y)


def test_every_wrong_class_is_equally_likely():
    """Of 9000 wrong labels each of 9 classes gets 1000, with a standard deviation of 30; five of them."""
    y = np.repeat([3], 9000)
    train = Examples(np.zeros((9009, 1)), np.concatenate([y, np.delete(np.arange(10), 3)]))
    noisy = with_label_noise(Splits(train, train, train), 1.0).train.y[:9000]
    counts = np.bincount(noisy, minlength=10)
    assert counts[3] == 0
    assert abs(np.delete(counts, 3) - 1000).max() < 5 * 30


def test_labels_may_be_any_integers():
    train = Examples(np.zeros((6, 1)), np.array([-1, 7, 7, -1, 100, 7]))
    noisy = with_label_noise(Splits(train, train, train), 1.0, seed=3).train.y
    assert (noisy != train.y).all()
    assert set(noisy) <= {-1, 7, 100}


def test_the_seed_of_the_noise_decides():
    data = mnist1d(200)
    labels = [data.with_label_noise(0.2, seed).train.y for seed in (0, 0, 1)]
    np.testing.assert_array_equal(labels[0], labels[1])
    assert (labels[0] != labels[2]).any()
    np.testing.assert_array_equal(data.with_label_noise(0.2).train.y, labels[0])


def test_without_raw_there_is_none_after_the_noise():
    assert moons().with_label_noise(0.5).raw is None


def test_scaled_uses_the_training_split_and_one_number():
    raw = splits()
    done = scaled(raw)
    assert done.raw is raw
    np.testing.assert_allclose(done.train.x.mean(axis=0), 0, atol=1e-15)
    assert done.train.x.std() == pytest.approx(1)
    std = np.sqrt(raw.train.x.var(axis=0).mean())
    np.testing.assert_allclose(done.test.x * std + raw.train.x.mean(axis=0), raw.test.x)
    assert scaled(raw, np.float32).val.x.dtype == np.float32
    np.testing.assert_array_equal(done.val.y, raw.val.y)


@pytest.mark.parametrize("k", [2, 5, 7])
def test_folds_validate_every_example_once(k):
    data = splits()
    parts = list(folds(data, k, seed=2))
    assert len(parts) == k
    pool = np.concatenate([data.train.x, data.val.x])
    held = np.concatenate([part.val.x for part in parts])
    np.testing.assert_array_equal(np.unique(held, axis=0), np.unique(pool, axis=0))
    labels = np.concatenate([data.train.y, data.val.y])
    for part in parts:
        both = np.concatenate([part.train.x, part.val.x])
        assert len(both) == 70
        np.testing.assert_array_equal(np.unique(both, axis=0), np.unique(pool, axis=0))
        assert abs(np.bincount(part.val.y, minlength=4) - np.bincount(labels) / k).max() < 2
        assert abs(len(part.val.y) - 70 / k) < 1
        for x, y in (part.train, part.val):
            places = [int(np.flatnonzero((pool == row).all(axis=1))[0]) for row in x]
            np.testing.assert_array_equal(labels[places], y)
        np.testing.assert_array_equal(part.test.x, data.test.x)


def test_each_fold_is_scaled_by_its_own_training_part():
    data = mnist1d(100)
    for part in folds(data, 5):
        np.testing.assert_allclose(part.train.x.mean(axis=0), 0, atol=1e-13)
        assert abs(part.val.x.mean(axis=0)).max() > 1e-3
        assert part.raw.train.x.shape == (880, 40)


def test_folds_of_targets_are_at_random():
    part = Examples(np.arange(10.0)[:, None], np.arange(10.0)[:, None])
    held = [fold.val.y.ravel().tolist() for fold in folds(Splits(part, Examples(part.x[:0], part.y[:0]), part), k=5)]
    assert sorted(value for part in held for value in part) == list(range(10))
    assert held != [[0, 5], [1, 6], [2, 7], [3, 8], [4, 9]]


BLANK = Examples(np.ones((3, 2)), np.array([0, 1, 1]))
NEEDS = "with_label_noise needs integer labels (N,) of two classes or more, got"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: splits().with_label_noise(1.1), "with_label_noise needs 0 <= share <= 1, got share=1.1."),
        (lambda: splits().with_label_noise(np.nan), "with_label_noise needs 0 <= share <= 1, got share=nan."),
        (
            lambda: Splits(*[Examples(np.ones((3, 1)), np.ones((3, 1)))] * 3).with_label_noise(0.5),
            f"{NEEDS} float64 of shape (3, 1) with 1 different values.",
        ),
        (
            lambda: Splits(*[Examples(np.ones((3, 1)), np.ones(3, np.int64))] * 3).with_label_noise(0.5),
            f"{NEEDS} int64 of shape (3,) with 1 different values.",
        ),
        (
            lambda: scaled(Splits(BLANK, BLANK, BLANK)),
            "scaled needs training inputs that differ, got a standard deviation of 0.",
        ),
        (lambda: next(folds(splits(), 1)), "folds needs k for 70 examples, an integer from 2 to 70, got 1."),
        (lambda: next(folds(splits(), 71)), "folds needs k for 70 examples, an integer from 2 to 70, got 71."),
        (lambda: next(folds(splits(), True)), "folds needs k for 70 examples, an integer from 2 to 70, got True."),
    ],
)
def test_errors(call, message):
    with pytest.raises(ValueError, match=exactly(message)):
        call()
