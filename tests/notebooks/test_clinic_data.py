"""The runs of the diagnosis clinic are what their script measures, and the charts show what the texts say."""

import tomllib

import measured
import numpy as np
import pytest

from book import BOOK
from tipsbook.clinic import read

FOLDER = BOOK / "recipe" / "data"
script = measured.script("recipe", "recipe_clinic")
NAMES = list(script.PATIENTS)
TRAIN, VAL, TEST = 2, 3, 4  # columns of `ends`
HEALTHY = {"healthy", "healthy-dropout"}


@pytest.fixture(scope="module")
def stored():
    return measured.stored("recipe", "recipe-clinic")


@pytest.fixture(scope="module")
def cases():
    return {case.name: case for case in read(FOLDER / "recipe-clinic.toml")}


def test_every_patient_has_runs_and_texts(stored):
    told = tomllib.loads((FOLDER / "recipe-clinic.toml").read_text("utf-8"))["patients"]
    assert stored["names"].tolist() == NAMES
    assert sorted(patient["name"] for patient in told) == sorted(NAMES)
    assert stored["curves"].shape == (len(NAMES), 2, len(script.CURVES), script.LONGEST)
    assert stored["ends"].shape == (len(NAMES), 2, script.SEEDS, len(script.CURVES) + 1)
    assert stored["curves"].dtype == np.float32
    assert (FOLDER / "recipe-clinic.npz").stat().st_size < 60_000


@pytest.mark.parametrize(
    ("name", "which", "epochs"),
    [("rate-too-low", 0, 3), ("not-shuffled", 0, 1), ("overfitting", 0, 3), ("batch-norm-mode", 0, 2), ("shift", 1, 2)],
)
def test_a_stored_run_is_what_the_script_measures(stored, name, which, epochs):
    curves = script.learn(script.pair(name)[which], 0, epochs=epochs).curves
    kept = stored["curves"][NAMES.index(name), which, :, : epochs + 1]
    assert curves[:2] == pytest.approx(kept[:2], rel=0.05)
    assert curves[2:] == pytest.approx(kept[2:], abs=0.03)


def test_statistics_are_what_the_script_measures(stored):
    for name, epochs in (("symmetric", 1), ("exploding-start", 1)):
        result, kept = script.learn(script.pair(name)[0], 0, epochs=epochs), stored["statistics"][NAMES.index(name), 0]
        assert result.statistics[:2] == pytest.approx(kept[:2], rel=0.1)
        assert result.statistics[2:] == pytest.approx(kept[2:], abs=0.1)


def better(name: str, ends: np.ndarray) -> np.ndarray:
    """Return for each seed by how much the treated run is better in what its patient suffers from: ends (2, S, 5)."""
    if name == "softmax-twice":  # the loss, in nats; both get there in accuracy
        return ends[0, :, 1] - ends[1, :, 1]
    if name == "leakage":  # validation says what later examples confirm
        return np.subtract(*(abs(run[:, VAL] - run[:, TEST]) for run in ends))
    return ends[1, :, VAL] - ends[0, :, VAL]


@pytest.mark.parametrize("name", [name for name in NAMES if name not in HEALTHY])
def test_every_treated_run_is_better_with_every_seed(stored, name):
    gain = better(name, stored["ends"][NAMES.index(name)].astype(float))
    assert len(gain) == script.SEEDS
    assert gain.min() > 0.06, gain


@pytest.mark.parametrize("name", sorted(HEALTHY))
def test_who_is_healthy_stays_so(stored, name):
    ends = stored["ends"][NAMES.index(name)]
    assert ends[..., VAL].min() > 0.94
    assert abs(ends[..., VAL] - ends[..., TEST]).max() < 0.03


def test_the_treated_have_sound_statistics(cases):
    for case in cases.values():
        if case.name != "wrong-sign":  # its rate is low on purpose
            assert ((case.treated.steps > 0.0005) & (case.treated.steps < 0.08)).all(), case.name
        assert case.treated.idle.max() < 0.1, case.name
        assert 2.2 < case.treated.val_loss[0] < 3.6, case.name
        assert not case.treated.diverged, case.name


def test_the_same_gap_has_different_cures(cases):
    gap = [c for c in cases.values() if c.sick.train_accuracy[-1] > 0.8 and c.sick.val_accuracy[-1] < 0.75]
    assert {c.name for c in gap} >= {
        "overfitting", "labels-mismatched", "not-shuffled", "shift", "validation-unscaled", "batch-norm-mode",
        "wrong-labels",
    }  # fmt: skip
    cures = [case.treatment.options[int(case.treatment.right)][0] for case in gap]
    assert len(set(cures)) == len(gap)


def test_dropout_is_no_treatment_of_a_rate_that_is_too_high(stored):
    name = "rate-too-high"
    again = script.learn(script.replace(script.pair(name)[0], dropout=0.5), 0)
    sick = stored["ends"][NAMES.index(name), 0, 0]
    assert again.curves[TRAIN, -1] < sick[TRAIN] - 0.15


