"""First values: their mean and variance, their shape, and that the generator decides."""

import pickle

import numpy as np
import pytest
from registry import INITIALIZERS, exactly, public

from tipslib import initializers
from tipslib.initializers import fans, normal, orthogonal, variance_scaling

each_initializer = pytest.mark.parametrize(("init", "variance", "uniform"), INITIALIZERS.values(), ids=INITIALIZERS)


def test_registry_holds_every_initializer():
    assert set(public(initializers)) - {"fans", "fan_in", "fan_mean"} == set(INITIALIZERS)


@each_initializer
def test_mean_and_variance(init, variance, uniform):
    """Over n draws the mean has the standard error sqrt(v / n), the variance v sqrt((k - 1) / n), with the fourth
    moment over v^2 being k = 3 for normal and 9/5 for uniform draws; an orthogonal matrix varies less than that."""
    W = np.stack([init((60, 40), np.random.default_rng(seed)) for seed in range(20)])
    centered = W - (0.7 if init is INITIALIZERS["constant"][0] else 0)
    assert abs(centered.mean()) <= 5 * np.sqrt(variance / W.size)
    kurtosis = 9 / 5 if uniform else 3
    assert abs((centered**2).mean() - variance) <= 5 * variance * np.sqrt((kurtosis - 1) / W.size) + 1e-15
    if uniform:
        assert abs(W).max() <= np.sqrt(3 * variance)


@each_initializer
def test_the_generator_decides(init, variance, uniform):
    first, again, other = (init((6, 4), np.random.default_rng(seed)) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any() == (variance > 0)
    assert first.dtype == np.float64
    assert first.shape == (6, 4)


@each_initializer
def test_pickles(init, variance, uniform):
    twin = pickle.loads(pickle.dumps(init))
    expected = init((6, 4), np.random.default_rng(0))
    np.testing.assert_array_equal(twin((6, 4), np.random.default_rng(0)), expected)


def test_fans_count_every_place_of_a_kernel():
    assert fans((64, 10)) == (64, 10)
    assert fans((3, 5, 16, 32)) == (15 * 16, 15 * 32)


def test_a_kernel_is_scaled_by_its_fan_in():
    """The variance of n normal draws has the relative standard error sqrt(2 / n)."""
    W = initializers.he_normal((3, 3, 16, 32), np.random.default_rng(0))
    assert abs(W.var() * 9 * 16 / 2 - 1) < 5 * np.sqrt(2 / W.size)


@pytest.mark.parametrize("shape", [(5, 5), (8, 3), (3, 8), (3, 3, 2, 4)])
def test_orthogonal_has_orthonormal_columns_or_rows(shape):
    W = orthogonal(2.0)(shape, np.random.default_rng(0)).reshape(-1, shape[-1])
    gram = W.T @ W if W.shape[0] >= W.shape[1] else W @ W.T
    np.testing.assert_allclose(gram, 4 * np.eye(len(gram)), atol=1e-14)


def test_orthogonal_prefers_no_sign():
    """Without the signs of r, LAPACK's q has a negative diagonal more often; 200 fair signs err by sqrt(1 / 200)."""
    W = np.stack([orthogonal()((4, 4), np.random.default_rng(seed)) for seed in range(200)])
    assert abs(np.sign(W[:, 0, 0]).mean()) < 5 / np.sqrt(200)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: fans((3,)), "fans needs a shape (*kernel, n_in, n_out), got (3,)."),
        (lambda: normal(-1.0), "normal needs std, finite and >= 0, got -1.0."),
        (lambda: orthogonal(-1.0), "orthogonal needs gain, finite and >= 0, got -1.0."),
        (lambda: variance_scaling(-1.0), "variance_scaling needs gain, finite and >= 0, got -1.0."),
    ],
)
def test_errors(call, message):
    with pytest.raises(ValueError, match=exactly(message)):
        call()
