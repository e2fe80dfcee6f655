"""The page of the library holds every public name of both packages, and the code of the chapters leads to it."""

import gzip
import inspect
import pkgutil
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import TypeAlias

import pytest
from pygments import format
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer
from reader import NAMES, TEXTS
from serve import PAGES

import tipsbook
import tipslib
from tipslib.activations import Activation

API = "appendix/api.html"
IDS = set(re.findall(r'\bid="([^"]+)"', TEXTS[API]))
WITH_CODE = ("recipe", "training", "generalization", "practice", "solutions")
CODE = [name for name in NAMES if name.split("/")[0] in WITH_CODE]
PACKAGES = (tipslib, tipsbook)
INNER = ("tipslib.plotting.", "tipsbook.explore.", "tipsbook.clinic.", "tipsbook.exercises.")  # how is their own affair
ALIASES = {"Penalty": "tipslib.regularizers"}  # a type has no module of its own; the training gives this one on
LINKS = re.compile(r'<a class="library" href="[^"#]*#([^"]+)"( tabindex="-1")?>')


def public() -> Iterator[tuple[str, str, object]]:
    """Yield module, name and value of what a module offers: what it defines, and what its ``__all__`` names."""
    modules = (found for p in PACKAGES for found in pkgutil.walk_packages(p.__path__, f"{p.__name__}."))
    for found in modules:
        if found.name.startswith(INNER):
            continue
        module = import_module(found.name)
        for name, value in dict(vars(module)).items():
            defined = inspect.isfunction(value) or inspect.isclass(value)
            mine = defined and value.__module__ == found.name and not name.startswith("_")
            ready = found.name == "tipslib.activations" and isinstance(value, Activation)
            kind = getattr(module, "__annotations__", {}).get(name) is TypeAlias
            if mine or ready or kind or name in getattr(module, "__all__", ()):
                yield found.name, name, value


def test_every_public_name_stands_on_the_page():
    missing = []
    for module, name, value in public():
        package = ".".join(module.split(".")[:2])
        home = value.__module__ if inspect.isfunction(value) or inspect.isclass(value) else ALIASES.get(name, module)
        if not {f"{place}.{name}" for place in (module, package, home)} & IDS:
            missing.append(f"{module}.{name}")
    assert missing == []


def test_nothing_stands_there_twice():
    modules = [import_module(i.removeprefix("module-")) for i in IDS if i.startswith("module-")]
    named = [value for m in modules for name, value in vars(m).items() if f"{m.__name__}.{name}" in IDS]
    counts = Counter(value for value in named if inspect.isfunction(value) or inspect.isclass(value))
    assert [value for value, count in counts.items() if count > 1] == []


def test_modules_stand_from_the_bottom_up():
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = [c for c in project["tool"]["importlinter"]["contracts"] if c["type"] == "layers"]
    layers = [[c["containers"][0], layer] for c in contracts for layer in reversed(c["layers"])]
    rows = {f"{p}.{module.strip()}": row for row, (p, layer) in enumerate(layers) for module in layer.split("|")}
    modules = re.findall(r'id="module-(\w+\.[a-z]+)[."]', TEXTS[API])
    assert set(modules) == set(rows)
    heights = [rows[module] for module in modules]
    late = [m for m, row, before in zip(modules[1:], heights[1:], heights, strict=False) if row < before]
    assert late == []


def test_page_is_clean_and_light():
    assert not re.search(r'class="(problematic|system-message)|Alias for field', TEXTS[API])
    prose = " ".join(re.sub("<[^>]*>", "", p) for p in re.findall(r"<p>(.*?)</p>", TEXTS[API], re.DOTALL))
    assert not re.search(r"[\\`]|(?<!\w)\*\w+\*(?!\w)", prose)
    assert len(gzip.compress((PAGES / API).read_bytes())) <= 250_000


@pytest.mark.parametrize("name", CODE)
def test_code_leads_to_the_library(name):
    links = LINKS.findall(TEXTS[name])
    assert len(links) >= 5
    assert {target for target, _ in links} <= IDS


@pytest.mark.parametrize("name", CODE)
def test_the_keyboard_stops_at_most_twice_at_a_name(name):
    stops = Counter(target for target, passed in LINKS.findall(TEXTS[name]) if not passed)
    assert max(stops.values()) <= 2
    assert set(stops) == {target for target, _ in LINKS.findall(TEXTS[name])}


def test_attributes_and_keywords_are_no_links():
    code = "net.fit(lr); mlp([2], init=init); plotting.dots(init)"
    lines = PythonLexer().get_tokens(code), HtmlFormatter(nowrap=True)
    found = [(m["name"], m["attribute"]) for m in import_module("pages").NAME.finditer(format(*lines))]
    assert found == [("net", "fit"), ("lr", None), ("mlp", None), ("init", None), ("plotting", "dots"), ("init", None)]
