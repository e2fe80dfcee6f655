"""Make src/tipslib/data/digits.npz from scikit-learn's copy of the digits (needs scikit-learn; tipslib does not).

The order is stratified at every place: within its class each image gets an even place with a random shift, and all
images are sorted by it. So any stretch of the order holds the classes in nearly equal shares: the three splits do, and
so do the first n training images.
"""

from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

TARGET = Path(__file__).parents[1] / "src" / "tipslib" / "data" / "digits.npz"


def stratified_order(y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    place = np.empty(len(y))
    for k in np.unique(y):
        members = rng.permutation(np.flatnonzero(y == k))
        place[members] = (np.arange(len(members)) + rng.random(len(members))) / len(members)
    return np.argsort(place)


if __name__ == "__main__":
    digits = load_digits()
    order = stratified_order(digits.target, np.random.default_rng(0))
    np.savez_compressed(
        TARGET,
        x=digits.data.astype(np.uint8),
        y=digits.target.astype(np.uint8),
        order=order.astype(np.uint16),
    )
    print(f"{TARGET.name}: {TARGET.stat().st_size} bytes")
