"""Training: batches, rows, early stopping, divergence; and runs that are single trainings side by side."""

import pickle
import sys
import time
from types import SimpleNamespace

import numpy as np
import pytest
from registry import LOSSES, OPTIMIZERS, exactly, targets

from tipslib.activations import tanh
from tipslib.datasets import Examples, Splits, digits
from tipslib.initializers import normal
from tipslib.layers import Dense, Layer
from tipslib.losses import mean_squared_error, softmax_cross_entropy
from tipslib.networks import Sequential, mlp
from tipslib.optimizers import SGD, Adam
from tipslib.regularizers import Regularizer
from tipslib.training import DivergenceError, EarlyStopping, Epoch, History, evaluate, fit, train

DATA = digits(n=100)


class Recorder(Layer):
    """Passes on what comes in, and remembers the batches of training."""

    def __init__(self):
        self.batches = []

    def forward(self, x, *, training=False):
        if training:
            self.batches.append(x.copy())
        return x.copy()

    def backward(self, dy, *, inputs=True):
        return dy.copy()


def row(epoch, value):
    return Epoch(epoch, epoch, value, value, value, value, 0.1, 0.0)


def numbered(n, runs=None):
    """Return splits in which the input of an example is its number."""
    x = np.arange(float(n))[:, None]
    examples = Examples(x, np.zeros(n, np.int64))
    return Splits(examples, examples, examples)


def test_every_epoch_visits_every_example_once_in_a_new_order():
    net = Sequential([Recorder(), Dense(2)], 1)
    for _ in train(net, numbered(10), SGD(0.0), epochs=3, batch_size=4):
        pass
    batches = net.layers[0].batches
    assert [len(batch) for batch in batches] == [4, 4, 2] * 3
    epochs = [np.concatenate(batches[i : i + 3]).ravel().tolist() for i in (0, 3, 6)]
    assert [sorted(epoch) for epoch in epochs] == [list(range(10))] * 3
    assert len({tuple(epoch) for epoch in epochs}) == 3
    assert len({frozenset(epoch[:4]) for epoch in epochs}) > 1  # the same rows do not share a batch for ever


def test_the_seed_decides_the_order():
    def first_batch(seed):
        net = Sequential([Recorder(), Dense(2)], 1)
        next(train(net, numbered(10), SGD(0.0), seed=seed))
        return net.layers[0].batches[0].tolist()

    assert first_batch(1) == first_batch(1) != first_batch(2)


def test_rows_say_what_they_measure():
    net = mlp([64, 10])
    rows = list(train(net, DATA, SGD(0.1), epochs=3, batch_size=30))
    assert [(r.epoch, r.step) for r in rows] == [(1, 4), (2, 8), (3, 12)]
    last = rows[-1]
    for name in ("train", "val"):
        x, y = getattr(DATA, name)
        outputs = net.predict(x)
        assert getattr(last, f"{name}_loss") == pytest.approx(softmax_cross_entropy(outputs, y)[0], rel=1e-12)
        assert getattr(last, f"{name}_accuracy") == pytest.approx((outputs.argmax(axis=1) == y).mean(), rel=1e-12)
    assert last.lr == 0.1
    assert last.seconds > 0
    assert all(isinstance(value, float) for value in last[2:])


def test_training_is_the_loop_one_would_write():
    net, other = mlp([64, 8, 10]), mlp([64, 8, 10])
    list(train(net, DATA, SGD(0.1), epochs=2, batch_size=32, seed=7))
    rng = np.random.default_rng(7)
    for _ in range(2):
        order = rng.permutation(100)
        for start in range(0, 100, 32):
            batch = order[start : start + 32]
            _, gradient = softmax_cross_entropy(other.forward(DATA.train.x[batch], training=True), DATA.train.y[batch])
            other.backward(gradient)
            other.params -= 0.1 * other.grads
    np.testing.assert_allclose(net.params, other.params, rtol=1e-12)


def test_five_networks_learn_the_digits():
    history = fit(mlp([64, 50, 10], runs=5, batch_norm=True, dropout=0.2), digits(), Adam(0.003), epochs=5)
    assert history.val_accuracy.shape == (5, 5)
    assert (history.val_accuracy[-1] > 0.93).all()
    assert (history.train_loss[-1] < history.train_loss[0]).all()


