"""Searching for good settings: where to look, how to spend a budget, on how many processes.

A *candidate* is what is tried, usually a dictionary of settings. An *objective* is a function of a candidate that
returns one number: a loss, to be small, or with ``maximize=True`` an accuracy, to be large. An objective that draws its
random numbers from a seed gives the same results in one process, in many, and on a cluster.
"""

from tipslib.search.spaces import (
    Candidate,
    Distribution,
    Interval,
    Space,
    choice,
    draw,
    grid,
    log_uniform,
    random_search,
    uniform,
)
from tipslib.search.strategies import coarse_to_fine, cross_validate, successive_halving
from tipslib.search.trials import Trial, call_all, ranked, run

__all__ = [
    "Candidate",
    "Distribution",
    "Interval",
    "Space",
    "Trial",
    "call_all",
    "choice",
    "coarse_to_fine",
    "cross_validate",
    "draw",
    "grid",
    "log_uniform",
    "random_search",
    "ranked",
    "run",
    "successive_halving",
    "uniform",
]
