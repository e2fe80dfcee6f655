"""Right answers to the exercises of the chapter on adaptive learning rates."""

import numpy as np

from tipslib.optimizers import AdamW, Momentum, Nesterov


def adam_by_sums(grads, lr, beta1, beta2, eps):
    changes = []
    for t in range(1, len(grads) + 1):
        old = np.arange(t)[::-1, None]
        m, v = ((b**old * g).sum(axis=0) / (b**old).sum() for b, g in ((beta1, grads[:t]), (beta2, grads[:t] ** 2)))
        changes.append([float(-lr * a / (b**0.5 + eps)) for a, b in zip(m, v, strict=True)])
    return changes


def adam_with_effective_rate(grads, lr, beta1, beta2, eps):
    m, v, out = np.zeros(grads.shape[1]), np.zeros(grads.shape[1]), np.empty_like(grads)
    for i, g in enumerate(grads):
        m += (1 - beta1) * (g - m)
        v += (1 - beta2) * (g * g - v)
        root = np.sqrt(1 - beta2 ** (i + 1))
        out[i] = -lr * root / (1 - beta1 ** (i + 1)) * m / (np.sqrt(v) + root * eps)
    return out


def velocity_by_the_library(gradient, theta, v, lr, beta):
    optimizer, ahead = Nesterov(lr, beta), theta - lr * beta * v
    optimizer.step(ahead.copy(), np.zeros_like(ahead))
    optimizer.v[:] = v
    optimizer.step(ahead.copy(), gradient(ahead))
    return optimizer.v


def adamw_by_the_library(theta, grads, lr, decay):
    optimizer, theta = AdamW(lr, weight_decay=decay), theta.copy()
    for g in grads:
        optimizer.step(theta, g)
    return theta


def rate_by_norms(gradients, lr):
    growth = np.linalg.norm(gradients[-1]) / np.linalg.norm(gradients[-2])
    return np.float32(2 * lr / (1 + growth))


def valley_by_hand(gradient, theta):
    v = [0.0, 0.0]
    x = [float(theta[0]), float(theta[1])]
    for _ in range(180):
        g = gradient(x)
        v = [0.93 * a + b for a, b in zip(v, g, strict=True)]
        x = [a - 0.0028 * b for a, b in zip(x, v, strict=True)]
    return x


def valley_in_place(gradient, theta):
    optimizer = Momentum(0.003)
    for _ in range(200):
        optimizer.step(theta, gradient(theta))
    return theta


OTHER_ROADS = [
    ("adaptive-learning-rates-5", adam_by_sums),
    ("adaptive-learning-rates-5", adam_with_effective_rate),
    ("adaptive-learning-rates-6", velocity_by_the_library),
    ("adaptive-learning-rates-6", lambda slope, x, v, lr, beta: slope(x - beta * lr * v) + v * beta),
    ("adaptive-learning-rates-7", adamw_by_the_library),
    ("adaptive-learning-rates-8", rate_by_norms),
    ("adaptive-learning-rates-9", valley_by_hand),
    ("adaptive-learning-rates-9", valley_in_place),
]
