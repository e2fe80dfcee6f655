"""Right answers to the exercises of the chapter on early stopping."""

import numpy as np

from tipslib.history import Epoch
from tipslib.networks import mlp
from tipslib.optimizers import Adam
from tipslib.regularizers import l2
from tipslib.stopping import EarlyStopping, progress_quotient
from tipslib.training import evaluate, train


def stop_by_counting(losses, patience):
    best, wait = 0, 0
    for i in range(1, len(losses)):
        if losses[i] < losses[best]:
            best, wait = i, 0
        else:
            wait += 1
        if wait == patience:
            return [i + 1, best + 1]
    return [len(losses), best + 1]


def stop_by_the_library(losses, patience):
    stop = EarlyStopping(patience=patience)
    for epoch, loss in enumerate(losses, start=1):
        if stop(Epoch(epoch, 0, 0, 0, loss, 0, 0, 0)):
            break
    return np.array([epoch, stop.best_epoch], dtype=float)


def quotients_by_loops(train_loss, val_loss, k):
    found = []
    for t in range(k, len(val_loss) + 1, k):
        lowest = min(val_loss[:t])
        strip = list(train_loss[t - k : t])
        found.append((val_loss[t - 1] / lowest - 1) / 10 / (sum(strip) / (k * min(strip)) - 1))
    return found


def quotients_by_the_library(train_loss, val_loss, k):
    quotients = progress_quotient(train_loss, val_loss, strip=k)
    return quotients[~np.isnan(quotients)]


def restore_by_the_library(rows, net, patience):
    stop = EarlyStopping("val_accuracy", patience=patience)
    for row in rows:
        if stop(row, net):
            break
    stop.restore(net)
    return stop.best_epoch


def restore_from_a_copy(rows, net, patience):
    kept, top, best = net.copy(), -1.0, 0
    for row in rows:
        if row.val_accuracy > top:
            kept, top, best = net.copy(), row.val_accuracy, row.epoch
        elif row.epoch == best + patience:
            break
    np.copyto(net.params, kept.params)
    np.copyto(net.buffers, kept.buffers)
    return float(best)


def report_by_networks(val_accuracy, test_accuracy):
    epochs = [list(row).index(max(row)) for row in val_accuracy]
    best = max(range(len(epochs)), key=lambda net: val_accuracy[net][epochs[net]])
    return test_accuracy[best][epochs[best]]


def train_with_l2(splits):
    net, best = mlp([64, 50, 10]), (0.0, None)
    for _ in train(net, splits, Adam(0.003), epochs=40, batch_size=50, penalty=l2(0.05)):
        best = max(best, (evaluate(net, splits.val)[1], net.copy()), key=lambda pair: pair[0])
    return best[1]


OTHER_ROADS = [
    ("early-stopping-5", stop_by_counting),
    ("early-stopping-5", stop_by_the_library),
    ("early-stopping-6", quotients_by_loops),
    ("early-stopping-6", quotients_by_the_library),
    ("early-stopping-7", restore_by_the_library),
    ("early-stopping-7", restore_from_a_copy),
    ("early-stopping-8", report_by_networks),
    ("early-stopping-9", train_with_l2),
]
