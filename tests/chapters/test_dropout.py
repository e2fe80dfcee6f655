"""All that the tests know of the chapter on dropout."""

import itertools

import measured
import numpy as np
import pytest
from faults import ADAM_SLOW, Fault
from solutions import assert_blamed, solution
from widget_files import after

from tipsbook.checking import check
from tipsbook.exercises import of_chapter
from tipsbook.exercises.dropout import identities
from tipsbook.exercises.dropout.enumeration import every_mask
from tipsbook.grading.trained import joined
from tipslib.activations import relu
from tipslib.datasets import Splits, digits
from tipslib.layers import Activate, Dense, Dropout
from tipslib.losses import softmax
from tipslib.networks import Sequential, mlp
from tipslib.optimizers import Adam
from tipslib.regularizers import l2
from tipslib.training import fit, train

# Right answers other than the solutions, at least one for each exercise


def dropped_by_loops(x, u, p):
    return [[a / (1 - p) if b >= p else 0.0 for a, b in zip(*rows, strict=True)] for rows in zip(x, u, strict=True)]


def dropped_by_where(x, u, p):
    return np.where(u < p, 0, x / (1 - p)).astype(np.float32)


def gradient_by_the_quadratic_form(x, W, p, seed):
    mask = np.where(np.random.default_rng(seed).random(x.shape) < p, 0.0, 1 / (1 - p))
    return np.stack([np.diag(m) @ W @ W.T @ np.diag(m) @ row for row, m in zip(x, mask, strict=True)])


def predicted_unit_by_unit(x, W1, W2, b2, p):
    h = 1 / (1 + np.exp(-np.einsum("ni,ij->nj", x, W1)))
    return b2 + sum(np.outer(unit, row) - p * np.outer(unit, row) for unit, row in zip(h.T, W2, strict=True))


def mean_by_odds(h, W, b, p):
    """The product over all masks of the odds against class 0, each to the power of its mask's probability."""
    odds = np.ones(len(b))
    for mask in itertools.product([0, 1], repeat=len(h)):
        share = np.prod([1 - p if kept else p for kept in mask])
        logits = (np.array(mask) * h) @ W + b
        odds *= np.exp(logits - logits[0]) ** share
    return odds / odds.sum()


def ridge_by_more_rows(X, y, p):
    more = np.diag(np.sqrt(p / (1 - p) * (X**2).sum(axis=0)))
    return np.linalg.lstsq(np.vstack([X, more]), np.append(y, np.zeros(X.shape[1])), rcond=None)[0]


def trained_by_hand(splits):
    layers = [Dense(120), Activate(relu), Dropout(0.6), Dense(80), Activate(relu), Dropout(0.4), Dense(10)]
    net = Sequential(layers, n_in=64, seed=3)
    for row in train(net, splits, Adam(0.003), epochs=40, batch_size=25):
        if row.val_accuracy > 0.92:
            break
    return net


ALTERNATIVES = [
    ("dropout-3", dropped_by_loops),
    ("dropout-3", dropped_by_where),
    ("dropout-4", gradient_by_the_quadratic_form),
    ("dropout-5", predicted_unit_by_unit),
    ("dropout-6", mean_by_odds),
    ("dropout-7", ridge_by_more_rows),
    ("dropout-9", trained_by_hand),
]


# Replies to answers that are not in the catalogues


@pytest.mark.parametrize(
    ("name", "change", "argument"),
    [
        ("dropout-3", lambda x, u, p: x.fill(1), "x"),
        ("dropout-3", lambda x, u, p: u.fill(1), "u"),
        ("dropout-4", lambda x, W, p, seed: W.fill(1), "W"),
        ("dropout-5", lambda x, W1, W2, b2, p: W2.fill(1), "W2"),
        ("dropout-6", lambda h, W, b, p: h.fill(1), "h"),
        ("dropout-7", lambda X, y, p: y.fill(1), "y"),
    ],
)
def test_a_changed_argument_is_named(name, change, argument):
    assert_blamed(name, change, argument)


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("dropout-3", lambda right: right[0], "expected shape (2, 2), received shape (2,)"),
        ("dropout-3", lambda right: right > 0, "received an array of bool"),
        ("dropout-4", lambda right: right.T, "expected shape (1, 2), received shape (2, 1)"),
        ("dropout-5", lambda right: right / 0, "expected finite numbers, received inf at [0, 0]"),
        ("dropout-6", lambda right: right[:1], "expected shape (2,), received shape (1,)"),
        ("dropout-7", lambda right: right[:, None], "expected shape (1,), received shape (1, 1)"),
        ("dropout-7", lambda right: right + 1e-3, "expected [1], received [1.001]"),
    ],
)
def test_shape_type_and_size_are_told(name, value, complaint):
    right = solution(name)
    feedback = check(name, lambda *args: value(right(*args)))
    assert (feedback.status, feedback.hint) == ("wrong", None)
    assert complaint in feedback.message


