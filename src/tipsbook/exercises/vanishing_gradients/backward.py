"""Exercises 3 and 4: the backward pass, one layer and a whole network."""

from functools import partial
from typing import Any

import numpy as np

from tipsbook.grading.exercise import Case, FunctionExercise, Mistake
from tipslib.activations import Activation, sigmoid, tanh
from tipslib.arrays import Array
from tipslib.gradcheck import numerical_gradient
from tipslib.initializers import lecun_normal
from tipslib.layers import Activate, Dense
from tipslib.losses import softmax_cross_entropy
from tipslib.networks import Sequential, mlp


def _felt_above(delta: Array, W: Array, f: Activation, z: Array) -> Any:
    """Return a number whose gradient in z is the answer."""
    return (delta * (f(z) @ W)).sum()


def _step_cases() -> list[Case]:
    by_hand = np.array([[1.0, -1.0]]), np.array([[2.0, 1.0], [0.0, 3.0]]), np.array([[0.0, 0.0]]), sigmoid
    text = "By hand, delta = [[1, -1]], W = [[2, 1], [0, 3]], z = [[0, 0]], f = sigmoid"
    cases = [Case(text, by_hand, np.array([[0.25, -0.75]]))]
    rng = np.random.default_rng(0)
    for m, k, f in [(3, 3, tanh), (5, 3, sigmoid)]:
        delta, W, z = rng.normal(size=(4, k)), rng.normal(size=(m, k)), rng.normal(size=(4, m))
        expected = numerical_gradient(partial(_felt_above, delta, W, f), z)
        text = f"For delta {delta.shape}, W {W.shape}, z {z.shape}, f = {f}, compared with differences"
        cases.append(Case(text, (delta, W, z, f), expected))
    return cases


BACKWARD_STEP = FunctionExercise(
    name="vanishing-gradients-3",
    call="backward_step(delta, W, z, f)",
    cases=_step_cases,
    right="Two factors for each layer, the weights and the slope: a deep network multiplies them many times.",
    hints=(
        "Layer l + 1 computes z_next = f(z) @ W. Follow one entry of z: which entries of z_next does it move?",
        "Go back through the product first, from the shape (N, K) to (N, M), then through f, entry by entry.",
        "An entry of f(z) is felt by all K units above, by each through its weight: a sum over the columns of W.",
    ),
    mistakes={
        "value-for-slope": Mistake(
            lambda delta, W, z, f: (delta @ W.T) * f(z),
            "You multiply by f(z), the output. How much the output moves when z moves is the slope, f'(z).",
        ),
        "slope-at-the-value": Mistake(
            lambda delta, W, z, f: (delta @ W.T) * f.derivative(f(z)),
            "You take the slope at f(z). The curve is entered at z, so the slope is needed at z.",
        ),
        "not-transposed": Mistake(
            lambda delta, W, z, f: (delta @ W) * f.derivative(z),
            "W, (M, K), carries M numbers forward to K. On the way back K numbers become M: that is the transpose.",
        ),
        "no-slope": Mistake(
            lambda delta, W, z, f: delta @ W.T,
            "This is the gradient at h = f(z). One factor is missing on the way to z: the slope of f.",
        ),
        "slope-before-weights": Mistake(
            lambda delta, W, z, f: (delta * f.derivative(z)) @ W.T,
            "The slope comes too early. z belongs to layer l: go back through W first, then multiply by the slope.",
        ),
        "sigmoid-alone": Mistake(
            lambda delta, W, z, f: (delta @ W.T) * f(z) * (1 - f(z)),
            "f(z) (1 - f(z)) is the slope of the sigmoid alone. Here f is any activation: ask it for its derivative.",
        ),
        "sigmoid-in-place-of-f": Mistake(
            lambda delta, W, z, f: (delta @ W.T) * sigmoid.derivative(z),
            "This takes the sigmoid's slope whatever f is. Here f is any activation: ask it for its derivative.",
        ),
        "value-and-slope": Mistake(
            lambda delta, W, z, f: (delta @ W.T) * f(z) * f.derivative(z),
            "One factor too many: f(z) is the output, and delta meets only the weights and the slope.",
        ),
        "mean-over-examples": Mistake(
            lambda delta, W, z, f: (delta @ W.T) * f.derivative(z) / len(delta),
            "You divide by N once more. The mean over the batch is already in the delta that comes from above.",
        ),
        "weight-gradient": Mistake(
            lambda delta, W, z, f: f(z).T @ delta,
            "This is the gradient of the weights W, as in h.T @ delta. Asked is the delta of the layer below them.",
        ),
    },
)


def _chain() -> Sequential:
    """Two hidden layers of one sigmoid unit; for x = 0 both z are 0, both classes get 1/2, and dL/dh_2 = -1."""
    net = mlp([1, 1, 1, 2], activation=sigmoid)
    second, last = net.layers[2].params, net.layers[4].params
    second["W"][...], second["b"][...] = 2.0, -1.0
    last["W"][...], last["b"][...] = [[1.0, -1.0]], [[-0.5, 0.5]]
    return net


