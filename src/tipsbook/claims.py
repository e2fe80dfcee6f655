"""Claims: numbers that the prose prints, each computed by the cell that a link leads to.

A claim fails where its value does not round to what is shown, so no number in the book can outlive the code behind it.
"""

import html
import re
from dataclasses import dataclass

SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
NUMBER = re.compile(
    r"(?P<digits>-?(?:\d+(?:\.(?P<decimals>\d+))?|\.(?P<bare>\d+)))"
    r"(?:e(?P<e>[-+]?\d+)|\s*×\s*10(?P<power>[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?\s*(?P<percent>%)?"
)


@dataclass(frozen=True)
class Claim:
    """A claim that held: its name, the value computed and the text that the prose prints."""

    name: str
    value: float
    shown: str

    def __repr__(self) -> str:
        return f"{self.name}: {self.value:.4g}, printed as {self.shown}"

    def _repr_html_(self) -> str:
        name, shown = html.escape(self.name), html.escape(self.shown)
        return (
            f'<p class="tips-claim" id="claim-{name}"><strong>{name}</strong>: computed {self.value:.4g}, '
            f"printed as {shown}.</p>"
        )


def parse(shown: str) -> tuple[float, float]:
    """Return the number that a text shows, and half a unit of its last digit.

    Accepts 12, -0.3, .25, 2e-6, 2 × 10⁻⁶ and 98 %. Raises ValueError for anything else.

    >>> parse("0.25")
    (0.25, 0.005)
    >>> parse("98 %")
    (0.98, 0.005)
    """
    found = NUMBER.fullmatch(shown.strip().replace("−", "-"))
    if not found:
        raise ValueError(f"claim: shown must be a number such as 0.003, 2 × 10⁻⁶ or 98 %, got {shown!r}.")
    exponent = int(found["e"] or (found["power"] or "0").translate(SUPERSCRIPTS)) - (2 if found["percent"] else 0)
    decimals = len(found["decimals"] or found["bare"] or "")
    return float(f"{found['digits']}e{exponent}"), float(f"0.5e{exponent - decimals}")


def check_name(caller: str, name: str) -> None:
    """Raise ValueError for a name that is not lower-case words with hyphens."""
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
        raise ValueError(f"{caller}: a name is lower-case words joined by hyphens, got {name!r}.")


def claim(name: str, value: float, *, shown: str, within: float | None = None) -> Claim:
    """Hold a printed number against its computed value; return a line that Jupyter displays.

    `shown` is the text as the prose prints it, linked to `#claim-<name>`; `within` is the largest distance
    allowed between the two, half a unit of the last digit shown unless said. Raises ValueError for a name that is not
    lower-case words with hyphens or a `shown` that is not a number, and AssertionError where the claim does not hold.

    >>> claim("a-third", 1 / 3, shown="0.33")
    a-third: 0.3333, printed as 0.33
    """
    check_name("claim", name)
    number, half_unit = parse(shown)
    limit = half_unit if within is None else within
    if not abs(float(value) - number) <= limit * (1 + 1e-9):  # not: a NaN must fail too
        raise AssertionError(
            f"The claim {name} shows {shown} (within {limit:g}), but the computed value is {float(value):.6g}."
        )
    return Claim(name, float(value), shown)
