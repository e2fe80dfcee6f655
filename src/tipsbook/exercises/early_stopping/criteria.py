"""Exercises 5 and 6: where patience stops, and Prechelt's progress quotient."""

from collections.abc import Callable
from typing import Any

import numpy as np

from tipsbook.grading.exercise import Case, FunctionExercise, Mistake
from tipslib.arrays import Array
from tipslib.history import Epoch
from tipslib.stopping import EarlyStopping, progress_quotient


def _stopped(losses: Array, patience: int) -> Array:
    """Let the library's stopper watch the losses; return the last epoch it saw, and the best one."""
    stop, seen = EarlyStopping("val_loss", patience=patience), 0
    for seen, loss in enumerate(losses, start=1):
        if stop(Epoch(seen, seen, 0.0, 0.0, loss, 0.0, 0.1, 0.0)):
            break
    return np.array([seen, stop.best_epoch])


def _patience_cases() -> list[Case]:
    by_hand = np.array([1.0, 0.8, 0.9, 0.85, 0.7])
    ties = np.array([2.0, 1.0, 1.0, 1.0, 0.5, 1.0])
    cases = [
        Case("By hand, losses = [1, 0.8, 0.9, 0.85, 0.7], patience = 2", (by_hand, 2), np.array([4, 2])),
        Case("By hand, the same losses, patience = 3", (by_hand, 3), np.array([5, 5])),
        Case("By hand, losses = [2, 1, 1, 1, 0.5, 1], patience = 2", (ties, 2), np.array([4, 2])),
    ]
    rng = np.random.default_rng(0)
    for patience in (1, 3, 5, 8):
        losses = np.round(1 + 0.002 * (np.arange(40) - 20) ** 2 + rng.normal(0, 0.3, 40), 2)
        cases.append(
            Case(f"For 40 noisy losses, patience = {patience}", (losses, patience), _stopped(losses, patience))
        )
    return cases


def _watch(
    losses: Array,
    patience: int,
    *,
    last: bool = False,
    extra: int = 0,
    total: bool = False,
    ties: bool = False,
) -> tuple[int, int]:
    """Watch as readers do when one thing is wrong."""
    lowest, best, wait, epoch = np.inf, 0, 0, 0
    for epoch, loss in enumerate(losses, start=1):
        reference = losses[epoch - 2] if last and epoch > 1 else lowest
        if loss < reference or (ties and loss == reference):
            lowest, best = loss, epoch
            wait = wait if total else 0
        else:
            wait += 1
        if wait >= patience + extra:
            break
    return epoch, best


PATIENCE_STOP = FunctionExercise(
    name="early-stopping-5",
    call="patience_stop(losses, patience)",
    cases=_patience_cases,
    right="Two numbers: what you pay for, and what you keep.",
    hints=(
        "Keep three things while you walk over the losses: the lowest one so far, its epoch, how long ago it was.",
        "An improvement sets the waiting time back to 0; every other epoch adds 1.",
        "Stop as soon as the waiting time has reached `patience`; if it never does, the last epoch is the stop.",
    ),
    mistakes={
        "compares-with-the-last": Mistake(
            lambda losses, patience: _watch(losses, patience, last=True),
            "You compare with the epoch before. A loss that falls a little after a jump is no new best.",
        ),
        "one-too-many": Mistake(
            lambda losses, patience: _watch(losses, patience, extra=1),
            "You wait one epoch too long: stop when the waiting time has *reached* the patience.",
        ),
        "total": Mistake(
            lambda losses, patience: _watch(losses, patience, total=True),
            "Your waiting time is never set back: it counts all bad epochs, not those since the best.",
        ),
        "ties": Mistake(
            lambda losses, patience: _watch(losses, patience, ties=True),
            "An equal loss is no improvement: a flat line would go on for ever.",
        ),
        "from-zero": Mistake(
            lambda losses, patience: tuple(value - 1 for value in _watch(losses, patience)),
            "You count from 0. Epochs count from 1 in this book.",
        ),
        "keeps-the-stop": Mistake(
            lambda losses, patience: (_watch(losses, patience)[0],) * 2,
            "You keep the network of the last epoch. The best one was earlier, by as much as the patience.",
        ),
        "sees-the-future": Mistake(
            lambda losses, patience: (_watch(losses, patience)[0], int(losses.argmin()) + 1),
            "Your best epoch may lie after the stop, in a future that was never trained.",
        ),
        "swapped": Mistake(
            lambda losses, patience: _watch(losses, patience)[::-1],
            "Both numbers are right, in the other order: the stop first, then the best epoch.",
        ),
    },
)


