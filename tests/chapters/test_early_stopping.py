"""All that the tests know of the chapter on early stopping."""

import measured
import numpy as np
import pytest
from faults import ADAM_SLOW, SGD_SLOW, Fault
from solutions import assert_blamed, solution
from widget_files import after

from tipsbook.checking import check
from tipsbook.grading.trained import joined
from tipslib.activations import sigmoid
from tipslib.datasets import Splits, digits
from tipslib.history import Epoch
from tipslib.networks import mlp
from tipslib.optimizers import SGD, Adam
from tipslib.regularizers import l2
from tipslib.stopping import EarlyStopping, progress_quotient
from tipslib.training import evaluate, fit, train

# Right answers other than the solutions, at least one for each exercise


def stop_by_counting(losses, patience):
    best, wait = 0, 0
    for i in range(1, len(losses)):
        if losses[i] < losses[best]:
            best, wait = i, 0
        else:
            wait += 1
        if wait == patience:
            return [i + 1, best + 1]
    return [len(losses), best + 1]


def stop_by_the_library(losses, patience):
    stop = EarlyStopping(patience=patience)
    for epoch, loss in enumerate(losses, start=1):
        if stop(Epoch(epoch, 0, 0, 0, loss, 0, 0, 0)):
            break
    return np.array([epoch, stop.best_epoch], dtype=float)


def quotients_by_loops(train_loss, val_loss, k):
    found = []
    for t in range(k, len(val_loss) + 1, k):
        lowest = min(val_loss[:t])
        strip = list(train_loss[t - k : t])
        found.append((val_loss[t - 1] / lowest - 1) / 10 / (sum(strip) / (k * min(strip)) - 1))
    return found


def quotients_by_the_library(train_loss, val_loss, k):
    quotients = progress_quotient(train_loss, val_loss, strip=k)
    return quotients[~np.isnan(quotients)]


def restore_by_the_library(rows, net, patience):
    stop = EarlyStopping("val_accuracy", patience=patience)
    for row in rows:
        if stop(row, net):
            break
    stop.restore(net)
    return stop.best_epoch


def restore_from_a_copy(rows, net, patience):
    kept, top, best = net.copy(), -1.0, 0
    for row in rows:
        if row.val_accuracy > top:
            kept, top, best = net.copy(), row.val_accuracy, row.epoch
        elif row.epoch == best + patience:
            break
    np.copyto(net.params, kept.params)
    np.copyto(net.buffers, kept.buffers)
    return float(best)


def report_by_networks(val_accuracy, test_accuracy):
    epochs = [list(row).index(max(row)) for row in val_accuracy]
    best = max(range(len(epochs)), key=lambda net: val_accuracy[net][epochs[net]])
    return test_accuracy[best][epochs[best]]


def train_with_l2(splits):
    net, best = mlp([64, 50, 10]), (0.0, None)
    for _ in train(net, splits, Adam(0.003), epochs=40, batch_size=50, penalty=l2(0.05)):
        best = max(best, (evaluate(net, splits.val)[1], net.copy()), key=lambda pair: pair[0])
    return best[1]


ALTERNATIVES = [
    ("early-stopping-5", stop_by_counting),
    ("early-stopping-5", stop_by_the_library),
    ("early-stopping-6", quotients_by_loops),
    ("early-stopping-6", quotients_by_the_library),
    ("early-stopping-7", restore_by_the_library),
    ("early-stopping-7", restore_from_a_copy),
    ("early-stopping-8", report_by_networks),
    ("early-stopping-9", train_with_l2),
]


# Replies to answers that are not in the catalogues


