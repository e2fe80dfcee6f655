"""Every exercise: its solution and another right answer pass, each typical wrong answer gets its own reply."""

import itertools
import sys

import numpy as np
import pytest
from refresh import exercise_cells, stub
from solutions import FUNCTIONS, answer, solution, solutions

from tipslib.activations import relu, sigmoid
from tipslib.datasets import digits
from tipslib.exercises import check, names, wrong_answers
from tipslib.layers import Activate, Dense, Layer
from tipslib.networks import Sequential, mlp
from tipslib.optimizers import Adam
from tipslib.training import fit, train

WRONG = [(name, key) for name in names() for key in wrong_answers(name)]


def step_by_loops(delta, weights, z, activation):
    n, m = z.shape
    out = [[0.0] * m for _ in range(n)]
    for i, j, k in itertools.product(range(n), range(m), range(delta.shape[1])):
        out[i][j] += float(delta[i, k] * weights[j, k] * activation.derivative(z[i, j : j + 1])[0])
    return out


def step_in_single_precision(delta, W, z, f):
    return np.einsum("nk,mk,nm->nm", delta, W, f.derivative(z)).astype(np.float32)


def norms_by_steps(net, x, labels):
    outputs, h = [], x
    for layer in net.layers:
        h = layer.forward(h)
        outputs.append(h)
    p = np.exp(h) / np.exp(h).sum(axis=1, keepdims=True)
    delta, norms = (p - np.eye(h.shape[1])[labels]) / len(x), []
    for i in range(len(net.layers) - 1, 0, -2):
        delta = step_in_single_precision(
            delta, net.layers[i].params["W"], outputs[i - 2], net.layers[i - 1].activation
        ).astype(np.float64)
        norms.insert(0, float((delta**2).sum() ** 0.5))
    return norms


def first_delta_by_recursion(delta, Ws, zs):
    if not zs:
        return delta
    s = 1 / (1 + np.exp(-zs[-1]))
    return first_delta_by_recursion(delta @ Ws[-1].T * s * (1 - s), Ws[:-1], zs[:-1])


def spread_by_loops(h):
    spreads = []
    for unit in np.transpose(h):
        mean = sum(unit) / len(unit)
        spreads.append((sum((v - mean) ** 2 for v in unit) / len(unit)) ** 0.5)
    return sum(spreads) / len(spreads)


def train_with_batch_norm(splits):
    net = mlp([64, *[50] * 9, 10], activation=sigmoid, batch_norm=True)
    for row in train(net, splits, Adam(0.01), epochs=15, batch_size=50):
        if row.val_accuracy > 0.95:
            break
    return net


ANOTHER_ROAD = [
    ("vanishing-gradients-3", step_by_loops),
    ("vanishing-gradients-3", step_in_single_precision),
    ("vanishing-gradients-4", norms_by_steps),
    ("vanishing-gradients-5", lambda n, std, slope: std * n**0.5 * slope**0.5),
    ("vanishing-gradients-5", lambda n, std, mean_square_slope, more=1: np.array(np.sqrt(n * mean_square_slope) * std)),
    ("vanishing-gradients-6", first_delta_by_recursion),
    ("vanishing-gradients-7", spread_by_loops),
    ("vanishing-gradients-8", 10),
    ("vanishing-gradients-8", np.float32(9.5)),
    ("vanishing-gradients-9", train_with_batch_norm),
]


@pytest.mark.parametrize("name", names())
def test_the_solution_is_right(name):
    feedback = check(name, solution(name))
    assert feedback
    assert (feedback.status, feedback.hint) == ("right", None)


@pytest.mark.parametrize(("name", "other"), ANOTHER_ROAD)
def test_another_road_is_right(name, other):
    assert check(name, other)


def test_every_exercise_has_another_road():
    assert {name for name, _ in ANOTHER_ROAD} == set(names())


@pytest.mark.parametrize(("name", "key"), WRONG)
def test_a_typical_wrong_answer_gets_its_own_reply(name, key):
    feedback = check(name, wrong_answers(name)[key])
    assert not feedback
    assert (feedback.status, feedback.hint) == ("wrong", key)
    assert "received" in feedback.message or "ratio is" in feedback.message or "Accuracy: 0." in feedback.message


