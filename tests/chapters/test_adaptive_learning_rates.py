"""All that the tests know of the chapter on adaptive learning rates."""

import copy
import itertools

import measured
import numpy as np
import pytest
from faults import ADAM_SLOW, HE_GAIN_ONE, SGD_SLOW, Fault
from solutions import assert_blamed, solution
from widget_files import after, numbers

from tipsbook.checking import check, wrong_answers
from tipsbook.exercises.adaptive_learning_rates.valley import SHIFT, START, Valley
from tipslib.datasets import digits
from tipslib.gradcheck import numerical_gradient
from tipslib.networks import mlp
from tipslib.optimizers import SGD, Adam, AdamW, Momentum, Nesterov, RMSProp

# Right answers other than the solutions, at least one for each exercise


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


class Unit(SGD):
    """Steps of one length against the gradient."""

    def update(self, params, grads, lr, decays):
        params -= lr * grads / np.linalg.norm(grads)


def newton(gradient, theta):
    for _ in range(40):
        g = gradient(theta)
        H = np.array([(gradient(theta + d) - g) / 1e-6 for d in 1e-6 * np.eye(2)])
        theta = theta - np.linalg.solve(H, g)
    return theta


def adam_by_matrices(grads, lr, beta1, beta2, eps):
    t = np.arange(len(grads))

    def mean(beta, values):
        weights = np.tril(beta ** abs(t[:, None] - t))
        return weights @ values / weights.sum(axis=1, keepdims=True)

    return -lr * mean(beta1, grads) / (np.sqrt(mean(beta2, grads**2)) + eps)


def velocity_by_form_b(gradient, theta, v, lr, beta):
    u = -lr * beta * v
    return list((u - lr * gradient(theta + u)) / -lr)


def adamw_decays_last(theta, grads, lr, decay):
    theta, m, v = np.array(theta), np.zeros_like(theta), np.zeros_like(theta)
    for i in range(len(grads)):
        shrink = lr * decay * theta
        m += 0.1 * (grads[i] - m)
        v += 0.001 * (grads[i] ** 2 - v)
        theta -= lr * m / (1 - 0.9 ** (i + 1)) / (np.sqrt(v / (1 - 0.999 ** (i + 1))) + 1e-8)
        theta -= shrink
    return theta.tolist()


def rate_by_the_secant(gradients, lr):
    """The parameters moved by lr times the gradient; its change over that is the curvature."""
    last, before = gradients[-1], gradients[-2]
    return 2 * lr * np.linalg.norm(before) / np.linalg.norm(last - before)


def rate_by_one_parameter(gradients, lr):
    i = abs(gradients[-1]).argmax()
    return float(2 * lr / (1 - gradients[-1, i] / gradients[-2, i]))


ALTERNATIVES = [
    ("adaptive-learning-rates-5", adam_by_matrices),
    ("adaptive-learning-rates-6", velocity_by_form_b),
    ("adaptive-learning-rates-7", adamw_decays_last),
    ("adaptive-learning-rates-8", rate_by_the_secant),
    ("adaptive-learning-rates-8", rate_by_one_parameter),
    ("adaptive-learning-rates-5", adam_by_sums),
    ("adaptive-learning-rates-5", adam_with_effective_rate),
    ("adaptive-learning-rates-6", velocity_by_the_library),
    ("adaptive-learning-rates-6", lambda slope, x, v, lr, beta: slope(x - beta * lr * v) + v * beta),
    ("adaptive-learning-rates-7", adamw_by_the_library),
    ("adaptive-learning-rates-8", rate_by_norms),
    ("adaptive-learning-rates-9", valley_by_hand),
    ("adaptive-learning-rates-9", valley_in_place),
    ("adaptive-learning-rates-9", newton),
]


# Replies to answers that are not in the catalogues