def test_who_started_too_large_is_treated_with_the_std_that_the_text_names(cases):
    assert script.pair("exploding-start")[1].init is script.glorot_normal
    treatment = cases["exploding-start"].treatment
    assert "√(2/(n + M))" in treatment.options[int(treatment.right)][0]
    assert "√(2/(n + M))" in cases["exploding-start"].cure


SIGNS = {  # what the replies say of the chart, beyond the numbers that are filled in
    "rate-too-low": lambda s, t: s.steps.max() < 3e-4 and (np.diff(s.train_loss) < 0).all(),
    "overfitting": lambda s, t: (
        s.train_accuracy[-1] > 0.99
        and s.val_loss[-1] > 1.15 * s.val_loss.min()
        and 5 < s.val_loss.argmin() < 20
        and abs(s.train_accuracy[1] - s.val_accuracy[1]) < 0.03
        and t.train_accuracy[-1] - t.val_accuracy[-1] > 0.2
    ),
    "vanishing": lambda s, t: 1500 < s.steps[1] / s.steps[0] < 3000 and abs(s.train_loss[-1] - np.log(10)) < 0.03,
    "labels-mismatched": lambda s, t: s.train_accuracy[-1] > 0.8 and s.val_accuracy.max() < 0.2,
    "healthy-dropout": lambda s, t: (s.val_accuracy > s.train_accuracy)[1:].all(),
    "rate-too-high": lambda s, t: s.train_loss[1] > 3 * s.train_loss[0] and (np.diff(s.val_loss) > 1).sum() > 4,
    "batch-norm-mode": lambda s, t: s.val_accuracy.max() < 0.2 and s.ends[0, TEST] > 0.95,
    "too-small": lambda s, t: s.train_accuracy[-1] < 0.8 and np.ptp(s.train_accuracy[-5:]) < 0.05,
    "dead-relu": lambda s, t: s.train_loss[1] > 10 and s.idle[0] > 0.95 and abs(s.val_loss[-1] - np.log(10)) < 0.05,
    "not-shuffled": lambda s, t: (
        s.train_accuracy[1] > 0.8 and s.val_accuracy[1] < 0.13 and s.train_accuracy[-1] - s.train_accuracy[1] < 0.1
    ),
    "wrong-sign": lambda s, t: (np.diff(s.train_loss) > 0).all() and s.diverged and s.steps.max() < 0.01,
    "shift": lambda s, t: s.val_accuracy[1] < 0.5 < s.train_accuracy[1] and abs(s.train_loss[0] - s.val_loss[0]) < 0.2,
    "symmetric": lambda s, t: s.idle[2] > 0.95 and s.steps[0] > 0.001,
    "softmax-twice": lambda s, t: 1.461 < s.train_loss[-1] < 1.5 and s.train_accuracy[-1] > 0.98,
    "wrong-labels": lambda s, t: (
        0.55 < s.train_accuracy[s.val_accuracy.argmax()] < 0.65
        and (s.val_accuracy > s.train_accuracy)[1:8].all()
        and t.epochs == s.val_accuracy.argmax()
    ),
    "healthy": lambda s, t: s.val_loss[-1] < 1.05 * s.val_loss.min() and np.ptp(s.val_accuracy[-10:]) < 0.01,
    "exploding-start": lambda s, t: 6 < s.train_loss[0] / np.log(10) < 8 and s.idle[1] > 0.9,
    "validation-unscaled": lambda s, t: s.val_loss[0] > 5 * s.train_loss[0] and s.ends[0, TEST] > 0.9,
    "dropout-too-high": lambda s, t: (
        (s.val_accuracy > s.train_accuracy + 0.05)[1:].all() and s.train_accuracy[-1] < 0.2
    ),
    "momentum-too-high": lambda s, t: (
        s.val_accuracy.max() > 0.93 and s.val_accuracy[-1] < 0.15 and s.val_accuracy[1] > 0.85 and s.idle[0] > 0.9
    ),
    "leakage": lambda s, t: s.val_accuracy[-1] > 0.9 and s.ends[:, TEST].max() < 0.6,
    "inputs-unscaled": lambda s, t: (
        s.train_loss[0] < 3 and s.idle[1] > 0.7 and s.train_accuracy[-1] < s.train_accuracy[1]
    ),
    "tiny-batches": lambda s, t: s.steps[0] < 1e-4 and (s.val_accuracy > s.train_accuracy + 0.1)[1:].all(),
    "rate-far-too-high": lambda s, t: s.diverged and s.val_loss[-1] > s.val_loss[0] and s.train_accuracy[-1] > 0.5,
    "decay-too-strong": lambda s, t: (
        s.val_accuracy.max() > 0.8 and s.val_accuracy[-1] < 0.35 and s.train_accuracy[-1] < 0.35 and s.idle[0] < 0.2
    ),
    "stopped-early": lambda s, t: (
        (np.diff(s.val_loss) < 0).all() and (s.val_loss[1:-1] < 0.75 * s.val_loss[:-2]).all()
        and s.val_loss[-1] > 0.75 * s.val_loss[-2]
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_the_chart_shows_what_the_texts_say(cases, name):
    assert SIGNS[name](cases[name].sick, cases[name].treated)
