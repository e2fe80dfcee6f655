"""A network: flat vectors that the layers view, copies that keep them, and runs: single networks side by side."""

import copy
import pickle

import comparisons
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from registry import exactly

from tipslib.activations import sigmoid, tanh
from tipslib.gradcheck import check_network
from tipslib.initializers import constant
from tipslib.layers import Activate, BatchNorm, Dense, Dropout, LayerNorm, Maxout, PReLU, Residual
from tipslib.losses import mean_squared_error, softmax_cross_entropy
from tipslib.networks import Sequential, mlp

KINDS = ("params", "grads", "buffers")


def plain(**options):
    return mlp([4, 6, 5, 3], batch_norm=True, dropout=0.3, **options)


def shortcuts(**options):
    """A network with statistics and masks inside shortcuts, one of them inside another."""
    inner = Residual([Dropout(0.3), Maxout(6), BatchNorm(), PReLU()])
    outer = Residual([LayerNorm(), Dense(6, bias=False), inner, Dropout(0.2)])
    return Sequential([Dense(6), outer, Dense(3)], 4, **options)


network = plain
each_network = pytest.mark.parametrize("network", [plain, shortcuts])


def every_layer(layers):
    for layer in layers:
        yield layer
        yield from every_layer(layer.layers if isinstance(layer, Residual) else [])


def step(net, x, y):
    """Make one training step and return the loss."""
    value, gradient = softmax_cross_entropy(net.forward(x, training=True), y)
    net.backward(gradient, inputs=False)
    net.params -= 0.1 * net.grads
    return value


def data(seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(7, 4)), rng.integers(3, size=7)


@each_network
@pytest.mark.parametrize("runs", [None, 1, 3])
def test_layers_view_the_flat_vectors(network, runs):
    net = network(runs=runs)
    lead = () if runs is None else (runs,)
    for kind in KINDS:
        flat = getattr(net, kind)
        views = [view for layer in net.layers for view in getattr(layer, kind).values()]
        assert all(np.shares_memory(view, flat) for view in views)
        flat[...] = np.arange(flat.size).reshape(flat.shape)
        assert flat.shape[:-1] == lead
        joined = np.concatenate([view.reshape(*lead, -1) for view in views], axis=-1)
        np.testing.assert_array_equal(joined, flat)  # in order, nothing twice, nothing left out


@pytest.mark.parametrize(
    "twin_of", [Sequential.copy, copy.copy, copy.deepcopy, lambda n: pickle.loads(pickle.dumps(n))]
)
@pytest.mark.parametrize("runs", [None, 2])
@each_network
def test_copies_keep_their_views_and_go_on_alike(network, twin_of, runs):
    net, (x, y) = network(runs=runs), data()
    y = y if runs is None else np.stack([y, y])
    step(net, x, y)
    twin = twin_of(net)
    for kind in KINDS:
        for layer in every_layer(twin.layers):
            assert all(np.shares_memory(view, getattr(twin, kind)) for view in getattr(layer, kind).values())
    if twin_of is not copy.copy:
        before = net.params.copy()
        for _ in range(3):
            expected = step(net.copy(), x, y)
            np.testing.assert_array_equal(step(twin, x, y), expected)  # the same masks too
            step(net, x, y)
        assert (net.params != before).any()
        np.testing.assert_array_equal(twin.params, net.params)
        np.testing.assert_array_equal(twin.buffers, net.buffers)
        assert not np.shares_memory(twin.params, net.params)


def test_copies_and_pickles_hold_no_batch():
    """What ``forward`` kept can be far larger than the network, and a copy starts with a ``forward`` of its own."""
    net = mlp([4, 3, 2])
    small = len(pickle.dumps(net))
    net.forward(np.ones((1000, 4)))
    assert len(pickle.dumps(net)) < small + 100
    with pytest.raises(RuntimeError, match=exactly("Sequential.backward needs a forward before it.")):
        net.copy().backward(np.ones((1000, 2)))


