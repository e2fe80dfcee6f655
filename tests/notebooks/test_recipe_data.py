"""The stored curves of the recipe, depth 2 to 20 plain and with shortcuts, are those that their script measures."""

import measured
import numpy as np
import pytest

depth = measured.script("recipe", "recipe_depth")


@pytest.fixture(scope="module")
def stored():
    return measured.stored("recipe", "recipe-depth")


def test_every_network_and_depth_is_there(stored):
    shape = len(depth.NETS), len(depth.DEPTHS)
    assert stored["rates"].shape == shape
    assert stored["test"].shape == (*shape, depth.SEEDS)
    for name in ("train_loss", "train_accuracy", "val_accuracy"):
        assert stored[name].shape == (*shape, depth.EPOCHS, depth.SEEDS)
        assert np.isfinite(stored[name]).all()
    assert set(stored["rates"].ravel()) <= set(depth.RATES)


@pytest.mark.parametrize(("net", "layers", "epochs"), [("plain", 2, 3), ("residual", 4, 2)])
def test_a_stored_point_is_what_the_script_measures(stored, net, layers, epochs):
    place = depth.NETS.index(net), depth.DEPTHS.index(layers)
    _, history = depth.run(net, layers, stored["rates"][place], epochs=epochs)
    assert history.train_loss == pytest.approx(stored["train_loss"][place][:epochs], rel=0.02)
    assert history.val_accuracy == pytest.approx(stored["val_accuracy"][place][:epochs], abs=0.02)


def test_the_residual_network_is_the_plain_one_with_shortcuts():
    assert depth.build("plain", 20).params.shape == depth.build("residual", 20).params.shape


def test_the_figure_shows_what_the_chapter_says(stored):
    """Beyond six plain layers the training error rises; from six layers on the residual ones are better in training."""
    trained, tested = 1 - stored["train_accuracy"][:, :, -1].mean(axis=-1), 1 - stored["test"].mean(axis=-1)
    assert trained[0, :2].argmax() == 0, "from 2 to 4 layers depth helps in training"
    assert (np.diff(trained[0, 2:6]) > 0).all()
    assert trained[0, 6] > 3 * trained[0, 2]
    assert (trained[1, 2:] < trained[0, 2:]).all()
    assert (tested[1] < tested[0]).all()
    assert tested[0, 6] > tested[0, 2] + 0.03
