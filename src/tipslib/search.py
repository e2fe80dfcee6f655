"""Searching for good settings: where to look, how to spend a budget, on how many processes.

A *candidate* is what is tried, usually a dictionary of settings. An *objective* is a function of a candidate that
returns one number: a loss, to be small, or with ``maximize=True`` an accuracy, to be large. An objective that draws its
random numbers from a seed gives the same results in one process, in many, and on a cluster.
"""

import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from typing import Any, NamedTuple, Protocol, Self, TypeAlias

import numpy as np

from tipslib.arrays import Array, check_positive_int
from tipslib.datasets import Splits, folds
from tipslib.optional import optional, progress_bar
from tipslib.random import generator

Candidate: TypeAlias = dict[str, Any]


class Trial(NamedTuple):
    """What became of a candidate: its ``score``, or NaN and the ``error`` that ended it; ``seconds`` it took.

    ``budget`` is what the objective was given to spend, where a search gives one.

    >>> Trial({"lr": 0.1}, 0.25, None, 1.5).failed
    False
    """

    candidate: Any
    score: float
    error: str | None
    seconds: float
    budget: int | None = None

    @property
    def failed(self) -> bool:
        """True where the objective raised an error, or returned something else than a finite number."""
        return self.error is not None


class Distribution(Protocol):
    """What a space of settings holds: something to draw from, and to narrow around a value.

    >>> isinstance(uniform(0, 1).sample(generator(0)), float)
    True
    """

    def sample(self, rng: np.random.Generator) -> Any:
        """Draw one value."""

    def around(self, value: Any, share: float) -> Self:
        """Return what is left of ``share`` of the width, around ``value``."""


Space: TypeAlias = Mapping[str, Distribution]


@dataclass(frozen=True)
class Interval:
    """The numbers from ``low`` to ``high``, drawn uniformly, or with ``log`` so that their logarithms are uniform.

    >>> Interval(0.0, 8.0).around(1.0, 0.5)  # -1 to 3, cut off
    Interval(low=0.0, high=3.0, log=False)
    """

    low: float
    high: float
    log: bool = False

    def sample(self, rng: np.random.Generator) -> float:
        """Draw one value."""
        return self._outside(rng.uniform(*self._inside()))

    def around(self, value: float, share: float) -> "Interval":
        """Return ``share`` of the width around ``value``, cut off at the ends."""
        low, high = self._inside()
        middle, half = math.log(value) if self.log else value, share * (high - low) / 2
        ends = (self._outside(max(low, middle - half)), self._outside(min(high, middle + half)))
        return replace(self, low=ends[0], high=ends[1])

    def _inside(self) -> tuple[float, float]:
        """Return the ends where values are drawn uniformly."""
        return (math.log(self.low), math.log(self.high)) if self.log else (self.low, self.high)

    def _outside(self, value: float) -> float:
        """Undo the logarithm, and the rounding that would leave the interval."""
        return min(max(math.exp(value), self.low), self.high) if self.log else value


@dataclass(frozen=True)
class Options:
    """Some values, drawn with equal probability; there is no order between them, so they do not narrow.

    >>> Options((16, 32)).around(16, 0.5)
    Options(values=(16, 32))
    """

    values: tuple[Any, ...]

    def sample(self, rng: np.random.Generator) -> Any:
        """Draw one value."""
        return self.values[rng.integers(len(self.values))]

    def around(self, value: Any, share: float) -> "Options":
        """Return all values."""
        return self


def _interval(name: str, low: float, high: float, log: bool) -> Interval:
    if not ((0 if log else -math.inf) < low < high < math.inf):
        raise ValueError(f"{name} needs {'0 < ' if log else ''}low < high, both finite, got low={low}, high={high}.")
    return Interval(float(low), float(high), log)


def uniform(low: float, high: float) -> Interval:
    """Return the distribution in which equal intervals between ``low`` and ``high`` are equally likely.

    Raises ``ValueError`` unless low < high and both are finite.

    >>> 2 <= uniform(2, 3).sample(generator(0)) <= 3
    True
    """
    return _interval("uniform", low, high, log=False)


def log_uniform(low: float, high: float) -> Interval:
    """Return the distribution in which equal *ratios* are equally likely: each decade gets as many draws.

    The one for learning rates and penalties. Raises ``ValueError`` unless 0 < low < high and both are finite.

    >>> 1e-4 <= log_uniform(1e-4, 1).sample(generator(0)) <= 1
    True
    """
    return _interval("log_uniform", low, high, log=True)


