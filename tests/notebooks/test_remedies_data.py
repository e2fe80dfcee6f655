"""The stored runs of the chapter on regularization are those that its scripts measure."""

import measured
import numpy as np
import pytest

remedies = measured.script("generalization", "regularization_remedies")
strength = measured.script("generalization", "regularization_strength")
descent = measured.script("generalization", "regularization_double_descent")


def stored(name):
    return measured.stored("generalization", f"regularization-{name}")


def test_every_remedy_is_there():
    found, shape = stored("remedies"), (len(remedies.REMEDIES), len(remedies.SHARES))
    assert found["remedies"].tolist() == list(remedies.REMEDIES)
    assert found["epochs"].tolist() == remedies.SHOWN.tolist()
    assert found["val_accuracy"].shape == (*shape, remedies.EPOCHS, remedies.RUNS)
    assert found["test_accuracy"].shape == (*shape, len(remedies.SHOWN), remedies.RUNS)
    assert found["counts"].shape == (*shape, len(remedies.SHOWN), len(remedies.EDGES) - 1)
    for values in found.values():
        assert values.dtype.kind == "U" or np.isfinite(values).all()
    assert (found["test_accuracy"] > 0.05).all()


@pytest.mark.parametrize("remedy", ["none", "L2 0.02", "dropout 0.5", "shift by 2"])
def test_a_stored_point_of_the_race_is_what_the_script_measures(remedy):
    found, epochs = stored("remedies"), 2
    *_, (row, net) = remedies.run(remedy, 0.2, epochs=epochs)
    place = list(remedies.REMEDIES).index(remedy), 1
    assert row.val_accuracy == pytest.approx(found["val_accuracy"][place][epochs - 1], abs=0.02)
    i = remedies.SHOWN.tolist().index(epochs)
    assert row.train_loss == pytest.approx(found["train_loss"][place][i], rel=0.02)
    assert remedies.weights(net)[2] == pytest.approx(found["size"][place][i], rel=0.01)


def test_the_ranking_turns_over():
    found = stored("remedies")
    names, shown = found["remedies"].tolist(), found["epochs"].tolist()
    scores = {name: found["test_accuracy"][names.index(name), 0] for name in ("none", "dropout 0.5", "L2 0.02")}
    for epoch, sign in ((80, -1), (300, 1)):
        gain = (scores["dropout 0.5"] - scores["none"])[shown.index(epoch)]
        assert sign * gain.mean() > 5 * gain.std(ddof=1) / np.sqrt(5)
        assert (scores["L2 0.02"] > scores["none"])[shown.index(epoch)].all()


def test_stored_strengths_are_what_the_script_measures():
    found = stored("strength")
    assert found["strengths"].tolist() == [list(values) for values in strength.STRENGTHS.values()]
    assert found["accuracy"].shape == (3, 5, 3, strength.RUNS)
    assert found["digits"].shape == (2, len(strength.DIGITS_STRENGTHS), 3, strength.RUNS)
    again = strength.run_digits("pixels / 16", 0.02)
    assert again == pytest.approx(found["digits"][0, strength.DIGITS_STRENGTHS.index(0.02)], abs=0.04)


def test_a_stored_point_of_double_descent_is_what_the_script_measures():
    found = stored("double-descent")
    assert found["features"].tolist() == list(descent.FEATURES)
    for features, share in ((100, 0.0), (200, 0.2)):
        place = descent.SHARES.index(share), descent.FEATURES.index(features)
        assert descent.errors(features, share, 1) == pytest.approx(found["errors"][place][..., 1], abs=0.03)
