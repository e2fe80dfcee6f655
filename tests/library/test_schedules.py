"""What every schedule promises: a rate for every step, one per run if asked, PyTorch's where it has the same."""

import math
import pickle

import comparisons
import numpy as np
import pytest
from registry import SCHEDULES, exactly, public

from tipslib import schedules
from tipslib.losses import softmax_cross_entropy
from tipslib.networks import mlp
from tipslib.optimizers import SGD
from tipslib.schedules import constant, cosine, cyclic_cosine, exponential, inverse_time, step_decay, warmup

each_schedule = pytest.mark.parametrize("make", SCHEDULES.values(), ids=SCHEDULES)


def test_registry_holds_every_schedule():
    assert {name.split()[0] for name in SCHEDULES} == set(public(schedules))


@comparisons.each("schedules")
def test_fifty_rates_equal_pytorch(compare, found):
    comparisons.agree(compare, found)


def test_the_gaps_are_real_names():
    assert set(comparisons.GAPS) <= {f"schedules {name}" for name in SCHEDULES}


@each_schedule
def test_rates_are_between_zero_and_the_first(make):
    rates = [make()(t) for t in range(200)]
    assert all(isinstance(rate, float) for rate in rates)
    assert all(0 <= rate <= 0.1 for rate in rates)
    assert make()(np.int64(3)) == rates[3]


@each_schedule
def test_pickles(make):
    schedule = pickle.loads(pickle.dumps(make()))
    assert [schedule(t) for t in range(20)] == [make()(t) for t in range(20)]


@each_schedule
def test_reads_as_its_call(make):
    assert [eval(repr(make()), vars(schedules))(t) for t in range(60)] == [make()(t) for t in range(60)]


@each_schedule
def test_a_rate_per_run_is_each_rate_alone(make):
    rates = np.array([[0.1], [0.03]])
    for t in (0, 3, 29, 100):
        np.testing.assert_allclose(make(rates)(t).ravel(), [make(0.1)(t), make(0.03)(t)], rtol=1e-14)


@each_schedule
def test_twenty_steps_of_runs_are_those_of_single_networks(make):
    def train(net, lr, x, y):
        optimizer = SGD(make(lr))
        for _ in range(20):
            net.backward(softmax_cross_entropy(net.forward(x, training=True), y)[1], inputs=False)
            optimizer.step(net.params, net.grads)
        return net.params

    rng, rates = np.random.default_rng(0), [0.3, 0.03]
    x, y = rng.normal(size=(2, 6, 4)), rng.integers(2, size=(2, 6))
    together = train(mlp([4, 5, 2], seed=2, runs=2), np.array(rates)[:, None], x, y)
    for r, lr in enumerate(rates):
        np.testing.assert_allclose(together[r], train(mlp([4, 5, 2], seed=2 + r), lr, x[r], y[r]), rtol=1e-12)


def test_by_hand():
    assert [inverse_time(1.0, rate=0.5)(t) for t in (0, 2, 6)] == [1.0, 0.5, 0.25]
    assert [cosine(2.0, 4, floor=1.0)(t) for t in (0, 2, 4, 9)] == [2.0, pytest.approx(1.5), 1.0, 1.0]
    assert [warmup(4, step_decay(1.0, every=2))(t) for t in range(7)] == [0.25, 0.5, 0.75, 1.0, 1.0, 1.0, 0.1]


def test_the_cycle_begins_anew():
    rates = [cyclic_cosine(0.2, steps=4)(t) for t in range(8)]
    np.testing.assert_allclose(rates[:4], 0.1 * (1 + np.cos(np.pi * np.arange(4) / 4)))
    assert rates[4:] == rates[:4]


def test_rates_may_be_zero_and_equal_to_the_floor():
    assert constant(0.0)(3) == 0.0
    assert cosine(0.1, 5, floor=0.1)(3) == pytest.approx(0.1)


def test_cosine_stays_at_its_floor_where_pytorch_rises_again():
    _, theirs = comparisons.stored()[0]["schedule cosine"][[30, 49]]
    assert cosine(0.1, steps=30)(49) == 0.0
    assert theirs > 0.07


def test_cosine_does_not_fall_below_its_floor_by_rounding():
    assert cosine(0.3, steps=7, floor=0.1)(7) == 0.1
    assert math.isclose(cosine(0.3, steps=7, floor=0.1)(0), 0.3, rel_tol=1e-15)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: constant(-0.1), "constant needs lr, finite and >= 0, got -0.1."),
        (lambda: step_decay(np.nan, 3), "step_decay needs lr, finite and >= 0, got nan."),
        (lambda: step_decay(0.1, 0), "step_decay needs every, an integer >= 1, got 0."),
        (lambda: step_decay(0.1, 3, factor=0.0), "step_decay needs 0 < factor <= 1, got factor=0.0."),
        (lambda: step_decay(0.1, 3, factor=1.5), "step_decay needs 0 < factor <= 1, got factor=1.5."),
        (lambda: exponential(np.inf, 0.9), "exponential needs lr, finite and >= 0, got inf."),
        (lambda: exponential(0.1, 0.0), "exponential needs 0 < rate <= 1, got rate=0.0."),
        (lambda: exponential(0.1, 1.1), "exponential needs 0 < rate <= 1, got rate=1.1."),
        (lambda: inverse_time(-1.0, 0.9), "inverse_time needs lr, finite and >= 0, got -1.0."),
        (lambda: inverse_time(0.1, -0.5), "inverse_time needs rate, finite and >= 0, got -0.5."),
        (lambda: inverse_time(0.1, np.inf), "inverse_time needs rate, finite and >= 0, got inf."),
        (lambda: cosine(-1.0, 5), "cosine needs lr, finite and >= 0, got -1.0."),
        (lambda: cyclic_cosine(0.1, 0), "cyclic_cosine needs steps, an integer >= 1, got 0."),
        (lambda: cosine(0.1, 2.5), "cosine needs steps, an integer >= 1, got 2.5."),
        (lambda: cosine(0.1, 5, floor=0.2), "cosine needs lr >= floor >= 0, got lr=0.1, floor=0.2."),
        (lambda: cosine(0.1, 5, floor=-0.2), "cosine needs lr >= floor >= 0, got lr=0.1, floor=-0.2."),
        (lambda: warmup(0, constant(0.1)), "warmup needs steps, an integer >= 1, got 0."),
    ],
)
def test_errors(call, message):
    with pytest.raises(ValueError, match=exactly(message)):
        call()


def test_warmup_needs_a_schedule():
    message = "warmup needs a schedule to follow, such as constant(0.1), got 0.1."
    with pytest.raises(TypeError, match=exactly(message)):
        warmup(5, 0.1)
