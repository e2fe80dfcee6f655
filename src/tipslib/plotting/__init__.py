"""The figures of the book: one function for each kind, from arrays to a matplotlib `Figure`.

Every figure is about 5 x 3.2 inches, so that a phone can show it. A method keeps its colour, marker and dash
in the whole book (`COLOURS`). The colours stand out from a white page and from a dark one; black belongs to
axes and text, because the site replaces it by the colour of its text. No function opens a pyplot figure, so
none has to be closed.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, MaxNLocator, NullLocator
from numpy.typing import ArrayLike

from tipslib.plotting.looks import BLUE, BROWN, COLOURS, CYCLE, GREEN, GREY, ORANGE, PURPLE, Look, look
from tipslib.plotting.pictures import Picture, png, svg

__all__ = [
    "BLUE",
    "BROWN",
    "COLOURS",
    "CYCLE",
    "GREEN",
    "GREY",
    "ORANGE",
    "PURPLE",
    "Look",
    "Picture",
    "before_after",
    "curves",
    "dots",
    "histograms",
    "layer_bars",
    "lines",
    "look",
    "png",
    "power_of_ten",
    "short",
    "style",
    "svg",
]

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
TEXT, SMALL = 10, 9  # points; on a phone of 390 px a point is about a pixel
WIDTH, HEIGHT, ROW = 5.0, 3.2, 0.075  # inches; the height of one row of a legend, as a share of the figure


def style() -> dict[str, Any]:
    """Return matplotlib's settings for the book's figures, for `plt.rcParams.update`.

    >>> style()["figure.figsize"]
    (5.0, 3.2)
    """
    return {
        "figure.figsize": (WIDTH, HEIGHT),
        "figure.dpi": 120,
        "figure.subplot.left": 0.14,
        "figure.subplot.right": 0.97,
        "figure.subplot.bottom": 0.17,
        "figure.subplot.top": 0.95,
        "font.size": TEXT,
        "axes.labelsize": TEXT,
        "axes.titlesize": TEXT,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.prop_cycle": cycler(color=[colour for colour, _, _ in CYCLE]),
        "legend.frameon": False,
        "legend.fontsize": SMALL,
        "lines.linewidth": 1.6,
        "lines.markersize": 5,
    }


_styled = mpl.rc_context(style())


def power_of_ten(value: float, _: int = 0) -> str:
    """Write a power of ten in Unicode, which is quicker to draw than mathtext and can be selected.

    >>> power_of_ten(1e-5), power_of_ten(1), power_of_ten(10), power_of_ten(100)
    ('10⁻⁵', '1', '10', '10²')
    """
    exponent = round(np.log10(value))
    return f"{10**exponent}" if exponent in (0, 1) else "10" + str(exponent).translate(SUPERSCRIPTS)


def short(value: float) -> str:
    """Write a number with two digits, the way the book's sentences do.

    >>> short(0.314), short(123.0), short(1.94e-6), short(12345.0), short(0.0)
    ('0.31', '120', '1.9 × 10⁻⁶', '1.2 × 10⁴', '0')
    """
    digits, exponent = f"{value:.1e}".split("e")
    if -3 <= int(exponent) <= 2:
        return f"{float(f'{value:.1e}'):g}"
    return f"{digits} × 10" + str(int(exponent)).translate(SUPERSCRIPTS)


@_styled
def lines(
    x: ArrayLike,
    series: Mapping[str, ArrayLike],
    *,
    xlabel: str,
    ylabel: str,
    log_x: bool = False,
    log_y: bool = False,
    ylim: tuple[float, float] | None = None,
    markers: bool = True,
) -> Figure:
    """Draw one line for each name: the mean over the runs, and a band from the smallest run to the largest.

    x: (K,); series: name -> (K,) or (R, K). On a logarithmic axis the mean is the geometric one.
    Raises ValueError when a series does not have K values.

    >>> lines([1, 2], {"SGD": [3, 4]}, xlabel="epoch", ylabel="loss").axes[0].lines[0].get_ydata().tolist()
    [3.0, 4.0]
    """
    x = np.asarray(x, dtype=float)
    figure, axes = _figure(xlabel, ylabel, legend=list(series))
    for position, (name, values) in enumerate(series.items()):
        runs = _runs(name, values, len(x))
        colour, marker, dash = look(name, position)
        middle = np.exp(np.log(runs).mean(axis=0)) if log_y else runs.mean(axis=0)
        (line,) = axes.plot(x, middle, color=colour, linestyle=dash, label=name)
        if markers:
            line.set(marker=marker, markevery=max(1, len(x) // 10))
        if len(runs) > 1:
            axes.fill_between(x, runs.min(axis=0), runs.max(axis=0), color=colour, alpha=0.25, linewidth=0)
    _scales(axes, log_x, log_y, ylim)
    if not log_x and (x == x.round()).all():
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    _legend(axes)
    return figure


def curves(histories: Mapping[str, Any], column: str = "train_loss", *, ylabel: str, **options: Any) -> Figure:
    """Draw a column of each `History` over the epochs; options are those of `lines`.

    histories: name -> History of one network, (E,), or of R at once, (E, R).

    >>> from types import SimpleNamespace
    >>> curves({"SGD": SimpleNamespace(train_loss=[2.0, 1.0])}, ylabel="loss").axes[0].get_xlabel()
    'epoch'
    """
    columns = {name: np.asarray(getattr(history, column)).T for name, history in histories.items()}
    epochs = max(values.shape[-1] for values in columns.values())
    return lines(np.arange(1, epochs + 1), columns, xlabel="epoch", ylabel=ylabel, **options)


@_styled
def layer_bars(
    series: Mapping[str, ArrayLike], *, ylabel: str, slots: int = 20, limits: tuple[float, float] = (1e-12, 1e12)
) -> Figure:
    """Draw one or two numbers of each layer on a logarithmic axis: bars from 1 up or down, and diamonds.

    series: name -> (D,), D <= slots; the first one gives the bars, the second one the diamonds. What leaves the
    limits ends there. There are always as many bars and diamonds as slots (those without a layer have no height
    or lie outside), so that the frames of a widget differ in few places. Raises ValueError for more layers.

    >>> axes = layer_bars({"deltas": [0.01, 1.0]}, ylabel="norm", slots=3).axes[0]
    >>> [float(bar.get_height()) for bar in axes.patches]
    [-2.0, 0.0, 0.0]
    """
    figure, axes = _figure("hidden layer (1 is next to the input)", ylabel, legend=list(series))
    place = np.arange(1, slots + 1)
    low, high = np.log10(limits)
    for position, (name, values) in enumerate(series.items()):
        decades = np.full(slots, 0.0 if position == 0 else 1.05 * high)
        shown = np.log10(np.clip(np.asarray(values, dtype=float), *limits))
        if len(shown) > slots:
            raise ValueError(f"layer_bars needs at most slots={slots} values, got {len(shown)}.")
        decades[: len(shown)] = np.round(shown, 1)  # on a phone a tenth of a decade is less than a pixel
        if position == 0:
            axes.bar(place, decades, color=BLUE, width=0.7, label=name)
        else:
            axes.plot(place, decades, "D", color=ORANGE, markersize=4, label=name)
    axes.axhline(0, color="black", linewidth=0.8)
    ticks = np.arange(np.ceil(low / 3) * 3, high + 1, 3)
    axes.set(xlim=(0.3, slots + 0.7), ylim=(low, high), xticks=[1, *range(5, slots + 1, 5)])
    axes.set_yticks(ticks, [power_of_ten(10.0**tick) for tick in ticks])
    _legend(axes)
    return figure


@_styled
def histograms(series: Mapping[str, ArrayLike], *, xlabel: str, limits: tuple[float, float], bins: int = 40) -> Figure:
    """Draw the shares of the values that fall into equal bins between the limits, one outline for each name.

    series: name -> array of any shape; values outside the limits are counted in the outermost bins.

    >>> axes = histograms({"h": [0.1, 0.9, 0.9, 0.9]}, xlabel="h", limits=(0, 1), bins=2).axes[0]
    >>> axes.patches[0].get_data().values.tolist()
    [0.25, 0.75]
    """
    figure, axes = _figure(xlabel, "share of the values", legend=list(series))
    edges = np.linspace(*limits, bins + 1)
    for position, (name, values) in enumerate(series.items()):
        flat = np.clip(np.ravel(values), *limits)
        colour, _, dash = look(name, position)
        shares = np.histogram(flat, edges)[0] / flat.size
        axes.stairs(shares, edges, color=colour, linestyle=dash, linewidth=1.6, label=name)
        axes.stairs(shares, edges, color=colour, fill=True, alpha=0.3)
    axes.set(xlim=limits, ylim=(0, 1.02))
    _legend(axes)
    return figure


@_styled
def before_after(panels: Mapping[str, tuple[ArrayLike, ArrayLike]], *, limits: Sequence[float]) -> Figure:
    """Draw two states of the same numbers side by side: a ring before, a dot after, a line between them.

    panels: title -> (before, after), both (K,); limits: for each panel the largest absolute value shown.

    >>> [axes.get_title() for axes in before_after({"in": ([0], [1]), "out": ([0], [0])}, limits=[1, 1]).axes]
    ['in', 'out']
    """
    figure = Picture(figsize=(WIDTH, HEIGHT))
    figure.subplots_adjust(left=0.1, top=0.82, wspace=0.28)
    row = figure.subplots(1, len(panels), squeeze=False)[0]
    for axes, (title, (before, after)), limit in zip(row, panels.items(), limits, strict=True):
        place = np.arange(1, len(np.asarray(before)) + 1)
        low, high = (np.clip(values, -limit, limit) for values in (before, after))
        axes.vlines(place, low, high, color=ORANGE, linewidth=2)
        axes.plot(place, low, "o", color=BLUE, fillstyle="none", markersize=7, label="before")
        axes.plot(place, high, "D", color=ORANGE, markersize=3.5, label="after")
        axes.set(title=title, ylim=(-1.08 * limit, 1.08 * limit), xticks=place[::3])
        _dress(axes)
    figure.legend(*axes.get_legend_handles_labels(), loc="upper center", ncols=2)
    return figure


@_styled
def dots(
    groups: Mapping[str, Mapping[str, ArrayLike]], *, xlabel: str, xlim: tuple[float, float] | None = None
) -> Figure:
    """Draw every run as a dot, in one row for each group, and a stroke at the mean.

    groups: row -> {name: (R,)}; each name has its own colour and marker.

    >>> figure = dots({"std 1": {"test": [0.8, 0.9]}}, xlabel="accuracy")
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['std 1']
    """
    names = list(dict.fromkeys(name for row in groups.values() for name in row))
    figure, axes = _figure(xlabel, "", legend=names)
    figure.subplots_adjust(left=0.06 + 0.018 * max(len(row) for row in groups))
    for y, row in enumerate(groups.values()):
        for position, (name, values) in enumerate(row.items()):
            colour, marker, _ = look(name, position)
            height = y + 0.3 * ((position + 0.5) / len(row) - 0.5) * 2
            label = name if y == 0 else None
            axes.plot(values, np.full(np.size(values), height), marker, color=colour, alpha=0.7, label=label)
            mean = np.asarray(values, dtype=float).mean()
            axes.plot([mean, mean], [height - 0.13, height + 0.13], color="black", linewidth=1.4)
    axes.set(ylim=(len(groups) - 0.5, -0.5), xlim=xlim)
    axes.set_yticks(range(len(groups)), list(groups))
    _legend(axes)
    return figure


def _runs(name: str, values: ArrayLike, count: int) -> np.ndarray[Any, Any]:
    """Return the values as (R, K)."""
    runs = np.atleast_2d(np.asarray(values, dtype=float))
    if runs.shape[-1] != count:
        raise ValueError(f"The series {name!r} needs {count} values, one for each x, got {runs.shape[-1]}.")
    return runs


def _figure(xlabel: str, ylabel: str, legend: Sequence[str] = ()) -> tuple[Figure, Axes]:
    """Return a figure with one pair of axes; room for the legend's rows is left above them."""
    figure = Picture(figsize=(WIDTH, HEIGHT))
    rows = -(-len(legend) // _columns(legend)) if legend else 0
    figure.subplots_adjust(top=0.95 - ROW * rows)
    axes = figure.subplots()
    axes.set(xlabel=xlabel, ylabel=ylabel)
    _dress(axes)
    return figure, axes


def _dress(axes: Axes) -> None:
    """Set what matplotlib would otherwise look up when it draws, after the book's settings are gone."""
    axes.tick_params(labelsize=SMALL, length=3)
    axes.grid(True, color="#808080", alpha=0.35, linewidth=0.6)
    axes.set_axisbelow(True)


def _scales(axes: Axes, log_x: bool, log_y: bool, ylim: tuple[float, float] | None) -> None:
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


def _columns(names: Sequence[str]) -> int:
    """Return the columns of a legend: all names in one row if they fit, else rows of equal length."""
    if sum(len(name) + 6 for name in names) <= 56:
        return len(names)
    most = max(1, 52 // (max(len(name) for name in names) + 7))
    return -(-len(names) // -(-len(names) // most))


def _legend(axes: Axes) -> None:
    """Put the legend above the axes, where it hides nothing."""
    handles, names = axes.get_legend_handles_labels()
    if axes.patches and axes.lines:  # matplotlib names lines before bars
        handles, names = handles[::-1], names[::-1]
    place = {"loc": "lower left", "bbox_to_anchor": (-0.02, 0.99), "borderaxespad": 0.2}
    axes.legend(handles, names, ncols=_columns(names), **place)
