"""How fast tipslib trains beside PyTorch, scikit-learn and JAX, and what its import costs.

`make bench` prints the tables and writes them to benchmarks/results/library.md, with a picture: library.svg for the
page, library.png for elsewhere. The peers live in an environment of their own, .venv-bench; one that cannot be
installed is named in the results as a gap.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / "benchmarks" / "peers"
RESULTS = ROOT / "benchmarks" / "results"
VENV = ROOT / ".venv-bench"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
PACKAGES = {"torch": "2.13.0", "scikit-learn": "1.9.1", "jax": "0.10.2", "jaxlib": "0.10.2"}
LIMIT = "matrix products alone"
PICTURE = (  # its text
    "Time per step of the other libraries as a multiple of tipslib's, on a logarithmic axis: PyTorch and scikit-learn "
    "lie to the right of 1 for all networks, JAX around it, the matrix products alone to the left"
)

# work, peer, the goal for (time of the peer) / (time of tipslib)
GOALS = [
    ("A", "PyTorch eager", 5.0),
    ("A", "JAX jit", 1 / 1.1),
    ("B", "PyTorch eager", 1.45),
    ("B", LIMIT, 1 / 1.25),
    ("B Adam", "PyTorch eager", 1.7),
    ("B BatchNorm", "PyTorch eager", 1.4),
    ("B Dropout", "PyTorch eager", 2.0),
    ("E", "PyTorch eager", 19.5),
    ("E", "JAX scan", 1.0),
]
IMPORTS = {
    "numpy": "numpy",
    "tipslib": "tipslib",
    "tipslib.training (networks, layers, losses, optimizers)": "tipslib.training",
    "scikit-learn": "sklearn.neural_network",
    "JAX": "jax.numpy",
    "PyTorch": "torch",
}
IMPORT = """\
import sys, time
sys.path.insert(0, {src!r})
import {module}
import resource
print(time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def run(*command: object) -> subprocess.CompletedProcess[str]:
    """Run a command in the environment's own world: one thread, and of this project only what it imports itself."""
    world = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    world |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT / "src")}
    return subprocess.run(
        [str(word) for word in command], cwd=ROOT, env=world, capture_output=True, text=True, check=False
    )


def provide() -> list[str]:
    """Make the environment, install what is missing one by one, and return what could not be installed, and why."""
    if not PYTHON.exists():
        made = run(sys.executable, "-m", "virtualenv", VENV)
        if made.returncode:
            sys.exit(f"No environment for the peers:\n{made.stderr or made.stdout}")
    gaps = []
    for name, wanted in {"numpy": version("numpy"), **PACKAGES}.items():
        found = run(PYTHON, "-c", f"from importlib.metadata import version; print(version({name!r}))")
        if found.stdout.strip().partition("+")[0] == wanted:
            continue
        print(f"set-up: {name} {wanted} in {VENV.name}", flush=True)
        done = run(PYTHON, "-m", "pip", "install", "--disable-pip-version-check", f"{name}=={wanted}")
        if done.returncode:
            gaps.append(f"{name} {wanted} could not be installed: {done.stderr.strip().splitlines()[-1]}")
    return gaps


def measured(rounds: int) -> dict[str, Any]:
    """Return the times of all peers, measured in one process."""
    done = run(PYTHON, PEERS / "measure.py", "--rounds", rounds)
    if done.returncode:
        sys.exit(f"The measurement failed:\n{done.stderr}")
    return json.loads(done.stdout)


def imports(rounds: int = 10) -> dict[str, tuple[float, float]]:
    """Return for each import the CPU seconds and the MB of a process that does nothing else, the least of each."""
    found: dict[str, list[tuple[float, float]]] = {}
    for _ in range(rounds):
        for name, module in IMPORTS.items():
            done = run(PYTHON, "-c", IMPORT.format(src=str(ROOT / "src"), module=module))
            if done.returncode == 0:
                seconds, megabytes = done.stdout.split()
                found.setdefault(name, []).append((float(seconds), float(megabytes)))
    return {name: (min(s for s, _ in pairs), min(m for _, m in pairs)) for name, pairs in found.items()}


def names(times: dict[str, Any]) -> list[str]:
    return list(dict.fromkeys(peer for work in times.values() for peer in work))


def cell(time: Any, ours: float) -> str:
    """Return microseconds per step, the quartile and the ratio to tipslib, or the reason why there are none."""
    if not isinstance(time, dict):
        return time or "not measured"
    return f"{time['min'] * 1e6:.0f} ({time['q1'] * 1e6:.0f}), {time['min'] / ours:.2f}x"


def time_table(times: dict[str, Any], titles: dict[str, str]) -> Iterator[str]:
    """Yield the lines of the table of times: a row for each peer, a column for each work."""
    yield f"| CPU µs per step | {' | '.join(times)} |"
    yield f"|---|{'---|' * len(times)}"
    for peer in names(times):
        cells = [cell(work.get(peer), work["tipslib"]["min"]) for work in times.values()]
        yield f"| {peer} | {' | '.join(cells)} |"
    yield ""
    yield from (f"- **{name}**: {titles[name]}" for name in times)


