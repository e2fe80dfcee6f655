"""How to spend a budget: on smaller and smaller spaces, on fewer and fewer candidates, on several folds."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from tipslib.arrays import Array, check_int
from tipslib.datasets import Splits, folds
from tipslib.random import generator
from tipslib.search.spaces import Candidate, Space, draw
from tipslib.search.trials import Trial, call_all, ranked, run


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
    best value so far. A best value at the end of an interval means that the interval was wrong. ``n_jobs``,
    ``progress`` and Ctrl-C are those of ``run``. Raises ``ValueError`` unless ``n`` and ``rounds`` are integers >= 1
    and 0 < share <= 1.

    >>> from tipslib.search import uniform
    >>> trials = coarse_to_fine(lambda c: abs(c["x"] - 0.7), {"x": uniform(0, 1)}, n=10)
    >>> len(trials), ranked(trials)[0].score < 0.03
    (30, True)
    """
    check_int("coarse_to_fine needs n", n)
    check_int("coarse_to_fine needs rounds", rounds)
    if not 0 < share <= 1:
        raise ValueError(f"coarse_to_fine needs 0 < share <= 1, got share={share}.")
    rng, trials = generator(seed), list[Trial]()
    for _ in range(rounds):
        found = run(objective, draw(space, n, rng), n_jobs, progress=progress)
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

    The objective is called with a candidate and a budget, such as a number of epochs, and starts from scratch each
    time. A round costs about as much as the one before (Jamieson & Talwalkar 2016, algorithm of figure 3 with eta = 2;
    failed trials are dropped first). All trials are returned, with their budgets. ``n_jobs``, ``progress`` and Ctrl-C
    are those of ``run``. Raises ``ValueError`` unless ``budget`` is an integer >= 1 and ``factor`` one >= 2.

    >>> trials = successive_halving(lambda x, epochs: x / epochs, [1, 2, 3, 4], factor=2)
    >>> [(trial.candidate, trial.budget) for trial in trials]
    [(1, 1), (2, 1), (3, 1), (4, 1), (1, 2), (2, 2), (1, 4)]
    """
    check_int("successive_halving needs budget", budget)
    check_int("successive_halving needs factor", factor, low=2)
    left, trials = list(candidates), list[Trial]()
    while left:
        rung = call_all(objective, [(c, budget) for c in left], n_jobs, progress)
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

    Their mean judges a candidate by all examples, each held out once; the test examples are not used. Raises
    ``RuntimeError`` with the reason if a fold fails, ``ValueError`` unless 2 <= k <= the number of examples, and
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