@pytest.mark.parametrize(
    ("name", "change", "argument"),
    [
        ("early-stopping-5", lambda losses, patience: losses.sort(), "losses"),
        ("early-stopping-6", lambda train_loss, val_loss, k: train_loss.fill(1), "train_loss"),
        ("early-stopping-6", lambda train_loss, val_loss, k: val_loss.fill(1), "val_loss"),
        ("early-stopping-8", lambda val_accuracy, test_accuracy: val_accuracy.fill(1), "val_accuracy"),
        ("early-stopping-8", lambda val_accuracy, test_accuracy: test_accuracy.fill(1), "test_accuracy"),
    ],
)
def test_a_changed_argument_is_named(name, change, argument):
    assert_blamed(name, change, argument)


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        (lambda stop, best: best, "expected shape (2,), received one number, 2."),
        (lambda stop, best: [[stop, best]], "expected shape (2,), received shape (1, 2)."),
        (lambda stop, best: (stop, "2"), "received tuple"),
        (lambda stop, best: (stop, np.nan), "expected finite numbers, received nan at [1]"),
        (lambda stop, best: (stop, best + 1), "expected [4, 2], received [4, 3]"),
    ],
)
def test_shape_type_and_size_are_told(value, complaint):
    stop = solution("early-stopping-5")
    feedback = check("early-stopping-5", lambda losses, patience: value(*stop(losses, patience)))
    assert feedback.status == "wrong"
    assert complaint in feedback.message
    assert 'hint("early-stopping-5")' in feedback.message


def test_an_incomplete_strip_has_no_quotient():
    def with_the_rest(train_loss, val_loss, k):
        complete = solution("early-stopping-6")(train_loss, val_loss, k)
        return np.append(complete, 0.0) if len(train_loss) % k else complete

    message = check("early-stopping-6", with_the_rest).message
    assert "For 14 epochs, k = 3: expected shape (4,), received shape (5,)" in message


def test_gaps_in_other_places_are_not_the_librarys():
    def shifted(train_loss, val_loss, k):
        return np.roll(progress_quotient(train_loss, val_loss, strip=k), 1)

    feedback = check("early-stopping-6", shifted)
    assert (feedback.status, feedback.hint) == ("wrong", None)


class TestRestore:
    def test_a_best_network_that_is_not_returned(self):
        def silent(rows, net, patience):
            solution("early-stopping-7")(rows, net, patience)

        feedback = check("early-stopping-7", silent)
        assert feedback.status == "wrong"
        assert "expected one number, received NoneType" in feedback.message

    def test_two_faults_are_described(self):
        def first_of_all(rows, net, patience):
            return next(rows).epoch

        feedback = check("early-stopping-7", first_of_all)
        assert (feedback.status, feedback.hint) == ("wrong", None)
        assert "received: it returned 1 after asking for 1 epochs" in feedback.message
        assert "Expected: it returned 2 after asking for 4 epochs" in feedback.message

    def test_a_network_of_two_epochs_is_told_apart(self):
        def mixed(rows, net, patience):
            best = solution("early-stopping-7")(rows, net, patience)
            net.buffers[:] = 1
            return best

        feedback = check("early-stopping-7", mixed)
        assert feedback.status == "wrong"
        assert "the parameters of epoch 2 and the buffers of epoch 1" in feedback.message


