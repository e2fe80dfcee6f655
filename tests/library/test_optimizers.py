"""What every optimizer promises, with PyTorch's numbers as the reference."""

import inspect
import pickle

import comparisons
import numpy as np
import pytest
from registry import BASES, OPTIMIZERS, exactly, public

from tipslib import optimizers
from tipslib.losses import softmax_cross_entropy
from tipslib.networks import mlp
from tipslib.optimizers import (
    SGD,
    AdaGrad,
    Adam,
    AdamW,
    AMSGrad,
    Momentum,
    Nesterov,
    Optimizer,
    RMSProp,
    clip_by_norm,
    clip_by_value,
)

each_optimizer = pytest.mark.parametrize("make", OPTIMIZERS.values(), ids=OPTIMIZERS)


def walk(optimizer, start, gradient, steps):
    theta, path = start.copy(), []
    for t in range(steps):
        optimizer.step(theta, gradient(theta, t))
        path.append(theta.copy())
    return np.array(path)


def test_registry_holds_every_optimizer():
    classes = {name for name in public(optimizers) if inspect.isclass(getattr(optimizers, name))}
    assert {type(make()).__name__ for make in OPTIMIZERS.values()} == classes - BASES


@comparisons.each("optimizers")
def test_fifty_steps_equal_pytorch(compare, found):
    comparisons.agree(compare, found)


@each_optimizer
def test_lr_zero_changes_nothing(make):
    start = np.array([1.0, -2.0])
    path = walk(make(0.0), start, lambda theta, t: np.array([3.0, -1e3]), 5)
    np.testing.assert_array_equal(path, [start] * 5)


@each_optimizer
def test_reaches_the_minimum_of_a_quadratic(make):
    path = walk(make(), np.array([1.0, -2.0]), lambda theta, t: np.array([1.0, 3.0]) * theta, 1000)
    np.testing.assert_allclose(path[-1], 0, atol=1e-2)  # Adam with a constant rate keeps moving a little


@each_optimizer
def test_works_in_place_and_leaves_the_gradient_alone(make):
    optimizer, theta, g = make(), np.array([1.0, 2.0]), np.array([0.5, -0.5])
    for _ in range(3):
        assert optimizer.step(theta, g) is None
    assert (theta != [1.0, 2.0]).all()
    np.testing.assert_array_equal(g, [0.5, -0.5])


@each_optimizer
def test_float32_stays_float32(make):
    for lr in (0.1, np.float64(0.1), np.array([[0.1], [0.2]])):
        optimizer, theta = make(lr), np.ones((2, 3), np.float32)
        optimizer.step(theta, np.ones_like(theta))
        state = [value for value in vars(optimizer).values() if isinstance(value, np.ndarray) and value is not lr]
        assert state
        assert all(value.dtype == np.float32 for value in state)


def test_rates_of_runs_take_the_type_of_params():
    """A float64 array of rates would make every product of a float32 network a slow one."""
    seen = []

    class Looks(optimizers.Optimizer):
        def update(self, params, grads, lr, decays):
            seen.append(lr)

    rates = np.array([[0.1], [0.2]])
    Looks(rates).step(np.zeros((2, 3), np.float32), np.zeros((2, 3), np.float32))
    Looks(lambda t: rates).step(np.zeros((2, 3)), np.zeros((2, 3)))
    assert [lr.dtype for lr in seen] == [np.float32, np.float64]
    np.testing.assert_array_equal(seen[1], rates)
    assert rates.dtype == np.float64


@each_optimizer
def test_a_schedule_is_called_with_the_step_from_zero(make):
    asked = []
    optimizer = make(lambda t: asked.append(t) or 0.1)
    walk(optimizer, np.ones(2), lambda theta, t: theta, 3)
    assert asked == [0, 1, 2]
    assert optimizer.t == 3
    assert optimizer.last_lr == 0.1


@each_optimizer
def test_twenty_steps_of_runs_are_those_of_single_networks(make):
    def train(net, optimizer, x, y):
        for _ in range(20):
            net.backward(softmax_cross_entropy(net.forward(x, training=True), y)[1], inputs=False)
            optimizer.step(net.params, net.grads, net.decays)
        return net.params

    rng, rates = np.random.default_rng(0), [0.1, 0.01, 0.003]
    x, y = rng.normal(size=(3, 6, 4)), rng.integers(2, size=(3, 6))
    together = train(mlp([4, 5, 2], seed=2, runs=3), make(np.array(rates)[:, None]), x, y)
    for r, lr in enumerate(rates):
        alone = train(mlp([4, 5, 2], seed=2 + r), make(lr), x[r], y[r])
        np.testing.assert_allclose(together[r], alone, rtol=1e-12, atol=1e-12)


