"""Make mnist1d.npz: signals from the published code of MNIST-1D, with every number that it drew on the way.

Run it where `pip install mnist1d scipy requests matplotlib` was done; the tests need only the file. The package imports
SciPy from a place that newer versions dropped, and draws from NumPy's global state: both are put right from outside.
"""

import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import numpy as np
import scipy.ndimage

moved = ModuleType("scipy.ndimage.filters")
moved.gaussian_filter = scipy.ndimage.gaussian_filter
sys.modules.setdefault("scipy.ndimage.filters", moved)

data, transform = (import_module(f"mnist1d.{name}") for name in ("data", "transform"))


class Recorder:
    """Draws what the published code asks for, and remembers it."""

    def __init__(self, seed: int) -> None:
        self.rng, self.drawn = np.random.default_rng(seed), []

    def keep(self, value):
        self.drawn.append(value)
        return value

    def rand(self):
        return self.keep(self.rng.random())

    def choice(self, n):
        return self.keep(int(self.rng.integers(n)))

    def randn(self, *shape):
        return self.keep(self.rng.standard_normal(shape))


class NumPy:
    """NumPy with another `random`."""

    def __init__(self, random: Recorder) -> None:
        self.random = random

    def __getattr__(self, name):
        return getattr(np, name)


def main() -> None:
    args, templates = data.get_dataset_args(), data.get_templates()
    rows = []
    for i in range(30):
        recorder = Recorder(i)
        transform.np = NumPy(recorder)
        signal, _ = transform.transform(templates["x"][i % 10], templates["t"], args)
        rows.append((*recorder.drawn, signal))
    names = ("padding", "scale", "shift", "correlated", "independent", "shear", "signal")
    columns = {name: np.array(values) for name, values in zip(names, zip(*rows, strict=True), strict=True)}
    np.savez_compressed(Path(__file__).with_name("mnist1d.npz"), **columns)


if __name__ == "__main__":
    main()
