"""Where to search: the distributions that settings are drawn from, and lists of candidates."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Protocol, Self, TypeAlias

import numpy as np

from tipslib.arrays import check_int
from tipslib.random import generator

Candidate: TypeAlias = dict[str, Any]


class Distribution(Protocol):
    """What a space has for each setting: a distribution to draw from and to narrow around a value.

    >>> isinstance(uniform(0, 1).sample(generator(0)), float)
    True
    """

    def sample(self, rng: np.random.Generator) -> Any:
        """Draw one value."""

    def around(self, value: Any, share: float) -> Self:
        """Return the distribution shrunk to ``share`` of its width around ``value``, clipped at its ends."""


Space: TypeAlias = Mapping[str, Distribution]


@dataclass(frozen=True)
class Interval:
    """The numbers from ``low`` to ``high``, drawn uniformly, or with ``log`` so that their logarithms are uniform.

    >>> Interval(0.0, 8.0).around(1.0, 0.5)  # -1 to 3, clipped
    Interval(low=0.0, high=3.0, log=False)
    """

    low: float
    high: float
    log: bool = False

    def sample(self, rng: np.random.Generator) -> float:
        """Draw one value."""
        return self._outside(rng.uniform(*self._inside()))

    def around(self, value: float, share: float) -> Self:
        """Return the interval shrunk to ``share`` of its width around ``value``, clipped at its ends."""
        low, high = self._inside()
        middle, half = math.log(value) if self.log else value, share * (high - low) / 2
        ends = (self._outside(max(low, middle - half)), self._outside(min(high, middle + half)))
        return replace(self, low=ends[0], high=ends[1])

    def _inside(self) -> tuple[float, float]:
        """Return the ends on the scale on which draws are uniform."""
        return (math.log(self.low), math.log(self.high)) if self.log else (self.low, self.high)

    def _outside(self, value: float) -> float:
        """Return from that scale; rounding must not lead out of the interval."""
        return min(max(math.exp(value), self.low), self.high) if self.log else value


def _interval(name: str, low: float, high: float, log: bool) -> Interval:
    if not ((0 if log else -math.inf) < low < high < math.inf):
        raise ValueError(f"{name} needs {'0 < ' if log else ''}low < high, both finite, got low={low}, high={high}.")
    return Interval(float(low), float(high), log)


def uniform(low: float, high: float) -> Interval:
    """Return the distribution in which intervals of equal length between ``low`` and ``high`` are equally likely.

    Raises ``ValueError`` unless low < high and both are finite.

    >>> 2 <= uniform(2, 3).sample(generator(0)) <= 3
    True
    """
    return _interval("uniform", low, high, log=False)


def log_uniform(low: float, high: float) -> Interval:
    """Return the distribution in which equal *ratios* are equally likely: each decade gets equally many draws.

    Use it for learning rates and penalties. Raises ``ValueError`` unless 0 < low < high and both are finite.

    >>> 1e-4 <= log_uniform(1e-4, 1).sample(generator(0)) <= 1
    True
    """
    return _interval("log_uniform", low, high, log=True)


@dataclass(frozen=True)
class choice:
    """Some ``values``, drawn with equal probability; they have no order, so ``around`` does not narrow them.

    Raises ``ValueError`` if there are none.

    >>> choice([16, 32]).around(16, 0.5)
    choice(values=(16, 32))
    """

    values: Sequence[Any]

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", tuple(self.values))
        if not self.values:
            raise ValueError("choice needs one value or more, got none.")

    def sample(self, rng: np.random.Generator) -> Any:
        """Draw one value."""
        return self.values[int(rng.integers(len(self.values)))]

    def around(self, value: Any, share: float) -> Self:
        """Return all values."""
        return self


def grid(values: Mapping[str, Iterable[Any]]) -> list[Candidate]:
    """Return every combination of the ``values`` of each setting; the last setting changes fastest.

    >>> grid({"lr": [0.1, 0.3], "width": [50, 100]})[:2]
    [{'lr': 0.1, 'width': 50}, {'lr': 0.1, 'width': 100}]
    """
    return [dict(zip(values, row, strict=True)) for row in product(*values.values())]


def random_search(space: Space, n: int, seed: int = 0) -> list[Candidate]:
    """Return ``n`` candidates drawn from ``space``, a distribution for each setting (Bergstra & Bengio 2012).

    Each setting gets n different values, where a grid of n points has only a few. A longer search begins with the
    candidates of a shorter one. Raises ``ValueError`` unless ``n`` is an integer >= 1.

    >>> random_search({"width": choice([50])}, n=2)
    [{'width': 50}, {'width': 50}]
    """
    check_int("random_search needs n", n)
    return draw(space, n, generator(seed))


def draw(space: Space, n: int, rng: np.random.Generator) -> list[Candidate]:
    """Return ``n`` candidates drawn from ``space`` with ``rng``.

    >>> draw({"width": choice([50])}, 1, generator(0))
    [{'width': 50}]
    """
    return [{name: distribution.sample(rng) for name, distribution in space.items()} for _ in range(n)]
