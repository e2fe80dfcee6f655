"""A Maxout unit of one input, to be bent by hand: its lines, what wins where, and the sentence that says so.

The unit is computed by `tipslib.layers.Maxout`. `tipsbook/scripts/widgets.js` computes the same on the static page.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tipslib.arrays import Array
from tipslib.layers import Maxout
from tipslib.networks import Sequential

REACH = 2.0  # inputs go from -REACH to REACH
GRID = tuple(round(i / 40, 3) for i in range(-120, 121))  # what slopes, offsets and inputs can be
MOST = 5  # lines

Line = tuple[float, float]


def spell(value: float) -> str:
    """Write a number with at most three decimals, with a true minus sign.

    >>> spell(-0.125), spell(2.0), spell(-0.0001)
    ('−0.125', '2', '0')
    """
    text = f"{math.floor(value * 1000 + 0.5) / 1000 + 0.0:.3f}".rstrip("0").rstrip(".")
    return text.replace("-", "−")


@dataclass(frozen=True)
class Lines:
    """The (slope, offset) of each line. The last `minus` of them form a second unit, which is subtracted.

    With `parabola` the sentence measures the distance to x². Raises ValueError unless there are 1 to 5 lines, of
    numbers from the grid.

    >>> Lines(((0, 0), (1, 0))).value(np.array([-1.0, 1.5]))
    array([0. , 1.5])
    """

    lines: tuple[Line, ...]
    minus: int = 0
    parabola: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn."""
        if not 0 <= self.minus < len(self.lines) <= MOST:
            count = f"{len(self.lines)}, {self.minus} of them subtracted"
            raise ValueError(f"A sculptor needs 1 to {MOST} lines, not all subtracted, got {count}.")
        off = [value for line in self.lines for value in line if round(value, 3) not in GRID]
        if off:
            raise ValueError(f"Slopes and offsets go from -3 to 3 in steps of 0.025, got {off[0]}.")

    @property
    def groups(self) -> list[list[int]]:
        """Return the numbers of the lines of each unit, from 0."""
        count = len(self.lines)
        return [g for g in (list(range(count - self.minus)), list(range(count - self.minus, count))) if g]

    def unit(self, group: Sequence[int], x: Array) -> tuple[Array, Array]:
        """Return the output (N,) of a unit for inputs (N,), and the line (N,) that is on top."""
        net = Sequential([Maxout(1, pieces=len(group))], n_in=1)
        params = net.layers[0].params
        params["W"][...], params["b"][...] = np.array([self.lines[i] for i in group], dtype=float).T
        h = net.forward(x[:, None])[:, 0]
        return h, np.array(group)[net.layers[0].cached().argmax(axis=1)[:, 0]]

    def value(self, x: Array) -> Array:
        """Return the output (N,) for inputs (N,): one unit, or the difference of two."""
        first, *second = (self.unit(group, x)[0] for group in self.groups)
        return first - second[0] if second else first

    def winners(self, x: float) -> list[int]:
        """Return the line on top in each unit."""
        return [int(self.unit(group, np.array([x]))[1][0]) for group in self.groups]

    def bends(self) -> Array:
        """Return the ends of the inputs and all crossings of two lines between them: nothing bends elsewhere."""
        found = {-REACH, REACH}
        for group in self.groups:
            for i, j in itertools.combinations(group, 2):
                (w, b), (v, c) = self.lines[i], self.lines[j]
                if w != v and abs((c - b) / (w - v)) < REACH:
                    found.add((c - b) / (w - v))
        return np.array(sorted(found))

    def ranges(self) -> list[tuple[float, float] | None]:
        """Return from where to where each line is on top; None for a line that is on top nowhere, a dead piece."""
        found: list[tuple[float, float] | None] = [None] * len(self.lines)
        for low, high in itertools.pairwise(self.bends().tolist()):
            for i in self.winners((low + high) / 2):
                found[i] = (low if (before := found[i]) is None else before[0], high)
        return found

    def distance(self) -> float:
        """Return the largest distance to x²: at an end, at a bend, or where a line is parallel to the parabola."""
        first, *second = ([self.lines[i][0] for i in group] for group in self.groups)
        slopes = [w - v for w in first for v in second[0]] if second else first
        parallel = [slope / 2 for slope in slopes if abs(slope / 2) < REACH]
        x = np.concatenate([self.bends(), parallel])
        return float(abs(self.value(x) - x * x).max())

    def sentence(self, held: int, x: float) -> str:
        """Say what is in hand (a line, or the input when `held` is their count), who is on top at x, and how often."""
        return " ".join(part for part in (self._in_hand(held), self._on_top(x), self._shares(), self._error()) if part)

    def _in_hand(self, held: int) -> str:
        if held == len(self.lines):
            return "The input is in hand."
        slope, offset = self.lines[held]
        return f"Line {held + 1} has slope {spell(slope)} and offset {spell(offset)}."

    def _on_top(self, x: float) -> str:
        first, *second = self.winners(x)
        values = [spell(float(self.unit(group, np.array([x]))[0][0])) for group in self.groups]
        h, at = spell(float(self.value(np.array([x]))[0])), spell(x)
        if second:
            return (
                f"At x = {at} lines {first + 1} and {second[0] + 1} are on top: h = {values[0]} − ({values[1]}) = {h}. "
                f"Line {first + 1} gets the gradient, line {second[0] + 1} its negative, the others nothing."
            )
        return f"At x = {at} line {first + 1} is on top: h = {h}. It gets all of the gradient, the others nothing."

    def _shares(self) -> str:
        said = []
        for i, range_ in enumerate(self.ranges()):
            share = 0.0 if range_ is None else (range_[1] - range_[0]) / (2 * REACH)
            said.append(f"line {i + 1} {'nowhere' if range_ is None else f'{math.floor(100 * share + 0.5)} %'}")
        return f"On top between −2 and 2: {', '.join(said)}."

    def _error(self) -> str:
        return f"Largest distance to x²: {spell(self.distance())}." if self.parabola else ""