@pytest.mark.parametrize(
    ("name", "change", "argument"),
    [
        ("adaptive-learning-rates-5", lambda grads, *rest: grads.fill(1), "grads"),
        ("adaptive-learning-rates-6", lambda gradient, theta, v, lr, beta: theta.fill(7), "theta"),
        ("adaptive-learning-rates-6", lambda gradient, theta, v, lr, beta: v.fill(7), "v"),
        ("adaptive-learning-rates-7", lambda theta, grads, lr, decay: grads.fill(7), "grads"),
        ("adaptive-learning-rates-7", lambda theta, *rest: theta.fill(7), "theta"),
        ("adaptive-learning-rates-8", lambda gradients, lr: gradients.fill(7), "gradients"),
    ],
)
def test_a_changed_argument_is_named(name, change, argument):
    assert_blamed(name, change, argument)


def test_the_case_by_hand_alone_is_not_enough():
    feedback = check("adaptive-learning-rates-5", lambda grads, lr, *rest: -lr * np.sign(grads))
    assert (feedback.status, feedback.hint) == ("wrong", None)
    assert feedback.message.startswith("For 5 steps of 3 parameters, lr = 0.1")


def test_only_a_first_step_that_is_not_finite_counts_from_0():
    def never_finite(*args):
        return solution("adaptive-learning-rates-5")(*args) * np.nan

    assert wrong_answers("adaptive-learning-rates-5").keys() >= {"counts-from-0"}
    assert check("adaptive-learning-rates-5", steps_before_its_gradient).hint == "averages-late"
    feedback = check("adaptive-learning-rates-5", never_finite)
    assert (feedback.status, feedback.hint) == ("wrong", None)
    assert "expected finite numbers, received nan at [0, 0]" in feedback.message


def steps_before_its_gradient(grads, lr, beta1, beta2, eps):
    """Make each step with the averages of the one before; its first is 0 / 0, which is not 1 - beta^0."""
    m, v, theta, points = 0 * grads[0], 0 * grads[0], 0 * grads[0], []
    for t, g in enumerate(grads, start=1):
        points.append(theta := theta - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps))
        m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
    return np.diff([0 * theta, *points], axis=0)


def test_a_sign_that_is_lost_or_turned_round_gets_a_reply_that_fits_both():
    def turned_round(gradients, lr):
        before, after = gradients[-2:]
        return 2 * lr / (1 + after @ before / (before @ before))

    feedback = check("adaptive-learning-rates-8", turned_round)
    assert feedback.hint == "sign-lost"
    assert "1 + factor in place of 1 - factor turns it round" in feedback.message


def test_the_decay_of_another_parameter_is_seen():
    def decays_the_first(theta, grads, lr, decay):
        kept, shrunk = (solution("adaptive-learning-rates-7")(theta, grads, lr, d) for d in (0.0, decay))
        return np.where(np.arange(len(theta)) == 0, shrunk, kept)

    feedback = check("adaptive-learning-rates-7", decays_the_first)
    assert (feedback.status, feedback.hint) == ("wrong", None)
    assert "steps of 4 parameters" in feedback.message


def walk_with(optimizer):
    """Return an answer to exercise 9 that makes 200 steps of an optimizer."""

    def walk(gradient, theta):
        method = copy.deepcopy(optimizer)
        for _ in range(200):
            method.step(theta, gradient(theta))
        return theta

    return walk


