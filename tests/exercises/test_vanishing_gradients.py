"""The replies of the exercises on vanishing gradients to what is not in their catalogues."""

import numpy as np
import pytest
from solutions import assert_blamed, solution

from tipsbook.checking import check
from tipslib.activations import relu, sigmoid
from tipslib.datasets import digits
from tipslib.layers import Activate, Dense, Layer
from tipslib.networks import Sequential, mlp
from tipslib.optimizers import Adam
from tipslib.training import fit


@pytest.mark.parametrize(
    ("name", "change", "argument"),
    [
        ("vanishing-gradients-3", lambda delta, W, z, f: z.fill(1), "z"),
        ("vanishing-gradients-3", lambda delta, W, z, f: W.fill(1), "W"),
        ("vanishing-gradients-4", lambda net, x, labels: x.fill(1), "x"),
        ("vanishing-gradients-4", lambda net, x, labels: net.params.fill(1), "net"),
        ("vanishing-gradients-6", lambda delta, Ws, zs: Ws.pop(), "Ws"),
        ("vanishing-gradients-6", lambda delta, Ws, zs: zs[0].fill(1), "zs"),
        ("vanishing-gradients-7", lambda h: h.fill(1), "h"),
    ],
)
def test_a_changed_argument_is_named(name, change, argument):
    assert_blamed(name, change, argument)


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        (lambda right: right[0], "expected shape (1, 2), received shape (2,)"),
        (lambda right: right.T, "expected shape (1, 2), received shape (2, 1)"),
        (lambda right: right * 1j, "received an array of complex128"),
        (lambda right: right > 0, "received an array of bool"),
        (lambda right: right.astype(str), "received an array of <U"),
        (lambda right: right / 0, "expected finite numbers, received inf at [0, 0]"),
        (lambda right: right * np.nan, "expected finite numbers, received nan at [0, 0]"),
        (lambda right: float(right.sum()), "received one number, -0.5"),
        (lambda right: (x for x in right), "received generator"),
        (lambda right: right + 1e-3, "expected [[0.25, -0.75]], received [[0.251, -0.749]]"),
    ],
)
def test_shape_type_and_size_are_told(value, complaint):
    step = solution("vanishing-gradients-3")
    feedback = check("vanishing-gradients-3", lambda *args: value(step(*args)))
    assert feedback.status == "wrong"
    assert complaint in feedback.message
    assert 'hint("vanishing-gradients-3")' in feedback.message


def test_arguments_must_be_taken_in_order():
    message = check("vanishing-gradients-3", lambda *, delta, W, z, f: delta).message
    assert "yours, `(*, delta, W, z, f)`, does not take them in this order, without names." in message


def test_the_case_by_hand_alone_is_not_enough():
    feedback = check("vanishing-gradients-3", lambda delta, W, z, f: 0.25 * delta @ W.T)
    assert feedback.status == "wrong"
    assert feedback.message.startswith("For delta (4, 3), W (3, 3), z (4, 3), f = tanh")


class TestGain:
    @pytest.mark.parametrize(
        ("gain", "message"),
        [
            ("11", "Expected one number, received str."),
            ([11, 12], "Expected one number, received shape (2,)."),
            (True, "Expected one number, received bool."),
            (np.nan, "Expected finite numbers, received nan."),
            (lambda: 11, "Expected one number, received function."),
            (-3, "A gain is above 0, received -3."),
            (6, "With g = 6 the ratio is 0.13, over 5 seeds. It should be between 0.5 and 2: a larger gain is needed."),
        ],
    )
    def test_other_answers(self, gain, message):
        feedback = check("vanishing-gradients-8", gain)
        assert (feedback.status, feedback.hint) == ("wrong", None)
        assert feedback.message.startswith(message)

    def test_the_window_has_two_ends(self):
        verdicts = [bool(check("vanishing-gradients-8", g)) for g in (1e-200, 8, 9, 12, 15, 1e200)]
        assert verdicts == [False, False, True, True, False, False]


class Shortcut(Layer):
    """A layer of a reader's own, which could hide any activation."""

    def forward(self, x, *, training=False):
        return relu(x)

    def backward(self, dy, *, inputs=True):
        return dy


class TestDeepNetwork:
    @pytest.mark.parametrize(
        ("value", "message"),
        [
            ((0.95, 0.93), "received tuple"),
            (mlp([64, *[20] * 8, 2], activation=sigmoid), "Expected one network from 64 inputs to 10 outputs"),
            (mlp([64, *[20] * 8, 10], activation=sigmoid, runs=2), "Expected one network"),
        ],
    )
    def test_what_is_no_such_network(self, value, message):
        feedback = check("vanishing-gradients-9", lambda splits: value)
        assert (feedback.status, feedback.hint) == ("wrong", None)
        assert message in feedback.message

    def test_layers_of_ones_own_are_not_looked_into(self):
        net = Sequential([Dense(20), Activate(sigmoid), Shortcut(), Dense(10)], n_in=64)
        assert "Expected layers of tipslib alone" in check("vanishing-gradients-9", lambda splits: net).message

    def test_activations_in_a_row_are_one_layer(self):
        net = Sequential([Dense(20), *[Activate(sigmoid) for _ in range(8)], Dense(10)], n_in=64)
        feedback = check("vanishing-gradients-9", lambda splits: net)
        assert feedback.hint == "too-few-layers"
        assert "received 1." in feedback.message

    def test_an_untrained_network_is_on_the_plateau(self):
        net = mlp([64, *[20] * 8, 10], activation=sigmoid)
        assert check("vanishing-gradients-9", lambda splits: net).hint == "plateau"

    def test_a_loop_inside_the_library_is_stopped(self):
        def endless(splits):
            net = mlp([64, *[20] * 8, 10], activation=sigmoid)
            fit(net, splits, Adam(0.01), epochs=10**9)
            return net

        feedback = check("vanishing-gradients-9", endless, seconds=0.1)
        assert "With digits as splits it was stopped after 0.1 s" in feedback.message

    def test_the_judges_examples_are_not_given(self):
        seen = []
        check("vanishing-gradients-9", lambda splits: seen.append(splits))
        given = seen[0]
        known = {x.tobytes() for x in np.vstack([given.train.x, given.val.x, given.test.x])}
        assert len([x for x in digits().val.x if x.tobytes() not in known]) > 190

    def test_the_data_cannot_be_changed(self):
        def cheat(splits):
            splits.val.y[:] = 0

        assert (
            "it raised ValueError, in the line `splits.val.y[:] = 0`" in check("vanishing-gradients-9", cheat).message
        )

    def test_the_solution_has_time_to_spare(self):
        assert check("vanishing-gradients-9", solution("vanishing-gradients-9"), seconds=4.0)
