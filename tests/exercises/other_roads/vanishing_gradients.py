"""Right answers to the exercises of the chapter on vanishing gradients."""

import itertools

import numpy as np

from tipslib.activations import sigmoid
from tipslib.networks import mlp
from tipslib.optimizers import Adam
from tipslib.training import train


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


OTHER_ROADS = [
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
