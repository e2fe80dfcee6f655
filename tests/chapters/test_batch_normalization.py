"""All that the tests know of the chapter on batch normalization."""

import re

import measured
import numpy as np
import pytest
from faults import FIRST_OVER_LAST, GAIN_IGNORED, Fault
from solutions import assert_blamed, solution
from widget_files import after, numbers

from tipsbook.checking import check
from tipsbook.exercises.batch_normalization import rate as exercise
from tipslib.datasets import digits
from tipslib.layers import BatchNorm
from tipslib.networks import Sequential, mlp

# Right answers other than the solutions, at least one for each exercise


def normalize_by_loops(z, gamma, beta, eps):
    out = []
    for unit, scale, shift in zip(np.transpose(z), gamma, beta, strict=True):
        mean = sum(unit) / len(unit)
        var = sum((value - mean) ** 2 for value in unit) / len(unit)
        out.append([scale * (value - mean) / (var + eps) ** 0.5 + shift for value in unit])
    return [list(row) for row in zip(*out, strict=True)]


def normalize_by_the_layer(z, gamma, beta, eps):
    norm = Sequential([BatchNorm(eps=eps)], n_in=z.shape[1]).layers[0]
    norm.params["gamma"][...], norm.params["beta"][...] = gamma, beta
    return norm.forward(z, training=True).astype(np.float32)


def backward_by_the_jacobian(g, z, gamma, eps):
    n = len(z)
    s = np.sqrt(z.var(axis=0) + eps)
    z_hat = (z - z.mean(axis=0)) / s
    units = []
    for k in range(z.shape[1]):
        jacobian = (np.eye(n) - 1 / n - np.outer(z_hat[:, k], z_hat[:, k]) / n) / s[k]
        units.append(gamma[k] * jacobian @ g[:, k])
    return np.transpose(units)


def backward_in_the_papers_steps(g, z, gamma, eps):
    n, mu, v = len(z), z.mean(axis=0), z.var(axis=0)
    d_hat = g * gamma
    dv = (d_hat * (z - mu)).sum(axis=0) * -0.5 * (v + eps) ** -1.5
    dmu = -d_hat.sum(axis=0) / np.sqrt(v + eps)
    return d_hat / np.sqrt(v + eps) + dv * 2 * (z - mu) / n + dmu / n


def running_by_the_layer(batches, keep):
    norm = Sequential([BatchNorm(momentum=keep)], n_in=batches[0].shape[1]).layers[0]
    for z in batches:
        norm.forward(z, training=True)
    return np.vstack([norm.buffers["running_mean"], norm.buffers["running_var"]])


def reestimate_by_many_passes(net, x):
    net = net.copy()
    for layer in net.layers:
        if isinstance(layer, BatchNorm):
            layer.momentum = 0.5
    for _ in range(20):
        net.forward(x, training=True)
    return net


def reestimate_with_nothing_kept(net, x):
    net = net.copy()
    norms = [layer for layer in net.layers if isinstance(layer, BatchNorm)]
    for norm in norms:
        norm.momentum = 0.0
    net.forward(x, training=True)
    for norm in norms:
        norm.momentum = 0.99
    return net


ALTERNATIVES = [
    ("batch-normalization-4", normalize_by_loops),
    ("batch-normalization-4", normalize_by_the_layer),
    ("batch-normalization-5", backward_by_the_jacobian),
    ("batch-normalization-5", backward_in_the_papers_steps),
    ("batch-normalization-6", running_by_the_layer),
    ("batch-normalization-7", reestimate_by_many_passes),
    ("batch-normalization-7", reestimate_with_nothing_kept),
    ("batch-normalization-8", 0.3),
    ("batch-normalization-8", np.float32(0.5)),
]


# Replies to answers that are not in the catalogues


