"""All that the tests know of the chapter on regularization."""

import measured
import nbformat
import numpy as np
import pytest
from faults import ADAM_SLOW, LABELS_SHIFTED, Fault
from refresh import BOOK
from solutions import assert_blamed
from widget_files import after, numbers

from tipsbook.checking import check
from tipsbook.grading.trained import joined
from tipsbook.quiz import estimate
from tipslib.datasets import Splits, mnist1d
from tipslib.networks import mlp
from tipslib.optimizers import Adam
from tipslib.regularizers import elastic_net, l2, max_norm, soft_threshold
from tipslib.stopping import EarlyStopping
from tipslib.training import fit

# Right answers other than the solutions, at least one for each exercise


def gradient_by_the_library(params, decays, first, second):
    return elastic_net(first, second)(params, decays)[1]


def gradient_by_loops(params, decays, first, second):
    return [
        d * (first * ((w > 0) - (w < 0)) + second * w) for w, d in zip(params.tolist(), decays.tolist(), strict=True)
    ]


def step_by_cases(w, g, lr, strength):
    out = []
    for weight, slope in zip(w.tolist(), g.tolist(), strict=True):
        v = weight - lr * slope
        out.append(v - lr * strength if v > lr * strength else v + lr * strength if v < -lr * strength else 0.0)
    return out


def ridge_by_centering(X, y, alpha):
    centered = X - X.mean(axis=0)
    w = np.linalg.inv(centered.T @ centered + len(y) * alpha * np.eye(X.shape[1])) @ centered.T @ (y - y.mean())
    return np.append(y.mean() - X.mean(axis=0) @ w, w)


def decay_in_the_gradient(theta, grads, decays, lr, alpha):
    for g in grads:
        theta = theta - lr * (g + alpha * decays * theta)
    return theta


def choice_by_loop(strengths, accuracy):
    best = max(accuracy, key=np.mean)
    floor = np.mean(best) - np.std(best, ddof=1) / len(best) ** 0.5
    return [s for s, row in zip(strengths, accuracy, strict=True) if np.mean(row) >= floor][-1]


def train_with_a_fence(splits):
    net = mlp([40, 100, 100, 10], seed=0, dtype=np.float32)
    fit(net, splits, Adam(0.005), epochs=30, batch_size=100, penalty=max_norm(0.8))
    return net


ALTERNATIVES = [
    ("regularization-4", gradient_by_the_library),
    ("regularization-4", gradient_by_loops),
    ("regularization-5", step_by_cases),
    ("regularization-5", lambda w, g, lr, strength: soft_threshold(w - lr * g, lr * strength)),
    ("regularization-6", ridge_by_centering),
    ("regularization-7", decay_in_the_gradient),
    ("regularization-8", choice_by_loop),
    ("regularization-9", train_with_a_fence),
]


# Replies to answers that are not in the catalogues


@pytest.mark.parametrize(
    ("name", "change", "argument"),
    [
        ("regularization-4", lambda params, *rest: params.fill(1), "params"),
        ("regularization-5", lambda w, *rest: w.fill(1), "w"),
        ("regularization-6", lambda X, *rest: X.fill(1), "X"),
        ("regularization-7", lambda theta, *rest: theta.fill(1), "theta"),
        ("regularization-8", lambda strengths, accuracy: accuracy.fill(1), "accuracy"),
    ],
)
def test_a_changed_argument_is_named(name, change, argument):
    assert_blamed(name, change, argument)


def test_the_case_by_hand_alone_is_not_enough():
    feedback = check("regularization-5", lambda w, g, lr, strength: [0.5, 0.0, -0.6][: len(w)])
    assert feedback.status == "wrong"
    assert "For 6 weights" in feedback.message


@pytest.mark.parametrize(
    ("name", "answer", "complaint"),
    [
        ("regularization-4", lambda params, decays, first, second: first * np.sum(abs(params)), "received one number"),
        ("regularization-6", lambda X, y, alpha: np.zeros(X.shape[1]), "expected shape (2,), received shape (1,)"),
        ("regularization-8", lambda strengths, accuracy: strengths, "received shape (5,)"),
        ("regularization-7", lambda theta, grads, decays, lr, alpha: theta / 0, "received inf"),
    ],
)
def test_shape_and_size_are_told(name, answer, complaint):
    with np.errstate(all="ignore"):
        feedback = check(name, answer)
    assert (feedback.status, feedback.hint) == ("wrong", None)
    assert complaint in feedback.message


def test_a_decay_without_the_rate_is_recognized_by_hand():
    cells = nbformat.read(BOOK / "generalization" / "regularization.ipynb", as_version=4).cells
    source = next(cell.source for cell in cells if cell.get("id") == "exercise-2")
    right, reply = eval(source, {"estimate": estimate}).answer(0.98**1000)
    assert not right
    assert "1 − 0.02" in reply


