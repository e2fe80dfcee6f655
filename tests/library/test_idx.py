"""The IDX reader: what it reads, and that a file which lies about itself costs a clear error and no memory."""

import gzip
import tracemalloc

import numpy as np
import pytest
from registry import exactly

from tipslib.datasets import idx, read_idx


def packed(sizes, data, magic=b"\0\0\x08"):
    return magic + bytes([len(sizes)]) + b"".join(n.to_bytes(4) for n in sizes) + bytes(data)


def written(folder, content, name="file-idx"):
    path = folder / name
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return path


@pytest.mark.parametrize("name", ["plain-idx3-ubyte", "packed-idx3-ubyte.gz"])
@pytest.mark.parametrize("sizes", [(7,), (2, 3, 4), (0,), (3, 0), (1, 1, 1, 5)])
def test_an_array_comes_back(tmp_path, name, sizes):
    values = np.arange(np.prod(sizes)) * 7 % 256
    array = read_idx(written(tmp_path, packed(sizes, values.astype(np.uint8)), name), sizes)
    assert array.shape == sizes
    assert array.dtype == np.uint8
    np.testing.assert_array_equal(array.ravel(), values)


def test_more_than_one_chunk(tmp_path, monkeypatch):
    monkeypatch.setattr(idx, "CHUNK", 3)
    assert read_idx(written(tmp_path, packed((8,), range(8)))).tolist() == list(range(8))


KIND = "file-idx is not an IDX file of bytes: it must start with 00 00 08 and 01 to 08, the number of axes, got"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", f"{KIND} ''."),
        (b"\0\0\x08", f"{KIND} '00 00 08'."),
        (packed((2,), [1, 2], magic=b"\0\0\x0d"), f"{KIND} '00 00 0d 01'."),
        (packed((2,), [1, 2], magic=b"\x1f\x8b\x08"), f"{KIND} '1f 8b 08 01'."),
        (packed((), []), f"{KIND} '00 00 08 00'."),
        (packed((1,) * 9, [1]), f"{KIND} '00 00 08 09'."),
        (packed((2, 3), [])[:9], "file-idx must have 2 sizes of 4 bytes, got 5 bytes."),
        (packed((2, 3), range(5)), "file-idx must hold 6 bytes for its sizes (2, 3), got 5."),
        (packed((2, 3), range(7)), "file-idx must hold 6 bytes for its sizes (2, 3), got more."),
        (packed((0,), [1]), "file-idx must hold 0 bytes for its sizes (0,), got more."),
        (packed((60000, 28), []), "file-idx must hold an array of shape (2, 3), got (60000, 28)."),
    ],
)
def test_malformed_files_are_refused(tmp_path, content, message):
    shape = (2, 3) if "of shape" in message else None
    with pytest.raises(ValueError, match=exactly(message)):
        read_idx(written(tmp_path, content), shape)


@pytest.mark.parametrize(
    "broken",
    [
        lambda stream: stream[:-12],  # cut off
        lambda stream: stream[:15] + b"\xff\xff\xff" + stream[18:],  # damaged
        lambda stream: stream[:-6] + b"\0" + stream[-5:],  # a wrong checksum
        lambda stream: b"<html>Not found</html>",
        lambda stream: b"",
    ],
)
def test_broken_streams_are_refused(tmp_path, broken):
    path = tmp_path / "file-idx.gz"
    noise = np.random.default_rng(0).integers(256, size=500, dtype=np.uint8)
    path.write_bytes(broken(gzip.compress(packed((500,), noise))))
    with pytest.raises(
        ValueError, match=r"^file-idx\.gz (is not a complete gzip file: .|is not an IDX file of bytes: .)"
    ):
        read_idx(path)


@pytest.mark.parametrize("name", ["file-idx", "file-idx.gz"])
def test_a_header_is_not_believed(tmp_path, name):
    """It promises 4 exabytes and brings 3 bytes."""
    path = written(tmp_path, packed((2**32 - 1, 2**30), [1, 2, 3]), name)
    tracemalloc.start()
    with pytest.raises(ValueError, match=r"must hold 4611686017353646080 bytes .*, got 3\.$"):
        read_idx(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3 * idx.CHUNK


def test_a_stream_is_read_no_further_than_its_header_says(tmp_path):
    """Ten bytes are announced, and 50 MB of zeros follow in a small gzip file."""
    path = written(tmp_path, packed((10,), bytes(50_000_000)), "file-idx.gz")
    tracemalloc.start()
    with pytest.raises(ValueError, match=r"must hold 10 bytes .*, got more\.$"):
        read_idx(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3 * idx.CHUNK


def test_no_file():
    with pytest.raises(FileNotFoundError):
        read_idx("no-such-file")
