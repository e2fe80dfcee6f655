"""The replies of the exercises on initialization to what is not in their catalogues."""

import numpy as np
import pytest
from solutions import assert_blamed, solution

from tipsbook.checking import check, wrong_answers
from tipslib.activations import relu, tanh
from tipslib.networks import mlp


@pytest.mark.parametrize(
    ("name", "change", "argument"),
    [
        ("initialization-7", lambda Ws, x, f: Ws.pop(), "Ws"),
        ("initialization-7", lambda Ws, x, f: Ws[0].fill(1), "Ws"),
        ("initialization-7", lambda Ws, x, f: x.fill(1), "x"),
    ],
)
def test_a_changed_argument_is_named(name, change, argument):
    assert_blamed(name, change, argument)


@pytest.mark.parametrize(
    ("name", "answer", "message"),
    [
        ("initialization-3", lambda shape: 0.5, "By hand, 200 inputs and 50 units: expected 0.1, received 0.5."),
        ("initialization-3", lambda shape: np.array([0.5]), "expected one number, received shape (1,)."),
        ("initialization-4", lambda n, m: 1.0, "By hand, 16 inputs and 8 outputs"),
        ("initialization-4", lambda n, m: np.inf, "expected finite numbers, received inf."),
        ("initialization-5", lambda a: np.sqrt(2 - a**2), "For a = 0.2, compared with an integral: expected 1.387"),
        ("initialization-7", lambda Ws, x, f: [1.0], "expected shape (2,), received shape (1,)."),
        ("initialization-7", lambda Ws, x, f: [0.25, 0.5], "For widths [3, 4, 4, 2] and f = tanh"),
    ],
)
def test_other_answers_are_told_where_they_fail(name, answer, message):
    feedback = check(name, answer)
    assert (feedback.status, feedback.hint) == ("wrong", None)
    assert message in feedback.message


class TestDraws:
    @pytest.mark.parametrize(
        ("change", "message"),
        [
            (lambda Ws: Ws[:-1], "a list of 4 matrices was expected, received 3 of them."),
            (lambda Ws: np.zeros(4), "a list of 4 matrices was expected, received ndarray."),
            (lambda Ws: [W.T for W in Ws], "in matrix 2 expected shape (40, 60), received shape (60, 40)."),
            (lambda Ws: [W * np.nan for W in Ws], "in matrix 0 expected finite numbers, received nan"),
            (lambda Ws: [1.5 * W for W in Ws], "stds of [0.224, 0.224, 0.224, 0.183] were expected, received"),
            (lambda Ws: [W + 1 for W in Ws], "were expected, received"),
        ],
    )
    def test_form_and_size(self, change, message):
        draw = solution("initialization-6")
        feedback = check("initialization-6", lambda widths, seed: change(draw(widths, seed)))
        assert (feedback.status, feedback.hint) == ("wrong", None)
        assert message in feedback.message

    def test_one_pair_of_equal_layers_is_enough(self):
        def twice(widths, seed):
            Ws = solution("initialization-6")(widths, seed)
            return [Ws[0], Ws[1], np.resize(Ws[0], (40, 60)), Ws[3]]

        assert check("initialization-6", twice).hint == "same-draws"

    def test_a_generator_kept_between_calls_is_not_reproducible(self):
        rng = np.random.default_rng(0)
        kept = [(40, 40), (40, 40), (40, 60), (60, 30)]
        assert check("initialization-6", lambda widths, seed: [rng.normal(size=s) for s in kept]).hint == "unseeded"


class TestDiagnosis:
    @pytest.mark.parametrize(
        ("answer", "message"),
        [
            ("sound", "Expected a dictionary from the letters A to E to words, received str."),
            ({"A": "sound"}, "Expected the letters A, B, C, D and E, received ['A']."),
            (dict.fromkeys("ABCDE", "fine"), "Expected one of sound, twins, too small, too large, no signal, received"),
            ({letter: ["sound"] for letter in "ABCDE"}, "received ['sound']."),
        ],
    )
    def test_what_is_no_diagnosis(self, answer, message):
        feedback = check("initialization-8", answer)
        assert (feedback.status, feedback.hint) == ("wrong", None)
        assert message in feedback.message

    def test_the_count_is_told_and_the_answer_is_not(self):
        feedback = check("initialization-8", {**solution("initialization-8"), "C": "no signal"})
        assert (feedback.status, feedback.hint) == ("wrong", None)
        assert "So far received 4 of 5 as they are" in feedback.message
        assert "too large" not in feedback.message


class TestInitialize:
    @pytest.mark.parametrize(
        ("answer", "message"),
        [
            (lambda net, x: 0.1, "a network was expected, received the number 0.1."),
            (lambda net, x: mlp([64, 10]), "the same network with other weights was expected, received 650"),
            (lambda net, x: mlp([64, *[50] * 20, 10], activation=relu, dtype=np.float32), "in other layers"),
            (lambda net, x: mlp([64, *[50] * 20, 10], activation=tanh), "in other layers"),
        ],
    )
    def test_another_network_is_refused(self, answer, message):
        feedback = check("initialization-9", answer)
        assert (feedback.status, feedback.hint) == ("wrong", None)
        assert message in feedback.message

    def test_weights_that_are_not_finite(self):
        def spoil(net, x):
            net.params[:] = np.nan
            return net

        assert "finite weights were expected, received some that are not." in check("initialization-9", spoil).message

    def test_nothing_returned_but_everything_changed_is_told(self):
        def forget(net, x):
            solution("initialization-9")(net, x)

        assert "a network was expected, received NoneType." in check("initialization-9", forget).message

    def test_the_untouched_network_is_too_small(self):
        feedback = check("initialization-9", lambda net, x: net)
        assert feedback.hint == "too-small"
        assert "below 0.2 asked for" in feedback.message

    def test_no_labels_are_given(self):
        seen = []
        check("initialization-9", lambda net, x: seen.append((net, x)))
        net, x = seen[0]
        assert x.shape == (200, 64)
        assert net.params.dtype == np.float32

    def test_a_diverging_start_is_wrong(self):
        def huge(net, x):
            net.params *= 1e6
            return net

        assert check("initialization-9", huge).hint == "too-large"

    def test_every_mistake_is_slow_for_its_own_reason(self):
        losses = []
        for key, answer in wrong_answers("initialization-9").items():
            feedback = check("initialization-9", answer)
            assert feedback.hint == key
            losses.append(float(feedback.message.split("training loss ")[1].split()[0]))
        assert min(losses) > 0.25
