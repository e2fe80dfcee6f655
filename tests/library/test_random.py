"""Generators: independent, reproducible, one per run, and none without a seed."""

import numpy as np
import pytest
from registry import exactly

from tipslib.random import generator, run_generators, spawn


def test_generators_are_independent_and_reproducible():
    assert generator(3).random() == generator(3).random() != generator(4).random()
    children = spawn(generator(3), 3)
    assert len({child.random() for child in [*children, generator(3)]}) == 4
    np.testing.assert_array_equal(
        [c.random() for c in spawn(generator(3), 2)], [c.random() for c in spawn(generator(3), 2)]
    )


def test_run_generators_are_those_of_the_following_seeds():
    expected = [generator(seed).random() for seed in (5, 6, 7)]
    assert [rng.random() for rng in run_generators(5, 3)] == expected
    assert [rng.random() for rng in run_generators(5, None)] == expected[:1]


@pytest.mark.parametrize("seed", [None, 1.0, True, -1])
def test_a_seed_is_an_integer(seed):
    with pytest.raises(ValueError, match=exactly(f"A generator needs a seed, an integer >= 0, got {seed}.")):
        generator(seed)
