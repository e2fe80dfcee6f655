"""All that the tests know of the chapter on vanishing gradients."""

import itertools

import measured
import numpy as np
import pytest
from faults import (
    FIRST_OVER_LAST,
    GAIN_IGNORED,
    HE_GAIN_ONE,
    LECUN_GAIN_LARGE,
    SGD_SLOW,
    STD_HALVED,
    Fault,
)
from solutions import assert_blamed, solution
from widget_files import after

from tipsbook.checking import check
from tipsbook.grading.trained import joined
from tipslib.activations import Activation, relu, sigmoid, tanh
from tipslib.datasets import Examples, Splits, digits
from tipslib.initializers import variance_scaling
from tipslib.layers import Activate, Dense, Layer, Maxout, PReLU, Residual
from tipslib.losses import softmax_cross_entropy
from tipslib.networks import Sequential, mlp
from tipslib.optimizers import SGD, Adam
from tipslib.training import EarlyStopping, fit, train

# Right answers other than the solutions, at least one for each exercise


def step_by_loops(delta, weights, z, activation):
    n, m = z.shape
    out = [[0.0] * m for _ in range(n)]
    for i, j, k in itertools.product(range(n), range(m), range(delta.shape[1])):
        out[i][j] += float(delta[i, k] * weights[j, k] * activation.derivative(z[i, j : j + 1])[0])
    return out


def step_in_single_precision(delta, W, z, f):
    return np.einsum("nk,mk,nm->nm", delta, W, f.derivative(z)).astype(np.float32)


def norms_by_steps(net, x, labels):
    outputs, h = [], x
    for layer in net.layers:
        h = layer.forward(h)
        outputs.append(h)
    p = np.exp(h) / np.exp(h).sum(axis=1, keepdims=True)
    delta, norms = (p - np.eye(h.shape[1])[labels]) / len(x), []
    for i in range(len(net.layers) - 1, 0, -2):
        delta = step_in_single_precision(
            delta, net.layers[i].params["W"], outputs[i - 2], net.layers[i - 1].activation
        ).astype(np.float64)
        norms.insert(0, float((delta**2).sum() ** 0.5))
    return norms


def first_delta_by_recursion(delta, Ws, zs):
    if not zs:
        return delta
    s = 1 / (1 + np.exp(-zs[-1]))
    return first_delta_by_recursion(delta @ Ws[-1].T * s * (1 - s), Ws[:-1], zs[:-1])


def spread_by_loops(h):
    spreads = []
    for unit in np.transpose(h):
        mean = sum(unit) / len(unit)
        spreads.append((sum((v - mean) ** 2 for v in unit) / len(unit)) ** 0.5)
    return sum(spreads) / len(spreads)


def train_with_batch_norm(splits):
    net = mlp([64, *[50] * 9, 10], activation=sigmoid, batch_norm=True)
    for row in train(net, splits, Adam(0.01), epochs=15, batch_size=50):
        if row.val_accuracy > 0.95:
            break
    return net


def train_residual_blocks(splits):
    blocks = [Residual([Dense(64, variance_scaling(4.0)), Activate(sigmoid)]) for _ in range(8)]
    net = Sequential([*blocks, Dense(10)], n_in=64)
    fit(net, splits, SGD(lr=0.03), epochs=8)
    return net


class OwnSigmoid(Activation):
    """The sigmoid under another name."""

    name = "mine"

    def __call__(self, z):
        return 1 / (1 + np.exp(-z))

    def derivative(self, z):
        return self(z) * (1 - self(z))


def train_own_sigmoid(splits):
    net = mlp([64, *[50] * 8, 10], activation=OwnSigmoid(), init=variance_scaling(4.0))
    fit(net, splits, Adam(0.003), epochs=12)
    return net


def train_stopped_early(splits):
    net = mlp([64, *[50] * 8, 10], activation=sigmoid, init=variance_scaling(4.0))
    fit(net, splits, Adam(0.003), epochs=20, stop=EarlyStopping(patience=4))
    return net


