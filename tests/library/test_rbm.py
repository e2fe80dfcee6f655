"""The RBM against its definition, summed over all states of a small one, and the rescue of a deep sigmoid network."""

from itertools import product

import numpy as np
import pytest
from registry import exactly

from tipslib.activations import sigmoid
from tipslib.datasets import Examples, Splits, digits
from tipslib.diagnostics import delta_ratio
from tipslib.gradcheck import numerical_gradient
from tipslib.initializers import lecun_normal
from tipslib.networks import mlp
from tipslib.optimizers import SGD
from tipslib.rbm import RBM, greedy_pretrain, stack
from tipslib.training import evaluate, fit

V, H = (np.array(list(product([0.0, 1.0], repeat=n))) for n in (4, 3))


def machine(seed=0):
    rng, rbm = np.random.default_rng(seed), RBM(4, 3, seed=seed)
    for own in (rbm.W, rbm.b, rbm.c):
        own[...] = rng.normal(size=own.shape)
    return rbm


def test_the_usual_seed_is_zero():
    np.testing.assert_array_equal(RBM(4, 3).W, RBM(4, 3, seed=0).W)


def joint(rbm):
    """Return p(v, h) for all 16 x 8 states, from the energy."""
    energy = -(V @ rbm.b.T) - (H @ rbm.c.T).T - V @ rbm.W @ H.T
    weights = np.exp(-energy)
    return weights / weights.sum()


def log_likelihood(rbm, v):
    """Return the mean log-likelihood of the states ``v``, the constant summed over all of them."""
    return (-rbm.free_energy(v) - np.log(np.exp(-rbm.free_energy(V)).sum())).mean()


def test_free_energy_has_the_hidden_units_summed_out():
    rbm = machine()
    p = np.exp(-rbm.free_energy(V))
    np.testing.assert_allclose(p / p.sum(), joint(rbm).sum(axis=1), rtol=1e-12)


def test_conditionals_are_those_of_the_joint_distribution():
    rbm = machine()
    p = joint(rbm)
    np.testing.assert_allclose(rbm.hidden(V), p @ H / p.sum(axis=1, keepdims=True), rtol=1e-12)
    np.testing.assert_allclose(rbm.visible(H), p.T @ V / p.sum(axis=0)[:, None], rtol=1e-12)


def test_samples_have_their_probabilities():
    """Five standard errors of a share of 20000 draws."""
    p = np.array([0.0, 0.1, 0.5, 1.0])
    drawn = RBM(4, 1).sample(np.tile(p, (20000, 1)))
    assert set(np.unique(drawn)) == {0.0, 1.0}
    assert (abs(drawn.mean(axis=0) - p) <= 5 * np.sqrt(p * (1 - p) / 20000)).all()


def test_one_step_by_hand():
    """Weights so large that nothing is left to chance: v = (1, 0) gives h = 1, that gives v = (1, 1) and h = 1."""
    rbm = RBM(2, 1)
    rbm.W[...] = [[100.0], [100.0]]
    rbm.b[...], rbm.c[...] = -50.0, -50.0
    W, b, c = rbm.statistics([[1.0, 0.0]])
    np.testing.assert_allclose(W, [[0.0], [-1.0]], atol=1e-12)
    np.testing.assert_allclose(b, [[0.0, -1.0]], atol=1e-12)
    np.testing.assert_allclose(c, [[0.0]], atol=1e-12)


def test_a_long_chain_gives_the_gradient_of_the_likelihood():
    """Of b it is exact up to noise, five standard errors of 40000 chains; for W and c the last step adds a bias."""
    rbm, v = machine(), V[[3, 5, 6, 12, 12]]
    rbm.W *= 0.5
    long = rbm.statistics(np.tile(v, (8000, 1)), k=40)
    for name, found, tolerance in zip("Wbc", long, (0.05, 5 * 0.5 / 200, 0.05), strict=True):
        own = getattr(rbm, name)
        kept = own.copy()

        def value(entries, own=own):
            own[...] = entries
            return log_likelihood(rbm, v)

        expected = numerical_gradient(value, kept)
        own[...] = kept
        np.testing.assert_allclose(found, expected, atol=tolerance)
        assert name == "c" or abs(expected).max() > 3 * tolerance


