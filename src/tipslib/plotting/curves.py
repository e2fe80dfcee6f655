"""Lines over x: what changes with the step, the epoch or a setting."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from tipslib.arrays import Array
from tipslib.plotting.axes import name_lines, new_figure, set_scales, styled
from tipslib.plotting.styles import look


@styled
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

    x: (K,); series: name -> (K,) or (R, K). On a logarithmic axis the mean is the geometric mean. Raises ValueError if
    a series does not have K values.

    >>> lines([1, 2], {"SGD": [3, 4]}, xlabel="epoch", ylabel="loss").axes[0].lines[0].get_ydata().tolist()
    [3.0, 4.0]
    """
    x = np.asarray(x, dtype=float)
    figure, axes = new_figure(xlabel, ylabel, legend=list(series))
    for position, (name, values) in enumerate(series.items()):
        runs = _runs(name, values, len(x))
        colour, marker, dash = look(name, position)
        middle = np.exp(np.log(runs).mean(axis=0)) if log_y else runs.mean(axis=0)
        (line,) = axes.plot(x, middle, color=colour, linestyle=dash, label=name)
        if markers:
            line.set(marker=marker, markevery=max(1, len(x) // 10))
        if len(runs) > 1:
            axes.fill_between(x, runs.min(axis=0), runs.max(axis=0), color=colour, alpha=0.25, linewidth=0)
    set_scales(axes, log_x, log_y, ylim)
    if not log_x and (x == x.round()).all():
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    name_lines(axes)
    return figure


def curves(histories: Mapping[str, Any], column: str = "train_loss", *, ylabel: str, **options: Any) -> Figure:
    """Draw a column of each ``History`` over the epochs; options are those of ``lines``.

    histories: name -> History of one network, (E,), or of R at once, (E, R).

    >>> from types import SimpleNamespace
    >>> curves({"SGD": SimpleNamespace(train_loss=[2.0, 1.0])}, ylabel="loss").axes[0].get_xlabel()
    'epoch'
    """
    columns = {name: np.asarray(getattr(history, column)).T for name, history in histories.items()}
    epochs = max(values.shape[-1] for values in columns.values())
    return lines(np.arange(1, epochs + 1), columns, xlabel="epoch", ylabel=ylabel, **options)


def _runs(name: str, values: ArrayLike, count: int) -> Array:
    """Return the values as (R, K)."""
    runs = np.atleast_2d(np.asarray(values, dtype=float))
    if runs.shape[-1] != count:
        raise ValueError(f"The series {name!r} needs {count} values, one for each x, got {runs.shape[-1]}.")
    return runs
