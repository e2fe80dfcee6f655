"""Figures: colours that can be seen, the same look for a method everywhere, the right numbers, nothing left open."""

import io
from types import SimpleNamespace

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure

from tipslib import plotting
from tipslib.plotting.axes import columns

FIGURES = {
    "lines": lambda: plotting.lines([1, 2, 3], {"sigmoid": [[1, 2, 3], [2, 3, 4]]}, xlabel="x", ylabel="y"),
    "curves": lambda: plotting.curves({"SGD": SimpleNamespace(train_loss=[2.0, 1.0])}, ylabel="loss"),
    "layer_bars": lambda: plotting.layer_bars({"deltas": [1e-3, 1.0], "weights": [1.0, 10.0]}, ylabel="norm"),
    "histograms": lambda: plotting.histograms({"h": np.arange(9)}, xlabel="h", limits=(0, 9)),
    "before_after": lambda: plotting.before_after({"in": ([0, 1], [1, 1])}, limits=[2]),
    "dots": lambda: plotting.dots({"std 1": {"training": [0.9, 1.0], "test": [0.8]}}, xlabel="accuracy"),
}
PAGES = {"white": "#ffffff", "dark": "#14181e", "darker": "#121212"}


def luminance(colour):
    """Relative luminance of WCAG 2.2."""
    return sum(
        weight * (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4)
        for weight, c in zip((0.2126, 0.7152, 0.0722), to_rgb(colour), strict=True)
    )


def contrast(one, other):
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def test_contrast_of_black_and_white_is_21():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("colour", sorted({look[0] for look in [*plotting.COLOURS.values(), *plotting.CYCLE]}))
def test_colours_stand_out_from_both_pages(colour, page):
    assert contrast(colour, PAGES[page]) >= 3


@pytest.mark.parametrize(
    "names",
    [
        ["sigmoid", "tanh", "ReLU", "identity"],
        ["std 0.01", "std 1/√n", "std 4/√n", "std 1"],
        ["SGD", "Momentum", "Adam"],
        ["training", "test"],
    ],
)
def test_methods_that_are_compared_differ_in_colour_marker_and_dash(names):
    for cue in zip(*[plotting.COLOURS[name] for name in names], strict=True):
        assert len(set(cue)) == len(names)


def test_an_unknown_name_takes_its_place_in_the_cycle():
    assert [plotting.look("mine", n) for n in range(7)] == [*plotting.CYCLE, plotting.CYCLE[0]]


@pytest.mark.parametrize("name", FIGURES)
def test_every_kind_returns_a_figure_for_a_phone_and_leaves_none_open(name):
    before = plt.get_fignums()
    figure = FIGURES[name]()
    assert isinstance(figure, Figure)
    assert figure.get_size_inches().tolist() == [5.0, 3.3]
    assert plt.get_fignums() == before


@pytest.mark.parametrize("name", FIGURES)
def test_no_text_is_cut_off(name):
    figure = FIGURES[name]()
    figure.draw_without_rendering()
    needed = figure.get_tightbbox()
    assert needed.x0 >= 0
    assert needed.y0 >= 0
    assert needed.x1 <= 5.0
    assert needed.y1 <= 3.3


@pytest.mark.parametrize("name", FIGURES)
def test_the_look_does_not_depend_on_the_settings_of_the_caller(name):
    def picture():
        canvas = FigureCanvasAgg(FIGURES[name]())
        canvas.draw()
        return np.asarray(canvas.buffer_rgba())

    plain = picture()
    with mpl.rc_context({"font.size": 20, "axes.spines.top": True, "lines.linewidth": 9, "axes.grid": False}):
        assert np.array_equal(picture(), plain)


@pytest.mark.parametrize("name", FIGURES)
def test_no_label_is_a_formula(name):
    figure = FIGURES[name]()
    figure.draw_without_rendering()
    assert not any("$" in text.get_text() for text in figure.findobj(mpl.text.Text))


def test_lines_show_the_mean_and_the_extremes_of_the_runs():
    axes = plotting.lines([1, 2], {"SGD": [[1, 10], [3, 30]]}, xlabel="x", ylabel="y").axes[0]
    assert axes.lines[0].get_ydata().tolist() == [2, 20]
    band = axes.collections[0].get_paths()[0].vertices[:, 1]
    assert (band.min(), band.max()) == (1, 30)


