"""Fit digits by least squares on random ReLU features and keep the errors: double descent.

200 training images; features max(0, x V), V of shape (64, P) with standard normal entries / 8; a linear map to ten
outputs, 1 for the class and 0 for the others, of the smallest mean squared error + strength * sum of w^2. At strength 0
that is the solution of minimum norm. Five draws of the features, and of the wrong labels. It takes about a minute; run
it from this folder: `python regularization_double_descent.py`.
"""

from pathlib import Path

import numpy as np

from tipslib.datasets import digits

FEATURES = (10, 20, 50, 100, 150, 180, 200, 220, 250, 400, 800, 1600, 3200)
SHARES = (0.0, 0.2)  # of wrong training labels
STRENGTHS = (0.0, 0.0005, 0.005, 0.05, 0.5)
N, SEEDS = 200, 5
FILE = Path(__file__).with_name("regularization-double-descent.npz")


def errors(features: int, share: float, seed: int) -> np.ndarray:
    """Return the share of errors on the training labels and on the test images, for each strength, (strengths, 2)."""
    data = digits(n=N).with_label_noise(share, seed=seed)
    V = np.random.default_rng(seed).normal(size=(64, features)) / 8
    train, test = (np.maximum(part.x @ V, 0) for part in (data.train, data.test))
    U, singular, axes = np.linalg.svd(train, full_matrices=False)
    keep, targets, found = singular > 1e-10 * singular[0], U.T @ np.eye(10)[data.train.y], []
    for strength in STRENGTHS:
        with np.errstate(divide="ignore", invalid="ignore"):
            factors = np.where(keep, singular / (singular**2 + N * strength), 0.0)
        weights = axes.T @ (factors[:, None] * targets)
        pairs = (train, data.train.y), (test, data.test.y)
        found.append([((x @ weights).argmax(axis=1) != y).mean() for x, y in pairs])
    return np.array(found)


def main() -> None:
    found = np.zeros((len(SHARES), len(FEATURES), SEEDS, len(STRENGTHS), 2), np.float32)
    for place in np.ndindex(found.shape[:3]):
        found[place] = errors(FEATURES[place[1]], SHARES[place[0]], place[2])
    print(found.mean(axis=2)[..., 1].round(3))
    np.savez_compressed(FILE, features=FEATURES, strengths=STRENGTHS, errors=np.moveaxis(found, 2, -1))


if __name__ == "__main__":
    main()