ALTERNATIVES = [
    ("vanishing-gradients-3", step_by_loops),
    ("vanishing-gradients-3", step_in_single_precision),
    ("vanishing-gradients-4", norms_by_steps),
    ("vanishing-gradients-5", lambda n, std, slope: std * n**0.5 * slope**0.5),
    ("vanishing-gradients-5", lambda n, std, mean_square_slope, more=1: np.array(np.sqrt(n * mean_square_slope) * std)),
    ("vanishing-gradients-6", first_delta_by_recursion),
    ("vanishing-gradients-7", spread_by_loops),
    ("vanishing-gradients-7", lambda h: np.sqrt(((h - h.mean(axis=0)) ** 2).mean(axis=0)).mean()),
    (
        "vanishing-gradients-6",
        lambda delta, Ws, zs: slope_in_a_loop(delta, Ws, zs, lambda z: np.exp(z) * sigmoid(-z) ** 2),
    ),
    ("vanishing-gradients-8", 10),
    ("vanishing-gradients-8", np.float32(9.5)),
    ("vanishing-gradients-9", train_with_batch_norm),
    ("vanishing-gradients-9", train_residual_blocks),
    ("vanishing-gradients-9", train_own_sigmoid),
    ("vanishing-gradients-9", train_stopped_early),
]


# Replies to answers that are not in the catalogues


@pytest.mark.parametrize(
    ("name", "change", "argument"),
    [
        ("vanishing-gradients-3", lambda delta, W, z, f: z.fill(1), "z"),
        ("vanishing-gradients-3", lambda delta, W, z, f: W.fill(1), "W"),
        ("vanishing-gradients-4", lambda net, x, labels: x.fill(1), "x"),
        ("vanishing-gradients-4", lambda net, x, labels: net.params.fill(1), "net"),
        ("vanishing-gradients-6", lambda delta, Ws, zs: Ws.pop(), "Ws"),
        ("vanishing-gradients-6", lambda delta, Ws, zs: zs[0].fill(1), "zs"),
        ("vanishing-gradients-7", lambda h: h.fill(1), "h"),
    ],
)
def test_a_changed_argument_is_named(name, change, argument):
    assert_blamed(name, change, argument)


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        (lambda right: right[0], "expected shape (1, 2), received shape (2,)"),
        (lambda right: right.T, "expected shape (1, 2), received shape (2, 1)"),
        (lambda right: right * 1j, "received an array of complex128"),
        (lambda right: right > 0, "received an array of bool"),
        (lambda right: right.astype(str), "received an array of <U"),
        (lambda right: right / 0, "expected finite numbers, received inf at [0, 0]"),
        (lambda right: right * np.nan, "expected finite numbers, received nan at [0, 0]"),
        (lambda right: float(right.sum()), "received one number, -0.5"),
        (lambda right: (x for x in right), "received generator"),
        (lambda right: right + 1e-3, "expected [[0.25, -0.75]], received [[0.251, -0.749]]"),
    ],
)
def test_shape_type_and_size_are_told(value, complaint):
    step = solution("vanishing-gradients-3")
    feedback = check("vanishing-gradients-3", lambda *args: value(step(*args)))
    assert feedback.status == "wrong"
    assert complaint in feedback.message
    assert 'hint("vanishing-gradients-3")' in feedback.message


def test_arguments_must_be_taken_in_order():
    message = check("vanishing-gradients-3", lambda *, delta, W, z, f: delta).message
    assert "yours, `(*, delta, W, z, f)`, does not take them in this order, without names." in message


def test_the_case_by_hand_alone_is_not_enough():
    feedback = check("vanishing-gradients-3", lambda delta, W, z, f: 0.25 * delta @ W.T)
    assert feedback.status == "wrong"
    assert feedback.message.startswith("For delta (4, 3), W (3, 3), z (4, 3), f = tanh")


def slope_in_a_loop(delta, Ws, zs, slope=sigmoid.derivative, last=0):
    """The loop of the exercise, with another slope or another end."""
    for i in reversed(range(last, len(zs))):
        delta = (delta @ Ws[i].T) * slope(zs[i])
    return delta


