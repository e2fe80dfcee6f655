"""What every penalty promises, the step that makes L1 weights zero, and the constraint on norms."""

import inspect
import pickle

import comparisons
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from registry import BASES, CONSTRAINTS, PENALTIES, exactly, public

from tipslib import regularizers
from tipslib.datasets import digits
from tipslib.gradcheck import compare as compare_gradients
from tipslib.gradcheck import numerical_gradient
from tipslib.initializers import normal
from tipslib.layers import BatchNorm, Dense, LayerNorm, Maxout, PReLU, Residual
from tipslib.networks import Sequential, mlp
from tipslib.optimizers import SGD, Adam
from tipslib.regularizers import Penalty, elastic_net, l1, l2, max_norm, soft_threshold
from tipslib.training import fit

DATA = digits(n=60)
each_penalty = pytest.mark.parametrize("make", PENALTIES.values(), ids=PENALTIES)
every = pytest.mark.parametrize("make", (PENALTIES | CONSTRAINTS).values(), ids=PENALTIES | CONSTRAINTS)


def test_registry_holds_every_penalty():
    classes = {name for name in public(regularizers) if inspect.isclass(getattr(regularizers, name))}
    assert {name.split()[0] for name in PENALTIES | CONSTRAINTS} == classes - BASES


@comparisons.each("regularizers")
def test_fifty_steps_equal_pytorch(compare, found):
    comparisons.agree(compare, found)


@each_penalty
@settings(max_examples=20, deadline=None, derandomize=True)
@given(params=arrays(np.float64, st.integers(1, 8), elements=st.sampled_from([-3.0, -0.4, 0.2, 1.0, 20.0])))
def test_gradient_and_untouched_arguments(make, params):
    decays = np.arange(len(params)) % 2.0
    before = params.copy()
    value, gradient = make()(params, decays)
    assert isinstance(value, float)
    assert gradient.shape == params.shape
    check = compare_gradients("params", gradient, numerical_gradient(lambda p: make()(p, decays)[0], params))
    assert check, check
    np.testing.assert_array_equal(gradient[::2], 0.0)  # what does not decay is free
    np.testing.assert_array_equal(params, before)
    np.testing.assert_array_equal(decays, np.arange(len(params)) % 2.0)


@each_penalty
def test_at_zero_it_is_zero(make):
    value, gradient = make()(np.zeros(3), np.ones(3))
    assert value == 0.0
    np.testing.assert_array_equal(gradient, 0.0)


@each_penalty
def test_float32_stays_float32(make):
    for strength, params in ((0.1, np.ones(3, np.float32)), (np.array([[0.1], [0.2]]), np.ones((2, 3), np.float32))):
        value, gradient = make(strength)(params, np.ones(3, np.float32))
        assert gradient.dtype == np.float32
        assert np.shape(value) == params.shape[:-1]


@every
def test_trains_float32_networks(make):
    net = mlp([64, 8, 10], dtype=np.float32)
    fit(net, DATA, SGD(0.1), epochs=2, penalty=make())
    assert net.params.dtype == np.float32


@every
def test_pickles(make):
    nets = [mlp([64, 8, 10]) for _ in range(2)]
    fit(nets[0], DATA, SGD(0.1), epochs=2, penalty=make())
    fit(nets[1], DATA, SGD(0.1), epochs=2, penalty=pickle.loads(pickle.dumps(make())))
    np.testing.assert_array_equal(nets[0].params, nets[1].params)


@every
def test_reads_as_its_call(make):
    assert eval(repr(make()), vars(regularizers)) == make()


@every
@pytest.mark.parametrize("rule", [SGD, Adam])
def test_twenty_steps_of_runs_are_those_of_single_networks(make, rule):
    """Ten epochs of two steps, each run with a strength and a rate of its own."""
    strengths, rates = [0.5, 0.05, 0.01], [0.1, 0.03, 0.01]
    options = {"epochs": 10, "batch_size": 30}
    together = mlp([64, 6, 10], seed=4, runs=3)
    penalty = make(np.array(strengths)[:, None])
    history = fit(together, DATA, rule(np.array(rates)[:, None]), penalty=penalty, seed=4, **options)
    assert history[-1].step == 20
    for r, (strength, lr) in enumerate(zip(strengths, rates, strict=True)):
        alone = mlp([64, 6, 10], seed=4 + r)
        fit(alone, DATA, rule(lr), penalty=make(strength), seed=4 + r, **options)
        np.testing.assert_allclose(together.params[r], alone.params, rtol=1e-12, atol=1e-12)


