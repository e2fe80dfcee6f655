"""All that the tests know of the recipe."""

import math
import tomllib

import measured
import numpy as np
import pytest
from faults import ADAM_SLOW, SGD_SLOW, Fault
from refresh import BOOK
from solutions import assert_blamed, solution
from widget_files import after, numbers

from tipsbook.checking import check
from tipsbook.clinic import read
from tipsbook.exercises.recipe.charts import RIGHT
from tipsbook.exercises.recipe.tiny import build
from tipslib.activations import relu
from tipslib.datasets import Examples, Splits
from tipslib.gradcheck import check_network
from tipslib.layers import Activate, Dense
from tipslib.losses import softmax_cross_entropy
from tipslib.networks import Sequential, mlp
from tipslib.optimizers import SGD, Adam
from tipslib.training import train

# Right answers other than the solutions, at least one for each exercise


def excess_by_loops(logits, labels):
    total = 0.0
    for row, label in zip(logits, labels, strict=True):
        total += math.log(sum(math.exp(z - row[label]) for z in row))
    return total / len(labels) - math.log(len(logits[0]))


def excess_in_single_precision(logits, labels):
    p = np.exp(logits.astype(np.float32))
    p /= p.sum(axis=1, keepdims=True)
    return -np.log(logits.shape[1] * p[np.arange(len(labels)), labels]).mean()


def tiny_with_adam(build, splits, k):
    few = Examples(splits.train.x[:k], splits.train.y[:k])
    net = build(dropout=0)
    for row in train(net, Splits(few, few, few), Adam(0.01), epochs=200, batch_size=5):
        if row.train_loss < 0.005:
            break
    return net


def step_example_by_example(W, x, labels, rows, lr):
    gradient = np.zeros_like(W)
    for i in rows:
        e = np.exp(x[i] @ W)
        gradient += np.outer(x[i], e / e.sum() - np.eye(W.shape[1])[labels[i]])
    return (W - lr * gradient / len(rows)).tolist()


def share_by_sets(test, train):
    known = {tuple(row) for row in train.tolist()}
    return sum(tuple(row) in known for row in test.tolist()) / len(test)


DIAGNOSES = (
    "rate too high",
    "overfitting",
    "rate too low",
    "two modes",
    "leakage",
    "healthy",
    "shuffled labels",
    "weights too small",
)

ALTERNATIVES = [
    ("recipe-3", excess_by_loops),
    ("recipe-3", excess_in_single_precision),
    ("recipe-4", tiny_with_adam),
    ("recipe-5", step_example_by_example),
    ("recipe-6", lambda W, gradient, lr: lr * math.sqrt((gradient**2).sum() / (W**2).sum())),
    ("recipe-7", share_by_sets),
    ("recipe-8", DIAGNOSES),
    ("recipe-8", np.array(DIAGNOSES)),
    ("recipe-8", [name.upper().replace(" ", "_") for name in DIAGNOSES]),
    ("recipe-8", {number: name.capitalize() for number, name in enumerate(DIAGNOSES, start=1)}),
    ("recipe-8", {str(number): name for number, name in enumerate(DIAGNOSES, start=1)}),
    ("recipe-9", {"scaled": True, "rate": 0.3, "dropout": 0.2}),
    ("recipe-9", {"scaled": True, "rate": np.float64(0.03), "dropout": 0, "layers": 2}),
    ("recipe-9", {"scaled": np.True_, "rate": np.array(0.1), "dropout": np.float32(0.0)}),
]


# Replies to answers that are not in the catalogues


