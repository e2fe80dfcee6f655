"""The shape of the code: imports, documentation, length of files, and where randomness comes from."""

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
from pkgutil import walk_packages

import pytest
from numpy.typing import ArrayLike

import tipslib
from tipslib.arrays import Array

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted((ROOT / "src").rglob("*.py"))
SCRIPTS = [*SOURCES, *sorted((ROOT / "scripts").rglob("*.py")), *sorted((ROOT / "tests").rglob("*.py"))]
NOTEBOOKS = [path for path in sorted((ROOT / "book").rglob("*.ipynb")) if ".ipynb_checkpoints" not in path.parts]
MODULES = [m.name for m in walk_packages(tipslib.__path__, "tipslib.") if not m.name.startswith("tipslib.plotting")]
FILE_LINES, FUNCTION_LINES = 250, 30  # of a function: of code; docstrings, comments and blank lines are not counted
LINT = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def names(module: str) -> Iterator[tuple[str, object]]:
    """Yield the public functions and classes that a module defines itself."""
    for name, value in vars(import_module(module)).items():
        is_code = inspect.isfunction(value) or inspect.isclass(value)
        if is_code and not name.startswith("_") and value.__module__ == module:
            yield f"{module}.{name}", value


PUBLIC = dict(item for module in MODULES for item in names(module))


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the packages in ``root``."""
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, 'src'); {LINT}"]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


def test_dependencies_point_down():
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr
    assert re.search(r"Contracts: [1-9]\d* kept, 0 broken\.", result.stdout)


def test_the_contracts_see_planted_imports(tmp_path):
    planted = {
        "tipslib/losses": ("import matplotlib", r"tipslib\.losses -> matplotlib"),
        "tipslib/arrays": ("from tipslib.networks import mlp", r"tipslib\.arrays -> tipslib\.networks"),
        "tipslib/metrics": ("from tipsbook.claims import claim", r"tipslib\.metrics -> tipsbook\.claims"),
        "tipsbook/surfaces": ("from tipsbook.quiz import choose", r"tipsbook\.surfaces -> tipsbook\.quiz"),
    }
    shutil.copytree(ROOT / "src", tmp_path / "src")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for module, (line, _) in planted.items():
        path = tmp_path / "src" / f"{module}.py"
        path.write_text(f"{text(path)}\n{line}\n", encoding="utf-8")
    result = lint(tmp_path)
    assert result.returncode == 1
    for _, arrow in planted.values():
        assert re.search(rf"{arrow} \(l\.\d+\)", result.stdout), result.stdout


@pytest.mark.parametrize(
    ("statement", "allowed"),
    [("import tipslib", {"tipslib"}), ("import " + ", ".join(MODULES), {"tipslib", "numpy"})],
    ids=["the package", "the mathematics"],
)
def test_what_an_import_loads(statement, allowed):
    code = (
        "import sys; before = set(sys.modules)\n"
        f"{statement}\n"
        "new = {name.partition('.')[0] for name in set(sys.modules) - before} - sys.stdlib_module_names\n"
        "print(' '.join(sorted(new)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
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


def long_functions(path: Path) -> Iterator[str]:
    source = text(path)
    tree = ast.parse(source)
    code = code_lines(tree, source)
    for node in ast.walk(tree):
        if isinstance(node, FUNCTIONS):
            length = len(code & set(range(node.lineno, node.end_lineno + 1)))
            if length > FUNCTION_LINES:
                yield f"{short(path)}: {node.name} has {length} lines of code"


def test_files_and_functions_are_short():
    files = [*SOURCES, *(ROOT / "src").rglob("*.js")]
    counts = {short(path): len(text(path).splitlines()) for path in files}
    assert {path: count for path, count in counts.items() if count > FILE_LINES} == {}
    assert [line for path in SOURCES for line in long_functions(path)] == []


def test_contributing_says_the_same_numbers():
    assert f"No file of `src` has more than {FILE_LINES} lines, no function more than {FUNCTION_LINES}" in re.sub(
        r"\s+", " ", text(ROOT / "CONTRIBUTING.md")
    )


def test_no_assert_and_no_print_in_the_packages():
    found = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(text(path))):
            is_print = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
            if is_print or isinstance(node, ast.Assert):
                found.append(f"{short(path)}:{node.lineno}: raise an error with a message, return a text")
    assert found == []


def test_the_library_has_no_word_of_the_book():
    """The library is read by itself: it knows no chapter, exercise or page."""
    words = re.compile(r"\b(chapters?|exercises?|quiz|widgets?|notebooks?|tipsbook)\b", re.IGNORECASE)
    library = [path for path in SOURCES if "tipslib" in path.parts]
    found = [
        f"{short(p)}:{i}: {line.strip()}"
        for p in library
        for i, line in enumerate(text(p).splitlines(), 1)
        if words.search(line)
    ]
    assert found == []


def global_randomness(source: str) -> list[str]:
    """Return the places where numbers come from a generator that nobody named."""
    found = []
    for node in ast.walk(ast.parse(source)):
        words = ast.unparse(node) if isinstance(node, (ast.Attribute, ast.Call, ast.Import, ast.ImportFrom)) else ""
        legacy = re.fullmatch(r"(np|numpy)\.random\.(?!default_rng|Generator|SeedSequence)\w+", words)
        unseeded = re.fullmatch(r"(np\.random\.|numpy\.random\.)?default_rng\((None)?\)", words)
        standard = isinstance(node, ast.Import | ast.ImportFrom) and re.match(r"(import random\b|from random\b)", words)
        if legacy or unseeded or standard:
            found.append(f"line {node.lineno}: {words}")
    return found


def test_no_global_random_state():
    found = {short(path): global_randomness(text(path)) for path in SCRIPTS}
    for path in NOTEBOOKS:
        cells = json.loads(text(path))["cells"]
        code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
        found[short(path)] = [place for source in code for place in global_randomness(source)]
    assert {path: places for path, places in found.items() if places} == {}


def test_global_random_state_would_be_seen():
    seed, rand, fresh = "np.random.seed(0)", "x = np.random.rand(3)", "rng = np.random.default_rng()"
    for source in (seed, rand, fresh, "import random", "from random import choice"):
        assert global_randomness(source), source
    assert global_randomness("rng = np.random.default_rng(0); from tipslib.random import generator") == []


def test_public_names_have_a_docstring_and_a_doctest():
    assert [name for name, value in PUBLIC.items() if ">>>" not in (value.__doc__ or "")] == []


def test_public_methods_have_a_docstring():
    """A method that only does what its base class says is documented there."""
    found = []
    for full, value in PUBLIC.items():
        for name, method in vars(value).items() if inspect.isclass(value) else ():
            if inspect.isfunction(method) and not name.startswith("_") and not inspect.getdoc(getattr(value, name)):
                found.append(f"{full}.{name}")
    assert found == []


def raised(function: object) -> set[str]:
    """Return the names of the exceptions that a function raises itself."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    calls = [node.exc for node in ast.walk(tree) if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)]
    return {ast.unparse(call.func) for call in calls}


def documented(value: object) -> dict[object, str]:
    """Return the functions of a name with the text that must say what each raises."""
    if inspect.isfunction(value):
        return {value: value.__doc__}
    written = inspect.getsourcefile(value)  # dataclasses and named tuples have methods that nobody wrote
    methods = [m for m in vars(value).values() if inspect.isfunction(m) and m.__code__.co_filename == written]
    return {method: f"{value.__doc__} {inspect.getdoc(method)}" for method in methods}


def test_docstrings_say_what_is_raised():
    found = []
    for full, value in PUBLIC.items():
        for function, words in documented(value).items():
            found += [f"{full}: {e}" for e in raised(function) - {"NotImplementedError"} if e not in words]
    assert found == []


def test_docstrings_give_the_shapes_of_arrays():
    found = []
    for full, value in PUBLIC.items():
        parameters = inspect.signature(value).parameters.values() if inspect.isfunction(value) else ()
        takes_arrays = any(p.annotation in (Array, ArrayLike) for p in parameters)
        if takes_arrays and not re.search(r"\((\.\.\.|N|R|P|D|\*|B)[,)]|shape", value.__doc__):
            found.append(full)
    assert found == []
