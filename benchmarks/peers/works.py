"""The works that are measured: what is trained, on which data. Speed does not depend on values: they are random."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice

import numpy as np

BATCHES = 40  # orders that are gone through again and again


@dataclass(frozen=True)
class Work:
    """Training steps of an mlp with ReLU and ``widths``; ``batch=None`` takes all examples in every step."""

    title: str
    widths: tuple[int, ...]
    examples: int
    batch: int | None = None
    adam: bool = False
    batch_norm: bool = False
    dropout: float = 0.0
    runs: int | None = None

    @property
    def rows(self) -> int:
        return self.batch or self.examples

    @property
    def binary(self) -> bool:
        return self.widths[-1] == 1

    @property
    def rates(self) -> list[float]:
        """A learning rate for each run; small, so that random labels do not make anything diverge."""
        return [0.001 + 0.0001 * r for r in range(self.runs or 1)]


A = (64, 32, 32, 10)
B = (784, 100, 100, 100, 100, 100, 10)
WORKS = {
    "A": Work("widget size: 64-32-32-10, batch 32, SGD", A, 1437, 32),
    "B": Work("chapter size: 784-100x5-10, batch 100, SGD", B, 5000, 100),
    "B Adam": Work("B with Adam", B, 5000, 100, adam=True),
    "B BatchNorm": Work("B with BatchNorm, SGD", B, 5000, 100, batch_norm=True),
    "B Dropout": Work("B with Dropout(0.5), SGD", B, 5000, 100, dropout=0.5),
    "E": Work("sixteen runs of A at once, own batches and rates", A, 1437, 32, runs=16),
    "F": Work("full batch: 2-16-16-1, 500 examples, SGD", (2, 16, 16, 1), 500),
}


class Data:
    """``x`` ``(n, D)`` float32, ``y`` labels ``(n,)`` or float32 targets ``(n, 1)``, ``orders`` the rows of batches."""

    def __init__(self, work: Work) -> None:
        rng = np.random.default_rng(0)
        n, self.full = work.examples, work.batch is None
        self.x = rng.standard_normal((n, work.widths[0]), np.float32)
        self.y = rng.integers(2 if work.binary else work.widths[-1], size=n)
        if work.binary:
            self.y = self.y[:, None].astype(np.float32)
        shape = (BATCHES, work.rows) if work.runs is None else (BATCHES, work.runs, work.rows)
        self.orders = np.arange(n)[None] if self.full else rng.integers(n, size=shape)
        self.ahead = cycle(self.orders)

    def batches(self, k: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield the next ``k`` batches."""
        for rows in islice(self.ahead, k):
            yield (self.x, self.y) if self.full else (self.x.take(rows, axis=0), self.y.take(rows))
