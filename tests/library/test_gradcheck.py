"""The check must call right gradients right and wrong ones wrong, and say where."""

import numpy as np
import pytest
from registry import exactly

from tipslib.activations import Sigmoid, relu, sigmoid
from tipslib.arrays import batch_sum, transpose
from tipslib.gradcheck import check_layer, check_network, compare, numerical_gradient
from tipslib.layers import Activate, BatchNorm, Dense, Layer
from tipslib.losses import softmax_cross_entropy
from tipslib.networks import mlp


def test_numerical_gradient_by_hand():
    x = np.array([[1.0, 2.0], [0.0, -3.0]])
    before = x.copy()
    gradient = numerical_gradient(lambda x: x[0, 0] ** 3 + x[0, 0] * x[0, 1] + np.sin(x[1, 0]), x)
    np.testing.assert_allclose(gradient, [[5.0, 1.0], [1.0, 0.0]], rtol=1e-8, atol=1e-9)
    np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize(("size", "error"), [(1.0, 1.0), (0.1, 1.0), (1e-3, 1.0), (1e-4, 0.1)])
def test_the_floor_is_a_thousandth_of_the_largest_entry(size, error):
    """A small entry that is zero numerically is wrong by itself, until it is below the floor."""
    assert compare("W", np.array([1.0, size]), np.array([1.0, 0.0])).error == pytest.approx(error, rel=1e-12)


class WithoutBias(Dense):
    """Writes no gradient for b, which stays at zero if it was zero."""

    def backward(self, dy, *, inputs=True):
        self.grads["W"][...] = transpose(self.cached()) @ dy
        return dy @ transpose(self.params["W"])


class Adds(Dense):
    """Adds to the gradients: right only if they were zero before."""

    def backward(self, dy, *, inputs=True):
        before = self.grads["W"].copy()
        dx = super().backward(dy, inputs=inputs)
        self.grads["W"] += before
        return dx


class NotTransposed(Dense):
    def backward(self, dy, *, inputs=True):
        super().backward(dy)
        return dy @ self.params["W"]


class Mean(Dense):
    """Divides by N, which is the loss's business."""

    def backward(self, dy, *, inputs=True):
        dx = super().backward(dy, inputs=inputs)
        self.grads["W"][...] = transpose(self.cached()) @ dy / len(dy)
        return dx


class ForgottenFactor(Sigmoid):
    name = "sigmoid without (1 - y)"

    def derivative_from(self, z, y):
        return y


class FixedStatistics(BatchNorm):
    """Forgets that mean and variance depend on the batch."""

    def backward(self, dy, *, inputs=True):
        super().backward(dy)
        return dy * (self.params["gamma"] * self.cached()[2])


class NoVarianceTerm(BatchNorm):
    """Passes a check whose upstream gradient is all ones."""

    def backward(self, dy, *, inputs=True):
        super().backward(dy)
        centered = dy - batch_sum(dy) / len(dy)
        return centered * (self.params["gamma"] * self.cached()[2])


class WrongGamma(BatchNorm):
    def backward(self, dy, *, inputs=True):
        dx = super().backward(dy)
        self.grads["gamma"][...] = batch_sum(dy)
        return dx


@pytest.mark.parametrize(
    ("layer", "place"),
    [
        (WithoutBias(3), "b["),
        (Adds(3), "W["),
        (NotTransposed(3), "x["),
        (Mean(3), "W["),
        (Activate(ForgottenFactor()), "x["),
        (FixedStatistics(), "x["),
        (NoVarianceTerm(), "x["),
        (WrongGamma(), "gamma["),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Layer) else "",
)
def test_a_wrong_backward_is_found_and_named(layer, place):
    check = check_layer(layer, 3)
    assert not check
    assert check.error > 1e-2
    assert place in str(check)
    assert str(check).startswith("wrong: ")


def test_the_worst_entry_is_the_one_that_was_changed():
    right = np.random.default_rng(0).normal(size=(3, 4))
    wrong = right.copy()
    wrong[2, 1] *= 1.5
    check = compare("W", wrong, right)
    assert check.index == (2, 1)
    assert check.error == pytest.approx(1 / 3)
    assert str(check) == (f"wrong: W[2, 1] is {wrong[2, 1]:.6g}, numerically {right[2, 1]:.6g} (relative error 0.33)")


def test_a_right_gradient_says_so():
    check = compare("x", np.array([1.0]), np.array([1.0]))
    assert str(check) == "right: the worst entry x[0] is 1, numerically 1 (relative error 0)"
    assert compare("x", np.zeros((0, 2)), np.zeros((0, 2)))


def test_nan_is_wrong():
    assert compare("x", np.array([1.0, np.nan]), np.ones(2)).error == np.inf


def test_the_layer_itself_is_left_alone():
    layer = Dense(3)
    check_layer(layer, 4)
    assert layer.plan is None
    net = mlp([4, 3])
    assert check_layer(net.layers[0], 4)  # also when a network holds it
    assert net.layers[0].params["W"].base is not None


def test_the_network_itself_is_left_alone():
    net = mlp([3, 4, 2], batch_norm=True, dropout=0.5)
    before = net.copy()
    x, y = np.random.default_rng(0).normal(size=(5, 3)), np.array([0, 1, 1, 0, 1])
    assert check_network(net, x, y, softmax_cross_entropy)
    np.testing.assert_array_equal(net.params, before.params)
    np.testing.assert_array_equal(net.grads, before.grads)
    np.testing.assert_array_equal(net.buffers, before.buffers)
    np.testing.assert_array_equal(net.forward(x, training=True), before.forward(x, training=True))


def test_a_wrong_layer_in_a_network_is_named():
    net = mlp([3, 4, 2], activation=ForgottenFactor())
    check = check_network(net, np.ones((2, 3)), np.array([0, 1]), softmax_cross_entropy)
    assert not check
    net = mlp([3, 4, 2])
    net.layers[2].__class__ = WithoutBias
    assert "layer 2, Dense(2), b[0, " in str(check_network(net, np.eye(3)[:2], np.array([0, 1]), softmax_cross_entropy))


def test_a_wrong_loss_is_found():
    def forgot_n(z, y):
        value, gradient = softmax_cross_entropy(z, y)
        return value, gradient * len(z)

    assert not check_network(mlp([3, 4, 2], activation=sigmoid), np.eye(3), np.array([0, 1, 1]), forgot_n)


class NoInputGradient(Dense):
    def backward(self, dy, *, inputs=True):
        return super().backward(dy, inputs=False)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: compare("x", np.ones(2), np.ones(3)), "The gradient of x must have shape (3,), got (2,)."),
        (lambda: check_layer(NoInputGradient(2), 3), "backward must return the gradient at the input, got None."),
        (
            lambda: check_network(mlp([3, 2], runs=2), np.ones((2, 3)), np.array([0, 1]), softmax_cross_entropy),
            "check_network needs a float64 network without runs, got float64 and runs=2.",
        ),
        (
            lambda: check_network(mlp([3, 2], dtype=np.float32), np.ones((2, 3)), [0, 1], softmax_cross_entropy),
            "check_network needs a float64 network without runs, got float32 and runs=None.",
        ),
    ],
)
def test_errors(call, message):
    with pytest.raises(ValueError, match=exactly(message)):
        call()


def test_relu_is_checked_away_from_its_corner():
    assert check_layer(Activate(relu), 5, n=8)
