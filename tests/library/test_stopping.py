"""Prechelt's criteria on numbers that can be checked by hand, alone and as what ends a training."""

import numpy as np
import pytest
from registry import exactly

from tipslib.datasets import digits
from tipslib.networks import mlp
from tipslib.optimizers import SGD
from tipslib.stopping import BestEpoch
from tipslib.training import (
    EarlyStopping,
    Epoch,
    StopWhen,
    evaluate,
    fit,
    generalization_loss,
    progress_quotient,
    up_criterion,
)

DATA = digits(n=100)
NAN = np.nan
VALLEY = [4.0, 2.0, 1.0, 1.25, 1.5, 2.0, 1.75, 3.0]


def row(epoch, value):
    return Epoch(epoch, epoch, value, value, value, value, 0.1, 0.0)


def test_generalization_loss_is_the_loss_above_the_lowest_so_far_in_percent():
    np.testing.assert_allclose(generalization_loss(VALLEY), [0, 0, 0, 25, 50, 100, 75, 200])


def test_progress_quotient_is_taken_at_the_ends_of_strips():
    train = [3.0, 1.0, 1.0, 0.5, 2.0, 6.0, 1.0, 1.0]
    # mean / min of the strips: 2 / 1, 0.75 / 0.5, 4 / 2, and 1 / 1, where no progress is left
    expected = [NAN, 0 / 1000, NAN, 25 / 500, NAN, 100 / 1000, NAN, np.inf]
    np.testing.assert_allclose(progress_quotient(train, VALLEY, strip=2), expected)


def test_a_strip_that_has_not_ended_has_no_quotient():
    assert np.isnan(progress_quotient(VALLEY[:4], VALLEY[:4])).all()
    assert np.isfinite(progress_quotient(VALLEY[:5], VALLEY[:5])[4])


@pytest.mark.parametrize(
    ("successive", "strip", "epochs"),
    [
        (1, 1, [4, 5, 6, 8]),
        (2, 1, [5, 6]),
        (3, 1, [6]),
        (4, 1, []),
        (1, 2, [6, 8]),  # the ends are 2, 1.25, 2, 3
        (2, 2, [8]),
        (3, 2, []),
        (1, 5, []),
    ],
)
def test_up_criterion_counts_strips_that_rose(successive, strip, epochs):
    found = up_criterion(VALLEY, successive=successive, strip=strip)
    assert found.dtype == bool
    assert (np.flatnonzero(found) + 1).tolist() == epochs


def test_up_criterion_usually_waits_for_three_strips_of_five_epochs():
    assert np.flatnonzero(up_criterion(np.arange(20.0))).tolist() == [19]  # compares epochs 5, 10, 15 and 20
    np.testing.assert_array_equal(up_criterion(VALLEY), up_criterion(VALLEY, successive=3, strip=5))


def test_up_criterion_stops_where_its_recursion_says():
    """UP_s stops at t iff UP_(s-1) stops at t - k and E(t) > E(t - k), as the paper defines it."""
    loss = np.random.default_rng(0).random(60)
    strip = 3
    for s in (2, 3):
        fewer, more = (up_criterion(loss, successive=i, strip=strip) for i in (s - 1, s))
        for t in range(strip, 60):
            assert more[t] == (fewer[t - strip] and up_criterion(loss, successive=1, strip=strip)[t])
        assert more.any()


@pytest.mark.parametrize(
    "criterion",
    [
        generalization_loss,
        lambda loss: progress_quotient(loss + 1, loss, strip=2),
        lambda loss: up_criterion(loss, successive=2, strip=1),
    ],
)
def test_runs_are_columns(criterion):
    loss = np.random.default_rng(0).random((12, 3)) + 0.1
    kept = loss.copy()
    np.testing.assert_array_equal(criterion(loss), np.stack([criterion(column) for column in loss.T], axis=1))
    np.testing.assert_array_equal(loss, kept)


