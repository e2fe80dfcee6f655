"""Accuracy, confusion and calibration: by hand, against scikit-learn, and runs as a loop."""

import comparisons
import numpy as np
import pytest
from registry import exactly

from tipslib.metrics import accuracy, calibration_error, confusion_matrix

METRICS = {f.__name__: f for f in (accuracy, confusion_matrix, calibration_error)}
each_metric = pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)


@comparisons.each("metrics")
def test_equals_sklearn(compare, found):
    comparisons.agree(compare, found)


def logits_of(confidences, k=2):
    """Return logits whose largest softmax probability, of class 0, is as given; the others share the rest."""
    p = np.array(confidences, np.float64)
    return np.log(np.stack([p, *[(1 - p) / (k - 1)] * (k - 1)], axis=1))


@each_metric
def test_runs_are_a_loop(metric):
    rng = np.random.default_rng(0)
    logits, labels = rng.normal(size=(3, 20, 4)), rng.integers(4, size=(3, 20))
    together, shared = metric(logits, labels), metric(logits, labels[0])
    for r in range(3):
        np.testing.assert_allclose(together[r], metric(logits[r], labels[r]), rtol=1e-14)
        np.testing.assert_allclose(shared[r], metric(logits[r], labels[0]), rtol=1e-14)


@each_metric
def test_untouched_arguments_and_one_example(metric):
    logits, labels = np.array([[1e3, -1e3, 0.0]], np.float32), np.array([0])
    before = logits.copy()
    with np.errstate(all="raise", under="ignore"):
        value = metric(logits, labels)
    np.testing.assert_array_equal(logits, before)
    assert np.isfinite(value).all()


def test_types():
    logits, labels = np.eye(3), [0, 1, 1]
    assert isinstance(accuracy(logits, labels), float)
    assert isinstance(calibration_error(logits, labels), float)
    assert confusion_matrix(logits, labels).dtype == np.int64


def test_confusion_keeps_classes_that_do_not_occur():
    """Rows are the labels: one example of class 1 taken for class 2."""
    expected = np.zeros((4, 4), int)
    expected[1, 2] = 1
    np.testing.assert_array_equal(confusion_matrix([[0.0, 0.0, 9.0, 0.0]], [1]), expected)


def test_confusion_of_runs_is_not_mixed():
    matrices = confusion_matrix([[[1.0, 0.0]], [[0.0, 1.0]]], [[0], [0]])
    np.testing.assert_array_equal(matrices, [[[1, 0], [0, 0]], [[0, 1], [0, 0]]])


def test_a_tie_goes_to_the_first_class():
    assert accuracy(np.zeros((2, 3)), [0, 1]) == 0.5


def test_calibration_by_hand():
    """Bins (0.5, 0.75] and (0.75, 1] of four: gaps |1/2 - 0.65| and |1 - 0.9|, with two and one of three examples."""
    logits = logits_of([0.6, 0.7, 0.9])
    assert calibration_error(logits, [0, 1, 0], bins=4) == pytest.approx(2 / 3 * 0.15 + 1 / 3 * 0.1, rel=1e-12)


def test_calibration_of_one_bin_is_accuracy_against_mean_confidence():
    logits = logits_of([0.9, 0.9, 0.9, 0.5])
    assert calibration_error(logits, [0, 1, 1, 0], bins=1) == pytest.approx(abs(0.5 - 0.8), rel=1e-12)


def test_a_confidence_on_the_edge_belongs_to_the_lower_bin():
    """In ((m - 1) / M, m / M] the 1/2 is below: separate bins give (1/2 + 1/4) / 2, a common one |1/2 - 5/8|."""
    logits = np.array([[0.0, 0.0], [np.log(3.0), 0.0]])  # confidences 1/2 and 3/4
    assert calibration_error(logits, [0, 0], bins=2) == pytest.approx((0.5 + 0.25) / 2, rel=1e-12)


def test_fifteen_bins():
    """Of 15 and 16 bins only the former tell 0.61 from 0.59: 0.6 is 9 / 15."""
    logits = logits_of([0.59, 0.61])
    assert calibration_error(logits, [0, 1]) == pytest.approx((0.41 + 0.61) / 2, rel=1e-12)
    assert calibration_error(logits, [0, 1], bins=16) == pytest.approx(0.1, rel=1e-12)


def test_certainty_is_calibrated_when_it_is_right():
    logits = 1e3 * np.eye(3)
    assert calibration_error(logits, [0, 1, 2]) == 0.0
    assert calibration_error(logits, [1, 2, 0]) == 1.0


LABELS = "labels must be integers of shape (3,), got"


@each_metric
@pytest.mark.parametrize(
    ("logits", "labels", "message"),
    [
        (np.zeros(3), [0], "logits must have shape (N, K) or (R, N, K), none of them 0, got (3,)."),
        (np.zeros((0, 3)), [], "logits must have shape (N, K) or (R, N, K), none of them 0, got (0, 3)."),
        (np.eye(3), [0.0, 1.0, 2.0], f"{LABELS} float64 of shape (3,)."),
        (np.eye(3), [0, 1], f"{LABELS} int64 of shape (2,)."),
        (np.eye(3), [0, 1, 3], "labels must be from 0 to 2, got 0 to 3."),
        (np.eye(3), [-1, 1, 2], "labels must be from 0 to 2, got -1 to 2."),
    ],
)
def test_errors(metric, logits, labels, message):
    with pytest.raises(ValueError, match=exactly(message)):
        metric(logits, labels)


def test_bins_are_a_number():
    with pytest.raises(ValueError, match=exactly("calibration_error needs bins, an integer >= 1, got 0.")):
        calibration_error(np.eye(3), [0, 1, 2], bins=0)