def returned_inside_the_loop(delta, Ws, zs):
    for i in reversed(range(len(zs))):
        delta = (delta @ Ws[i].T) * sigmoid.derivative(zs[i])
        return delta


def slopes_before_weights(delta, Ws, zs):
    for i in reversed(range(len(zs))):
        delta = delta * sigmoid.derivative(zs[i]) @ Ws[i].T
    return delta


def slope_after_the_loop(delta, Ws, zs):
    for W in Ws[::-1]:
        delta = delta @ W.T
    return delta * sigmoid.derivative(zs[0])


@pytest.mark.parametrize(
    ("name", "answer", "hint"),
    [
        ("3", lambda delta, W, z, f: delta @ W.T * sigmoid.derivative(z), "sigmoid-in-place-of-f"),
        ("3", lambda delta, W, z, f: f.derivative(z) * (W @ delta.T).T * f(z), "value-and-slope"),
        ("3", lambda delta, W, z, f: delta @ W.T * f.derivative(z) / z.shape[0], "mean-over-examples"),
        ("3", lambda delta, W, z, f: np.einsum("nm,nk->mk", f(z), delta), "weight-gradient"),
        ("4", lambda net, x, labels: [v**2 for v in norms_by_steps(net, x, labels)], "squared"),
        ("4", lambda net, x, labels: (v := np.array(norms_by_steps(net, x, labels))) / v[-1], "relative"),
        ("4", lambda net, x, labels: np.divide(norms_by_steps(net, x, labels), len(labels)), "divided-twice"),
        ("5", lambda n, std, slope: (n * slope) ** 0.5, "without-weights"),
        ("5", lambda n, std, slope: std * n**0.5, "without-slope"),
        ("5", lambda n, std, slope: std * (slope / n) ** 0.5, "std-over-root"),
        ("5", lambda n, std, slope: (n * std * slope) ** 0.5, "root-of-std"),
        ("6", lambda delta, Ws, zs: slope_in_a_loop(delta, Ws, zs, lambda z: 1 / 4), "largest-slope"),
        (
            "6",
            lambda delta, Ws, zs: slope_in_a_loop(delta, Ws, zs, lambda z: sigmoid(z) * sigmoid.derivative(z)),
            "value-and-slope",
        ),
        ("6", lambda delta, Ws, zs: slope_in_a_loop(delta, Ws, zs, lambda z: 1 - sigmoid(z) ** 2), "slope-of-tanh"),
        ("6", lambda delta, Ws, zs: slope_in_a_loop(delta, Ws, zs, last=1), "not-the-first"),
        ("6", returned_inside_the_loop, "one-layer-alone"),
        ("6", slopes_before_weights, "slope-before-weights"),
        ("6", slope_after_the_loop, "one-slope-for-all"),
        ("7", lambda h: sum(unit.std() for unit in h.T), "summed"),
        ("7", lambda h: abs(h - h.mean(axis=0)).mean(), "mean-distance"),
        ("7", lambda h: (h.max(axis=0) - h.min(axis=0)).mean(), "range"),
        ("7", lambda h: h.std() ** 2, "pooled-variance"),
        ("7", lambda h: ((h**2).mean(axis=0) ** 0.5).mean(), "not-centered"),
        ("7", lambda h: (h - h.mean(axis=0)).std(), "root-mean-square"),
    ],
)
def test_a_mistake_is_known_in_another_spelling(name, answer, hint):
    feedback = check(f"vanishing-gradients-{name}", answer)
    assert (feedback.status, feedback.hint) == ("wrong", hint)


def test_a_bias_is_not_an_entry_of_delta():
    def norms(net, x, labels):
        net.backward(softmax_cross_entropy(net.forward(x), labels)[1])
        return [np.linalg.norm(layer.grads["b"]) for layer in net.layers[:-1:2]]

    assert check("vanishing-gradients-4", norms).hint == "of-the-biases"


