"""Measure all peers in this process, in turns, and print the CPU seconds per step as JSON.

A slice of a few milliseconds of each peer, round after round: whatever else the machine does hits all of them alike,
and the fastest slice of each is nearly undisturbed. Peers that are missing are named with the reason.
"""

import argparse
import json
import os
import time
from collections.abc import Callable
from importlib import import_module
from statistics import quantiles
from typing import Any

for name in ("OPENBLAS", "OMP", "MKL"):
    os.environ[f"{name}_NUM_THREADS"] = "1"  # before any of them is imported

from works import WORKS, Work  # noqa: E402 - after the threads are set

MODULES = ["with_tipslib", "with_torch", "with_sklearn", "with_jax", "with_products"]
SLICE = 0.005  # CPU seconds


def peers() -> tuple[dict[str, Callable[[Work], Any]], dict[str, str]]:
    """Return what makes each peer's steps, and why a module gives none."""
    found, missing = {}, {}
    for module in MODULES:
        try:
            found.update(import_module(module).PEERS)
        except ImportError as error:
            missing[module.removeprefix("with_")] = f"not installed ({error})"
    return found, missing


def seconds(run: Callable[[int], None], k: int) -> float:
    """Return the CPU seconds of a step, all threads counted."""
    start = time.process_time()
    run(k)
    return (time.process_time() - start) / k


def measure(work: Work, makers: dict[str, Callable[[Work], Any]], rounds: int) -> dict[str, Any]:
    """Return for each peer its minimum and first quartile, or the reason why it was not measured."""
    made = {name: make(work) for name, make in makers.items()}
    results: dict[str, Any] = {name: run for name, run in made.items() if isinstance(run, str)}
    runs = {name: run for name, run in made.items() if callable(run)}
    slices = {}
    for name, run in runs.items():
        run(10)  # compile, allocate, warm up
        slices[name] = max(1, min(500, round(SLICE / min(seconds(run, 10) for _ in range(3)))))
        run(slices[name])
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            times[name].append(seconds(run, slices[name]))
    return results | {name: {"min": min(t), "q1": quantiles(t, n=4)[0]} for name, t in times.items()}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--works", nargs="*", default=list(WORKS))
    options = parser.parse_args()
    makers, missing = peers()
    times = {}
    for name in options.works:
        times[name] = measure(WORKS[name], makers, options.rounds)
    titles = {name: WORKS[name].title for name in times}
    print(json.dumps({"times": times, "titles": titles, "missing": missing}))


if __name__ == "__main__":
    main()
