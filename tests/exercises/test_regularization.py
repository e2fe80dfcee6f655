"""The replies of the exercises on regularization to what is not in their catalogues."""

import nbformat
import numpy as np
import pytest
from refresh import BOOK
from solutions import assert_blamed

from tipsbook.checking import check
from tipsbook.grading.trained import joined
from tipsbook.quiz import estimate
from tipslib.datasets import Splits, mnist1d
from tipslib.networks import mlp
from tipslib.optimizers import Adam
from tipslib.regularizers import l2, max_norm
from tipslib.stopping import EarlyStopping
from tipslib.training import fit


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