@pytest.mark.parametrize(
    ("name", "change", "argument"),
    [
        ("recipe-3", lambda logits, labels: logits.fill(1), "logits"),
        ("recipe-3", lambda logits, labels: labels.fill(1), "labels"),
        ("recipe-5", lambda W, x, labels, rows, lr: W.fill(1), "W"),
        ("recipe-5", lambda W, x, labels, rows, lr: x.fill(1), "x"),
        ("recipe-5", lambda W, x, labels, rows, lr: rows.sort(), "rows"),
        ("recipe-6", lambda W, gradient, lr: W.fill(1), "W"),
        ("recipe-7", lambda test, train: train.sort(), "train"),
    ],
)
def test_a_changed_argument_is_named(name, change, argument):
    assert_blamed(name, change, argument)


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("recipe-3", lambda right: np.array([right]), "expected one number, received shape (1,)"),
        ("recipe-3", lambda right: right + 1e-3, "expected 0.6931, received 0.6941"),
        ("recipe-5", lambda right: right.T, "expected shape (1, 2), received shape (2, 1)"),
        ("recipe-6", lambda right: right * np.nan, "expected finite numbers, received nan"),
        ("recipe-7", lambda right: f"{right:.0%}", "expected one number, received str"),
    ],
)
def test_shape_type_and_size_are_told(name, value, complaint):
    right = solution(name)
    feedback = check(name, lambda *args: value(right(*args)))
    assert feedback.status == "wrong"
    assert complaint in feedback.message
    assert f'hint("{name}")' in feedback.message


class TestFormulas:
    @pytest.mark.parametrize(
        ("name", "change", "key"),
        [
            ("recipe-3", lambda right: -right, "turned-round"),
            ("recipe-3", abs, "absolute"),
            ("recipe-3", lambda right: np.maximum(right, 0), "cut-off"),
        ],
    )
    def test_the_sign_of_the_excess_counts(self, name, change, key):
        right = solution(name)
        assert check(name, lambda *args: change(right(*args))).hint == key

    @pytest.mark.parametrize(
        ("answer", "key"),
        [
            (lambda W, gradient, lr: np.linalg.norm(lr * gradient), "step-alone"),
            (
                lambda W, gradient, lr: abs(1 - np.linalg.norm(W - lr * gradient) / np.linalg.norm(W)),
                "change-of-the-norm",
            ),
            (
                lambda W, gradient, lr: np.linalg.norm(lr * gradient) / np.linalg.norm(W - lr * gradient),
                "after-the-step",
            ),
        ],
    )
    def test_the_change_is_compared_with_the_weights_before_it(self, answer, key):
        assert check("recipe-6", answer).hint == key

    @pytest.mark.parametrize(
        ("divide", "key"),
        [
            (lambda W, x, rows: -1, "uphill"),
            (lambda W, x, rows: len(rows) / len(x), "all-examples"),
            (lambda W, x, rows: len(rows) / W.shape[1], "number-of-classes"),
        ],
    )
    def test_a_step_of_another_length_is_told_apart(self, divide, key):
        def step(W, x, labels, rows, lr):
            right = np.array(step_example_by_example(W, x, labels, rows, lr))
            return W + (right - W) * divide(W, x, rows)

        assert check("recipe-5", step).hint == key


class Shifted:
    """Splits whose first examples are those after the first k."""

    def __init__(self, splits, k):
        self.train = Examples(splits.train.x[k:], splits.train.y[k:])


class TestLeak:
    @pytest.mark.parametrize(
        ("answer", "key"),
        [
            (lambda test, train: len(set(map(tuple, test)) & set(map(tuple, train))) / len(test), "distinct-rows"),
            (lambda test, train: np.isclose(test[:, None], train).all(axis=2).any(axis=1).mean(), "nearly-equal"),
            (lambda test, train: sum((test == row).all(axis=1).any() for row in train) / len(test), "training-rows"),
            (lambda test, train: (test[:, None] == train).all(axis=2).sum() / len(test), "pairs"),
            (lambda test, train: share_by_sets(test.round(3), train.round(3)), "nearly-equal"),
            (lambda test, train: (abs(test[:, None] - train).sum(axis=2).min(axis=1) < 1e-3).mean(), "nearly-equal"),
            (lambda test, train: share_by_sets(test.astype(np.float32), train.astype(np.float32)), "single-precision"),
            (lambda test, train: share_by_sets(np.sort(test, axis=1), np.sort(train, axis=1)), "any-order"),
            (lambda test, train: np.isin((test**2).sum(axis=1), (train**2).sum(axis=1)).mean(), "any-order"),
        ],
    )
    def test_what_is_counted_is_told_apart(self, answer, key):
        assert check("recipe-7", answer).hint == key


