"""The stored measurements of the chapter on dropout are those that their scripts make."""

import measured
import numpy as np
import pytest

sweep = measured.script("generalization", "dropout_sweep")
bands = measured.script("generalization", "dropout_bands")


@pytest.fixture(scope="module")
def stored():
    return measured.stored("generalization", "dropout-sweep")


@pytest.fixture(scope="module")
def stored_bands():
    return measured.stored("generalization", "dropout-bands")


def assert_same(again, stored):
    """The first epochs that were measured again are those that are stored."""
    found = stored[:, : again.shape[1]]
    assert again[[0, 2]] == pytest.approx(found[[0, 2]], rel=0.03)
    assert again[[1, 3, 4]] == pytest.approx(found[[1, 3, 4]], abs=0.03)


def test_every_case_rate_and_epoch_is_there(stored):
    columns, shown, eighty = len(sweep.COLUMNS), len(sweep.SHOWN), (sweep.SHOWN <= 80).sum()
    assert stored["epochs"].tolist() == sweep.SHOWN.tolist()
    assert stored["many"].shape == (len(sweep.RATES), columns, shown, sweep.MANY)
    assert stored["steps"].shape == (len(sweep.STEPPED), len(sweep.STEPS), columns, eighty, sweep.MANY)
    assert stored["normed"].shape == (len(sweep.NORMED), columns, shown, sweep.SEEDS)
    assert stored["mended"].shape == (2, 2, sweep.SEEDS)
    for n, width in sweep.CASES:
        assert stored[f"{n} examples, {width} units"].shape == (len(sweep.FEWER), columns, shown, sweep.SEEDS)
    assert all(np.isfinite(values).all() for values in stored.values())


@pytest.mark.parametrize(("n", "width", "rate"), [(300, 100, 0.5), (1000, 30, 0.3)])
def test_a_stored_case_is_what_the_script_measures(stored, n, width, rate):
    again = sweep.run(sweep.load(n), rate, width, epochs=4)
    assert_same(again, stored[f"{n} examples, {width} units"][sweep.FEWER.index(rate)])


@pytest.mark.parametrize("place", range(len(sweep.NORMED)))
def test_stored_batch_normalization_is_what_the_script_measures(stored, place):
    kind, rate = sweep.NORMED[place]
    assert_same(sweep.run(sweep.load(1000), rate, normed=kind, epochs=2), stored["normed"][place])


@pytest.mark.parametrize("rate", sweep.STEPPED)
@pytest.mark.parametrize("lr", sweep.STEPS)
def test_the_stored_grid_of_learning_rates_is_what_the_script_measures(stored, rate, lr):
    found = stored["steps"][sweep.STEPPED.index(rate), sweep.STEPS.index(lr)]
    assert_same(sweep.run(sweep.load(1000), rate, lr=lr, epochs=4), found[..., : sweep.SEEDS])


def test_the_stored_networks_with_new_statistics_are_what_the_script_measures(stored):
    """The first of the five, trained once more to the end; the others agree with what is stored of them elsewhere."""
    before, after = sweep.mended(sweep.load(1000, seeds=1))[..., 0]
    assert [before[0], after[0]] == pytest.approx(stored["mended"][:, 0, 0], rel=0.02)
    assert [before[1], after[1]] == pytest.approx(stored["mended"][:, 1, 0], abs=0.03)
    risen = np.diff(stored["mended"][:, 0, 0]).item()  # it is above 0.02 for each of the five
    assert after[0] - before[0] == pytest.approx(risen, abs=0.015)
    assert stored["mended"][0, 1].tolist() == stored["normed"][sweep.NORMED.index(("every", 0.5)), 4, -1].tolist()


def test_the_sweep_shows_what_the_chapter_says(stored):
    """Rate 0.5 harms at epoch 80 and helps at epoch 300; narrow layers want a lower rate than wide ones."""
    test, eighty = stored["many"][:, 4], list(sweep.SHOWN).index(80)
    half = sweep.RATES.index(0.5)
    assert (test[half, eighty] < test[0, eighty]).all()
    assert (test[half, -1] > test[0, -1]).all()
    harm = test[0, list(sweep.SHOWN).index(20)] - test[sweep.RATES.index(0.2) :, list(sweep.SHOWN).index(20)]
    assert (harm.mean(axis=1) > 5 * harm.std(axis=1, ddof=1) / np.sqrt(sweep.MANY)).all()
    assert (test[0, -1] - test[0, list(sweep.SHOWN).index(40)]).mean() < 0.02  # without dropout it hardly rises
    best = {
        width: sweep.FEWER[stored[f"1000 examples, {width} units"][:, 3, -1].mean(axis=-1).argmax()]
        for width in (30, 200)
    }
    assert best[30] < best[200]
    assert stored["normed"][1, 4, -1].mean() > stored["normed"][[0, 2], 4, -1].mean(axis=-1).max()


def test_a_stored_band_is_what_the_script_measures(stored_bands):
    place = bands.SIZES.index(2000), bands.RATES.index(0.05), list(bands.ACTIVATIONS).index("ReLU")
    again = bands.band(2000, 0.05, "ReLU")
    inside = (abs(bands.GRID) > 0.75) & (abs(bands.GRID) < 1.75)
    assert stored_bands["bands"].shape[3:] == again.shape
    assert again[1][:, inside].mean() == pytest.approx(stored_bands["bands"][place][1][:, inside].mean(), rel=0.1)
    assert again[0][:, inside] == pytest.approx(stored_bands["bands"][place][0][:, inside], abs=0.1)


def test_the_band_follows_the_rate_and_not_the_data(stored_bands):
    inside = (abs(bands.GRID) > 0.75) & (abs(bands.GRID) < 1.75)
    std = stored_bands["bands"][:, :, 0, 1][..., inside].mean(axis=(-1, -2))  # ReLU: (sizes, rates)
    assert (std[:, -1] > 2 * std[:, 0]).all()
    assert (abs(std[-1] / std[0] - 1) < 0.1).all()
