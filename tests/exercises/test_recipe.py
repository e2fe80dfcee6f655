"""The replies of the exercises of the recipe to what is not in their catalogues."""

import numpy as np
import pytest
from solutions import assert_blamed, solution

from tipsbook.checking import check
from tipsbook.exercises.recipe.charts import RIGHT
from tipsbook.exercises.recipe.tiny import build
from tipslib.losses import softmax_cross_entropy
from tipslib.networks import mlp
from tipslib.optimizers import SGD


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

    def test_dropout_is_asked_for_by_default(self):
        assert [str(layer) for layer in build().layers if "Dropout" in str(layer)] == ["Dropout(0.5)"] * 2


class TestDiagnoses:
    @pytest.mark.parametrize(
        ("answer", "message"),
        [
            ("overfitting", "Expected a list of eight names, received str."),
            (["healthy"] * 7, "received 7 entries."),
            ([*RIGHT[:7], "flu"], "received 'flu'."),
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
            ({"rate": "0.1"}, "rate is a number, received str."),
            ({"rate": -0.1}, "Expected rate above 0 and up to 1000, received -0.1."),
            ({"dropout": 1}, "up to 0.99, received 1."),
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