@pytest.mark.parametrize(
    ("name", "change", "argument"),
    [
        ("batch-normalization-4", lambda z, gamma, beta, eps: z.fill(1), "z"),
        ("batch-normalization-4", lambda z, gamma, beta, eps: beta.fill(1), "beta"),
        ("batch-normalization-5", lambda g, z, gamma, eps: g.fill(1), "g"),
        ("batch-normalization-5", lambda g, z, gamma, eps: gamma.fill(7), "gamma"),
        ("batch-normalization-6", lambda batches, keep: batches.pop(), "batches"),
        ("batch-normalization-6", lambda batches, keep: batches[0].fill(1), "batches"),
    ],
)
def test_a_changed_argument_is_named(name, change, argument):
    assert_blamed(name, change, argument)


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        (lambda right: right[0], "expected shape (2, 1), received shape (1,)"),
        (lambda right: right.T, "expected shape (2, 1), received shape (1, 2)"),
        (lambda right: right / 0, "expected finite numbers, received inf at [0, 0]"),
        (lambda right: right.astype(str), "received an array of <U"),
        (lambda right: right + 0.5, "expected [[8], [12]], received [[8.5], [12.5]]"),
    ],
)
def test_shape_type_and_size_are_told(value, complaint):
    normalize = solution("batch-normalization-4")
    feedback = check("batch-normalization-4", lambda *args: value(normalize(*args)))
    assert feedback.status == "wrong"
    assert complaint in feedback.message
    assert 'hint("batch-normalization-4")' in feedback.message


def test_two_mistakes_at_once_get_the_evidence_alone():
    feedback = check(
        "batch-normalization-4", lambda z, gamma, beta, eps: (z - z.mean()) / (z.var(axis=0, ddof=1) + eps)
    )
    assert (feedback.status, feedback.hint) == ("wrong", None)
    assert "By hand, z = [[1], [3]]" in feedback.message


class TestReestimate:
    @pytest.mark.parametrize(
        ("value", "message"),
        [
            (0.9, "received the number 0.9"),
            (mlp([64, 20, 10], batch_norm=True), "Expected the network with new buffers, received Sequential"),
        ],
    )
    def test_what_is_no_such_network(self, value, message):
        feedback = check("batch-normalization-7", lambda net, x: value)
        assert (feedback.status, feedback.hint) == ("wrong", None)
        assert message in feedback.message

    def test_half_way_is_wrong_and_gets_the_accuracy(self):
        def some_passes(net, x):
            net = net.copy()
            for _ in range(30):
                net.forward(x, training=True)
            return net

        feedback = check("batch-normalization-7", some_passes)
        assert (feedback.status, feedback.hint) == ("wrong", None)
        assert "received are not those of the images given. Accuracy: 0." in feedback.message

    def test_statistics_of_other_images_are_wrong(self):
        reestimate = solution("batch-normalization-7")
        assert check("batch-normalization-7", lambda net, x: reestimate(net, x[:20])).status == "wrong"

    def test_the_network_may_be_changed_in_place(self):
        def in_place(net, x):
            for layer in net.layers:
                if isinstance(layer, BatchNorm):
                    layer.momentum = 0.0
            net.forward(x, training=True)
            return net

        feedback = check("batch-normalization-7", in_place)
        assert feedback
        reached, before = (float(number) for number in re.findall(r"0\.\d+", feedback.message))
        assert reached > before + 0.2

    def test_an_error_is_told(self):
        message = check("batch-normalization-7", lambda net, x: net.running_mean).message
        assert "With a network after one epoch it raised AttributeError" in message


