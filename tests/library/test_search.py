"""Search: what is drawn, what is kept, the same results on one process, two, and a cluster; failures are reported."""

import math
import os
import sys

import numpy as np
import pytest
from registry import exactly

from tipslib.datasets import Examples, Splits, digits
from tipslib.networks import mlp
from tipslib.optimizers import SGD
from tipslib.search import (
    Interval,
    Trial,
    choice,
    coarse_to_fine,
    cross_validate,
    grid,
    log_uniform,
    random_search,
    ranked,
    run,
    successive_halving,
    uniform,
)
from tipslib.training import fit

SPACE = {"lr": log_uniform(1e-4, 1.0), "p": uniform(0.0, 0.5), "width": choice([16, 32])}


def share_below(draws, limits):
    return np.mean(np.asarray(draws)[:, None] < limits, axis=0)


@pytest.mark.parametrize(
    ("distribution", "quarters"),
    [(uniform(-1, 3), [0, 1, 2]), (log_uniform(1e-4, 1), [1e-3, 1e-2, 1e-1])],
)
def test_draws_are_uniform_on_their_scale(distribution, quarters):
    """Each quarter of the scale gets a quarter of 4000 draws, within five standard errors."""
    rng = np.random.default_rng(0)
    draws = [distribution.sample(rng) for _ in range(4000)]
    assert all(isinstance(draw, float) for draw in draws)
    assert distribution.low <= min(draws) < max(draws) <= distribution.high
    np.testing.assert_allclose(share_below(draws, quarters), [0.25, 0.5, 0.75], atol=5 * 0.5 / np.sqrt(4000))


def test_choices_are_equally_likely():
    rng = np.random.default_rng(0)
    draws = [choice("abc").sample(rng) for _ in range(3000)]
    for letter in "abc":
        assert abs(draws.count(letter) / 3000 - 1 / 3) < 5 * np.sqrt(2 / 9 / 3000)


def test_intervals_narrow_around_a_value_and_stay_inside():
    assert uniform(0, 10).around(5, 0.4) == Interval(3.0, 7.0)
    assert uniform(0, 10).around(1, 0.4) == Interval(0.0, 3.0)
    narrow = log_uniform(1e-4, 1).around(1e-2, 0.5)
    np.testing.assert_allclose((narrow.low, narrow.high), (1e-3, 1e-1))
    edge = log_uniform(1e-4, 1).around(1e-4, 0.5)
    assert edge.low >= 1e-4
    assert edge.low == pytest.approx(1e-4)
    assert edge.high == pytest.approx(1e-3)
    assert choice([1, 2]).around(1, 0.1) == choice((1, 2))


def test_the_ends_of_a_logarithmic_interval_are_not_overstepped():
    class End:
        def uniform(self, low, high):
            return np.nextafter(high, math.inf)

    assert log_uniform(0.1, 0.3).sample(End()) == 0.3


def test_a_grid_has_every_combination():
    found = grid({"a": [1, 2], "b": "xyz", "c": iter([0])})
    assert found == [{"a": a, "b": b, "c": 0} for a in (1, 2) for b in "xyz"]


def test_random_search_draws_from_the_space():
    found = random_search(SPACE, 50, seed=1)
    assert len(found) == 50
    assert all(list(candidate) == list(SPACE) for candidate in found)
    assert len({candidate["lr"] for candidate in found}) == 50
    assert {candidate["width"] for candidate in found} == {16, 32}
    assert found[:20] == random_search(SPACE, 20, seed=1)
    assert found != random_search(SPACE, 50, seed=2)


def test_trials_keep_the_order_of_the_candidates():
    trials = run(lambda c: c["x"] ** 2, grid({"x": [3, 1, 2]}))
    assert [trial.candidate for trial in trials] == [{"x": 3}, {"x": 1}, {"x": 2}]
    assert [trial.score for trial in trials] == [9.0, 1.0, 4.0]
    assert all(trial.seconds >= 0 and trial.budget is None and not trial.failed for trial in trials)


def fails(x):
    if x == 1:
        raise ZeroDivisionError("nothing there")
    return {2: math.nan, 3: math.inf, 4: "many"}.get(x, x)


def test_a_trial_that_fails_is_reported_and_ends_nothing():
    trials = run(fails, range(6))
    assert [trial.error for trial in trials] == [
        None,
        "ZeroDivisionError: nothing there",
        "The objective returned nan, not a finite number.",
        "The objective returned inf, not a finite number.",
        "ValueError: could not convert string to float: 'many'",
        None,
    ]
    assert [trial.failed for trial in trials] == [False, True, True, True, True, False]
    assert all(math.isnan(trial.score) for trial in trials if trial.failed)
    assert [trial.candidate for trial in ranked(trials)] == [0, 5]
    assert [trial.candidate for trial in ranked(trials, maximize=True)] == [5, 0]