@pytest.mark.parametrize(
    ("name", "shortcut"),
    [
        ("dropout-3", lambda x, u, p: x * (u >= 0.2) / 0.8),
        ("dropout-4", lambda x, W, p, seed: np.where(np.arange(x.shape[1]) == 0, 4 * x, 0)),
        ("dropout-5", lambda x, W1, W2, b2, p: (0.5 + x @ W1) @ W2 * (1 - p) + b2),
        ("dropout-6", lambda h, W, b, p: np.array([0.9, 0.1])),
        ("dropout-7", lambda X, y, p: X.T @ y / (2 * (X**2).sum(axis=0))),
    ],
)
def test_the_case_by_hand_alone_is_not_enough(name, shortcut):
    feedback = check(name, shortcut)
    assert (feedback.status, feedback.hint) == ("wrong", None)
    assert not feedback.message.startswith("By hand")


@pytest.mark.parametrize(("factor", "reply"), [(lambda p: p, "are swapped"), (lambda p: 0.5, "p = 0.5 alone")])
def test_wrong_factors_are_named_without_masks_too(factor, reply):
    message = check("dropout-6", lambda h, W, b, p: softmax(factor(p) * h @ W + b)).message
    assert reply in message
    assert "weights of the masks" not in message


def one_factor_forward_alone(x, W, p, seed):
    keep = np.random.default_rng(seed).random(x.shape) >= p
    return ((x * keep / (1 - p)) @ W @ W.T) * keep


def one_factor_back_alone(x, W, p, seed):
    keep = np.random.default_rng(seed).random(x.shape) >= p
    return ((x * keep) @ W @ W.T) * keep / (1 - p)


def two_factors_forward(x, W, p, seed):
    keep = np.random.default_rng(seed).random(x.shape) >= p
    return ((x * keep / (1 - p) ** 2) @ W @ W.T) * keep / (1 - p)


@pytest.mark.parametrize(
    ("answer", "reply"),
    [
        (one_factor_forward_alone, "One factor 1 / (1 - p) is missing"),
        (one_factor_back_alone, "One factor 1 / (1 - p) is missing"),
        (two_factors_forward, "one factor 1 / (1 - p) too many"),
    ],
)
def test_a_factor_is_told_wherever_it_is_missing_or_too_many(answer, reply):
    message = check("dropout-4", answer).message
    assert reply in message
    assert "belongs here" not in message


def test_factors_are_counted_without_a_guess_where_they_got_lost():
    """Here both were there, and a third undid one of them on the way back."""

    def undone(x, W, p, seed):
        keep = np.random.default_rng(seed).random(x.shape) >= p
        return ((x * keep / (1 - p)) @ W @ W.T) * keep * (1 - p)

    assert "Your result lacks two factors" in check("dropout-4", undone).message


