"""scikit-learn's MLPClassifier: one pass over as many examples as the steps need; its checks once per call included."""

import warnings
from collections.abc import Callable

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from works import Data, Work

warnings.filterwarnings("ignore", category=ConvergenceWarning)


def network(work: Work, lr: float) -> MLPClassifier:
    return MLPClassifier(
        work.widths[1:-1],
        solver="adam" if work.adam else "sgd",
        alpha=0.0,
        batch_size=work.rows,
        learning_rate_init=lr,
        momentum=0.0,
        nesterovs_momentum=False,
        n_iter_no_change=10**9,
        tol=0.0,
        random_state=0,
    )


def make(work: Work) -> Callable[[int], None] | str:
    """Return a function that makes k steps, or why there is none."""
    if work.batch_norm or work.dropout:
        return "has no such layer"
    data = Data(work)
    nets = [network(work, lr) for lr in work.rates]
    labels = data.y.ravel().astype(int)
    classes = np.unique(labels)

    def run(k: int) -> None:
        for net in nets:
            if data.full:  # one example set, k passes
                net.set_params(max_iter=k, warm_start=True)
                net.fit(data.x, labels)
            else:
                rows = np.resize(np.arange(len(labels)), k * work.rows)
                net.partial_fit(data.x[rows], labels[rows], classes=classes)

    return run


PEERS = {"scikit-learn": make}