def choice(values: Iterable[Any]) -> Options:
    """Return the distribution in which all ``values`` are equally likely. Raises ``ValueError`` if there are none.

    >>> choice([16, 32, 64]).sample(generator(0)) in (16, 32, 64)
    True
    """
    options = Options(tuple(values))
    if not options.values:
        raise ValueError("choice needs one value or more, got none.")
    return options


def grid(values: Mapping[str, Iterable[Any]]) -> list[Candidate]:
    """Return every combination of the ``values`` of each setting; the last setting changes fastest.

    >>> grid({"lr": [0.1, 0.3], "width": [50, 100]})[:2]
    [{'lr': 0.1, 'width': 50}, {'lr': 0.1, 'width': 100}]
    """
    return [dict(zip(values, row, strict=True)) for row in product(*values.values())]


def random_search(space: Space, n: int, seed: int = 0) -> list[Candidate]:
    """Return ``n`` candidates drawn from ``space``, a distribution for each setting (Bergstra & Bengio 2012).

    Each setting gets n different values, where a grid of n points has few. The first candidates of a longer search are
    those of a shorter one. Raises ``ValueError`` unless ``n`` is an integer >= 1.

    >>> random_search({"width": choice([50])}, n=2)
    [{'width': 50}, {'width': 50}]
    """
    check_positive_int("random_search needs n", n)
    return _drawn(space, n, generator(seed))


def _drawn(space: Space, n: int, rng: np.random.Generator) -> list[Candidate]:
    return [{name: distribution.sample(rng) for name, distribution in space.items()} for _ in range(n)]


def _attempt(objective: Callable[..., Any], candidate: Any, *budget: int) -> Trial:
    """Try one candidate; whatever goes wrong with it is reported, and the search goes on."""
    start = time.perf_counter()
    score, error = math.nan, None
    try:
        result = objective(candidate, *budget)
        score = float(result)
        if not math.isfinite(score):
            error = f"The objective returned {result!r}, not a finite number."
    except Exception as reason:  # any error at all is the trial's, not the search's
        error = f"{type(reason).__name__}: {reason}"
    return Trial(candidate, math.nan if error else score, error, time.perf_counter() - start, *budget)


def run(
    objective: Callable[..., Any], candidates: Iterable[Any], n_jobs: int = 1, *, progress: bool = False
) -> list[Trial]:
    """Return one ``Trial`` per candidate, in their order, of ``objective(candidate)``.

    ``n_jobs`` processes share the work, all cores for -1, by joblib (``ImportError`` without it, unless ``n_jobs`` is
    1). With the default, joblib's context decides: under ``joblib.parallel_config(backend="dask")`` the same call runs
    on a cluster. A candidate that raises an error, or returns something else than a finite number, is a failed
    ``Trial`` and ends nothing. Ctrl-C ends the search, and the trials that are done come back; while ``fit`` runs in
    this process, it ends that training alone (``history.interrupted``). ``progress=True`` shows a bar (``ImportError``
    without tqdm).

    >>> [trial.score for trial in run(lambda x: (x - 2) ** 2, [1, 2, 4])]
    [1.0, 0.0, 4.0]
    """
    return _run(partial(_attempt, objective), [(c,) for c in candidates], n_jobs, progress)


def _run(attempt: Callable[..., Trial], calls: Sequence[tuple[Any, ...]], n_jobs: int, progress: bool) -> list[Trial]:
    trials: list[Trial] = []
    rows = _parallel(attempt, calls, n_jobs)
    try:
        for trial in progress_bar(rows, len(calls), "trial") if progress else rows:
            trials.append(trial)
    except KeyboardInterrupt:
        pass
    return trials


def _parallel(attempt: Callable[..., Trial], calls: Sequence[tuple[Any, ...]], n_jobs: int) -> Iterator[Trial]:
    try:
        joblib = optional("joblib", f"n_jobs={n_jobs}")
    except ImportError:
        if n_jobs != 1:
            raise
        yield from (attempt(*call) for call in calls)
        return
    backend, _ = joblib.parallel.get_active_backend()  # a generator gives trials as they come; not every backend can
    kind = "generator" if backend.supports_return_generator else "list"
    parallel = joblib.Parallel(n_jobs=None if n_jobs == 1 else n_jobs, return_as=kind)
    yield from parallel(joblib.delayed(attempt)(*call) for call in calls)


def ranked(trials: Iterable[Trial], *, maximize: bool = False) -> list[Trial]:
    """Return the trials that did not fail, best first; equal ones keep their order.

    >>> [trial.candidate for trial in ranked(run(abs, [3, -1, 2]))]
    [-1, 2, 3]
    """
    return sorted((t for t in trials if not t.failed), key=lambda t: -t.score if maximize else t.score)