@pytest.mark.parametrize("name", names())
def test_replies_differ(name):
    keys = list(wrong_answers(name))
    replies = {check(name, wrong_answers(name)[key]).message.splitlines()[0] for key in keys}
    assert len(keys) >= 3
    assert len(replies) == len(keys)


@pytest.mark.parametrize("name", names())
def test_the_untouched_cell_gets_the_neutral_line(name):
    chapter = name.rpartition("-")[0]
    feedback = check(name, answer(stub(exercise_cells(solutions(chapter))[name].source), chapter))
    assert (feedback.status, feedback.hint) == ("not attempted", None)
    assert str(feedback).startswith("Not attempted yet. ")


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("nothing", [None, ...])
def test_nothing_is_not_attempted(name, nothing):
    assert check(name, nothing).status == "not attempted"


@pytest.mark.parametrize("name", names())
def test_the_reply_shows_no_solution(name):
    source = exercise_cells(solutions(name.rpartition("-")[0]))[name].source
    solved = source.partition("# begin solution\n")[2].partition("# end solution")[0]
    lines = [line.strip().removeprefix("return ") for line in solved.splitlines() if "#|" not in line]
    for key in wrong_answers(name):
        message = check(name, wrong_answers(name)[key]).message
        assert not [line for line in lines if len(line) > 8 and line in message]


@pytest.mark.parametrize("name", FUNCTIONS)
class TestAnyFunction:
    def test_constants_are_wrong(self, name):
        arrays = np.zeros((1, 2)), np.ones((4, 3)), [0.125, 0.25], [[0.25]], [[1], [2, 3]]
        for constant in (0.0, 0.25, 1.0, 4.0, *arrays, "right", True):
            feedback = check(name, lambda *args, constant=constant: constant)
            assert feedback.status == "wrong"
            assert "received" in feedback.message

    def test_what_is_no_function_is_wrong(self, name):
        for value in (0.25, np.zeros(3), "text", [1, 2], solution):
            feedback = check(name, value)
            assert feedback.status == "wrong"
        assert "without calling it, received an array of float64 of shape (3,)" in check(name, np.zeros(3)).message

    def test_an_error_is_told_with_its_line(self, name):
        def careless(*args):
            return {}["no such key"]

        feedback = check(name, careless)
        assert feedback.status == "wrong"
        assert "it raised KeyError, in the line `return {}[\"no such key\"]`: 'no such key'." in feedback.message

    @pytest.mark.parametrize("error", [SystemExit, RecursionError, GeneratorExit, BaseException])
    def test_no_error_escapes(self, name, error):
        def leave(*args):
            raise error("out of here")

        assert f"it raised {error.__name__}, in the line" in check(name, leave).message

    def test_a_loop_without_end_is_stopped(self, name):
        def turn(*args):
            while True:
                pass

        before = sys.gettrace()
        feedback = check(name, turn, seconds=0.05)
        assert feedback.status == "wrong"
        assert "it was stopped after 0.05 s" in feedback.message
        assert sys.gettrace() is before
        assert check(name, solution(name))  # the session goes on

    def test_arguments_must_fit(self, name):
        message = check(name, lambda: 1.0).message
        assert "takes" in message
        assert "lacks `" in message
        message = check(name, lambda a, b, c, d, e, one_more: 1.0).message
        assert "`one_more` too many" in message

    def test_the_neutral_line_for_a_function_that_returns_nothing(self, name):
        for nothing in (None, ...):
            assert check(name, lambda *args, nothing=nothing: nothing).status == "not attempted"


def spoiled(name, change):
    """The solution, which also changes an argument."""

    def answer(*args):
        result = solution(name)(*args)
        change(*args)
        return result

    return answer


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
    feedback = check(name, spoiled(name, change))
    assert feedback.status == "wrong"
    assert f"the function changed its argument `{argument}`" in feedback.message
    assert check(name, solution(name))  # the grader's own arrays are untouched


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
