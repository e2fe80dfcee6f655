"""Numbers side by side: layer by layer, and before and after."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from tipslib.plotting.axes import add_legend, dress, new_figure, styled
from tipslib.plotting.numbers import power_of_ten
from tipslib.plotting.pictures import Picture
from tipslib.plotting.styles import BLUE, HEIGHT, ORANGE, WIDTH


@styled
def layer_bars(
    series: Mapping[str, ArrayLike], *, ylabel: str, slots: int = 20, limits: tuple[float, float] = (1e-12, 1e12)
) -> Figure:
    """Draw one or two numbers of each layer on a logarithmic axis: bars from 1 up or down, and diamonds.

    series: name -> (D,), D <= slots; the first one gives the bars, the second one the diamonds. Values beyond the
    limits are drawn at the limits. There are always as many bars and diamonds as slots (those without a layer have no
    height or lie outside), so that figures of networks of different depth have the same parts. Raises ValueError for
    more layers.

    >>> axes = layer_bars({"deltas": [0.01, 1.0]}, ylabel="norm", slots=3).axes[0]
    >>> [float(bar.get_height()) for bar in axes.patches]
    [-2.0, 0.0, 0.0]
    """
    figure, axes = new_figure("hidden layer (1 is next to the input)", ylabel, legend=list(series))
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
    add_legend(axes)
    return figure


@styled
def before_after(panels: Mapping[str, tuple[ArrayLike, ArrayLike]], *, limits: Sequence[float]) -> Figure:
    """Draw two states of the same numbers: a ring before, a diamond after, a line between them.

    panels: title -> (before, after), both (K,); limits: for each panel the largest absolute value shown.

    >>> [axes.get_title() for axes in before_after({"in": ([0], [1]), "out": ([0], [0])}, limits=[1, 1]).axes]
    ['in', 'out']
    """
    figure = Picture(figsize=(WIDTH, HEIGHT))
    figure.subplots_adjust(left=0.1, top=0.8, wspace=0.28)
    row = figure.subplots(1, len(panels), squeeze=False)[0]
    for axes, (title, (before, after)), limit in zip(row, panels.items(), limits, strict=True):
        place = np.arange(1, len(np.asarray(before)) + 1)
        low, high = (np.clip(values, -limit, limit) for values in (before, after))
        axes.vlines(place, low, high, color=ORANGE, linewidth=2)
        axes.plot(place, low, "o", color=BLUE, fillstyle="none", markersize=7, label="before")
        axes.plot(place, high, "D", color=ORANGE, markersize=3.5, label="after")
        axes.set(title=title, ylim=(-1.08 * limit, 1.08 * limit), xticks=place[::3])
        dress(axes)
    figure.legend(*axes.get_legend_handles_labels(), loc="upper center", ncols=2)
    return figure