class TestNoise:
    @pytest.mark.parametrize(
        ("value", "message"),
        [
            ((0.95, 0.93), "received tuple"),
            (mlp([64, 2]), "Expected one network from 64 inputs to 10 outputs"),
            (mlp([64, 10], runs=2), "Expected one network"),
        ],
    )
    def test_what_is_no_such_network(self, value, message):
        feedback = check("early-stopping-9", lambda splits: value)
        assert (feedback.status, feedback.hint) == ("wrong", None)
        assert message in feedback.message

    def test_an_untrained_network_has_hardly_begun(self):
        assert check("early-stopping-9", lambda splits: mlp([64, 10])).hint == "too-early"

    def test_a_plateau_is_no_divergence(self):
        def waiting(splits):
            net = mlp([64, 100, 100, 10], activation=sigmoid)
            fit(net, splits, SGD(0.1), epochs=2, batch_size=50)
            return net

        assert check("early-stopping-9", waiting).hint == "too-early"

    @pytest.mark.parametrize("epochs", [4, 5, 7])
    @pytest.mark.parametrize("together", [False, True])
    def test_a_few_epochs_on_the_validation_examples_are_found(self, epochs, together):
        def dishonest(splits):
            known = joined(splits.train, splits.val) if together else splits.val
            net = mlp([64, 100, 100, 10], dtype=np.float32)
            fit(net, Splits(known, splits.val, splits.val), Adam(0.001), epochs=epochs, batch_size=50)
            return net

        assert check("early-stopping-9", dishonest).hint == "validation-examples"

    @pytest.mark.parametrize("seed", range(3))
    def test_honest_answers_of_other_seeds_are_right(self, seed):
        def honest(splits):
            net = mlp([64, 100, 100, 10], dtype=np.float32, seed=seed)
            stop = EarlyStopping("val_accuracy", patience=10)
            fit(net, splits, Adam(0.001), epochs=60, batch_size=50, stop=stop, seed=seed)
            return net

        assert check("early-stopping-9", honest)

    def test_an_answer_that_cannot_be_called_again_stays_right(self):
        calls = []

        def once(splits):
            calls.append(splits)
            return solution("early-stopping-9")(splits) if len(calls) == 1 else calls[2]

        assert check("early-stopping-9", once)
        assert len(calls) == 2

    def test_near_the_goal_the_goal_is_told(self):
        def half_way(splits):
            net = mlp([64, 100, 100, 10], dtype=np.float32)
            fit(net, splits, Adam(0.001), epochs=5, batch_size=50)
            return net

        message = check("early-stopping-9", half_way).message
        assert message.startswith("Accuracy: 0.")
        assert "You need more than 0.72 on the first of these." in message

    def test_the_judges_examples_are_not_given(self):
        seen = []
        check("early-stopping-9", lambda splits: seen.append(splits))
        given = seen[0]
        known = {x.tobytes() for part in (given.train, given.val, given.test) for x in part.x}
        assert len([x for x in digits().train.x if x.tobytes() not in known]) == 700
        assert (given.train.y != digits().train.y[:300]).mean() == pytest.approx(0.4)
        assert not {x.tobytes() for x in digits().test.x} & known

    def test_a_loop_inside_the_library_is_stopped(self):
        def endless(splits):
            net = mlp([64, 10])
            fit(net, splits, Adam(0.01), epochs=10**9)
            return net

        feedback = check("early-stopping-9", endless, seconds=0.1)
        assert "With digits as splits it was stopped after 0.1 s" in feedback.message


# Stored measurements: what their scripts measure, and what the chapter says of them

curves = measured.script("generalization", "early_stopping_curves")


@pytest.fixture(scope="module")
def stored():
    return measured.stored("generalization", "early-stopping-curves")


def test_every_setting_seed_and_epoch_is_there(stored):
    assert set(stored) == set(curves.COLUMNS)
    for values in stored.values():
        assert values.shape == (len(curves.SETTINGS), len(curves.SEEDS), curves.EPOCHS)
        assert np.isfinite(values).all()


@pytest.mark.parametrize("setting", [("mnist1d", 1000, 0.2), ("digits", 300, 0.3)])
def test_a_stored_point_is_what_the_script_measures(stored, setting):
    found = curves.run(*setting, epochs=3)
    place = curves.SETTINGS.index(setting)
    for i, column in enumerate(curves.COLUMNS):
        tolerance = {"rel": 0.02} if column.endswith("loss") else {"abs": 0.011}
        if column.startswith("few_acc"):
            tolerance = {"abs": 0.041}  # two of 50 examples
        assert found[i] == pytest.approx(stored[column][place, :, :3], **tolerance)


def test_wrong_labels_are_in_the_training_examples_alone():
    splits = curves.data("digits", 300, 0.3)
    clean = curves.data("digits", 300, 0.0)
    assert ((splits.train.y != clean.train.y).mean(axis=1) == 0.3).all()
    assert (splits.val.y == clean.val.y).all()
    assert (splits.test.y == clean.test.y).all()


def test_the_curves_show_what_the_chapter_says(stored):
    """The loss turns everywhere on mnist1d; the accuracy turns where enough labels are wrong."""
    turned = stored["val_loss"].argmin(axis=-1)[:5]
    assert ((turned > 5) & (turned < 60)).all()
    gain = stored["test_accuracy"].max(axis=-1) - stored["test_accuracy"][..., -1]
    assert gain[0].mean() < 0.01 < 0.03 < gain[4].mean()


# The moves that the page proposes (*Try:* ...): they show what it says they show

WAY, FACTOR = "way, ηt", "α, times 1/ηt"