@each_network
def test_run_r_starts_as_the_network_with_seed_plus_r(network):
    together = network(seed=4, runs=3)
    for r in range(3):
        alone = network(seed=4 + r)
        np.testing.assert_array_equal(together.params[r], alone.params)
        np.testing.assert_array_equal(together.buffers[r], alone.buffers)


@each_network
def test_twenty_steps_with_masks_and_statistics_are_those_of_single_networks(network):
    together, singles = network(seed=4, runs=3), [network(seed=4 + r) for r in range(3)]
    batches = [data(seed) for seed in range(3)]
    x, y = (np.stack(parts) for parts in zip(*batches, strict=True))
    for _ in range(20):
        values = step(together, x, y)
        expected = [step(net, *batch) for net, batch in zip(singles, batches, strict=True)]
        np.testing.assert_allclose(values, expected, rtol=1e-12)
    for kind in KINDS:
        np.testing.assert_allclose(
            getattr(together, kind), [getattr(net, kind) for net in singles], rtol=1e-12, atol=1e-12
        )


@comparisons.each("networks")
def test_fifty_steps_equal_pytorch(compare, found):
    comparisons.agree(compare, found)


@settings(max_examples=10, deadline=None, derandomize=True)
@given(n=st.integers(2, 8), seed=st.integers(0, 99))
def test_gradient_of_a_whole_network(n, seed):
    rng = np.random.default_rng(seed)
    net = mlp([3, 4, 4, 2], activation=tanh, batch_norm=True, dropout=0.2, seed=seed)
    check = check_network(net, rng.normal(size=(n, 3)), rng.integers(2, size=n), softmax_cross_entropy)
    assert check, check


def test_results_belong_to_the_caller_and_arguments_stay():
    net, (x, _) = mlp([4, 5, 3], activation=sigmoid), data()
    kept_x = x.copy()
    y = net.forward(x, training=True)
    kept_y = y.copy()
    dy = np.ones_like(y)
    dx = net.backward(dy)
    kept_dx = dx.copy()
    prediction = net.predict(x)
    net.params *= 2
    net.predict(x + 1)
    net.backward(2 * dy)
    np.testing.assert_array_equal(x, kept_x)
    np.testing.assert_array_equal(y, kept_y)
    np.testing.assert_array_equal(prediction, kept_y)
    np.testing.assert_array_equal(dx, kept_dx)
    np.testing.assert_array_equal(dy, np.ones_like(y))


@pytest.mark.parametrize("runs", [None, 2])
def test_without_the_input_gradient_the_parameters_get_theirs(runs):
    net, (x, _) = network(runs=runs), data()
    y = net.forward(x)
    net.backward(y)
    grads = net.grads.copy()
    net.grads[...] = np.nan
    assert net.backward(y, inputs=False) is None
    np.testing.assert_array_equal(net.grads, grads)
    alone = Sequential([Activate(tanh)], 4)
    assert alone.backward(alone.forward(x), inputs=False) is None


def test_the_first_layer_alone_is_spared_its_input_gradient():
    class Spy(Dense):
        def backward(self, dy, *, inputs=True):
            asked.append(inputs)
            return super().backward(dy, inputs=inputs)

    net, asked = Sequential([Spy(4), Spy(3), Spy(2)], 4), []
    y = net.forward(np.ones((2, 4)))
    net.backward(y, inputs=False)
    net.backward(y)
    assert asked == [True, True, False, True, True, True]


