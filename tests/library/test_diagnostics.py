"""The diagnosis: by hand where it can be, else against a second implementation's numbers, measured with PyTorch."""

import numpy as np
import pytest
from registry import exactly

from tipslib.activations import relu, sigmoid, tanh
from tipslib.datasets import digits
from tipslib.diagnostics import (
    activation_stds,
    dead_units,
    delta_norms,
    delta_ratio,
    lsuv,
    saturation,
    update_ratios,
    weight_gradient_norms,
    weight_gradient_ratio,
)
from tipslib.initializers import constant, glorot_normal, he_normal, lecun_normal, normal, orthogonal, variance_scaling
from tipslib.layers import Activate, Dense, Maxout, Residual
from tipslib.losses import mean_squared_error, softmax_cross_entropy
from tipslib.networks import Sequential, mlp

DATA = digits(300).train
GRADIENTS = (delta_norms, delta_ratio, weight_gradient_norms, weight_gradient_ratio)
OUTPUTS = (saturation, dead_units)


def median(measure, activation, init, depth, width=50):
    net = mlp([64, *[width] * depth, 10], activation=activation, init=init, runs=10)
    return float(np.median(measure(net, *DATA)))


@pytest.mark.parametrize(
    ("activation", "init", "depth", "expected", "factor"),
    [
        (sigmoid, lecun_normal, 2, 0.21, 1.1),
        (sigmoid, lecun_normal, 5, 0.0028, 1.2),
        (sigmoid, lecun_normal, 10, 1.9e-6, 1.3),
        (sigmoid, lecun_normal, 20, 9.9e-13, 1.4),
        (sigmoid, variance_scaling(4.0), 10, 0.010, 1.4),
        (sigmoid, normal(1.0), 10, 0.13, 1.4),
        (tanh, glorot_normal, 10, 0.26, 1.3),
        (tanh, normal(1.0), 10, 460, 1.5),
        (relu, he_normal, 10, 1.2, 1.4),
        (relu, lecun_normal, 10, 0.046, 1.4),
    ],
)
def test_delta_ratio_is_that_of_a_second_implementation(activation, init, depth, expected, factor):
    """Width 50, medians of ten networks; the factor is five standard errors of the quoted spread, or more."""
    ratio = median(delta_ratio, activation, init, depth)
    assert expected / factor < ratio < expected * factor


@pytest.mark.parametrize(
    ("activation", "init", "expected"),
    [(sigmoid, lecun_normal, 5e-6), (relu, lecun_normal, 1.1), (relu, he_normal, 0.47)],
)
def test_weight_gradients_tell_another_story(activation, init, expected):
    ratio = median(weight_gradient_ratio, activation, init, 10)
    assert expected / 1.6 < ratio < expected * 1.6


@pytest.mark.parametrize(
    ("init", "pooled", "between_units", "between_samples"),
    [(normal(1.0), 0.437, 0.399, 0.137), (lecun_normal, 0.121, 0.122, 6.2e-4), (normal(0.01), 0.0125, 0.0126, 7.6e-9)],
)
def test_stds_are_those_of_a_second_implementation(init, pooled, between_units, between_samples):
    """Layer 5 of 5 x 100 sigmoid units: the mean of ten networks, quoted with 7 % per network."""
    net = mlp([64, *[100] * 5, 10], activation=sigmoid, init=init, runs=10)
    found = [std[:, -1].mean() for std in activation_stds(net, digits().train.x)]
    np.testing.assert_allclose(found, [pooled, between_units, between_samples], rtol=0.08)


def test_norms_are_those_of_differences():
    """delta_l is the gradient with respect to a shift of z_l, one per example and unit, found here by differences."""
    net = mlp([4, 3, 3, 2], activation=tanh)
    x, y = DATA.x[:5, 20:24], DATA.y[:5] % 2
    first = net.layers[0].forward(x)

    def loss(z):
        for layer in net.layers[1:]:
            z = layer.forward(z)
        return softmax_cross_entropy(z, y)[0]

    delta = np.zeros_like(first)
    for i in np.ndindex(first.shape):
        shift = np.zeros_like(first)
        shift[i] = 1e-6
        delta[i] = (loss(first + shift) - loss(first - shift)) / 2e-6
    assert delta_norms(net, x, y)[0] == pytest.approx(np.linalg.norm(delta), rel=1e-6)
    assert weight_gradient_norms(net, x, y)[0] == pytest.approx(np.linalg.norm(x.T @ delta), rel=1e-6)


@pytest.mark.parametrize("measure", GRADIENTS)
def test_gradients_of_runs_are_a_loop(measure):
    options = {"activation": tanh, "batch_norm": True}
    found = measure(mlp([64, 8, 7, 10], runs=3, **options), *DATA)
    for r in range(3):
        alone = measure(mlp([64, 8, 7, 10], seed=r, **options), *DATA)
        np.testing.assert_allclose(found[r], alone, rtol=1e-10)


