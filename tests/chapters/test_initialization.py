"""All that the tests know of the chapter on initialization."""

import re
from itertools import pairwise

import measured
import numpy as np
import pytest
from faults import GAIN_IGNORED, HE_GAIN_ONE, LECUN_GAIN_LARGE, STD_HALVED, Fault
from solutions import assert_blamed, reply, solution
from widget_files import after, numbers

from tipsbook.checking import check, wrong_answers
from tipslib.activations import leaky_relu, relu, tanh
from tipslib.initializers import fans, glorot_normal, he_normal, orthogonal
from tipslib.layers import Dense
from tipslib.networks import mlp

# Right answers other than the solutions, at least one for each exercise


def std_by_fans(shape):
    return (2 / fans(shape)[0]) ** 0.5


def limit_by_std(n, m):
    std = np.sqrt(1 / ((n + m) / 2))
    return np.float32(np.sqrt(3) * std)


def gain_by_quadrature(a):
    nodes, weights = np.polynomial.hermite_e.hermegauss(100)
    return 1 / np.sqrt(leaky_relu(a)(nodes) ** 2 @ weights / weights.sum())


def weights_by_spawned_generators(widths, seed):
    pairs = list(pairwise(widths))
    rngs = np.random.default_rng(seed).spawn(len(pairs))
    return tuple(he_normal(pair, rng) for pair, rng in zip(pairs, rngs, strict=True))


def weights_by_sequences(widths, seed):
    rngs = [np.random.default_rng([seed, i]) for i in range(len(widths))]
    return [rngs[i].uniform(-((6 / n) ** 0.5), (6 / n) ** 0.5, (n, m)) for i, (n, m) in enumerate(pairwise(widths))]


def factors_by_scaling(Ws, x, f):
    scaled = []
    for W in Ws:
        h = x
        for earlier in scaled:
            h = f(h @ earlier)
        scaled.append(W / np.sqrt(np.mean((h @ W - np.mean(h @ W)) ** 2)))
    return [float(np.linalg.norm(new) / np.linalg.norm(old)) for new, old in zip(scaled, Ws, strict=True)]


def orthogonal_with_a_gain(net, x):
    for seed, layer in enumerate(net.layers):
        if isinstance(layer, Dense):
            draw = orthogonal(1.5) if layer.n_out > 10 else glorot_normal
            layer.params["W"][...] = draw(layer.params["W"].shape, np.random.default_rng(seed))
    return net


ALTERNATIVES = [
    ("initialization-3", std_by_fans),
    ("initialization-3", lambda shape: np.array((2 * shape[-1] / np.prod(shape)) ** 0.5)),
    ("initialization-4", limit_by_std),
    ("initialization-5", gain_by_quadrature),
    ("initialization-5", lambda a: (0.5 + a * a / 2) ** -0.5),
    ("initialization-6", weights_by_spawned_generators),
    ("initialization-6", weights_by_sequences),
    ("initialization-7", factors_by_scaling),
    ("initialization-8", {"E": "too small", "D": "sound", "C": "too large", "B": "twins", "A": "no signal"}),
    ("initialization-9", orthogonal_with_a_gain),
]


# Replies to answers that are not in the catalogues


@pytest.mark.parametrize(
    ("name", "change", "argument"),
    [
        ("initialization-7", lambda Ws, x, f: Ws.pop(), "Ws"),
        ("initialization-7", lambda Ws, x, f: Ws[0].fill(1), "Ws"),
        ("initialization-7", lambda Ws, x, f: x.fill(1), "x"),
    ],
)
def test_a_changed_argument_is_named(name, change, argument):
    assert_blamed(name, change, argument)


@pytest.mark.parametrize(
    ("name", "answer", "message"),
    [
        ("initialization-3", lambda shape: 0.5, "By hand, 200 inputs and 50 units: expected 0.1, received 0.5."),
        ("initialization-3", lambda shape: np.array([0.5]), "expected one number, received shape (1,)."),
        ("initialization-4", lambda n, m: 1.0, "By hand, 16 inputs and 8 outputs"),
        ("initialization-4", lambda n, m: np.inf, "expected finite numbers, received inf."),
        ("initialization-5", lambda a: np.sqrt(2 - a**2), "For a = 0.2, compared with an integral: expected 1.387"),
        ("initialization-7", lambda Ws, x, f: [1.0], "expected shape (2,), received shape (1,)."),
        ("initialization-7", lambda Ws, x, f: [0.25, 0.5], "For widths [3, 4, 4, 2] and f = tanh"),
    ],
)
def test_other_answers_are_told_where_they_fail(name, answer, message):
    feedback = check(name, answer)
    assert (feedback.status, feedback.hint) == ("wrong", None)
    assert message in feedback.message