@pytest.mark.parametrize("batch_norm", [False, True])
def test_runs_are_single_trainings(batch_norm):
    options = {"batch_norm": batch_norm, "dropout": 0.3, "activation": tanh}
    rates = [0.1, 0.03]
    together = mlp([64, 8, 10], seed=3, runs=2, **options)
    history = fit(together, DATA, SGD(np.array(rates)[:, None]), epochs=5, batch_size=25, seed=11)  # 20 steps
    assert history.lr.tolist() == [rates] * 5
    for r, lr in enumerate(rates):
        alone = mlp([64, 8, 10], seed=3 + r, **options)
        single = fit(alone, DATA, SGD(lr), epochs=5, batch_size=25, seed=11 + r)
        np.testing.assert_allclose(together.params[r], alone.params, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(together.buffers[r], alone.buffers, rtol=1e-12, atol=1e-12)
        for name in ("train_loss", "train_accuracy", "val_loss", "val_accuracy"):
            np.testing.assert_allclose(getattr(history, name)[:, r], getattr(single, name), rtol=1e-12)


@pytest.mark.parametrize("loss", LOSSES)
def test_runs_may_have_data_of_their_own(loss):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 12, 3)), targets(loss, rng, (2, 12, 2))
    own = Splits(*[Examples(x, y)] * 3)
    together = mlp([3, 4, 2], runs=2)
    history = fit(together, own, SGD(0.1), loss=LOSSES[loss], epochs=3, batch_size=5)
    for r in range(2):
        alone = mlp([3, 4, 2], seed=r)
        single = fit(
            alone, Splits(*[Examples(x[r], y[r])] * 3), SGD(0.1), loss=LOSSES[loss], epochs=3, batch_size=5, seed=r
        )
        np.testing.assert_allclose(together.params[r], alone.params, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(history.val_loss[:, r], single.val_loss, rtol=1e-12)


def test_a_schedule_gives_the_rate_of_the_last_step():
    history = fit(mlp([64, 10]), DATA, SGD(lambda t: 0.1 / (1 + t)), epochs=2, batch_size=50)
    np.testing.assert_allclose(history.lr, [0.1 / 2, 0.1 / 4])


def test_targets_have_no_accuracy():
    rng = np.random.default_rng(0)
    examples = Examples(rng.normal(size=(20, 2)), rng.normal(size=(20, 1)))
    splits = Splits(examples, examples, examples)
    for runs in (None, 2):
        history = fit(mlp([2, 4, 1], runs=runs), splits, SGD(0.1), loss=mean_squared_error, epochs=2)
        assert np.isnan(history.train_accuracy).all()
        assert (history.train_loss[1] < history.train_loss[0]).all()


def test_evaluate_counts_every_example_once():
    """2500 examples are measured in three pieces of different size."""
    rng = np.random.default_rng(0)
    examples = Examples(rng.normal(size=(2500, 3)), rng.integers(2, size=2500))
    net = mlp([3, 2])
    value, accuracy = evaluate(net, examples)
    assert value == pytest.approx(softmax_cross_entropy(net.predict(examples.x), examples.y)[0], rel=1e-12)
    assert accuracy == pytest.approx((net.predict(examples.x).argmax(axis=1) == examples.y).mean())


def test_measuring_changes_nothing():
    net = mlp([64, 8, 10], batch_norm=True, dropout=0.5)
    before = net.copy()
    evaluate(net, DATA.train)
    np.testing.assert_array_equal(net.buffers, before.buffers)
    np.testing.assert_array_equal(net.forward(DATA.train.x, training=True), before.forward(DATA.train.x, training=True))


def test_a_penalty_is_added_to_the_gradient_and_not_to_the_loss():
    """Without data that pulls, theta <- theta - lr (theta + 0): 0.9 per step."""
    net = mlp([64, 10])
    W = net.layers[0].params["W"]
    W[...] = 1.0
    zero = Splits(*[Examples(np.zeros((10, 64)), np.arange(10))] * 3)
    history = fit(net, zero, SGD(0.1), epochs=2, batch_size=10, penalty=lambda params, decays: (1e9, decays * params))
    np.testing.assert_allclose(W, 0.81, rtol=1e-12)
    np.testing.assert_allclose(history.train_loss, np.log(10), rtol=1e-12)


def test_clip_norm_limits_the_step():
    net = mlp([64, 10])
    before = net.params.copy()
    fit(net, DATA, SGD(1.0), epochs=1, batch_size=100, clip_norm=1e-3)
    assert np.linalg.norm(net.params - before) == pytest.approx(1e-3, rel=1e-9)


def test_float32_stays_float32():
    net, optimizer = mlp([64, 8, 10], dtype=np.float32), Adam(0.01)
    fit(net, DATA, optimizer, epochs=1)
    assert {net.params.dtype, net.grads.dtype, optimizer.m.dtype} == {np.dtype(np.float32)}


def test_stop_asking_stops_the_training():
    net = mlp([64, 10])
    for epoch in train(net, DATA, SGD(0.1), epochs=1000):
        if epoch.epoch == 2:
            break
    assert epoch.step == 8
    assert list(train(net, DATA, SGD(0.1), epochs=0)) == []


def test_history():
    history = History([row(1, 0.5), row(2, 0.25)])
    assert len(history) == 2
    assert history[-1].epoch == 2
    assert [r.epoch for r in history] == [1, 2]
    assert history.val_loss.tolist() == [0.5, 0.25]
    assert history[1:].val_loss.tolist() == [0.25]
    assert repr(history) == "History(2 epochs)"
    assert pickle.loads(pickle.dumps(history)).step.tolist() == [1, 2]
    message = (
        "A History has the columns epoch, step, train_loss, train_accuracy, val_loss, val_accuracy, lr, seconds, "
        "got 'loss'."
    )
    with pytest.raises(AttributeError, match=exactly(message)):
        _ = history.loss


@pytest.mark.parametrize(
    ("monitor", "values", "patience", "min_delta", "stops_at", "best"),
    [
        ("val_loss", [5, 4, 4, 4, 3], 2, 0.0, 4, 2),
        ("val_loss", [5, 4, 4, 3, 3, 3], 2, 0.0, 6, 4),
        ("val_loss", [5, 4.95, 4.9, 4.8], 2, 0.3, 3, 1),
        ("val_loss", [5, 4, np.nan, np.nan], 2, 0.0, 4, 2),
        ("train_accuracy", [0.5, 0.4, 0.6, 0.6], 1, 0.0, 2, 1),
        ("val_accuracy", [0.5, 0.6, 0.7, 0.8], 1, 0.0, None, 4),
    ],
)
def test_early_stopping(monitor, values, patience, min_delta, stops_at, best):
    stop = EarlyStopping(monitor, patience, min_delta)
    answers = []
    for epoch, value in enumerate(values, 1):
        answers.append(stop(row(epoch, value)))
        if answers[-1]:
            break
    assert any(answers) == (stops_at is not None)
    assert len(answers) == (stops_at or len(values))
    assert stop.best_epoch == best


def test_the_best_epoch_is_restored_bit_for_bit():
    def start():
        return mlp([64, 30, 10], batch_norm=True, dropout=0.5)

    stop = EarlyStopping("val_loss", patience=3)
    net = start()
    history = fit(net, DATA, Adam(0.05), epochs=60, stop=stop)
    assert len(history) == stop.best_epoch + 3 < 60
    assert history.val_loss.argmin() + 1 == stop.best_epoch
    other = start()
    fit(other, DATA, Adam(0.05), epochs=stop.best_epoch)
    np.testing.assert_array_equal(net.predict(DATA.val.x), other.predict(DATA.val.x))
    np.testing.assert_array_equal(net.buffers, other.buffers)


def test_the_best_epoch_is_restored_when_time_runs_out():
    stop, net = EarlyStopping("val_loss", patience=50), mlp([64, 10])
    history = fit(net, DATA, SGD(2.0), epochs=5, stop=stop)
    assert evaluate(net, DATA.val)[0] == history.val_loss.min()


def test_without_restore_the_last_epoch_stays():
    net = mlp([64, 10])
    history = fit(net, DATA, SGD(2.0), epochs=5, stop=EarlyStopping(patience=50, restore_best=False))
    assert evaluate(net, DATA.val)[0] == history.val_loss[-1]


def test_each_run_stops_at_its_own_best_epoch():
    rates = [1.0, 0.1, 0.003]
    stop = EarlyStopping("val_loss", patience=2)
    together = mlp([64, 20, 10], runs=3)
    history = fit(together, DATA, SGD(np.array(rates)[:, None]), epochs=12, stop=stop)
    ends = []
    for r, lr in enumerate(rates):
        single, alone = EarlyStopping("val_loss", patience=2), mlp([64, 20, 10], seed=r)
        ends.append(len(fit(alone, DATA, SGD(lr), epochs=12, stop=single, seed=r)))
        assert stop.best_epoch[r] == single.best_epoch
        np.testing.assert_allclose(together.params[r], alone.params, rtol=1e-12, atol=1e-12)
    assert len(set(ends)) > 1
    assert len(history) == max(ends)


def test_a_run_out_of_patience_improves_no_more():
    stop, net = EarlyStopping("val_loss", patience=1), mlp([1, 1], runs=2)
    for epoch, values in enumerate([[5.0, 5.0], [6.0, 4.0], [1.0, 3.0], [0.5, 4.0]], 1):
        net.params[...] = epoch
        assert stop(row(epoch, np.array(values)), net) == (epoch == 4)
    assert stop.best_epoch.tolist() == [1, 3]
    stop.restore(net)
    assert net.params.tolist() == [[1.0, 1.0], [3.0, 3.0]]


def test_any_function_of_row_and_network_can_stop():
    assert len(fit(mlp([64, 10]), DATA, SGD(0.1), stop=lambda row, net: row.epoch == 3)) == 3


def test_restoring_needs_a_network():
    stop = EarlyStopping()
    stop(row(1, 1.0))
    message = "EarlyStopping has no network to restore: call it with the row and the network."
    with pytest.raises(RuntimeError, match=exactly(message)):
        stop.restore(mlp([1, 1]))


def test_divergence_is_named_and_keeps_the_history():
    """Two steps per epoch; the fifth is far too long, so that the sixth has no loss."""
    with pytest.raises(DivergenceError) as caught:
        fit(mlp([64, 20, 10]), DATA, SGD(lambda t: 0.1 if t < 4 else 1e200), epochs=9, batch_size=50)
    error = caught.value
    assert (error.epoch, error.step) == (3, 5)
    assert error.history.epoch.tolist() == [1, 2]
    assert np.isfinite(error.history.val_loss).all()


class Growing(SGD):
    """Makes two good steps, then multiplies the weights by 1e200."""

    def update(self, params, grads, lr, decays):
        super().update(params, grads, lr, decays)
        if self.t >= 2:
            params *= 1e200


def test_the_message_of_a_divergence_names_epoch_step_gradient_and_layer():
    net = mlp([64, 20, 10])
    with pytest.raises(DivergenceError) as caught:
        fit(net, DATA, Growing(0.1), epochs=9, batch_size=50)
    error = caught.value
    assert (error.epoch, error.step, len(error.history)) == (2, 3, 1)
    sizes = {(i, name): abs(g).max() for i, layer in enumerate(net.layers) for name, g in layer.grads.items()}
    (i, name), size = max(sizes.items(), key=lambda item: item[1])
    assert str(error) == (
        f"The loss became nan in epoch 2, step 3. The largest gradient of the step before was {size:.3g}, "
        f"in layer {i}, {net.layers[i]}, {name}: a smaller lr or clip_norm may help."
    )


def test_divergence_in_the_last_step_is_seen_too():
    with pytest.raises(DivergenceError, match="in epoch 1, step 3"):
        fit(mlp([64, 20, 10]), DATA, Growing(0.1), epochs=1, batch_size=34)


def test_a_diverging_run_is_named():
    net = mlp([64, 20, 10], runs=2)
    with pytest.raises(
        DivergenceError, match=r"^The loss of run 1 became (nan|inf) in epoch 1, step \d+\. The largest"
    ):
        fit(net, DATA, SGD(np.array([[0.1], [1e200]])), epochs=2)


def test_divergence_before_the_first_step():
    message = (
        "The loss became nan in epoch 1, step 0. No step had been made: look at the data and at the first weights."
    )
    with pytest.raises(DivergenceError, match=exactly(message)):
        fit(mlp([64, 10, 10], init=normal(1e200)), DATA, SGD(0.1))


def test_a_bar_shows_the_progress(monkeypatch):
    seen = []
    bar = SimpleNamespace(tqdm=lambda rows, *, total, unit: seen.append((total, unit)) or rows)
    monkeypatch.setitem(sys.modules, "tqdm", SimpleNamespace(auto=bar))
    monkeypatch.setitem(sys.modules, "tqdm.auto", bar)
    assert len(fit(mlp([64, 10]), DATA, SGD(0.1), epochs=2, progress=True)) == 2
    assert seen == [(2, "epoch")]


def test_a_bar_needs_tqdm(monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm", None)
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    with pytest.raises(ImportError, match=exactly("progress=True needs tqdm: pip install tqdm.")):
        fit(mlp([64, 10]), DATA, SGD(0.1), epochs=2, progress=True)


def of(x, y):
    return Splits(*[Examples(x, y)] * 3)


def start(splits=DATA, **options):
    return train(mlp([64, 10]), splits, SGD(0.1), **options)


BAD = "splits.train needs x (N, D) and as many labels or targets, got"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: start(batch_size=0), "train needs batch_size, an integer >= 1, got 0."),
        (lambda: start(epochs=-1), "train needs epochs, an integer >= 0, got -1."),
        (lambda: start(epochs=1.5), "train needs epochs, an integer >= 0, got 1.5."),
        (lambda: start(clip_norm=0.0), "train needs clip_norm, finite and > 0, got 0.0."),
        (lambda: start(seed=-1), "A generator needs a seed, an integer >= 0, got -1."),
        (lambda: start(of(np.ones((3, 64)), np.zeros(2, int))), f"{BAD} (3, 64) and (2,)."),
        (lambda: start(of(np.ones(64), np.zeros(1, int))), f"{BAD} (64,) and (1,)."),
        (lambda: start(of(np.ones((3, 64)), np.zeros(3))), f"{BAD} (3, 64) and (3,)."),
        (lambda: start(of(np.ones((1, 64)), np.array(0))), f"{BAD} (1, 64) and ()."),
        (lambda: start(of(np.ones((0, 64)), np.zeros(0, int))), f"{BAD} (0, 64) and (0,)."),
        (lambda: EarlyStopping("seconds"), "EarlyStopping needs a loss or an accuracy to monitor, got 'seconds'."),
        (lambda: EarlyStopping("loss"), "EarlyStopping needs a loss or an accuracy to monitor, got 'loss'."),
        (lambda: EarlyStopping(patience=0), "EarlyStopping needs patience, an integer >= 1, got 0."),
        (lambda: EarlyStopping(min_delta=-1.0), "EarlyStopping needs min_delta, finite and >= 0, got -1.0."),
    ],
)
def test_errors(call, message):
    with pytest.raises(ValueError, match=exactly(message)):
        call()


