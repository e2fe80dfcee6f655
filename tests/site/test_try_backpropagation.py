"""The moves that the appendix on backpropagation proposes (*Try:* ...) show what it says they show."""

from moves import numbers

PAGE = "appendix/backpropagation.html"


def test_graph_two_paths_bring_gradients_to_z(widgets):
    graph = widgets[0]
    assert "z = 0, h = 0.5, L = 2.25" in graph.say(backward_step=0)
    assert "starts with 1 at L" in graph.say(backward_step=1)
    assert "hands 1 × −3 to s" in graph.say(backward_step=2)
    assert "hands −3 × 1 to z and −3 × 1 to h" in graph.say(backward_step=3)
    assert "hands −3 × 0.25 to z. Together z has −3.75." in graph.say(backward_step=4)
    assert "is −3.75. It hands −3.75 × 1 to u and −3.75 × 1 to b" in graph.say(backward_step=5)
    assert "is −3.75. It hands −3.75 × 2 to w and −3.75 × 1 to x" in graph.say(backward_step=6)


def test_graph_a_slope_of_zero_and_a_saturated_unit_hand_nothing_back(widgets):
    graph = widgets[0]
    dead = numbers(graph.say(backward_step=4, activation_f="ReLU", weight_w="0.5"))
    assert dead[2] == 0
    assert dead[0] == dead[-1] != 0, "z keeps what came over the skip"
    gradient, _, slope, total = numbers(graph.say(activation_f="sigmoid", weight_w=3))
    assert slope < 0.02
    assert abs(total / gradient - 1) < 0.02


def test_modes_many_inputs_want_reverse_and_many_outputs_forward(widgets):
    modes = widgets[1]
    assert "Reverse mode is 1000 times cheaper" in modes.say(inputs_n=1000, outputs_K=1)
    assert "both modes need" in modes.say(outputs_K=1000)
    assert "Forward mode is 1000 times cheaper" in modes.say(inputs_n=1)
    costs = [numbers(modes.say(hidden_layers_of_100=depth))[3:5] for depth in (1, 2, 3)]
    assert [forward * 1000 for forward, _ in costs] == [reverse for _, reverse in costs]
    assert costs == sorted(costs), "depth changes both alike"


def test_mistakes_show_where_and_what_they_are(widgets):
    mistakes = widgets[2]

    def verdicts(mistake):
        said = [mistakes.say(mistake=mistake, gradient_of=name) for name in ("W1", "b1", "W2", "b2")]
        return ["agree" if "All agree" in s else "factor" if "Each entry" in s else "scattered" for s in said], said

    below = ["scattered", "scattered", "agree", "agree"]
    for mistake in ("f(z) for f'(z)", "W2 not transposed", "skip overwrites, does not add"):
        assert verdicts(mistake)[0] == below
    assert verdicts("saved h changed in place")[0] == ["scattered", "scattered", "scattered", "agree"]
    kinds, said = verdicts("b: mean over the batch")
    assert kinds == ["agree", "factor", "agree", "factor"]
    assert all("is 0.125 times" in s for s in said[1::2])
    kinds, said = verdicts("1/N forgotten")
    assert kinds == ["factor"] * 4
    assert all("is 8 times" in s for s in said)
    assert verdicts("none")[0] == ["agree"] * 4