def test_the_decay_may_stand_in_either_place():
    assert check("regularization-7", lambda t, grads, d, lr, a: _in_turn(t, grads, d, lr, a))


def _in_turn(theta, grads, decays, lr, alpha):
    """The decay now in the gradient, now as a factor: in SGD nobody can tell."""
    for i, g in enumerate(grads):
        theta = (1 - lr * alpha * decays) * theta - lr * g if i % 2 else theta - lr * (g + alpha * decays * theta)
    return theta


def _fitted(splits, penalty=None, *, epochs=25, rate=0.005, dropout=0.0, **options):
    net = mlp([40, 100, 100, 10], seed=0, dtype=np.float32, dropout=dropout)
    fit(net, splits, Adam(rate), epochs=epochs, batch_size=100, penalty=penalty, **options)
    return net


class TestTrained:
    @pytest.mark.parametrize(
        ("value", "message"),
        [
            ((0.95, 0.93), "received tuple"),
            (mlp([64, 20, 10]), "Expected one network from 40 inputs to 10 outputs"),
            (mlp([40, 20, 10], runs=2), "Expected one network"),
        ],
    )
    def test_what_is_no_such_network(self, value, message):
        feedback = check("regularization-9", lambda splits: value)
        assert (feedback.status, feedback.hint) == ("wrong", None)
        assert message in feedback.message

    def test_an_untrained_network_has_learned_nothing(self):
        assert check("regularization-9", lambda splits: mlp([40, 20, 10])).hint == "nothing-learned"

    def test_a_loop_inside_the_library_is_stopped(self):
        def endless(splits):
            net = mlp([40, 20, 10])
            fit(net, splits, Adam(0.01), epochs=10**9)
            return net

        feedback = check("regularization-9", endless, seconds=0.1)
        assert "With mnist1d as splits it was stopped after 0.1 s" in feedback.message

    def test_the_judges_examples_are_not_given(self):
        seen = []
        check("regularization-9", lambda splits: seen.append(splits))
        given = {x.tobytes() for part in (seen[0].train, seen[0].val, seen[0].test) for x in part.x}
        assert len(given) == 2000
        assert not [x for x in mnist1d(n=1000).test.x if x.tobytes() in given]

    @pytest.mark.parametrize(("penalty", "strength"), [(l2, 0.01), (l2, 0.02), (l2, 0.03), (max_norm, 0.8)])
    def test_validation_examples_are_not_to_train_on(self, penalty, strength):
        feedback = check(
            "regularization-9",
            lambda splits: _fitted(Splits(joined(splits.train, splits.val), splits.val, splits.val), penalty(strength)),
        )
        assert (feedback.status, feedback.hint) == ("wrong", "validation-examples")

    def test_validation_examples_are_there_to_stop_by(self):
        stop = EarlyStopping("val_accuracy", patience=8)
        assert check("regularization-9", lambda splits: _fitted(splits, l2(0.02), epochs=60, stop=stop))

    @pytest.mark.parametrize("epochs", [4, 8, 15])
    def test_a_plain_network_that_was_stopped_has_no_remedy(self, epochs):
        assert check("regularization-9", lambda splits: _fitted(splits, epochs=epochs, rate=0.003)).hint == "no-remedy"

    @pytest.mark.parametrize(
        ("options", "key"),
        [
            ({"penalty": l2(0.1)}, "too-strong"),
            ({"penalty": l2(0.2), "epochs": 8}, "too-strong"),
            ({"penalty": l2(0.02), "rate": 1e-4}, "too-short"),
            ({"epochs": 4, "rate": 0.0005}, "too-short"),
            ({"epochs": 8, "rate": 0.003, "dropout": 0.5}, "too-short"),
        ],
    )
    def test_a_small_gap_has_two_causes(self, options, key):
        feedback = check("regularization-9", lambda splits: _fitted(splits, **options))
        assert (feedback.status, feedback.hint) == ("wrong", key)


def test_half_the_decay_is_described():
    def one_place_at_half_strength(theta, grads, decays, lr, alpha):
        for g in grads:
            theta = (1 - lr * alpha / 2 * decays) * theta - lr * g
        return theta

    def both_places_at_half_strength(theta, grads, decays, lr, alpha):
        for g in grads:
            theta = theta - lr * (g + alpha / 2 * decays * theta) - lr * alpha / 2 * decays * theta
        return theta

    feedback = check("regularization-7", one_place_at_half_strength)
    assert feedback.hint == "half"
    assert "both" not in feedback.message
    assert check("regularization-7", both_places_at_half_strength)


