"""Faults to plant: each is one change of the code, with the one test that must turn red.

The faults that the claims of a chapter must notice stand in `tests/chapters/`.
"""

from typing import NamedTuple

from faults import Fault


class Mutant(NamedTuple):
    """A fault, what it is in words, and the test that catches it; one of each kind is `always` planted."""

    name: str
    fault: Fault
    caught_by: str
    always: bool = False


MUTANTS = [
    Mutant(
        "the sigmoid's slope without (1 - a)",
        Fault("tipslib/activations/saturating.py", "        return y * (1 - y)\n", "        return y\n"),
        "tests/library/test_activations.py",
        always=True,
    ),
    Mutant(
        "W not transposed in backward",
        Fault(
            "tipslib/layers/affine.py",
            'return dy @ transpose(self.params["W"]).copy() if inputs else None',
            'return dy @ self.params["W"].reshape(dy.shape[-1], -1) if inputs else None',
        ),
        "tests/library/test_layers.py",
    ),
    Mutant(
        "the softmax's gradient not divided by N",
        Fault("tipslib/losses.py", "    p /= n\n", ""),
        "tests/library/test_losses.py",
    ),
    Mutant(
        "He's gain is 1",
        Fault(
            "tipslib/initializers.py",
            "    return variance_scaling(math.sqrt(2))(shape, rng)",
            "    return variance_scaling(1.0)(shape, rng)",
        ),
        "tests/library/test_initializers.py",
    ),
    Mutant(
        "the running variance is biased",
        Fault("tipslib/layers/normalization.py", "var * (n / (n - 1))", "var"),
        "tests/library/test_layers.py",
    ),
    Mutant(
        "an initializer ignores its generator",
        Fault(
            "tipslib/initializers.py",
            "        return rng.normal(0.0, std, shape)\n",
            "        return np.random.default_rng(0).normal(0.0, std, shape)\n",
        ),
        "tests/library/test_initializers.py",
    ),
    Mutant(
        "the digits are scaled with statistics of all data",
        Fault(
            "tipslib/datasets/splits.py",
            "    mean = raw.train.x.mean(axis=0, dtype=np.float64)\n",
            "    mean = np.concatenate([s.x for s in (raw.train, raw.val, raw.test)]).mean(axis=0, dtype=np.float64)\n",
        ),
        "tests/library/test_datasets.py",
        always=True,
    ),
    Mutant(
        "Adam without bias correction",
        Fault(
            "tipslib/optimizers/adam.py", "bias1, bias2 = 1 - self.beta1**t, 1 - self.beta2**t", "bias1, bias2 = 1, 1"
        ),
        "tests/library/test_optimizers.py",
    ),
    Mutant(
        "a frame loses its patch",
        Fault(
            "tipsbook/explore/page.py",
            "packed.append(patch if len(row) == len(base)",
            "packed.append([0] if len(row) == len(base)",
        ),
        "tests/kit/test_explore.py::TestPage",
        always=True,
    ),
    Mutant(
        "a grader accepts everything",
        Fault("tipsbook/grading/exercise.py", "found = next(self._complaints(cases, outcomes), None)", "found = None"),
        "tests/kit/test_graders.py::test_a_typical_wrong_answer_gets_its_own_reply",
        always=True,
    ),
]
