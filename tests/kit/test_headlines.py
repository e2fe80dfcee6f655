"""Headlines: a comparison that does not hold stops the notebook; what holds is shown with its numbers."""

import re

import numpy as np
import pytest

from tipsbook import Moot, above, headline, level, tuned
from tipsbook.headlines import CHECKS

HIGH, LOW = np.array([0.95, 0.96, 0.97, 0.96, 0.96]), np.array([0.51, 0.55, 0.5, 0.52, 0.52])


def test_above_gives_means_difference_and_error():
    found = above("rates 0.1 to 30", HIGH, LOW)
    assert found.first == pytest.approx(0.96)
    assert found.difference == pytest.approx(0.44)
    assert found.error == pytest.approx(np.sqrt(HIGH.var(ddof=1) / 5 + LOW.var(ddof=1) / 5))


def test_above_takes_a_number_for_the_smaller_side():
    assert above("guessing", HIGH, 0.1).error == pytest.approx(HIGH.std(ddof=1) / np.sqrt(5))


@pytest.mark.parametrize(("larger", "smaller"), [(LOW, HIGH), (HIGH, HIGH), (HIGH, HIGH - 0.001), (HIGH, 0.959)])
def test_above_fails_where_the_order_does_not_hold(larger, smaller):
    with pytest.raises(AssertionError, match=r"Not larger by two standard errors \(here\)"):
        above("here", larger, smaller)


def test_level_holds_with_the_error_inside_the_limit():
    assert level("here", HIGH, HIGH - 0.002, within=0.02).within == 0.02


@pytest.mark.parametrize(("other", "within"), [(LOW, 0.1), (HIGH, 0.005), (HIGH - 0.015, 0.02)])
def test_level_fails_outside_the_limit(other, within):
    with pytest.raises(AssertionError, match="Not level within"):
        level("here", HIGH, other, within=within)


@pytest.mark.parametrize("compare", [above, lambda *a: level(*a, within=1)])
@pytest.mark.parametrize(
    ("sides", "message"),
    [((HIGH[:4], LOW), "5 seeds or more"), ((HIGH, LOW[:3]), "5 seeds or more"), ((HIGH, LOW * np.nan), "finite")],
)
def test_few_seeds_and_missing_values_are_refused(compare, sides, message):
    with pytest.raises(ValueError, match=message):
        compare("here", *sides)


def test_tuned_gives_the_best_of_a_grid():
    assert tuned([0.1, 1, 10], [[0.5, 0.6], [0.9, 0.7], [0.8, 0.75]]) == 1


@pytest.mark.parametrize("scores", [[[3], [2], [1]], [[1], [2], [3]]])
def test_tuned_refuses_the_edge_of_a_grid(scores):
    with pytest.raises(AssertionError, match=r"The best setting, .* lies at the edge"):
        tuned([0.1, 1, 10], scores)


def made(**changed):
    holds = above("rates <1 & 2>", HIGH, LOW)
    checks = dict.fromkeys(CHECKS, holds) | {"dose": [holds, level("halved", HIGH, HIGH, within=0.1)]} | changed
    return headline("centring", "Centring helps.", "accuracy", **checks)


def test_a_headline_tells_each_check():
    said = repr(made(elsewhere=Moot("it is a proof")))
    assert said.startswith("Centring helps.\nMeasured: accuracy.\n  rate: rates <1 & 2>: 0.96 against 0.52")
    assert said.endswith("elsewhere: does not apply: it is a proof")
    assert said.count("dose:") == 2


def test_a_headline_is_shown_as_a_table_with_pictures():
    shown = made(elsewhere=Moot("it is a proof"))._repr_html_()
    assert 'id="headline-centring"' in shown
    assert "Holds in 4 comparisons" in shown
    assert "rates &lt;1 &amp; 2&gt;" in shown
    assert shown.count("<svg") == shown.count("<circle") == 4
    assert all(0 <= float(x) <= 120 for x in re.findall(r'cx="([-\d.]+)"', shown))


@pytest.mark.parametrize("missing", CHECKS)
def test_a_headline_wants_all_four_checks(missing):
    checks = dict.fromkeys(CHECKS, above("here", HIGH, LOW))
    del checks[missing]
    with pytest.raises(TypeError, match=missing):
        headline("centring", "Centring helps.", "accuracy", **checks)
    with pytest.raises(ValueError, match=f"a comparison or a reason for {missing}"):
        headline("centring", "Centring helps.", "accuracy", **checks, **{missing: []})


def test_a_headline_compares_something():
    with pytest.raises(ValueError, match="compares nothing"):
        headline("centring", "Centring helps.", "accuracy", **dict.fromkeys(CHECKS, Moot("a proof")))


def test_bad_names_and_sentences_are_refused():
    checks = dict.fromkeys(CHECKS, above("here", HIGH, LOW))
    with pytest.raises(ValueError, match="lower-case words"):
        headline("Centring!", "Centring helps.", "accuracy", **checks)
    with pytest.raises(ValueError, match="full stop"):
        headline("centring", "Centring helps", "accuracy", **checks)