# Stored measurements: what their scripts measure, and what the chapter says of them

remedies = measured.script("generalization", "regularization_remedies")
strength = measured.script("generalization", "regularization_strength")
descent = measured.script("generalization", "regularization_double_descent")


def stored(name):
    return measured.stored("generalization", f"regularization-{name}")


def test_every_remedy_is_there():
    found, shape = stored("remedies"), (len(remedies.REMEDIES), len(remedies.SHARES))
    assert found["remedies"].tolist() == list(remedies.REMEDIES)
    assert found["epochs"].tolist() == remedies.SHOWN.tolist()
    assert found["val_accuracy"].shape == (*shape, remedies.EPOCHS, remedies.RUNS)
    assert found["test_accuracy"].shape == (*shape, len(remedies.SHOWN), remedies.RUNS)
    assert found["counts"].shape == (*shape, len(remedies.SHOWN), len(remedies.EDGES) - 1)
    for values in found.values():
        assert values.dtype.kind == "U" or np.isfinite(values).all()
    assert (found["test_accuracy"] > 0.05).all()


@pytest.mark.parametrize("remedy", ["none", "L2 0.02", "dropout 0.5", "shift by 2"])
def test_a_stored_point_of_the_race_is_what_the_script_measures(remedy):
    found, epochs = stored("remedies"), 2
    *_, (row, net) = remedies.run(remedy, 0.2, epochs=epochs)
    place = list(remedies.REMEDIES).index(remedy), 1
    assert row.val_accuracy == pytest.approx(found["val_accuracy"][place][epochs - 1], abs=0.02)
    i = remedies.SHOWN.tolist().index(epochs)
    assert row.train_loss == pytest.approx(found["train_loss"][place][i], rel=0.02)
    assert remedies.weights(net)[2] == pytest.approx(found["size"][place][i], rel=0.01)


def test_the_ranking_turns_over():
    found = stored("remedies")
    names, shown = found["remedies"].tolist(), found["epochs"].tolist()
    scores = {name: found["test_accuracy"][names.index(name), 0] for name in ("none", "dropout 0.5", "L2 0.02")}
    for epoch, sign in ((80, -1), (300, 1)):
        gain = (scores["dropout 0.5"] - scores["none"])[shown.index(epoch)]
        assert sign * gain.mean() > 5 * gain.std(ddof=1) / np.sqrt(5)
        assert (scores["L2 0.02"] > scores["none"])[shown.index(epoch)].all()


def test_stored_strengths_are_what_the_script_measures():
    found = stored("strength")
    assert found["strengths"].tolist() == [list(values) for values in strength.STRENGTHS.values()]
    assert found["accuracy"].shape == (3, 5, 3, strength.RUNS)
    assert found["digits"].shape == (2, len(strength.DIGITS_STRENGTHS), 3, strength.RUNS)
    again = strength.run_digits("pixels / 16", 0.02)
    assert again == pytest.approx(found["digits"][0, strength.DIGITS_STRENGTHS.index(0.02)], abs=0.04)


def test_a_stored_point_of_double_descent_is_what_the_script_measures():
    found = stored("double-descent")
    assert found["features"].tolist() == list(descent.FEATURES)
    for features, share in ((100, 0.0), (200, 0.2)):
        place = descent.SHARES.index(share), descent.FEATURES.index(features)
        assert descent.errors(features, share, 1) == pytest.approx(found["errors"][place][..., 1], abs=0.03)


# The moves that the page proposes (*Try:* ...): they show what it says they show


def test_ridge_a_little_bends_the_curve_back_and_much_flattens_it(widgets):
    ridge = widgets[0]

    def misses(**moves):
        said = ridge.say(**moves)
        return after(said, "the curve misses")[:2]

    wild = misses(strength_of_the_penalty="0")
    by_strength = [misses(strength_of_the_penalty=s) for s in ("1e−07", "1e−05", "0.001", "0.1", "1")]
    true = [pair[1] for pair in by_strength]
    assert wild[1] > 3 * true[0]
    assert wild[1] - true[0] > true[0] - min(true), "the first small step changes most"
    assert true[-1] > 1.5 * min(true)
    seen = [pair[0] for pair in by_strength]
    assert seen == sorted(seen)
    assert misses(strength_of_the_penalty="0", points="100")[1] < wild[1] / 10
    assert misses(points="15", degree="3")[1] < wild[1] / 10


