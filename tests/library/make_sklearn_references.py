"""Write sklearn.npz: what scikit-learn computes, for the tests of preprocessing and metrics to compare with.

Run in an environment with scikit-learn and NumPy: python tests/library/make_sklearn_references.py
The live comparison (tests/parity) runs it with other random numbers: make_sklearn_references.py --seed 7 --out live.npz
"""

import argparse
from pathlib import Path

import numpy as np
from sklearn.decomposition import PCA
from sklearn.metrics import accuracy_score, confusion_matrix
from sklearn.preprocessing import StandardScaler

found: dict[str, np.ndarray] = {}


def standardizer(rng: np.random.Generator) -> None:
    """Fit to features of all kinds: usual, constant (also up to rounding), small beside a large mean."""
    n = 40
    constant = [np.full(n, value) for value in (0.0, 0.1, -1e8 / 3)]
    x = np.stack([*constant, 5 + 3 * rng.normal(size=n), 1e-6 * rng.normal(size=n), 1e6 + rng.normal(size=n)], axis=1)
    new = x[:7] + rng.normal(size=(7, x.shape[1]))
    scaler = StandardScaler().fit(x)
    found.update({"standardizer x": x, "standardizer new": new, "standardizer transform": scaler.transform(new)})
    found["standardizer inverse_transform"] = scaler.inverse_transform(new)
    found.update({f"standardizer {name}": getattr(scaler, name) for name in ("mean_", "var_", "scale_")})


LEARNED = "mean_", "components_", "explained_variance_", "explained_variance_ratio_", "singular_values_"


def pca(rng: np.random.Generator) -> None:
    for shape, d in {"tall": (200, 5), "wide": (5, 8)}.items():
        x = 2 + rng.normal(size=d) @ rng.normal(size=(d[1], d[1]))
        new = 2 + rng.normal(size=(4, d[1]))
        found.update({f"pca {shape} x": x, f"pca {shape} new": new})
        for kept in (None, 3):
            # The last component of centered data with N <= D is noise: its direction means nothing.
            fitted = PCA(d[0] - 1 if kept is None and shape == "wide" else kept).fit(x)
            z = fitted.transform(new)
            found.update({f"pca {shape} {kept} {name}": getattr(fitted, name) for name in LEARNED})
            found[f"pca {shape} {kept} transform"] = z
            found[f"pca {shape} {kept} inverse_transform"] = fitted.inverse_transform(z)
    fitted = PCA(whiten=True).fit(found["pca tall x"])  # whitened, then rotated back, is ZCA without an eps
    found["zca 0.0"] = fitted.transform(found["pca tall new"]) @ fitted.components_
    fitted = PCA().fit(found["pca tall x"])
    scale = np.sqrt(fitted.explained_variance_ + 0.1)
    found["zca 0.1"] = fitted.transform(found["pca tall new"]) / scale @ fitted.components_


def metrics(rng: np.random.Generator) -> None:
    labels, logits = rng.integers(4, size=60), rng.normal(size=(60, 4))
    logits[np.arange(60), labels] += 1
    found.update({"metrics labels": labels, "metrics logits": logits})
    found["accuracy"] = np.array(accuracy_score(labels, logits.argmax(axis=1)))
    found["confusion_matrix"] = confusion_matrix(labels, logits.argmax(axis=1))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=2024)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("sklearn.npz"))
    options = parser.parse_args()
    for part in (standardizer, pca, metrics):
        part(np.random.default_rng(options.seed))
    np.savez_compressed(options.out, **found)
