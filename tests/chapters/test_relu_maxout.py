"""All that the tests know of the chapter on ReLU and Maxout."""

import itertools
import math

import measured
import numpy as np
import pytest
from faults import FIRST_OVER_LAST, LABELS_SHIFTED, SIGMOID_STEEP, Fault
from solutions import assert_blamed
from widget_files import after

from tipsbook.checking import check
from tipsbook.exercises.relu_maxout.alive import hidden_widths
from tipslib.activations import elu, leaky_relu, relu, sigmoid, softplus, tanh
from tipslib.datasets import mnist1d
from tipslib.initializers import normal, variance_scaling
from tipslib.layers import Activate, Dense, Layer, Maxout, PReLU
from tipslib.networks import Sequential, mlp

# Right answers other than the solutions, at least one for each exercise


def slopes_by_loops(z, a):
    def of_softplus(v):
        return 1 / (1 + math.exp(-v)) if v > 0 else math.exp(v) / (1 + math.exp(v))

    return [
        [1 if v > 0 else a for v in z],
        [1 if v > 0 else a * math.exp(v) for v in z],
        [of_softplus(v) for v in z],
    ]


def maxout_by_columns(x, W, b, pieces):
    m = W.shape[1] // pieces
    parts = [x @ W[:, i * m : (i + 1) * m] + b[:, i * m : (i + 1) * m] for i in range(pieces)]
    return np.maximum.reduce(parts)


def backward_by_loops(dh, z):
    dz = np.zeros(z.shape)
    for n, m in itertools.product(range(z.shape[0]), range(z.shape[2])):
        dz[n, list(z[n, :, m]).index(z[n, :, m].max()), m] = dh[n, m]
    return dz


def dead_by_the_largest(h):
    return float(np.mean(np.max(h, axis=0) <= 0))


def thin_by_differences(x, Ws, bs):
    def out(x):
        for W, b in zip(Ws[:-1], bs[:-1], strict=True):
            x = relu(x @ W + b)
        return x @ Ws[-1] + bs[-1]

    return np.vstack([(out(x + 1e-6 * row) - out(x - 1e-6 * row)) / 2e-6 for row in np.eye(x.shape[1])])


ALTERNATIVES = [
    ("relu-maxout-3", slopes_by_loops),
    (
        "relu-maxout-3",
        lambda z, a: np.array([leaky_relu(a).derivative(z), elu(a).derivative(z), softplus.derivative(z)]),
    ),
    ("relu-maxout-4", maxout_by_columns),
    ("relu-maxout-5", backward_by_loops),
    ("relu-maxout-6", [[2, -2], [0, 0], [-1, -1]]),
    ("relu-maxout-6", ((0.0, 0.0), (-1.0, -1.0), (2.0, -2.0))),
    ("relu-maxout-7", dead_by_the_largest),
    ("relu-maxout-8", thin_by_differences),
    ("relu-maxout-9", lambda seed: Sequential([Maxout(100), Maxout(100), Dense(10)], n_in=64, seed=seed)),
    (
        "relu-maxout-9",
        lambda seed: mlp([64, 100, 100, 10], activation=sigmoid, init=variance_scaling(4.0), seed=seed),
    ),
    ("relu-maxout-9", lambda seed: mlp([64, 100, 100, 10], activation=tanh, batch_norm=True, seed=seed)),
]


# Replies to answers that are not in the catalogues


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


# Stored measurements: what their scripts measure, and what the chapter says of them

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


# The moves that the page proposes (*Try:* ...): they show what it says they show


def test_lab_units_die_with_the_rate_and_runs_diverge(widgets):
    lab = widgets[0]

    def died(**moves):
        return float(lab.say(**moves).split("% of layer 1 and ")[1].split(" %")[0])

    assert died(optimizer="Momentum", learning_rate=0.3) > 95
    assert died(learning_rate=0.1) < 5
    assert 1 < died(optimizer="SGD", learning_rate=1) < 30
    assert "diverged" in lab.say(learning_rate=3)
    at_zero = died(learning_rate=1)
    assert died(biases_start_at="1") > 3 * at_zero
    assert died(biases_start_at="−1") < 1
    by_rate = [died(optimizer="Adam", biases_start_at="0", learning_rate=rate) for rate in (0.01, 0.03, 0.1, 0.3)]
    assert by_rate == sorted(by_rate)
    assert by_rate[0] < 15 < 90 < by_rate[-1]