@pytest.mark.parametrize(
    ("name", "answer", "reply"),
    [
        ("dropout-3", lambda x, u, p: np.where(u < 1 - p, x / (1 - p), 0), "you drop where u >= 1 - p"),
        ("dropout-3", lambda x, u, p: x * (1 / (1 - p)), "nothing is dropped"),
        ("dropout-3", lambda x, u, p: x * ((u >= p) / (1 - p)) / (1 - p), "too many: divide once"),
        ("dropout-4", lambda x, W, p, seed: masked_late(x @ W, W, x.shape, p, seed), "y is that of the whole x"),
        ("dropout-5", lambda x, W1, W2, b2, p: 1 / (1 + np.exp(-x @ W1)) @ W2 * (1 - p), "The bias b2 is missing"),
        ("dropout-5", lambda x, W1, W2, b2, p: 1 / (1 + np.exp(-x @ W1)) @ W2 + b2 - p * b2, "the other way round"),
        (
            "dropout-6",
            lambda h, W, b, p: np.prod(thinned(h, W, b), axis=0) ** 0.5 ** len(h),
            "must be divided by its sum",
        ),
        ("dropout-6", lambda h, W, b, p: np.log(softmax((1 - p) * h @ W + b)), "logarithm of the right answer"),
        ("dropout-7", lambda X, y, p: (1 - p) * ridge_by_more_rows(X, y, p), "multiplied by 1 - p"),
        ("dropout-7", lambda X, y, p: ridge_of_all_squares(X, y, p), "the squares of all of X"),
    ],
)
def test_what_readers_do_by_another_road_is_told(name, answer, reply):
    feedback = check(name, answer)
    assert feedback.status == "wrong"
    assert reply in feedback.message


def masked_late(y, W, shape, p, seed):
    keep = np.random.default_rng(seed).random(shape) >= p
    return np.where(keep, y @ W.T, 0.0) / (1 - p)


def thinned(h, W, b):
    """The class probabilities under every mask."""
    return softmax((every_mask(len(h), 0.5)[0] * h) @ W + b)


def ridge_of_all_squares(X, y, p):
    more = np.sqrt(p / (1 - p) * (X**2).sum()) * np.eye(X.shape[1])
    return np.linalg.lstsq(np.vstack([X, more]), np.append(y, np.zeros(X.shape[1])), rcond=None)[0]


def test_dividing_the_masks_as_well_is_told():
    def inverted(h, W, b, p):
        masks, shares = every_mask(len(h), p)
        mean = np.exp(shares @ np.log(softmax((h * masks / (1 - p)) @ W + b)))
        return mean / mean.sum()

    assert "the masks were divided by 1 - p" in check("dropout-6", inverted).message


def test_least_squares_made_smaller_is_told():
    message = check("dropout-7", lambda X, y, p: (1 - p) * np.linalg.lstsq(X, y, rcond=None)[0]).message
    assert "right only where inputs are not correlated" in message


def test_the_means_over_masks_are_held_against_all_masks(monkeypatch):
    monkeypatch.setattr(identities, "every_mask", lambda n, p: every_mask(n, p * p))
    assert not check("dropout-6", solution("dropout-6"))


