"""What every loss promises: the gradient of its own value, a mean over the batch, runs as a loop."""

import comparisons
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from registry import LOSSES, exactly, public, targets

from tipslib import losses
from tipslib.gradcheck import compare, numerical_gradient
from tipslib.losses import binary_cross_entropy, mean_squared_error, softmax, softmax_cross_entropy
from tipslib.networks import mlp
from tipslib.optimizers import SGD

each_loss = pytest.mark.parametrize("name", LOSSES)


def test_registry_holds_every_loss():
    assert set(public(losses)) - {"softmax"} <= set(LOSSES)


@each_loss
@settings(max_examples=10, deadline=None, derandomize=True)
@given(n=st.integers(1, 8), k=st.integers(1, 6), seed=st.integers(0, 99))
def test_gradient(name, n, k, seed):
    loss, rng = LOSSES[name], np.random.default_rng(seed)
    z, y = rng.normal(0, 2, size=(n, k)), targets(name, rng, (n, k))
    before = z.copy(), y.copy()
    value, gradient = loss(z, y)
    assert isinstance(value, float)
    check = compare("z", gradient, numerical_gradient(lambda z: loss(z, y)[0], z))
    assert check, check
    np.testing.assert_array_equal(z, before[0])
    np.testing.assert_array_equal(y, before[1])
    assert not np.shares_memory(gradient, z)


@each_loss
def test_the_value_is_a_mean_over_the_batch(name):
    """Twice the same batch costs the same, and each example's share of the gradient is half."""
    rng = np.random.default_rng(0)
    z, y = rng.normal(size=(5, 4)), targets(name, rng, (5, 4))
    value, gradient = LOSSES[name](z, y)
    twice, halved = LOSSES[name](np.concatenate([z, z]), np.concatenate([y, y]))
    assert twice == pytest.approx(value, rel=1e-13)
    np.testing.assert_allclose(halved[:5], gradient / 2, rtol=1e-12)


@each_loss
def test_runs_are_a_loop(name):
    rng = np.random.default_rng(0)
    z, y = rng.normal(size=(3, 5, 4)), targets(name, rng, (3, 5, 4))
    values, gradients = LOSSES[name](z, y)
    shared, _ = LOSSES[name](z, y[0])
    assert values.shape == (3,)
    assert gradients.shape == z.shape
    for r in range(3):
        value, gradient = LOSSES[name](z[r], y[r])
        assert values[r] == pytest.approx(value, rel=1e-13)
        assert shared[r] == pytest.approx(LOSSES[name](z[r], y[0])[0], rel=1e-13)
        np.testing.assert_allclose(gradients[r], gradient, rtol=1e-13)


@each_loss
def test_twenty_steps_of_runs_are_those_of_single_networks(name):
    def train(net, x, y):
        optimizer = SGD(0.3)
        for _ in range(20):
            net.backward(LOSSES[name](net.forward(x, training=True), y)[1], inputs=False)
            optimizer.step(net.params, net.grads)
        return net.params

    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(3, 6, 4)), targets(name, rng, (3, 6, 2))
    together = train(mlp([4, 5, 2], seed=2, runs=3), x, y)
    for r in range(3):
        np.testing.assert_allclose(together[r], train(mlp([4, 5, 2], seed=2 + r), x[r], y[r]), rtol=1e-12, atol=1e-12)


@each_loss
def test_float32_stays_float32(name):
    rng = np.random.default_rng(0)
    z = rng.normal(size=(5, 4)).astype(np.float32)
    assert LOSSES[name](z, targets(name, rng, z.shape))[1].dtype == np.float32
    values, _ = LOSSES[name](np.stack([z, z]), targets(name, rng, z.shape))
    assert values.dtype == np.float32


@each_loss
def test_finite_for_large_logits(name):
    z = 1e3 * np.array([[1.0, -1.0, 0.0], [-1.0, -1.0, 1.0]])
    with np.errstate(all="raise", under="ignore"):
        value, gradient = LOSSES[name](z, targets(name, np.random.default_rng(0), z.shape))
    assert np.isfinite(value)
    assert np.isfinite(gradient).all()


@comparisons.each("losses")
def test_equals_pytorch(compare, found):
    comparisons.agree(compare, found)


def test_guessing_costs_the_logarithm_of_the_number_of_classes():
    assert softmax_cross_entropy(np.zeros((3, 10)), [0, 4, 9])[0] == pytest.approx(np.log(10), rel=1e-14)


def test_a_shift_of_all_logits_changes_nothing():
    z, y = np.random.default_rng(0).normal(size=(5, 4)), np.arange(5) % 4
    assert softmax_cross_entropy(z + 100, y)[0] == pytest.approx(softmax_cross_entropy(z, y)[0], rel=1e-12)


def test_softmax_is_finite_and_keeps_its_argument():
    z = np.array([[1e3, -1e3, 0.0]], np.float32)
    kept = z.copy()
    with np.errstate(all="raise", under="ignore"):
        p = softmax(z)
    assert p.tolist() == [[1.0, 0.0, 0.0]]
    assert p.dtype == np.float32
    np.testing.assert_array_equal(z, kept)


def test_the_gradient_of_the_cross_entropy_is_softmax_minus_target():
    z, y = np.random.default_rng(0).normal(0, 3, size=(2, 5, 4)), np.arange(5) % 4
    np.testing.assert_allclose(softmax_cross_entropy(z, y)[1], (softmax(z) - np.eye(4)[y]) / 5, rtol=1e-12, atol=1e-16)


Z = np.zeros((2, 3))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: softmax_cross_entropy(np.zeros(3), 0), "logits must have shape (N, K) or (R, N, K), got (3,)."),
        (
            lambda: softmax_cross_entropy(Z, [0.0, 1.0]),
            "labels must be integers of shape (2,), got float64 of shape (2,).",
        ),
        (
            lambda: softmax_cross_entropy(Z, [[0], [1]]),
            "labels must be integers of shape (2,), got int64 of shape (2, 1).",
        ),
        (lambda: softmax_cross_entropy(Z, [0, 3]), "labels must be from 0 to 2, got 0 to 3."),
        (lambda: softmax_cross_entropy(Z, [-1, 2]), "labels must be from 0 to 2, got -1 to 2."),
        (lambda: softmax_cross_entropy(Z, [0, 1], smoothing=1.5), "smoothing must be in [0, 1], got 1.5."),
        (lambda: mean_squared_error(Z, np.zeros(2)), "targets must have shape (2, 3), got (2,)."),
        (lambda: mean_squared_error(np.zeros(3), Z), "outputs must have shape (N, K) or (R, N, K), got (3,)."),
        (lambda: mean_squared_error(np.zeros((4, 2, 3)), Z[:1]), "targets must have shape (4, 2, 3), got (1, 3)."),
        (lambda: binary_cross_entropy(Z, Z + 2), "targets must be in [0, 1], got 2.0 to 2.0."),
        (lambda: binary_cross_entropy(np.zeros(3), Z), "logits must have shape (N, K) or (R, N, K), got (3,)."),
    ],
)
def test_errors(call, message):
    with pytest.raises(ValueError, match=exactly(message)):
        call()