def _norms_example_by_example(net: Sequential, x: Array, labels: Array) -> Array:
    """Return the norms by another method: for a single example the gradient of a bias is delta, but for the 1/N."""
    squares = np.zeros(sum(isinstance(layer, Activate) for layer in net.layers))
    for i in range(len(x)):
        net.backward(softmax_cross_entropy(net.forward(x[i : i + 1]), labels[i : i + 1])[1])
        squares += [(layer.grads["b"] ** 2).sum() for layer in net.layers[:-1] if isinstance(layer, Dense)]
    return np.sqrt(squares) / len(x)


def _norms_cases() -> list[Case]:
    text = "By hand, two hidden layers of one sigmoid unit with z = 0, the weight 2 between them and dL/dh_2 = -1"
    cases = [Case(text, (_chain(), np.array([[0.0]]), np.array([0])), np.array([0.125, 0.25]))]
    rng = np.random.default_rng(0)
    for widths, f in [([3, 4, 5, 2], sigmoid), ([5, 4, 4, 4, 3], tanh)]:
        net = mlp(widths, activation=f, init=lecun_normal)
        x, labels = rng.normal(size=(6, widths[0])), rng.integers(widths[-1], size=6)
        text = f"For a network of widths {widths} with {f} and 6 examples"
        cases.append(Case(text, (net, x, labels), _norms_example_by_example(net, x, labels)))
    return cases


def _norms(net: Sequential, x: Array, labels: Array, above: int = 0, output: bool = False) -> Array:
    """Return the norms of the gradients at the inputs of the activations, or so many layers above for a mistake."""
    gradients: list[Any] = [softmax_cross_entropy(net.forward(x), labels)[1]]
    for layer in reversed(net.layers):
        gradients.append(layer.backward(gradients[-1]))
    gradients.reverse()
    wanted = [gradients[i + above] for i, layer in enumerate(net.layers) if isinstance(layer, Activate)]
    return np.array([np.linalg.norm(g) for g in (*wanted, *gradients[-1:] * output)])


def _norms_of_weights(net: Sequential, x: Array, labels: Array) -> Array:
    net.backward(softmax_cross_entropy(net.forward(x), labels)[1])
    return np.array([np.linalg.norm(layer.grads["W"]) for layer in net.layers[:-1] if isinstance(layer, Dense)])


def _norms_of_biases(net: Sequential, x: Array, labels: Array) -> Array:
    net.backward(softmax_cross_entropy(net.forward(x), labels)[1])
    return np.array([np.linalg.norm(layer.grads["b"]) for layer in net.layers[:-1] if isinstance(layer, Dense)])


DELTA_NORMS = FunctionExercise(
    name="vanishing-gradients-4",
    call="norms_of_deltas(net, x, labels)",
    cases=_norms_cases,
    right="One number per layer says whether the gradient arrives: you have built the thermometer of this chapter.",
    hints=(
        "Run `net.forward(x)` first: the layers remember what they need. The loss returns its value and its gradient.",
        "Walk over `reversed(net.layers)` and hand each layer's `backward` what the one above it returned.",
        "Import `Activate` from tipslib.layers: after its `backward` the gradient is at z. Reverse the list last.",
    ),
    mistakes={
        "of-the-weights": Mistake(
            _norms_of_weights,
            "These are the norms of dL/dW, which also hold the size of the layer's input. Delta is dL/dz.",
        ),
        "last-first": Mistake(
            lambda net, x, labels: _norms(net, x, labels)[::-1],
            "The numbers are right and their order is not: the first layer comes first.",
        ),
        "output-layer-too": Mistake(
            lambda net, x, labels: _norms(net, x, labels, output=True),
            "The last entry belongs to the output layer. The exercise asks for the hidden layers.",
        ),
        "at-h": Mistake(
            lambda net, x, labels: _norms(net, x, labels, above=1),
            "These are the gradients at h = f(z), above the activation. Go back through the activation too.",
        ),
        "of-the-sum": Mistake(
            lambda net, x, labels: len(x) * _norms(net, x, labels),
            "Every norm is N times too large: the loss is the mean over the N examples, not their sum.",
        ),
        "squared": Mistake(
            lambda net, x, labels: _norms(net, x, labels) ** 2,
            "These are the squared norms: the root of each is missing.",
        ),
        "relative": Mistake(
            lambda net, x, labels: _norms(net, x, labels) / _norms(net, x, labels)[-1],
            "You divided by the norm of the last hidden layer. The exercise asks for the norms themselves.",
        ),
        "divided-twice": Mistake(
            lambda net, x, labels: _norms(net, x, labels) / len(x),
            "Every norm is N times too small: the gradient that the loss returns is already that of the mean.",
        ),
        "of-the-biases": Mistake(
            _norms_of_biases,
            "You added the rows first, as for a bias. The norm of delta takes in each example's entries one by one.",
        ),
    },
)