def goal_table(times: dict[str, Any], loads: dict[str, tuple[float, float]]) -> Iterator[str]:
    """Yield the lines of the table of goals; a ratio above 1 means that tipslib is faster."""
    yield "| work | beside | time of the other / time of tipslib | by first quartiles | goal | reached |"
    yield "|---|---|---|---|---|---|"
    for work, peer, goal in GOALS:
        ours, other = times[work]["tipslib"], times[work].get(peer)
        if not isinstance(other, dict):
            yield f"| {work} | {peer} | not measured: {peer} is missing | | {goal:.2f} | unknown |"
            continue
        ratio, quartile = (other[key] / ours[key] for key in ("min", "q1"))
        yield f"| {work} | {peer} | {ratio:.2f} | {quartile:.2f} | {goal:.2f} | {'yes' if ratio >= goal else 'no'} |"
    for i, unit in enumerate(("time", "memory")):
        ratio = loads["tipslib"][i] / loads["numpy"][i]
        met = "yes" if ratio <= 1.2 else "no"
        yield f"| import | numpy | {unit} of tipslib / {unit} of numpy: {ratio:.2f} | | at most 1.20 | {met} |"


def import_table(loads: dict[str, tuple[float, float]]) -> Iterator[str]:
    """Yield the lines of the table of imports."""
    yield "| import | CPU ms | MB |"
    yield "|---|---|---|"
    for name in IMPORTS:
        row = loads.get(name)
        yield f"| {name} | {1000 * row[0]:.0f} | {row[1]:.0f} |" if row else f"| {name} | not installed | |"


def picture(times: dict[str, Any]) -> None:
    """Draw the time of every peer as a multiple of tipslib's."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    from tipslib.plotting import CYCLE, style, svg

    with mpl.rc_context(style()):
        figure = Figure(figsize=(5, 4.4))
        axes = figure.subplots()
        figure.subplots_adjust(top=0.78, left=0.22, right=0.97, bottom=0.13)
        peers = [name for name in names(times) if name != "tipslib"]
        for peer, (color, marker, _) in zip(peers, CYCLE, strict=False):
            found = [(w[peer]["min"] / w["tipslib"]["min"], y) for y, w in enumerate(times.values()) if _has(w, peer)]
            axes.plot(*zip(*found, strict=True), marker, color=color, label=peer, markersize=7)
        axes.axvline(1, color="black", linewidth=1.4, label="tipslib")
        axes.set_yticks(range(len(times)), list(times))
        ticks = [0.2, 0.5, 1, 2, 5, 10, 20, 50, 100]
        axes.set(xscale="log", ylim=(len(times) - 0.5, -0.5), xlabel="time per step, as a multiple of tipslib's")
        axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks], minor=False)
        axes.minorticks_off()
        axes.grid(True, alpha=0.35)
        figure.legend(loc="upper left", ncols=2)
        (RESULTS / "library.svg").write_text(svg(figure, "library-"), encoding="utf-8")
        figure.savefig(RESULTS / "library.png", dpi=150, facecolor="white", metadata={"Software": None})


def _has(work: dict[str, Any], peer: str) -> bool:
    return isinstance(work.get(peer), dict)


def load() -> str:
    """Return how busy the machine is."""
    return " / ".join(f"{value:.1f}" for value in os.getloadavg()) if hasattr(os, "getloadavg") else "unknown"


def main() -> None:
    """Print the tables, and write them and the picture to the results."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=40)
    options = parser.parse_args()
    gaps, before = provide(), load()
    found, loads = measured(options.rounds), imports()
    gaps += [f"{name}: {reason}" for name, reason in found["missing"].items()]
    times, titles = found["times"], found["titles"]
    packages = ", ".join(f"{name} {number}" for name, number in {"numpy": version("numpy"), **PACKAGES}.items())
    lines = ["# How fast tipslib trains", ""]
    lines += [f"Written by `make bench`: Python {platform.python_version()}, {packages}, {os.cpu_count()} cores,"]
    lines += [f"load average {before} before and {load()} after (1, 5, 15 minutes).", ""]
    lines += [
        "One process, one thread, float32, all peers in turns in slices of about 5 ms. Minimum of the CPU time per"
    ]
    lines += [
        f"step over {options.rounds} slices (first quartile in brackets), and its ratio to tipslib's. A step picks its"
    ]
    lines += ["batch, except in the matrix products, which are the limit for any library on this BLAS.", ""]
    lines += [f"**Missing**: {gap}" for gap in gaps] + ([""] if gaps else [])
    lines += [*time_table(times, titles), "", f"![{PICTURE}](library.svg)", ""]
    lines += ["## Goals", "", *goal_table(times, loads), "", "## Import", "", *import_table(loads), ""]
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "library.md").write_text("\n".join(lines), encoding="utf-8")
    picture(times)
    print("\n".join(lines))


if __name__ == "__main__":
    main()
