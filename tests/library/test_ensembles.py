"""Ensembles: exact identities, samples that are what they claim, and that many know more than one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from registry import exactly

from tipslib.datasets import Examples, Splits, digits, mnist1d
from tipslib.ensembles import Snapshots, ambiguity, average, bagging, predictions
from tipslib.networks import mlp
from tipslib.optimizers import SGD, Adam
from tipslib.schedules import cyclic_cosine
from tipslib.training import fit

DATA = digits(100)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(m=st.integers(1, 6), n=st.integers(1, 5), k=st.integers(1, 3), seed=st.integers(0, 99))
def test_the_ambiguity_decomposition_is_exact(m, n, k, seed):
    rng = np.random.default_rng(seed)
    f, t, w = rng.normal(size=(m, n, k)), rng.normal(size=(n, k)), rng.dirichlet(np.ones(m))
    for weights in (None, w):
        found = ambiguity(f, t, weights)
        mean = np.average(f, axis=0, weights=weights)
        assert found.ensemble == pytest.approx(((mean - t) ** 2).mean(), rel=1e-12)
        errors = [((one - t) ** 2).mean() for one in f]
        assert found.members == pytest.approx(np.average(errors, weights=weights), rel=1e-12)
        assert found.ensemble == pytest.approx(found.members - found.disagreement, rel=1e-12, abs=1e-14)
        assert found.disagreement >= 0


def test_members_that_agree_gain_nothing():
    assert ambiguity([[1.0, 2.0]] * 3, [0.0, 0.0]).disagreement == 0


def test_arithmetic_and_geometric_mean():
    """Of the probabilities themselves, product and all."""
    z = np.random.default_rng(0).normal(size=(5, 7, 3)) * 3
    p = np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(average(z), sum(p) / 5, rtol=1e-12)
    product = np.prod(p, axis=0) ** (1 / 5)
    np.testing.assert_allclose(average(z, geometric=True), product / product.sum(axis=1, keepdims=True), rtol=1e-12)


def test_predictions_of_runs_and_of_a_list_are_the_same():
    together, alone = mlp([64, 5, 10], runs=3), [mlp([64, 5, 10], seed=m) for m in range(3)]
    x = DATA.val.x[:9]
    np.testing.assert_allclose(predictions(together, x), predictions(alone, x), rtol=1e-12)


def test_bagging_draws_with_replacement():
    data = digits()
    bags = bagging(data, members=20, seed=3)
    assert bags.train.x.shape == (20, 1000, 64)
    assert bags.train.y.shape == (20, 1000)
    rows = {row.tobytes(): i for i, row in enumerate(data.train.x)}
    assert len(rows) == 1000
    places = np.array([[rows[row.tobytes()] for row in bag] for bag in bags.train.x])
    np.testing.assert_array_equal(bags.train.y, data.train.y[places])
    missing = [1 - len(set(bag)) / 1000 for bag in places]
    # a share of 1/e is missed; over 20 bags its mean has a standard error of sqrt(.0972 / 1000 / 20)
    assert abs(np.mean(missing) - np.exp(-1)) < 5 * np.sqrt(0.0972 / 20000)
    counts = np.bincount(places.ravel(), minlength=1000)
    assert counts.max() < 60  # each example 20 times in the mean
    assert len({bag.tobytes() for bag in places}) == 20
    for part in ("val", "test"):
        np.testing.assert_array_equal(getattr(bags, part).x, getattr(data, part).x)
    assert bags.raw is None


def test_each_bag_is_that_of_its_own_seed():
    together = bagging(DATA, members=3, seed=5).train.x
    for m in range(3):
        np.testing.assert_array_equal(together[m], bagging(DATA, members=1, seed=5 + m).train.x[0])


def test_bags_train_side_by_side():
    net = mlp([64, 20, 10], runs=3)
    history = fit(net, bagging(DATA, members=3), Adam(0.01), epochs=3)
    bag = bagging(DATA, members=1, seed=1).train
    alone = mlp([64, 20, 10], seed=1)
    single = fit(alone, Splits(Examples(bag.x[0], bag.y[0]), DATA.val, DATA.test), Adam(0.01), epochs=3, seed=1)
    np.testing.assert_allclose(net.params[1], alone.params, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(history.val_loss[:, 1], single.val_loss, rtol=1e-10)


def test_snapshots_are_the_network_at_the_ends_of_cycles():
    net, snapshots = mlp([64, 10]), Snapshots(every=2)
    history = fit(net, DATA, SGD(cyclic_cosine(0.3, steps=8)), epochs=5, stop=snapshots)
    assert len(history) == 5
    assert len(snapshots.nets) == 2
    for copy, epochs in zip(snapshots.nets, (2, 4), strict=True):
        alone = mlp([64, 10])
        fit(alone, DATA, SGD(cyclic_cosine(0.3, steps=8)), epochs=epochs)
        np.testing.assert_array_equal(copy.params, alone.params)
    assert predictions(snapshots.nets, DATA.val.x).shape == (2, 397, 10)


def test_an_ensemble_beats_its_members():
    """Ten networks on 300 signals: the average is better than their mean by several points."""
    data, net = mnist1d(300), mlp([40, 50, 10], runs=10)
    history = fit(net, data, Adam(0.003), epochs=30)
    accuracy = (average(predictions(net, data.val.x)).argmax(axis=1) == data.val.y).mean()
    assert accuracy > history.val_accuracy[-1].mean() + 0.01


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: predictions(mlp([2, 2]), np.ones((3, 2))),
            "An ensemble needs a network with runs or a sequence of networks, got a single network.",
        ),
        (lambda: predictions([], np.ones((3, 2))), "An ensemble needs one network or more, each without runs."),
        (
            lambda: predictions([mlp([2, 2], runs=2)], np.ones((3, 2))),
            "An ensemble needs one network or more, each without runs.",
        ),
        (lambda: average(np.ones((3, 2))), "average needs logits (M, N, K), got shape (3, 2)."),
        (lambda: bagging(DATA, 0), "bagging needs members, an integer >= 1, got 0."),
        (lambda: Snapshots(0), "Snapshots needs every, an integer >= 1, got 0."),
        (
            lambda: ambiguity(np.ones((2, 3)), np.ones(2)),
            "ambiguity needs outputs (M, N, K) and targets (N, K), got (2, 3) and (2,).",
        ),
        (
            lambda: ambiguity(np.ones((2, 3)), np.ones(3), [1.0]),
            "ambiguity needs 2 weights >= 0 with sum 1, got [1.].",
        ),
        (
            lambda: ambiguity(np.ones((2, 3)), np.ones(3), [2.0, -1.0]),
            "ambiguity needs 2 weights >= 0 with sum 1, got [ 2. -1.].",
        ),
        (
            lambda: ambiguity(np.ones((2, 3)), np.ones(3), [0.5, 0.6]),
            "ambiguity needs 2 weights >= 0 with sum 1, got [0.5 0.6].",
        ),
    ],
)
def test_errors(call, message):
    with pytest.raises(ValueError, match=exactly(message)):
        call()
