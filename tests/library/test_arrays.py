"""The lowest row: floats, sums, checks. (What the checks say in use is tested where they are used.)"""

import numpy as np
import pytest
from registry import exactly

from tipslib.arrays import (
    batch_sum,
    check_finite,
    check_int,
    check_labels,
    check_shape,
    float_if_single,
    floats,
    transpose,
)


def test_floats_keep_their_type_and_others_become_float64():
    x = np.ones(2, np.float32)
    assert floats(x) is x
    assert floats([1, 2]).dtype == floats(np.array([True])).dtype == np.float64


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_batch_sum_is_the_sum(dtype):
    x = np.random.default_rng(0).normal(size=(3, 5, 4)).astype(dtype)
    assert batch_sum(x).dtype == dtype
    np.testing.assert_allclose(batch_sum(x), x.sum(axis=-2, keepdims=True), rtol=1e-5, atol=1e-6)


def test_a_single_value_is_a_float_and_others_stay():
    for single in (np.float32(2.0), np.array(2.0), 2):
        assert type(float_if_single(single)) is float
    many = np.array([2.0])
    assert float_if_single(many) is many


def test_transpose_is_a_view():
    x = np.zeros((3, 5, 4))
    assert transpose(x).shape == (3, 4, 5)
    assert np.shares_memory(transpose(x), x)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: check_int("Here n", True), "Here n, an integer >= 1, got True."),
        (lambda: check_int("Here n", 0), "Here n, an integer >= 1, got 0."),
        (lambda: check_int("Here n", 2.0, low=2), "Here n, an integer >= 2, got 2.0."),
        (lambda: check_int("Here n", -1, low=0), "Here n, an integer >= 0, got -1."),
        (lambda: check_int("Here n", 4, low=2, high=3), "Here n, an integer from 2 to 3, got 4."),
        (lambda: check_int("Here n", 1, low=2, high=3), "Here n, an integer from 2 to 3, got 1."),
        (lambda: check_finite("Here x", -0.1), "Here x, finite and >= 0, got -0.1."),
        (lambda: check_finite("Here x", np.inf), "Here x, finite and >= 0, got inf."),
        (lambda: check_finite("Here x", np.nan), "Here x, finite and >= 0, got nan."),
        (lambda: check_finite("Here x", 0.0, positive=True), "Here x, finite and > 0, got 0.0."),
        (lambda: check_finite("Here x", np.inf, positive=True), "Here x, finite and > 0, got inf."),
        (lambda: check_finite("Here x", np.array([1.0, -1.0])), "Here x, finite and >= 0, got [ 1. -1.]."),
        (lambda: check_shape("y", np.ones((2, 3)), (4, 2)), "y must have shape (4, 2), got (2, 3)."),
        (lambda: check_shape("y", np.ones(2), (4, 2)), "y must have shape (4, 2), got (2,)."),
        (
            lambda: check_labels(np.zeros((2, 5), np.int32), (3, 5, 4)),
            "labels must be integers of shape (3, 5), got int32 of shape (2, 5).",
        ),
    ],
)
def test_errors(call, message):
    with pytest.raises(ValueError, match=exactly(message)):
        call()


def test_what_fits_passes():
    check_int("n", np.int32(3))
    check_int("n", 0, low=0)
    check_int("n", 2, low=2, high=2)
    check_finite("x", 0)
    check_finite("x", np.array([[0.0], [1e300]]))
    check_finite("x", 1e-300, positive=True)
    check_shape("y", np.ones((2, 3)), (4, 2, 3))  # shared by four runs
    check_labels(np.zeros(5, np.uint8), (3, 5, 4))