def test_a_training_that_diverges_is_a_failed_trial():
    def objective(lr):
        return fit(mlp([64, 20, 10]), digits(100), SGD(lr), epochs=2).val_loss[-1]

    good, bad = run(objective, [0.1, 1e200])
    assert not good.failed
    assert bad.error.startswith("DivergenceError: The loss became")


def test_equal_scores_keep_their_order():
    trials = [Trial(name, score, None, 0.0) for name, score in (("a", 1.0), ("b", 0.0), ("c", 1.0))]
    assert [trial.candidate for trial in ranked(trials, maximize=True)] == ["a", "c", "b"]


def training():
    """Return an objective and candidates: a training whose every random number comes from its candidate."""

    def objective(candidate):
        if candidate["lr"] == 1e200:
            raise RuntimeError("too large")
        net = mlp([64, 10, 10], dropout=0.2, seed=candidate["seed"])
        return fit(net, digits(100), SGD(candidate["lr"]), epochs=2, seed=candidate["seed"]).val_loss[-1]

    return objective, grid({"lr": [0.03, 0.1, 1e200], "seed": [0, 1]})


def same(one, other):
    """Say whether two lists of trials agree in all but the time."""
    return [t._replace(seconds=0.0, score=repr(t.score)) for t in one] == [
        t._replace(seconds=0.0, score=repr(t.score)) for t in other
    ]


def test_two_processes_find_what_one_finds():
    objective, candidates = training()
    alone = run(objective, candidates)
    assert [trial.failed for trial in alone] == [False] * 4 + [True] * 2
    assert same(alone, run(objective, candidates, n_jobs=2))


def test_two_processes_are_two_and_not_this_one():
    def process(_):
        import time

        time.sleep(0.2)
        return os.getpid()

    assert {trial.score for trial in run(process, range(4))} == {os.getpid()}
    elsewhere = {trial.score for trial in run(process, range(4), n_jobs=2)}
    assert len(elsewhere) == 2
    assert os.getpid() not in elsewhere


def test_the_context_of_joblib_decides_where_nothing_is_said():
    import joblib

    with joblib.parallel_config(backend="loky", n_jobs=2):
        pids = {trial.score for trial in run(lambda _: os.getpid(), range(4))}
    assert os.getpid() not in pids


@pytest.mark.audit
def test_a_cluster_finds_what_one_process_finds():
    """Two worker processes of dask.distributed, under the same call."""
    distributed = pytest.importorskip("distributed", reason="the extra `scale`: pip install dask distributed")
    import joblib

    objective, candidates = training()
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        distributed.Client(cluster),
        joblib.parallel_config(backend="dask"),
    ):
        found = run(objective, candidates)
        pids = {trial.score for trial in run(lambda _: os.getpid(), range(20))}
        rungs = successive_halving(lambda x, budget: x / budget, range(9))
        scores = cross_validate(lambda fold: fold.raw.val.x.sum(), digits(103))
    assert same(found, run(objective, candidates))
    assert len(pids) == 2
    assert os.getpid() not in pids
    assert same(rungs, successive_halving(lambda x, budget: x / budget, range(9)))
    np.testing.assert_array_equal(scores, cross_validate(lambda fold: fold.raw.val.x.sum(), digits(103)))


def test_ctrl_c_keeps_the_trials_that_are_done():
    def objective(x):
        if x == 3:
            raise KeyboardInterrupt
        return x

    assert [trial.score for trial in run(objective, range(9))] == [0.0, 1.0, 2.0]


class Pressing:
    """An objective that counts its calls and presses Ctrl-C in call 7."""

    def __init__(self):
        self.calls = 0

    def __call__(self, *_):
        self.calls += 1
        if self.calls == 7:
            raise KeyboardInterrupt
        return self.calls


def test_ctrl_c_ends_a_search_of_several_rounds():
    first, second, third = Pressing(), Pressing(), Pressing()
    assert len(coarse_to_fine(first, SPACE, n=5, rounds=4)) == 6
    assert len(successive_halving(second, range(5), factor=2)) == 6
    assert len(successive_halving(third, range(9), factor=2)) == 6
    assert first.calls == second.calls == third.calls == 7
    with pytest.raises(KeyboardInterrupt):
        cross_validate(Pressing(), digits(103), k=8)


def test_one_process_needs_no_joblib(monkeypatch):
    monkeypatch.setitem(sys.modules, "joblib", None)
    assert [trial.score for trial in run(abs, [-1, 2])] == [1.0, 2.0]
    with pytest.raises(ImportError, match=exactly("n_jobs=2 needs joblib: pip install joblib.")):
        run(abs, [-1, 2], n_jobs=2)


