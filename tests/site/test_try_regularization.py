"""The moves that the chapter on regularization proposes (*Try:* ...) show what it says they show."""

from moves import numbers

PAGE = "generalization/regularization.html"


def test_ridge_a_little_bends_the_curve_back_and_much_flattens_it(widgets):
    ridge = widgets[0]

    def misses(**moves):
        said = ridge.say(**moves)
        return numbers(said.split("the curve misses")[1])[:2]

    wild = misses(strength_of_the_penalty="0")
    by_strength = [misses(strength_of_the_penalty=s) for s in ("1e−07", "1e−05", "0.001", "0.1", "1")]
    true = [pair[1] for pair in by_strength]
    assert wild[1] > 3 * true[0]
    assert wild[1] - true[0] > true[0] - min(true), "the first small step changes most"
    assert true[-1] > 1.5 * min(true)
    seen = [pair[0] for pair in by_strength]
    assert seen == sorted(seen)
    assert misses(strength_of_the_penalty="0", points="100")[1] < wild[1] / 10
    assert misses(points="15", degree="3")[1] < wild[1] / 10


def test_corner_the_diamond_reaches_the_axis_with_l1_alone(widgets):
    corner = widgets[1]
    assert "None is zero" in corner.say(penalty="L1", strength="0.45")
    assert "One is exactly zero" in corner.say(strength="0.6")
    assert "Both are exactly zero" in corner.say(strength="2")
    for strength in ("0.6", "2"):
        assert "None is zero" in corner.say(penalty="L2", strength=strength)
    alone = corner.say(penalty="L1", inputs="nearly the same", strength="1.6")
    assert "One is exactly zero" in alone
    ratios = []
    for penalty in ("elastic net", "L2"):
        one, two = numbers(corner.say(penalty=penalty).split("the weights are")[1])[:2]
        ratios.append(two / one)
    assert 0.5 < ratios[0] < ratios[1] < 1


def test_weights_l2_shrinks_l1_makes_zeros_and_dropout_neither(widgets):
    weights = widgets[2]

    def size(**moves):
        return numbers(weights.say(**moves).split("square weight is")[1])[0]

    def zeros(**moves):
        return numbers(weights.say(**moves).split("Exactly zero:")[1])[0]

    assert size(remedy="L2 0.02", epoch="1") > 2 * size(epoch="300")
    assert zeros(remedy="L2 0.02") < 1
    assert zeros(remedy="L1 0.2") > 50
    for remedy in ("dropout 0.5", "label smoothing 0.1"):
        plain = numbers(weights.say(remedy=remedy).split(f"{remedy} and")[1])[0]
        assert size() > 0.7 * plain
        assert zeros() < 1


def test_race_dropout_climbs_with_the_epochs(widgets):
    race = widgets[3]

    def place(**moves):
        return numbers(race.say(**moves).split("dropout 0.5 is number")[1])[0]

    places = [place(epoch=epoch) for epoch in ("20", "80", "160", "300")]
    assert places[0] >= 10
    assert places == sorted(places, reverse=True)
    assert places[-1] <= 4
    training = race.say(epoch="80", measure="training accuracy")
    assert numbers(training.split("is last")[1])[0] < 0.8
    wrong = race.say(**{"20_%_wrong_labels": True, "measure": "test accuracy", "epoch": "300"})
    assert "label smoothing 0.1 is last" in wrong or "20 + 20 units is last" in wrong


def test_descent_the_peak_shrinks_with_the_strength(widgets):
    descent = widgets[4]

    def error(**moves):
        return numbers(descent.say(**moves).split("training, ")[1])[0]

    few, peak, many = (error(features=count) for count in ("100", "200", "3200"))
    assert peak > 3 * few > 3 * many
    at_peak = [error(features="200", strength_of_L2=s) for s in ("0", "0.0005", "0.005", "0.05")]
    assert at_peak == sorted(at_peak, reverse=True)
    assert at_peak[-1] < peak / 5
    moves = {"20_%_wrong_labels": True}
    assert error(**moves, features="200", strength_of_L2="0.0005") > error(features="50") * 1.5
    assert error(features="200", strength_of_L2="0.05") < error(features="3200")
