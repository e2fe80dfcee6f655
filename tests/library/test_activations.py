"""What every activation promises."""

import inspect
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from registry import ACTIVATIONS

from tipslib import activations
from tipslib.activations import Activation, leaky_relu, relu, sigmoid, tanh
from tipslib.gradcheck import compare, numerical_gradient

REFERENCES = np.load(Path(__file__).with_name("references.npz"))
each_activation = pytest.mark.parametrize("f", ACTIVATIONS.values(), ids=ACTIVATIONS)
STORED = [name.removeprefix("activation ") for name in REFERENCES.files if name.startswith("activation ")]


def test_registry_holds_every_activation():
    defined = {type(f) for f in ACTIVATIONS.values()}
    classes = {c for _, c in inspect.getmembers(activations, inspect.isclass) if issubclass(c, Activation)}
    assert defined == classes - {Activation}
    assert {f.name for f in ACTIVATIONS.values()} == set(STORED)


@each_activation
def test_derivative(f):
    z = np.random.default_rng(0).normal(0, 3, size=(4, 5))
    check = compare("z", f.derivative(z), numerical_gradient(lambda z: f(z).sum(), z))
    assert check, check


@each_activation
def test_derivative_from_the_output_is_the_same(f):
    z = np.linspace(-5, 5, 101)
    np.testing.assert_array_equal(f.derivative_from(z, f(z)), f.derivative(z))


@each_activation
@settings(max_examples=30, deadline=None, derandomize=True)
@given(z=arrays(np.float64, st.tuples(st.integers(1, 8), st.integers(1, 8)), elements=st.floats(-1e3, 1e3)))
def test_new_arrays_of_the_same_shape_and_finite(f, z):
    before = z.copy()
    with np.errstate(all="raise", under="ignore"):
        for result in (f(z), f.derivative(z)):
            assert result.shape == z.shape
            assert np.isfinite(result).all()
            assert not np.shares_memory(result, z)
    np.testing.assert_array_equal(z, before)


@each_activation
def test_float32_stays_float32(f):
    z = np.linspace(-2, 2, 5, dtype=np.float32)
    assert f(z).dtype == f.derivative(z).dtype == f.derivative_from(z, f(z)).dtype == np.float32


@each_activation
def test_pickles(f):
    z = np.linspace(-2, 2, 5)
    twin = pickle.loads(pickle.dumps(f))
    np.testing.assert_array_equal(twin(z), f(z))
    assert (twin.name, twin.gain, repr(twin)) == (f.name, f.gain, f.name)


@pytest.mark.parametrize("name", STORED)
def test_equals_pytorch(name):
    f = next(f for f in ACTIVATIONS.values() if f.name == name)
    y, slope = REFERENCES[f"activation {name}"]
    z = REFERENCES["z"]
    np.testing.assert_allclose(f(z), y, rtol=1e-7, atol=1e-15)
    np.testing.assert_allclose(f.derivative(z), slope, rtol=1e-7, atol=1e-15)
    assert f.gain == pytest.approx(float(REFERENCES[f"gain {name}"]), rel=1e-7)


def test_slopes_at_zero():
    zero = np.zeros(1)
    assert [float(f.derivative(zero)[0]) for f in (sigmoid, tanh, relu, leaky_relu(0.1))] == [0.25, 1.0, 0.0, 0.1]


def test_an_activation_of_ones_own_must_define_both():
    f = Activation()
    with pytest.raises(NotImplementedError, match=r"^Activation must define __call__\(z\), which returns f\(z\)\.$"):
        f(np.zeros(1))
    with pytest.raises(NotImplementedError, match=r"^Activation must define derivative\(z\), which returns f'\(z\)\.$"):
        f.derivative(np.zeros(1))