@pytest.mark.parametrize("k", [1, 3])
def test_learning_raises_the_likelihood(k):
    bars = np.array([[1, 1, 0, 0], [0, 0, 1, 1]], float)
    rbm = RBM(4, 3)
    before = log_likelihood(rbm, bars)
    assert before == pytest.approx(np.log(1 / 16), abs=0.01)
    errors = rbm.fit(np.tile(bars, (20, 1)), epochs=200, lr=0.3, k=k)
    assert log_likelihood(rbm, bars) > np.log(1 / 2) - 0.3  # log 1/2 is the most that there is
    assert len(errors) == 200
    assert errors[-1] == pytest.approx(rbm.reconstruction_error(bars))
    assert errors[-1] < 0.1 * errors[0]


def test_fit_visits_every_example_once_per_epoch(monkeypatch):
    rbm, seen = RBM(1, 1), []
    original = RBM.statistics
    monkeypatch.setattr(RBM, "statistics", lambda self, v, k: seen.append(v) or original(self, v, k))
    x = np.arange(10.0)[:, None] / 10
    rbm.fit(x, epochs=2, batch_size=4)
    assert [len(v) for v in seen] == [4, 4, 2] * 2
    epochs = [np.concatenate(seen[i : i + 3]).ravel().tolist() for i in (0, 3)]
    assert [sorted(epoch) for epoch in epochs] == [x.ravel().tolist()] * 2
    assert epochs[0] != epochs[1]


@pytest.mark.parametrize("per_run", [False, True])
def test_runs_are_single_machines(per_run):
    x = np.random.default_rng(0).random((3, 25, 4) if per_run else (25, 4))
    kept = x.copy()
    together = RBM(4, 3, seed=5, runs=3)
    errors = together.fit(x, epochs=5, batch_size=10, k=2)  # 15 steps
    for r in range(3):
        alone = RBM(4, 3, seed=5 + r)
        own = x[r] if per_run else x
        np.testing.assert_allclose([e[r] for e in errors], alone.fit(own, epochs=5, batch_size=10, k=2), rtol=1e-12)
        for name in "Wbc":
            np.testing.assert_allclose(getattr(together, name)[r], getattr(alone, name), rtol=1e-12, atol=1e-15)
        np.testing.assert_allclose(together.free_energy(x)[r], alone.free_energy(own), rtol=1e-12)
    np.testing.assert_array_equal(x, kept)


@pytest.mark.parametrize("runs", [None, 2])
def test_pretrained_layers_are_the_stacked_machines(runs):
    x = np.random.default_rng(0).random((30, 6))
    net = greedy_pretrain([6, 5, 4, 3], x, seed=2, runs=runs, epochs=3)
    rbms = stack([6, 5, 4], x, seed=2, runs=runs, epochs=3)
    h = x
    for rbm, layer in zip(rbms, net.layers[::2], strict=False):
        np.testing.assert_array_equal(layer.params["W"], rbm.W)
        np.testing.assert_array_equal(layer.params["b"], rbm.c)
        h = rbm.hidden(h)
    fresh = mlp([6, 5, 4, 3], activation=sigmoid, seed=2, runs=runs)
    np.testing.assert_array_equal(net.layers[-1].params["W"], fresh.layers[-1].params["W"])
    np.testing.assert_allclose(net.predict(x), h @ fresh.layers[-1].params["W"], rtol=1e-12)
    alone = RBM(5, 4, seed=2, runs=runs)
    alone.fit(rbms[0].hidden(x), epochs=3)
    np.testing.assert_array_equal(rbms[1].W, alone.W)