class TestTiny:
    @pytest.mark.parametrize(
        ("value", "message"),
        [
            ((0.95, 0.93), "received tuple"),
            (mlp([64, 20, 2]), "Expected one network from 64 inputs to 10 outputs"),
            (mlp([64, 20, 10], runs=2), "Expected one network"),
        ],
    )
    def test_what_is_no_such_network(self, value, message):
        feedback = check("recipe-4", lambda build, splits, k: value)
        assert (feedback.status, feedback.hint) == ("wrong", None)
        assert message in feedback.message

    def test_an_untrained_network_is_guessing(self):
        feedback = check("recipe-4", lambda build, splits, k: build(0.0))
        assert (feedback.status, feedback.hint) == ("wrong", None)
        assert "Guessing gives 2.3." in feedback.message

    def test_dropout_that_never_acts_is_no_mistake(self):
        def in_inference_mode(build, splits, k):
            net, optimizer = build(), SGD(0.1)
            for _ in range(300):
                net.backward(softmax_cross_entropy(net.forward(splits.train.x[:k]), splits.train.y[:k])[1])
                optimizer.step(net.params, net.grads)
            return net

        assert check("recipe-4", in_inference_mode)

    @pytest.mark.parametrize(
        ("rows", "key"),
        [
            (lambda k: slice(20), "fewer-examples"),
            (lambda k: slice(22), "more-examples"),
            (lambda k: slice(2 * k), "more-examples"),
            (lambda k: slice(k + 1), "more-examples"),
            (lambda k: slice(k - 1), "fewer-examples"),
            (lambda k: slice(100), "more-examples"),
            (lambda k: slice(-k, None), "last-examples"),
        ],
    )
    def test_other_rows_are_noticed(self, rows, key):
        def learn(build, splits, k):
            x, y = splits.train.x[rows(k)], splits.train.y[rows(k)]
            net, optimizer = build(0.0), SGD(0.1)
            for _ in range(600):
                net.backward(softmax_cross_entropy(net.forward(x, training=True), y)[1])
                optimizer.step(net.params, net.grads)
            return net

        assert check("recipe-4", learn).hint == key

    def test_one_that_fails_with_another_k_is_told_so(self):
        def brittle(build, splits, k):
            assert k > 10
            return tiny_with_adam(build, splits, k)

        feedback = check("recipe-4", brittle)
        assert (feedback.status, feedback.hint) == ("wrong", None)
        assert "Called again with k = 9" in feedback.message

    def test_the_right_examples_at_a_low_rate_are_a_matter_of_patience(self):
        def slow(build, splits, k):
            net, optimizer = build(0.0), SGD(0.001)
            for _ in range(500):
                z = net.forward(splits.train.x[:k], training=True)
                net.backward(softmax_cross_entropy(z, splits.train.y[:k])[1], inputs=False)
                optimizer.step(net.params, net.grads)
            return net

        assert check("recipe-4", slow).hint == "too-few-steps"

    def test_nearly_all_examples_are_not_called_all(self):
        def learn(build, splits, k):
            few = Examples(splits.train.x[:200], splits.train.y[:200])
            return tiny_with_adam(build, Splits(few, few, few), 200)

        feedback = check("recipe-4", learn)
        assert feedback.status == "wrong"
        assert "learned all" not in feedback.message

    def test_other_examples_are_no_matter_of_patience(self):
        feedback = check("recipe-4", lambda build, splits, k: tiny_with_adam(build, Shifted(splits, k), k))
        assert feedback.hint is None
        assert "on which ones did you train?" in feedback.message

    def test_dropout_is_asked_for_by_default(self):
        assert [str(layer) for layer in build().layers if "Dropout" in str(layer)] == ["Dropout(0.5)"] * 2


class TestDiagnoses:
    @pytest.mark.parametrize(
        ("answer", "message"),
        [
            ("overfitting", "Expected a list of eight names, received str."),
            (["healthy"] * 7, "received 7 entries."),
            ([*RIGHT[:7], "flu"], "Expected names of the list under the charts, received 'flu'."),
            ([*RIGHT[:5], "two modes", *RIGHT[6:]], "7 of 8 are right; received 'two modes' for chart 6."),
        ],
    )
    def test_other_answers(self, answer, message):
        feedback = check("recipe-8", answer)
        assert (feedback.status, feedback.hint) == ("wrong", None)
        assert message in feedback.message

    def test_one_confusion_is_recognized_without_the_other(self):
        assert check("recipe-8", [*RIGHT[:6], "overfitting", RIGHT[7]]).hint == "overfitting-for-shuffled"
        assert check("recipe-8", ["weights too small", *RIGHT[1:]]).hint == "small-for-high"


