"""The stored runs of the chapter on ReLU and Maxout are those that their scripts make."""

import measured
import numpy as np
import pytest

from tipslib.datasets import mnist1d

dead = measured.script("training", "relu_maxout_dead")
ranking = measured.script("training", "relu_maxout_ranking")


class TestDeadUnits:
    def test_every_run_is_there(self):
        data = measured.stored("training", "relu-maxout-dead")
        shape = len(dead.OPTIMIZERS), len(dead.RATES), len(dead.BIASES), dead.SEEDS
        assert data["active"].shape == (*shape, 2, 100)
        assert data["loss"].shape == data["accuracy"].shape == shape
        assert (np.isnan(data["loss"]) == np.isnan(data["active"]).all(axis=(-2, -1))).all()

    def test_a_stored_point_is_what_the_script_measures(self):
        data = measured.stored("training", "relu-maxout-dead")
        place = 0, 2, 0, 1  # SGD, 0.01, biases from -1, seed 1: gentle steps
        active, loss, accuracy = dead.run("SGD", 0.01, -1.0, 1)
        assert loss == pytest.approx(data["loss"][place], rel=0.02)
        assert accuracy == pytest.approx(data["accuracy"][place], abs=0.02)
        assert abs(active - data["active"][place]).mean() < 0.01

    def test_the_figure_shows_what_the_chapter_says(self):
        """More units die from positive biases; SGD at rate 3 diverges; layer 1 lives."""
        data = measured.stored("training", "relu-maxout-dead")
        share = (data["active"][..., 1, :] == 0).mean(axis=(-2, -1))
        assert share[0, 6, 0] < 0.02 < share[0, 6, 1] < 0.3 < share[0, 6, 2]
        assert np.isnan(data["loss"][0, 7]).mean() > 0.5
        assert share[1, 5, 1] > 0.95
        assert (data["active"][:2, :6, :, :, 0] == 0).mean() == 0


class TestRanking:
    def test_every_network_is_there(self):
        data, count = measured.stored("training", "relu-maxout-ranking"), len(ranking.NAMES)
        assert data["accuracy"].shape == (count, len(ranking.RATES), 3, ranking.SEEDS)
        assert data["guesses"].shape == (count, ranking.SEEDS, 1000)
        assert data["slopes"].shape == (3, 100 * ranking.SEEDS)
        assert set(data["rates"]) <= set(ranking.RATES)

    def test_stored_answers_have_the_stored_accuracy(self):
        data = measured.stored("training", "relu-maxout-ranking")
        best = [ranking.RATES.index(rate) for rate in data["rates"]]
        marks = (data["guesses"] == mnist1d(n=4000).test.y).mean(axis=-1)
        assert marks == pytest.approx(data["accuracy"][np.arange(len(best)), best, 2], abs=1e-6)

    def test_a_stored_point_is_what_the_script_measures(self):
        data, i = measured.stored("training", "relu-maxout-ranking"), ranking.NAMES.index("tanh")
        _, losses = ranking.run("tanh", float(data["rates"][i]), epochs=1)
        assert losses == pytest.approx(data["loss"][i, :1], rel=0.02)

    def test_learned_slopes_lie_around_zero(self):
        slopes = measured.stored("training", "relu-maxout-ranking")["slopes"]
        assert abs(slopes.mean(axis=1)).max() < 0.05
        assert 0.3 < (slopes < 0).mean() < 0.7
