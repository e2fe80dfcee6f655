"""What every activation promises."""

import inspect
import pickle

import comparisons
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from registry import ACTIVATIONS, exactly

from tipslib import activations
from tipslib.activations import Activation, elu, gelu, leaky_relu, relu, selu, sigmoid, tanh
from tipslib.gradcheck import compare, numerical_gradient

each_activation = pytest.mark.parametrize("f", ACTIVATIONS.values(), ids=ACTIVATIONS)


def test_registry_holds_every_activation():
    defined = {type(f) for f in ACTIVATIONS.values()}
    classes = {c for _, c in inspect.getmembers(activations, inspect.isclass) if issubclass(c, Activation)}
    assert defined == classes - {Activation}


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


@comparisons.each("activations")
def test_equals_pytorch(compare, found):
    comparisons.agree(compare, found)


@pytest.mark.parametrize("name", sorted(set(ACTIVATIONS) - {"sigmoid", "tanh"}))  # their gains are conventions
def test_the_gain_keeps_the_second_moment_of_a_normal_z(name):
    """The trapezoidal rule on 10^5 intervals of [-12, 12] is exact to 1e-8 here."""
    f, z = ACTIVATIONS[name], np.linspace(-12, 12, 100_001)
    density = np.exp(-z * z / 2) / np.sqrt(2 * np.pi)
    assert f.gain == pytest.approx(np.trapezoid(f(z) ** 2 * density, z) ** -0.5, rel=1e-7)


def test_gelu_is_near_its_definition():
    """z Phi(z), with Phi(1) = 0.841344746 from a table."""
    assert gelu(np.array([1.0]))[0] == pytest.approx(0.841344746, abs=5e-4)


def test_selu_keeps_mean_and_variance_through_fifty_layers():
    """Klambauer et al. 2017: (0, 1) attracts; one layer of 500 units has a mean with standard error 0.045."""
    h = np.random.default_rng(0).normal(size=(200, 500))
    for layer in range(50):
        h = selu(h @ np.random.default_rng(layer).normal(0, 500**-0.5, size=(500, 500)))
    assert abs(h.mean()) < 0.2
    assert abs(h.var() - 1) < 0.2


def test_elu_needs_a_positive_alpha():
    for alpha in (0.0, -1.0, np.nan, np.inf):
        with pytest.raises(ValueError, match=exactly(f"elu needs alpha, finite and > 0, got {alpha}.")):
            elu(alpha)


def test_slopes_at_zero():
    zero = np.zeros(1)
    assert [float(f.derivative(zero)[0]) for f in (sigmoid, tanh, relu, leaky_relu(0.1))] == [0.25, 1.0, 0.0, 0.1]


def test_an_activation_of_ones_own_must_define_both():
    f = Activation()
    with pytest.raises(NotImplementedError, match=r"^Activation must define __call__\(z\), which returns f\(z\)\.$"):
        f(np.zeros(1))
    with pytest.raises(NotImplementedError, match=r"^Activation must define derivative\(z\), which returns f'\(z\)\.$"):
        f.derivative(np.zeros(1))
