"""The IDX format of MNIST: a magic number, the sizes of the axes, then the bytes.

The magic number is 0, 0, the type of an entry (8: unsigned byte) and the number of axes; each size is an integer of 4
bytes, the most significant first (LeCun, Cortes & Burges, *The MNIST Database*).
"""

import gzip
import math
import os
import zlib
from typing import BinaryIO, cast

import numpy as np

from tipslib.arrays import Array

CHUNK = 1 << 20


def read_idx(path: str | os.PathLike[str], shape: tuple[int, ...] | None = None) -> Array:
    """Return the array in an IDX file of unsigned bytes, unpacked if ``path`` ends in ``.gz``; it is read-only.

    ``shape``, if it is known, is compared with the header before anything else is read. The header is not trusted:
    memory grows only with the bytes that are really there. Raises ``ValueError`` for a file of another kind, sizes that
    do not match the bytes or ``shape``, and a broken gzip stream; ``OSError`` if the file cannot be read.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "labels-idx1-ubyte")
    ...     _ = path.write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 1]))  # one axis, of size 3
    ...     read_idx(path)
    array([7, 2, 1], dtype=uint8)
    """
    name = os.path.basename(path)
    with gzip.open(path) if name.endswith(".gz") else open(path, "rb") as file:
        try:
            sizes = _header(cast(BinaryIO, file), name)
            if shape is not None and sizes != shape:
                raise ValueError(f"{name} must hold an array of shape {shape}, got {sizes}.")
            data = _body(cast(BinaryIO, file), name, sizes)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise ValueError(f"{name} is not a complete gzip file: {error}") from None
    return np.frombuffer(data, np.uint8).reshape(sizes)


def _header(file: BinaryIO, name: str) -> tuple[int, ...]:
    magic = file.read(4)
    if len(magic) < 4 or magic[:3] != b"\0\0\x08" or not 1 <= magic[3] <= 8:
        expected = "00 00 08 and 01 to 08, the number of axes"
        raise ValueError(f"{name} is not an IDX file of bytes: it must start with {expected}, got {magic.hex(' ')!r}.")
    sizes = file.read(4 * magic[3])
    if len(sizes) < 4 * magic[3]:
        raise ValueError(f"{name} must have {magic[3]} sizes of 4 bytes, got {len(sizes)} bytes.")
    return tuple(int.from_bytes(sizes[i : i + 4]) for i in range(0, len(sizes), 4))


def _body(file: BinaryIO, name: str, sizes: tuple[int, ...]) -> bytes:
    """Return the entries; one byte more is requested, to see that there are no more."""
    wanted, data = math.prod(sizes), bytearray()
    while len(data) <= wanted and (chunk := file.read(min(CHUNK, wanted + 1 - len(data)))):
        data += chunk
    if len(data) != wanted:
        got = "more" if len(data) > wanted else str(len(data))
        raise ValueError(f"{name} must hold {wanted} bytes for its sizes {sizes}, got {got}.")
    return bytes(data)
