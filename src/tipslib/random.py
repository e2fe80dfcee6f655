"""Randomness without global state: every source of random numbers is a generator of its own, made from a seed."""

import numpy as np

from tipslib.arrays import check_int


def generator(seed: int) -> np.random.Generator:
    """Return a generator for ``seed``, an integer >= 0; the same seed gives the same numbers.

    Raises ``ValueError`` for anything else: a forgotten seed (``None``) would give other numbers in every run.

    >>> generator(0).integers(10, size=3).tolist() == generator(0).integers(10, size=3).tolist()
    True
    """
    check_int("A generator needs a seed", seed, low=0)
    return np.random.default_rng(seed)


def spawn(rng: np.random.Generator, n: int) -> list[np.random.Generator]:
    """Return ``n`` generators that are independent of ``rng`` and of each other.

    >>> first, second = spawn(generator(0), 2)
    >>> first.random() == second.random()
    False
    """
    return rng.spawn(n)


def run_generators(seed: int, runs: int | None) -> list[np.random.Generator]:
    """Return one generator per run, of ``seed``, ``seed + 1``, ...: run r draws what ``seed + r`` alone would draw.

    ``runs=None`` means a single network without an axis of runs, and gives a list of one.

    >>> run_generators(0, 2)[1].random() == generator(1).random()
    True
    """
    return [generator(seed + r) for r in range(runs or 1)]
