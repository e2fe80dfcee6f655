"""Headlines: the sentences of a chapter that a reader will repeat, each with the four checks that it survived.

A comparison at one setting can turn over at another. So a headline is held against four changes of its setting: the
learning rate tuned for each side, a longer budget, other doses of the remedy, and data or networks elsewhere.
"""

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from tipsbook.claims import check_name

CHECKS = ("rate", "budget", "dose", "elsewhere")
FEWEST = 5  # seeds on each side
WIDTH = 120  # of a picture, in pixels


@dataclass(frozen=True)
class Comparison:
    """One check that a headline survived: its setting, the two means, their difference and its standard error."""

    setting: str
    first: float
    second: float
    error: float
    within: float | None = None  # for two sides that are level

    @property
    def difference(self) -> float:
        return self.first - self.second


@dataclass(frozen=True)
class Moot:
    """A check that does not apply to a headline, and why."""

    reason: str


Check = Comparison | Moot


def _compared(setting: str, first: ArrayLike, second: ArrayLike, within: float | None) -> Comparison:
    sides = [np.asarray(side, dtype=np.float64).ravel() for side in (first, second)]
    for side in sides:
        if side.size < FEWEST and not (side is sides[1] and side.size == 1):
            raise ValueError(f"headline: a side needs {FEWEST} seeds or more ({setting}), got {side.size}.")
        if not np.isfinite(side).all():
            raise ValueError(f"headline: all values must be finite ({setting}), got {side}.")
    squares = [side.var(ddof=1) / side.size if side.size > 1 else 0.0 for side in sides]
    return Comparison(setting, float(sides[0].mean()), float(sides[1].mean()), math.sqrt(sum(squares)), within)


def above(setting: str, larger: ArrayLike, smaller: ArrayLike) -> Comparison:
    """Compare two sides, one value a seed, shape (R,), R at least 5; the first must be larger by two standard errors.

    `setting` says in a few words what was changed; `smaller` may be one fixed number. Raises AssertionError where the
    order does not hold, ValueError for too few seeds or values that are not finite.
    """
    found = _compared(setting, larger, smaller, None)
    if not found.difference > 2 * found.error:
        raise AssertionError(
            f"Not larger by two standard errors ({setting}): {found.first:.4g} against {found.second:.4g}, "
            f"difference {found.difference:.3g}, standard error {found.error:.3g}."
        )
    return found


def level(setting: str, first: ArrayLike, second: ArrayLike, *, within: float) -> Comparison:
    """Compare two sides that should be level: their difference, give or take two standard errors, is inside `within`.

    Shapes and errors as for `above`.
    """
    found = _compared(setting, first, second, within)
    if not abs(found.difference) + 2 * found.error <= within:
        raise AssertionError(
            f"Not level within {within:g} ({setting}): {found.first:.4g} against {found.second:.4g}, "
            f"difference {found.difference:.3g}, standard error {found.error:.3g}."
        )
    return found


def tuned(grid: ArrayLike, scores: ArrayLike) -> int:
    """Return the place of the best setting of a grid, shape (G,), by scores of shape (G, R), the mean of R seeds.

    Raises AssertionError where the best lies at an edge of the grid: then a better one may lie outside.
    """
    means = np.asarray(scores, dtype=np.float64).mean(axis=1)
    best, last = int(means.argmax()), len(means) - 1
    if best in (0, last):
        raise AssertionError(f"The best setting, {np.asarray(grid)[best]:g}, lies at the edge of its grid: widen it.")
    return best


@dataclass(frozen=True)
class Headline:
    """A sentence, what its comparisons measure, and the checks that it survived, in the order of `CHECKS`."""

    name: str
    sentence: str
    measure: str
    checks: dict[str, list[Check]]

    def __repr__(self) -> str:
        told = [f"  {name}: {_told(check)}" for name, checks in self.checks.items() for check in checks]
        return "\n".join([self.sentence, f"Measured: {self.measure}.", *told])

    def _repr_html_(self) -> str:
        rows = "".join(_row(name, check, self._scale()) for name, checks in self.checks.items() for check in checks)
        return (
            f'<div class="tips-headline" id="headline-{self.name}"><p>{html.escape(self.sentence)}</p>'
            f'<details class="fold headline"><summary>Holds in {self._count()}</summary>'
            f"<p>Measured: {html.escape(self.measure)}; means and their difference, with two standard errors.</p>"
            "<table><thead><tr><th>changed</th><th>setting</th><th>first</th><th>second</th><th>difference</th>"
            f"<th>picture</th></tr></thead><tbody>{rows}</tbody></table></details></div>"
        )

    def _compared(self) -> list[Comparison]:
        return [check for checks in self.checks.values() for check in checks if isinstance(check, Comparison)]

    def _scale(self) -> float:
        return max(max(abs(c.difference) + 2 * c.error, c.within or 0) for c in self._compared()) or 1.0

    def _count(self) -> str:
        count = len(self._compared())
        return "one comparison" if count == 1 else f"{count} comparisons"