class TestValley:
    def test_its_gradient_is_that_of_its_height(self):
        valley = Valley()
        for theta in (START, SHIFT, np.array([1.3, 0.2])):
            assert valley(theta) == pytest.approx(numerical_gradient(valley.height, theta), rel=1e-6)
        assert valley.height(SHIFT + 1) == 0

    @pytest.mark.parametrize(
        ("value", "hint", "message"),
        [
            (lambda theta: theta[0], "value", "received the number 0.8"),
            (lambda theta: np.zeros(3), None, "expected shape (2,), received shape (3,)"),
            (lambda theta: theta, "guessed", "received 24 after 0."),
            (lambda theta: theta + np.array([2.2, 0.0]), "guessed", "received 0 after 0."),
            (lambda theta: (theta, theta), None, "expected shape (2,), received shape (2, 2)"),
            (lambda theta: theta * np.inf, "diverged", "expected finite numbers, received inf at [0]"),
            (lambda theta: np.full(2, 1e6), "diverged", "Expected a value below 0.005"),
        ],
    )
    def test_other_answers(self, value, hint, message):
        feedback = check("adaptive-learning-rates-9", lambda gradient, theta: value(theta))
        assert feedback.status == "wrong"
        assert feedback.hint == hint
        assert message in feedback.message

    @pytest.mark.parametrize("calls", [3, 50])
    def test_the_way_to_the_minimum_is_not_known_either(self, calls):
        """It asks often enough, throws the gradients away, and names the place as seen from the start."""

        def measured_off(gradient, theta):
            for _ in range(calls):
                gradient(theta)
            return theta + np.array([2.2, 0.0])

        feedback = check("adaptive-learning-rates-9", measured_off)
        assert feedback.hint == "known-place"
        assert "moved and mirrored" in feedback.message

    def test_it_is_the_same_mirrored(self):
        valley, other = Valley(), Valley(side=-1.0)
        theta = np.array([2.3, 0.4])
        mirrored = SHIFT + (theta - SHIFT) * [-1, 1]
        assert other.height(mirrored) == pytest.approx(valley.height(theta))
        assert other(mirrored) == pytest.approx(valley(theta) * [-1, 1])
        assert other.height(other.start) == pytest.approx(valley.height(valley.start))

    @pytest.mark.parametrize(
        ("rate", "calls", "hint"),
        [(0.0, 200, "start-returned"), (-0.0005, 200, "uphill"), (-0.0005, 3, "uphill"), (0.0032, 1, "stops-early")],
    )
    def test_a_walk_that_leads_nowhere_is_not_said_to_jump_or_to_be_thrown_out(self, rate, calls, hint):
        def walk(gradient, theta):
            for _ in range(calls):
                theta = theta - rate * gradient(theta)
            return theta

        assert check("adaptive-learning-rates-9", walk).hint == hint

    @pytest.mark.parametrize(("optimizer", "share"), [(RMSProp(0.01), "74%"), (Momentum(0.001, 0.99), "57%")])
    def test_steps_that_undo_a_part_of_each_other_are_said_to_do_that(self, optimizer, share):
        feedback = check("adaptive-learning-rates-9", walk_with(optimizer))
        assert "partly undo each other" in feedback.message
        assert share in feedback.message

    def test_a_place_that_is_almost_low_enough(self):
        def almost(gradient, theta):
            optimizer = Momentum(0.003)
            for _ in range(100):
                optimizer.step(theta, gradient(theta))
            return np.array(theta)

        feedback = check("adaptive-learning-rates-9", almost)
        assert (feedback.status, feedback.hint) == ("wrong", None)
        assert "Close; a little more momentum" in feedback.message

    @pytest.mark.parametrize(
        ("optimizer", "hint"),
        [(Adam(0.01), "creeps"), (Adam(0.1), "creeps"), (Unit(0.01), "jumps"), (Unit(0.1), "jumps")],
    )
    def test_a_walk_is_told_what_it_did(self, optimizer, hint):
        """Adam is not limited by the walls, and steps of one length do not creep."""
        feedback = check("adaptive-learning-rates-9", walk_with(optimizer))
        assert feedback.hint == hint
        assert "The last steps are" in feedback.message

    def test_each_call_counts(self):
        def looks_to_the_side(gradient, theta):
            optimizer = Momentum(0.003)
            for _ in range(150):
                gradient(theta + 1e-3)
                optimizer.step(theta, gradient(theta))
            return theta

        feedback = check("adaptive-learning-rates-9", looks_to_the_side)
        assert feedback.hint == "too-many-calls"
        assert "after 300." in feedback.message

    def test_whoever_measures_the_curvature_is_right_and_not_told_of_momentum(self):
        feedback = check("adaptive-learning-rates-9", newton)
        assert feedback.status == "right"
        assert "measures the curvature" in feedback.message


