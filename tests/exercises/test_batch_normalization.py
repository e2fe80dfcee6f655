"""The replies of the exercises on batch normalization to what is not in their catalogues."""

import re

import numpy as np
import pytest
from solutions import assert_blamed, solution

from tipsbook.checking import check
from tipsbook.exercises.batch_normalization import rate as rates
from tipslib.datasets import digits
from tipslib.layers import BatchNorm
from tipslib.networks import mlp


@pytest.mark.parametrize(
    ("name", "change", "argument"),
    [
        ("batch-normalization-4", lambda z, gamma, beta, eps: z.fill(1), "z"),
        ("batch-normalization-4", lambda z, gamma, beta, eps: beta.fill(1), "beta"),
        ("batch-normalization-5", lambda g, z, gamma, eps: g.fill(1), "g"),
        ("batch-normalization-5", lambda g, z, gamma, eps: gamma.fill(7), "gamma"),
        ("batch-normalization-6", lambda batches, keep: batches.pop(), "batches"),
        ("batch-normalization-6", lambda batches, keep: batches[0].fill(1), "batches"),
    ],
)
def test_a_changed_argument_is_named(name, change, argument):
    assert_blamed(name, change, argument)


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        (lambda right: right[0], "expected shape (2, 1), received shape (1,)"),
        (lambda right: right.T, "expected shape (2, 1), received shape (1, 2)"),
        (lambda right: right / 0, "expected finite numbers, received inf at [0, 0]"),
        (lambda right: right.astype(str), "received an array of <U"),
        (lambda right: right + 0.5, "expected [[8], [12]], received [[8.5], [12.5]]"),
    ],
)
def test_shape_type_and_size_are_told(value, complaint):
    normalize = solution("batch-normalization-4")
    feedback = check("batch-normalization-4", lambda *args: value(normalize(*args)))
    assert feedback.status == "wrong"
    assert complaint in feedback.message
    assert 'hint("batch-normalization-4")' in feedback.message


def test_two_mistakes_at_once_get_the_evidence_alone():
    feedback = check(
        "batch-normalization-4", lambda z, gamma, beta, eps: (z - z.mean()) / (z.var(axis=0, ddof=1) + eps)
    )
    assert (feedback.status, feedback.hint) == ("wrong", None)
    assert "By hand, z = [[1], [3]]" in feedback.message


class TestReestimate:
    @pytest.mark.parametrize(
        ("value", "message"),
        [
            (0.9, "received the number 0.9"),
            (mlp([64, 20, 10], batch_norm=True), "Expected the network with new buffers, received Sequential"),
        ],
    )
    def test_what_is_no_such_network(self, value, message):
        feedback = check("batch-normalization-7", lambda net, x: value)
        assert (feedback.status, feedback.hint) == ("wrong", None)
        assert message in feedback.message

    def test_half_way_is_wrong_and_gets_the_accuracy(self):
        def some_passes(net, x):
            net = net.copy()
            for _ in range(30):
                net.forward(x, training=True)
            return net

        feedback = check("batch-normalization-7", some_passes)
        assert (feedback.status, feedback.hint) == ("wrong", None)
        assert "received are not those of the images given. Accuracy: 0." in feedback.message

    def test_statistics_of_other_images_are_wrong(self):
        reestimate = solution("batch-normalization-7")
        assert check("batch-normalization-7", lambda net, x: reestimate(net, x[:20])).status == "wrong"

    def test_the_network_may_be_changed_in_place(self):
        def in_place(net, x):
            for layer in net.layers:
                if isinstance(layer, BatchNorm):
                    layer.momentum = 0.0
            net.forward(x, training=True)
            return net

        assert check("batch-normalization-7", in_place)
        message = check("batch-normalization-7", in_place).message
        after, before = (float(number) for number in re.findall(r"0\.\d+", message))
        assert after > before + 0.2

    def test_an_error_is_told(self):
        message = check("batch-normalization-7", lambda net, x: net.running_mean).message
        assert "With a network after one epoch it raised AttributeError" in message


class TestRate:
    @pytest.mark.parametrize(
        ("value", "message"),
        [
            ("0.4", "Expected one number, received str."),
            ([0.3, 0.4], "Expected one number, received shape (2,)."),
            (np.inf, "Expected finite numbers, received inf."),
            (-0.4, "A learning rate is above 0 and below a million, received -0.4."),
            (1e9, "A learning rate is above 0 and below a million, received 1e+09."),
            (0.05, "Accuracy: 0."),
        ],
    )
    def test_other_answers(self, value, message):
        feedback = check("batch-normalization-8", value)
        assert (feedback.status, feedback.hint) == ("wrong", None)
        assert feedback.message.startswith(message)

    def test_the_window_has_two_ends(self):
        verdicts = [bool(check("batch-normalization-8", rate)) for rate in (0.03, 0.1, 0.3, 0.4, 0.6, 3.0, 999999)]
        assert verdicts == [False, False, True, True, True, False, False]

    def test_a_loss_that_is_not_finite_counts_as_nothing(self, monkeypatch):
        def diverge(*args, **options):
            raise rates.DivergenceError("nan", epoch=1, step=1, history=[])

        monkeypatch.setattr(rates, "fit", diverge)
        assert rates.accuracy.__wrapped__(0.4) == 0.0

    def test_the_plain_network_does_not_get_there(self):
        """What the text says: about 0.89 after two epochs with its best rate."""
        reached = []
        for rate in (0.1, 0.2, 0.3, 0.5):
            net = mlp([64, *[50] * 5, 10], runs=5, dtype=np.float32)
            reached.append(rates.fit(net, digits(), rates.SGD(rate), epochs=2, batch_size=64).val_accuracy[-1].mean())
        assert 0.85 < max(reached) < rates.NEEDED