class TestWrongLabels:
    @pytest.mark.parametrize(
        ("value", "message"),
        [
            ((0.95, 0.93), "received tuple"),
            (mlp([64, 20, 2], dropout=0.5), "Expected one network from 64 inputs to 10 outputs"),
            (mlp([64, 20, 10], dropout=0.5, runs=2), "Expected one network"),
        ],
    )
    def test_what_is_no_such_network(self, value, message):
        feedback = check("dropout-9", lambda splits: value)
        assert (feedback.status, feedback.hint) == ("wrong", None)
        assert message in feedback.message

    def test_a_rate_of_zero_is_no_dropout(self):
        net = Sequential([Dense(20), Dropout(0.0), Dense(10)], n_in=64)
        assert check("dropout-9", lambda splits: net).hint == "no-dropout"

    def test_an_untrained_network_has_not_learned(self):
        feedback = check("dropout-9", lambda splits: mlp([64, 20, 10], dropout=0.5))
        assert feedback.hint == "not-learned"
        assert "a lower rate" not in feedback.message, "of two rates one must say which"

    def test_what_a_low_rate_did_not_do_is_not_praised(self):
        def penalized(splits):
            net = mlp([64, 100, 100, 10], dropout=0.01)
            fit(net, splits, Adam(0.003), epochs=9, batch_size=50, penalty=l2(0.05))
            return net

        feedback = check("dropout-9", penalized)
        assert feedback
        assert "not the work of dropout, at a rate of 0.01" in feedback.message
        assert "Dropout makes that harder." in check("dropout-9", solution("dropout-9")).message

    @pytest.mark.parametrize(("rate", "lr", "epochs"), [(0.3, 0.003, 60), (0.5, 0.003, 30), (0.01, 0.003, 9)])
    def test_training_on_the_validation_examples_too_is_found(self, rate, lr, epochs):
        def dishonest(splits):
            known = joined(splits.train, splits.val)
            net = mlp([64, 100, 100, 10], dropout=rate)
            fit(net, Splits(known, splits.val, splits.val), Adam(lr), epochs=epochs, batch_size=50)
            return net

        assert check("dropout-9", dishonest).hint == "validation-examples"

    @pytest.mark.parametrize("lr", [0.003, 0.001])
    def test_a_few_epochs_on_the_validation_examples_at_the_end_are_found(self, lr):
        def polished(splits):
            net = solution("dropout-9")(splits)
            fit(net, Splits(splits.val, splits.val, splits.val), Adam(lr), epochs=3, batch_size=50)
            return net

        feedback = check("dropout-9", polished)
        assert feedback.hint == "validation-examples"
        assert "was it trained on them?" in feedback.message

    @pytest.mark.parametrize("n", [1000, 500])
    def test_other_examples_with_right_labels_are_found(self, n):
        """They hold none of the examples that judge, and so they pass until the classes are renamed."""

        def ignoring(splits):
            net = mlp([64, 100, 100, 10], dropout=0.5)
            fit(net, digits(n=n), Adam(0.003), epochs=20, batch_size=50)
            return net

        feedback = check("dropout-9", ignoring)
        assert feedback.hint == "other-examples"
        assert "by the old names" in feedback.message

    def test_choosing_the_epoch_by_the_validation_examples_is_honest(self):
        def chosen(splits):
            net, best, kept = mlp([64, 100, 100, 10], dropout=0.5), -1.0, None
            for row in train(net, splits, Adam(0.003), epochs=40, batch_size=50):
                if row.val_accuracy > best:
                    best, kept = row.val_accuracy, net.params.copy()
            net.params[:] = kept
            return net

        assert check("dropout-9", chosen)

    def test_a_second_call_that_does_not_end_is_told(self):
        """If it were taken for honest, a dishonest answer that is slow would pass."""
        net, calls = solution("dropout-9")(of_chapter("dropout")["dropout-9"].examples()[0]), []

        def endless_again(splits):
            calls.append(splits)
            while len(calls) > 1:
                pass
            return net

        feedback = check("dropout-9", endless_again, seconds=0.1)
        assert (feedback.status, feedback.hint) == ("wrong", None)
        assert "only guess there; it was stopped after 0.1 s." in feedback.message
        assert "Limit the number of epochs" in feedback.message

    def test_nearly_there_is_told_without_a_hint(self):
        def train_a_little(splits):
            net = mlp([64, 100, 10], dropout=0.3)
            fit(net, splits, Adam(0.001), epochs=8, batch_size=25)
            return net

        feedback = check("dropout-9", train_a_little)
        assert (feedback.status, feedback.hint) == ("wrong", None)
        assert "You need more than 0.85 on those kept aside." in feedback.message

    def test_an_error_and_a_loop_without_end_are_told(self):
        assert "With these splits it raised" in check("dropout-9", lambda splits: splits.nothing).message

        def endless(splits):
            net = mlp([64, 20, 10], dropout=0.5)
            fit(net, splits, Adam(0.01), epochs=10**9)
            return net

        assert "it was stopped after 0.1 s" in check("dropout-9", endless, seconds=0.1).message

    def test_the_judges_examples_are_not_given(self):
        seen = []
        check("dropout-9", lambda splits: seen.append(splits))
        given = seen[0]
        known = {x.tobytes() for x in np.vstack([given.train.x, given.val.x, given.test.x])}
        assert len([x for x in digits(n=500).val.x if x.tobytes() not in known]) > 190


# Stored measurements: what their scripts measure, and what the chapter says of them

sweep = measured.script("generalization", "dropout_sweep")
bands = measured.script("generalization", "dropout_bands")
held = measured.script("generalization", "dropout_headlines")


@pytest.fixture(scope="module")
def stored():
    return measured.stored("generalization", "dropout-sweep")


@pytest.fixture(scope="module")
def stored_headlines():
    return measured.stored("generalization", "dropout-headlines")


@pytest.fixture(scope="module")
def stored_bands():
    return measured.stored("generalization", "dropout-bands")


