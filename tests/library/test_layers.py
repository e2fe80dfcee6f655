"""What every layer promises, and what single layers promise beyond that."""

import inspect

import comparisons
import numpy as np
import pytest
import registry
from hypothesis import given, settings
from hypothesis import strategies as st
from registry import BASES, LAYERS, exactly

from tipslib import layers
from tipslib.activations import relu, sigmoid
from tipslib.gradcheck import check_layer
from tipslib.initializers import glorot_uniform, zeros
from tipslib.layers import Activate, BatchNorm, Dense, Dropout, Layer, LayerNorm, Maxout, PReLU, Residual
from tipslib.losses import softmax_cross_entropy
from tipslib.networks import Sequential
from tipslib.optimizers import SGD

each_layer = pytest.mark.parametrize("make", LAYERS.values(), ids=LAYERS)
both_modes = pytest.mark.parametrize("training", [True, False], ids=["training", "inference"])
shapes = given(n=st.integers(1, 8), d=st.integers(1, 8), seed=st.integers(0, 99))


def bound(make, n_in=4, **options):
    """Return the layer inside a network of its own, with parameters off their first values."""
    net = Sequential([make()], n_in, **options)
    net.params += np.random.default_rng(1).normal(0, 0.5, net.params.shape).astype(net.params.dtype)
    return net.layers[0]


def rows(layer, training):
    """One example is enough, but for batch normalization in training."""
    return 2 if training and "BatchNorm" in str(layer) else 1


def test_registry_holds_every_layer():
    tested = {type(make()).__name__.replace("Keeping", "Residual") for make in LAYERS.values()}
    wanted = {name for name in registry.public(layers) if inspect.isclass(getattr(layers, name))} - BASES
    assert tested == wanted


@each_layer
@both_modes
@settings(max_examples=6, deadline=None, derandomize=True)
@shapes
def test_gradient(make, training, n, d, seed):
    check = check_layer(make(), d, n=max(n, 2), seed=seed, training=training)
    assert check, check


@each_layer
@both_modes
@settings(max_examples=20, deadline=None, derandomize=True)
@shapes
def test_shapes_and_untouched_arguments(make, training, n, d, seed):
    layer, rng = bound(make, d, seed=seed), np.random.default_rng(seed)
    x = rng.normal(size=(max(n, rows(layer, training)), d))
    x_before = x.copy()
    y = layer.forward(x, training=training)
    dy = rng.normal(size=y.shape)
    dy_before = dy.copy()
    dx = layer.backward(dy)
    assert y.shape == (len(x), layer.plan.n_out)
    assert dx.shape == x.shape
    np.testing.assert_array_equal(x, x_before)
    np.testing.assert_array_equal(dy, dy_before)
    assert not np.shares_memory(x, y)
    assert not np.shares_memory(dx, dy)


@each_layer
@both_modes
def test_float32_stays_float32(make, training):
    layer = bound(make, dtype=np.float32)
    x = np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32)
    y = layer.forward(x, training=training)
    dx = layer.backward(np.ones_like(y))
    assert y.dtype == dx.dtype == np.float32
    for held in (layer.params, layer.grads, layer.buffers):
        assert all(a.dtype == np.float32 for a in held.values())


@each_layer
@both_modes
def test_finite_for_large_inputs(make, training):
    layer = bound(make)
    x = 1e3 * np.random.default_rng(0).choice([-1.0, 0.0, 1.0], size=(6, 4))
    with np.errstate(all="raise", under="ignore"):
        y = layer.forward(x, training=training)
        dx = layer.backward(np.ones_like(y))
    assert np.isfinite(y).all()
    assert np.isfinite(dx).all()


@each_layer
def test_examples_do_not_depend_on_each_other_in_inference(make):
    layer = bound(make)
    x = np.random.default_rng(0).normal(size=(6, 4))
    order = np.random.default_rng(1).permutation(6)
    np.testing.assert_allclose(layer.forward(x[order]), layer.forward(x)[order], rtol=1e-13)
    np.testing.assert_allclose(layer.forward(x[:1]), layer.forward(x)[:1], rtol=1e-13)