@pytest.mark.parametrize("measure", [*OUTPUTS, lambda net, x: np.stack(activation_stds(net, x), axis=-1)])
def test_outputs_of_runs_are_a_loop(measure):
    found = measure(mlp([64, 8, 7, 10], runs=3), DATA.x)
    assert found.shape[:2] == (3, 2)
    for r in range(3):
        np.testing.assert_allclose(found[r], measure(mlp([64, 8, 7, 10], seed=r), DATA.x), rtol=1e-12)


def test_ratios_are_floats_for_a_single_network():
    net = mlp([64, 8, 7, 10])
    assert isinstance(delta_ratio(net, *DATA), float)
    assert isinstance(weight_gradient_ratio(net, *DATA), float)
    assert delta_norms(net, *DATA).shape == (2,)
    assert weight_gradient_norms(net, *DATA).shape == (3,)


def test_the_network_is_left_alone():
    net = mlp([64, 8, 10], batch_norm=True, dropout=0.5)
    before = net.copy()
    for measure in GRADIENTS:
        measure(net, *DATA)
    for measure in (*OUTPUTS, activation_stds):
        measure(net, DATA.x)
    np.testing.assert_array_equal(net.grads, before.grads)
    np.testing.assert_array_equal(net.buffers, before.buffers)
    np.testing.assert_array_equal(net.forward(DATA.x, training=True), before.forward(DATA.x, training=True))


def test_tiny_float32_gradients_do_not_underflow():
    """Entries of 1e-25 have squares of 1e-50, which float32 does not know."""
    net = mlp([64, *[50] * 18, 10], activation=sigmoid, init=normal(0.01), dtype=np.float32)
    double = mlp([64, *[50] * 18, 10], activation=sigmoid, init=normal(0.01))
    assert delta_norms(net, *DATA)[2] == pytest.approx(delta_norms(double, *DATA)[2], rel=1e-3)
    assert 0 < delta_norms(double, *DATA)[2] < 1e-22


def test_batch_norm_is_measured_as_in_training():
    """In inference the first statistics, 0 and 1, would let the large weights through."""
    net = mlp([64, 50, 50, 10], activation=tanh, init=normal(3.0), batch_norm=True)
    assert saturation(net, DATA.x)[0] < 0.2
    assert saturation(net, DATA.x, training=False)[0] > 0.8


def test_saturation_counts_flat_slopes():
    net = Sequential([Activate(tanh)], 4)
    z = np.arctanh([[0.0, 0.989, 0.991, -0.991]])
    assert saturation(net, z).tolist() == [0.5]
    assert saturation(net, z, slope=0.0).tolist() == [0.0]
    assert saturation(Sequential([Activate(sigmoid)], 2), [[0.0, 9.0]]).tolist() == [0.5]


def test_a_dead_unit_is_off_for_every_example():
    net = Sequential([Dense(3), Activate(relu)], 1)
    net.layers[0].params["W"][...] = [[1.0, -1.0, 0.0]]
    net.layers[0].params["b"][...] = [[0.0, -9.0, 1.0]]
    np.testing.assert_allclose(dead_units(net, [[-1.0], [2.0]]), [1 / 3])


def test_update_ratios():
    net = mlp([2, 3, 2], runs=2)
    before = net.params.copy()
    net.params[1] *= 1.01
    np.testing.assert_allclose(update_ratios(net, before), [[0, 0], [0.01, 0.01]], atol=1e-12)
    zero = mlp([2, 1], init=normal(0.0))
    before = zero.params.copy()
    zero.params += 1
    assert update_ratios(zero, before).tolist() == [np.inf]


@pytest.mark.parametrize("activation", [sigmoid, tanh, relu])
@pytest.mark.parametrize("runs", [None, 3])
def test_lsuv_gives_every_layer_unit_variance(activation, runs):
    net = mlp([64, 50, 50, 50, 10], activation=activation, init=orthogonal(), runs=runs)
    found = lsuv(net, DATA.x, tolerance=1e-6)
    np.testing.assert_allclose(found, np.ones(4 if runs is None else (3, 4)), atol=1e-6)
    h = DATA.x
    for layer in net.layers:
        h = layer.forward(h)
        if isinstance(layer, Dense):
            np.testing.assert_allclose(h.var(axis=(-2, -1)), 1, atol=1e-6)


def test_lsuv_scales_and_does_nothing_else():
    net, other = (mlp([64, 50, 10], activation=tanh, init=orthogonal()) for _ in range(2))
    before = DATA.x.copy()
    lsuv(net, DATA.x)
    np.testing.assert_array_equal(DATA.x, before)
    for layer, old in zip(net.layers[::2], other.layers[::2], strict=True):
        ratios = layer.params["W"] / old.params["W"]
        assert ratios.std() < 1e-12 * ratios.mean()
        np.testing.assert_array_equal(layer.params["b"], old.params["b"])
    assert np.shares_memory(net.params, net.layers[0].params["W"])


