"""The moves that the chapter on ReLU and Maxout proposes (*Try:* ...) show what it says they show."""

from moves import numbers

PAGE = "training/relu-maxout.html"


def test_lab_units_die_with_the_rate_and_runs_diverge(widgets):
    lab = widgets[0]

    def dead(**moves):
        return float(lab.say(**moves).split("% of layer 1 and ")[1].split(" %")[0])

    assert dead(optimizer="Momentum", learning_rate=0.3) > 95
    assert dead(learning_rate=0.1) < 5
    assert 1 < dead(optimizer="SGD", learning_rate=1) < 30
    assert "diverged" in lab.say(learning_rate=3)
    at_zero = dead(learning_rate=1)
    assert dead(biases_start_at="1") > 3 * at_zero
    assert dead(biases_start_at="−1") < 1
    by_rate = [dead(optimizer="Adam", biases_start_at="0", learning_rate=rate) for rate in (0.01, 0.03, 0.1, 0.3)]
    assert by_rate == sorted(by_rate)
    assert by_rate[0] < 15 < 90 < by_rate[-1]


def test_zoo_slopes_fade_where_the_inputs_drift(widgets):
    zoo = widgets[1]

    def flat(**moves):
        return numbers(zoo.say(**moves).split("slope ")[1])[1]

    shares = [flat(activation="ReLU", mean_of_z=mean) for mean in ("0", "−1", "−2", "−3")]
    assert shares == sorted(shares)
    assert shares[-1] > 95
    assert flat(activation="leaky ReLU") == 0
    assert flat(activation="ELU") < shares[-1]
    assert flat(activation="GELU") < shares[-1]
    assert flat(activation="sigmoid", mean_of_z="3") > 10
    said = zoo.say(activation="SELU", mean_of_z="0", std_of_z="1").replace("−0.00", "0.00")
    assert "mean 0.00 and std 1.00" in said


def test_line_the_map_holds_inside_a_piece(widgets):
    line = widgets[2]
    said = [
        line.say(input_x=f"{x / 10:g}".replace("-", "−")).split("slope ")[1].split(". The")[0]
        for x in range(-29, 30, 2)
    ]
    assert 3 < len(set(said)) < len(said), "some steps stay in a piece, others cross a bend"
    for widths in ("12", "6-6", "4-4-4"):
        assert "has 2 pieces" in line.say(hidden_layers=widths, size_of_the_biases="0")


def test_map_tiles_hold_their_numbers_and_training_adds_tiles(widgets):
    tiles = widgets[3]
    said = [tiles.say(walk=f"{15 * i}").split("score")[1] for i in range(24)]
    assert 3 < len(set(said)) <= 24
    assert len(set(said[:-1])) < 23, "some steps stay inside a tile"
    count = [
        numbers(tiles.say(hidden_layers="12", network=f"{when} training").split(": ")[1])[0]
        for when in ("before", "after")
    ]
    assert count[0] == 24
    assert count[1] > 40


def test_sculptor_moves_of_the_chapter(widgets):
    element = widgets[4].element
    say = element.locator(".say")

    def begin(preset):
        element.get_by_role("button", name=preset, exact=True).click()
        return say.inner_text()

    begin("ReLU")
    slope = element.locator(".controls").get_by_label("slope")
    slope.press("Home")
    for _ in range(80):
        slope.press("ArrowRight")
    assert say.inner_text().startswith("Line 1 has slope −1 and offset 0.")
    absolute = say.inner_text().split("At x")[1]
    assert absolute == begin("|x|").split("At x")[1]
    assert numbers(begin("x², 2 lines").split("x²:")[1]) == [0.5]
    assert numbers(begin("x², 4 lines").split("x²:")[1]) == [0.125]
    assert "line 3 nowhere" in begin("a dead line")
    element.locator(".controls").get_by_label("in hand").select_option("line 3")
    element.locator(".controls").get_by_label("offset").press("End")
    assert "line 3 nowhere" not in say.inner_text()
    begin("ReLU")
    element.locator(".controls").get_by_label("in hand").select_option("the input x")
    x = element.get_by_role("slider", name="input x")
    x.press("Home")
    left = say.inner_text()
    x.press("End")
    assert "line 1 is on top" in left
    assert "line 2 is on top" in say.inner_text()
    ramp = begin("difference of two")
    assert "its negative" in ramp
