"""The stored curves of the chapter on early stopping are those that their script measures."""

import measured
import numpy as np
import pytest

curves = measured.script("generalization", "early_stopping_curves")


@pytest.fixture(scope="module")
def stored():
    return measured.stored("generalization", "early-stopping-curves")


def test_every_setting_seed_and_epoch_is_there(stored):
    assert set(stored) == set(curves.COLUMNS)
    for values in stored.values():
        assert values.shape == (len(curves.SETTINGS), len(curves.SEEDS), curves.EPOCHS)
        assert np.isfinite(values).all()


@pytest.mark.parametrize("setting", [("mnist1d", 1000, 0.2), ("digits", 300, 0.3)])
def test_a_stored_point_is_what_the_script_measures(stored, setting):
    found = curves.run(*setting, epochs=3)
    place = curves.SETTINGS.index(setting)
    for i, column in enumerate(curves.COLUMNS):
        tolerance = {"rel": 0.02} if column.endswith("loss") else {"abs": 0.011}
        if column.startswith("few_acc"):
            tolerance = {"abs": 0.041}  # two of 50 examples
        assert found[i] == pytest.approx(stored[column][place, :, :3], **tolerance)


def test_wrong_labels_are_in_the_training_examples_alone():
    splits = curves.data("digits", 300, 0.3)
    clean = curves.data("digits", 300, 0.0)
    assert ((splits.train.y != clean.train.y).mean(axis=1) == 0.3).all()
    assert (splits.val.y == clean.val.y).all()
    assert (splits.test.y == clean.test.y).all()


def test_the_curves_show_what_the_chapter_says(stored):
    """The loss turns everywhere on mnist1d; the accuracy turns where enough labels are wrong."""
    turned = stored["val_loss"].argmin(axis=-1)[:5]
    assert ((turned > 5) & (turned < 60)).all()
    gain = stored["test_accuracy"].max(axis=-1) - stored["test_accuracy"][..., -1]
    assert gain[0].mean() < 0.01 < 0.03 < gain[4].mean()