def test_lsuv_of_runs_is_that_of_each_network():
    """With biases one division is not enough, and the runs need different numbers of them."""
    together = mlp([64, 20, 10], activation=relu, runs=3)
    singles = [mlp([64, 20, 10], activation=relu, seed=r) for r in range(3)]
    for net in (together, *singles):
        for layer in net.layers[::2]:
            layer.params["b"][...] = np.linspace(-0.9, 0.9, layer.n_out)
    found = lsuv(together, DATA.x, tolerance=0.05)
    for r, net in enumerate(singles):
        np.testing.assert_allclose(lsuv(net, DATA.x, tolerance=0.05), found[r], rtol=1e-10)
        np.testing.assert_allclose(together.params[r], net.params, rtol=1e-12, atol=1e-12)
    assert (abs(found - 1) <= 0.05).all()
    once = mlp([64, 20, 10], activation=relu)
    for layer in once.layers[::2]:
        layer.params["b"][...] = np.linspace(-0.9, 0.9, layer.n_out)
    assert (abs(lsuv(once, DATA.x, tolerance=0.05, max_steps=1) - 1) > 0.05).any()


def test_lsuv_scales_maxout_and_keeps_the_type():
    net = Sequential([Maxout(20), Dense(10)], 64, dtype=np.float32)
    found = lsuv(net, DATA.x, tolerance=0.01)
    assert found.dtype == net.params.dtype == np.float32
    np.testing.assert_allclose(found, [1, 1], atol=0.01)


def test_lsuv_helps_a_deep_sigmoid_network_and_does_not_cure_it():
    """Pooled variance is not signal: most of it is between the units, because a sigmoid's outputs are not centered."""
    nets = [mlp([64, 50, 50, 50, 50, 50, 10], activation=sigmoid, init=orthogonal()) for _ in range(2)]
    lsuv(nets[1], DATA.x)
    plain, scaled = (delta_ratio(net, *DATA) for net in nets)
    assert scaled > 5 * plain
    assert scaled < 0.1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: lsuv(mlp([64, 10]), DATA.x, tolerance=0), "lsuv needs tolerance, finite and > 0, got 0."),
        (lambda: lsuv(mlp([64, 10]), DATA.x, max_steps=0), "lsuv needs max_steps, an integer >= 1, got 0."),
        (lambda: lsuv(mlp([64, 10]), DATA.x[:, 1:]), "x must have shape (N, 64), got (300, 63)."),
        (
            lambda: lsuv(mlp([64, 10], init=normal(0.0)), DATA.x),
            "lsuv needs outputs that vary, got variance 0 in layer 0, Dense(10).",
        ),
        (
            lambda: lsuv(Sequential([Activate(tanh)], 64), DATA.x),
            "The diagnosis needs a network with Dense layers, got none.",
        ),
        (
            lambda: activation_stds(mlp([64, 10]), DATA.x),
            "The diagnosis needs a network with Activate layers, got none.",
        ),
        (
            lambda: weight_gradient_norms(Sequential([Activate(tanh)], 64), *DATA),
            "The diagnosis needs a network with Dense layers, got none.",
        ),
        (
            lambda: weight_gradient_ratio(mlp([64, 10]), *DATA),
            "weight_gradient_ratio needs a hidden and an output Dense layer, got one Dense layer.",
        ),
        (lambda: update_ratios(mlp([1, 1]), np.ones(3)), "before must have shape (2,), got (3,)."),
    ],
)
def test_errors(call, message):
    with pytest.raises(ValueError, match=exactly(message)):
        call()


class TestInsideResidual:
    """A residual network is looked into: the same numbers as written out, x + f(x) with f = 2 relu(3 x)."""

    @pytest.fixture
    def net(self):
        inner = [Dense(1, constant(3.0)), Activate(relu), Dense(1, constant(2.0))]
        return Sequential([Residual([Residual(inner)]), Activate(relu), Dense(1, constant(1.0))], n_in=1)

    def test_deltas(self, net):
        # x = 1: z = 3, h = 3, inner 7, outer 8; dL/dy = 2 (8 - 7.5) = 1, so delta is 1 after, and 2 inside
        assert delta_norms(net, [[1.0]], [[7.5]], loss=mean_squared_error) == pytest.approx([2, 1])

    def test_weight_gradients(self, net):
        norms = weight_gradient_norms(net, [[1.0]], [[7.5]], loss=mean_squared_error)
        assert norms == pytest.approx([2, 3, 8])  # inputs 1, 3, 8 times deltas 2, 1, 1

    def test_outputs(self, net):
        assert dead_units(net, [[-1.0], [-2.0]]).tolist() == [1, 1]
        assert dead_units(net, [[1.0], [-2.0]]).tolist() == [0, 0]
        assert activation_stds(net, [[1.0], [3.0]]).pooled == pytest.approx([3, 8])

    def test_updates(self, net):
        before = net.params.copy()
        net.params *= 1.5
        assert update_ratios(net, before) == pytest.approx([0.5, 0.5, 0.5])