class TestGain:
    @pytest.mark.parametrize(
        ("gain", "message"),
        [
            ("11", "Expected one number, received str."),
            ([11, 12], "Expected one number, received shape (2,)."),
            (True, "Expected one number, received bool."),
            (np.nan, "Expected finite numbers, received nan."),
            (lambda: 11, "Expected one number, received function."),
            (-3, "A gain must be above 0, received -3."),
            (1.1, "That looks like a std."),
            (6, "With g = 6 the ratio is 0.13, over 5 seeds. It should be between 0.5 and 2: a larger gain is needed."),
        ],
    )
    def test_other_answers(self, gain, message):
        feedback = check("vanishing-gradients-8", gain)
        assert feedback.status == "wrong"
        assert feedback.hint == ("std-for-gain" if gain == 1.1 else None)
        assert feedback.message.startswith(message)

    def test_the_window_has_two_ends(self):
        verdicts = [bool(check("vanishing-gradients-8", g)) for g in (1e-200, 8, 9, 12, 15, 1e200)]
        assert verdicts == [False, False, True, True, False, False]


class Shortcut(Layer):
    """A layer of a reader's own, which could hide any activation."""

    def forward(self, x, *, training=False):
        return relu(x)

    def backward(self, dy, *, inputs=True):
        return dy


class TestDeepNetwork:
    @pytest.mark.parametrize(
        ("value", "message"),
        [
            ((0.95, 0.93), "received tuple"),
            (mlp([64, *[20] * 8, 2], activation=sigmoid), "Expected one network from 64 inputs to 10 outputs"),
            (mlp([64, *[20] * 8, 10], activation=sigmoid, runs=2), "Expected one network, received 2 at once"),
        ],
    )
    def test_what_is_no_such_network(self, value, message):
        feedback = check("vanishing-gradients-9", lambda splits: value)
        assert (feedback.status, feedback.hint) == ("wrong", None)
        assert message in feedback.message

    def test_layers_of_ones_own_are_not_looked_into(self):
        net = Sequential([Dense(20), Activate(sigmoid), Shortcut(), Dense(10)], n_in=64)
        assert "Expected layers of tipslib alone" in check("vanishing-gradients-9", lambda splits: net).message

    @pytest.mark.parametrize(
        "hidden",
        [
            Residual([Dense(64), Activate(relu)]),
            Residual([Residual([Dense(64), Activate(tanh)])]),
            Maxout(64),
            PReLU(),
        ],
        ids=str,
    )
    def test_an_activation_in_a_block_is_another_activation(self, hidden):
        sigmoids = [layer for _ in range(8) for layer in (Dense(20), Activate(sigmoid))]
        net = Sequential([hidden, *sigmoids, Dense(10)], n_in=64)
        assert check("vanishing-gradients-9", lambda splits: net).hint == "other-activation"

    def test_a_name_does_not_make_a_sigmoid(self):
        class Named(OwnSigmoid):
            name = "sigmoid"

            def __call__(self, z):
                return np.maximum(z, 0)

        net = mlp([64, *[20] * 8, 10], activation=Named())
        assert check("vanishing-gradients-9", lambda splits: net).hint == "other-activation"

    @pytest.mark.parametrize("share", [0.5, 1.0])
    def test_validation_examples_among_the_training_examples(self, share):
        def train_on_both(splits):
            n = int(share * len(splits.val.y))
            both = joined(splits.train, Examples(splits.val.x[:n], splits.val.y[:n]))
            return train_with_batch_norm(Splits(both, splits.val, splits.val))

        feedback = check("vanishing-gradients-9", train_on_both)
        assert feedback.hint == "validation-examples"
        assert "pixels of all examples in another order" in feedback.message

    def test_validation_examples_of_the_readers_own(self):
        """Who loads the data again has seen the examples that judge."""

        def train_on_own(splits):
            data = digits()
            return train_with_batch_norm(Splits(joined(data.train, data.val), data.val, data.val))

        assert check("vanishing-gradients-9", train_on_own).hint == "all-of-digits"

    def test_steps_that_are_too_long_are_no_plateau(self):
        net = mlp([64, *[50] * 8, 10], activation=sigmoid)
        net.params[...] *= 1000
        feedback = check("vanishing-gradients-9", lambda splits: net)
        assert feedback.hint == "too-long-steps"
        assert "The loss is" in feedback.message

    def test_a_network_that_has_hardly_moved_is_not_told_of_long_steps_alone(self):
        net = mlp([64, *[50] * 8, 10], activation=sigmoid, seed=0)
        feedback = check("vanishing-gradients-9", lambda splits: net)
        assert feedback.hint == "too-long-steps"
        assert "or so few or short that the network is still near where it started" in feedback.message

    def test_activations_in_a_row_are_one_layer(self):
        net = Sequential([Dense(20), *[Activate(sigmoid) for _ in range(8)], Dense(10)], n_in=64)
        feedback = check("vanishing-gradients-9", lambda splits: net)
        assert feedback.hint == "too-few-layers"
        assert "received 1." in feedback.message

    def test_an_untrained_network_is_on_the_plateau(self):
        net = mlp([64, *[20] * 8, 10], activation=sigmoid)
        assert check("vanishing-gradients-9", lambda splits: net).hint == "plateau"

    def test_a_loop_inside_the_library_is_stopped(self):
        def endless(splits):
            net = mlp([64, *[20] * 8, 10], activation=sigmoid)
            fit(net, splits, Adam(0.01), epochs=10**9)
            return net

        feedback = check("vanishing-gradients-9", endless, seconds=0.1)
        assert "With digits as splits it was stopped after 0.1 s" in feedback.message

    def test_the_judges_examples_are_not_given(self):
        seen = []
        check("vanishing-gradients-9", lambda splits: seen.append(splits))
        given = seen[0]
        known = {x.tobytes() for x in np.vstack([given.train.x, given.val.x, given.test.x])}
        assert len([x for x in digits().val.x if x.tobytes() not in known]) > 190

    def test_the_data_cannot_be_changed(self):
        def cheat(splits):
            splits.val.y[:] = 0

        assert (
            "it raised ValueError, in the line `splits.val.y[:] = 0`" in check("vanishing-gradients-9", cheat).message
        )