def assert_same(again, stored):
    """The first epochs that were measured again are those that are stored."""
    found = stored[:, : again.shape[1]]
    assert again[[0, 2]] == pytest.approx(found[[0, 2]], rel=0.03)
    assert again[[1, 3, 4]] == pytest.approx(found[[1, 3, 4]], abs=0.03)


def test_every_case_rate_and_epoch_is_there(stored):
    columns, shown = len(sweep.COLUMNS), len(sweep.SHOWN)
    assert stored["epochs"].tolist() == sweep.SHOWN.tolist()
    assert stored["many"].shape == (len(sweep.RATES), columns, shown, sweep.MANY)
    assert stored["normed"].shape == (len(sweep.NORMED), columns, shown, sweep.SEEDS)
    assert stored["mended"].shape == (2, 2, sweep.SEEDS)
    for n, width in sweep.CASES:
        assert stored[f"{n} examples, {width} units"].shape == (len(sweep.FEWER), columns, shown, sweep.SEEDS)
    assert all(np.isfinite(values).all() for values in stored.values())


@pytest.mark.parametrize(("n", "width", "rate"), [(300, 100, 0.5), (1000, 30, 0.3)])
def test_a_stored_case_is_what_the_script_measures(stored, n, width, rate):
    again = sweep.run(sweep.load(n), rate, width, epochs=4)
    assert_same(again, stored[f"{n} examples, {width} units"][sweep.FEWER.index(rate)])


@pytest.mark.parametrize("place", range(len(sweep.NORMED)))
def test_stored_batch_normalization_is_what_the_script_measures(stored, place):
    kind, rate = sweep.NORMED[place]
    assert_same(sweep.run(sweep.load(1000), rate, normed=kind, epochs=2), stored["normed"][place])


def test_the_stored_networks_with_new_statistics_are_what_the_script_measures(stored):
    """The first of the five, trained once more to the end; the others agree with what is stored of them elsewhere."""
    before, after = sweep.mended(sweep.load(1000, seeds=1))[..., 0]
    assert [before[0], after[0]] == pytest.approx(stored["mended"][:, 0, 0], rel=0.02)
    assert [before[1], after[1]] == pytest.approx(stored["mended"][:, 1, 0], abs=0.03)
    risen = np.diff(stored["mended"][:, 0, 0]).item()  # it is above 0.02 for each of the five
    assert after[0] - before[0] == pytest.approx(risen, abs=0.015)
    assert stored["mended"][0, 1].tolist() == stored["normed"][sweep.NORMED.index(("every", 0.5)), 4, -1].tolist()


def test_the_sweep_shows_what_the_chapter_says(stored):
    """Rate 0.5 harms at epoch 80 and helps at epoch 300; narrow layers want a lower rate than wide ones."""
    test, eighty = stored["many"][:, 4], list(sweep.SHOWN).index(80)
    half = sweep.RATES.index(0.5)
    assert (test[half, eighty] < test[0, eighty]).all()
    assert (test[half, -1] > test[0, -1]).all()
    harm = test[0, list(sweep.SHOWN).index(20)] - test[sweep.RATES.index(0.2) :, list(sweep.SHOWN).index(20)]
    assert (harm.mean(axis=1) > 5 * harm.std(axis=1, ddof=1) / np.sqrt(sweep.MANY)).all()
    assert (test[0, -1] - test[0, list(sweep.SHOWN).index(40)]).mean() < 0.02  # without dropout it hardly rises
    best = {
        width: sweep.FEWER[stored[f"1000 examples, {width} units"][:, 3, -1].mean(axis=-1).argmax()]
        for width in (30, 200)
    }
    assert best[30] < best[200]
    assert stored["normed"][1, 4, -1].mean() > stored["normed"][[0, 2], 4, -1].mean(axis=-1).max()


def test_a_stored_band_is_what_the_script_measures(stored_bands):
    place = bands.SIZES.index(2000), bands.RATES.index(0.05), list(bands.ACTIVATIONS).index("ReLU")
    again = bands.band(2000, 0.05, "ReLU")
    inside = (abs(bands.GRID) > 0.75) & (abs(bands.GRID) < 1.75)
    assert stored_bands["bands"].shape[3:] == again.shape
    assert again[1][:, inside].mean() == pytest.approx(stored_bands["bands"][place][1][:, inside].mean(), rel=0.1)
    assert again[0][:, inside] == pytest.approx(stored_bands["bands"][place][0][:, inside], abs=0.1)