@each_layer
def test_backward_writes_and_does_not_add(make):
    layer, rng = bound(make), np.random.default_rng(0)
    y = layer.forward(rng.normal(size=(5, 4)))
    dy = rng.normal(size=y.shape)
    first = layer.backward(dy)
    grads = {name: grad.copy() for name, grad in layer.grads.items()}
    np.testing.assert_array_equal(layer.backward(dy), first)
    for name, grad in grads.items():
        np.testing.assert_array_equal(layer.grads[name], grad)


@each_layer
@both_modes
def test_results_belong_to_the_caller(make, training):
    rng = np.random.default_rng(0)
    net = Sequential([Dense(4), make()], 4)
    x = rng.normal(size=(5, 4))
    y = net.forward(x, training=training)
    kept = y.copy()
    dy = rng.normal(size=y.shape)
    dx = net.backward(dy)
    net.copy().forward(x + 1, training=training)
    np.testing.assert_array_equal(y, kept)
    y[...] = np.nan  # what the caller does to its output is no business of backward
    np.testing.assert_array_equal(net.backward(dy), dx)


@each_layer
def test_twenty_steps_of_runs_are_those_of_single_networks(make):
    def network(seed, runs=None):
        return Sequential([Dense(4), make(), Dense(2)], 3, seed=seed, runs=runs)

    def train(net, x, y):
        optimizer = SGD(0.1)
        for t in range(20):
            _, gradient = softmax_cross_entropy(net.forward(x[..., t, :, :], training=True), y)
            net.backward(gradient, inputs=False)
            optimizer.step(net.params, net.grads)
        return net

    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(3, 20, 6, 3)), rng.integers(2, size=(3, 6))
    together = train(network(5, runs=3), x, y)
    for r in range(3):
        alone = train(network(5 + r), x[r], y[r])
        np.testing.assert_allclose(together.params[r], alone.params, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(together.buffers[r], alone.buffers, rtol=1e-12, atol=1e-12)


@each_layer
@both_modes
def test_runs_may_share_their_data(make, training):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(6, 4))
    shared, own = Sequential([make()], 4, runs=3), Sequential([make()], 4, runs=3)
    y = shared.forward(x, training=training)
    np.testing.assert_array_equal(y, own.forward(np.stack([x] * 3), training=training))
    dy = rng.normal(size=y.shape)
    np.testing.assert_allclose(shared.backward(dy), own.backward(dy), rtol=1e-13)
    np.testing.assert_allclose(shared.grads, own.grads, rtol=1e-13)


@each_layer
def test_backward_needs_a_forward(make):
    layer = bound(make)
    with pytest.raises(RuntimeError, match=rf"^{type(layer).__name__}\.backward needs a forward before it\.$"):
        layer.backward(np.ones((2, layer.plan.n_out)))


@each_layer
def test_the_second_forward_counts(make):
    layer, rng = bound(make), np.random.default_rng(0)
    first, second = rng.normal(size=(2, 5, 4))
    layer.forward(second)
    dy = rng.normal(size=(5, layer.plan.n_out))
    expected = layer.backward(dy)
    layer.forward(first)
    layer.forward(second)
    np.testing.assert_array_equal(layer.backward(dy), expected)


@pytest.mark.parametrize("make", [LAYERS["Dense"], LAYERS["BatchNorm"]], ids=["Dense", "BatchNorm"])
def test_a_layer_gets_its_parameters_from_a_network(make):
    with pytest.raises(RuntimeError, match=r"A layer gets \w+ from a network: Sequential\(\[layer\], n_in\)\."):
        make().forward(np.ones((2, 3)))


def test_without_the_input_gradient_the_others_are_the_same():
    layer, rng = bound(LAYERS["Dense"]), np.random.default_rng(0)
    y = layer.forward(rng.normal(size=(5, 4)))
    layer.backward(y)
    W = layer.grads["W"].copy()
    assert layer.backward(y, inputs=False) is None
    np.testing.assert_array_equal(layer.grads["W"], W)


def test_a_bias_is_a_row_of_zeros_that_does_not_decay():
    plan = Dense(3).build(4)
    assert plan.params["W"].decay
    assert plan.params["b"].shape == (1, 3)
    assert not plan.params["b"].decay
    np.testing.assert_array_equal(Sequential([Dense(3)], 4).layers[0].params["b"], np.zeros((1, 3)))


