"""Saving and loading: what comes back, and which files are refused, with the network left as it was."""

import io
import pickle
import tracemalloc
import zipfile

import numpy as np
import pytest
from registry import exactly

from tipslib import storage
from tipslib.activations import relu, tanh
from tipslib.layers import Activate, Dense
from tipslib.networks import Sequential, mlp


def network(**options):
    return mlp([4, 6, 5, 3], batch_norm=True, dropout=0.3, **{"seed": 3, **options})


@pytest.fixture
def saved(tmp_path):
    """Return a saved network, its file, and another network of the same layout."""
    net = network()
    net.forward(np.random.default_rng(0).normal(size=(7, 4)), training=True)
    net.save(tmp_path / "net.npz")
    return net, tmp_path / "net.npz", network(seed=9)


@pytest.mark.parametrize("runs", [None, 2])
def test_params_and_buffers_come_back(tmp_path, runs):
    net, x = network(runs=runs), np.random.default_rng(0).normal(size=(7, 4))
    net.forward(x, training=True)
    net.save(tmp_path / "net")  # exactly this name
    other = network(runs=runs, seed=9)
    other.load(tmp_path / "net")
    np.testing.assert_array_equal(other.predict(x), net.predict(x))
    np.testing.assert_array_equal(other.layers[0].params["W"], net.layers[0].params["W"])
    assert other.params.flags.writeable


def test_the_type_is_that_of_the_network(saved):
    net, path, _ = saved
    small = network(dtype=np.float32)
    small.load(path)
    assert small.params.dtype == np.float32
    np.testing.assert_allclose(small.params, net.params, rtol=1e-6)


def test_numpy_reads_the_file_without_pickle(saved):
    net, path, _ = saved
    with np.load(path, allow_pickle=False) as stored:
        np.testing.assert_array_equal(stored["params"], net.params)
        assert stored["layout"].tolist() == net.layout()


def test_a_network_without_parameters(tmp_path):
    Sequential([Activate(tanh)], 4).save(tmp_path / "net.npz")
    Sequential([Activate(tanh)], 4).load(tmp_path / "net.npz")


def refused(net, path, message):
    before = net.params.copy(), net.buffers.copy()
    with pytest.raises(ValueError, match=message) as caught:
        net.load(path)
    np.testing.assert_array_equal(net.params, before[0])
    np.testing.assert_array_equal(net.buffers, before[1])
    return str(caught.value)


@pytest.mark.parametrize(
    ("there", "here", "line_there", "line_here"),
    [
        (mlp([4, 6, 2]), mlp([4, 5, 2]), "Dense(6): W (4, 6), b (1, 6)", "Dense(5): W (4, 5), b (1, 5)"),
        (mlp([4, 2]), mlp([3, 2]), "4 inputs, runs=None", "3 inputs, runs=None"),
        (mlp([4, 2], runs=2), mlp([4, 2]), "4 inputs, runs=2", "4 inputs, runs=None"),
        (
            mlp([4, 4, 2], activation=tanh),
            mlp([4, 4, 2], activation=relu),
            f"Activate({tanh}): no arrays",
            f"Activate({relu}): no arrays",
        ),
        (mlp([4, 2]), Sequential([Dense(2), Activate(tanh)], 4), "nothing", f"Activate({tanh}): no arrays"),
        (Sequential([Dense(2), Activate(tanh)], 4), mlp([4, 2]), f"Activate({tanh}): no arrays", "nothing"),
    ],
)
def test_another_architecture_is_refused(tmp_path, there, here, line_there, line_here):
    path = tmp_path / "net.npz"
    there.save(path)
    message = f"{path} holds another network: it has {line_there} where this one has {line_here}."
    refused(here, path, exactly(message))


def test_the_layout_names_what_layers_hold():
    assert mlp([4, 3, 2], batch_norm=True).layout() == [
        "4 inputs, runs=None",
        "Dense(3): W (4, 3)",
        "BatchNorm(): gamma (1, 3), beta (1, 3), running_mean (1, 3), running_var (1, 3)",
        "Activate(ReLU): no arrays",
        "Dense(2): W (3, 2), b (1, 2)",
    ]


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.9, 0.999])
def test_a_file_that_is_cut_off_is_refused(saved, share):
    _, path, other = saved
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    refused(other, path, r"net\.npz was not written by save, or it is damaged: .")


