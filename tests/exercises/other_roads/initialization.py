"""Right answers to the exercises of the chapter on initialization."""

from itertools import pairwise

import numpy as np

from tipslib.activations import leaky_relu
from tipslib.initializers import fans, glorot_normal, he_normal, orthogonal
from tipslib.layers import Dense


def std_by_fans(shape):
    return (2 / fans(shape)[0]) ** 0.5


def limit_by_std(n, m):
    std = np.sqrt(1 / ((n + m) / 2))
    return np.float32(np.sqrt(3) * std)


def gain_by_quadrature(a):
    nodes, weights = np.polynomial.hermite_e.hermegauss(100)
    return 1 / np.sqrt(leaky_relu(a)(nodes) ** 2 @ weights / weights.sum())


def weights_by_spawned_generators(widths, seed):
    pairs = list(pairwise(widths))
    rngs = np.random.default_rng(seed).spawn(len(pairs))
    return tuple(he_normal(pair, rng) for pair, rng in zip(pairs, rngs, strict=True))


def weights_by_sequences(widths, seed):
    rngs = [np.random.default_rng([seed, i]) for i in range(len(widths))]
    return [rngs[i].uniform(-((6 / n) ** 0.5), (6 / n) ** 0.5, (n, m)) for i, (n, m) in enumerate(pairwise(widths))]


def factors_by_scaling(Ws, x, f):
    scaled = []
    for W in Ws:
        h = x
        for earlier in scaled:
            h = f(h @ earlier)
        scaled.append(W / np.sqrt(np.mean((h @ W - np.mean(h @ W)) ** 2)))
    return [float(np.linalg.norm(new) / np.linalg.norm(old)) for new, old in zip(scaled, Ws, strict=True)]


def orthogonal_with_a_gain(net, x):
    for seed, layer in enumerate(net.layers):
        if isinstance(layer, Dense):
            draw = orthogonal(1.5) if layer.n_out > 10 else glorot_normal
            layer.params["W"][...] = draw(layer.params["W"].shape, np.random.default_rng(seed))
    return net


OTHER_ROADS = [
    ("initialization-3", std_by_fans),
    ("initialization-3", lambda shape: np.array((2 * shape[-1] / np.prod(shape)) ** 0.5)),
    ("initialization-4", limit_by_std),
    ("initialization-5", gain_by_quadrature),
    ("initialization-5", lambda a: (0.5 + a * a / 2) ** -0.5),
    ("initialization-6", weights_by_spawned_generators),
    ("initialization-6", weights_by_sequences),
    ("initialization-7", factors_by_scaling),
    ("initialization-8", {"E": "too small", "D": "sound", "C": "too large", "B": "twins", "A": "no signal"}),
    ("initialization-9", orthogonal_with_a_gain),
]