def test_stop_when_ends_a_training_and_restores_the_best_epoch():
    net = mlp([64, 30, 10])
    stop = StopWhen(lambda history: generalization_loss(history.val_loss)[-1] > 1)
    history = fit(net, DATA, SGD(1.0), epochs=60, stop=stop)
    lost = generalization_loss(history.val_loss)
    assert len(history) < 60
    assert lost[-1] > 1
    assert (lost[:-1] <= 1).all()
    assert stop.best_epoch == history.val_loss.argmin() + 1 < len(history)
    assert evaluate(net, DATA.val)[0] == history.val_loss.min()


def test_stop_when_may_watch_something_else_than_it_keeps():
    stop = StopWhen(lambda history: history.epoch[-1] == 3, monitor="val_accuracy", restore_best=False)
    net = mlp([64, 10])
    history = fit(net, DATA, SGD(0.1), epochs=9, stop=stop)
    assert len(history) == 3
    assert stop.kept == {}
    assert evaluate(net, DATA.val)[0] == history.val_loss[-1]


def test_each_run_stops_for_itself():
    stop = StopWhen(lambda history: generalization_loss(history.val_loss)[-1] > 50)
    net = mlp([1, 1], runs=2)
    for epoch, values in enumerate([[5.0, 5.0], [9.0, 4.0], [1.0, 3.0], [0.5, 9.0]], 1):
        net.params[...] = epoch
        assert stop(row(epoch, np.array(values)), net) == (epoch == 4)
    assert stop.best_epoch.tolist() == [1, 3]
    stop.restore(net)
    assert net.params.tolist() == [[1.0, 1.0], [3.0, 3.0]]


def test_the_best_epoch_of_an_accuracy_is_the_highest():
    best = BestEpoch("train_accuracy", min_delta=0.1)
    assert [bool(best.take(row(i, a))) for i, a in enumerate([0.5, 0.55, 0.7], 1)] == [True, False, True]
    assert best.best_epoch == 3


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: progress_quotient([1.0], [1.0, 2.0]),
            ValueError,
            "progress_quotient needs columns of one shape, got (1,) and (2,).",
        ),
        (
            lambda: progress_quotient([1.0], [1.0], strip=0),
            ValueError,
            "progress_quotient needs strip, an integer >= 1, got 0.",
        ),
        (lambda: up_criterion([1.0], strip=1.5), ValueError, "up_criterion needs strip, an integer >= 1, got 1.5."),
        (
            lambda: up_criterion([1.0], successive=0),
            ValueError,
            "up_criterion needs successive, an integer >= 1, got 0.",
        ),
        (
            lambda: StopWhen(bool, monitor="lr"),
            ValueError,
            "StopWhen needs a loss or an accuracy to monitor, got 'lr'.",
        ),
        (
            lambda: StopWhen(bool).restore(mlp([1, 1])),
            RuntimeError,
            "StopWhen has no network to restore: call it with the row and the network.",
        ),
    ],
)
def test_errors(call, error, message):
    with pytest.raises(error, match=exactly(message)):
        call()


class Interrupting(SGD):
    """Presses Ctrl-C in step 6."""

    def update(self, params, grads, lr, decays):
        if self.t == 5:
            raise KeyboardInterrupt
        super().update(params, grads, lr, decays)


def test_ctrl_c_ends_a_training_and_keeps_its_history():
    net = mlp([64, 10])
    history = fit(net, DATA, Interrupting(0.1), epochs=9, batch_size=50)  # two steps per epoch
    assert history.interrupted
    assert history.epoch.tolist() == [1, 2]
    other = mlp([64, 10])
    whole = fit(other, DATA, SGD(0.1), epochs=2, batch_size=50)
    assert not whole.interrupted
    np.testing.assert_array_equal(history.val_loss, whole.val_loss)
    assert not np.array_equal(net.params, other.params)  # the fifth step, of the third epoch, is kept


def test_ctrl_c_restores_the_best_epoch_too():
    net, other = mlp([64, 10]), mlp([64, 10])
    fit(net, DATA, Interrupting(0.1), epochs=9, batch_size=50, stop=EarlyStopping(patience=5))
    fit(other, DATA, SGD(0.1), epochs=2, batch_size=50)
    np.testing.assert_array_equal(net.params, other.params)