class TestDraws:
    @pytest.mark.parametrize(
        ("change", "message"),
        [
            (lambda Ws: Ws[:-1], "a list of 4 matrices was expected, received 3 of them."),
            (lambda Ws: np.zeros(4), "a list of 4 matrices was expected, received ndarray."),
            (lambda Ws: [W.T for W in Ws], "in matrix 2 expected shape (40, 60), received shape (60, 40)."),
            (lambda Ws: [W * np.nan for W in Ws], "in matrix 0 expected finite numbers, received nan"),
            (lambda Ws: [1.5 * W for W in Ws], "stds of [0.224, 0.224, 0.224, 0.183] were expected, received"),
            (lambda Ws: [W + 1 for W in Ws], "were expected, received"),
        ],
    )
    def test_form_and_size(self, change, message):
        draw = solution("initialization-6")
        feedback = check("initialization-6", lambda widths, seed: change(draw(widths, seed)))
        assert (feedback.status, feedback.hint) == ("wrong", None)
        assert message in feedback.message

    def test_one_pair_of_equal_layers_is_enough(self):
        def twice(widths, seed):
            Ws = solution("initialization-6")(widths, seed)
            return [Ws[0], Ws[1], np.resize(Ws[0], (40, 60)), Ws[3]]

        assert check("initialization-6", twice).hint == "same-draws"

    def test_a_generator_kept_between_calls_is_not_reproducible(self):
        rng = np.random.default_rng(0)
        kept = [(40, 40), (40, 40), (40, 60), (60, 30)]
        assert check("initialization-6", lambda widths, seed: [rng.normal(size=s) for s in kept]).hint == "unseeded"


class TestDiagnosis:
    @pytest.mark.parametrize(
        ("answer", "message"),
        [
            ("sound", "Expected a dictionary from the letters A to E to words, received str."),
            ({"A": "sound"}, "Expected the letters A, B, C, D and E, received ['A']."),
            (dict.fromkeys("ABCDE", "fine"), "Expected one of sound, twins, too small, too large, no signal, received"),
            ({letter: ["sound"] for letter in "ABCDE"}, "received ['sound']."),
        ],
    )
    def test_what_is_no_diagnosis(self, answer, message):
        feedback = check("initialization-8", answer)
        assert (feedback.status, feedback.hint) == ("wrong", None)
        assert message in feedback.message

    def test_the_count_is_told_and_the_answer_is_not(self):
        feedback = check("initialization-8", {**solution("initialization-8"), "C": "no signal"})
        assert (feedback.status, feedback.hint) == ("wrong", None)
        assert "So far 4 of 5 are right; received for A" in feedback.message
        assert "too large" not in feedback.message


class TestInitialize:
    @pytest.mark.parametrize(
        ("answer", "message"),
        [
            (lambda net, x: 0.1, "a network was expected, received the number 0.1."),
            (lambda net, x: mlp([64, 10]), "the same network with other weights was expected, received 650"),
            (lambda net, x: mlp([64, *[50] * 20, 10], activation=relu, dtype=np.float32), "in other layers"),
            (lambda net, x: mlp([64, *[50] * 20, 10], activation=tanh), "in other layers"),
        ],
    )
    def test_another_network_is_refused(self, answer, message):
        feedback = check("initialization-9", answer)
        assert (feedback.status, feedback.hint) == ("wrong", None)
        assert message in feedback.message

    def test_weights_that_are_not_finite(self):
        def spoil(net, x):
            net.params[:] = np.nan
            return net

        assert "finite weights were expected, received some that are not." in check("initialization-9", spoil).message

    def test_nothing_returned_but_everything_changed_is_told(self):
        def forget(net, x):
            solution("initialization-9")(net, x)

        assert "a network was expected, received NoneType." in check("initialization-9", forget).message

    def test_the_untouched_network_is_too_small(self):
        feedback = check("initialization-9", lambda net, x: net)
        assert feedback.hint == "too-small"
        assert "below 0.2 expected" in feedback.message

    def test_no_labels_are_given(self):
        seen = []
        check("initialization-9", lambda net, x: seen.append((net, x)))
        net, x = seen[0]
        assert x.shape == (200, 64)
        assert net.params.dtype == np.float32

    def test_a_diverging_start_is_wrong(self):
        def huge(net, x):
            net.params *= 1e6
            return net

        assert check("initialization-9", huge).hint == "too-large"

    def test_every_mistake_is_slow_for_its_own_reason(self):
        losses = []
        for key in wrong_answers("initialization-9"):
            feedback = reply("initialization-9", key)
            assert feedback.hint == key
            losses.append(float(feedback.message.split("training loss ")[1].split()[0]))
        assert min(losses) > 0.25