def test_a_bar_shows_the_progress(capsys):
    pytest.importorskip("tqdm", reason="the bar is tqdm's")
    run(abs, [-1, 2], progress=True)
    assert "2/2" in capsys.readouterr().err


@pytest.mark.parametrize("maximize", [False, True])
def test_coarse_to_fine_closes_in(maximize):
    sign = -1 if maximize else 1

    def objective(candidate):
        return sign * ((np.log10(candidate["lr"]) + 2) ** 2 + (candidate["p"] - 0.3) ** 2)

    trials = coarse_to_fine(objective, SPACE, n=15, rounds=4, seed=3, maximize=maximize)
    assert len(trials) == 60
    rounds = [trials[i : i + 15] for i in range(0, 60, 15)]
    spreads = [np.ptp([np.log(trial.candidate["lr"]) for trial in part]) for part in rounds]
    assert spreads[1] < 0.45 * np.log(1e4)
    assert spreads[2] < 0.18 * np.log(1e4)
    assert spreads[3] < 0.08 * np.log(1e4)
    best = ranked(trials, maximize=maximize)[0].candidate
    assert abs(np.log10(best["lr"]) + 2) < 0.15
    assert abs(best["p"] - 0.3) < 0.05
    assert {trial.candidate["width"] for trial in rounds[3]} == {16, 32}
    assert [trial.candidate for trial in rounds[0]] == random_search(SPACE, 15, seed=3)


def test_coarse_to_fine_goes_on_where_all_fail():
    assert [trial.failed for trial in coarse_to_fine(lambda c: math.nan, SPACE, n=2, rounds=2)] == [True] * 4


def test_successive_halving_spends_on_the_best():
    calls = []

    def objective(x, budget):
        calls.append((x, budget))
        if x == 7:
            raise ValueError("never")
        return abs(x - 4) + 1 / budget

    trials = successive_halving(objective, range(9), budget=2, factor=3)
    assert [(trial.candidate, trial.budget) for trial in trials] == calls
    assert calls == [(x, 2) for x in range(9)] + [(4, 6), (3, 6), (5, 6), (4, 18)]
    assert [trial.failed for trial in trials] == [x == 7 for x, _ in calls]
    most = successive_halving(lambda x, budget: x, range(4), factor=2, maximize=True)
    assert [trial.candidate for trial in most[4:]] == [3, 2, 3]
    assert successive_halving(objective, []) == []


def test_cross_validation_holds_every_example_back_once():
    part = Examples(np.arange(20.0)[:, None], np.arange(20) % 2)
    rest = Examples(np.arange(20.0, 30.0)[:, None], np.arange(10) % 2)
    scores = cross_validate(lambda fold: fold.val.x.sum(), Splits(part, rest, rest), k=5)
    assert scores.shape == (5,)
    assert scores.sum() == np.arange(30).sum()
    np.testing.assert_array_equal(
        scores, cross_validate(lambda fold: fold.val.x.sum(), Splits(part, rest, rest), k=5, n_jobs=2)
    )
    assert (scores != cross_validate(lambda fold: fold.val.x.sum(), Splits(part, rest, rest), k=5, seed=1)).any()


def test_a_fold_that_fails_is_named():
    def objective(fold):
        raise ValueError("no")

    with pytest.raises(RuntimeError, match=exactly("Fold 0 of 3 failed. ValueError: no")):
        cross_validate(objective, digits(103), k=3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: uniform(1, 1), "uniform needs low < high, both finite, got low=1, high=1."),
        (lambda: uniform(0, math.inf), "uniform needs low < high, both finite, got low=0, high=inf."),
        (lambda: log_uniform(0, 1), "log_uniform needs 0 < low < high, both finite, got low=0, high=1."),
        (lambda: choice([]), "choice needs one value or more, got none."),
        (lambda: random_search(SPACE, 0), "random_search needs n, an integer >= 1, got 0."),
        (lambda: coarse_to_fine(abs, SPACE, n=0), "coarse_to_fine needs n, an integer >= 1, got 0."),
        (lambda: coarse_to_fine(abs, SPACE, rounds=0), "coarse_to_fine needs rounds, an integer >= 1, got 0."),
        (lambda: coarse_to_fine(abs, SPACE, share=0), "coarse_to_fine needs 0 < share <= 1, got share=0."),
        (lambda: successive_halving(abs, [1], budget=0), "successive_halving needs budget, an integer >= 1, got 0."),
        (lambda: successive_halving(abs, [1], factor=1), "successive_halving needs factor, an integer >= 2, got 1."),
        (
            lambda: cross_validate(abs, digits(103), k=1),
            "folds needs k for 500 examples, an integer from 2 to 500, got 1.",
        ),
    ],
)
def test_errors(call, message):
    with pytest.raises(ValueError, match=exactly(message)):
        call()
