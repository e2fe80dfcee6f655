"""Right answers to the exercises of the chapter on regularization."""

import numpy as np

from tipslib.networks import mlp
from tipslib.optimizers import Adam
from tipslib.regularizers import elastic_net, max_norm, soft_threshold
from tipslib.training import fit


def gradient_by_the_library(params, decays, first, second):
    return elastic_net(first, second)(params, decays)[1]


def gradient_by_loops(params, decays, first, second):
    return [
        d * (first * ((w > 0) - (w < 0)) + second * w) for w, d in zip(params.tolist(), decays.tolist(), strict=True)
    ]


def step_by_cases(w, g, lr, strength):
    out = []
    for weight, slope in zip(w.tolist(), g.tolist(), strict=True):
        v = weight - lr * slope
        out.append(v - lr * strength if v > lr * strength else v + lr * strength if v < -lr * strength else 0.0)
    return out


def ridge_by_centering(X, y, alpha):
    centered = X - X.mean(axis=0)
    w = np.linalg.inv(centered.T @ centered + len(y) * alpha * np.eye(X.shape[1])) @ centered.T @ (y - y.mean())
    return np.append(y.mean() - X.mean(axis=0) @ w, w)


def decay_in_the_gradient(theta, grads, decays, lr, alpha):
    for g in grads:
        theta = theta - lr * (g + alpha * decays * theta)
    return theta


def choice_by_loop(strengths, accuracy):
    best = max(accuracy, key=np.mean)
    floor = np.mean(best) - np.std(best, ddof=1) / len(best) ** 0.5
    return [s for s, row in zip(strengths, accuracy, strict=True) if np.mean(row) >= floor][-1]


def train_with_a_fence(splits):
    net = mlp([40, 100, 100, 10], seed=0, dtype=np.float32)
    fit(net, splits, Adam(0.005), epochs=30, batch_size=100, penalty=max_norm(0.8))
    return net


OTHER_ROADS = [
    ("regularization-4", gradient_by_the_library),
    ("regularization-4", gradient_by_loops),
    ("regularization-5", step_by_cases),
    ("regularization-5", lambda w, g, lr, strength: soft_threshold(w - lr * g, lr * strength)),
    ("regularization-6", ridge_by_centering),
    ("regularization-7", decay_in_the_gradient),
    ("regularization-8", choice_by_loop),
    ("regularization-9", train_with_a_fence),
]
