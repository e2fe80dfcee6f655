"""All that the tests know of the appendix on backpropagation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from widget_files import numbers

from book import code, lines_of_code
from tipslib.activations import relu, sigmoid, tanh
from tipslib.gradcheck import compare, numerical_gradient
from tipslib.losses import mean_squared_error, softmax_cross_entropy
from tipslib.networks import mlp

# The tape: at most 80 lines, equal to the library and to differences

CELLS = [cell.source for cell in code("appendix/backpropagation.ipynb") if cell.metadata.get("tape")]
TAPE = {"np": np}  # and nothing of tipslib
for source in CELLS:
    exec(compile(source, "the tape", "exec"), TAPE)
Tape, cross_entropy = TAPE["Tape"], TAPE["cross_entropy"]


def gradients(f, *values):
    """Return the value of f on a tape, and its gradients at the values."""
    tape = Tape()
    inputs = [tape.node(value) for value in values]
    result = f(*inputs)
    tape.backward(result)
    return result.value, [node.grad for node in inputs]


def assert_right(f, *values):
    """Hold every gradient of f against central differences, extrapolated from two steps to the step 0 (Richardson)."""
    found = gradients(f, *values)[1]
    for i, value in enumerate(values):

        def at(x, i=i):
            return gradients(f, *values[:i], x, *values[i + 1 :])[0]

        near, far = (numerical_gradient(at, value, h=h) for h in (1e-4, 2e-4))
        checked = compare(f"operand {i}", found[i], (4 * near - far) / 3, 1e-6)
        assert checked, checked


def draw(*shapes, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=shape) for shape in shapes]


def test_it_has_at_most_80_lines_of_code():
    lines = [line for source in CELLS for line in source.splitlines() if line.split("#")[0].strip()]
    assert 40 <= len(lines) <= 80
    blank = sum(not line.strip() for source in CELLS for line in source.splitlines())
    assert sum(map(lines_of_code, CELLS)) - blank <= 60, "if none were broken"
    assert max(len(source.splitlines()) for source in CELLS) <= 25


POSITIVE = np.array([[0.5, 2.0], [1.5, 0.1]])
OPERATIONS = {
    "add": lambda a, b: (a + b * b).sum(),
    "subtract": lambda a, b: (a - b * b).mean(),
    "multiply": lambda a, b: (a * b).sum(),
    "divide": lambda a, b: (a / (b * b + 1)).sum(),
    "negative": lambda a, b: (-a * b).sum(),
    "matrix product": lambda a, b: ((a @ b) * (a @ b)).sum(),
    "exp": lambda a, b: (a.exp() * b).sum(),
    "tanh": lambda a, b: (a.tanh() * b).sum(),
    "sigmoid": lambda a, b: (a.sigmoid() * b).sum(),
    "relu": lambda a, b: (a.relu() * b).sum(),
    "log": lambda a, b: ((a * a + 1).log() * b).sum(),
    "sum over rows": lambda a, b: (a.sum(axis=0) * b).sum(),
    "sum over columns": lambda a, b: (a.sum(axis=1) * b).sum(),
    "numbers on the left": lambda a, b: (2 + 3 * (1 - a) * b).sum(),
    "arrays on the left": lambda a, b: (POSITIVE[0] + POSITIVE * (POSITIVE - a) * b).sum(),
    "rows picked": lambda a, b: (a[1] * b[0]).sum(),
    "an entry picked twice": lambda a, b: (a[[0, 1, 0], [1, 1, 1]] * b[[0, 0, 1], [0, 1, 1]]).sum(),
    "a value used twice": lambda a, b: (a * a * b + a).sum(),
    "a skip connection": lambda a, b: ((a @ b).tanh() + a).mean(),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_each_operation_agrees_with_differences(name):
    assert_right(OPERATIONS[name], *draw((2, 2), (2, 2)))


VALUES = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "matrix product": lambda a, b: a @ b,
    "negative": lambda a, b: -a,
    "numbers on the right": lambda a, b: (a - 1) * 2 + b / 4,
    "numbers on the left": lambda a, b: 1 - a * (2 + 3 * b),
    "sum": lambda a, b: a.sum(),
    "mean": lambda a, b: a.mean(),
    "rows picked": lambda a, b: a[[0, 1, 0]],
}


@pytest.mark.parametrize("name", VALUES)
def test_values_are_those_of_numpy(name):
    a, b = draw((2, 2), (2, 2))
    np.testing.assert_array_equal(gradients(VALUES[name], a, b)[0], VALUES[name](a, b))


def test_functions_and_sums_along_an_axis_have_numpys_values():
    tape = Tape()
    node = tape.node(POSITIVE)
    assert node.exp().value == pytest.approx(np.exp(POSITIVE))
    assert node.log().value == pytest.approx(np.log(POSITIVE))
    assert node.sum(axis=0).value.tolist() == POSITIVE.sum(axis=0, keepdims=True).tolist()
    assert node.sum(axis=1).value.tolist() == POSITIVE.sum(axis=1, keepdims=True).tolist()


SHAPES = [((3, 4), (1, 4)), ((3, 4), (4,)), ((3, 4), (3, 1)), ((3, 4), ()), ((1, 4), (3, 1)), ((4,), (3, 4))]


@pytest.mark.parametrize(("one", "other"), SHAPES)
def test_repeated_values_get_the_sum(one, other):
    for f in (lambda a, b: (a * b).sum(), lambda a, b: (a * a - b * b).sum(), lambda a, b: (b / (a * a + 1)).sum()):
        assert_right(f, *draw(one, other))
    assert [g.shape for g in gradients(lambda a, b: (a + b).sum(), *draw(one, other))[1]] == [one, other]


def test_the_gradient_of_a_bias_is_the_sum_over_the_batch():
    x, b, g = draw((5, 3), (1, 3), (5, 3))
    assert gradients(lambda x, b: ((x + b) * g).sum(), x, b)[1][1] == pytest.approx(g.sum(axis=0, keepdims=True))


def test_a_value_used_in_both_places_of_a_product_gets_both_gradients():
    assert gradients(lambda a: a * a, 3.0)[1][0] == 6
    assert gradients(lambda a: a + a, 3.0)[1][0] == 2
    (a,) = draw((3, 3))
    assert_right(lambda a: ((a @ a) * a).sum(), a)


def test_a_second_backward_starts_at_zero():
    tape = Tape()
    a = tape.node(3.0)
    result = a * a
    for _ in range(2):
        tape.backward(result)
        assert a.grad == 6


def test_the_values_given_to_the_tape_stay_as_they_are():
    x, W = draw((4, 3), (3, 2))
    kept = x.copy(), W.copy()
    gradients(lambda x, W: cross_entropy((x @ W + x[0, 0]).relu(), [0, 1, 1, 0]), x, W)
    assert (x == kept[0]).all()
    assert (kept[1] == W).all()


ACTIVATIONS = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_equal_those_of_the_library(name):
    z, dy = draw((6, 5), (6, 5))
    z[0] = [-800.0, 800.0, 0.0, -1e-9, 1e-9]
    f = ACTIVATIONS[name]
    value, (gradient,) = gradients(lambda z: (getattr(z, name)() * dy).sum(), z)
    assert value == pytest.approx((f(z) * dy).sum(), abs=1e-13)
    np.testing.assert_allclose(gradient, dy * f.derivative(z), rtol=0, atol=1e-15)


@pytest.mark.parametrize("scale", [1.0, 30.0, 2000.0])
def test_cross_entropy_equals_that_of_the_library(scale):
    z, y = scale * draw((6, 4))[0], np.array([0, 3, 1, 1, 2, 0])
    loss, dz = softmax_cross_entropy(z, y)
    value, (gradient,) = gradients(lambda z: cross_entropy(z, y), z)
    assert value == pytest.approx(loss, rel=1e-14)
    np.testing.assert_allclose(gradient, dz, rtol=0, atol=1e-15)


def on_tape(name, loss):
    """Return a network of two hidden layers and a loss, as a function of nodes: x, W, b, W, b, W, b."""

    def network(h, *params):
        for W, b in zip(params[0::2], params[1::2], strict=True):
            h = h @ W + b
            if W is not params[-2]:
                h = getattr(h, name)()
        return loss(h)

    return network


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("loss", ["softmax_cross_entropy", "mean_squared_error"])
def test_networks_equal_those_of_the_library(name, loss):
    (x,), rng = draw((7, 6)), np.random.default_rng(1)
    net = mlp([6, 5, 4, 3], activation=ACTIVATIONS[name], seed=1)
    net.params += rng.normal(0, 0.3, net.params.shape)  # so that no bias is zero
    if loss == "softmax_cross_entropy":
        y = rng.integers(0, 3, 7)
        theirs, ours = softmax_cross_entropy, lambda h: cross_entropy(h, y)
    else:
        y = rng.normal(size=(7, 3))
        theirs, ours = mean_squared_error, lambda h: ((h - y) * (h - y)).mean()
    expected, dy = theirs(net.forward(x), y)
    dx = net.backward(dy)
    params = [layer.params[p] for layer in net.layers[0::2] for p in "Wb"]
    value, (at_x, *at_params) = gradients(on_tape(name, ours), x, *params)
    assert value == pytest.approx(expected, rel=1e-14)
    np.testing.assert_allclose(at_x, dx, rtol=0, atol=1e-14)
    np.testing.assert_allclose(np.concatenate([g.ravel() for g in at_params]), net.grads, rtol=0, atol=1e-14)


STEPS = [
    lambda a, b, c: a + b,
    lambda a, b, c: a - b * c,
    lambda a, b, c: a * b,
    lambda a, b, c: a / (b * b + 1),
    lambda a, b, c: (a @ b).tanh(),
    lambda a, b, c: a.sigmoid() * c,
    lambda a, b, c: (a * b).tanh().exp(),
    lambda a, b, c: (a * a + 1).log(),
    lambda a, b, c: a.sum(axis=0) / 3 + b.sum(axis=1),
    lambda a, b, c: a[[0, 2, 2]] + b[1],
    lambda a, b, c: 1 - a.mean() * b,
]
WAYS = st.lists(
    st.tuples(st.sampled_from(range(len(STEPS))), st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=6
)


@given(WAYS, st.integers(0, 2**32 - 1))
def test_random_expressions_agree_with_differences(ways, seed):
    """Each step takes results of any steps before it, so values are used not at all, once, or several times."""

    def expression(a, c):
        known = [a, a + c]
        for step, i, j in ways:
            known.append(STEPS[step](known[i % len(known)], known[j % len(known)], c).tanh())
        return sum(known[1:], start=a).mean()

    assert_right(expression, *draw((3, 3), (1, 3), seed=seed))


# The moves that the page proposes (*Try:* ...): they show what it says they show


def test_graph_two_paths_bring_gradients_to_z(widgets):
    graph = widgets[0]
    assert "z = 0, h = 0.5, L = 2.25" in graph.say(backward_step=0)
    assert "starts with 1 at L" in graph.say(backward_step=1)
    assert "hands 1 × −3 to s" in graph.say(backward_step=2)
    assert "hands −3 × 1 to z and −3 × 1 to h" in graph.say(backward_step=3)
    assert "hands −3 × 0.25 to z. Together z has −3.75." in graph.say(backward_step=4)
    assert "is −3.75. It hands −3.75 × 1 to u and −3.75 × 1 to b" in graph.say(backward_step=5)
    assert "is −3.75. It hands −3.75 × 2 to w and −3.75 × 1 to x" in graph.say(backward_step=6)


def test_graph_a_slope_of_zero_and_a_saturated_unit_hand_nothing_back(widgets):
    graph = widgets[0]
    dead = numbers(graph.say(backward_step=4, activation_f="ReLU", weight_w="0.5"))
    assert dead[2] == 0
    assert dead[0] == dead[-1] != 0, "z keeps what came over the skip"
    gradient, _, slope, total = numbers(graph.say(activation_f="sigmoid", weight_w=3))
    assert slope < 0.02
    assert abs(total / gradient - 1) < 0.02


def test_modes_many_inputs_want_reverse_and_many_outputs_forward(widgets):
    modes = widgets[1]
    assert "Reverse mode is 1000 times cheaper" in modes.say(inputs_n=1000, outputs_K=1)
    assert "both modes need" in modes.say(outputs_K=1000)
    assert "Forward mode is 1000 times cheaper" in modes.say(inputs_n=1)
    costs = [numbers(modes.say(hidden_layers_of_100=depth))[3:5] for depth in (1, 2, 3)]
    assert [forward * 1000 for forward, _ in costs] == [reverse for _, reverse in costs]
    assert costs == sorted(costs), "depth changes both alike"


def test_mistakes_show_where_and_what_they_are(widgets):
    mistakes = widgets[2]

    def verdicts(mistake):
        said = [mistakes.say(mistake=mistake, gradient_of=name) for name in ("W1", "b1", "W2", "b2")]
        return ["agree" if "All agree" in s else "factor" if "Each entry" in s else "scattered" for s in said], said

    below = ["scattered", "scattered", "agree", "agree"]
    for mistake in ("f(z) for f'(z)", "W2 not transposed", "skip overwrites, does not add"):
        assert verdicts(mistake)[0] == below
    assert verdicts("saved h changed in place")[0] == ["scattered", "scattered", "scattered", "agree"]
    kinds, said = verdicts("b: mean over the batch")
    assert kinds == ["agree", "factor", "agree", "factor"]
    assert all("is 0.125 times" in s for s in said[1::2])
    kinds, said = verdicts("1/N forgotten")
    assert kinds == ["factor"] * 4
    assert all("is 8 times" in s for s in said)
    assert verdicts("none")[0] == ["agree"] * 4