def _quotient_cases() -> list[Case]:
    by_hand = np.array([3.0, 1.0]), np.array([1.0, 1.5]), 2
    cases = [Case("By hand, train_loss = [3, 1], val_loss = [1, 1.5], k = 2", by_hand, np.array([0.05]))]
    rng = np.random.default_rng(0)
    for epochs, k in [(15, 5), (14, 3)]:
        train = np.exp(-0.15 * np.arange(epochs)) * (1 + 0.1 * rng.random(epochs))
        val = 1 + 0.05 * (np.arange(epochs) - 6) ** 2 / 10 + 0.02 * rng.random(epochs)
        val[k - 1 :: k] += 0.2  # no strip ends in a new minimum, so that no GL is 0
        expected = progress_quotient(train, val, strip=k)[k - 1 :: k]
        cases.append(Case(f"For {epochs} epochs, k = {k}", (train, val, k), expected))
    return cases


def _quotients(
    train: Array,
    val: Array,
    k: int,
    *,
    lowest: Callable[[Array, int], float] = lambda val, t: float(val[:t].min()),
    percent: float = 100,
    per_mille: float = 1000,
    progress: Callable[[Array, Array, int, int], Any] = lambda train, val, t, k: (
        train[t - k : t].mean() / train[t - k : t].min()
    ),
    turned: bool = False,
) -> Array:
    """Return the quotients as readers do when one thing is wrong."""
    found = []
    for t in range(k, len(train) + 1, k):
        lost = percent * (val[t - 1] / lowest(val, t) - 1)
        gained = per_mille * (progress(train, val, t, k) - 1)
        found.append(gained / lost if turned else lost / gained)
    return np.array(found)


PROGRESS_QUOTIENTS = FunctionExercise(
    name="early-stopping-6",
    call="progress_quotients(train_loss, val_loss, k)",
    cases=_quotient_cases,
    right="What is lost, in percent, over what is still gained, in per mille.",
    hints=(
        "Ends of strips are the epochs k, 2k, 3k and so on: `range(k, len(train_loss) + 1, k)`.",
        "GL at epoch t looks back to the first epoch; P looks at the last k training losses alone.",
        "GL carries a factor of 100, P a factor of 1000.",
    ),
    mistakes={
        "sees-the-future": Mistake(
            lambda train_loss, val_loss, k: _quotients(train_loss, val_loss, k, lowest=lambda val, t: float(val.min())),
            "Your GL compares with the lowest loss of the whole run. At epoch t only the past is known.",
        ),
        "lowest-of-the-strip": Mistake(
            lambda train_loss, val_loss, k: _quotients(
                train_loss, val_loss, k, lowest=lambda val, t: float(val[t - k : t].min())
            ),
            "Your GL compares with the lowest loss of this strip. It is the lowest since the first epoch.",
        ),
        "both-in-percent": Mistake(
            lambda train_loss, val_loss, k: _quotients(train_loss, val_loss, k, per_mille=100),
            "GL is in percent, the progress in per mille: a factor of 100 for one and 1000 for the other.",
        ),
        "progress-of-validation": Mistake(
            lambda train_loss, val_loss, k: _quotients(
                train_loss, val_loss, k, progress=lambda train, val, t, k: val[t - k : t].mean() / val[t - k : t].min()
            ),
            "The progress is that of the *training* loss: it says whether going on still changes anything.",
        ),
        "whole-run": Mistake(
            lambda train_loss, val_loss, k: _quotients(
                train_loss, val_loss, k, progress=lambda train, val, t, k: train[:t].mean() / train[:t].min()
            ),
            "Your progress looks back to the first epoch. It should look at the last k epochs alone.",
        ),
        "largest-for-mean": Mistake(
            lambda train_loss, val_loss, k: _quotients(
                train_loss,
                val_loss,
                k,
                progress=lambda train, val, t, k: train[t - k : t].max() / train[t - k : t].min(),
            ),
            "You divide the largest training loss of the strip by the smallest. It is their mean that is divided.",
        ),
        "turned-round": Mistake(
            lambda train_loss, val_loss, k: _quotients(train_loss, val_loss, k, turned=True),
            "That is the progress over the loss: it would be large when all is well.",
        ),
        "gaps": Mistake(
            lambda train_loss, val_loss, k: progress_quotient(train_loss, val_loss, strip=k),
            "This is the library's array, with NaN between the ends of strips. Return the quotients at the ends alone.",
        ),
        "loss-alone": Mistake(
            lambda train_loss, val_loss, k: np.array(
                [100 * (val_loss[t - 1] / val_loss[:t].min() - 1) for t in range(k, len(val_loss) + 1, k)]
            ),
            "That is GL at the ends of the strips, and right so far. Divide it by the progress.",
        ),
    },
)