# Stored measurements: what their scripts measure, and what the chapter says of them

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


# The moves that the page proposes (*Try:* ...): they show what it says they show


def window_of(sentence):
    """Return the smallest and the largest gain that train, and how many diverged."""
    found = re.search(r"from gain (\d+\.?\d*) to (\d+\.?\d*)", sentence)
    diverged = int(re.search(r"(\d+) of the 15", sentence)[1])
    return (float(found[1]), float(found[2]), diverged) if found else (None, None, diverged)


def test_window_opens_to_the_left_and_moves_with_the_activation(widgets):
    gains = widgets[0]
    lows = []
    for epochs in (1, 2, 3, 5, 10, 20, 40, 60):
        low, _, _ = window_of(gains.say(activation="ReLU", learning_rate="0.03", epochs=epochs))
        if low is not None:
            lows.append(low)
    assert len(lows) >= 4
    assert lows == sorted(lows, reverse=True)
    assert lows[-1] > 0.2, "not all the way"
    tanh = window_of(gains.say(activation="tanh", epochs=20))
    sigmoid = window_of(gains.say(activation="sigmoid", learning_rate="0.1"))
    assert tanh[0] < 1 < sigmoid[0]
    assert window_of(gains.say(activation="ReLU", learning_rate="1"))[2] > 5


def test_twins_part_later_with_less_noise_and_the_accuracy_follows(widgets):
    twins = widgets[1]

    def parted(noise, epoch):
        sentence = twins.say(noise=noise, epoch=epoch)
        count = int(re.search(r"(\d+) of 30", sentence)[1])
        return count, after(sentence, "Accuracy")[0]

    epochs = (0, 6, 10, 15, 20, 25, 30, 40)
    first = {}
    for noise in ("10⁻⁴", "10⁻⁸"):
        seen = [parted(noise, epoch) for epoch in epochs]
        assert seen[0][0] == 1
        assert seen[-1][0] == 30
        assert seen[-1][1] > seen[0][1] + 0.5
        first[noise] = next(epoch for epoch, (count, _) in zip(epochs, seen, strict=True) if count == 30)
        before = [accuracy for count, accuracy in seen if count == 1]
        assert max(before) < 0.4
    assert first["10⁻⁴"] < first["10⁻⁸"]
    assert parted("0", 30)[0] == 1


def test_staircase_only_sqrt_two_stands_still_for_relu_and_tanh_forgives(widgets):
    stairs = widgets[2]

    def ends(**moves):
        return numbers(stairs.say(**moves).split(" and ")[-1])[0]

    assert ends(activation="ReLU", start=1, gain="1") < 0.1
    assert ends(gain="2") > 10
    assert 0.9 < ends(gain="√2") < 1.1
    assert 90 < ends(start=100) < 110
    low, high = (ends(activation="tanh", gain="2", start=size) for size in (0.01, 100))
    assert 1.2 < low < 1.6
    assert low / high > 0.85, "the same crossing, from below and from above"
    assert 0.1 < ends(gain="1", start=1) < 0.4
    sizes = [ends(activation="sigmoid", gain="2", start=size) for size in (0.01, 100)]
    assert max(sizes) / min(sizes) < 1.01


