"""The moves that the chapter on dropout proposes (*Try:* ...) show what it says they show."""

from moves import numbers

PAGE = "generalization/dropout.html"


def test_rates_close_the_gap_and_the_loss_rises_without_dropout(widgets):
    rates = widgets[0]

    def pair(**moves):
        return numbers(rates.say(**moves).split(" is ")[1])[:2]

    gaps = [training - validation for training, validation in (pair(dropout_rate=p) for p in (0, 0.1, 0.3, 0.5, 0.7))]
    assert gaps == sorted(gaps, reverse=True)
    training, validation = pair(dropout_rate=0, quantity="loss")
    assert training < 0.1 < 3 < validation
    by_case = {}
    for case in ("300 examples, 100 units", "1000 examples, 30 units", "1000 examples, 200 units"):
        by_case[case] = [pair(case=case, quantity="accuracy", dropout_rate=p)[1] for p in (0, 0.5, 0.7)]
    none, _, most = by_case["1000 examples, 30 units"]
    assert most < none
    none, half, most = by_case["1000 examples, 200 units"]
    assert half > none + 0.05
    assert most > none
    none, _, most = by_case["300 examples, 100 units"]
    assert abs(most - none) < 0.05


def test_thinned_networks_jump_and_their_means_stay(widgets):
    thinned = widgets[1]

    def four(**moves):
        return numbers(thinned.say(**moves).split("class A:")[1])[:4]

    drawn = [four(mask=mask) for mask in range(1, 13)]
    assert len({row[0] for row in drawn}) > 8
    assert len({tuple(row[1:]) for row in drawn}) == 1
    _, scaled, geometric, arithmetic = drawn[0]
    assert scaled == geometric
    assert abs(arithmetic - scaled) > 0.02
    _, scaled, geometric, _ = four(dropped="both hidden layers")
    assert scaled != geometric
    singles = [four(dropout_rate=0.8, mask=mask)[0] for mask in range(1, 13)]
    assert abs(four()[1] - 1 / 3) < 0.1
    assert max(singles) > 0.3


def test_map_turns_from_harm_to_help(widgets):
    grid = widgets[2]

    def best(**moves):
        return grid.say(**moves).split("best rates ")[1].split(" for ")[0]

    def middle(**moves):
        return float(grid.say(**moves).replace("−", "-").split("Rate 0.5, 100 units: ")[1].rstrip("."))

    gains = [middle(epoch=epoch) for epoch in (20, 40, 80, 150, 300)]
    assert gains == sorted(gains)
    assert gains[0] < -5 < 5 < gains[-1]
    late = [float(rate) for rate in best(epoch=300).split(", ")]
    early = [0.0 if rate == "none" else float(rate) for rate in best(epoch=20).split(", ")]
    assert all(a >= b for a, b in zip(late, early, strict=True))
    assert sum(late) > sum(early) + 0.5
    assert middle(epoch=20, accuracy="training") < 0


def test_shift_grows_with_the_rate_and_the_mean(widgets):
    shift = widgets[3]

    def ratio(**moves):
        return numbers(shift.say(**moves).split("training is")[1])[0]

    assert 1.8 < ratio(inputs="tanh (mean 0)", dropout_rate=0.5) < 2.2
    assert ratio(inputs="ReLU") > 2.3
    assert ratio(inputs="sigmoid (around ½)") > 5
    assert ratio(dropout_rate=0) == 1


def test_band_follows_the_rate_and_not_the_data(widgets):
    band = widgets[4]

    def stds(**moves):
        return numbers(band.say(**moves).split("masks is")[1])[:3]

    few, many = stds(points=20), stds(points=2000)
    assert abs(few[0] - many[0]) < 0.03
    assert many[2] > 2 * many[0]
    for points in (20, 200, 2000):
        inside = [stds(points=points, dropout_rate=rate)[0] for rate in (0.05, 0.1, 0.2, 0.5)]
        assert inside == sorted(inside)
        assert inside[-1] > 2 * inside[0]
    inside, _, outside = stds(activation="tanh", dropout_rate=0.1)
    assert outside < 1.2 * inside
