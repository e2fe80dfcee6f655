"""Exercise 6: weights for all layers from one seed, judged by their statistics."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations, pairwise

import numpy as np

from tipsbook.grading.answers import Outcome, outcome, wrong_array, wrong_signature
from tipsbook.grading.deadline import Deadline
from tipsbook.grading.exercise import Exercise, Mistake, nothing_returned
from tipsbook.grading.feedback import Feedback
from tipslib.arrays import Array

CALL = "draw_weights(widths, seed)"
WIDTHS = [40, 40, 40, 60, 30]
CASE = f"For widths {WIDTHS}"


def _draw(widths: Sequence[int], seed: int | None, *, gain: float = 2.0, power: float = 0.5) -> list[Array]:
    rng = np.random.default_rng(seed)
    return [rng.normal(0, (gain / n) ** power, (n, m)) for n, m in pairwise(widths)]


def _draw_again(widths: Sequence[int], seed: int, *, shift: int = 0) -> list[Array]:
    """Draw every layer from a generator of its own, made with the seed `seed + shift * layer`."""
    pairs = enumerate(pairwise(widths))
    return [np.random.default_rng(seed + shift * i).normal(0, np.sqrt(2 / n), (n, m)) for i, (n, m) in pairs]


def _alike(a: Array, b: Array) -> bool:
    """Whether two arrays begin with the same draws, up to their scale; unrelated ones correlate by about 0.03."""
    size = min(a.size, b.size)
    return bool(abs(np.corrcoef(a.ravel()[:size], b.ravel()[:size])[0, 1]) > 0.3)


@dataclass(frozen=True, kw_only=True)
class DrawExercise(Exercise):
    """A function that draws weights, judged by their shapes, their sizes, and which of them are equal."""

    def grade(self, answer: object, deadline: Deadline) -> Feedback:
        complaint = wrong_signature(answer, CALL)
        if complaint:
            return Feedback("wrong", complaint)
        results = [outcome(answer, (WIDTHS, seed), deadline) for seed in (0, 0, 1, 10)]
        if results[0].empty:
            return nothing_returned(CALL)
        for result in results:
            complaint = self._form(result)
            if complaint:
                return Feedback("wrong", f"{CASE} {complaint}")
        draws: list[list[Array]] = [[np.asarray(W) for W in result.value] for result in results]  # type: ignore[attr-defined]
        if all(np.array_equal(a, b) for a, b in zip(draws[0], _draw_again(WIDTHS, 0), strict=True)):
            return Feedback("not attempted", "`draw_weights` is still the code with the bug.")
        return self._relations(draws)

    def _form(self, result: Outcome) -> str:
        """Return what is wrong with the list of arrays; an empty text when nothing is."""
        if result.complaint:
            return result.complaint
        if not isinstance(result.value, list | tuple) or len(result.value) != len(WIDTHS) - 1:
            received = (
                f"{len(result.value)} of them"
                if isinstance(result.value, list | tuple)
                else type(result.value).__name__
            )
            return f"a list of {len(WIDTHS) - 1} matrices was expected, received {received}."
        for i, (W, shape) in enumerate(zip(result.value, pairwise(WIDTHS), strict=True)):
            complaint = wrong_array(W, np.zeros(shape))
            if complaint:
                return f"in matrix {i} {complaint}"
        return ""

    def _relations(self, draws: list[list[Array]]) -> Feedback:
        first, again, *others = draws
        if any(not np.array_equal(a, b) for a, b in zip(first, again, strict=True)):
            return self.recognized("unseeded", "Called twice with seed 0, received two different draws.")
        for (i, a), (j, b) in combinations(enumerate(first), 2):
            if _alike(a, b):
                return self.recognized("same-draws", f"{CASE} received the same draws in matrices {i} and {j}.")
        if all(_alike(a, b) for other in others for a, b in zip(first, other, strict=True)):
            return self.recognized("seed-ignored", "For the seeds 0 and 1 received the same matrices.")
        if any(_alike(a, b) for other in others for a in first for b in other):
            return self.recognized("neighbors", "For the seeds 0 and 1 received the same draws, in different layers.")
        return self._sizes(first)

    def _sizes(self, draw: list[Array]) -> Feedback:
        stds = np.array([W.std() for W in draw])
        right = np.sqrt(2 / np.array(WIDTHS[:-1]))
        evidence = f"{CASE} stds of {right.round(3).tolist()} were expected, received {stds.round(3).tolist()}."
        if (abs(stds / right - 1) < 0.12).all() and all(abs(W.mean()) < 6 * W.std() / np.sqrt(W.size) for W in draw):
            return Feedback("right", self.right)
        if (abs(stds / right**2 - 1) < 0.12).all():
            return self.recognized("variance-for-std", evidence)
        return Feedback("wrong", evidence)


DRAW_WEIGHTS = DrawExercise(
    name="initialization-6",
    right="One generator, made once and handed from layer to layer: reproducible, and no two layers alike.",
    hints=(
        "Draw for the widths [3, 3, 3] and print the two matrices.",
        "A generator made from the same seed starts over with the same numbers. How often is it made here?",
        "Make it once, before the loop. Do not add to the seed either: seed 0, layer 1 would be seed 1, layer 0.",
    ),
    mistakes={
        "same-draws": Mistake(
            lambda widths, seed: [2 * W for W in _draw_again(widths, seed)],
            "Layers still begin with the same draws: a generator with the same seed is made again for each.",
        ),
        "unseeded": Mistake(
            lambda widths, seed: _draw(widths, None),
            "Now the layers differ, and so do two runs. The same seed must give the same weights.",
        ),
        "seed-ignored": Mistake(
            lambda widths, seed: _draw(widths, 0),
            "The layers differ. But the seed is not used: every network is the same.",
        ),
        "neighbors": Mistake(
            partial(_draw_again, shift=1),
            "The layers differ. But seed 0 in layer 1 is seed 1 in layer 0: neighboring seeds share weights.",
        ),
        "variance-for-std": Mistake(
            partial(_draw, power=1.0),
            "The draws are independent now. `normal` takes the std, and this is the variance.",
        ),
    },
)