def coarse_to_fine(
    objective: Callable[[Candidate], Any],
    space: Space,
    *,
    n: int = 20,
    rounds: int = 3,
    share: float = 0.4,
    seed: int = 0,
    maximize: bool = False,
    n_jobs: int = 1,
    progress: bool = False,
) -> list[Trial]:
    """Search at random in ``rounds`` of ``n`` trials, each round in a smaller space, and return all trials.

    After each round every interval shrinks to ``share`` of its width (of its logarithm, for ``log_uniform``) around the
    best value so far. A best value at the end of an interval says that the interval was wrong. ``n_jobs``, ``progress``
    and Ctrl-C are those of ``run``.
    Raises ``ValueError`` unless ``n`` and ``rounds`` are integers >= 1 and 0 < share <= 1.

    >>> trials = coarse_to_fine(lambda c: abs(c["x"] - 0.7), {"x": uniform(0, 1)}, n=10)
    >>> len(trials), ranked(trials)[0].score < 0.03
    (30, True)
    """
    check_positive_int("coarse_to_fine needs n", n)
    check_positive_int("coarse_to_fine needs rounds", rounds)
    if not 0 < share <= 1:
        raise ValueError(f"coarse_to_fine needs 0 < share <= 1, got share={share}.")
    rng, trials = generator(seed), list[Trial]()
    for _ in range(rounds):
        found = run(objective, _drawn(space, n, rng), n_jobs, progress=progress)
        trials += found
        if len(found) < n:  # Ctrl-C
            break
        if best := ranked(trials, maximize=maximize):
            space = {name: range_.around(best[0].candidate[name], share) for name, range_ in space.items()}
    return trials


def successive_halving(
    objective: Callable[[Any, int], Any],
    candidates: Iterable[Any],
    *,
    budget: int = 1,
    factor: int = 3,
    maximize: bool = False,
    n_jobs: int = 1,
    progress: bool = False,
) -> list[Trial]:
    """Give all candidates a small ``budget``, the best 1/``factor`` of them ``factor`` times that, until one is left.

    The objective is called with a candidate and a budget, such as a number of epochs, and starts anew each time. A
    round costs about what the one before cost (Jamieson & Talwalkar 2016, algorithm of figure 3 with eta = 2; failed
    trials go first). All trials are returned, with their budgets. ``n_jobs``, ``progress`` and Ctrl-C are those of
    ``run``. Raises ``ValueError`` unless ``budget`` is an integer >= 1 and ``factor`` one >= 2.

    >>> trials = successive_halving(lambda x, epochs: x / epochs, [1, 2, 3, 4], factor=2)
    >>> [(trial.candidate, trial.budget) for trial in trials]
    [(1, 1), (2, 1), (3, 1), (4, 1), (1, 2), (2, 2), (1, 4)]
    """
    check_positive_int("successive_halving needs budget", budget)
    if isinstance(factor, bool) or not isinstance(factor, int | np.integer) or factor < 2:
        raise ValueError(f"successive_halving needs factor, an integer >= 2, got {factor!r}.")
    left, trials = list(candidates), list[Trial]()
    while left:
        rung = _run(partial(_attempt, objective), [(c, budget) for c in left], n_jobs, progress)
        trials += rung
        if len(rung) < len(left):  # Ctrl-C
            break
        keep = len(left) // factor
        left = [trial.candidate for trial in ranked(rung, maximize=maximize)[:keep]]
        budget *= factor
    return trials


def cross_validate(
    objective: Callable[[Splits], Any], splits: Splits, *, k: int = 5, seed: int = 0, n_jobs: int = 1
) -> Array:
    """Return the scores ``(k,)`` of ``objective(splits)`` for the k ``folds`` of the training and validation examples.

    Their mean judges a candidate by all examples, each held back once; the test examples are not used. Raises
    ``RuntimeError`` where a fold fails, with its reason, ``ValueError`` for k that does not fit, and
    ``KeyboardInterrupt`` on Ctrl-C.

    >>> from tipslib.datasets import digits
    >>> cross_validate(lambda fold: len(fold.val.y), digits(n=103), k=5)  # 103 + 397 examples
    array([100., 100., 100., 100., 100.])
    """
    trials = run(objective, folds(splits, k, seed), n_jobs)
    if len(trials) < k:
        raise KeyboardInterrupt  # there is no mean over some of the folds
    for i, trial in enumerate(trials):
        if trial.failed:
            raise RuntimeError(f"Fold {i} of {k} failed. {trial.error}")
    return np.array([trial.score for trial in trials])
