"""Downloads against a server on this machine that serves good, cut off, damaged and missing files."""

import gzip
import hashlib
import os
import sys
import threading
from collections import Counter
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from registry import exactly

from tipslib.datasets import images, mnist
from tipslib.datasets.download import DownloadError, data_folder, fetch

pytest.importorskip("pooch", reason="downloads are pooch's: pip install pooch")
NAME, CONTENT = "file.bin", bytes(range(256)) * 200
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class Mirrors(BaseHTTPRequestHandler):
    """`/good/name` serves a file, `/short/`, `/damaged/`, `/missing/`, `/broken-once/` do what they say."""

    def do_GET(self):
        _, mirror, name = self.path.split("/")
        self.server.asked[mirror] += 1
        content = self.server.files.get(name)
        if mirror == "missing" or content is None:
            self.send_error(404)
            return
        short = mirror == "short" or (mirror == "broken-once" and self.server.asked[mirror] == 1)
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if mirror == "damaged":
            content = content[:-1] + b"!"
        self.wfile.write(content[: len(content) // 2] if short else content)

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def server():
    with ThreadingHTTPServer(("127.0.0.1", 0), Mirrors) as server:
        server.files, server.asked = {NAME: CONTENT}, Counter()
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return the folder for downloads, in an otherwise empty home that must stay empty."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home))
    monkeypatch.setenv("TIPSLIB_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(home)
    yield tmp_path / "data"
    assert list(home.iterdir()) == []


def mirror(server, name):
    return f"http://127.0.0.1:{server.server_port}/{name}/"


@pytest.fixture
def get(server, folder):
    return lambda *names, **options: fetch(NAME, SHA256, [mirror(server, n) for n in names], pause=0, **options)


def holds(folder):
    return sorted(path.name for path in folder.rglob("*")) if folder.exists() else []


def test_a_good_file_arrives_once(get, folder, server):
    path = get("good")
    assert path == folder / NAME
    assert path.read_bytes() == CONTENT
    assert get("good") == path
    assert server.asked == {"good": 1}
    assert holds(folder) == [NAME]


@pytest.mark.parametrize("first", ["short", "damaged", "missing"])
def test_the_next_mirror_helps(get, folder, server, first):
    assert get(first, "good").read_bytes() == CONTENT
    assert server.asked == {first: 1, "good": 1}
    assert holds(folder) == [NAME]


def test_a_broken_download_is_tried_again(get, folder, server):
    assert get("broken-once").read_bytes() == CONTENT
    assert server.asked == {"broken-once": 2}
    assert holds(folder) == [NAME]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("short", "IncompleteRead"),
        ("damaged", "does not match the known hash"),
        ("missing", "404 Client Error"),
    ],
)
def test_what_never_works_is_named_and_leaves_nothing(get, folder, server, name, reason):
    with pytest.raises(DownloadError) as caught:
        get(name, attempts=2)
    assert server.asked == {name: 2}
    message = str(caught.value)
    assert message.startswith(f"{NAME} could not be downloaded: {mirror(server, name)} (")
    assert reason in message
    assert message.endswith(f"). Put it into {folder}, or try again later.")
    assert holds(folder) == []


def test_no_connection(folder):
    with pytest.raises(DownloadError, match=r"could not be downloaded: http://127\.0\.0\.1:9/ \(.*[Cc]onnection"):
        fetch(NAME, SHA256, ["http://127.0.0.1:9/"], attempts=1)
    assert holds(folder) == []


def test_no_mirror(folder):
    message = f"{NAME} could not be downloaded: no mirror. Put it into {folder}, or try again later."
    with pytest.raises(DownloadError, match=exactly(message)):
        fetch(NAME, SHA256, [])


def test_the_pause_doubles(get, monkeypatch):
    pauses = []
    monkeypatch.setattr("tipslib.datasets.download.time.sleep", pauses.append)
    with pytest.raises(DownloadError):
        get("missing", attempts=4)
    assert pauses == [0, 0, 0]
    with pytest.raises(DownloadError):
        fetch(NAME, SHA256, ["http://127.0.0.1:9/"], attempts=4, pause=0.5)
    assert pauses[3:] == [0.5, 1.0, 2.0]


def test_a_wrong_file_in_the_folder_is_replaced(get, folder, server):
    folder.mkdir()
    (folder / NAME).write_bytes(b"something else")
    assert get("good").read_bytes() == CONTENT
    assert holds(folder) == [NAME]


def test_a_right_file_in_the_folder_needs_no_server(folder):
    folder.mkdir()
    (folder / NAME).write_bytes(CONTENT)
    assert fetch(NAME, SHA256, ["http://127.0.0.1:9/"]) == folder / NAME


def test_without_a_folder_of_ones_own_it_is_the_systems(monkeypatch):
    import pooch

    monkeypatch.delenv("TIPSLIB_DATA_DIR", raising=False)
    assert data_folder() == Path(pooch.os_cache("tipslib"))
    monkeypatch.setenv("TIPSLIB_DATA_DIR", "")
    assert data_folder() == Path(pooch.os_cache("tipslib"))


def test_downloads_need_pooch(monkeypatch):
    monkeypatch.setitem(sys.modules, "pooch", None)
    with pytest.raises(ImportError, match=exactly("Downloading file.bin needs pooch: pip install pooch.")):
        fetch(NAME, SHA256, [])


def test_a_bar_shows_the_progress(get, capsys):
    pytest.importorskip("tqdm", reason="the bar is tqdm's")
    get("good")
    assert "100%" in capsys.readouterr().err


def idx(array):
    return gzip.compress(
        b"\0\0\x08" + bytes([array.ndim]) + b"".join(n.to_bytes(4) for n in array.shape) + array.tobytes()
    )


@pytest.fixture
def little_mnist(server, folder, monkeypatch):
    """Serve four files in the format of MNIST, with 30 + 10 images of 4 x 4 pixels, the last 10 of 30 to validate."""
    rng = np.random.default_rng(0)
    arrays = [rng.integers(256, size=(n, 4, 4)[:axes], dtype=np.uint8) for n in (30, 10) for axes in (3, 1)]
    table = {}
    for name, array in zip(images.MNIST, arrays, strict=True):
        server.files[name] = idx(array)
        table[name] = hashlib.sha256(server.files[name]).hexdigest(), array.shape
    monkeypatch.setattr(images, "MNIST", table)
    monkeypatch.setattr(images, "VALIDATION", 10)
    monkeypatch.setattr(images, "MIRRORS", [mirror(server, "missing"), mirror(server, "good")])
    monkeypatch.setattr(images, "fetch", partial(fetch, pause=0))
    return arrays


def test_mnist_is_read_from_its_four_files(little_mnist, folder, server):
    x, y, x_test, y_test = little_mnist
    data = mnist()
    assert holds(folder) == sorted(images.MNIST)
    raw = data.raw
    np.testing.assert_array_equal(np.concatenate([raw.train.x, raw.val.x]), x.reshape(30, 16))
    np.testing.assert_array_equal(np.concatenate([data.train.y, data.val.y]), y)
    np.testing.assert_array_equal(raw.test.x, x_test.reshape(10, 16))
    np.testing.assert_array_equal(data.test.y, y_test)
    assert [len(part.y) for part in (data.train, data.val, data.test)] == [20, 10, 10]
    assert (data.train.x.dtype, data.train.y.dtype, raw.train.x.dtype) == (np.float64, np.int64, np.uint8)
    np.testing.assert_allclose(data.train.x.mean(axis=0), 0, atol=1e-14)
    assert data.train.x.std() == pytest.approx(1)
    assert mnist(dtype=np.float32).test.x.dtype == np.float32
    assert server.asked["good"] == 4


def test_a_file_of_another_size_is_refused(little_mnist, monkeypatch):
    name = "t10k-labels-idx1-ubyte.gz"
    monkeypatch.setitem(images.MNIST, name, (images.MNIST[name][0], (11,)))
    with pytest.raises(ValueError, match=exactly(f"{name} must hold an array of shape (11,), got (10,).")):
        mnist()


def test_no_mirror_has_mnist(little_mnist, folder, server):
    server.files.clear()
    with pytest.raises(DownloadError, match=r"^train-images-idx3-ubyte\.gz could not be downloaded: "):
        mnist()
    assert holds(folder) == []


@pytest.mark.audit
def test_the_real_mnist_loads(monkeypatch):
    """The four files themselves, where TIPSLIB_MNIST names their folder: without them nothing can be said."""
    place = os.environ.get("TIPSLIB_MNIST")
    if place is None:
        pytest.skip("set TIPSLIB_MNIST to a folder that holds the four files of MNIST")
    missing = [name for name in images.MNIST if not Path(place, name).is_file()]
    assert not missing, f"TIPSLIB_MNIST is {place!r}, which lacks {', '.join(missing)}"
    monkeypatch.setenv("TIPSLIB_DATA_DIR", place)
    monkeypatch.setattr(images, "MIRRORS", ["http://127.0.0.1:9/"])  # nothing is downloaded
    data = mnist(dtype=np.float32)
    assert [part.x.shape for part in (data.train, data.val, data.test)] == [(50000, 784), (10000, 784), (10000, 784)]
    assert np.bincount(data.test.y).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    counts = np.bincount(np.concatenate([data.train.y, data.val.y])).tolist()
    assert counts == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert data.raw.train.y[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    both = np.concatenate([data.raw.train.x, data.raw.val.x])
    assert both.mean() / 255 == pytest.approx(0.1307, abs=5e-5)  # the figures that PyTorch's examples normalize by
    assert both.std() / 255 == pytest.approx(0.3081, abs=5e-5)