def test_zoo_slopes_fade_where_the_inputs_drift(widgets):
    zoo = widgets[1]

    def flat(**moves):
        return after(zoo.say(**moves), "slope ")[1]

    shares = [flat(activation="ReLU", mean_of_z=mean) for mean in ("0", "−1", "−2", "−3")]
    assert shares == sorted(shares)
    assert shares[-1] > 95
    assert flat(activation="leaky ReLU") == 0
    assert flat(activation="ELU") < shares[-1]
    assert flat(activation="GELU") < shares[-1]
    assert flat(activation="sigmoid", mean_of_z="3") > 10
    said = zoo.say(activation="SELU", mean_of_z="0", std_of_z="1").replace("−0.00", "0.00")
    assert "mean 0.00 and std 1.00" in said


def test_line_the_map_holds_inside_a_piece(widgets):
    line = widgets[2]
    said = [
        line.say(input_x=f"{x / 10:g}".replace("-", "−")).split("slope ")[1].split(". The")[0]
        for x in range(-29, 30, 2)
    ]
    assert 3 < len(set(said)) < len(said), "some steps stay in a piece, others cross a bend"
    for widths in ("12", "6-6", "4-4-4"):
        assert "has 2 pieces" in line.say(hidden_layers=widths, size_of_the_biases="0")


def test_map_tiles_hold_their_numbers_and_training_adds_tiles(widgets):
    tiles = widgets[3]
    said = [tiles.say(walk=f"{15 * i}").split("score")[1] for i in range(24)]
    assert 3 < len(set(said)) <= 24
    assert len(set(said[:-1])) < 23, "some steps stay inside a tile"
    count = [after(tiles.say(hidden_layers="12", network=f"{when} training"), ": ")[0] for when in ("before", "after")]
    assert count[0] == 24
    assert count[1] > 40


# For each claim a fault of the library that it notices

RELU_LEAKS = Fault(
    "tipslib/activations/rectifiers.py",
    "        return (z > 0).astype(z.dtype)\n",
    "        return np.where(z > 0, z.dtype.type(1), z.dtype.type(0.1))\n",
)
OFF_ONCE = Fault("tipslib/diagnostics/outputs.py", "(s == 0).all(axis=-2)", "(s == 0).any(axis=-2)")
ONE_SIGN = Fault("tipslib/layers/affine.py", "np.matmul(transpose(x), dy,", "np.matmul(transpose(x), abs(dy),")
HE_GAIN = Fault(
    "tipslib/initializers.py", "variance_scaling(math.sqrt(2))(shape, rng)", "variance_scaling(0.2)(shape, rng)"
)
NO_WINNER = Fault(
    "tipslib/layers/affine.py",
    "self.cache = best == np.arange(self.pieces)[:, None]",
    "self.cache = (best < 0) & (best == np.arange(self.pieces)[:, None])",
)

FAULTS = {
    "dead-share": RELU_LEAKS,
    "dead-gentle": OFF_ONCE,
    "off-for-one": RELU_LEAKS,
    "relu-one-over-n": FIRST_OVER_LAST,
    "dead-at-birth": OFF_ONCE,
    "sign-relu": ONE_SIGN,
    "sign-sigmoid": ONE_SIGN,
    "stack-distance": SIGMOID_STEEP,
    "sigmoid-floor": Fault("tipslib/losses.py", "value = (np.log(total[0])", "value = (np.log2(total[0])"),
    "pieces-wide": HE_GAIN,
    "pieces-deep": HE_GAIN,
    "pieces-tents": Fault(
        "tipslib/layers/affine.py", '            y += self.params["b"]\n', '            y -= self.params["b"]\n'
    ),
    "square-four": Fault(
        "tipslib/layers/affine.py", "best = z.argmax(axis=-2, keepdims=True)", "best = z.argmin(axis=-2, keepdims=True)"
    ),
    "adam-relu-dead": RELU_LEAKS,
    "maxout-units-dead": NO_WINNER,
    "maxout-pieces-dead": NO_WINNER,
    "linear-digits": ONE_SIGN,
    "rank-identity": LABELS_SHIFTED,
    "rank-tanh": LABELS_SHIFTED,
    "rank-relu": LABELS_SHIFTED,
    "steps-relu": RELU_LEAKS,
    "steps-leaky": ONE_SIGN,
}