def test_past_the_turn_is_seen_only_afterwards(widgets):
    past = widgets[0]
    assert "over all 120 epochs" not in past.say(epoch=12)
    turn = after(past.say(epoch=12, show_the_future=True), "it is in epoch")[0]
    assert 12 < turn < 30
    lowest = after(past.say(epoch=120), "so far,")[0]
    assert after(past.say(epoch=120), "validation loss")[0] > lowest + 0.5
    digits = past.say(data="digits, 300, 30 % wrong", epoch=60)
    assert after(digits, "it is in epoch")[0] > turn
    assert after(digits, "validation loss")[0] < after(digits, "so far,")[0] + 0.1, "a flat turn"


def test_patience_is_paid_for(widgets):
    patience = widgets[1]

    def trained_and_kept(**moves):
        sentence = patience.say(**moves)
        return after(sentence, ": ")[0], after(sentence, "trained, epoch")[0]

    runs = [trained_and_kept(patience=p) for p in (1, 2, 3, 5, 10, 20, 40)]
    assert runs[-1][1] == runs[-2][1] == runs[-3][1], "the diamond stays"
    assert runs[-1][0] == runs[-3][0] + 30, "only the band grows"
    short = trained_and_kept(watched="accuracy, 1000 examples", patience=3)
    long = trained_and_kept(patience=20)
    assert long[1] > short[1] + 10
    saw = [trained_and_kept(watched="accuracy, 50 examples", patience=p)[0] for p in (1, 2, 3)]
    assert max(saw) < 20
    place = {"data": "mnist1d, 4000, 20 % wrong", "patience": 20}
    both = [trained_and_kept(watched=f"{what}, 1000 examples", **place)[1] for what in ("loss", "accuracy")]
    assert abs(both[0] - both[1]) < 12
    place["data"] = "digits, 300, 30 % wrong"
    both = [trained_and_kept(watched=f"{what}, 1000 examples", **place)[1] for what in ("loss", "accuracy")]
    assert both[1] < both[0]


def test_confidence_wrong_answers_get_sure(widgets):
    confidence = widgets[2]

    def told(**moves):
        sentence = confidence.say(**moves)
        return after(sentence, "accuracy")[0], after(sentence, "cost")[0], after(sentence, "right ones")[0]

    early, late = told(epoch=18), told(epoch=100)
    assert late[0] > early[0] + 0.02
    assert late[1] > early[1] + 1.5
    assert late[2] < early[2] / 2
    noisy = told(training_labels="40 % wrong", epoch=18), told(epoch=100)
    assert noisy[1][1] > noisy[0][1] + 1.5
    assert noisy[1][0] < noisy[0][0] + 0.03


def test_filters_differ_least_with_the_factor_in_between(widgets):
    filters = widgets[3]

    def told(**moves):
        sentence = filters.say(**moves)
        return after(sentence, "by up to")[0], after(sentence, "Test error")[0], after(sentence, "for stopping,")[0]

    errors = [told(**{WAY: time})[1] for time in ("0.1", "1", "10", "100", "10000")]
    assert min(errors) == errors[1]
    assert errors[-1] > 1.3 * errors[1]
    gaps = [told(**{WAY: "1", FACTOR: factor})[0] for factor in ("0.3", "0.54", "1", "2")]
    assert 0.17 < gaps[2] < 0.21
    assert min(gaps) == gaps[1] < 0.6 * gaps[2]
    both = told(**{WAY: "10000", FACTOR: "1"})
    assert min(both[1:]) > 1.3 * errors[1]


def test_the_winner_looks_better_than_it_is(widgets):
    curse = widgets[4]

    def looks_and_is(**moves):
        sentence = curse.say(**moves)
        return after(sentence, "looks like")[0], after(sentence, "and is")[0]

    pairs = [looks_and_is(random_part=part) for part in range(1, 9)]
    assert sum(looks > true for looks, true in pairs) >= 6
    assert sum(looks - true for looks, true in pairs) / 8 > 0.02
    assert max(looks - true for looks, true in pairs) > 0.1
    all_of_them = looks_and_is(validation_examples=1000)
    assert abs(all_of_them[0] - all_of_them[1]) < 0.04
    by_loss = looks_and_is(validation_examples=50, chosen_by="loss")
    assert by_loss[1] < pairs[-1][1]