class TestChanges:
    @pytest.mark.parametrize(
        ("answer", "message"),
        [
            (0.1, "Expected a dict of settings, received the number 0.1."),
            ({"lr": 0.1}, "received 'lr'."),
            ({"scaled": 1}, "scaled is True or False, received the number 1."),
            ({"rate": np.True_}, "rate is a number, received"),
            ({"rate": "0.1"}, "rate is a number, received str."),
            ({"rate": -0.1}, "Expected rate above 0 and up to 1000, received -0.1."),
            ({"dropout": 1}, "Expected dropout from 0 up to 0.99, received 1."),
            ({"layers": 2.5}, "layers is a whole number, received 2.5."),
            ({"std": 1e-4, "rate": 0.1, "dropout": 0.0}, "received 2.3 and 0.9"),
        ],
    )
    def test_other_answers(self, answer, message):
        feedback = check("recipe-9", answer)
        assert (feedback.status, feedback.hint) == ("wrong", None)
        assert message in feedback.message

    def test_settings_that_stay_are_no_changes(self):
        answer = {"scaled": True, "rate": 0.1, "dropout": 0.0, "width": 100, "l2": 0.0}
        assert check("recipe-9", answer)

    @pytest.mark.parametrize(
        ("answer", "key"),
        [
            ({"rate": 0.003, "dropout": 0, "epochs": 30}, "rate-for-inputs"),
            ({"rate": 0.01, "dropout": 0}, "rate-for-inputs"),
            ({"rate": 0.001, "dropout": 0}, "inputs-left"),
            ({"scaled": True, "rate": 0.1, "dropout": 0.8}, "dropout-left"),
            ({"std": 0.01, "rate": 0.1}, "dropout-left"),
            ({"scaled": True, "std": 100, "dropout": 0}, "weights-too-large"),
            ({"scaled": True, "std": 0.3, "rate": 0.1}, "weights-too-large"),
            ({"scaled": True, "rate": 1}, "dropout-left"),
            ({"scaled": True, "rate": 1.5}, "rate-and-dropout-left"),
            ({"scaled": True, "rate": 1.5, "dropout": 0}, "rate-left"),
            ({"rate": 1e-6, "dropout": 0}, "rate-too-low"),
            ({"scaled": True, "rate": 0.003, "dropout": 0}, "rate-too-low"),
        ],
    )
    def test_the_first_cause_that_is_left_is_named(self, answer, key):
        feedback = check("recipe-9", answer)
        assert (feedback.status, feedback.hint) == ("wrong", key)

    def test_praise_says_what_was_done(self):
        assert "three first checks" in check("recipe-9", {"scaled": True, "rate": 0.1, "dropout": 0.5}).message
        by_weights = check("recipe-9", {"std": 0.01, "rate": 0.1, "dropout": 0})
        assert by_weights
        assert "the inputs are as they were" in by_weights.message
        assert "three first checks" not in by_weights.message
        narrow = check("recipe-9", {"width": 20, "rate": 0.03, "dropout": 0})
        assert narrow
        assert "or fewer of them" in narrow.message


# Stored measurements: what their scripts measure, and what the chapter says of them

long = measured.script("recipe", "recipe_headlines")


@pytest.fixture(scope="module")
def stored():
    return measured.stored("recipe", "recipe-headlines")


def test_every_network_rate_and_budget_is_there(stored):
    grid = len(long.BUDGETS) * len(long.DEPTHS) * len(long.NETS) * len(long.RATES)
    assert stored["curves"].shape == (grid, 2, long.POINTS, long.SEEDS)
    assert stored["ends"].shape == (grid + len(long.others()), len(long.PARTS), long.SEEDS)
    assert stored["names"].tolist() == [str(setting) for setting in [*long.grid(), *long.others()]]
    assert np.isfinite(stored["ends"]).all()
    assert stored["curves"][:, :, -1] == pytest.approx(stored["ends"][:grid, :2])
    assert long.FILE.stat().st_size < 180_000