# Stored measurements: what their scripts measure, and what the chapter says of them

sweep = measured.script("training", "adaptive_learning_rates_sweep")


@pytest.fixture(scope="module")
def stored():
    return measured.stored("training", "adaptive-learning-rates-sweep")


def test_every_data_set_method_and_rate_is_there(stored):
    shape = len(sweep.DATA), len(sweep.OPTIMIZERS), len(sweep.RATES)
    assert stored["losses"].shape == stored["accuracies"].shape == (*shape, sweep.EPOCHS, sweep.SEEDS)
    assert stored["rates"].tolist() == list(sweep.RATES)
    assert stored["test"].shape == stored["final"].shape == (*shape[:2], sweep.FRESH)
    assert (np.isfinite(stored["losses"]) == np.isfinite(stored["accuracies"])).all()
    assert set(stored["tuned"].ravel()) <= set(sweep.RATES)


@pytest.mark.parametrize(("optimizer", "rate"), [("SGD", 0.03), ("Adam", 0.001)])
def test_a_stored_point_is_what_the_script_measures(stored, optimizer, rate):
    place = 0, list(sweep.OPTIMIZERS).index(optimizer), sweep.RATES.index(rate)
    losses, accuracies = sweep.run(sweep.load("digits"), optimizer, rate, epochs=3)
    assert losses == pytest.approx(stored["losses"][place][:3], rel=0.05)
    assert accuracies == pytest.approx(stored["accuracies"][place][:3], abs=0.02)


def test_a_diverged_run_is_stored_as_such(stored):
    losses, accuracies = sweep.run(sweep.load("digits"), "SGD", 1.0, epochs=1)
    assert not np.isfinite([losses, accuracies]).any()
    assert not np.isfinite(stored["losses"][0, 0, sweep.RATES.index(1.0)]).any()


def test_the_tuned_rates_lie_inside_the_grid(stored):
    for tuned in stored["tuned"].ravel():
        assert sweep.RATES[0] < tuned < sweep.RATES[-1]


def test_the_figure_shows_what_the_chapter_says(stored):
    """On digits the tuned methods are level in test accuracy and not in training loss; on mnist1d SGD is behind."""
    test, loss = stored["test"].mean(axis=-1), stored["final"].mean(axis=-1)
    assert np.ptp(test[0]) < 0.015
    assert loss[0].max() > 10 * loss[0].min()
    validation = np.nanmax(stored["accuracies"][1, :, :, -1].mean(axis=-1), axis=-1)
    sgd, adam = (validation[list(sweep.OPTIMIZERS).index(name)] for name in ("SGD", "Adam"))
    assert adam - sgd > 0.03
    long = stored["long"].mean(axis=-1)  # (SGD, Adam; epochs)
    assert abs(long[0, 39:].mean() - long[1, 39:].mean()) < 0.02


headlines = measured.script("training", "adaptive_learning_rates_headlines")


@pytest.fixture(scope="module")
def kept():
    return measured.stored("training", "adaptive-learning-rates-headlines")


def test_all_parts_of_the_headlines_are_there(kept):
    assert kept["signs"].shape == (len(headlines.SIGN_RATES), 2, headlines.SEEDS)
    for place, (*_, rates) in headlines.EDGES.items():
        assert kept[f"edge/{place}"].shape == (len(rates), headlines.SEEDS, 4)
    for size in headlines.SIZES:
        assert kept[f"batches/{size}"].shape == (len(headlines.SIZE_RATES), 2, headlines.SEEDS)
    for place, (*_, grids) in headlines.CONTESTS.items():
        for method, grid in grids.items():
            assert kept[f"contest/{place}/{method}/scores"].shape == (len(grid), headlines.SEEDS)
            assert kept[f"contest/{place}/{method}/test"].shape == (headlines.FRESH,)