def test_every_changed_byte_of_the_numbers_is_seen(saved):
    _, path, other = saved
    content = bytearray(path.read_bytes())
    start = content.index(saved[0].params.tobytes())
    for place in (start, start + 100, start + saved[0].params.nbytes - 1):
        damaged = content.copy()
        damaged[place] ^= 1
        path.write_bytes(damaged)
        refused(other, path, r"or it is damaged: Bad CRC-32 for file 'params\.npy'")


def test_what_is_no_archive_is_refused(saved):
    _, path, other = saved
    for content in (b"hello", pickle.dumps([1, 2, 3]), bytes(1000)):
        path.write_bytes(content)
        refused(other, path, exactly(f"{path} was not written by save, or it is damaged: File is not a zip file"))


class Harmful:
    """Leaves a mark when it is unpickled."""

    done = False

    def __reduce__(self):
        return setattr, (Harmful, "done", True)


def rewritten(saved, **arrays):
    net, path, _ = saved
    kept = {"layout": np.array(net.layout()), "params": net.params, "buffers": net.buffers}
    np.savez(path, **{name: a for name, a in {**kept, **arrays}.items() if a is not None})
    return path


@pytest.mark.parametrize("name", ["layout", "params", "buffers"])
def test_objects_are_never_unpickled(saved, name):
    path = rewritten(saved, **{name: np.array([Harmful(), None], object)})
    end = f"{name} holds Python objects, which are never loaded."
    refused(saved[2], path, exactly(f"{path} was not written by save, or it is damaged: {end}"))
    assert not Harmful.done
    with np.load(path, allow_pickle=True) as stored:
        _ = stored[name]
    assert Harmful.done  # it would have worked
    Harmful.done = False


@pytest.mark.parametrize(
    ("arrays", "end"),
    [
        ({"params": None}, "\"There is no item named 'params.npy' in the archive\""),
        ({"layout": None}, "\"There is no item named 'layout.npy' in the archive\""),
        ({"params": np.zeros(3)}, "params must have shape (94,), got (3,)."),
        ({"params": np.zeros(94, np.int64)}, "params must have the type 'f', got '<i8'."),
        ({"params": np.zeros(94, np.complex128)}, "params must have the type 'f', got '<c16'."),
        ({"layout": np.zeros(3)}, "layout must have the type 'U', got '<f8'."),
        ({"layout": np.array(["x" * 300_000])}, "layout must have at most 1048576 bytes, got 1200000."),
    ],
)
def test_other_contents_are_refused(saved, arrays, end):
    path = rewritten(saved, **arrays)
    assert saved[0].params.shape == (94,)
    refused(saved[2], path, exactly(f"{path} was not written by save, or it is damaged: {end}"))


def member(shape, data, *, version=b"\1\0", descr="<f8"):
    """Return the bytes of an array whose header says `shape`, whatever its data."""
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY" + version + len(header).to_bytes(2, "little") + header.encode() + data


def with_member(saved, name, content, compression=zipfile.ZIP_STORED):
    path = rewritten(saved, **{name: None})
    with zipfile.ZipFile(path, "a", compression) as archive:
        archive.writestr(f"{name}.npy", content)
    return path


@pytest.mark.parametrize(
    ("content", "end"),
    [
        (member("(94,)", bytes(751)), "params must have 752 bytes, got 751."),
        (member("(94,)", bytes(753)), "params must have 752 bytes, got more."),
        (member("(94,)", bytes(752), version=b"\2\0"), "params has an unknown version."),
        (member(f"({10**15},)", bytes(8)), f"params must have shape (94,), got ({10**15},)."),
    ],
)
def test_a_header_is_not_believed(saved, content, end):
    path = with_member(saved, "params", content)
    refused(saved[2], path, exactly(f"{path} was not written by save, or it is damaged: {end}"))


def test_a_bomb_is_not_unpacked(saved):
    """200 MB of zeros, in a file of 200 kB, follow the numbers that belong there."""
    path = with_member(saved, "params", member("(94,)", bytes(200_000_000)), zipfile.ZIP_DEFLATED)
    tracemalloc.start()
    refused(saved[2], path, r"params must have 752 bytes, got more\.$")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10_000_000


def test_columns_first_are_read_too(tmp_path):
    a = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    storage.write(tmp_path / "file.npz", [], a=a)
    np.testing.assert_array_equal(storage.read(tmp_path / "file.npz", [], a=(2, 3))["a"], a)


def test_no_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        network().load(tmp_path / "net.npz")


def test_nothing_is_written_that_would_need_pickle(tmp_path):
    with pytest.raises(ValueError, match="Object arrays cannot be saved"):
        storage.write(tmp_path / "file.npz", [], a=np.array([io.BytesIO()], object))