def test_pretraining_rescues_a_deep_sigmoid_network():
    """A second implementation: delta ratio .124 instead of .003, test .90 +- .04 at lr 1 instead of chance."""
    raw, widths = digits().raw, [64, 100, 100, 100, 100, 100, 10]
    data = Splits(*(Examples(part.x / 16, part.y) for part in (raw.train, raw.val, raw.test)))
    random = mlp(widths, activation=sigmoid, init=lecun_normal, runs=2)
    trained = greedy_pretrain(widths, data.train.x, runs=2)
    assert (delta_ratio(random, *data.train) < 0.004).all()
    assert (abs(delta_ratio(trained, *data.train) - 0.124) < 0.06).all()
    for net in (random, trained):
        fit(net, data, SGD(1.0), epochs=30, batch_size=64)
    assert (evaluate(random, data.test)[1] < 0.15).all()
    assert (abs(evaluate(trained, data.test)[1] - 0.9) < 0.1).all()


IN_01 = np.full((3, 4), 0.5)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: RBM(0, 1), "RBM needs n_visible, an integer >= 1, got 0."),
        (lambda: RBM(1, 1.5), "RBM needs n_hidden, an integer >= 1, got 1.5."),
        (lambda: RBM(1, 1, runs=0), "RBM needs runs, an integer >= 1, got 0."),
        (lambda: RBM(4, 1).statistics(IN_01, k=0), "RBM.statistics needs k, an integer >= 1, got 0."),
        (lambda: RBM(4, 1).fit(IN_01, batch_size=0), "RBM.fit needs batch_size, an integer >= 1, got 0."),
        (lambda: RBM(4, 1).fit(IN_01, lr=0.0), "RBM.fit needs lr, finite and > 0, got 0.0."),
        (lambda: RBM(4, 1).fit(IN_01 * 4), "RBM.fit needs x in [0, 1], got values from 2 to 2."),
        (lambda: RBM(4, 1).fit(IN_01 * np.nan), "RBM.fit needs x in [0, 1], got values from nan to nan."),
        (lambda: RBM(3, 1).fit(IN_01), "RBM.fit needs x of shape (N, 3), got (3, 4)."),
        (lambda: RBM(4, 1).fit(IN_01[None]), "RBM.fit needs x of shape (N, 4), got (1, 3, 4)."),
        (lambda: RBM(4, 1).fit(IN_01[:0]), "RBM.fit needs x of shape (N, 4), got (0, 4)."),
        (lambda: stack([4], IN_01), "stack needs widths [n_visible, n_hidden, ...], got [4]."),
        (
            lambda: greedy_pretrain([4, 2], IN_01),
            "greedy_pretrain needs widths [n_in, ..., n_out] with a hidden width, got [4, 2].",
        ),
    ],
)
def test_errors(call, message):
    with pytest.raises(ValueError, match=exactly(message)):
        call()


def test_ctrl_c_keeps_the_errors_so_far(monkeypatch):
    rbm, measured = RBM(2, 2), []

    def error(x):
        measured.append(x)
        if len(measured) == 3:
            raise KeyboardInterrupt
        return float(len(measured))

    monkeypatch.setattr(rbm, "reconstruction_error", error)
    assert rbm.fit([[0.0, 1.0]], epochs=10) == [1.0, 2.0]


def test_progress_is_a_bar_of_epochs(capfd):
    RBM(2, 2).fit([[0.0, 1.0]], epochs=3, progress=True)
    assert "3/3" in capfd.readouterr().err
    RBM(2, 2).fit([[0.0, 1.0]], epochs=3)
    assert capfd.readouterr().err == ""


def test_one_step_of_sampling_is_the_usual():
    usual, one = RBM(3, 2), RBM(3, 2)
    data = np.random.default_rng(0).random((8, 3))
    usual.fit(data, epochs=2)
    one.fit(data, epochs=2, k=1)
    assert (usual.W == one.W).all()
