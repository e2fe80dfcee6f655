"""What the figures share: a pair of axes in one style, scales, and a legend that hides nothing."""

from collections.abc import Sequence

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullLocator

from tipslib.plotting.numbers import power_of_ten
from tipslib.plotting.pictures import Picture
from tipslib.plotting.styles import HEIGHT, SMALL, WIDTH, style

ROW = 0.075  # the height of one row of a legend, as a share of the figure
styled = mpl.rc_context(style())


def new_figure(xlabel: str, ylabel: str, legend: Sequence[str] = ()) -> tuple[Figure, Axes]:
    """Return a figure with one pair of axes; room for the legend's rows is left above them."""
    figure = Picture(figsize=(WIDTH, HEIGHT))
    rows = -(-len(legend) // columns(legend)) if legend else 0
    figure.subplots_adjust(top=0.95 - ROW * rows)
    axes = figure.subplots()
    axes.set(xlabel=xlabel, ylabel=ylabel)
    dress(axes)
    return figure, axes


def dress(axes: Axes) -> None:
    """Set what matplotlib would otherwise look up when it draws, when the settings of ``style`` are no longer there."""
    axes.tick_params(labelsize=SMALL, length=3)
    axes.grid(True, color="#808080", alpha=0.35, linewidth=0.6)
    axes.set_axisbelow(True)


def set_scales(axes: Axes, log_x: bool, log_y: bool, ylim: tuple[float, float] | None) -> None:
    """Make axes logarithmic, with Unicode labels and without minor ticks."""
    if log_x:
        axes.set_xscale("log")
        ticks = [value for value in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if value <= axes.get_xlim()[1]]
        axes.xaxis.set_major_locator(FixedLocator(ticks))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.xaxis.set_minor_locator(NullLocator())
    if log_y:
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(numticks=8))
        axes.yaxis.set_major_formatter(FuncFormatter(power_of_ten))
        axes.yaxis.set_minor_locator(NullLocator())
    if ylim is not None:
        axes.set_ylim(ylim)


def columns(names: Sequence[str]) -> int:
    """Return the columns of a legend: all names in one row if they fit, else rows of equal length."""
    if sum(len(name) + 6 for name in names) <= 56:
        return len(names)
    most = max(1, 52 // (max(len(name) for name in names) + 7))
    return -(-len(names) // -(-len(names) // most))


def add_legend(axes: Axes) -> None:
    """Put the legend above the axes, where it hides nothing."""
    handles, names = axes.get_legend_handles_labels()
    if axes.patches and axes.lines:  # matplotlib names lines before bars
        handles, names = handles[::-1], names[::-1]
    place = {"loc": "lower left", "bbox_to_anchor": (-0.02, 0.99), "borderaxespad": 0.2}
    axes.legend(handles, names, ncols=columns(names), **place)