@pytest.mark.parametrize("setting", [long.Setting("plain", 2, 0.3), long.Setting("residual", 6, 0.1, 90)])
def test_a_stored_point_is_what_the_script_measures(stored, setting):
    course, _ = long.curves(setting, points=2)
    kept = stored["curves"][stored["names"].tolist().index(str(setting))]
    assert course == pytest.approx(kept[:, :2], abs=0.03)


@pytest.mark.parametrize(
    "setting", [long.Setting("convolution", 5, 0.3), long.Setting("plain", 6, 0.3, 30, 2000, 0.1, 2)]
)
def test_a_stored_end_is_what_the_script_measures(stored, setting):
    kept = stored["ends"][stored["names"].tolist().index(str(setting))]
    assert long.ends(setting).mean(axis=1) == pytest.approx(kept.mean(axis=1), abs=0.05)


def test_the_residual_network_is_the_plain_one_with_shortcuts():
    assert long.build("plain", 20).params.shape == long.build("residual", 20).params.shape


def test_dropout_of_nothing_is_the_plain_network(stored):
    x = np.ones((3, 40), np.float32)
    plain, dropped = long.build("plain", 3), long.build("plain", 3, 0.0, 2)
    dropped.params[:] = plain.params
    assert np.array_equal(plain.forward(x), dropped.forward(x, training=True))


def test_a_convolution_moves_with_its_signal_and_has_the_right_gradient():
    layers = long.Windows(8, 3), Dense(2), Activate(relu), long.Rejoin(4)
    net, signal = Sequential(layers, 8, seed=0), np.zeros((1, 8))
    signal[0, 3] = 1.0
    moved = np.roll(signal, 2, axis=1)  # by the stride
    first, second = (net.forward(x).reshape(4, 2) for x in (signal, moved))
    assert first[:3] == pytest.approx(second[1:])
    x, y = np.random.default_rng(0).normal(size=(3, 40)), np.array([1, 0, 2])
    assert check_network(Sequential(long.convolution(2), 40, seed=0), x, y, softmax_cross_entropy)


# The patients of the clinic: their stored runs are what the script measures, and show what the texts say

FOLDER = BOOK / "recipe" / "data"
clinic = measured.script("recipe", "recipe_clinic")
NAMES = list(clinic.PATIENTS)
TRAIN, VAL, TEST = 2, 3, 4  # columns of `ends`
HEALTHY = {"healthy", "healthy-dropout"}


@pytest.fixture(scope="module")
def runs():
    return measured.stored("recipe", "recipe-clinic")


@pytest.fixture(scope="module")
def cases():
    return {case.name: case for case in read(FOLDER / "recipe-clinic.toml")}


def test_every_patient_has_runs_and_texts(runs):
    told = tomllib.loads((FOLDER / "recipe-clinic.toml").read_text("utf-8"))["patients"]
    assert runs["names"].tolist() == NAMES
    assert sorted(patient["name"] for patient in told) == sorted(NAMES)
    assert runs["curves"].shape == (len(NAMES), 2, len(clinic.CURVES), clinic.LONGEST)
    assert runs["ends"].shape == (len(NAMES), 2, clinic.SEEDS, len(clinic.CURVES) + 1)
    assert runs["curves"].dtype == np.float32
    assert (FOLDER / "recipe-clinic.npz").stat().st_size < 60_000


@pytest.mark.parametrize(
    ("name", "which", "epochs"),
    [("rate-too-low", 0, 3), ("not-shuffled", 0, 1), ("overfitting", 0, 3), ("batch-norm-mode", 0, 2), ("shift", 1, 2)],
)
def test_a_stored_run_is_what_the_script_measures(runs, name, which, epochs):
    curves = clinic.learn(clinic.pair(name)[which], 0, epochs=epochs).curves
    kept = runs["curves"][NAMES.index(name), which, :, : epochs + 1]
    assert curves[:2] == pytest.approx(kept[:2], rel=0.05)
    assert curves[2:] == pytest.approx(kept[2:], abs=0.03)