def test_batch_norm_needs_two_examples_to_train():
    with pytest.raises(ValueError, match=r"^BatchNorm needs 2 or more examples to train, got 1\.$"):
        bound(BatchNorm).forward(np.ones((1, 4)), training=True)


def test_batch_norm_normalizes_over_the_batch():
    layer = Sequential([BatchNorm(eps=0.0)], 3).layers[0]
    y = layer.forward(np.random.default_rng(0).normal(5, 3, size=(50, 3)), training=True)
    np.testing.assert_allclose(y.mean(axis=0), 0, atol=1e-14)
    np.testing.assert_allclose(y.std(axis=0), 1, rtol=1e-13)


def test_running_statistics_reach_mean_and_unbiased_variance():
    """The batch never changes, so the averages end at its statistics; np.var with ddof=1 is the unbiased one."""
    layer = Sequential([BatchNorm()], 3).layers[0]
    x = np.random.default_rng(0).normal(5, 3, size=(4, 3))
    for _ in range(400):  # 0.9^400 is 5e-19
        layer.forward(x, training=True)
    np.testing.assert_allclose(layer.buffers["running_mean"][0], x.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(layer.buffers["running_var"][0], x.var(axis=0, ddof=1), rtol=1e-12)


@comparisons.each("layers")
def test_fifty_steps_equal_pytorch(compare, found):
    comparisons.agree(compare, found)


def test_inference_leaves_the_running_statistics_alone():
    net = Sequential([BatchNorm()], 3)
    before = net.buffers.copy()
    net.forward(np.ones((5, 3)))
    np.testing.assert_array_equal(net.buffers, before)


def test_batch_norm_keeps_a_constant_feature_finite():
    y = bound(BatchNorm).forward(np.ones((5, 4)), training=True)
    assert np.isfinite(y).all()


@pytest.mark.parametrize("p", [0.1, 0.5, 0.8])
def test_dropout_drops_with_probability_p_and_scales_the_rest(p):
    """The share dropped among n independent entries has the standard error sqrt(p (1 - p) / n)."""
    n = 100_000
    layer = Sequential([Dropout(p)], 100).layers[0]
    y = layer.forward(np.ones((n // 100, 100)), training=True)
    assert set(np.unique(y)) == {0.0, 1 / (1 - p)}
    assert abs((y == 0).mean() - p) < 5 * np.sqrt(p * (1 - p) / n)


def test_dropout_draws_new_masks_and_none_in_inference():
    layer = Sequential([Dropout(0.5)], 100).layers[0]
    x = np.ones((5, 100))
    assert (layer.forward(x, training=True) != layer.forward(x, training=True)).any()
    np.testing.assert_array_equal(layer.forward(x), x)


def test_dropout_gradient_passes_where_the_output_passed():
    layer = Sequential([Dropout(0.5)], 100).layers[0]
    y = layer.forward(np.ones((5, 100)), training=True)
    np.testing.assert_array_equal(layer.backward(np.ones((5, 100))), y)


def set_params(layer, n_in, **params):
    """Return the layer with the given parameters."""
    Sequential([layer], n_in)
    for name, values in params.items():
        layer.params[name][...] = values
    return layer


def test_prelu_has_a_slope_per_feature_that_starts_at_a_quarter():
    layer = Sequential([PReLU()], 3).layers[0]
    np.testing.assert_array_equal(layer.params["slope"], [[0.25] * 3])
    assert not layer.plan.params["slope"].decay
    layer = set_params(PReLU(), 3, slope=[0.5, -1.0, 2.0])
    np.testing.assert_array_equal(layer.forward(np.array([[-2.0, -2.0, 3.0]])), [[-1.0, 2.0, 3.0]])


def test_prelu_counts_zero_as_below():
    layer = set_params(PReLU(), 1, slope=0.25)
    layer.forward(np.zeros((1, 1)))
    assert layer.backward(np.ones((1, 1))) == [[0.25]]


def test_maxout_by_hand():
    """Two units of two pieces: max(x, -x) and max(2, x - 1); W holds the first pieces, then the second."""
    layer = set_params(Maxout(2), 1, W=[[1.0, 0.0, -1.0, 1.0]], b=[[0.0, 2.0, 0.0, -1.0]])
    x = np.array([[-3.0], [5.0]])
    np.testing.assert_array_equal(layer.forward(x), [[3.0, 2.0], [5.0, 4.0]])
    dx = layer.backward(np.array([[1.0, 10.0], [1.0, 10.0]]))
    np.testing.assert_array_equal(dx, [[-1.0], [11.0]])
    np.testing.assert_array_equal(layer.grads["W"], [[5.0, -30.0, -3.0, 50.0]])
    np.testing.assert_array_equal(layer.grads["b"], [[1.0, 10.0, 1.0, 10.0]])


def test_a_tie_of_maxout_goes_to_the_first_piece():
    layer = set_params(Maxout(1, pieces=3), 1, W=[[0.0, 1.0, 1.0]], b=0.0)
    layer.forward(np.array([[2.0]]))
    layer.backward(np.array([[1.0]]))
    np.testing.assert_array_equal(layer.grads["b"], [[0.0, 1.0, 0.0]])


def test_maxout_draws_each_piece_with_its_own_fans():
    """Glorot's limit sqrt(6 / (60 + 40)) is that of one piece; 12000 draws come within a thousandth of it."""
    W = Sequential([Maxout(40, pieces=5, init=glorot_uniform)], 60).layers[0].params["W"]
    assert W.shape == (60, 200)
    assert 0.999 * np.sqrt(0.06) < abs(W).max() <= np.sqrt(0.06)
    assert len(np.unique(W)) == W.size


def test_maxout_of_one_piece_is_dense():
    dense, maxout = Sequential([Dense(3)], 4, seed=1), Sequential([Maxout(3, pieces=1)], 4, seed=1)
    x = np.random.default_rng(0).normal(size=(5, 4))
    np.testing.assert_array_equal(maxout.forward(x), dense.forward(x))
    np.testing.assert_array_equal(maxout.decays, dense.decays)


def test_layer_norm_standardizes_each_example():
    layer = Sequential([LayerNorm(eps=0.0)], 30).layers[0]
    y = layer.forward(np.random.default_rng(0).normal(5, 3, size=(4, 30)))
    np.testing.assert_allclose(y.mean(axis=1), 0, atol=1e-14)
    np.testing.assert_allclose(y.std(axis=1), 1, rtol=1e-13)


def test_layer_norm_keeps_equal_features_finite():
    layer = bound(LayerNorm)
    y = layer.forward(np.full((2, 4), 7.0))
    np.testing.assert_array_equal(y, np.broadcast_to(layer.params["beta"], (2, 4)))
    assert np.isfinite(layer.backward(np.ones((2, 4)))).all()


def test_a_residual_of_zeros_is_the_identity():
    net = Sequential([Residual([Dense(4, zeros), Activate(relu)])], 4)
    x = np.random.default_rng(0).normal(size=(5, 4))
    np.testing.assert_array_equal(net.forward(x), x)
    np.testing.assert_array_equal(net.backward(x), x)


def test_a_residual_holds_the_parameters_of_the_layers_inside():
    inner = Residual([BatchNorm(), Dense(4)])
    net = Sequential([Residual([Dense(4, bias=False), inner])], 4)
    names = ["0.W", "1.0.gamma", "1.0.beta", "1.1.W", "1.1.b"]
    assert list(net.layers[0].params) == list(net.layers[0].grads) == names
    assert list(net.layers[0].buffers) == ["1.0.running_mean", "1.0.running_var"]
    assert np.shares_memory(inner.layers[1].params["W"], net.params)
    assert np.shares_memory(inner.layers[1].params["W"], net.layers[0].params["1.1.W"])
    np.testing.assert_array_equal(net.decays, np.repeat([1.0, 0.0, 1.0, 0.0], [16, 8, 16, 4]))


def test_a_residual_passes_on_that_no_input_gradient_is_needed():
    net = Sequential([Residual([Dense(4), Activate(sigmoid)])], 4)
    y = net.forward(np.random.default_rng(0).normal(size=(5, 4)))
    net.backward(y)
    grads = net.grads.copy()
    assert net.layers[0].backward(y, inputs=False) is None
    np.testing.assert_array_equal(net.grads, grads)


def test_gradients_pass_all_layers_of_a_residual_though_its_inputs_need_none():
    net = Sequential([Residual([Dense(4), Dense(4), Dense(4)])], 4)
    dy = net.forward(np.ones((2, 4)))
    net.backward(dy)
    grads = net.grads.copy()
    net.grads[:] = np.nan
    net.backward(dy, inputs=False)
    np.testing.assert_array_equal(net.grads, grads)


def test_a_residual_that_a_network_holds_can_be_checked():
    net = Sequential([Residual([Dense(4), Residual([Activate(sigmoid), Dense(4)])])], 4)
    assert check_layer(net.layers[0], 4)
    assert np.shares_memory(net.layers[0].layers[1].layers[1].params["W"], net.params)


def test_layers_in_a_residual_draw_different_masks():
    """Two layers of one generator: were the masks the same, the second would drop nothing more."""
    layer = Sequential([Residual([Dropout(0.5), Dropout(0.5)])], 1000).layers[0]
    y = layer.forward(np.ones((1, 1000)), training=True)
    assert set(np.unique(y)) == {1.0, 5.0}
    assert abs((y == 5.0).mean() - 0.25) < 5 * np.sqrt(0.25 * 0.75 / 1000)


def test_repr_shows_what_a_layer_does():
    shown = "Dense(3), Activate(ReLU), Dropout(0.5), BatchNorm(), PReLU(), LayerNorm(), Maxout(3, pieces=2)"
    layers = [Dense(3), Activate(relu), Dropout(0.5), BatchNorm(), PReLU(), LayerNorm(), Maxout(3)]
    assert str(Residual(layers)) == f"Residual([{shown}])"


def test_a_layer_of_ones_own_must_define_both_ways():
    with pytest.raises(NotImplementedError, match=r"^Layer must define forward\(x, \*, training=False\)\.$"):
        Layer().forward(np.ones((1, 1)))
    with pytest.raises(NotImplementedError, match=r"^Layer must define backward\(dy, \*, inputs=True\)\.$"):
        Layer().backward(np.ones((1, 1)))


USED = Sequential([Dense(4)], 4).layers[0]


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Dense(0), ValueError, "Dense needs n_out, an integer >= 1, got 0."),
        (lambda: Dense(2.5), ValueError, "Dense needs n_out, an integer >= 1, got 2.5."),
        (lambda: Activate("relu"), TypeError, "Activate needs an activation such as relu, got 'relu'."),
        (
            lambda: Activate(type(sigmoid)),
            TypeError,
            f"Activate needs an activation such as relu, got {type(sigmoid)}.",
        ),
        (lambda: Dropout(1.0), ValueError, "Dropout needs 0 <= p < 1, got p=1.0."),
        (lambda: Dropout(-0.1), ValueError, "Dropout needs 0 <= p < 1, got p=-0.1."),
        (lambda: BatchNorm(momentum=1.0), ValueError, "BatchNorm needs 0 <= momentum < 1, got momentum=1.0."),
        (lambda: BatchNorm(eps=-1.0), ValueError, "BatchNorm needs eps, finite and >= 0, got -1.0."),
        (lambda: LayerNorm(eps=-1.0), ValueError, "LayerNorm needs eps, finite and >= 0, got -1.0."),
        (lambda: Maxout(0), ValueError, "Maxout needs n_out, an integer >= 1, got 0."),
        (lambda: Maxout(3, pieces=1.5), ValueError, "Maxout needs pieces, an integer >= 1, got 1.5."),
        (
            lambda: Sequential([Residual([Dense(3)])], 4),
            ValueError,
            "Residual needs layers with 4 outputs for its 4 inputs, got 3.",
        ),
        (lambda: Sequential([Residual([relu])], 4), TypeError, "Residual needs layers, got ReLU at index 0."),
        (
            lambda: Sequential([Residual([USED])], 4),
            ValueError,
            "Layer 0, Dense(4), already belongs to a network; make a new one.",
        ),
    ],
)
def test_errors(make, error, message):
    with pytest.raises(error, match=exactly(message)):
        make()
