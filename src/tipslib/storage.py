"""Networks on disk: an ``.npz`` file of plain numbers, read with the suspicion that a file from elsewhere deserves.

Nothing is unpickled, so a file cannot run code. Headers are compared with what the network expects before any memory is
allocated, and a network changes only once all of its arrays have been read.
"""

import math
import os
from collections.abc import Sequence
from itertools import zip_longest
from typing import Any
from zipfile import ZipFile

import numpy as np

from tipslib.arrays import Array

TEXT_LIMIT = 1 << 20  # bytes; the description of a network is far shorter


def write(path: str | os.PathLike[str], layout: Sequence[str], **arrays: Array) -> None:
    """Write ``arrays``, of any shape, and ``layout``, the lines that describe their owner, to exactly ``path``.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write(f"{folder}/file.npz", ["Dense(1)"], params=np.array([1.0, 2.0]))
    ...     read(f"{folder}/file.npz", ["Dense(1)"], params=(2,))
    {'params': array([1., 2.])}
    """
    with open(path, "wb") as file:
        np.savez(file, allow_pickle=False, layout=np.array(layout, np.str_), **arrays)


def read(path: str | os.PathLike[str], layout: Sequence[str], **shapes: tuple[int, ...]) -> dict[str, Array]:
    """Return the float arrays of these names and ``shapes``, from a file that ``write`` wrote for the same ``layout``.

    Raises ``ValueError`` for a file that is truncated, damaged or of another kind, that holds Python objects, or that
    belongs to another network; ``OSError`` if the file cannot be read.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write(f"{folder}/file.npz", ["Dense(1)"], params=np.array([1.0, 2.0]))
    ...     try:
    ...         read(f"{folder}/file.npz", ["Dense(2)"], params=(4,))
    ...     except ValueError as error:
    ...         print(str(error).partition("file.npz ")[2])
    holds another network: it has Dense(1) where this one has Dense(2).
    """
    with open(path, "rb") as file:
        try:
            with ZipFile(file) as archive:
                there = [str(line) for line in _member(archive, "layout", None, "U")]
                if there == list(layout):
                    return {name: _member(archive, name, shape, "f") for name, shape in shapes.items()}
        except Exception as error:  # whatever is wrong with the bytes, the file is refused
            raise ValueError(f"{path} was not written by save, or it is damaged: {error}") from error
    theirs, ours = next(pair for pair in zip_longest(there, layout, fillvalue="nothing") if pair[0] != pair[1])
    raise ValueError(f"{path} holds another network: it has {theirs} where this one has {ours}.")


def _member(archive: ZipFile, name: str, shape: tuple[int, ...] | None, kind: str) -> Array:
    with archive.open(f"{name}.npy") as file:
        if np.lib.format.read_magic(file) != (1, 0):
            raise ValueError(f"{name} has an unknown version.")
        found, fortran, dtype = np.lib.format.read_array_header_1_0(file)
        size = _size(name, found, dtype, shape, kind)
        data = file.read(size + 1)  # one byte too many; reading to the end compares the checksum
    if len(data) != size:
        raise ValueError(f"{name} must have {size} bytes, got {'more' if len(data) > size else len(data)}.")
    return np.frombuffer(data, dtype).reshape(found, order="F" if fortran else "C")


def _size(name: str, found: tuple[int, ...], dtype: np.dtype[Any], shape: tuple[int, ...] | None, kind: str) -> int:
    """Return how many bytes an array has, if its header is what was expected; else raise ``ValueError``."""
    if dtype.hasobject:
        raise ValueError(f"{name} holds Python objects, which are never loaded.")
    if dtype.kind != kind:
        raise ValueError(f"{name} must have the type {kind!r}, got {dtype.str!r}.")
    if shape is not None and found != shape:
        raise ValueError(f"{name} must have shape {shape}, got {found}.")
    size = math.prod(found) * dtype.itemsize
    if shape is None and not 0 <= size <= TEXT_LIMIT:
        raise ValueError(f"{name} must have at most {TEXT_LIMIT} bytes, got {size}.")
    return size
