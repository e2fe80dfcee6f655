"""Right answers to the exercises of the chapter on dropout."""

import itertools

import numpy as np

from tipslib.activations import relu
from tipslib.layers import Activate, Dense, Dropout
from tipslib.networks import Sequential
from tipslib.optimizers import Adam
from tipslib.training import train


def dropped_by_loops(x, u, p):
    return [[a / (1 - p) if b >= p else 0.0 for a, b in zip(*rows, strict=True)] for rows in zip(x, u, strict=True)]


def dropped_by_where(x, u, p):
    return np.where(u < p, 0, x / (1 - p)).astype(np.float32)


def gradient_by_the_quadratic_form(x, W, p, seed):
    mask = np.where(np.random.default_rng(seed).random(x.shape) < p, 0.0, 1 / (1 - p))
    return np.stack([np.diag(m) @ W @ W.T @ np.diag(m) @ row for row, m in zip(x, mask, strict=True)])


def predicted_unit_by_unit(x, W1, W2, b2, p):
    h = 1 / (1 + np.exp(-np.einsum("ni,ij->nj", x, W1)))
    return b2 + sum(np.outer(unit, row) - p * np.outer(unit, row) for unit, row in zip(h.T, W2, strict=True))


def mean_by_odds(h, W, b, p):
    """The product over all masks of the odds against class 0, each to the power of its mask's probability."""
    odds = np.ones(len(b))
    for mask in itertools.product([0, 1], repeat=len(h)):
        share = np.prod([1 - p if kept else p for kept in mask])
        logits = (np.array(mask) * h) @ W + b
        odds *= np.exp(logits - logits[0]) ** share
    return odds / odds.sum()


def ridge_by_more_rows(X, y, p):
    more = np.diag(np.sqrt(p / (1 - p) * (X**2).sum(axis=0)))
    return np.linalg.lstsq(np.vstack([X, more]), np.append(y, np.zeros(X.shape[1])), rcond=None)[0]


def trained_by_hand(splits):
    layers = [Dense(120), Activate(relu), Dropout(0.6), Dense(80), Activate(relu), Dropout(0.4), Dense(10)]
    net = Sequential(layers, n_in=64, seed=3)
    for row in train(net, splits, Adam(0.003), epochs=40, batch_size=25):
        if row.val_accuracy > 0.92:
            break
    return net


OTHER_ROADS = [
    ("dropout-3", dropped_by_loops),
    ("dropout-3", dropped_by_where),
    ("dropout-4", gradient_by_the_quadratic_form),
    ("dropout-5", predicted_unit_by_unit),
    ("dropout-6", mean_by_odds),
    ("dropout-7", ridge_by_more_rows),
    ("dropout-9", trained_by_hand),
]
