"""Standardizing, PCA and whitening: scikit-learn's numbers, and what each promises."""

import inspect
import pickle

import comparisons
import numpy as np
import pytest
from registry import exactly, public

from tipslib import preprocessing
from tipslib.preprocessing import PCA, Standardizer, Transformer, ZCAWhitening

MAKERS = {
    "Standardizer": Standardizer,
    "PCA": PCA,
    "PCA(2)": lambda: PCA(2),
    "ZCAWhitening": ZCAWhitening,
    "ZCAWhitening(0)": lambda: ZCAWhitening(0.0),
}
each = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
INVERTIBLE = pytest.mark.parametrize("make", [Standardizer, PCA], ids=["Standardizer", "PCA"])


def data(n=50, d=4, seed=0):
    rng = np.random.default_rng(seed)
    return 3 + rng.normal(size=(n, d)) @ rng.normal(size=(d, d))


def test_registry_holds_every_transformer():
    classes = {name for name in public(preprocessing) if inspect.isclass(getattr(preprocessing, name))}
    assert {type(make()).__name__ for make in MAKERS.values()} == classes - {"Transformer"}


@comparisons.each("preprocessing")
def test_equals_sklearn(compare, found):
    comparisons.agree(compare, found)


@each
def test_untouched_arguments_and_the_training_split_only(make):
    train, val = data(), data(seed=1)
    kept = train.copy(), val.copy()
    fitted = make()
    assert fitted.fit(train) is fitted
    learned = {name: np.copy(value) for name, value in vars(fitted).items() if name.endswith("_")}
    z = fitted.transform(val)
    assert len(learned) >= 2
    for name, value in learned.items():
        np.testing.assert_array_equal(getattr(fitted, name), value)
    np.testing.assert_array_equal(train, kept[0])
    np.testing.assert_array_equal(val, kept[1])
    assert not np.shares_memory(z, val)
    np.testing.assert_allclose(fitted.transform(val[:1]), z[:1], rtol=1e-12)  # one by one or together
    np.testing.assert_array_equal(make().fit_transform(train), fitted.transform(train))


@each
def test_float32_stays_float32(make):
    fitted = make().fit(data().astype(np.float32))
    z = fitted.transform(data(seed=1).astype(np.float32))
    assert z.dtype == np.float32
    np.testing.assert_allclose(z, make().fit(data()).transform(data(seed=1)), rtol=1e-3, atol=1e-4)


@each
def test_integers_are_numbers(make):
    x = np.random.default_rng(0).integers(16, size=(30, 3))
    np.testing.assert_array_equal(make().fit_transform(x), make().fit_transform(x.astype(np.float64)))


@each
def test_pickles(make):
    fitted = make().fit(data())
    twin = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(twin.transform(data(seed=1)), fitted.transform(data(seed=1)))


@INVERTIBLE
def test_inverse_transform_goes_back(make):
    fitted, x = make().fit(data()), data(seed=1)
    np.testing.assert_allclose(fitted.inverse_transform(fitted.transform(x)), x, rtol=1e-12)
    assert fitted.inverse_transform(np.ones((2, 4), np.float32)).dtype == np.float32


def test_standardized_features_have_mean_zero_and_variance_one():
    z = Standardizer().fit_transform(data())
    np.testing.assert_allclose(z.mean(axis=0), 0, atol=1e-13)
    np.testing.assert_allclose(z.std(axis=0), 1, rtol=1e-12)


@pytest.mark.parametrize("value", [0.0, 7.0, 0.1, -1e8 / 3, 1e100])
def test_a_constant_feature_is_scaled_by_one(value):
    x = np.full((40, 1), value)
    fitted = Standardizer().fit(x)
    assert fitted.scale_.tolist() == [1.0]
    np.testing.assert_allclose(fitted.transform(x), 0, atol=1e-13 * max(1.0, abs(value)))


def test_one_example_has_no_scale():
    assert Standardizer().fit([[3.0, 5.0]]).transform([[4.0, 5.0]]).tolist() == [[1.0, 0.0]]


def test_a_small_feature_is_not_a_constant_one():
    fitted = Standardizer().fit([[1e-200], [3e-200]])
    assert fitted.scale_.tolist() == [1.0]  # the square of 1e-200 is not a number above zero
    assert Standardizer().fit([[1e-100], [3e-100]]).scale_ == pytest.approx([1e-100])


def test_components_are_orthonormal_and_variances_fall():
    fitted = PCA().fit(data())
    np.testing.assert_allclose(fitted.components_ @ fitted.components_.T, np.eye(4), atol=1e-13)
    assert (np.diff(fitted.explained_variance_) < 0).all()
    assert fitted.explained_variance_ratio_.sum() == pytest.approx(1, rel=1e-12)
    assert fitted.n_components_ == 4
    z = fitted.transform(data())
    np.testing.assert_allclose(np.cov(z.T), np.diag(fitted.explained_variance_), atol=1e-12)


def test_the_largest_entry_of_a_component_is_positive():
    for seed in range(10):
        rows = PCA().fit(data(seed=seed)).components_
        assert (np.take_along_axis(rows, abs(rows).argmax(axis=1, keepdims=True), axis=1) > 0).all()


