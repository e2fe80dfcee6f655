"""What the figures share: a pair of axes in one style, scales, and a legend that hides nothing."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullLocator

from tipslib.plotting.numbers import power_of_ten
from tipslib.plotting.pictures import Picture
from tipslib.plotting.styles import HEIGHT, SMALL, WIDTH, WORD, style

ROW = 0.085  # the height of one row of a legend, as a share of the figure
ABOVE: ContextVar[bool] = ContextVar("names above the axes", default=False)
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
    axes.grid(True, axis="y", color="#808080", alpha=0.35, linewidth=0.6)
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
    if sum(len(name) + 5 for name in names) <= 45:
        return len(names)
    most = max(1, 44 // (max(len(name) for name in names) + 6))
    return -(-len(names) // -(-len(names) // most))


@contextmanager
def names_above() -> Iterator[None]:
    """Let all figures made inside name their lines above the axes: figures of one size, to be shown in one place."""
    token = ABOVE.set(True)
    try:
        yield
    finally:
        ABOVE.reset(token)


def name_lines(axes: Axes) -> None:
    """Write the name of each line at its end, where all ends lie apart and names are short; else add a legend."""
    named = [line for line in axes.lines if not str(line.get_label()).startswith("_")]
    ends = [axes.transLimits.transform(axes.transScale.transform(_end(line)))[1] for line in named]
    names = [str(line.get_label()) for line in named]
    room = 0.0215 * max(map(len, names), default=0) + 0.04
    apart = np.diff(np.sort(ends)) > 0.085
    if ABOVE.get() or not np.isfinite(ends).all() or not apart.all() or room > 0.32 or not names:
        return add_legend(axes)
    axes.figure.subplots_adjust(top=0.95, right=1 - room)
    for line, name, end in zip(named, names, ends, strict=True):
        word = WORD.get(str(line.get_color()), "black")
        y = min(max(end, 0.0), 1.0)
        axes.text(1.03, y, name, color=word, fontsize=SMALL, weight="semibold", va="center", transform=axes.transAxes)


def _end(line: Line2D) -> tuple[float, float]:
    """Return the last point of a line."""
    return np.asarray(line.get_xdata())[-1], np.asarray(line.get_ydata())[-1]


def add_legend(axes: Axes) -> None:
    """Put the legend above the axes, where it hides nothing."""
    handles, names = axes.get_legend_handles_labels()
    if axes.patches and axes.lines:  # matplotlib names lines before bars
        handles, names = handles[::-1], names[::-1]
    place = {"loc": "lower left", "bbox_to_anchor": (-0.02, 0.99), "borderaxespad": 0.2}
    axes.legend(handles, names, ncols=columns(names), **place)
