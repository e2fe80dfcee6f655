"""tipslib: the loop that ``train`` makes, written out."""

from collections.abc import Callable

import numpy as np
from works import Data, Work

from tipslib.losses import binary_cross_entropy, softmax_cross_entropy
from tipslib.networks import mlp
from tipslib.optimizers import SGD, Adam


def make(work: Work) -> Callable[[int], None]:
    """Return a function that makes k steps."""
    data = Data(work)
    net = mlp(work.widths, batch_norm=work.batch_norm, dropout=work.dropout, dtype=np.float32, runs=work.runs)
    lr = np.array(work.rates)[:, None] if work.runs else work.rates[0]
    optimizer = Adam(lr) if work.adam else SGD(lr)
    loss = binary_cross_entropy if work.binary else softmax_cross_entropy

    def run(k: int) -> None:
        for x, y in data.batches(k):
            net.backward(loss(net.forward(x, training=True), y)[1], inputs=False)
            optimizer.step(net.params, net.grads, net.decays)

    return run


PEERS = {"tipslib": make}