def test_the_band_follows_the_rate_and_not_the_data(stored_bands):
    inside = (abs(bands.GRID) > 0.75) & (abs(bands.GRID) < 1.75)
    std = stored_bands["bands"][:, :, 0, 1][..., inside].mean(axis=(-1, -2))  # ReLU: (sizes, rates)
    assert (std[:, -1] > 2 * std[:, 0]).all()
    assert (abs(std[-1] / std[0] - 1) < 0.1).all()


def test_every_run_of_the_headlines_is_there(stored_headlines):
    assert stored_headlines.keys() == {"bands", *held.RUNS, *(f"{name}, rates" for name in held.RUNS)}
    for name, rates in held.RUNS.items():
        assert stored_headlines[f"{name}, rates"].tolist() == list(rates)
        assert stored_headlines[name].shape == (len(rates), len(held.COLUMNS), len(held.EPOCHS), sweep.SEEDS)
    assert stored_headlines["bands"].shape == (len(held.BANDS), 2, sweep.SEEDS)
    assert all(np.isfinite(values).all() for values in stored_headlines.values())


@pytest.mark.parametrize(
    ("name", "lr"), [("digits, plain 0.5", 3e-3), ("digits, last 0.5", 1e-3), ("digits, SGD vanilla 0.5", 0.1)]
)
def test_a_stored_run_of_the_headlines_is_what_the_script_measures(stored_headlines, name, lr):
    kind, rate = name.removeprefix("digits, ").rsplit(" ", 1)
    again = held.run(
        held.noisy_digits(),
        kind.removeprefix("SGD "),
        float(rate),
        lr,
        sgd=kind.startswith("SGD"),
        epochs=held.EPOCHS[0],
    )
    found = stored_headlines[name][list(held.RUNS[name]).index(lr)]
    assert again[:, 0] == pytest.approx(found[:, 0], abs=0.04)


def test_a_stored_spread_is_what_the_script_measures(stored_headlines):
    lr, steps, rate, n = held.BANDS[1]
    again = held.spread(n, rate, lr, steps)[0]
    assert again.mean() == pytest.approx(stored_headlines["bands"][1][0].mean(), rel=0.1)


def test_deleting_a_unit_is_what_zero_weights_do():
    net = held.network("plain", 0.5, 40)
    x = held.load(1000).test.x[:, :50].astype(np.float32)
    answers, changed = net.predict(x).argmax(axis=-1), []
    for layer in (3, 6):
        for unit in range(100):
            thin = net.copy()
            thin.layers[layer].params["W"][:, unit] = 0
            changed.append((thin.predict(x).argmax(axis=-1) != answers).mean(axis=-1))
    assert held.without_one_unit(net, x)[0] == pytest.approx(np.mean(changed, axis=0), abs=1e-3)


@pytest.mark.parametrize("kind", ["vanilla", "one mask"])
def test_the_other_forms_of_dropout(kind):
    x = np.ones((400, 50))
    net = Sequential([held.DROPS[kind](0.5)], n_in=50, seed=0)
    y = net.forward(x, training=True)
    assert set(np.unique(y)) == ({0.0, 1.0} if kind == "vanilla" else {0.0, 2.0})
    assert (y == y[0]).all() == (kind == "one mask")
    assert np.array_equal(net.backward(x), y)
    assert net.forward(x) == pytest.approx(0.5 if kind == "vanilla" else 1.0)


# The moves that the page proposes (*Try:* ...): they show what it says they show


def test_rates_close_the_gap_and_the_loss_rises_without_dropout(widgets):
    rates = widgets[0]

    def pair(**moves):
        return after(rates.say(**moves), " is ")[:2]

    gaps = [training - validation for training, validation in (pair(dropout_rate=p) for p in (0, 0.1, 0.3, 0.5, 0.7))]
    assert gaps == sorted(gaps, reverse=True)
    training, validation = pair(dropout_rate=0, quantity="loss")
    assert training < 0.1 < 3 < validation
    by_case = {}
    for case in ("300 examples, 100 units", "1000 examples, 30 units", "1000 examples, 200 units"):
        by_case[case] = [pair(case=case, quantity="accuracy", dropout_rate=p)[1] for p in (0, 0.5, 0.7)]
    none, _, most = by_case["1000 examples, 30 units"]
    assert most < none
    none, half, most = by_case["1000 examples, 200 units"]
    assert half > none + 0.05
    assert most > none
    none, _, most = by_case["300 examples, 100 units"]
    assert abs(most - none) < 0.05


