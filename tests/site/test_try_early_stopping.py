"""The moves that the chapter on early stopping proposes (*Try:* ...) show what it says they show."""

from moves import numbers

PAGE = "generalization/early-stopping.html"
WAY, FACTOR = "way, ηt", "α, times 1/ηt"


def after(sentence, words):
    """Return the first number after some words."""
    return numbers(sentence.split(words, 1)[1])[0]


def test_past_the_turn_is_seen_only_afterwards(widgets):
    past = widgets[0]
    assert "over all 120 epochs" not in past.say(epoch=12)
    turn = after(past.say(epoch=12, show_the_future=True), "it is in epoch")
    assert 12 < turn < 30
    lowest = after(past.say(epoch=120), "so far,")
    assert after(past.say(epoch=120), "validation loss") > lowest + 0.5
    digits = past.say(data="digits, 300, 30 % wrong", epoch=60)
    assert after(digits, "it is in epoch") > turn
    assert after(digits, "validation loss") < after(digits, "so far,") + 0.1, "a flat turn"


def test_patience_is_paid_for(widgets):
    patience = widgets[1]

    def trained_and_kept(**moves):
        sentence = patience.say(**moves)
        return after(sentence, ": "), after(sentence, "trained, epoch")

    runs = [trained_and_kept(patience=p) for p in (1, 2, 3, 5, 10, 20, 40)]
    assert runs[-1][1] == runs[-2][1] == runs[-3][1], "the diamond stays"
    assert runs[-1][0] == runs[-3][0] + 30, "only the band grows"
    short = trained_and_kept(watched="accuracy, 1000 examples", patience=3)
    long = trained_and_kept(patience=20)
    assert long[1] > short[1] + 10
    saw = [trained_and_kept(watched="accuracy, 50 examples", patience=p)[0] for p in (1, 2, 3)]
    assert max(saw) < 20
    place = {"data": "mnist1d, 4000, 20 % wrong", "patience": 20}
    both = [trained_and_kept(watched=f"{what}, 1000 examples", **place)[1] for what in ("loss", "accuracy")]
    assert abs(both[0] - both[1]) < 12
    place["data"] = "digits, 300, 30 % wrong"
    both = [trained_and_kept(watched=f"{what}, 1000 examples", **place)[1] for what in ("loss", "accuracy")]
    assert both[1] < both[0]


def test_confidence_wrong_answers_get_sure(widgets):
    confidence = widgets[2]

    def told(**moves):
        sentence = confidence.say(**moves)
        return after(sentence, "accuracy"), after(sentence, "cost"), after(sentence, "right ones")

    early, late = told(epoch=18), told(epoch=100)
    assert late[0] > early[0] + 0.02
    assert late[1] > early[1] + 1.5
    assert late[2] < early[2] / 2
    noisy = told(training_labels="40 % wrong", epoch=18), told(epoch=100)
    assert noisy[1][1] > noisy[0][1] + 1.5
    assert noisy[1][0] < noisy[0][0] + 0.03


def test_filters_differ_least_with_the_factor_in_between(widgets):
    filters = widgets[3]

    def told(**moves):
        sentence = filters.say(**moves)
        return after(sentence, "by up to"), after(sentence, "Test error"), after(sentence, "for stopping,")

    errors = [told(**{WAY: time})[1] for time in ("0.1", "1", "10", "100", "10000")]
    assert min(errors) == errors[1]
    assert errors[-1] > 1.3 * errors[1]
    gaps = [told(**{WAY: "1", FACTOR: factor})[0] for factor in ("0.3", "0.54", "1", "2")]
    assert 0.17 < gaps[2] < 0.21
    assert min(gaps) == gaps[1] < 0.6 * gaps[2]
    both = told(**{WAY: "10000", FACTOR: "1"})
    assert min(both[1:]) > 1.3 * errors[1]


def test_the_winner_looks_better_than_it_is(widgets):
    curse = widgets[4]

    def looks_and_is(**moves):
        sentence = curse.say(**moves)
        return after(sentence, "looks like"), after(sentence, "and is")

    pairs = [looks_and_is(random_part=part) for part in range(1, 9)]
    assert sum(looks > true for looks, true in pairs) >= 6
    assert sum(looks - true for looks, true in pairs) / 8 > 0.02
    assert max(looks - true for looks, true in pairs) > 0.1
    all_of_them = looks_and_is(validation_examples=1000)
    assert abs(all_of_them[0] - all_of_them[1]) < 0.04
    by_loss = looks_and_is(validation_examples=50, chosen_by="loss")
    assert by_loss[1] < pairs[-1][1]


def test_sixty_runs_show_what_a_rule_costs(widgets):
    sixty = widgets[5]

    def cost_and_shortfall(**moves):
        sentence = sixty.say(**moves)
        return after(sentence, "on average"), after(sentence, "epochs,")

    for rule in ("patience, loss", "GL", "PQ", "UP"):
        quick, slow = (cost_and_shortfall(rule=rule, level=level) for level in (3, 6))
        assert slow[0] > 1.2 * quick[0]
        assert abs(slow[1] - 3) < 0.15
        assert abs(quick[1] - 3) < 0.15
    quick, waiting = (cost_and_shortfall(rule="patience, accuracy", level=level) for level in (1, 5))
    assert waiting[1] < quick[1] - 3
    hasty = cost_and_shortfall(examples="50", level=1)
    assert hasty[0] < 8
    assert hasty[1] > 10