def test_lines_on_a_logarithmic_axis_show_the_geometric_mean():
    axes = plotting.lines([1, 2], {"SGD": [[1, 1], [100, 1]]}, xlabel="x", ylabel="y", log_y=True).axes[0]
    assert axes.lines[0].get_ydata().tolist() == pytest.approx([10, 1])
    assert axes.get_yscale() == "log"


def test_a_logarithmic_x_axis_has_plain_numbers():
    figure = plotting.lines([1, 10, 300], {"SGD": [1, 2, 3]}, xlabel="epoch", ylabel="y", log_x=True)
    figure.draw_without_rendering()
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()][:4] == ["1", "2", "5", "10"]


def test_a_line_wears_the_look_of_its_method():
    line = plotting.lines([1, 2], {"tanh": [1, 2]}, xlabel="x", ylabel="y").axes[0].lines[0]
    assert (to_hex(line.get_color()), line.get_marker(), line.get_linestyle()) == plotting.COLOURS["tanh"]


def test_a_series_of_the_wrong_length_is_refused():
    with pytest.raises(ValueError, match=r"The series 'SGD' needs 3 values, one for each x, got 2\."):
        plotting.lines([1, 2, 3], {"SGD": [1, 2]}, xlabel="x", ylabel="y")


def test_curves_draw_a_column_of_one_network_or_of_several():
    several = SimpleNamespace(val_loss=np.array([[3.0, 1.0], [2.0, 0.0]]))  # (epochs, runs)
    axes = plotting.curves({"Adam": several}, "val_loss", ylabel="loss").axes[0]
    assert axes.lines[0].get_xdata().tolist() == [1, 2]
    assert axes.lines[0].get_ydata().tolist() == [2, 1]


def test_bars_end_at_the_limits_and_empty_slots_are_drawn():
    series = {"deltas": [0.0, 1e-30, 1e30, 1.0], "weights": [0.1, 1e30]}
    axes = plotting.layer_bars(series, ylabel="norm", slots=6, limits=(1e-6, 1e3)).axes[0]
    assert [bar.get_height() for bar in axes.patches] == [-6, -6, 3, 0, 0, 0]
    diamonds = axes.lines[0].get_ydata()
    assert diamonds[:2].tolist() == [-1, 3]
    assert (diamonds[2:] > axes.get_ylim()[1]).all()


def test_frames_of_layer_bars_have_the_same_number_of_elements():
    def elements(depth):
        buffer = io.StringIO()
        ones = np.ones(depth)
        plotting.layer_bars({"deltas": ones, "weights": ones}, ylabel="norm").savefig(buffer, format="svg")
        return buffer.getvalue().count("<")

    assert elements(2) == elements(20)


def test_the_legend_names_the_bars_first():
    axes = FIGURES["layer_bars"]().axes[0]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["deltas", "weights"]


def test_bars_for_more_layers_than_slots_are_refused():
    with pytest.raises(ValueError, match=r"layer_bars needs at most slots=2 values, got 3\."):
        plotting.layer_bars({"deltas": [1, 1, 1]}, ylabel="norm", slots=2)


def test_histograms_count_values_outside_the_limits_in_the_outermost_bins():
    axes = plotting.histograms({"h": [-5, 0.1, 0.6, 9]}, xlabel="h", limits=(0, 1), bins=2).axes[0]
    assert axes.patches[0].get_data().values.tolist() == [0.5, 0.5]


def test_before_and_after_are_drawn_within_the_limit():
    axes = plotting.before_after({"weights": ([0.5, 7.0], [1.0, -7.0])}, limits=[2]).axes[0]
    assert [line.get_ydata().tolist() for line in axes.lines] == [[0.5, 2.0], [1.0, -2.0]]


def test_dots_show_every_run_and_the_mean():
    axes = plotting.dots({"std 1": {"test": [0.8, 0.9, 0.7]}}, xlabel="accuracy").axes[0]
    assert axes.lines[0].get_xdata().tolist() == [0.8, 0.9, 0.7]
    assert axes.lines[1].get_xdata().tolist() == pytest.approx([0.8, 0.8])


def test_style_gives_settings_that_matplotlib_knows():
    with mpl.rc_context(plotting.style()):
        assert mpl.rcParams["figure.figsize"] == [5.0, 3.3]


def test_names_that_just_miss_a_row_of_a_phone_take_two():
    assert columns(["σ(z)", "σ(z) − ½", "σ(4z)", "σ(4z) − ½"]) == 2
    assert columns(["σ(z)", "σ(z) − ½", "σ(4z)"]) == 3
