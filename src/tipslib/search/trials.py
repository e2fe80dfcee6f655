"""Trying candidates, in one process or in many; a candidate that fails is reported and does not end the search."""

import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from tipslib.optional import optional, progress_bar


class Trial(NamedTuple):
    """The result of a candidate: its ``score``, or NaN and the ``error``; and how many ``seconds`` it took.

    ``budget`` is what the objective was given to spend, if the search gives it a budget.

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
        """True if the objective raised an error or returned anything but a finite number."""
        return self.error is not None


def _attempt(objective: Callable[..., Any], candidate: Any, *budget: int) -> Trial:
    """Try one candidate; whatever goes wrong is reported in its ``Trial``."""
    start = time.perf_counter()
    score, error = math.nan, None
    try:
        result = objective(candidate, *budget)
        score = float(result)
        if not math.isfinite(score):
            error = f"The objective returned {result!r}, not a finite number."
    except Exception as reason:  # any error at all ends the trial, not the search
        error = f"{type(reason).__name__}: {reason}"
    return Trial(candidate, math.nan if error else score, error, time.perf_counter() - start, *budget)


def run(
    objective: Callable[..., Any], candidates: Iterable[Any], n_jobs: int = 1, *, progress: bool = False
) -> list[Trial]:
    """Call ``objective(candidate)`` for each candidate and return a ``Trial`` of each, in the same order.

    ``n_jobs`` processes share the work, -1 means one per core (``ImportError`` without joblib, unless ``n_jobs`` is
    1). With the default, joblib's context decides: under ``joblib.parallel_config(backend="dask")`` the same call runs
    on a cluster. A candidate that raises an error, or returns anything but a finite number, gives a failed ``Trial``
    and does not end the search. Ctrl-C does, and the trials that are done are returned; while ``fit`` runs in this
    process, Ctrl-C ends that training alone (``history.interrupted``). ``progress=True`` shows a bar (``ImportError``
    without tqdm).

    >>> [trial.score for trial in run(lambda x: (x - 2) ** 2, [1, 2, 4])]
    [1.0, 0.0, 4.0]
    """
    return call_all(objective, [(c,) for c in candidates], n_jobs, progress)


def call_all(
    objective: Callable[..., Any], calls: Sequence[tuple[Any, ...]], n_jobs: int = 1, progress: bool = False
) -> list[Trial]:
    """Return a ``Trial`` of ``objective(*call)`` for each of ``calls``: candidates, or candidates and budgets.

    >>> call_all(lambda x, budget: x / budget, [(3, 2)])[0][:3]
    (3, 1.5, None)
    """
    trials: list[Trial] = []
    rows = _parallel(partial(_attempt, objective), calls, n_jobs)
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
    backend, _ = joblib.parallel.get_active_backend()
    kind = "generator" if backend.supports_return_generator else "list"  # a generator yields trials as they end
    parallel = joblib.Parallel(n_jobs=None if n_jobs == 1 else n_jobs, return_as=kind)
    yield from parallel(joblib.delayed(attempt)(*call) for call in calls)


def ranked(trials: Iterable[Trial], *, maximize: bool = False) -> list[Trial]:
    """Return the trials that did not fail, best first; equal ones keep their order.

    >>> [trial.candidate for trial in ranked(run(abs, [3, -1, 2]))]
    [-1, 2, 3]
    """
    return sorted((t for t in trials if not t.failed), key=lambda t: -t.score if maximize else t.score)
