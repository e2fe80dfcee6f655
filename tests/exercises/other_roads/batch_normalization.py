"""Right answers to the exercises of the chapter on batch normalization."""

import numpy as np

from tipslib.layers import BatchNorm
from tipslib.networks import Sequential


def normalize_by_loops(z, gamma, beta, eps):
    out = []
    for unit, scale, shift in zip(np.transpose(z), gamma, beta, strict=True):
        mean = sum(unit) / len(unit)
        var = sum((value - mean) ** 2 for value in unit) / len(unit)
        out.append([scale * (value - mean) / (var + eps) ** 0.5 + shift for value in unit])
    return [list(row) for row in zip(*out, strict=True)]


def normalize_by_the_layer(z, gamma, beta, eps):
    norm = Sequential([BatchNorm(eps=eps)], n_in=z.shape[1]).layers[0]
    norm.params["gamma"][...], norm.params["beta"][...] = gamma, beta
    return norm.forward(z, training=True).astype(np.float32)


def backward_by_the_jacobian(g, z, gamma, eps):
    n = len(z)
    s = np.sqrt(z.var(axis=0) + eps)
    z_hat = (z - z.mean(axis=0)) / s
    units = []
    for k in range(z.shape[1]):
        jacobian = (np.eye(n) - 1 / n - np.outer(z_hat[:, k], z_hat[:, k]) / n) / s[k]
        units.append(gamma[k] * jacobian @ g[:, k])
    return np.transpose(units)


def backward_in_the_papers_steps(g, z, gamma, eps):
    n, mu, v = len(z), z.mean(axis=0), z.var(axis=0)
    d_hat = g * gamma
    dv = (d_hat * (z - mu)).sum(axis=0) * -0.5 * (v + eps) ** -1.5
    dmu = -d_hat.sum(axis=0) / np.sqrt(v + eps)
    return d_hat / np.sqrt(v + eps) + dv * 2 * (z - mu) / n + dmu / n


def running_by_the_layer(batches, keep):
    norm = Sequential([BatchNorm(momentum=keep)], n_in=batches[0].shape[1]).layers[0]
    for z in batches:
        norm.forward(z, training=True)
    return np.vstack([norm.buffers["running_mean"], norm.buffers["running_var"]])


def reestimate_by_many_passes(net, x):
    net = net.copy()
    for layer in net.layers:
        if isinstance(layer, BatchNorm):
            layer.momentum = 0.5
    for _ in range(20):
        net.forward(x, training=True)
    return net


def reestimate_with_nothing_kept(net, x):
    net = net.copy()
    norms = [layer for layer in net.layers if isinstance(layer, BatchNorm)]
    for norm in norms:
        norm.momentum = 0.0
    net.forward(x, training=True)
    for norm in norms:
        norm.momentum = 0.99
    return net


OTHER_ROADS = [
    ("batch-normalization-4", normalize_by_loops),
    ("batch-normalization-4", normalize_by_the_layer),
    ("batch-normalization-5", backward_by_the_jacobian),
    ("batch-normalization-5", backward_in_the_papers_steps),
    ("batch-normalization-6", running_by_the_layer),
    ("batch-normalization-7", reestimate_by_many_passes),
    ("batch-normalization-7", reestimate_with_nothing_kept),
    ("batch-normalization-8", 0.3),
    ("batch-normalization-8", np.float32(0.5)),
]