def norms_and_slopes():
    """Return a network with every kind of parameter that does not decay, all of them away from zero."""
    inside = Residual([Dense(4), BatchNorm(), PReLU()])
    net = Sequential([Dense(4), LayerNorm(), inside, Maxout(3)], 64)
    net.params += 0.5
    return net


@every
def test_biases_gamma_beta_and_slopes_are_not_penalized(make):
    """A network with a gradient of zero: only the penalty moves it."""
    net = norms_and_slopes()
    before = net.params.copy()
    fit(net, DATA, SGD(0.1), epochs=1, penalty=make(), loss=lambda z, y: (0.0, np.zeros_like(z)))
    assert set(net.decays) == {0.0, 1.0}
    free = net.decays == 0
    np.testing.assert_array_equal(net.params[free], before[free])
    names = {name.rpartition(".")[2] for layer in net.layers for name in layer.params}
    assert names == {"W", "b", "gamma", "beta", "slope"}
    assert free.sum() == sum(p.size for layer in net.layers for name, p in layer.params.items() if name[-1] != "W")
    assert (net.params[~free] != before[~free]).any()


def test_l2_shrinks_by_one_factor():
    """1000 steps of 1 - 0.1 * 0.01 without a gradient: 0.999^1000 = 0.3677."""
    net = Sequential([Dense(1, normal(1.0), bias=False)], 64)
    before = net.params.copy()
    options = {"epochs": 250, "batch_size": 15, "loss": lambda z, y: (0.0, np.zeros_like(z))}
    fit(net, DATA, SGD(0.1), penalty=l2(0.01), **options)
    np.testing.assert_allclose(net.params, 0.36769542477096434 * before, rtol=1e-11)


def test_l1_makes_weights_exactly_zero_and_its_sign_does_not():
    def zeros(penalty):
        net = mlp([64, 10])
        fit(net, DATA, SGD(0.1), penalty=penalty, epochs=50)
        return (net.layers[0].params["W"] == 0).mean()

    assert zeros(l1(0.03)) > 0.5
    assert zeros(elastic_net(0.03, 0.01)) > 0.5
    assert zeros(l1(0.03, proximal=False)) == zeros(l2(0.03)) == 0.0


def test_elastic_net_holds_both():
    for both, one in ((elastic_net(0.0, 0.05), l2(0.05)), (elastic_net(0.05, 0.0), l1(0.05))):
        nets = [mlp([64, 8, 10]) for _ in range(2)]
        for net, penalty in zip(nets, (both, one), strict=True):
            fit(net, DATA, SGD(0.1), penalty=penalty, epochs=3)
        np.testing.assert_array_equal(nets[0].params, nets[1].params)


def test_the_threshold_follows_the_schedule():
    """Rates 1, then 1/2: without a gradient the weights lose 0.1, then 0.05."""
    net = Sequential([Dense(1, normal(9.0), bias=False)], 64)
    before = net.params.copy()
    options = {"epochs": 1, "batch_size": 30, "loss": lambda z, y: (0.0, np.zeros_like(z))}
    fit(net, DATA, SGD(lambda t: 1 / (1 + t)), penalty=l1(0.1), **options)
    np.testing.assert_allclose(net.params, soft_threshold(before, 0.15), rtol=1e-12)


def test_a_plain_function_is_a_penalty_too():
    nets = [mlp([64, 8, 10]) for _ in range(2)]
    fit(nets[0], DATA, SGD(0.1), penalty=l2(0.05), epochs=2)
    fit(nets[1], DATA, SGD(0.1), penalty=lambda params, decays: (0.0, 0.05 * decays * params), epochs=2)
    np.testing.assert_allclose(nets[0].params, nets[1].params, rtol=1e-13)


