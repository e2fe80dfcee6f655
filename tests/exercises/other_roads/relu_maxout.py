"""Right answers to the exercises of the chapter on ReLU and Maxout."""

import itertools
import math

import numpy as np

from tipslib.activations import elu, leaky_relu, relu, sigmoid, softplus, tanh
from tipslib.initializers import variance_scaling
from tipslib.layers import Dense, Maxout
from tipslib.networks import Sequential, mlp


def slopes_by_loops(z, a):
    def of_softplus(v):
        return 1 / (1 + math.exp(-v)) if v > 0 else math.exp(v) / (1 + math.exp(v))

    return [
        [1 if v > 0 else a for v in z],
        [1 if v > 0 else a * math.exp(v) for v in z],
        [of_softplus(v) for v in z],
    ]


def maxout_by_columns(x, W, b, pieces):
    m = W.shape[1] // pieces
    parts = [x @ W[:, i * m : (i + 1) * m] + b[:, i * m : (i + 1) * m] for i in range(pieces)]
    return np.maximum.reduce(parts)


def backward_by_loops(dh, z):
    dz = np.zeros(z.shape)
    for n, m in itertools.product(range(z.shape[0]), range(z.shape[2])):
        dz[n, list(z[n, :, m]).index(z[n, :, m].max()), m] = dh[n, m]
    return dz


def dead_by_the_largest(h):
    return float(np.mean(np.max(h, axis=0) <= 0))


def thin_by_differences(x, Ws, bs):
    def out(x):
        for W, b in zip(Ws[:-1], bs[:-1], strict=True):
            x = relu(x @ W + b)
        return x @ Ws[-1] + bs[-1]

    return np.vstack([(out(x + 1e-6 * row) - out(x - 1e-6 * row)) / 2e-6 for row in np.eye(x.shape[1])])


OTHER_ROADS = [
    ("relu-maxout-3", slopes_by_loops),
    (
        "relu-maxout-3",
        lambda z, a: np.array([leaky_relu(a).derivative(z), elu(a).derivative(z), softplus.derivative(z)]),
    ),
    ("relu-maxout-4", maxout_by_columns),
    ("relu-maxout-5", backward_by_loops),
    ("relu-maxout-6", [[2, -2], [0, 0], [-1, -1]]),
    ("relu-maxout-6", ((0.0, 0.0), (-1.0, -1.0), (2.0, -2.0))),
    ("relu-maxout-7", dead_by_the_largest),
    ("relu-maxout-8", thin_by_differences),
    ("relu-maxout-9", lambda seed: Sequential([Maxout(100), Maxout(100), Dense(10)], n_in=64, seed=seed)),
    (
        "relu-maxout-9",
        lambda seed: mlp([64, 100, 100, 10], activation=sigmoid, init=variance_scaling(4.0), seed=seed),
    ),
    ("relu-maxout-9", lambda seed: mlp([64, 100, 100, 10], activation=tanh, batch_norm=True, seed=seed)),
]