def test_statistics_are_what_the_script_measures(runs):
    for name, epochs in (("symmetric", 1), ("exploding-start", 1)):
        result, kept = clinic.learn(clinic.pair(name)[0], 0, epochs=epochs), runs["statistics"][NAMES.index(name), 0]
        assert result.statistics[:2] == pytest.approx(kept[:2], rel=0.1)
        assert result.statistics[2:] == pytest.approx(kept[2:], abs=0.1)


def better(name: str, ends: np.ndarray) -> np.ndarray:
    """Return for each seed by how much the treated run is better in what its patient suffers from: ends (2, S, 5)."""
    if name == "softmax-twice":  # the loss, in nats; both get there in accuracy
        return ends[0, :, 1] - ends[1, :, 1]
    if name == "leakage":  # validation says what later examples confirm
        return np.subtract(*(abs(run[:, VAL] - run[:, TEST]) for run in ends))
    return ends[1, :, VAL] - ends[0, :, VAL]


@pytest.mark.parametrize("name", [name for name in NAMES if name not in HEALTHY])
def test_every_treated_run_is_better_with_every_seed(runs, name):
    gain = better(name, runs["ends"][NAMES.index(name)].astype(float))
    assert len(gain) == clinic.SEEDS
    assert gain.min() > 0.06, gain


@pytest.mark.parametrize("name", sorted(HEALTHY))
def test_who_is_healthy_stays_so(runs, name):
    ends = runs["ends"][NAMES.index(name)]
    assert ends[..., VAL].min() > 0.94
    assert abs(ends[..., VAL] - ends[..., TEST]).max() < 0.03


def test_the_treated_have_sound_statistics(cases):
    for case in cases.values():
        if case.name != "wrong-sign":  # its rate is low on purpose
            assert ((case.treated.steps > 0.0005) & (case.treated.steps < 0.08)).all(), case.name
        assert case.treated.idle.max() < 0.1, case.name
        assert 2.2 < case.treated.val_loss[0] < 3.6, case.name
        assert not case.treated.diverged, case.name


def test_the_same_gap_has_different_cures(cases):
    gap = [c for c in cases.values() if c.sick.train_accuracy[-1] > 0.8 and c.sick.val_accuracy[-1] < 0.75]
    assert {c.name for c in gap} >= {
        "overfitting", "labels-mismatched", "not-shuffled", "shift", "validation-unscaled", "batch-norm-mode",
        "wrong-labels",
    }  # fmt: skip
    cures = [case.treatment.options[int(case.treatment.right)][0] for case in gap]
    assert len(set(cures)) == len(gap)


def test_dropout_is_no_treatment_of_a_rate_that_is_too_high(runs):
    name = "rate-too-high"
    again = clinic.learn(clinic.replace(clinic.pair(name)[0], dropout=0.5), 0)
    sick = runs["ends"][NAMES.index(name), 0, 0]
    assert again.curves[TRAIN, -1] < sick[TRAIN] - 0.15


def test_who_started_too_large_is_treated_with_the_std_that_the_text_names(cases):
    assert clinic.pair("exploding-start")[1].init is clinic.glorot_normal
    treatment = cases["exploding-start"].treatment
    assert "√(2/(n + M))" in treatment.options[int(treatment.right)][0]
    assert "√(2/(n + M))" in cases["exploding-start"].cure


