"""The replies of the exercises on adaptive learning rates to what is not in their catalogues."""

import numpy as np
import pytest
from solutions import assert_blamed, solution

from tipsbook.checking import check, wrong_answers
from tipsbook.exercises.adaptive_learning_rates.valley import SHIFT, START, Valley
from tipslib.gradcheck import numerical_gradient
from tipslib.optimizers import Momentum


@pytest.mark.parametrize(
    ("name", "change", "argument"),
    [
        ("adaptive-learning-rates-5", lambda grads, *rest: grads.fill(1), "grads"),
        ("adaptive-learning-rates-6", lambda gradient, theta, v, lr, beta: theta.fill(7), "theta"),
        ("adaptive-learning-rates-6", lambda gradient, theta, v, lr, beta: v.fill(7), "v"),
        ("adaptive-learning-rates-7", lambda theta, grads, lr, decay: grads.fill(7), "grads"),
        ("adaptive-learning-rates-7", lambda theta, *rest: theta.fill(7), "theta"),
        ("adaptive-learning-rates-8", lambda gradients, lr: gradients.fill(7), "gradients"),
    ],
)
def test_a_changed_argument_is_named(name, change, argument):
    assert_blamed(name, change, argument)


def test_the_case_by_hand_alone_is_not_enough():
    feedback = check("adaptive-learning-rates-5", lambda grads, lr, *rest: -lr * np.sign(grads))
    assert (feedback.status, feedback.hint) == ("wrong", None)
    assert feedback.message.startswith("For 5 steps of 3 parameters, lr = 0.1")


def test_only_a_first_step_that_is_not_finite_counts_from_0():
    def never_finite(*args):
        return solution("adaptive-learning-rates-5")(*args) * np.nan

    assert wrong_answers("adaptive-learning-rates-5").keys() >= {"counts-from-0"}
    feedback = check("adaptive-learning-rates-5", never_finite)
    assert (feedback.status, feedback.hint) == ("wrong", None)
    assert "expected finite numbers, received nan at [0, 0]" in feedback.message


def test_the_decay_of_another_parameter_is_seen():
    def decays_the_first(theta, grads, lr, decay):
        kept, shrunk = (solution("adaptive-learning-rates-7")(theta, grads, lr, d) for d in (0.0, decay))
        return np.where(np.arange(len(theta)) == 0, shrunk, kept)

    feedback = check("adaptive-learning-rates-7", decays_the_first)
    assert (feedback.status, feedback.hint) == ("wrong", None)
    assert "steps of 4 parameters" in feedback.message


class TestValley:
    def test_its_gradient_is_that_of_its_height(self):
        valley = Valley()
        for theta in (START, SHIFT, np.array([1.3, 0.2])):
            assert valley(theta) == pytest.approx(numerical_gradient(valley.height, theta), rel=1e-6)
        assert valley.height(SHIFT + 1) == 0

    @pytest.mark.parametrize(
        ("value", "hint", "message"),
        [
            (lambda theta: theta[0], "value", "received the number 0.8"),
            (lambda theta: np.zeros(3), None, "expected shape (2,), received shape (3,)"),
            (lambda theta: theta, "still-in-the-valley", "received 24 after 0."),
            (lambda theta: theta * np.inf, "diverged", "expected finite numbers, received inf at [0]"),
            (lambda theta: np.full(2, 1e6), "diverged", "Expected a value below 0.005"),
        ],
    )
    def test_other_answers(self, value, hint, message):
        feedback = check("adaptive-learning-rates-9", lambda gradient, theta: value(theta))
        assert feedback.status == "wrong"
        assert feedback.hint == hint
        assert message in feedback.message

    def test_a_place_that_is_almost_low_enough(self):
        feedback = check("adaptive-learning-rates-9", lambda gradient, theta: SHIFT + np.array([0.9, 0.81]))
        assert (feedback.status, feedback.hint) == ("wrong", None)
        assert "Close; a little more momentum" in feedback.message

    def test_each_call_counts(self):
        def asks_twice(gradient, theta):
            optimizer = Momentum(0.003)
            for _ in range(150):
                gradient(theta)
                optimizer.step(theta, gradient(theta))
            return theta

        feedback = check("adaptive-learning-rates-9", asks_twice)
        assert feedback.hint == "too-many-calls"
        assert "after 300." in feedback.message
