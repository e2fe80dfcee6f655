"""The long measurements of the book: the scripts that make them, and what they left."""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

import numpy as np
from refresh import BOOK


def script(part: str, name: str) -> ModuleType:
    """Return a script of a part's data folder as a module; it may import another of that folder."""
    folder = str(BOOK / part / "data")
    sys.path.insert(0, folder)
    try:
        return import_module(name)
    finally:
        sys.path.remove(folder)


def stored(part: str, name: str) -> dict[str, Any]:
    """Return the arrays of a file of a part's data folder."""
    with np.load(BOOK / part / "data" / f"{name}.npz") as file:
        return dict(file)
