"""The shape of the library: imports, documentation, length of files, and where randomness comes from."""

import ast
import inspect
import json
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from numpy.typing import ArrayLike

from tipslib.arrays import Array

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted((ROOT / "src" / "tipslib").rglob("*.py"))
SCRIPTS = [*SOURCES, *sorted((ROOT / "scripts").rglob("*.py")), *sorted((ROOT / "tests").rglob("*.py"))]
NOTEBOOKS = [path for path in sorted((ROOT / "book").rglob("*.ipynb")) if ".ipynb_checkpoints" not in path.parts]
MATHEMATICS = [
    ".".join(path.relative_to(ROOT / "src" / "tipslib").with_suffix("").parts).removesuffix(".__init__")
    for path in SOURCES
    if "plotting" not in path.parts and path != ROOT / "src" / "tipslib" / "__init__.py"
]
MODULE_LINES, FUNCTION_LINES = 220, 30  # of code; docstrings, comments and blank lines are not counted
LINT = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


each_source = pytest.mark.parametrize("path", SOURCES, ids=short)


def names(module: str) -> Iterator[tuple[str, object]]:
    """Yield the public functions and classes that a module defines itself."""
    for name, value in vars(import_module(f"tipslib.{module}")).items():
        is_code = inspect.isfunction(value) or inspect.isclass(value)
        if is_code and not name.startswith("_") and value.__module__ == f"tipslib.{module}":
            yield f"{module}.{name}", value


PUBLIC = dict(item for module in MATHEMATICS for item in names(module))
each_name = pytest.mark.parametrize("value", PUBLIC.values(), ids=PUBLIC)


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the package in ``root``."""
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, 'src'); {LINT}"]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=120, check=False)


def test_dependencies_point_down():
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr
    assert re.search(r"Contracts: [1-9]\d* kept, 0 broken\.", result.stdout)


@pytest.mark.parametrize(
    ("module", "line"), [("losses", "import matplotlib"), ("arrays", "from tipslib.networks import mlp")]
)
def test_the_contracts_see_a_planted_import(tmp_path, module, line):
    shutil.copytree(ROOT / "src" / "tipslib", tmp_path / "src" / "tipslib")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    path = tmp_path / "src" / "tipslib" / f"{module}.py"
    path.write_text(path.read_text(encoding="utf-8") + f"\n{line}\n", encoding="utf-8")
    result = lint(tmp_path)
    assert result.returncode == 1
    assert re.search(rf"tipslib\.{module} -> (matplotlib|tipslib\.networks) \(l\.\d+\)", result.stdout), result.stdout


@pytest.mark.parametrize(
    ("statement", "allowed"),
    [
        ("import tipslib", {"tipslib"}),
        ("import " + ", ".join(f"tipslib.{module}" for module in MATHEMATICS), {"tipslib", "numpy"}),
    ],
    ids=["the package", "the mathematics"],
)
def test_what_an_import_loads(statement, allowed):
    code = (
        "import sys; before = set(sys.modules)\n"
        f"{statement}\n"
        "new = {name.partition('.')[0] for name in set(sys.modules) - before} - sys.stdlib_module_names\n"
        "print(' '.join(sorted(new)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    loaded = {name for name in found.stdout.split() if "cython" not in name}  # NumPy's compiled modules bring these
    assert loaded == allowed


def docstrings(tree: ast.AST) -> Iterator[ast.Expr]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, *FUNCTIONS)) and ast.get_docstring(node) is not None:
            yield node.body[0]


def code_lines(tree: ast.AST, source: str) -> set[int]:
    """Return the numbers of the lines that hold code."""
    documentation = {i for node in docstrings(tree) for i in range(node.lineno, node.end_lineno + 1)}
    lines = enumerate(source.splitlines(), 1)
    return {i for i, line in lines if line.strip() and not line.strip().startswith("#")} - documentation


@each_source
def test_modules_and_functions_are_short(path):
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    code = code_lines(tree, source)
    assert len(code) <= MODULE_LINES, f"{short(path)} has {len(code)} lines of code"
    for node in ast.walk(tree):
        if isinstance(node, FUNCTIONS):
            length = len(code & set(range(node.lineno, node.end_lineno + 1)))
            assert length <= FUNCTION_LINES, f"{short(path)}: {node.name} has {length} lines of code"


@each_source
def test_no_assert_and_no_print_in_the_library(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        assert not isinstance(node, ast.Assert), f"{short(path)}:{node.lineno} asserts; raise an error with a message"
        is_print = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
        assert not is_print, f"{short(path)}:{node.lineno} prints"


def global_randomness(source: str) -> list[str]:
    """Return the places where numbers come from a generator that nobody named."""
    found = []
    for node in ast.walk(ast.parse(source)):
        text = ast.unparse(node) if isinstance(node, (ast.Attribute, ast.Call, ast.Import, ast.ImportFrom)) else ""
        legacy = re.fullmatch(r"(np|numpy)\.random\.(?!default_rng|Generator|SeedSequence)\w+", text)
        unseeded = re.fullmatch(r"(np\.random\.|numpy\.random\.)?default_rng\((None)?\)", text)
        standard = isinstance(node, ast.Import | ast.ImportFrom) and re.match(r"(import random\b|from random\b)", text)
        if legacy or unseeded or standard:
            found.append(f"line {node.lineno}: {text}")
    return found


@pytest.mark.parametrize("path", SCRIPTS, ids=short)
def test_no_global_random_state(path):
    assert global_randomness(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=short)
def test_no_global_random_state_in_notebooks(path):
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            assert global_randomness("".join(cell["source"])) == []


def test_global_random_state_would_be_seen():
    seed, rand, fresh = "np.random.seed(0)", "x = np.random.rand(3)", "rng = np.random.default_rng()"
    for source in (seed, rand, fresh, "import random", "from random import choice"):
        assert global_randomness(source), source
    assert global_randomness("rng = np.random.default_rng(0); from tipslib.random import generator") == []


@each_name
def test_public_names_have_a_docstring_and_a_doctest(value):
    assert inspect.getdoc(value)
    assert ">>>" in value.__doc__


@each_name
def test_public_methods_have_a_docstring(value):
    """A method that only does what its base class says is documented there."""
    for name, method in vars(value).items() if inspect.isclass(value) else ():
        if inspect.isfunction(method) and not name.startswith("_"):
            assert inspect.getdoc(getattr(value, name)), name


def raised(function: object) -> set[str]:
    """Return the names of the exceptions that a function raises itself."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    calls = [node.exc for node in ast.walk(tree) if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)]
    return {ast.unparse(call.func) for call in calls}


@each_name
def test_docstrings_say_what_is_raised(value):
    if inspect.isfunction(value):
        documented = {value: value.__doc__}
    else:
        written = inspect.getsourcefile(value)  # dataclasses and named tuples have methods that nobody wrote
        methods = [m for m in vars(value).values() if inspect.isfunction(m) and m.__code__.co_filename == written]
        documented = {method: f"{value.__doc__} {inspect.getdoc(method)}" for method in methods}
    for function, text in documented.items():
        for error in raised(function) - {"NotImplementedError"}:
            assert error in text, f"{function.__qualname__} raises {error}, its docstring does not say so"


@each_name
def test_docstrings_give_the_shapes_of_arrays(value):
    annotations = inspect.signature(value).parameters.values() if inspect.isfunction(value) else ()
    if any(parameter.annotation in (Array, ArrayLike) for parameter in annotations):
        assert re.search(r"\((\.\.\.|N|R|P|D|\*|B)[,)]|shape", value.__doc__), value.__name__
