"""The moves that the chapter on batch normalization proposes (*Try:* ...) show what it says they show."""

from moves import numbers

PAGE = "training/batch-normalization.html"


def test_rates_a_wider_range_for_a_sound_start_and_some_range_for_a_poor_one(widgets):
    rates = widgets[0]

    def ranges(**moves):
        return rates.say(**moves).split("reaches 0.9 ")[1].split("; ")

    plain, normed = (numbers(text)[-2:] for text in ranges(network="ReLU, std √2/√n"))
    assert plain == [0.03, 0.3]
    assert normed == [0.03, 3]
    for network in ("ReLU, std 0.01", "sigmoid, std 1/√n"):
        plain, normed = ranges(network=network)
        assert plain.endswith("at none")
        assert numbers(normed)[0] >= 4
    first, last = (rates.say(network="ReLU, std 0.01", epochs=epochs) for epochs in (1, 40))
    assert "batch norm at none" in first
    assert "no normalization at none" in last
    assert "batch norm at 7 of 10" in last
    sigmoid = rates.say(network="sigmoid, std 1/√n", epochs=10, layer_norm_as_well=True)
    assert "layer norm at none" in sigmoid


def test_shapes_are_stretched_and_shifted_and_stay_as_skewed(widgets):
    shapes = widgets[1]
    said = [shapes.say(γ=gamma, β=beta) for gamma, beta in ((0.5, "−3"), (3, 3), (2, 3))]
    skew = [numbers(sentence.split("skewness is")[1])[0] for sentence in said]
    assert min(skew) > 1.5
    assert len(set(skew)) == 1
    assert "mean 3.0, std 2.0" in said[-1], "given back what was taken"
    assert abs(numbers(shapes.say(shape_of_z="two humps", γ=1, β=0).split("skewness is")[1])[0]) < 1


def test_rays_short_weights_turn_more_and_large_rates_are_braked(widgets):
    rays = widgets[2]

    def end(**moves):
        return numbers(rays.say(**moves).split("the length is")[1])[:2]

    growth = [end(length_at_the_start=length, learning_rate=1)[0] / length for length in (0.3, 1, 3)]
    assert growth == sorted(growth, reverse=True)
    assert growth[0] > 3 > 1.2 > growth[2]
    jumped = [end(length_at_the_start=1, learning_rate=rate) for rate in (1, 10, 100)]
    assert jumped[0][0] < jumped[1][0] / 2 < jumped[2][0] / 10
    assert max(loss for _, loss in jumped) < 1.1 * min(loss for _, loss in jumped)
    assert end(batch_norm=False, learning_rate=100)[1] > 3 * jumped[2][1]


def test_batches_of_two_break_batch_normalization_alone(widgets):
    batches = widgets[3]

    def found(**moves):
        said = batches.say(**moves)
        return [numbers(said.split(name)[1])[0] for name in ("Batch norm:", "inference,", "None:", "Layer norm:")]

    for size in (64, 8, 6):
        inference, _, none, layer = found(batch_size=size)
        assert max(abs(inference - none), abs(layer - none)) < 0.03
    inference, own, none, layer = found(batch_size=2)
    assert own < inference < 0.6 < 0.9 < min(none, layer)
    _, _, none, layer = found(learning_rate="0.2", batch_size=4)
    assert none < 0.3 < 0.9 < layer
    assert found(training="150 steps", batch_size=2)[0] < 0.6


def test_promises_are_kept_best_with_batch_normalization(widgets):
    promise = widgets[4]

    def share(**moves):
        return numbers(promise.say(**moves).split("a share of")[1])[0]

    batch, none, layer = (share(network=name) for name in ("batch norm", "no normalization", "layer norm"))
    assert batch > layer > none
    assert share(network="batch norm", when="epoch 2") > 0.8
    assert share(network="no normalization") < 0
    assert share(rate=3) < share(rate=0.1)
