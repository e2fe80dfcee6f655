"""The moves that the recipe proposes (*Try:* ...) show what they say they show."""

from moves import numbers

PAGE = "recipe/recipe.html"


def after(sentence: str, words: str) -> list[float]:
    """Return the numbers of a sentence behind some words of it."""
    return numbers(sentence.split(words)[1])


def test_depth_fewer_layers_and_shortcuts_mend_the_training_error(widgets):
    depth = widgets[0]

    def errors(**moves):
        return after(depth.say(**moves), "an error of")[:3]  # training, validation, test

    trained = [errors(hidden_layers=layers)[0] for layers in (20, 16, 12, 8, 6)]
    assert trained[-1] < 0.1 < 0.25 < min(trained[:2])
    assert trained[1:] == sorted(trained[1:], reverse=True)
    plain = errors(hidden_layers=20, network="plain")
    residual = errors(network="residual")
    assert residual[0] < 0.7 * plain[0]
    assert residual[2] < plain[2] - 0.03


def test_recipe_training_comes_first_and_the_reference_decides(widgets):
    tree = widgets[1]
    assert "model, optimization, data or bug" in tree.say(training_error=0.3, test_error=0.5, reference_error=0.01)
    assert "overfitting or shift" in tree.say(training_error=0.02)
    assert "model, optimization" in tree.say(training_error=0.3, test_error=0.3)
    assert "done" in tree.say(reference_error=0.3)
    assert "too good" in tree.say(reference_error=0.01, test_error=0.1)


def test_alike_the_plain_field_fades_and_the_residual_one_does_not(widgets):
    field = widgets[2]

    def cosines(**moves):
        return after(field.say(**moves), "mean cosine")[:2]  # within a class, between classes

    first = cosines(layer=1, network="plain", moment="before training")
    last = cosines(layer=20)
    assert first[1] < 0.5 < 0.85 < last[1]
    assert last[0] - last[1] < 0.1
    assert cosines(network="residual")[1] < 0.6
    residual, plain = cosines(moment="after training"), cosines(network="plain")
    assert residual[0] - residual[1] > 0.15
    assert plain[0] - plain[1] > last[0] - last[1]


def test_inside_each_disease_shows_in_its_own_number(widgets):
    inside = widgets[3]

    def both(**moves):
        sentence = inside.say(**moves).split(": ", 1)[1]
        sick, healthy = sentence.split("Healthy")
        return [numbers(part.replace("layer 1", "").replace("layer 6", ""))[:2] for part in (sick, healthy)]

    for patient, is_sick in {
        "weights of std 0.01": True,
        "sigmoid, std 1/√n": True,
        "Adam with rate 0.1": False,
        "rate 0.0001": False,
    }.items():
        sick, healthy = both(step=0, patient=patient, statistic="norm of delta")
        assert (sick[0] < healthy[0] / 100) == is_sick, patient
    fast, healthy = both(patient="Adam with rate 0.1", statistic="update ratio")
    assert min(fast) > 0.5 > max(healthy)
    slow, healthy = both(patient="rate 0.0001")
    assert max(slow) < 1e-4 < min(healthy)
    dead, _ = both(step=10, patient="Adam with rate 0.1", statistic="dead units")
    assert dead[1] > 0.5
