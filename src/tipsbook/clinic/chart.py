"""The chart of a run: loss on the left, accuracy on the right. Both runs of a patient have the same axes."""

import math

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from tipsbook.clinic.cases import Case, Course
from tipslib.plotting import GREY, Picture, look, power_of_ten, style

CLASSES = 10
FLOOR = 0.004  # a loss below it is as good as none, and would squeeze all others
NICE = [digit * 10.0**power for power in range(-6, 13) for digit in (1, 2, 5)]


def chart(case: Case, treated: bool = False) -> Figure:
    """Draw the sick run of a patient, or the treated one on the same axes."""
    course = case.treated if treated else case.sick
    with rc_context(style()):
        figure = Picture(figsize=(5, 3.2))
        figure.subplots_adjust(left=0.115, right=0.985, bottom=0.165, top=0.83, wspace=0.34)
        loss, accuracy = figure.subplots(1, 2)
        _panel(loss, course, "loss", 1, math.log(CLASSES))
        _panel(accuracy, course, "accuracy", 100, 100 / CLASSES)
        _log_axis(loss, case)
        accuracy.set(ylim=(-2, 103), yticks=range(0, 101, 20))
        last = max(case.sick.epochs, case.treated.epochs)
        for axes, title in ((loss, "loss"), (accuracy, "accuracy in %")):
            axes.set(xlim=(-0.03 * last, 1.03 * last), xlabel="epoch")
            axes.set_title(title, loc="left", pad=5)
            axes.xaxis.set_major_locator(MaxNLocator(nbins=4, steps=[1, 2, 5, 10], integer=True))
            axes.tick_params(length=3)
            axes.grid(True, color="#808080", alpha=0.35, linewidth=0.6)
        figure.legend(*loss.get_legend_handles_labels(), loc="upper left", ncols=3, borderaxespad=0.1)
    return figure


def _panel(axes: Axes, course: Course, what: str, scale: float, guess: float) -> None:
    """Draw both curves, the value of guessing, and a cross where the loss stopped being a number."""
    for name, short_name in (("training", "train"), ("validation", "val")):
        values = scale * getattr(course, f"{short_name}_{what}")
        colour, marker, dash = look(name)
        every = max(1, course.epochs // 6)
        axes.plot(values, color=colour, linestyle=dash, marker=marker, markevery=every, markersize=4, label=name)
        if course.diverged:
            axes.plot(course.epochs, values[-1], "X", color=colour, markersize=9)
    axes.axhline(guess, color=GREY, linestyle=":", linewidth=1.4, label="guessing")


def _log_axis(axes: Axes, case: Case) -> None:
    """Make the axis of the loss logarithmic, wide enough for both runs, with few ticks."""
    values = np.concatenate([(c.train_loss, c.val_loss) for c in (case.sick, case.treated)], axis=1)
    low, high = min(max(values.min(), FLOOR), 2.0) / 1.25, max(values.max(), 2.7) * 1.25
    nice = [v for v in NICE if low <= v <= high]
    decades = [v for v in nice if math.isclose(10 ** round(math.log10(v)), v)]
    ticks = decades if len(decades) > 2 else nice
    axes.set(yscale="log", ylim=(low, high))
    axes.yaxis.set_major_locator(FixedLocator(ticks[:: -(-len(ticks) // 8)]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}" if 0.001 <= v < 1000 else power_of_ten(v)))
    axes.yaxis.set_minor_locator(NullLocator())