def test_a_stored_curvature_is_what_the_script_measures(kept):
    start, learned, _, _ = headlines.edge("4 layers", 0.3, 1, steps=30)
    place = headlines.EDGES["4 layers"][-1].index(0.3)
    assert (start, learned) == pytest.approx(kept["edge/4 layers"][place, 1, :2], rel=1e-3)


def test_stored_batches_are_what_the_script_measures(kept):
    _, history = headlines.train(digits(), [100] * 4, SGD(0.1), 20, 256)
    place = headlines.SIZE_RATES.index(0.1)
    assert history.train_loss[-1] == pytest.approx(kept["batches/256"][place, 0], rel=0.05)


def exact_product(net, x, y, d):
    """Multiply a direction by the Hessian, without differences: Pearlmutter (1994), "Fast exact multiplication"."""
    dense = [layer for layer in net.layers if layer.params]

    def read(values):
        theta = net.params.copy()
        net.params[:] = values
        found = [(layer.params["W"].copy(), layer.params["b"].copy()) for layer in dense]
        net.params[:] = theta
        return found

    weights, moves = read(net.params), read(d)
    values, changes, above_0 = [x], [0 * x], []
    for (W, b), (V, c) in zip(weights, moves, strict=True):
        z, dz = values[-1] @ W + b, changes[-1] @ W + values[-1] @ V + c
        above_0.append(z > 0)
        values.append(z * above_0[-1])
        changes.append(dz * above_0[-1])
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    delta, change = (p - np.eye(10)[y]) / len(x), p * (dz - (p * dz).sum(axis=1, keepdims=True)) / len(x)
    theta = net.params.copy()
    for i in reversed(range(len(dense))):
        dense[i].params["W"][:] = changes[i].T @ delta + values[i].T @ change
        dense[i].params["b"][:] = change.sum(axis=0)
        if i > 0:
            W, V, on = weights[i][0], moves[i][0], above_0[i - 1]
            delta, change = delta @ W.T * on, (change @ W.T + delta @ V.T) * on
    product, net.params[:] = net.params.copy(), theta
    return product


@pytest.mark.parametrize("seed", range(5))
def test_the_curvature_by_differences_is_exact(seed):
    x, y = digits(n=200).train
    net = mlp([64, 100, 100, 100, 100, 10], seed=seed)
    d = np.random.default_rng(0).normal(size=net.params.shape)
    for _ in range(30):
        d /= np.linalg.norm(d)
        product = exact_product(net, x, y, d)
        curvature, d = d @ product, product
    assert headlines.largest_curvature(net, x, y) == pytest.approx(curvature, rel=1e-4)


# The moves that the page proposes (*Try:* ...): they show what it says they show

METHODS = ("SGD", "Momentum", "Nesterov", "AdaGrad", "RMSProp", "Adam")


def test_rates_sgd_goes_up_until_it_breaks_off_and_adam_must_come_down(widgets):
    rates = widgets[0]
    losses = []
    for rate in (0.003, 0.01, 0.03, 0.1, 0.3):
        losses.append(after(rates.say(learning_rate=rate, optimizer="SGD"), "loss is")[0])
    assert losses == sorted(losses, reverse=True)
    for rate in (1, 3):
        assert "5 of five runs diverged" in rates.say(learning_rate=rate)
    assert after(rates.say(learning_rate=0.3, optimizer="Adam"), "loss is")[0] > 2
    assert after(rates.say(learning_rate=0.003), "loss is")[0] < 0.01


def pairs(values):
    return list(zip(values[::2], values[1::2], strict=True))


def settled(race, **moves):
    told = race.say(**moves).split("Steps to settle:")[1]
    return dict(zip(METHODS, numbers(told), strict=True))


