"""The replies of the exercises on ReLU and Maxout to what is not in their catalogues."""

import numpy as np
import pytest
from solutions import assert_blamed

from tipsbook.checking import check
from tipsbook.exercises.relu_maxout.alive import hidden_widths
from tipslib.activations import elu, leaky_relu, relu, tanh
from tipslib.initializers import normal
from tipslib.layers import Activate, Dense, Layer, Maxout, PReLU
from tipslib.networks import Sequential, mlp


@pytest.mark.parametrize(
    ("name", "change", "argument"),
    [
        ("relu-maxout-3", lambda z, a: z.fill(1), "z"),
        ("relu-maxout-4", lambda x, W, b, pieces: W.fill(1), "W"),
        ("relu-maxout-5", lambda dh, z: z.fill(1), "z"),
        ("relu-maxout-7", lambda h: h.fill(1), "h"),
        ("relu-maxout-8", lambda x, Ws, bs: Ws.pop(), "Ws"),
        ("relu-maxout-8", lambda x, Ws, bs: bs[0].fill(1), "bs"),
    ],
)
def test_a_changed_argument_is_named(name, change, argument):
    assert_blamed(name, change, argument)


def test_an_overflow_is_shown_with_its_place():
    def slopes(z, a):
        return np.array([np.where(z > 0, 1, a), np.where(z > 0, 1, a * np.exp(z)), np.exp(z) / (1 + np.exp(z))])

    feedback = check("relu-maxout-3", slopes)
    assert feedback.status == "wrong"
    assert "expected finite numbers, received nan at [2, 5]" in feedback.message


def test_the_case_by_hand_alone_is_not_enough():
    feedback = check("relu-maxout-5", lambda dh, z: np.array([[[0.0, 20.0], [10.0, 0.0]]]))
    assert feedback.status == "wrong"
    assert feedback.message.startswith("For 4 examples, 3 pieces, 2 units")


class TestValley:
    @pytest.mark.parametrize(
        ("lines", "message"),
        [
            ([1, 2, 3], "an array of shape (k, 2), received list."),
            (np.zeros((3, 3)), "received shape (3, 3)."),
            ("-1, 0, 2", "received str."),
            ([], "received list."),
            ([(1, 2), (3,)], "received list."),
            (lambda: 1, "received function."),
            ([(np.nan, 0)], "Expected finite numbers"),
            ([(0, 0)], "At x = -3: expected 2, received 0."),
            ([(-1, -1), (0, 0.5), (2, -2)], "At x = -1: expected 0, received 0.5."),
        ],
    )
    def test_other_answers(self, lines, message):
        feedback = check("relu-maxout-6", lines)
        assert (feedback.status, feedback.hint) == ("wrong", None)
        assert message in feedback.message

    def test_the_order_of_the_lines_does_not_matter(self):
        assert check("relu-maxout-6", [(0, 0), (2, -2)][::-1]).status == "wrong"
        assert check("relu-maxout-6", [(2, -2), (-1, -1)]).hint == "no-floor"
        assert check("relu-maxout-6", [(0, 0), (2, -2), (-1, -1)])

    def test_a_line_twice_is_one_too_many(self):
        assert check("relu-maxout-6", [(0, 0), (0, 0), (2, -2), (-1, -1)]).hint == "too-many"


class Own(Layer):
    """A layer of a reader's own."""

    def forward(self, x, *, training=False):
        return relu(x)


class TestAlive:
    @pytest.mark.parametrize(
        ("value", "message"),
        [
            (0.95, "received the number 0.95"),
            (mlp([64, 100, 100, 2]), "Expected one network from 64 inputs to 10 outputs"),
            (mlp([64, 100, 100, 10], runs=3), "Expected one network"),
            (Sequential([Dense(100), Own(), Dense(10)], n_in=64), "Expected layers of tipslib alone"),
        ],
    )
    def test_what_is_no_such_network(self, value, message):
        feedback = check("relu-maxout-9", lambda seed: value)
        assert (feedback.status, feedback.hint) == ("wrong", None)
        assert message in feedback.message

    def test_hidden_layers_are_those_that_bend(self):
        layers = [
            Dense(100),
            Activate(tanh),
            Activate(tanh),
            Dense(50),
            PReLU(),
            Maxout(7),
            Maxout(5, pieces=1),
            Dense(3),
        ]
        assert hidden_widths(Sequential(layers, n_in=2)) == [100, 50, 7]

    def test_one_network_for_all_seeds_is_noticed(self):
        net = mlp([64, 100, 100, 10], activation=leaky_relu(0.1))
        assert check("relu-maxout-9", lambda seed: net).hint == "seed-ignored"

    def test_a_network_that_diverges_is_told(self):
        feedback = check("relu-maxout-9", lambda seed: mlp([64, 100, 100, 10], init=normal(1e200), seed=seed))
        assert (feedback.status, feedback.hint) == ("wrong", None)
        assert "no longer finite" in feedback.message

    def test_an_activation_that_lives_and_learns_too_little_gets_its_numbers(self):
        feedback = check("relu-maxout-9", lambda seed: mlp([64, 100, 100, 100, 10], activation=elu(2.0), seed=seed))
        assert feedback.hint is None
        assert feedback.message.startswith("Accuracy: 0.")

    def test_an_error_names_the_seed(self):
        def build(seed):
            return mlp([64, 100, 10], seed=1 / seed)

        assert "For seed 0 it raised ZeroDivisionError" in check("relu-maxout-9", build).message