class TestRate:
    @pytest.mark.parametrize(
        ("value", "message"),
        [
            ("0.4", "Expected one number, received str."),
            ([0.3, 0.4], "Expected one number, received shape (2,)."),
            (np.inf, "Expected finite numbers, received inf."),
            (-0.4, "A learning rate must be above 0 and below a million, received -0.4."),
            (1e9, "A learning rate must be above 0 and below a million, received 1e+09."),
            (0.05, "Accuracy: 0."),
        ],
    )
    def test_other_answers(self, value, message):
        feedback = check("batch-normalization-8", value)
        assert (feedback.status, feedback.hint) == ("wrong", None)
        assert feedback.message.startswith(message)

    def test_the_window_has_two_ends(self):
        verdicts = [bool(check("batch-normalization-8", rate)) for rate in (0.03, 0.1, 0.3, 0.4, 0.6, 3.0, 999999)]
        assert verdicts == [False, False, True, True, True, False, False]

    def test_a_loss_that_is_not_finite_counts_as_nothing(self, monkeypatch):
        def diverge(*args, **options):
            raise exercise.DivergenceError("nan", epoch=1, step=1, history=[])

        monkeypatch.setattr(exercise, "fit", diverge)
        assert exercise.accuracy.__wrapped__(0.4) == 0.0

    def test_the_plain_network_does_not_get_there(self):
        """What the text says: about 0.89 after two epochs with its best rate."""
        reached = []
        for rate in (0.1, 0.2, 0.3, 0.5):
            net = mlp([64, *[50] * 5, 10], runs=5, dtype=np.float32)
            reached.append(
                exercise.fit(net, digits(), exercise.SGD(rate), epochs=2, batch_size=64).val_accuracy[-1].mean()
            )
        assert 0.85 < max(reached) < exercise.NEEDED


# Stored measurements: what their scripts measure, and what the chapter says of them

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


# The moves that the page proposes (*Try:* ...): they show what it says they show


def test_rates_a_wider_range_for_a_sound_start_and_some_range_for_a_poor_one(widgets):
    by_rate = widgets[0]

    def ranges(**moves):
        return by_rate.say(**moves).split("reaches 0.9 ")[1].split("; ")

    plain, normed = (numbers(text)[-2:] for text in ranges(network="ReLU, std √2/√n"))
    assert plain == [0.03, 0.3]
    assert normed == [0.03, 3]
    for network in ("ReLU, std 0.01", "sigmoid, std 1/√n"):
        plain, normed = ranges(network=network)
        assert plain.endswith("at none")
        assert numbers(normed)[0] >= 4
    first, last = (by_rate.say(network="ReLU, std 0.01", epochs=epochs) for epochs in (1, 40))
    assert "batch norm at none" in first
    assert "no normalization at none" in last
    assert "batch norm at 7 of 10" in last
    sigmoid = by_rate.say(network="sigmoid, std 1/√n", epochs=10, layer_norm_as_well=True)
    assert "layer norm at none" in sigmoid


def test_shapes_are_stretched_and_shifted_and_stay_as_skewed(widgets):
    shapes = widgets[1]
    said = [shapes.say(γ=gamma, β=beta) for gamma, beta in ((0.5, "−3"), (3, 3), (2, 3))]
    skew = [after(sentence, "skewness is")[0] for sentence in said]
    assert min(skew) > 1.5
    assert len(set(skew)) == 1
    assert "mean 3.0, std 2.0" in said[-1], "given back what was taken"
    assert abs(after(shapes.say(shape_of_z="two humps", γ=1, β=0), "skewness is")[0]) < 1


def test_rays_short_weights_turn_more_and_large_rates_are_braked(widgets):
    rays = widgets[2]

    def end(**moves):
        return after(rays.say(**moves), "the length is")[:2]

    growth = [end(length_at_the_start=length, learning_rate=1)[0] / length for length in (0.3, 1, 3)]
    assert growth == sorted(growth, reverse=True)
    assert growth[0] > 3 > 1.2 > growth[2]
    jumped = [end(length_at_the_start=1, learning_rate=rate) for rate in (1, 10, 100)]
    assert jumped[0][0] < jumped[1][0] / 2 < jumped[2][0] / 10
    assert max(loss for _, loss in jumped) < 1.1 * min(loss for _, loss in jumped)
    assert end(batch_norm=False, learning_rate=100)[1] > 3 * jumped[2][1]


