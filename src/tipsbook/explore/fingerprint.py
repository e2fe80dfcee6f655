"""A key for a drawing: it changes when anything that the drawing depends on changes.

That is the code of the function and every value that it closes over or reads as a global, followed through the
reader's own functions and classes; the source of tipslib, but for the exercises, which nothing imports; and matplotlib
with its settings.
"""

import functools
import hashlib
import pickle
import sys
import types
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np

import tipslib

PACKAGES = Path(str(tipslib.__file__)).resolve().parent, Path(__file__).resolve().parents[1]


@cache
def library_key() -> str:
    """Return a key of the source and the data of tipslib, but for the exercises."""
    digest = hashlib.sha256()
    for package in PACKAGES:
        for path in sorted(package.rglob("*")):
            if path.suffix in (".py", ".npz", ".css") and "exercises" not in path.relative_to(package).parts:
                digest.update(str(path.relative_to(package)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def settings_key() -> str:
    """Return a key of matplotlib's version and its present settings, the backend apart."""
    settings = {k: v for k, v in mpl.rcParams.items() if not k.startswith("backend")}
    return repr((mpl.__version__, sorted(settings.items(), key=lambda item: item[0])))


class Walk:
    """Feeds values into a hash, each once; functions are followed into what they use."""

    def __init__(self) -> None:
        self.digest = hashlib.sha256()
        self.seen: dict[int, int] = {}
        self.kept: list[Any] = []  # so that no id is used twice

    def add(self, *parts: Any) -> None:
        """Feed marks and simple values."""
        self.digest.update(repr(parts).encode() + b"\0")

    def value(self, value: Any) -> None:
        """Feed any value: by its content where that is known, by its pickle otherwise."""
        if value is None or isinstance(value, (bool, int, float, complex, str, bytes)):
            self.add(type(value).__name__, value)
            return
        if id(value) in self.seen:
            self.add("seen", self.seen[id(value)])
            return
        self.seen[id(value)] = len(self.seen)
        self.kept.append(value)
        self.add(type(value).__module__, type(value).__qualname__)
        self.content(value)

    def content(self, value: Any) -> None:
        """Feed what is inside a value that was not met before."""
        if isinstance(value, np.ndarray) and value.dtype != object:
            self.add(value.dtype.str, value.shape)
            self.digest.update(np.ascontiguousarray(value).tobytes())
        elif isinstance(value, dict):
            for key, entry in value.items():
                self.value(key)
                self.value(entry)
        elif isinstance(value, (set, frozenset)):
            self.add(sorted(map(repr, value)))
        elif isinstance(value, (list, tuple)):
            for entry in value:
                self.value(entry)
        elif isinstance(value, types.ModuleType):
            self.add(value.__name__, getattr(value, "__version__", None))
        elif isinstance(value, types.FunctionType):
            self.function(value)
        elif isinstance(value, types.MethodType):
            self.value([value.__self__, value.__func__])
        elif isinstance(value, functools.partial):
            self.value([value.func, value.args, value.keywords])
        elif isinstance(value, type):
            self.add(value.__qualname__)
            self.value({k: v for k, v in vars(value).items() if own(value) and not k.startswith("__")})
        elif own(type(value)):
            self.value([type(value), vars(value)])
        else:
            self.pickled(value)

    def pickled(self, value: Any) -> None:
        """Feed an object of a library by its pickle."""
        try:
            self.digest.update(pickle.dumps(value, protocol=5))
        except Exception as error:
            kind = f"{type(value).__module__}.{type(value).__qualname__}"
            raise TypeError(f"explore cannot tell whether a value of type {kind} changed: {error}.") from error

    def code(self, code: types.CodeType) -> None:
        """Feed what a compiled function does, not where it stands."""
        self.add(code.co_code, code.co_names, code.co_varnames, code.co_freevars)
        for constant in code.co_consts:
            if isinstance(constant, types.CodeType):
                self.code(constant)
            else:
                self.value(constant)

    def function(self, function: types.FunctionType) -> None:
        """Feed a function: its defaults, what it closes over and, if it is the reader's, its code and globals."""
        self.add(function.__module__, function.__qualname__)
        self.value([function.__defaults__, function.__kwdefaults__])
        self.value([cell.cell_contents for cell in function.__closure__ or ()])
        if not own(function):
            return
        self.code(function.__code__)
        for name in sorted(names(function.__code__) & function.__globals__.keys()):
            self.add("global", name)
            self.value(function.__globals__[name])


def own(thing: Any) -> bool:
    """Say whether a function or a class is the reader's own: neither tipslib's nor an installed library's."""
    file = getattr(sys.modules.get(thing.__module__), "__file__", None)
    if thing.__module__ == "__main__" or file is None:
        return thing.__module__ == "__main__"
    return not any(
        Path(file).is_relative_to(Path(place)) for place in (*map(str, PACKAGES), sys.prefix, sys.base_prefix)
    )


def names(code: types.CodeType) -> set[str]:
    """Return the names that a function and the functions inside it read."""
    inner = (c for c in code.co_consts if isinstance(c, types.CodeType))
    return set(code.co_names).union(*(names(c) for c in inner))


def fingerprint(*values: Any) -> str:
    """Return a key of 16 hexadecimal digits for functions and values, the library and matplotlib's settings.

    >>> fingerprint([1, np.arange(3)]) == fingerprint([1, np.arange(3)]) != fingerprint([1, np.arange(4)])
    True
    """
    walk = Walk()
    walk.add(library_key(), settings_key())
    for value in values:
        walk.value(value)
    return walk.digest.hexdigest()[:16]
