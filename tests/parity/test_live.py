"""This library and its peers on fresh random numbers, side by side: for ``make audit``.

The comparisons are those of tests/library, where stored numbers of the peers serve. Here the peers run, in an
environment of their own. A peer that cannot be had is a failure that names it.
"""

import comparisons
import peers
import pytest

SEED = 7
CASES = [("torch", name) for name in comparisons.TORCH] + [("scikit-learn", name) for name in comparisons.SKLEARN]


class Live:
    """Has each peer compute once, or fails once and for all."""

    def __init__(self, folder):
        self.folder, self.results = folder, {}

    def __call__(self, peer):
        if peer not in self.results:
            try:
                self.results[peer] = peers.compute(peer, self.folder, SEED)
            except peers.MissingPeerError as error:
                self.results[peer] = error
        if isinstance(self.results[peer], Exception):
            pytest.fail(str(self.results[peer]), pytrace=False)
        return self.results[peer]


@pytest.fixture(scope="session")
def live(tmp_path_factory):
    return Live(tmp_path_factory.mktemp("peers"))


@pytest.mark.audit
@pytest.mark.parametrize(("peer", "name"), CASES)
def test_agrees_live(live, record_property, peer, name):
    found = live(peer)
    compare = {**comparisons.TORCH, **comparisons.SKLEARN}[name]
    record_property(f"deviation from {peer} {peers.PEERS[peer]}", comparisons.agree(compare, found))


@pytest.mark.audit
@pytest.mark.parametrize("peer", ["torch", "scikit-learn"])
def test_the_live_numbers_are_not_the_stored_ones(live, peer):
    stored = dict(zip(("torch", "scikit-learn"), comparisons.stored(), strict=True))[peer]
    assert set(live(peer)) == set(stored)
    inputs = {"torch": ("x", "noise", "start"), "scikit-learn": ("metrics logits", "pca tall x")}[peer]
    assert all((live(peer)[name] != stored[name]).all() for name in inputs)


@pytest.mark.audit
@pytest.mark.parametrize("peer", ["torch", "scikit-learn"])
def test_the_stored_numbers_are_what_the_script_gives(tmp_path, peer):
    """The scripts, run with their own seed, give the files again: to rounding, which differs between machines."""
    stored = dict(zip(("torch", "scikit-learn"), comparisons.stored(), strict=True))[peer]
    again = peers.compute(peer, tmp_path, seed=2024)
    assert set(again) == set(stored)
    for name, values in again.items():
        assert comparisons.deviation(values, stored[name]) < 1e-7, name


@pytest.mark.parametrize("peer", ["torch", "scikit-learn"])
def test_a_missing_peer_is_named(tmp_path, monkeypatch, peer):
    """An index without packages: the failure says which comparison is missing."""
    monkeypatch.setattr(peers, "VENV", tmp_path / "venv")
    monkeypatch.setattr(peers, "PYTHON", tmp_path / "venv" / peers.PYTHON.relative_to(peers.ROOT / ".venv-peers"))
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    message = f"{peer}=={peers.PEERS[peer]} could not be installed, nothing is compared live with it"
    with pytest.raises(peers.MissingPeerError, match=message):
        peers.provide(peer)


def test_a_peer_that_breaks_is_named(tmp_path, monkeypatch):
    """The script ends with an error in an interpreter that has no such package."""
    monkeypatch.setattr(peers, "provide", lambda peer: None)
    monkeypatch.setattr(peers, "PYTHON", tmp_path / "no-python")
    monkeypatch.setattr(peers, "run", lambda *command: peers.subprocess.CompletedProcess(command, 1, "", "broken"))
    with pytest.raises(peers.MissingPeerError, match=r"torch 2\.13\.0 is installed but does not run: broken"):
        peers.compute("torch", tmp_path, 0)


def test_a_missing_peer_fails_every_comparison_and_is_asked_once(monkeypatch, tmp_path):
    asked = []

    def refuse(*arguments):
        asked.append(arguments)
        raise peers.MissingPeerError("torch==2.13.0 could not be installed")

    monkeypatch.setattr(peers, "compute", refuse)
    without = Live(tmp_path)
    for _ in range(2):
        with pytest.raises(pytest.fail.Exception, match="could not be installed"):
            without("torch")
    assert len(asked) == 1
