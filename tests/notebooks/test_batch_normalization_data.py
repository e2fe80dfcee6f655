"""The stored runs of the chapter on batch normalization are those that their scripts measure."""

import measured
import numpy as np
import pytest

rates = measured.script("training", "batch_normalization_rates")
batches = measured.script("training", "batch_normalization_batches")
RATES = measured.stored("training", "batch-normalization-rates")
BATCHES = measured.stored("training", "batch-normalization-batches")


def usable(net, norm, epoch=10):
    """Return the smallest and the largest rate with a mean accuracy of 0.9 or more."""
    place = list(rates.NETS).index(net), list(rates.NORMS).index(norm), slice(None), list(rates.SHOWN).index(epoch)
    works = rates.RATES[RATES["accuracy"][place].mean(axis=-1) >= 0.9]
    return (works.min(), works.max()) if works.size else None


def test_every_network_and_rate_is_there():
    assert RATES["accuracy"].shape == (len(rates.NETS), len(rates.NORMS), len(rates.RATES), len(rates.SHOWN), 5)
    assert RATES["rates"].tolist() == rates.RATES.tolist()
    assert RATES["epochs"].tolist() == rates.SHOWN.tolist()
    assert ((RATES["accuracy"] >= 0) & (RATES["accuracy"] <= 1)).all()


def test_every_batch_size_is_there():
    shape = len(batches.NORMS), len(batches.SIZES), len(batches.RATES), len(batches.LENGTHS), 2, 5
    assert BATCHES["accuracy"].shape == shape
    assert BATCHES["sizes"].tolist() == batches.SIZES.tolist()
    assert BATCHES["rates"].tolist() == batches.RATES.tolist()


@pytest.mark.parametrize(
    ("net", "norm", "rate"),
    [
        ("ReLU, std √2/√n", "no normalization", 0.1),
        ("tanh, std 1/√n", "batch norm", 0.1),
        ("ReLU, std √2/√n", "layer norm", 0.3),
    ],
)
def test_a_stored_rate_is_what_the_script_measures(net, norm, rate):
    place = list(rates.NETS).index(net), list(rates.NORMS).index(norm), list(rates.RATES).index(rate)
    found = rates.accuracies(net, norm, rate, epochs=2)
    assert found == pytest.approx(RATES["accuracy"][place][:2], abs=0.03)  # twelve of 397 images: rounding


def test_runs_that_fail_are_made_one_by_one():
    found = rates.accuracies("ReLU, std √2/√n", "no normalization", 3.0, epochs=2)
    assert found.shape == (2, 5)
    assert found[-1].max() < 0.2


@pytest.mark.parametrize(("norm", "size"), [("no normalization", 8), ("batch norm", 8), ("layer norm", 4)])
def test_a_stored_batch_size_is_what_the_script_measures(norm, size):
    place = list(batches.NORMS).index(norm), list(batches.SIZES).index(size), 1, 1
    found = batches.measure(norm, size, 0.05, "150 steps")
    assert np.array(found) == pytest.approx(BATCHES["accuracy"][place], abs=0.03)


def test_the_rates_show_what_the_chapter_says():
    """Ten times wider at the top for a sound start; from nothing to 2.5 and 1.5 decades for a poor one."""
    assert usable("ReLU, std √2/√n", "no normalization") == (0.03, 0.3)
    assert usable("ReLU, std √2/√n", "batch norm") == (0.03, 3.0)
    assert usable("ReLU, std 0.01", "no normalization") is None
    assert usable("ReLU, std 0.01", "batch norm") == (0.01, 3.0)
    assert usable("tanh, std 1/√n", "no normalization")[1] * 3 == usable("tanh, std 1/√n", "batch norm")[1]
    assert usable("sigmoid, std 1/√n", "no normalization") is None
    assert usable("sigmoid, std 1/√n", "layer norm") is None
    assert usable("sigmoid, std 1/√n", "batch norm") == (0.1, 3.0)


def test_the_batch_sizes_show_what_the_chapter_says():
    """Batches of two break batch normalization alone; at rate 0.2 the plain network breaks as well."""
    none, batch, layer = BATCHES["accuracy"][:, :, :, 0, 0].mean(axis=-1)  # (8 sizes, 3 rates), 10 epochs, inference
    assert batch[0, 1] < 0.6
    assert (none[:, 1] > 0.93).all()
    assert (layer[:, 1] > 0.92).all()
    assert (batch[3:, 1] > none[3:, 1] - 0.02).all()
    assert (none[:3, 2] < 0.3).all()
    assert (layer[:, 2] > 0.94).all()
    small = BATCHES["accuracy"][1, :3, 1, 0].mean(axis=-1)  # (3 sizes, inference or batch)
    assert (small[:, 1] < small[:, 0]).all()
