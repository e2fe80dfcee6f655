"""The replies of the exercises on dropout to what is not in their catalogues."""

import numpy as np
import pytest
from solutions import assert_blamed, solution

from tipsbook.checking import check
from tipsbook.exercises.dropout import identities
from tipsbook.exercises.dropout.enumeration import every_mask
from tipsbook.grading.trained import joined
from tipslib.datasets import Splits, digits
from tipslib.layers import Dense, Dropout
from tipslib.losses import softmax
from tipslib.networks import Sequential, mlp
from tipslib.optimizers import Adam
from tipslib.regularizers import l2
from tipslib.training import fit


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


@pytest.mark.parametrize(("factor", "reply"), [(lambda p: p, "turned round"), (lambda p: 0.5, "p = 0.5 alone")])
def test_wrong_factors_are_named_without_masks_too(factor, reply):
    message = check("dropout-6", lambda h, W, b, p: softmax(factor(p) * h @ W + b)).message
    assert reply in message
    assert "weights of the masks" not in message


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
        assert check("dropout-9", lambda splits: mlp([64, 20, 10], dropout=0.5)).hint == "not-learned"

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

    def test_nearly_there_is_told_without_a_hint(self):
        def train_a_little(splits):
            net = mlp([64, 100, 10], dropout=0.3)
            fit(net, splits, Adam(0.001), epochs=8, batch_size=25)
            return net

        feedback = check("dropout-9", train_a_little)
        assert (feedback.status, feedback.hint) == ("wrong", None)
        assert "More than 0.85 on those kept aside is asked for." in feedback.message

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

    def test_the_solution_has_time_to_spare(self):
        assert check("dropout-9", solution("dropout-9"), seconds=4.0)
