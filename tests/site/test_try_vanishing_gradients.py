"""The moves that the chapter on vanishing gradients proposes (*Try:* ...) show what it says they show."""

import itertools

from moves import numbers

PAGE = "training/vanishing-gradients.html"


def test_plateau_fewer_layers_other_networks_and_adam_leave_it(widgets):
    plateau = widgets[0]
    assert "does not fall below 1" in plateau.say(hidden_layers=6)
    falls = [("falls below 1" in plateau.say(hidden_layers=depth)) for depth in (5, 4, 3, 2, 1)]
    assert falls[-1]
    assert falls == sorted(falls), "fewer layers never make it worse"
    for network in ("tanh, std 1/√n", "ReLU, std √2/√n"):
        assert "falls below 1" in plateau.say(hidden_layers=6, network=network)
    assert "falls below 1" in plateau.say(network="sigmoid, std 1/√n", optimizer="Adam")


def test_thermometer_steps_level_lines_and_explosions(widgets):
    thermometer = widgets[1]

    def delta(**moves):
        sentence = thermometer.say(**moves)
        return numbers(sentence.split("delta is")[1])[0]

    ratios = [delta(hidden_layers=depth) for depth in (5, 10, 15, 20)]
    steps = [a / b for a, b in itertools.pairwise(ratios)]
    assert max(steps) / min(steps) < 1.6, "a staircase with equal steps"
    by_gain = [delta(hidden_layers=10, gain=gain) for gain in ("1", "4", "10")]
    assert by_gain[0] < 1e-5 < by_gain[1] < 0.05
    assert 0.3 < by_gain[2] < 2
    for activation in ("tanh", "identity"):
        level, more, most = (delta(activation=activation, gain=gain) for gain in ("1", "√2", "4"))
        assert 0.1 < level < 2
        assert level < more < most > 10
    down = thermometer.say(activation="ReLU", gain="1")
    deltas, weights = (numbers(part)[0] for part in (down.split("delta is")[1], down.split("gradient ")[1]))
    assert deltas < 0.1 < 0.5 < weights < 2


def test_wiggle_the_weights_jump_and_the_outputs_freeze(widgets):
    wiggle = widgets[2]

    def moved(**moves):
        return numbers(wiggle.say(**moves).split("move by")[1])[0]

    frozen = [moved(push=3, hidden_layers=depth) for depth in (1, 4, 8, 12)]
    assert frozen[0] > 0.1
    assert frozen == sorted(frozen, reverse=True)
    assert frozen[-1] < 1e-6
    for network in ("tanh, std 1/√n", "ReLU, std √2/√n"):
        assert moved(network=network) > 0.1
    assert frozen[-1] < moved(network="sigmoid, std 4/√n") < 0.1


def test_signal_dies_while_the_pooled_spread_stays(widgets):
    signal = widgets[3]

    def spreads(**moves):
        said = signal.say(**moves)
        return numbers(said.split("pooled spread")[1])[:2]

    first, last = spreads(layer=1), spreads(layer=8)
    assert last[0] > first[0] / 3
    assert last[1] < first[1] / 1000
    pooled, between = spreads(activation="tanh")
    assert between > pooled / 2
    wide = spreads(activation="sigmoid", weights="std 1")
    assert wide[0] > 0.3
    assert wide[1] > 0.05