def test_race_adagrad_loses_its_edge_when_the_bowl_turns(widgets):
    race = widgets[1]
    turned = {"κ": 100}
    aligned = settled(race, **turned)
    assert aligned["AdaGrad"] < 10
    assert min(aligned, key=aligned.get) == "AdaGrad"
    adagrad = [aligned["AdaGrad"]]
    for angle in (15, 30, 45):
        times = settled(race, **{"turned by, degrees": angle})
        adagrad.append(times["AdaGrad"])
        assert [times[name] for name in METHODS[:3]] == [aligned[name] for name in METHODS[:3]]
    assert adagrad == sorted(adagrad)
    assert adagrad[-1] > 200


def test_race_kappa_hurts_sgd_most_and_rmsprop_settles_late(widgets):
    race = widgets[1]
    race.set("turned by, degrees", 45)
    round_bowl, long_bowl = settled(race, **{"κ": 5}), settled(race, **{"κ": 100})
    growth = {name: long_bowl[name] / round_bowl[name] for name in METHODS}
    assert growth["SGD"] > 15
    assert growth["Momentum"] < 8  # with its best β, about the root of that
    assert growth["Nesterov"] < 8
    assert round_bowl["Momentum"] < round_bowl["SGD"]
    assert long_bowl["RMSProp"] == max(long_bowl.values())
    assert "β = 0.7" in race.say(optimizer="Momentum")
    assert "β" not in race.say(optimizer="Adam")


def test_phase_zigzag_divergence_and_the_root_of_beta(widgets):
    phase = widgets[2]

    def keeps(**moves):
        return after(phase.say(**moves), "keeps")[0]

    phase.set("β", 0)
    shares = [keeps(**{"ηλ": product}) for product in (0.1, 0.3, 0.6, 1)]
    assert shares == sorted(shares, reverse=True)
    assert shares[-1] == 0
    assert "it diverges, the limit is 2" in phase.say(**{"ηλ": 2.1})
    assert keeps(**{"β": 0.2}) < 1
    phase.set("β", 0.9)
    assert [keeps(**{"ηλ": product}) for product in (0.1, 1, 1.9, 3.2)] == [0.949] * 4
    phase.set("ηλ", 0.01)
    slow = [keeps(**{"β": beta}) for beta in (0, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 0.99)]
    assert all(a > b for a, b in itertools.pairwise(slow[:5]))
    assert all(a < b for a, b in itertools.pairwise(slow[4:]))
    assert slow[-1] > slow[0]


def test_bias_first_steps_too_long_or_too_short(widgets):
    bias = widgets[3]

    def lengths(**moves):
        """Return first and longest step without the correction, and the same with it."""
        first, longest = bias.say(**moves).split("First step:")[1].split("Longest:")
        return numbers(first)[0], numbers(longest)[0], numbers(first)[1], numbers(longest)[1]

    assert lengths() == (3.16, 6.57, 1.0, 1.0)
    assert lengths(**{"β₁": 0})[0] > 30
    assert lengths(**{"β₁": 0.99, "β₂": 0.5})[0] < 0.1
    assert lengths(**{"β₁": 0.9, "β₂": 0.999, "gradients": "one in ten"})[2] == 1.0


def test_sweep_level_in_accuracy_and_not_in_loss(widgets):
    tuned = widgets[4]

    def best(**moves):
        """Return value and rate of each method."""
        return dict(zip(METHODS, pairs(after(tuned.say(**moves), "rate:")), strict=True))

    level = best()
    assert max(v for v, _ in level.values()) - min(v for v, _ in level.values()) < 0.02
    assert max(r for _, r in level.values()) >= 100 * min(r for _, r in level.values())
    loss = best(measure="training loss")
    assert max(v for v, _ in loss.values()) > 10 * min(v for v, _ in loss.values())
    early = best(epoch=1, measure="validation accuracy")
    assert early["SGD"][0] < min(early[name][0] for name in METHODS[3:])
    hard = best(epoch=20, data="mnist1d")
    assert hard["Adam"][0] > hard["SGD"][0] + 0.02


# For each claim a fault of the library that it notices