# Stored measurements: what their scripts measure, and what the chapter says of them

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


headlines = measured.script("training", "vanishing_gradients_headlines")


@pytest.fixture(scope="module")
def arms():
    return measured.stored("training", "vanishing-gradients-headlines")


def test_every_arm_is_there(arms):
    assert set(arms) == {"shown", *headlines.arms()}
    assert arms["shown"].tolist() == headlines.SHOWN.tolist()
    for name, arm in headlines.arms().items():
        epochs = int((arm.epochs >= headlines.SHOWN).sum())
        assert arms[name].shape == (len(arm.rates), len(headlines.MEASURES), epochs, headlines.SEEDS), name
        assert np.isfinite(arms[name][:, 1:]).all()


@pytest.mark.parametrize(
    ("name", "place", "epochs"), [("shift 0.5", 1, 4), ("gain 4, width 50", 0, 2), ("ReLU, He", 1, 1)]
)
def test_a_point_of_the_headlines_is_what_the_script_measures(arms, name, place, epochs):
    arm = headlines.arms()[name]
    found = headlines.run(arm, arm.rates[place], epochs)
    assert found == pytest.approx(arms[name][place, :, : found.shape[1]].astype(float), rel=0.05, abs=0.02)


def test_the_stored_data_of_the_chapter_are_small():
    files = headlines.FILE.parent.glob("vanishing-gradients-*.npz")
    assert sum(file.stat().st_size for file in files) < 200_000


# The moves that the page proposes (*Try:* ...): they show what it says they show


def test_plateau_fewer_layers_other_networks_and_adam_leave_it(widgets):
    losses = widgets[0]
    assert "does not fall below 1" in losses.say(hidden_layers=6)
    falls = [("falls below 1" in losses.say(hidden_layers=depth)) for depth in (5, 4, 3, 2, 1)]
    assert falls[-1]
    assert falls == sorted(falls), "fewer layers never make it worse"
    for network in ("tanh, std 1/√n", "ReLU, std √2/√n"):
        assert "falls below 1" in losses.say(hidden_layers=6, network=network)
    assert "falls below 1" in losses.say(network="sigmoid, std 1/√n", optimizer="Adam")