def test_sixty_runs_show_what_a_rule_costs(widgets):
    sixty = widgets[5]

    def cost_and_shortfall(**moves):
        sentence = sixty.say(**moves)
        return after(sentence, "on average")[0], after(sentence, "epochs,")[0]

    for rule in ("patience, loss", "GL", "PQ", "UP"):
        quick, slow = (cost_and_shortfall(rule=rule, level=level) for level in (3, 6))
        assert slow[0] > 1.2 * quick[0]
        assert abs(slow[1] - 3) < 0.15
        assert abs(quick[1] - 3) < 0.15
    quick, waiting = (cost_and_shortfall(rule="patience, accuracy", level=level) for level in (1, 5))
    assert waiting[1] < quick[1] - 3
    hasty = cost_and_shortfall(examples="50", level=1)
    assert hasty[0] < 8
    assert hasty[1] > 10


# For each claim a fault of the library that it notices

WRONG_WAY = Fault(
    "tipslib/stopping.py",
    'self.sign = 1.0 if monitor.endswith("accuracy") else -1.0',
    'self.sign = -1.0 if monitor.endswith("accuracy") else 1.0',
)
OTHER_LABELS = Fault(
    "tipslib/datasets/images.py", 'stored["y"][order].astype(np.int64)', 'stored["y"][order[::-1]].astype(np.int64)'
)
BOTH_PERCENT = Fault("tipslib/stopping.py", "lost[t - 1] / (1000 *", "lost[t - 1] / (100 *")
ENDLESS = Fault("tipslib/stopping.py", "active=self.wait < self.patience", "active=True")
NO_BUFFERS = Fault("tipslib/stopping.py", 'for name in ("params", "buffers"):', 'for name in ("params",):')
WEAK_L2 = Fault(
    "tipslib/regularizers.py",
    "np.asarray(self.strength * (decays * params), params.dtype)",
    "np.asarray(0.1 * self.strength * (decays * params), params.dtype)",
)

FAULTS = {
    "stop-epoch": WRONG_WAY,
    "stop-low": WRONG_WAY,
    "stop-end": ADAM_SLOW,
    "stop-test-loss": WRONG_WAY,
    "stop-test-last": ADAM_SLOW,
    "stop-gap": WRONG_WAY,
    "stop-right-late": ADAM_SLOW,
    "stop-wrong-early": ADAM_SLOW,
    "stop-wrong-late": ADAM_SLOW,
    "stop-ridge-gap": SGD_SLOW,
    "stop-ridge-half": SGD_SLOW,
    "stop-linear-stop": OTHER_LABELS,
    "stop-linear-ridge": OTHER_LABELS,
    "stop-linear-end": OTHER_LABELS,
    "stop-linear-worst": SGD_SLOW,
    "stop-linear-factor": SGD_SLOW,
    "stop-loss-0": WRONG_WAY,
    "stop-loss-1": WRONG_WAY,
    "stop-loss-2": WRONG_WAY,
    "stop-loss-3": WRONG_WAY,
    "stop-loss-4": WRONG_WAY,
    "stop-loss-5": WRONG_WAY,
    "stop-accuracy-0": WRONG_WAY,
    "stop-accuracy-1": WRONG_WAY,
    "stop-accuracy-2": WRONG_WAY,
    "stop-accuracy-3": WRONG_WAY,
    "stop-accuracy-4": WRONG_WAY,
    "stop-accuracy-5": WRONG_WAY,
    "stop-test-low": WRONG_WAY,
    "stop-test-end": WRONG_WAY,
    "stop-cheap": WRONG_WAY,
    "stop-slow": BOTH_PERCENT,
    "stop-cheap-below": WRONG_WAY,
    "stop-twenty": WRONG_WAY,
    "stop-twenty-below": WRONG_WAY,
    "stop-hasty": ENDLESS,
    "stop-few-quick": ENDLESS,
    "stop-few-five": WRONG_WAY,
    "stop-whole-loss": NO_BUFFERS,
    "stop-half-loss": ADAM_SLOW,
    "stop-half": ADAM_SLOW,
    "stop-whole": NO_BUFFERS,
    "stop-whole-last": ADAM_SLOW,
    "stop-plateau": ENDLESS,
    "stop-plateau-loss": SGD_SLOW,
    "stop-optimism": ADAM_SLOW,
    "stop-optimism-all": ADAM_SLOW,
    "stop-regret": ADAM_SLOW,
    "stop-l2": WEAK_L2,
    "stop-brake": WRONG_WAY,
}