def test_map_turns_from_harm_to_help(widgets):
    grid = widgets[1]

    def best(**moves):
        return grid.say(**moves).split("best rates ")[1].split(" for ")[0]

    def middle(**moves):
        return float(grid.say(**moves).replace("−", "-").split("Rate 0.5, 100 units: ")[1].rstrip("."))

    gains = [middle(epoch=epoch) for epoch in (20, 40, 80, 150, 300)]
    assert gains == sorted(gains)
    assert gains[0] < -5 < 5 < gains[-1]
    late = [float(rate) for rate in best(epoch=300).split(", ")]
    early = [0.0 if rate == "none" else float(rate) for rate in best(epoch=20).split(", ")]
    assert all(a >= b for a, b in zip(late, early, strict=True))
    assert sum(late) > sum(early) + 0.5
    assert middle(epoch=20, accuracy="training") < 0


def test_band_follows_the_rate_and_not_the_data(widgets):
    band = widgets[2]

    def stds(**moves):
        return after(band.say(**moves), "masks is")[:3]

    few, many = stds(points=20), stds(points=2000)
    assert abs(few[0] - many[0]) < 0.03
    assert many[2] > 2 * many[0]
    for points in (20, 200, 2000):
        inside = [stds(points=points, dropout_rate=rate)[0] for rate in (0.05, 0.1, 0.2, 0.5)]
        assert inside == sorted(inside)
        assert inside[-1] > 2 * inside[0]
    inside, _, outside = stds(activation="tanh", dropout_rate=0.1)
    assert outside < 1.2 * inside


# For each claim a fault of the library that it notices

UNSCALED = Fault("tipslib/layers/elementwise.py", "x.dtype.type(1 / (1 - self.p))", "x.dtype.type(1)")
ONE_MASK = Fault(
    "tipslib/layers/elementwise.py",
    "rng.random(x.shape[-2:], np.float32)",
    "np.repeat(rng.random((1, x.shape[-1]), np.float32), x.shape[-2], axis=0)",
)

FAULTS = {
    "noise-half": UNSCALED,
    "noise-most": UNSCALED,
    "plain-training": ADAM_SLOW,
    "plain-test": ADAM_SLOW,
    "masks-on": UNSCALED,
    "not-scaled": UNSCALED,
    "scaled-twice": UNSCALED,
    "mask-noise": ONE_MASK,
    "thinned-one": ADAM_SLOW,
    "thinned-fifty": ADAM_SLOW,
    "weight-scaling": ADAM_SLOW,
    "real-ensemble": ADAM_SLOW,
    "unit-none": ADAM_SLOW,
    "unit-half": ADAM_SLOW,
    "active-none": ADAM_SLOW,
    "active-half": ADAM_SLOW,
    "none-eighty": ADAM_SLOW,
    "half-eighty": ADAM_SLOW,
    "none-tuned": ADAM_SLOW,
    "half-tuned": ADAM_SLOW,
    "harm-eighty": UNSCALED,
    "gain-late": UNSCALED,
    "half-late": UNSCALED,
    "none-late": ADAM_SLOW,
    "half-training": UNSCALED,
    "narrow-half": UNSCALED,
    "narrow-none": ADAM_SLOW,
    "mended": UNSCALED,
    "mended-loss": UNSCALED,
    "band-data": UNSCALED,
    "band-rate": UNSCALED,
    "norm-end": ADAM_SLOW,
    "norm-none": ADAM_SLOW,
    "norm-every": ADAM_SLOW,
    "norm-none-late": ADAM_SLOW,
    "vanilla": ADAM_SLOW,
    "sgd-vanilla": ADAM_SLOW,
    "sgd-inverted": ADAM_SLOW,
    "one-mask-late": ADAM_SLOW,
    "one-mask": ADAM_SLOW,
    "band-steps": UNSCALED,
}