@pytest.mark.parametrize("make", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_every_optimizer_trains(make):
    history = fit(mlp([64, 20, 10]), DATA, make(), epochs=5)
    assert history.train_loss[-1] < 0.5 * history.train_loss[0]


def test_the_usual_training():
    data = digits(n=40)
    rows = list(train(mlp([64, 10]), data, SGD(0.1)))
    same = train(mlp([64, 10]), data, SGD(0.1), epochs=20, batch_size=32, seed=0)
    assert [row[:3] for row in rows] == [row[:3] for row in same]
    assert [row[:3] for row in fit(mlp([64, 10]), data, SGD(0.1)).rows] == [row[:3] for row in rows]


def test_seconds_are_those_of_the_epoch():
    start = time.perf_counter()
    rows = list(train(mlp([64, 10]), digits(n=40), SGD(0.1), epochs=3))
    assert 0 < sum(row.seconds for row in rows) <= time.perf_counter() - start


def test_what_follows_a_step_gets_the_rate_of_that_step():
    class Listens(Regularizer):
        def __init__(self):
            self.rates = []

        def after_step(self, net, lr):
            self.rates.append(lr)

    penalty = Listens()
    list(train(mlp([64, 10]), digits(n=40), SGD(lambda t: 0.5**t), epochs=1, batch_size=10, penalty=penalty))
    assert penalty.rates == [1.0, 0.5, 0.25, 0.125]


def test_a_penalty_of_another_type_is_refused_at_the_call():
    message = "A penalty is such as l2(0.01), a function of (params, decays) or None, got 0.1."
    with pytest.raises(TypeError, match=exactly(message)):
        start(penalty=0.1)


def test_numpy_warns_between_the_epochs_as_before():
    """Only what computes an epoch is quiet."""
    rows = train(mlp([64, 20, 10]), DATA, SGD(0.1), epochs=2)
    next(rows)
    with pytest.raises(RuntimeWarning, match="overflow"):
        np.float64(1e300) * np.float64(1e300)
