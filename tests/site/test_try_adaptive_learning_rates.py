"""The moves that the chapter on adaptive learning rates proposes (*Try:* ...) show what it says they show."""

import itertools

from moves import numbers

PAGE = "training/adaptive-learning-rates.html"
METHODS = ("SGD", "Momentum", "Nesterov", "AdaGrad", "RMSProp", "Adam")


def test_rates_sgd_goes_up_until_it_breaks_off_and_adam_must_come_down(widgets):
    rates = widgets[0]
    losses = []
    for rate in (0.003, 0.01, 0.03, 0.1, 0.3):
        losses.append(numbers(rates.say(learning_rate=rate, optimizer="SGD").split("loss is")[1])[0])
    assert losses == sorted(losses, reverse=True)
    for rate in (1, 3):
        assert "5 of five runs diverged" in rates.say(learning_rate=rate)
    assert numbers(rates.say(learning_rate=0.3, optimizer="Adam").split("loss is")[1])[0] > 2
    assert numbers(rates.say(learning_rate=0.003).split("loss is")[1])[0] < 0.01


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
    assert growth["SGD"] > 10
    assert growth["Momentum"] < 2
    assert growth["Nesterov"] < 4
    assert long_bowl["RMSProp"] == max(long_bowl.values())
    assert "nobody settled" in race.say(steps=0)
    assert "SGD" in race.say(steps=400).split("settled. ")[0]


def test_phase_zigzag_divergence_and_the_root_of_beta(widgets):
    phase = widgets[2]

    def keeps(**moves):
        return numbers(phase.say(**moves).split("keeps")[1])[0]

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
    sweep = widgets[4]

    def best(**moves):
        """Return value and rate of each method."""
        return dict(zip(METHODS, pairs(numbers(sweep.say(**moves).split("rate:")[1])), strict=True))

    level = best()
    assert max(v for v, _ in level.values()) - min(v for v, _ in level.values()) < 0.02
    assert max(r for _, r in level.values()) >= 100 * min(r for _, r in level.values())
    loss = best(measure="training loss")
    assert max(v for v, _ in loss.values()) > 10 * min(v for v, _ in loss.values())
    early = best(epoch=1, measure="validation accuracy")
    assert early["SGD"][0] < min(early[name][0] for name in METHODS[3:])
    hard = best(epoch=20, data="mnist1d")
    assert hard["Adam"][0] > hard["SGD"][0] + 0.02


def test_wells_across_stays_comes_back_and_leaves_the_better_one(widgets):
    wells = widgets[5]
    ends = {beta: "deeper" in wells.say(start=1.6, β=beta) for beta in (0, 0.5, 0.8, 0.9, 0.95, 0.99)}
    assert ends == {0: False, 0.5: False, 0.8: True, 0.9: True, 0.95: True, 0.99: False}
    for beta in (0, 0.9, 0.99):
        assert "shallower" in wells.say(start=0.6, β=beta)
    assert "shallower" in wells.say(start="−1.8", β=0.9)
    assert "deeper" in wells.say(β=0)
