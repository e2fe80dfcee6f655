"""The moves that the chapter on initialization proposes (*Try:* ...) show what it says they show."""

import re

from moves import numbers

PAGE = "training/initialization.html"


def window_of(sentence):
    """Return the smallest and the largest gain that train, and how many diverged."""
    found = re.search(r"from gain (\d+\.?\d*) to (\d+\.?\d*)", sentence)
    diverged = int(re.search(r"(\d+) of the 15", sentence)[1])
    return (float(found[1]), float(found[2]), diverged) if found else (None, None, diverged)


def test_window_opens_to_the_left_and_moves_with_the_activation(widgets):
    window = widgets[0]
    lows = []
    for epochs in (1, 2, 3, 5, 10, 20, 40, 60):
        low, _, _ = window_of(window.say(activation="ReLU", learning_rate="0.03", epochs=epochs))
        if low is not None:
            lows.append(low)
    assert len(lows) >= 4
    assert lows == sorted(lows, reverse=True)
    assert lows[-1] > 0.2, "not all the way"
    tanh = window_of(window.say(activation="tanh", epochs=20))
    sigmoid = window_of(window.say(activation="sigmoid", learning_rate="0.1"))
    assert tanh[0] < 1 < sigmoid[0]
    assert window_of(window.say(activation="ReLU", learning_rate="1"))[2] > 5


def test_twins_part_later_with_less_noise_and_the_accuracy_follows(widgets):
    twins = widgets[1]

    def parted(noise, epoch):
        sentence = twins.say(noise=noise, epoch=epoch)
        count = int(re.search(r"(\d+) of 30", sentence)[1])
        return count, numbers(sentence.split("Accuracy")[1])[0]

    epochs = (0, 6, 10, 15, 20, 25, 30, 40)
    first = {}
    for noise in ("10⁻⁴", "10⁻⁸"):
        seen = [parted(noise, epoch) for epoch in epochs]
        assert seen[0][0] == 1
        assert seen[-1][0] == 30
        assert seen[-1][1] > seen[0][1] + 0.5
        first[noise] = next(epoch for epoch, (count, _) in zip(epochs, seen, strict=True) if count == 30)
        before = [accuracy for count, accuracy in seen if count == 1]
        assert max(before) < 0.4
    assert first["10⁻⁴"] < first["10⁻⁸"]
    assert parted("0", 30)[0] == 1


def test_staircase_only_sqrt_two_stands_still_for_relu_and_tanh_forgives(widgets):
    stairs = widgets[2]

    def ends(**moves):
        return numbers(stairs.say(**moves).split(" and ")[-1])[0]

    assert ends(activation="ReLU", start=1, gain="1") < 0.1
    assert ends(gain="2") > 10
    assert 0.9 < ends(gain="√2") < 1.1
    assert 90 < ends(start=100) < 110
    low, high = (ends(activation="tanh", gain="2", start=size) for size in (0.01, 100))
    assert 1.2 < low < 1.6
    assert low / high > 0.85, "the same crossing, from below and from above"
    assert 0.1 < ends(gain="1", start=1) < 0.4
    sizes = [ends(activation="sigmoid", gain="2", start=size) for size in (0.01, 100)]
    assert max(sizes) / min(sizes) < 1.01


def test_microscope_the_sigmoid_goes_blind_and_tanh_does_not(widgets):
    lens = widgets[3]

    def spreads(**moves):
        return numbers(lens.say(**moves).split("pooled spread")[1])

    first, last = spreads(activation="sigmoid", weights="std 1/√n", layer=1), spreads(layer=6)
    assert last[0] > first[0] / 3
    assert last[2] < first[2] / 100
    for weights in ("std 1/√n", "std 1"):
        pooled, units, samples = spreads(activation="tanh", weights=weights)
        assert samples > 0.9 * pooled
        assert units < pooled / 3
    early, late = (spreads(activation="ReLU", weights="std √2/√n", layer=layer) for layer in (1, 6))
    assert late[2] / late[0] < 0.8 * early[2] / early[0]
    assert spreads(activation="sigmoid", weights="std 4/√n", layer=4)[2] > 10 * spreads(weights="std 1/√n")[2]


def test_belief_grows_with_the_last_layer(widgets):
    belief = widgets[4]

    def largest_and_loss(**moves):
        sentence = belief.say(**moves)
        return numbers(sentence.split("probability is")[1])[0], numbers(sentence.split("images")[1])[0]

    none, some, much = (largest_and_loss(last_layer_times=factor, digit=7) for factor in (0, 1, 5))
    assert none == (0.1, 2.3)
    assert 0.15 < some[0] < 0.9
    assert some[1] > 2.5
    assert much[0] > 0.8
    assert much[1] > 6
    opinions = {belief.say(last_layer_times=1, digit=digit).split("gets")[1] for digit in range(10)}
    assert len(opinions) == 10
