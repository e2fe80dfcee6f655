"""How numbers are distributed: histograms, and every run as a dot."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from tipslib.plotting.axes import add_legend, new_figure, styled
from tipslib.plotting.styles import look


@styled
def histograms(series: Mapping[str, ArrayLike], *, xlabel: str, limits: tuple[float, float], bins: int = 40) -> Figure:
    """Draw the shares of the values that fall into equal bins between the limits, one outline for each name.

    series: name -> array of any shape; values outside the limits are counted in the outermost bins.

    >>> axes = histograms({"h": [0.1, 0.9, 0.9, 0.9]}, xlabel="h", limits=(0, 1), bins=2).axes[0]
    >>> axes.patches[0].get_data().values.tolist()
    [0.25, 0.75]
    """
    figure, axes = new_figure(xlabel, "share of the values", legend=list(series))
    edges = np.linspace(*limits, bins + 1)
    for position, (name, values) in enumerate(series.items()):
        flat = np.clip(np.ravel(values), *limits)
        colour, _, dash = look(name, position)
        shares = np.histogram(flat, edges)[0] / flat.size
        axes.stairs(shares, edges, color=colour, linestyle=dash, linewidth=1.6, label=name)
        axes.stairs(shares, edges, color=colour, fill=True, alpha=0.3)
    axes.set(xlim=limits, ylim=(0, 1.02))
    add_legend(axes)
    return figure


@styled
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
    figure, axes = new_figure(xlabel, "", legend=names)
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
    add_legend(axes)
    return figure