def test_thermometer_steps_level_lines_and_explosions(widgets):
    thermometer = widgets[1]

    def delta(**moves):
        sentence = thermometer.say(**moves)
        return after(sentence, "delta is")[0]

    ratios = [delta(hidden_layers=depth) for depth in (5, 10, 15, 20)]
    steps = [a / b for a, b in itertools.pairwise(ratios)]
    assert max(steps) / min(steps) < 1.6, "a staircase with equal steps"
    by_gain = [delta(hidden_layers=10, gain=gain) for gain in ("1", "4", "10")]
    assert by_gain[0] < 1e-5 < by_gain[1] < 0.05
    assert 0.3 < by_gain[2] < 2
    for activation in ("tanh", "identity"):
        level, more, most = (delta(activation=activation, gain=gain) for gain in ("1", "√2", "4"))
        assert 0.1 < level < 2
        assert level < more < most > 10
    down = thermometer.say(activation="ReLU", gain="1")
    deltas, weights = (after(down, words)[0] for words in ("delta is", "gradient "))
    assert deltas < 0.1 < 0.5 < weights < 2


def test_shift_half_of_the_half_is_enough_and_one_is_too_much(widgets):
    shift = widgets[2]

    def right(**moves):
        return after(shift.say(learning_rate="3", **moves), "a share of")[0]

    assert right(shift_c=0.5) > 0.99
    assert right(shift_c=0.25) > 0.9
    assert right(shift_c=0.75) > 0.9
    assert right(shift_c=1) < 0.7
    assert right(shift_c=0) < 0.85
    assert after(shift.say(shift_c=0.25, learning_rate="10"), "a share of")[0] < 0.5


# For each claim a fault of the library that it notices

SIGMOID_SLOPE = Fault(
    "tipslib/activations/saturating.py", "        return y * (1 - y)\n", "        return y * (1 - y) + 0.1\n"
)

FAULTS = {
    "stuck-accuracy": Fault(
        "tipslib/initializers.py", "return variance_scaling()(shape, rng)", "return variance_scaling(4.0)(shape, rng)"
    ),
    "vanishing-ratio": SIGMOID_SLOPE,
    "layer-factor": Fault(
        "tipslib/initializers.py", "self.gain / math.sqrt(self.fan(shape))", "self.gain / self.fan(shape)"
    ),
    "relu-he-ratio": HE_GAIN_ONE,
    "relu-lecun-ratio": LECUN_GAIN_LARGE,
    "value-effect": FIRST_OVER_LAST,
    "slope-effect": FIRST_OVER_LAST,
    "std-one-ratio": STD_HALVED,
    "xavier-ratio": LECUN_GAIN_LARGE,
    "pooled-spread": Fault(
        "tipslib/diagnostics/outputs.py", "h.std(axis=(-2, -1)) for h", "h.var(axis=(-2, -1)) for h"
    ),
    "signal-spread": Fault(
        "tipslib/diagnostics/outputs.py", "h.std(axis=-2).mean(axis=-1)", "h.std(axis=-1).mean(axis=-1)"
    ),
    "front-weights": Fault("tipslib/diagnostics/gradients.py", '_norm(layer.grads["W"])', "_norm(gradient)"),
    "front-training": Fault("tipslib/diagnostics/gradients.py", '_norm(layer.grads["W"])', "_norm(gradient)"),
    "centered-epoch": SGD_SLOW,
    "tanh-explodes": STD_HALVED,
    "centered-weights": Fault("tipslib/diagnostics/gradients.py", '_norm(layer.grads["W"])', "_norm(gradient)"),
    "gain-four-test": GAIN_IGNORED,
    "std-one-test": STD_HALVED,
    "plateau-sgd": LECUN_GAIN_LARGE,
    "gain-four-ratio": GAIN_IGNORED,
}