def test_a_penalty_of_ones_own_must_define_its_call():
    with pytest.raises(NotImplementedError, match=exactly("Penalty must define __call__(params, decays).")):
        Penalty()(np.ones(2), np.ones(2))


def test_clipping_comes_after_the_penalty():
    """A step of rate 1 is then as long as the limit, however strong the penalty."""
    net = mlp([64, 8, 10])
    before = net.params.copy()
    fit(net, DATA, SGD(1.0), penalty=l2(100.0), clip_norm=0.5, epochs=1, batch_size=60)
    assert np.linalg.norm(net.params - before) == pytest.approx(0.5, rel=1e-12)


def test_max_norm_shortens_only_what_is_longer():
    net = norms_and_slopes()
    before = net.copy()
    max_norm(2.0)(net)
    for layer, old in zip(net.layers, before.layers, strict=True):
        for name, W in layer.params.items():
            if name[-1] == "W":
                norms = np.linalg.norm(old.params[name], axis=0)
                np.testing.assert_allclose(np.linalg.norm(W, axis=0), np.minimum(norms, 2.0), rtol=1e-12)
                kept = norms <= 2.0
                np.testing.assert_array_equal(W[:, kept], old.params[name][:, kept])
    assert (net.params != before.params).any()


@pytest.mark.parametrize("training", [1, 5])
def test_max_norm_holds_after_every_epoch(training):
    net = mlp([64, 8, 10])
    fit(net, DATA, SGD(1.0), penalty=max_norm(0.7), epochs=training)
    for layer in net.layers[::2]:
        assert np.linalg.norm(layer.params["W"], axis=0).max() <= 0.7 * (1 + 1e-12)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(
    w=arrays(np.float64, st.tuples(st.integers(1, 4), st.integers(1, 4)), elements=st.floats(-1e3, 1e3)),
    threshold=st.floats(0, 1e3),
)
def test_soft_threshold_is_the_proximal_map(w, threshold):
    """It minimizes (u - w)^2 / 2 + threshold |u| (Parikh & Boyd 2014, section 6.5.2): no other u is better."""
    before = w.copy()
    u = soft_threshold(w, threshold)
    cost = lambda u: (u - w) ** 2 / 2 + threshold * abs(u)
    for other in (np.zeros_like(w), w, u + 0.1, u - 0.1):
        assert (cost(u) <= cost(other) * (1 + 1e-12) + 1e-12).all()
    assert (np.sign(u) * np.sign(w) >= 0).all()
    np.testing.assert_array_equal(w, before)
    assert not np.shares_memory(u, w)


def test_soft_threshold_by_hand():
    w = np.array([[3.0, -3.0, 1.0, -0.5, 0.0]], np.float32)
    u = soft_threshold(w, 1.0)
    np.testing.assert_array_equal(u, [[2.0, -2.0, 0.0, 0.0, 0.0]])
    assert u.dtype == np.float32
    np.testing.assert_array_equal(soft_threshold(w, [0.0, 1.0, 2.0, 0.0, 0.0]), [[3.0, -2.0, 0.0, -0.5, 0.0]])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: l1(-0.1), "l1 needs strength, finite and >= 0, got -0.1."),
        (lambda: l2(np.nan), "l2 needs strength, finite and >= 0, got nan."),
        (lambda: l2(np.array([[0.1], [-0.1]])), "l2 needs strength, finite and >= 0, got [[ 0.1]\n [-0.1]]."),
        (lambda: elastic_net(-1.0, 0.1), "elastic_net needs l1, finite and >= 0, got -1.0."),
        (lambda: elastic_net(0.1, np.inf), "elastic_net needs l2, finite and >= 0, got inf."),
        (lambda: max_norm(0.0), "max_norm needs limit, finite and > 0, got 0.0."),
        (lambda: max_norm(np.inf), "max_norm needs limit, finite and > 0, got inf."),
        (lambda: soft_threshold(np.ones(2), -0.5), "soft_threshold needs threshold >= 0, got -0.5."),
    ],
)
def test_errors(call, message):
    with pytest.raises(ValueError, match=exactly(message)):
        call()
