"""The stored training losses of the chapter on vanishing gradients are those that their script measures."""

import measured
import numpy as np
import pytest

plateau = measured.script("training", "vanishing_gradients_plateau")


@pytest.fixture(scope="module")
def stored():
    return measured.stored("training", "vanishing-gradients-plateau")


def test_every_network_depth_and_optimizer_is_there(stored):
    shape = len(plateau.NETS), len(plateau.DEPTHS), len(plateau.RATES)
    assert stored["losses"].shape == (*shape, len(plateau.SHOWN), 5)
    assert stored["rates"].shape == shape
    assert stored["below_1"].shape == (*shape, 5)
    assert stored["epochs"].tolist() == plateau.SHOWN.tolist()
    assert np.isfinite(stored["losses"]).all()
    for i, rates in enumerate(plateau.RATES.values()):
        assert set(stored["rates"][..., i].ravel()) <= set(rates)


@pytest.mark.parametrize(
    ("net", "depth", "optimizer", "epochs"),
    [("sigmoid, std 1/√n", 3, "Adam", 4), ("tanh, std 1/√n", 2, "SGD", 1)],  # at its rate, rounding decides the rest
)
def test_a_stored_point_is_what_the_script_measures(stored, net, depth, optimizer, epochs):
    place = list(plateau.NETS).index(net), depth - 1, list(plateau.RATES).index(optimizer)
    history = plateau.run(net, depth, optimizer, stored["rates"][place], epochs=epochs)
    assert history.train_loss == pytest.approx(stored["losses"][place][:epochs], rel=0.05)


def test_the_figure_shows_what_the_chapter_says(stored):
    """Six sigmoid layers with std 1/√n stay on the plateau with SGD, and leave it with Adam or another network."""
    six = stored["below_1"][:, 5]  # (networks, optimizers, seeds); 0 where the loss never falls below 1
    assert (six[0, 0] == 0).all()
    assert (six[0, 1] > 0).all()
    assert (six[1:] > 0).all()