def test_batches_of_two_break_batch_normalization_alone(widgets):
    small = widgets[3]

    def found(**moves):
        said = small.say(**moves)
        return [numbers(said.split(name)[1])[0] for name in ("Batch norm:", "inference,", "None:", "Layer norm:")]

    for size in (64, 8, 6):
        inference, _, none, layer = found(batch_size=size)
        assert max(abs(inference - none), abs(layer - none)) < 0.03
    inference, own, none, layer = found(batch_size=2)
    assert own < inference < 0.6 < 0.9 < min(none, layer)
    _, _, none, layer = found(learning_rate="0.2", batch_size=4)
    assert none < 0.3 < 0.9 < layer
    assert found(training="150 steps", batch_size=2)[0] < 0.6


def test_promises_are_kept_best_with_batch_normalization(widgets):
    promise = widgets[4]

    def share(**moves):
        return after(promise.say(**moves), "a share of")[0]

    batch, none, layer = (share(network=name) for name in ("batch norm", "no normalization", "layer norm"))
    assert batch > layer > none
    assert share(network="batch norm", when="epoch 2") > 0.8
    assert share(network="no normalization") < 0
    assert share(rate=3) < share(rate=0.1)


# For each claim a fault of the library that it notices

LARGER_STD = Fault(
    "tipslib/initializers.py", "rng.normal(0.0, self.std, shape)", "rng.normal(0.0, 20 * self.std, shape)"
)
UNSCALED = Fault(
    "tipslib/layers/normalization.py",
    "x_hat = centered * inv_std\n        self.cache = training",
    "x_hat = centered\n        self.cache = training",
)
AS_CONSTANTS = Fault(
    "tipslib/layers/normalization.py",
    "if training:  # mean and variance of the batch",
    "if False:  # mean and variance of the batch",
)
UPHILL = Fault(
    "tipslib/layers/normalization.py",
    'return dy * (self.params["gamma"] * inv_std)',
    'return -dy * (self.params["gamma"] * inv_std)',
)
SMALL_HE = Fault(
    "tipslib/initializers.py", "variance_scaling(math.sqrt(2))(shape, rng)", "variance_scaling(0.1)(shape, rng)"
)
NOT_A_MEAN = Fault("tipslib/losses.py", "    p /= n\n", "")

FAULTS = {
    "plain-small": LARGER_STD,
    "norm-small": UNSCALED,
    "wrong-backward": UNSCALED,
    "right-backward": AS_CONSTANTS,
    "keep-fast": Fault("tipslib/layers/normalization.py", "(1 - self.momentum) * (new", "0.01 * (new"),
    "keep-slow": Fault("tipslib/layers/normalization.py", "(1 - self.momentum) * (new", "0.1 * (new"),
    "keep-batch": UPHILL,
    "brake-thousand": UPHILL,
    "brake-norm": AS_CONSTANTS,
    "brake-everything": UNSCALED,
    "best-plain": SMALL_HE,
    "best-norm": UPHILL,
    "pairs-plain": SMALL_HE,
    "pairs-norm": UPHILL,
    "pairs-layer": Fault("tipslib/layers/normalization.py", "return inv_std * (d_hat", "return -inv_std * (d_hat"),
    "mixed-batch": UPHILL,
    "one-digit": Fault("tipslib/layers/normalization.py", "centered = x - mean\n", "centered = x\n"),
    "explosion": FIRST_OVER_LAST,
    "explosion-forty": FIRST_OVER_LAST,
    "large-plain-ten": GAIN_IGNORED,
    "large-norm-ten": GAIN_IGNORED,
    "large-plain-sixty": GAIN_IGNORED,
    "large-norm-sixty": GAIN_IGNORED,
    "shift-plain": SMALL_HE,
    "shift-norm": UNSCALED,
    "shift-shaken": UNSCALED,
    "shaken-test": UPHILL,
    "shaken-poor": UPHILL,
    "promise-norm": AS_CONSTANTS,
    "promise-plain": NOT_A_MEAN,
    "promise-later": AS_CONSTANTS,
}
