"""The stored accuracies of the chapter on initialization are those that their script measures."""

import measured
import numpy as np
import pytest

window = measured.script("training", "initialization_window")


@pytest.fixture(scope="module")
def stored():
    return measured.stored("training", "initialization-window")


def test_every_setting_is_there(stored):
    shape = len(window.ACTIVATIONS), len(window.RATES), len(window.GAINS)
    for column in window.COLUMNS:
        assert stored[column].shape == (*shape, len(window.SHOWN), 5)
    assert stored["test_accuracy"].shape == (*shape, 5)
    assert stored["epochs"].tolist() == window.SHOWN.tolist()
    assert stored["gains"].tolist() == window.GAINS.tolist()
    assert stored["rates"].tolist() == list(window.RATES)
    diverged = np.isnan(stored["train_loss"]).all(axis=-1)
    assert (diverged == np.isnan(stored["train_loss"]).any(axis=-1)).all(), "all five or none"
    assert (diverged[..., 1:] >= diverged[..., :-1]).all(), "what has diverged stays so"


@pytest.mark.parametrize(("activation", "rate", "gain"), [("ReLU", 0.03, 2**0.5), ("tanh", 0.1, 0.5)])
def test_a_stored_point_is_what_the_script_measures(stored, activation, rate, gain):
    rows, _ = window.run(activation, rate, gain, epochs=3)
    place = (
        list(window.ACTIVATIONS).index(activation),
        window.RATES.index(rate),
        int(np.abs(window.GAINS - gain).argmin()),
    )
    for column, values in zip(window.COLUMNS, rows, strict=True):
        assert values == pytest.approx(stored[column][place][:3], rel=0.05, abs=0.02)


def test_divergence_is_stored(stored):
    rows, test = window.run("ReLU", 1.0, window.GAINS[-1], epochs=2)
    assert np.isnan(rows).all()
    assert np.isnan(test).all()
    assert np.isnan(stored["train_loss"][0, -1, -1]).all()


def test_the_figure_shows_what_the_chapter_says(stored):
    """The window of ReLU opens to the left as the epochs pass; large gains fit the training images and test worse."""
    relu = stored["train_accuracy"][0, 1].min(axis=-1)  # rate 0.03: (gains, epochs), the worst of five seeds
    counts = (relu > 0.9).sum(axis=0)
    assert counts[0] < counts[-1] < len(stored["gains"])
    for net, rate in ((0, 0), (1, 4), (2, 4)):
        fitted = (stored["train_accuracy"][net, rate, :, -1] > 0.99).all(axis=-1)
        tested = stored["test_accuracy"][net, rate].mean(axis=-1)[fitted]
        assert tested.max() > tested[-1] + 0.03
    assert stored["gains"][(relu[:, -1] > 0.9).argmax()] < 1
    sigmoid = stored["train_accuracy"][2, 2, :, 4].mean(axis=-1)
    assert stored["gains"][sigmoid.argmax()] > 2
