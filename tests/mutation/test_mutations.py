"""The tests see mistakes: ten chosen ones in `make test`, 150 drawn ones in `make audit`."""

import os
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import mutations
import pytest
from mutations import LEFT_OUT, MODULES, SOURCE, TESTED_WITH, drawn, mutants, original, verdict

COUNT, SEED, SHARE = 150, 3, 0.95
SURVIVORS = Path(__file__).with_name("survivors.toml")  # with the reason why no test can, or need, catch each
TEN = {
    "losses": ("p -= target", "p += target"),
    "optimizers.adaptive": (
        "s += np.multiply(1 - self.rho, work, out=work)",
        "s += np.multiply(1, work, out=work)",
    ),
    "initializers": ("return sum(fans(shape)) / 2", "return sum(fans(shape)) / 3"),
    "regularizers": (
        "gradient = np.asarray(self.strength * (decays * np.sign(params)), params.dtype)",
        "gradient = np.asarray(self.strength * np.sign(params), params.dtype)",
    ),
    "schedules": ("return self.lr / (1 + self.rate * t)", "return self.lr / (2 + self.rate * t)"),
    "layers.affine": ("y += self.params['b']", "pass"),
    "layers.normalization": (
        "centered = x - x.mean(axis=-1, keepdims=True)",
        "centered = x - x.mean(axis=-2, keepdims=True)",
    ),
    "arrays": ("return a.swapaxes(-1, -2)", "return a"),
    "networks": (
        "return x if x.ndim == 2 + len(lead) else np.broadcast_to(x, lead + x.shape)",
        "return x if x.ndim == 2 else np.broadcast_to(x, lead + x.shape)",
    ),
    "training": ("total = total + loss(outputs, y)[0] * x.shape[-2]", "total = total + loss(outputs, y)[0]"),
}


@pytest.mark.parametrize("module", TEN)
def test_a_chosen_mistake_is_caught(module):
    (mutant,) = {m for m in mutants(module) if (m.before, m.after) == TEN[module]}
    assert verdict(mutant) == "caught"


def test_a_copy_without_a_mistake_passes():
    assert verdict(original("arrays")) == "survived"


def test_the_copy_is_what_is_tested():
    """A module that cannot be imported fails, so the tests do not look at the library itself."""
    assert verdict(original("arrays")._replace(source="raise ImportError")) == "caught"


def test_what_never_ends_is_caught(monkeypatch):
    monkeypatch.setattr(mutations, "RUN", mutations.RUN.replace(str(mutations.SECONDS), "5"))
    assert verdict(original("arrays")._replace(source="while True: pass")) == "caught"


def test_every_module_that_computes_is_there_with_its_tests():
    assert {"losses": "test_losses", "layers.base": "test_layers", "datasets.splits": "test_splits"}.items() <= (
        MODULES.items()
    )
    assert [module for module, tests in MODULES.items() if not tests] == []
    every = {".".join(path.relative_to(SOURCE).with_suffix("").parts) for path in SOURCE.rglob("*.py")}
    assert all(any(module.startswith(left) for module in every) for left in LEFT_OUT)  # no name of the past
    assert set(TESTED_WITH) <= set(MODULES)


@pytest.mark.audit
@pytest.mark.parametrize("module", MODULES)
def test_every_copy_without_a_mistake_passes(module):
    assert verdict(original(module)) == "survived"


@pytest.mark.audit
def test_drawn_mistakes_are_caught():
    found = drawn(COUNT, SEED)
    with ThreadPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
        survivors = [m for m, v in zip(found, pool.map(verdict, found), strict=True) if v == "survived"]
    known = {(s["module"], s["before"], s["after"]) for s in tomllib.loads(SURVIVORS.read_text())["survivor"]}
    print(f"caught {COUNT - len(survivors)} of {COUNT} mutants")
    assert [str(m) for m in survivors if m[:3] not in known] == [], "a test is missing, or a reason in survivors.toml"
    assert len(survivors) <= (1 - SHARE) * COUNT, "\n".join(map(str, survivors))