def test_a_network_may_have_no_parameters():
    net, (x, _) = Sequential([Activate(tanh)], 4, runs=2), data()
    np.testing.assert_array_equal(net.forward(x), np.tanh([x, x]))
    assert net.params.shape == (2, 0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_one_type_everywhere(dtype):
    net, (x, y) = network(dtype=dtype), data()
    step(net, x, y)
    assert {getattr(net, kind).dtype for kind in (*KINDS, "decays")} == {np.dtype(dtype)}
    out = net.forward(x)
    assert out.dtype == net.backward(out).dtype == dtype


def test_decays_mark_the_weights_alone():
    net = mlp([4, 3, 2], batch_norm=True)
    np.testing.assert_array_equal(net.decays, [1] * 12 + [0] * 6 + [1] * 6 + [0] * 2)  # W, gamma and beta, W, b


def test_mlp_builds_what_it_says():
    names = [type(layer) for layer in mlp([4, 6, 5, 3], batch_norm=True, dropout=0.5).layers]
    assert names == [Dense, BatchNorm, Activate, Dropout] * 2 + [Dense]
    assert [layer.bias for layer in mlp([4, 6, 3], batch_norm=True).layers if isinstance(layer, Dense)] == [False, True]
    assert str(mlp([4, 3])) == "Sequential([Dense(3)], n_in=4)"
    ones = mlp([4, 6, 3], init=constant(1.0))
    assert all((layer.params["W"] == 1).all() for layer in ones.layers if isinstance(layer, Dense))


def test_predict_is_inference():
    net, (x, _) = network(), data()
    buffers = net.buffers.copy()
    np.testing.assert_array_equal(net.predict(x), net.predict(x))  # no masks
    np.testing.assert_array_equal(net.buffers, buffers)


def used_layer():
    layer = Dense(2)
    Sequential([layer], 3)
    return Sequential([layer], 3)


NET = mlp([4, 2])
RUNS = mlp([4, 2], runs=3)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: mlp([4]), ValueError, "mlp needs widths [n_in, ..., n_out], got [4]."),
        (lambda: mlp([4, 0, 2]), ValueError, "Dense needs n_out, an integer >= 1, got 0."),
        (lambda: Sequential([], 0), ValueError, "Sequential needs n_in, an integer >= 1, got 0."),
        (lambda: Sequential([], 1, runs=0), ValueError, "Sequential needs runs, an integer >= 1, got 0."),
        (lambda: Sequential([Dense(1), "relu"], 1), TypeError, "Sequential needs layers, got 'relu' at index 1."),
        (used_layer, ValueError, "Layer 0, Dense(2), already belongs to a network; make a new one."),
        (lambda: NET.forward(np.ones((2, 3))), ValueError, "x must have shape (N, 4), got (2, 3)."),
        (lambda: NET.forward(np.ones(4)), ValueError, "x must have shape (N, 4), got (4,)."),
        (lambda: NET.forward(np.ones((3, 2, 4))), ValueError, "x must have shape (N, 4), got (3, 2, 4)."),
        (lambda: RUNS.forward(np.ones((2, 2, 4))), ValueError, "x must have shape (N, 4) or (3, N, 4), got (2, 2, 4)."),
        (lambda: mlp([4, 2]).backward(np.ones((2, 2))), RuntimeError, "Sequential.backward needs a forward before it."),
        (
            lambda: NET.backward(NET.forward(np.ones((5, 4)))[:1]),
            ValueError,
            "dy must have the output's shape, (5, 2), got (1, 2).",
        ),
        (lambda: mlp([4, 2], seed=-1), ValueError, "A generator needs a seed, an integer >= 0, got -1."),
    ],
)
def test_errors(call, error, message):
    with pytest.raises(error, match=exactly(message)):
        call()


def test_mean_squared_error_fits_a_line():
    """The least squares solution of NumPy is the reference."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(30, 2)), rng.normal(size=(30, 1))
    net = mlp([2, 1])
    for _ in range(500):
        net.backward(mean_squared_error(net.forward(x), y)[1])
        net.params -= 0.3 * net.grads
    expected = np.linalg.lstsq(np.hstack([x, np.ones((30, 1))]), y, rcond=None)[0]
    np.testing.assert_allclose(net.params, expected[:, 0], rtol=1e-8)