def test_corner_the_diamond_reaches_the_axis_with_l1_alone(widgets):
    corner = widgets[1]
    assert "None is zero" in corner.say(penalty="L1", strength="0.45")
    assert "One is exactly zero" in corner.say(strength="0.6")
    assert "Both are exactly zero" in corner.say(strength="2")
    for strength in ("0.6", "2"):
        assert "None is zero" in corner.say(penalty="L2", strength=strength)
    alone = corner.say(penalty="L1", inputs="nearly the same", strength="1.6")
    assert "One is exactly zero" in alone
    ratios = []
    for penalty in ("elastic net", "L2"):
        one, two = after(corner.say(penalty=penalty), "the weights are")[:2]
        ratios.append(two / one)
    assert 0.5 < ratios[0] < ratios[1] < 1


def test_weights_l2_shrinks_l1_makes_zeros_and_dropout_neither(widgets):
    weights = widgets[2]

    def size(**moves):
        return after(weights.say(**moves), "square weight is")[0]

    def zeros(**moves):
        return after(weights.say(**moves), "Exactly zero:")[0]

    assert size(remedy="L2 0.02", epoch="1") > 2 * size(epoch="300")
    assert zeros(remedy="L2 0.02") < 1
    assert zeros(remedy="L1 0.2") > 50
    for remedy in ("dropout 0.5", "label smoothing 0.1"):
        plain = numbers(weights.say(remedy=remedy).split(f"{remedy} and")[1])[0]
        assert size() > 0.7 * plain
        assert zeros() < 1


def test_race_dropout_climbs_with_the_epochs(widgets):
    race = widgets[3]

    def place(**moves):
        return after(race.say(**moves), "dropout 0.5 is number")[0]

    places = [place(epoch=epoch) for epoch in ("20", "80", "160", "300")]
    assert places[0] >= 10
    assert places == sorted(places, reverse=True)
    assert places[-1] <= 4
    training = race.say(epoch="80", measure="training accuracy")
    assert after(training, "is last")[0] < 0.8
    wrong = race.say(**{"20_%_wrong_labels": True, "measure": "test accuracy", "epoch": "300"})
    assert "label smoothing 0.1 is last" in wrong or "20 + 20 units is last" in wrong


def test_descent_the_peak_shrinks_with_the_strength(widgets):
    fits = widgets[4]

    def error(**moves):
        return after(fits.say(**moves), "training, ")[0]

    few, peak, many = (error(features=count) for count in ("100", "200", "3200"))
    assert peak > 3 * few > 3 * many
    at_peak = [error(features="200", strength_of_L2=s) for s in ("0", "0.0005", "0.005", "0.05")]
    assert at_peak == sorted(at_peak, reverse=True)
    assert at_peak[-1] < peak / 5
    moves = {"20_%_wrong_labels": True}
    assert error(**moves, features="200", strength_of_L2="0.0005") > error(features="50") * 1.5
    assert error(features="200", strength_of_L2="0.05") < error(features="3200")


# For each claim a fault of the library that it notices

SIGN_STOPS = Fault("tipslib/regularizers.py", "        if self.proximal:\n", "        if True:\n")
THRESHOLD_LATE = Fault(
    "tipslib/regularizers.py",
    "    return params - np.clip(params, -threshold, threshold)",
    "    return params - np.clip(params, -0.1 * threshold, 0.1 * threshold)",
)
DIGITS_SHIFTED = Fault(
    "tipslib/datasets/images.py",
    'stored["y"][order].astype(np.int64)',
    'np.roll(stored["y"][order].astype(np.int64), 1)',
)
TWICE_THE_PULL = Fault(
    "tipslib/regularizers.py",
    "gradient = np.asarray(self.strength * (decays * params), params.dtype)",
    "gradient = np.asarray(2 * self.strength * (decays * params), params.dtype)",
)
NO_WRONG_LABELS = Fault("tipslib/datasets/splits.py", "[: round(share * len(y))]", "[: round(0.25 * share * len(y))]")

FAULTS = {
    "signals-train": ADAM_SLOW,
    "signals-val": ADAM_SLOW,
    "sign-zeros": SIGN_STOPS,
    "sign-near": SIGN_STOPS,
    "prox-zeros": THRESHOLD_LATE,
    "lone-accuracy": DIGITS_SHIFTED,
    "filter-gap": TWICE_THE_PULL,
    "race-none-early": LABELS_SHIFTED,
    "race-none-late": LABELS_SHIFTED,
    "race-dropout-early": LABELS_SHIFTED,
    "race-dropout-late": LABELS_SHIFTED,
    "race-l2-early": LABELS_SHIFTED,
    "race-l2-late": LABELS_SHIFTED,
    "descent-few": DIGITS_SHIFTED,
    "descent-peak": DIGITS_SHIFTED,
    "descent-many": DIGITS_SHIFTED,
    "descent-wrong-few": NO_WRONG_LABELS,
    "descent-wrong-many": NO_WRONG_LABELS,
}