def _told(check: Check) -> str:
    if isinstance(check, Moot):
        return f"does not apply: {check.reason}"
    means = f"{check.first:.3g} against {check.second:.3g}"
    return f"{check.setting}: {means}, difference {check.difference:.2g} ± {2 * check.error:.1g}"


def _row(name: str, check: Check, scale: float) -> str:
    if isinstance(check, Moot):
        return f'<tr><td>{name}</td><td colspan="5">does not apply: {html.escape(check.reason)}</td></tr>'
    difference = f"{check.difference:.2g} ± {2 * check.error:.1g}".replace("-", "−")
    return (
        f"<tr><td>{name}</td><td>{html.escape(check.setting)}</td><td>{check.first:.3g}</td>"
        f"<td>{check.second:.3g}</td><td>{difference}</td><td>{_picture(check, scale)}</td></tr>"
    )


def _picture(check: Comparison, scale: float) -> str:
    """Return a difference and two standard errors as a dot on a line, zero in the middle; the table has the numbers."""
    middle, unit = WIDTH / 2, (WIDTH / 2 - 6) / scale
    at, half = middle + check.difference * unit, 2 * check.error * unit
    band = (check.within or 0) * unit
    return (
        f'<svg viewBox="0 0 {WIDTH} 16" width="{WIDTH}" height="16" aria-hidden="true">'
        f'<rect class="band" x="{middle - band:.1f}" y="1" width="{2 * band:.1f}" height="14"/>'
        f'<path class="zero" d="M{middle:g} 1v14"/><path class="error" d="M{at - half:.1f} 8h{2 * half:.1f}"/>'
        f'<circle cx="{at:.1f}" cy="8" r="4"/></svg>'
    )


def headline(
    name: str,
    sentence: str,
    measure: str,
    *,
    rate: Check | Sequence[Check],
    budget: Check | Sequence[Check],
    dose: Check | Sequence[Check],
    elsewhere: Check | Sequence[Check],
) -> Headline:
    """Tie a sentence to the four checks that it survived; return what Jupyter displays.

    Each check is one comparison or several: `above(...)`, `level(...)`, or `Moot("why it does not apply")`.
    Raises ValueError for a bad name, a sentence without its full stop, or four checks of which none compares.

    >>> seeds = np.array([0.97, 0.96, 0.98, 0.97, 0.97])
    >>> far = above("three times the epochs", seeds, 0.14)
    >>> headline("centring", "Centring helps.", "accuracy", rate=far, budget=far, dose=far, elsewhere=Moot("a proof"))
    Centring helps.
    Measured: accuracy.
      rate: three times the epochs: 0.97 against 0.14, difference 0.83 ± 0.006
      budget: three times the epochs: 0.97 against 0.14, difference 0.83 ± 0.006
      dose: three times the epochs: 0.97 against 0.14, difference 0.83 ± 0.006
      elsewhere: does not apply: a proof
    """
    check_name("headline", name)
    if not sentence.endswith("."):
        raise ValueError(f"headline: a sentence ends in a full stop, got {sentence!r}.")
    given = zip(CHECKS, (rate, budget, dose, elsewhere), strict=True)
    checks = {key: [c] if isinstance(c, Comparison | Moot) else list(c) for key, c in given}
    if empty := [key for key, found in checks.items() if not found]:
        raise ValueError(f"headline: {name} needs a comparison or a reason for {', '.join(empty)}, got none.")
    if not any(isinstance(c, Comparison) for found in checks.values() for c in found):
        raise ValueError(f"headline: {name} compares nothing; expected at least one comparison.")
    return Headline(name, sentence, measure, checks)