@each_optimizer
def test_goes_on_after_pickling(make):
    optimizer, theta = make(), np.array([1.0, -2.0])
    optimizer.step(theta, theta.copy())
    twin, other = pickle.loads(pickle.dumps(optimizer)), theta.copy()
    optimizer.step(theta, np.array([1.0, 1.0]))
    twin.step(other, np.array([1.0, 1.0]))
    np.testing.assert_array_equal(theta, other)


@pytest.mark.parametrize("make", [OPTIMIZERS[name] for name in ("SGD", "Momentum", "Nesterov")])
def test_a_rotation_of_the_coordinates_rotates_the_path(make):
    angle = 0.7
    Q = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    H, start = np.diag([1.0, 4.0]), np.array([1.0, -2.0])
    plain = walk(make(), start, lambda theta, t: H @ theta, 30)
    rotated = walk(make(), Q @ start, lambda theta, t: Q @ H @ Q.T @ theta, 30)
    np.testing.assert_allclose(rotated, plain @ Q.T, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("adaptive", [Adam, AdamW, AMSGrad, AdaGrad, RMSProp])
def test_adaptive_rules_do_not_feel_the_scale_of_the_gradient(adaptive):
    """Nor that of a single coordinate."""
    H, start = np.diag([1.0, 4.0]), np.array([1.0, -2.0])
    plain = walk(adaptive(0.1, eps=0.0), start, lambda theta, t: H @ theta, 30)
    scaled = walk(adaptive(0.1, eps=0.0), start, lambda theta, t: [1000.0, 0.01] * (H @ theta), 30)
    np.testing.assert_allclose(scaled, plain, rtol=1e-10)


def test_first_steps_of_the_adaptive_rules():
    """AdaGrad and AMSGrad start with lr; RMSProp, uncorrected, with lr / sqrt(1 - rho)."""
    for rule, length in ((AdaGrad(0.1, eps=0.0), 0.1), (AMSGrad(0.1, eps=0.0), 0.1), (RMSProp(0.1, 0.99, 0.0), 1.0)):
        theta = np.zeros(2)
        rule.step(theta, np.array([1e-3, -7.0]))
        np.testing.assert_allclose(theta, [-length, length], rtol=1e-12)


def test_adagrad_slows_down_as_the_root_of_the_steps():
    """With a constant gradient step t has length lr / sqrt(t)."""
    path = walk(AdaGrad(1.0, eps=0.0), np.zeros(1), lambda theta, t: np.full(1, 3.0), 9)
    np.testing.assert_allclose(-np.diff(path[:, 0]), 1 / np.sqrt(np.arange(2, 10)), rtol=1e-12)


def test_adamw_shrinks_what_decays_and_nothing_else():
    theta, decays = np.full((2, 2), 8.0), np.array([1.0, 0.0])
    AdamW(np.array([[0.5], [0.25]]), weight_decay=0.5).step(theta, np.zeros((2, 2)), decays)
    np.testing.assert_array_equal(theta, [[6.0, 8.0], [7.0, 8.0]])
    np.testing.assert_array_equal(decays, [1.0, 0.0])


def test_adamw_without_decay_is_adam():
    g = lambda theta, t: np.array([1.0, 4.0]) * theta
    start = np.array([1.0, -2.0])
    np.testing.assert_array_equal(walk(AdamW(0.1, weight_decay=0.0), start, g, 20), walk(Adam(0.1), start, g, 20))


def test_the_second_moment_is_what_the_step_is_divided_by():
    rules = Adam(0.1, beta2=0.5), AMSGrad(0.1, beta2=0.5)
    for rule in rules:
        for g in (3.0, 0.0):
            rule.step(np.zeros(1), np.array([g]))
    assert [rule.second_moment().tolist() for rule in rules] == [[2.25], [4.5]]


def test_amsgrad_lets_no_step_grow():
    """Reddi et al. 2018, section 3: a rare large gradient is forgotten by Adam's v, not by the maximum."""
    rules = AMSGrad(1.0, beta1=0.0, beta2=0.5), Adam(1.0, beta1=0.0, beta2=0.5)
    paths = [walk(rule, np.zeros(1), lambda theta, t: np.full(1, 100.0 if t == 3 else 1.0), 30) for rule in rules]
    last = [abs(path[-1] - path[-2])[0] for path in paths]
    assert last[0] < 0.02
    assert last[1] > 0.9


def test_nesterov_without_momentum_is_sgd():
    g = lambda theta, t: np.array([1.0, 4.0]) * theta
    start = np.array([1.0, -2.0])
    np.testing.assert_allclose(walk(Nesterov(0.1, 0.0), start, g, 20), walk(SGD(0.1), start, g, 20), rtol=1e-14)


def test_nesterov_is_the_look_ahead_of_sutskever():
    """Sutskever et al. 2013, equations 3 and 4: v = mu v - lr g(theta + mu v), theta += v; we walk on theta + mu v."""
    H, mu, lr, theta, v = np.diag([1.0, 4.0]), 0.9, 0.05, np.array([1.0, -2.0]), np.zeros(2)
    path = walk(Nesterov(lr, mu), theta, lambda theta, t: H @ theta, 30)
    for seen in path:
        v = mu * v - lr * H @ (theta + mu * v)
        theta = theta + v
        np.testing.assert_allclose(seen, theta + mu * v, rtol=1e-11, atol=1e-14)


def test_adam_starts_with_a_step_of_length_lr():
    theta = np.zeros(3)
    Adam(0.1, eps=0.0).step(theta, np.array([1e-6, 1.0, -1e6]))
    np.testing.assert_allclose(theta, [-0.1, -0.1, 0.1], rtol=1e-12)


def test_clip_by_norm_scales_only_what_is_longer():
    g = np.array([[3.0, 4.0], [0.3, 0.4]])
    np.testing.assert_allclose(clip_by_norm(g, 1.0), [5.0, 0.5])
    np.testing.assert_allclose(g, [[0.6, 0.8], [0.3, 0.4]])
    single = np.array([3.0, 4.0], np.float32)
    assert clip_by_norm(single, 10.0) == 5.0
    np.testing.assert_array_equal(single, [3.0, 4.0])


def test_clip_by_value_cuts_each_entry():
    g = np.array([-3.0, 0.5, 2.0])
    clip_by_value(g, 1.0)
    np.testing.assert_array_equal(g, [-1.0, 0.5, 1.0])


def used(optimizer):
    optimizer.step(np.ones(3), np.ones(3))
    return optimizer


ONE = np.ones(1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: SGD(-0.1), "SGD needs lr, finite and >= 0, got -0.1."),
        (lambda: Adam(np.nan), "Adam needs lr, finite and >= 0, got nan."),
        (lambda: Momentum(0.1, momentum=1.0), "Momentum needs 0 <= momentum < 1, got momentum=1.0."),
        (lambda: Adam(0.1, beta1=1.0), "Adam needs 0 <= beta1, beta2 < 1, got beta1=1.0, beta2=0.999."),
        (lambda: Adam(0.1, beta1=-0.1), "Adam needs 0 <= beta1, beta2 < 1, got beta1=-0.1, beta2=0.999."),
        (lambda: Adam(0.1, beta2=1.0), "Adam needs 0 <= beta1, beta2 < 1, got beta1=0.9, beta2=1.0."),
        (lambda: Adam(0.1, eps=-1.0), "Adam needs eps, finite and >= 0, got -1.0."),
        (lambda: Nesterov(0.1, momentum=-0.1), "Nesterov needs 0 <= momentum < 1, got momentum=-0.1."),
        (lambda: AdaGrad(0.1, eps=-1.0), "AdaGrad needs eps, finite and >= 0, got -1.0."),
        (lambda: RMSProp(0.1, rho=1.0), "RMSProp needs 0 <= rho < 1, got rho=1.0."),
        (lambda: RMSProp(0.1, rho=-0.5), "RMSProp needs 0 <= rho < 1, got rho=-0.5."),
        (lambda: RMSProp(0.1, eps=np.nan), "RMSProp needs eps, finite and >= 0, got nan."),
        (lambda: AMSGrad(0.1, beta2=-0.1), "AMSGrad needs 0 <= beta1, beta2 < 1, got beta1=0.9, beta2=-0.1."),
        (lambda: AdamW(0.1, weight_decay=-1.0), "AdamW needs weight_decay, finite and >= 0, got -1.0."),
        (lambda: SGD(0.1).step(np.array([1, 2]), ONE), "params must be floats, got int64."),
        (lambda: SGD(0.1).step(np.ones(2), ONE), "grads must have the shape of params, (2,), got (1,)."),
        (lambda: used(SGD(0.1)).step(ONE, ONE), "This SGD serves params of shape (3,), got (1,)."),
        (lambda: clip_by_norm(np.ones(2), 0.0), "clip_by_norm needs limit, finite and > 0, got 0.0."),
        (lambda: clip_by_value(np.ones(2), -1.0), "clip_by_value needs limit, finite and > 0, got -1.0."),
    ],
)
def test_errors(call, message):
    with pytest.raises(ValueError, match=exactly(message)):
        call()


def test_an_optimizer_of_ones_own_must_define_update():
    with pytest.raises(NotImplementedError, match=r"^Optimizer must define update\(params, grads, lr, decays\)\.$"):
        Optimizer(0.1).step(np.ones(1), np.ones(1))
