"""The replies of the exercises on early stopping to what is not in their catalogues."""

import numpy as np
import pytest
from solutions import assert_blamed, solution

from tipsbook.checking import check
from tipsbook.grading.trained import joined
from tipslib.activations import sigmoid
from tipslib.datasets import Splits, digits
from tipslib.networks import mlp
from tipslib.optimizers import SGD, Adam
from tipslib.stopping import progress_quotient
from tipslib.training import EarlyStopping, fit


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
        assert "More than 0.72 on the first of these is asked for." in message

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

    def test_the_solution_has_time_to_spare(self):
        assert check("early-stopping-9", solution("early-stopping-9"), seconds=4.0)