BALL_FAST = Fault(
    "tipslib/optimizers/descent.py", "params -= np.multiply(lr, self.v,", "params -= np.multiply(3 * lr, self.v,"
)
ADAM_FAST = Fault("tipslib/optimizers/adam.py", "np.multiply(lr / bias1,", "np.multiply(10 * lr / bias1,")
DECAY_SMALL = Fault(
    "tipslib/optimizers/adam.py", "np.multiply(lr * self.weight_decay,", "np.multiply(0.1 * lr * self.weight_decay,"
)
ADAM_SUMS = Fault("tipslib/optimizers/adam.py", "        v *= self.beta2  #", "        v *= 1.0  #")
COSINE_FLAT = Fault("tipslib/schedules.py", "math.cos(math.pi * min(t / self.steps, 1))", "1")
COSINE_ZERO = Fault("tipslib/schedules.py", "math.cos(math.pi * min(t / self.steps, 1))", "-1.0")
ADAGRAD_FORGETS = Fault(
    "tipslib/optimizers/adaptive.py",
    "        s += np.multiply(grads, grads,",
    "        s *= 0.9\n        s += np.multiply(grads, grads,",
)
ADAM_SHORT = Fault("tipslib/optimizers/adam.py", "        m *= self.beta1  #", "        m *= 0.5 * self.beta1  #")
BALL_NOT_ITS_OWN = Fault(
    "tipslib/optimizers/descent.py", "params -= np.multiply(lr, self.v,", "params -= np.multiply(lr, self.v + grads,"
)
ADAM_NO_EPS = Fault("tipslib/optimizers/adam.py", "        work += self.eps  #", "        work += 0.0  #")
BALL_FORGETS = Fault(
    "tipslib/optimizers/descent.py", "self.v += grads\n        params -=", "self.v = 1.0 * grads\n        params -="
)
NO_STEPS = Fault(
    "tipslib/training.py",
    "optimizer.step(net.params, net.grads, net.decays)",
    "optimizer.step(net.params, 0 * net.grads, net.decays)",
)
SGD_SIGNS = Fault(
    "tipslib/optimizers/descent.py", "params -= np.multiply(lr, grads,", "params -= np.multiply(lr, np.sign(grads),"
)

FAULTS = {
    "steps-gd": SGD_SLOW,
    "steps-ball": BALL_FAST,
    "steps-gd-1000": SGD_SLOW,
    "steps-ball-1000": BALL_FAST,
    "symptom-ratio": SGD_SLOW,
    "start-curvature": HE_GAIN_ONE,
    "coarse-curvature": HE_GAIN_ONE,
    "start-share": HE_GAIN_ONE,
    "large-rate-loss": SGD_SLOW,
    "signs": NO_STEPS,
    "signs-adam": ADAM_FAST,
    "noise-floor": SGD_SLOW,
    "l2-small": ADAM_SLOW,
    "l2-large": ADAM_FAST,
    "adamw-both": DECAY_SMALL,
    "reddi-adam": ADAM_SUMS,
    "reddi-default": ADAM_FAST,
    "shared-gap": SGD_SLOW,
    "tuned-spread": ADAM_FAST,
    "tuned-loss-ratio": SGD_SLOW,
    "constant-large": ADAM_SLOW,
    "cosine-large": COSINE_FLAT,
    "constant-small": ADAM_FAST,
    "cosine-small": COSINE_ZERO,
    "race-adagrad": ADAGRAD_FORGETS,
    "race-adagrad-45": ADAGRAD_FORGETS,
    "race-momentum": BALL_NOT_ITS_OWN,
    "round-sgd": SGD_SIGNS,
    "round-momentum": BALL_NOT_ITS_OWN,
    "round-nine": BALL_NOT_ITS_OWN,
    "eps-half": ADAM_NO_EPS,
    "rosen-momentum": BALL_FORGETS,
    "rosen-sgd": SGD_SIGNS,
    "rosen-adam": ADAM_SHORT,
    "wells-half": BALL_FAST,
    "wells-most": BALL_FAST,
}