SIGNS = {  # what the replies say of the chart, beyond the numbers that are filled in
    "rate-too-low": lambda s, t: s.steps.max() < 3e-4 and (np.diff(s.train_loss) < 0).all(),
    "overfitting": lambda s, t: (
        s.train_accuracy[-1] > 0.99
        and s.val_loss[-1] > 1.15 * s.val_loss.min()
        and 5 < s.val_loss.argmin() < 20
        and abs(s.train_accuracy[1] - s.val_accuracy[1]) < 0.03
        and t.train_accuracy[-1] - t.val_accuracy[-1] > 0.2
    ),
    "vanishing": lambda s, t: 1500 < s.steps[1] / s.steps[0] < 3000 and abs(s.train_loss[-1] - np.log(10)) < 0.03,
    "labels-mismatched": lambda s, t: s.train_accuracy[-1] > 0.8 and s.val_accuracy.max() < 0.2,
    "healthy-dropout": lambda s, t: (s.val_accuracy > s.train_accuracy)[1:].all(),
    "rate-too-high": lambda s, t: s.train_loss[1] > 3 * s.train_loss[0] and (np.diff(s.val_loss) > 1).sum() > 4,
    "batch-norm-mode": lambda s, t: s.val_accuracy.max() < 0.2 and s.ends[0, TEST] > 0.95,
    "too-small": lambda s, t: s.train_accuracy[-1] < 0.8 and np.ptp(s.train_accuracy[-5:]) < 0.05,
    "dead-relu": lambda s, t: s.train_loss[1] > 10 and s.idle[0] > 0.95 and abs(s.val_loss[-1] - np.log(10)) < 0.05,
    "not-shuffled": lambda s, t: (
        s.train_accuracy[1] > 0.8 and s.val_accuracy[1] < 0.13 and s.train_accuracy[-1] - s.train_accuracy[1] < 0.1
    ),
    "wrong-sign": lambda s, t: (np.diff(s.train_loss) > 0).all() and s.diverged and s.steps.max() < 0.01,
    "shift": lambda s, t: s.val_accuracy[1] < 0.5 < s.train_accuracy[1] and abs(s.train_loss[0] - s.val_loss[0]) < 0.2,
    "symmetric": lambda s, t: s.idle[2] > 0.95 and s.steps[0] > 0.001,
    "softmax-twice": lambda s, t: 1.461 < s.train_loss[-1] < 1.5 and s.train_accuracy[-1] > 0.98,
    "wrong-labels": lambda s, t: (
        0.55 < s.train_accuracy[s.val_accuracy.argmax()] < 0.65
        and (s.val_accuracy > s.train_accuracy)[1:8].all()
        and t.epochs == s.val_accuracy.argmax()
    ),
    "healthy": lambda s, t: s.val_loss[-1] < 1.05 * s.val_loss.min() and np.ptp(s.val_accuracy[-10:]) < 0.01,
    "exploding-start": lambda s, t: 6 < s.train_loss[0] / np.log(10) < 8 and s.idle[1] > 0.9,
    "validation-unscaled": lambda s, t: s.val_loss[0] > 5 * s.train_loss[0] and s.ends[0, TEST] > 0.9,
    "dropout-too-high": lambda s, t: (
        (s.val_accuracy > s.train_accuracy + 0.05)[1:].all() and s.train_accuracy[-1] < 0.2
    ),
    "momentum-too-high": lambda s, t: (
        s.val_accuracy.max() > 0.93 and s.val_accuracy[-1] < 0.15 and s.val_accuracy[1] > 0.85 and s.idle[0] > 0.9
    ),
    "leakage": lambda s, t: s.val_accuracy[-1] > 0.9 and s.ends[:, TEST].max() < 0.6,
    "inputs-unscaled": lambda s, t: (
        s.train_loss[0] < 3 and s.idle[1] > 0.7 and s.train_accuracy[-1] < s.train_accuracy[1]
    ),
    "tiny-batches": lambda s, t: s.steps[0] < 1e-4 and (s.val_accuracy > s.train_accuracy + 0.1)[1:].all(),
    "rate-far-too-high": lambda s, t: s.diverged and s.val_loss[-1] > s.val_loss[0] and s.train_accuracy[-1] > 0.5,
    "decay-too-strong": lambda s, t: (
        s.val_accuracy.max() > 0.8 and s.val_accuracy[-1] < 0.35 and s.train_accuracy[-1] < 0.35 and s.idle[0] < 0.2
    ),
    "stopped-early": lambda s, t: (
        (np.diff(s.val_loss) < 0).all() and (s.val_loss[1:-1] < 0.75 * s.val_loss[:-2]).all()
        and s.val_loss[-1] > 0.75 * s.val_loss[-2]
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_the_chart_shows_what_the_texts_say(cases, name):
    assert SIGNS[name](cases[name].sick, cases[name].treated)


# The moves that the page proposes (*Try:* ...): they show what it says they show


def test_depth_rate_and_budget_decide_together(widgets):
    layers = widgets[0]

    def errors(**moves):
        return after(layers.say(**moves), "an error of")[:3]  # training, validation, test

    first = errors()
    assert 0.25 < first[0] < 0.35
    assert errors(epochs=90)[0] < 0.05
    assert errors(epochs=30, learning_rate=0.3)[0] > first[0] + 0.2
    six = errors(learning_rate=0.1, hidden_layers=6)
    assert six[0] < first[0] - 0.05
    assert abs(six[2] - first[2]) < 0.03, "at one rate both test the same"
    assert errors(hidden_layers=2, learning_rate=1)[2] < 0.47


def test_recipe_training_comes_first_and_the_reference_decides(widgets):
    tree = widgets[1]
    assert "model, optimization, data or bug" in tree.say(training_error=0.3, test_error=0.5, reference_error=0.01)
    assert "overfitting or shift" in tree.say(training_error=0.02)
    assert "model, optimization" in tree.say(training_error=0.3, test_error=0.3)
    assert "done" in tree.say(reference_error=0.3)
    assert "too good" in tree.say(reference_error=0.01, test_error=0.1)


def test_inside_each_disease_shows_in_its_own_number(widgets):
    inside = widgets[2]

    def both(**moves):
        sentence = inside.say(**moves).split(": ", 1)[1]
        sick, healthy = sentence.split("Healthy")
        return [numbers(part.replace("layer 1", "").replace("layer 6", ""))[:2] for part in (sick, healthy)]

    for patient, is_sick in {
        "weights of std 0.01": True,
        "sigmoid, std 1/√n": True,
        "Adam with rate 0.1": False,
        "rate 0.0001": False,
    }.items():
        sick, healthy = both(step=0, patient=patient, statistic="norm of delta")
        assert (sick[0] < healthy[0] / 100) == is_sick, patient
    fast, healthy = both(patient="Adam with rate 0.1", statistic="update ratio")
    assert min(fast) > 0.5 > max(healthy)
    slow, healthy = both(patient="rate 0.0001")
    assert max(slow) < 1e-4 < min(healthy)
    dead, _ = both(step=10, patient="Adam with rate 0.1", statistic="dead units")
    assert dead[1] > 0.5


# For each claim a fault of the library that it notices

HE_THREE = Fault(
    "tipslib/initializers.py", "variance_scaling(math.sqrt(2))(shape, rng)", "variance_scaling(3.0)(shape, rng)"
)

STORED = SGD_SLOW  # the live run then differs from the stored one of the same setting

FAULTS = {
    "deep-train": SGD_SLOW,
    "shallow-train": SGD_SLOW,
    "deep-test": SGD_SLOW,
    "shallow-test": SGD_SLOW,
    "gap-deep": SGD_SLOW,
    "gap-shallow": SGD_SLOW,
    "deep-long-train": STORED,
    "deep-long-test": STORED,
    "shallow-long-test": STORED,
    "gap-long": STORED,
    "shuffled-train": ADAM_SLOW,
    "shuffled-test": ADAM_SLOW,
    "residual-train": STORED,
    "residual-test": STORED,
    "residual-long-test": STORED,
    "two-layers-test": STORED,
    "dose-all": STORED,
    "dose-all-long": STORED,
    "dose-last": STORED,
    "dose-light": STORED,
    "conv-test": STORED,
    "nearest-mean": HE_THREE,
    "recipe-first-loss": HE_THREE,
    "raw-first-loss": HE_THREE,
    "twenty-healthy": SGD_SLOW,
    "twenty-drawn": SGD_SLOW,
    "twenty-l2": SGD_SLOW,
    "over-train": SGD_SLOW,
    "over-val": SGD_SLOW,
    "over-test": SGD_SLOW,
    "shift-train": ADAM_SLOW,
    "shift-val": ADAM_SLOW,
    "shift-test": ADAM_SLOW,
    "leak-train": ADAM_SLOW,
    "leak-val": ADAM_SLOW,
    "leak-test": ADAM_SLOW,
    "mode-on": SGD_SLOW,
    "mode-off": SGD_SLOW,
    "mode-val": SGD_SLOW,
}
