"""Generated data: the published recipe of MNIST-1D, number by number; shapes that can be checked; seeds."""

from pathlib import Path

import numpy as np
import pytest
from registry import exactly

from tipslib.datasets import generated, mnist1d, moons, spirals
from tipslib.networks import mlp
from tipslib.optimizers import Adam
from tipslib.training import evaluate, fit

PARTS = ("train", "val", "test")
MAKERS = {"mnist1d": mnist1d, "moons": moons, "spirals": spirals}
each_maker = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)


def test_signals_are_those_of_the_published_code():
    """Thirty signals, made by the published package from draws that were written down (make_mnist1d.py)."""
    with np.load(Path(__file__).with_name("mnist1d.npz")) as stored:
        made = {name: stored[name] for name in stored.files}

    def column(name):
        return made[name][:, None]

    signals = generated._distorted(
        generated._templates()[np.arange(30) % 10],
        padding=36 + np.floor(25 * column("padding")).astype(int),
        scale=column("scale") - 0.5,
        shift=column("shift"),
        noise=np.stack([made["correlated"], made["independent"]]),
        shear=column("shear") - 0.5,
    )
    np.testing.assert_allclose(signals, made["signal"], atol=1e-7)  # theirs adds 1e-8 to mark where the template is


def test_a_linear_model_reaches_about_a_third():
    """The published figure is 32 %; five data sets, the standard error of a mean of five is about 0.6 points."""
    found = []
    for seed in range(5):
        data = mnist1d(n=4000, seed=seed)
        net = mlp([40, 10])
        fit(net, data, Adam(0.01), epochs=15, batch_size=100)
        found.append(evaluate(net, data.test)[1])
    assert abs(np.mean(found) - 0.32) < 0.03, found


@pytest.mark.parametrize("n", [2, 10, 345, 1000, 2500])
def test_mnist1d_has_any_number_of_examples(n):
    data = mnist1d(n)
    for part, size in zip(PARTS, (n, 1000, 1000), strict=True):
        x, y = getattr(data, part)
        assert x.shape == (size, 40)
        assert (x.dtype, y.dtype) == (np.float64, np.int64)
        assert np.ptp(np.bincount(y, minlength=10)) <= 1
    np.testing.assert_allclose(data.train.x.mean(axis=0), 0, atol=1e-13)
    assert data.train.x.std() == pytest.approx(1, rel=1e-12)


def test_fewer_examples_are_the_first_of_more():
    small, large = mnist1d(300).raw, mnist1d(1500).raw
    np.testing.assert_array_equal(small.train.x, large.train.x[:300])
    np.testing.assert_array_equal(small.train.y, large.train.y[:300])
    for part in ("val", "test"):
        np.testing.assert_array_equal(getattr(small, part).x, getattr(large, part).x)


@each_maker
def test_the_seed_decides(make):
    one, same, other = (make(50, seed=seed) for seed in (1, 1, 2))
    for part in PARTS:
        np.testing.assert_array_equal(getattr(one, part).x, getattr(same, part).x)
        np.testing.assert_array_equal(getattr(one, part).y, getattr(same, part).y)
        assert abs(getattr(one, part).x - getattr(other, part).x).min() > 0


@pytest.mark.parametrize(
    ("make", "usual"),
    [
        (mnist1d, {"n": 1000, "seed": 0}),
        (moons, {"n": 200, "noise": 0.2, "seed": 0}),
        (spirals, {"n": 200, "classes": 2, "turns": 1.5, "noise": 0.05, "seed": 0}),
    ],
    ids=MAKERS,
)
def test_the_usual_sizes_noise_and_seed(make, usual):
    np.testing.assert_array_equal(make().train.x, make(**usual).train.x)


def test_draws_of_mnist1d_span_the_ranges_of_the_published_code(monkeypatch):
    """1000 draws leave out an end of 25 integers in one case of 10^17, and a hundredth of a unit in one of 10^4."""
    drawn = {}
    with monkeypatch.context() as patch:
        patch.setattr(generated, "_distorted", lambda patterns, **draws: drawn.update(draws) or np.eye(1000, 40))
        mnist1d(1000)
    assert {name: (drawn[name].min(), drawn[name].max()) for name in ("padding", "shift")} == {
        "padding": (36, 60),
        "shift": (0, 47),
    }
    for name in ("scale", "shear"):
        assert -0.5 <= drawn[name].min() < -0.49
        assert 0.49 < drawn[name].max() <= 0.5


@each_maker
def test_no_example_is_in_two_splits(make):
    data = make(1000, seed=0)
    rows = np.concatenate([getattr(data, part).x for part in PARTS])
    assert len(np.unique(rows, axis=0)) == len(rows)


def test_moons_lie_on_their_half_circles():
    x, y = moons(500, noise=0.0).train
    for label, center, side in ((0, (0, 0), 1), (1, (1, 0.5), -1)):
        arm = x[y == label] - center
        np.testing.assert_allclose(np.hypot(*arm.T), 1)
        assert (side * arm[:, 1] >= -1e-12).all()
        assert np.ptp(arm[:, 0]) > 1.9
    assert np.bincount(y).tolist() == [250, 250]


def test_spirals_turn_as_they_grow():
    """Along an arm the angle grows by 2 pi turns from the center to the rim, and the arms are 1/3 of a turn apart."""
    x, y = spirals(900, classes=3, turns=2.0, noise=0.0).train
    r = np.hypot(*x.T)
    assert r.max() < 1
    turn = np.arctan2(x[:, 1], x[:, 0]) / (2 * np.pi) - 2 * r - y / 3
    np.testing.assert_allclose(turn, np.round(turn), atol=1e-9)
    assert np.bincount(y).tolist() == [300, 300, 300]


@pytest.mark.parametrize("make", [moons, spirals])
def test_noise_has_the_standard_deviation_that_was_asked_for(make):
    """Five standard errors: of 2000 values, 5 / sqrt(4000) of the deviation."""
    moved = (make(1000, noise=0.3).train.x - make(1000, noise=0.0).train.x) / 0.3
    assert abs(moved.std() - 1) < 5 / np.sqrt(4000)
    assert abs(moved.mean()) < 5 / np.sqrt(2000)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: mnist1d(1), "mnist1d needs n training examples, an integer >= 2, got 1."),
        (lambda: mnist1d(10.0), "mnist1d needs n training examples, an integer >= 2, got 10.0."),
        (lambda: moons(True), "moons needs n training examples, an integer >= 2, got True."),
        (lambda: moons(noise=-1), "moons needs noise, finite and >= 0, got -1."),
        (lambda: spirals(noise=np.nan), "spirals needs noise, finite and >= 0, got nan."),
        (lambda: spirals(classes=0), "spirals needs classes, an integer >= 1, got 0."),
        (lambda: mnist1d(seed=-1), "A generator needs a seed, an integer >= 0, got -1."),
    ],
)
def test_errors(call, message):
    with pytest.raises(ValueError, match=exactly(message)):
        call()