def test_few_components_lose_only_the_smallest_variances():
    x = data()
    fitted, full = PCA(2).fit(x), PCA().fit(x)
    lost = ((x - fitted.inverse_transform(fitted.transform(x))) ** 2).sum() / (len(x) - 1)
    assert lost == pytest.approx(full.explained_variance_[2:].sum(), rel=1e-12)
    assert fitted.explained_variance_ratio_.sum() < 1


def test_data_without_variance():
    fitted = PCA().fit(np.ones((3, 2)))
    np.testing.assert_array_equal(fitted.explained_variance_ratio_, 0.0)
    np.testing.assert_array_equal(ZCAWhitening().fit_transform(np.ones((3, 2))), 0.0)


def test_whitened_data_have_the_identity_as_covariance():
    z = ZCAWhitening(eps=0.0).fit_transform(data())
    np.testing.assert_allclose(np.cov(z.T), np.eye(4), atol=1e-11)


def test_whitening_is_symmetric_and_eps_is_added_to_the_variance():
    """One feature of variance 4: with eps = 5 it is divided by 3."""
    fitted = ZCAWhitening(eps=5.0).fit([[-2.0], [0.0], [2.0]])
    np.testing.assert_allclose(fitted.transform([[3.0]]), [[1.0]], rtol=1e-13)
    matrix = ZCAWhitening().fit(data()).components_
    np.testing.assert_allclose(matrix, matrix.T, rtol=1e-10)


@pytest.mark.parametrize("seed", range(10))
def test_rounding_errors_are_no_variance(seed):
    """The third feature is the sum of the others; its direction's variance comes out as some +-1e-16."""
    x = data(d=2, seed=seed)
    with pytest.raises(ValueError, match="a direction of x has no variance"):
        ZCAWhitening(0.0).fit(np.column_stack([x, x.sum(axis=1)]))


def test_the_usual_eps():
    assert (ZCAWhitening().eps, PCA().n_components) == (1e-5, None)


def test_whitening_stays_near_the_data():
    """Of all whitenings x W with W^T C W = I, ZCA has the largest trace of its correlation with x: PCA's has less."""
    x = data() - data().mean(axis=0)
    zca = ZCAWhitening(0.0).fit_transform(x)
    pca = PCA().fit(x)
    other = pca.transform(x) / np.sqrt(pca.explained_variance_)
    assert (zca * x).sum() > abs((other * x).sum())


SINGULAR = np.array([[1.0, 1.0], [2.0, 2.0], [4.0, 4.0]])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: PCA(0), ValueError, "PCA needs n_components, an integer >= 1, got 0."),
        (lambda: PCA(3).fit(np.eye(2)), ValueError, "PCA needs n_components <= min(N, D) = 2, got 3."),
        (lambda: PCA().fit([[1.0]]), ValueError, "PCA needs 2 or more examples to fit, got 1."),
        (lambda: ZCAWhitening(-1.0), ValueError, "ZCAWhitening needs eps, finite and >= 0, got -1.0."),
        (lambda: ZCAWhitening().fit([[1.0]]), ValueError, "ZCAWhitening needs 2 or more examples to fit, got 1."),
        (
            lambda: ZCAWhitening(0.0).fit(SINGULAR),
            ValueError,
            "ZCAWhitening needs eps > 0, because a direction of x has no variance, got eps=0.0.",
        ),
        (lambda: Standardizer().transform(np.eye(2)), RuntimeError, "Standardizer needs fit(x) first."),
        (lambda: Standardizer().inverse_transform(np.eye(2)), RuntimeError, "Standardizer needs fit(x) first."),
        (lambda: PCA().inverse_transform(np.eye(2)), RuntimeError, "PCA needs fit(x) first."),
        (
            lambda: Standardizer().fit(np.eye(2)).transform(np.eye(3)),
            ValueError,
            "Standardizer needs x of shape (N, D), D=2, got (3, 3).",
        ),
        (
            lambda: Standardizer().fit(np.eye(2)).inverse_transform(np.ones(2)),
            ValueError,
            "Standardizer needs x of shape (N, D), D=2, got (2,).",
        ),
        (
            lambda: PCA(1).fit(np.eye(2)).inverse_transform(np.eye(2)),
            ValueError,
            "PCA needs x of shape (N, M), M=1, got (2, 2).",
        ),
    ],
)
def test_errors(call, error, message):
    with pytest.raises(error, match=exactly(message)):
        call()


@each
@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.ones(3), "fit needs x of shape (N, D), neither of them 0, got (3,)."),
        (np.ones((0, 3)), "fit needs x of shape (N, D), neither of them 0, got (0, 3)."),
        (np.array([[1.0], [np.nan]]), "fit needs finite x, got NaN or infinity."),
        (np.array([[1.0], [np.inf]]), "fit needs finite x, got NaN or infinity."),
    ],
)
def test_what_cannot_be_fitted(make, x, message):
    with pytest.raises(ValueError, match=exactly(f"{type(make()).__name__}.{message}")):
        make().fit(x)


def test_a_transformer_of_ones_own_must_define_both():
    message = "Transformer must define learn(centered, mean)."
    with pytest.raises(NotImplementedError, match=exactly(message)):
        Transformer().fit(np.eye(2))
    with pytest.raises(NotImplementedError, match=exactly("Transformer must define apply(centered).")):
        Transformer().apply(np.eye(2))