def test_microscope_the_sigmoid_goes_blind_and_tanh_does_not(widgets):
    lens = widgets[3]

    def spreads(**moves):
        return after(lens.say(**moves), "pooled spread")

    first, last = spreads(activation="sigmoid", weights="std 1/√n", layer=1), spreads(layer=6)
    assert last[0] > first[0] / 3
    assert last[2] < first[2] / 100
    for weights in ("std 1/√n", "std 1"):
        pooled, units, samples = spreads(activation="tanh", weights=weights)
        assert samples > 0.9 * pooled
        assert units < pooled / 3
    early, late = (spreads(activation="ReLU", weights="std √2/√n", layer=layer) for layer in (1, 6))
    assert late[2] / late[0] < 0.8 * early[2] / early[0]
    assert spreads(activation="sigmoid", weights="std 4/√n", layer=4)[2] > 10 * spreads(weights="std 1/√n")[2]


def test_belief_grows_with_the_last_layer(widgets):
    belief = widgets[4]

    def largest_and_loss(**moves):
        sentence = belief.say(**moves)
        return after(sentence, "probability is")[0], after(sentence, "images")[0]

    none, some, much = (largest_and_loss(last_layer_times=factor, digit=7) for factor in (0, 1, 5))
    assert none == (0.1, 2.3)
    assert 0.15 < some[0] < 0.9
    assert some[1] > 2.5
    assert much[0] > 0.8
    assert much[1] > 6
    opinions = {belief.say(last_layer_times=1, digit=digit).split("gets")[1] for digit in range(10)}
    assert len(opinions) == 10


# For each claim a fault of the library that it notices

CONSTANT = Fault(
    "tipslib/initializers.py", "np.full(shape, self.value, np.float64)", "self.value + rng.normal(0, 0.1, shape)"
)
WORST_CLASS = Fault("tipslib/training.py", "(outputs.argmax(axis=-1) == y)", "(outputs.argmin(axis=-1) == y)")
ONE_PLACE = Fault("tipslib/initializers.py", "kernel = math.prod(shape[:-2])", "kernel = 1")
LINEAR_RELU = Fault("tipslib/activations/rectifiers.py", "        return np.maximum(z, 0)\n", "        return z\n")
HALF_VARIANCE = Fault(
    "tipslib/diagnostics/scaling.py", "np.where(far, np.sqrt(variance), 1)", "np.where(far, np.sqrt(2 * variance), 1)"
)
HALF_ORTHOGONAL = Fault("tipslib/initializers.py", "return self.gain * (q if", "return 0.5 * self.gain * (q if")

FAULTS = {
    "small-loss": Fault(
        "tipslib/initializers.py", "rng.normal(0.0, self.std, shape)", "rng.normal(0.0, 10 * self.std, shape)"
    ),
    "lecun-epochs": LECUN_GAIN_LARGE,
    "he-epochs": HE_GAIN_ONE,
    "fifth-layer": STD_HALVED,
    "fifth-layer-lecun": STD_HALVED,
    "twin-accuracy": CONSTANT,
    "noise-wait": CONSTANT,
    "noise-wait-more": CONSTANT,
    "softmax-zero": WORST_CLASS,
    "zero-loss": CONSTANT,
    "fan-out": Fault(
        "tipslib/initializers.py", "kernel * shape[-2], kernel * shape[-1]", "kernel * shape[-2], kernel * shape[-2]"
    ),
    "fan-in-test": WORST_CLASS,
    "fan-out-test": WORST_CLASS,
    "kernel-right": ONE_PLACE,
    "kernel-slip": ONE_PLACE,
    "first-loss": HE_GAIN_ONE,
    "first-loss-small": Fault("tipslib/losses.py", "np.log(total[0]).sum(axis=-1)", "np.log1p(total[0]).sum(axis=-1)"),
    "small-last": HE_GAIN_ONE,
    "he-last": HE_GAIN_ONE,
    "relu-share": LINEAR_RELU,
    "directions": LECUN_GAIN_LARGE,
    "lsuv-tanh": HALF_VARIANCE,
    "lsuv-sigmoid": HALF_VARIANCE,
    "lsuv-signal": HALF_VARIANCE,
    "he-test": WORST_CLASS,
    "lecun-test": WORST_CLASS,
    "orthogonal-epochs": HALF_ORTHOGONAL,
    "large-epochs": GAIN_IGNORED,
    "large-test": GAIN_IGNORED,
    "moved-large": GAIN_IGNORED,
    "moved-right": HALF_ORTHOGONAL,
    "adam-test": WORST_CLASS,
    "norm-test": WORST_CLASS,
    "narrow": LINEAR_RELU,
    "wide": LINEAR_RELU,
}
