"""Mutants: copies of the library with one small mistake each, which the tests of the mistaken module should catch.

The mistakes: + - * / turned round, a term or a factor left out, a constant one off, axes swapped, an assignment left
out. Text, annotations and the messages of errors stay as they are.
"""

import ast
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
SOURCE, TESTS = ROOT / "src" / "tipslib", ROOT / "tests" / "library"
LEFT_OUT = ("plotting", "search", "storage", "optional", "datasets.download", "datasets.idx", "datasets.images")
TESTED_WITH = {"flat": "networks", "batches": "training", "history": "training"}  # modules without a test of their name


def tests_of(module: str) -> str:
    """Return the tests of a module, those of its own name or of its package's; empty if there are none."""
    names = module.rpartition(".")[2], module.partition(".")[0], TESTED_WITH.get(module)
    return next((f"test_{name}" for name in names if name and (TESTS / f"test_{name}.py").exists()), "")


def modules() -> dict[str, str]:
    """Return module -> its tests: all that compute, not those that draw, read files, download or run processes."""
    paths = sorted(path for path in SOURCE.rglob("*.py") if path.stem != "__init__")
    found = [".".join(path.relative_to(SOURCE).with_suffix("").parts) for path in paths]
    return {m: tests_of(m) for m in found if not m.startswith(LEFT_OUT)}


SECONDS = 300  # of computing, so that a busy machine changes nothing; a mutant that never ends is caught
RUN = f"""
import resource, runpy
resource.setrlimit(resource.RLIMIT_CPU, ({SECONDS}, {SECONDS}))
runpy.run_module("pytest", run_name="__main__")
"""
TURNED = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}
SWAPPED = {"-1": "-2", "-2": "-1", "0": "1", "1": "0"}
SKIPPED_FIELDS = ("annotation", "returns", "ctx")
MODULES = modules()


class Mutant(NamedTuple):
    """A module with a mistake: the line before and after, and the whole text."""

    module: str
    before: str
    after: str
    source: str

    def __str__(self) -> str:
        return f"{self.module}: {self.before}  ->  {self.after}"


def mutants(module: str) -> Iterator[Mutant]:
    """Yield all mutants of a module, in the order of its lines."""
    tree = ast.parse(path_of(module).read_text(encoding="utf-8"))
    for statement, owner, field, place, node in places(tree, tree):
        before = first_line(statement)
        for other in alternatives(node):
            put(owner, field, place, other)
            shown = other if node is statement else statement
            yield Mutant(module, before, first_line(shown), ast.unparse(ast.fix_missing_locations(tree)))
            put(owner, field, place, node)


def path_of(module: str, source: Path = SOURCE) -> Path:
    return source / f"{module.replace('.', '/')}.py"


def first_line(node: ast.AST) -> str:
    """Return the line of a statement that says what it does: of a function its head, without its decorators."""
    lines = ast.unparse(node).splitlines()
    return next(line.strip() for line in lines if not line.startswith("@"))


def put(owner: ast.AST, field: str, place: int | None, node: ast.AST) -> None:
    if place is None:
        setattr(owner, field, node)
    else:
        getattr(owner, field)[place] = node


def places(owner: ast.AST, statement: ast.AST) -> Iterator[tuple[ast.AST, ast.AST, str, int | None, Any]]:
    """Yield (statement, owner, field, place in the field's list, node) for every node that may be mistaken."""
    for field, value in ast.iter_fields(owner):
        if field in SKIPPED_FIELDS:
            continue
        for place, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(node, ast.AST) or isinstance(node, (ast.Raise, ast.JoinedStr)):
                continue
            own = node if isinstance(node, ast.stmt) else statement
            yield own, owner, field, place, node
            yield from places(node, own)


def alternatives(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what may stand in the place of a node by mistake."""
    match node:
        case ast.BinOp(left, op, right) if type(op) in TURNED:
            yield ast.BinOp(left, TURNED[type(op)](), right)
            yield left
            if isinstance(op, ast.Add | ast.Mult):
                yield right
        case ast.AugAssign(target, op, value):
            if type(op) in TURNED:
                yield ast.AugAssign(target, TURNED[type(op)](), value)
            yield ast.Pass()
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield ast.Pass()
        case ast.Constant(value) if isinstance(value, int | float) and not isinstance(value, bool):
            yield from (ast.Constant(value + 1), ast.Constant(value - 1))
        case ast.UnaryOp(ast.USub(), operand) if not isinstance(operand, ast.Constant):
            yield operand
        case ast.keyword("axis", value) if ast.unparse(value) in SWAPPED:
            yield ast.keyword("axis", ast.parse(SWAPPED[ast.unparse(value)], mode="eval").body)
        case ast.Call(ast.Name("transpose"), [argument]) | ast.Call(ast.Attribute(argument, "swapaxes")):
            yield argument
        case ast.Attribute(value, "T"):
            yield value


def drawn(count: int, seed: int) -> list[Mutant]:
    """Return ``count`` mutants of all modules, as if drawn: those whose text and ``seed`` have the smallest hashes.

    So a change of the library changes the draws only where it is.
    """
    everything = [mutant for module in MODULES for mutant in mutants(module)]
    by_hash = sorted(everything, key=lambda mutant: hashlib.sha256(f"{seed} {mutant}".encode()).digest())
    return sorted(by_hash[:count])


def original(module: str) -> Mutant:
    """Return the module without a mistake, written anew from its tree as the mutants are."""
    return Mutant(module, "", "", ast.unparse(ast.parse(path_of(module).read_text(encoding="utf-8"))))


def verdict(mutant: Mutant) -> str:
    """Run the module's tests and doctests on a copy of the library with the mistake: "caught" or "survived"."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        copy = Path(name) / "src" / "tipslib"
        shutil.copytree(SOURCE, copy, ignore=shutil.ignore_patterns("__pycache__"))
        path_of(mutant.module, copy).write_text(mutant.source, encoding="utf-8")
        tests = [TESTS / f"{MODULES[mutant.module]}.py", path_of(mutant.module, copy)]
        options = ["-x", "-q", "--noconftest", "-c", ROOT / "pyproject.toml", "--rootdir", ROOT]
        plugins = ["-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:cov", "-p", "no:nbval"]
        world = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "COV_"))}
        world |= {"PYTHONPATH": str(copy.parent), "PYTHONDONTWRITEBYTECODE": "1", "OPENBLAS_NUM_THREADS": "1"}
        world["HYPOTHESIS_STORAGE_DIRECTORY"] = name
        words = [str(word) for word in (sys.executable, "-c", RUN, *options, *plugins, *tests)]
        done = subprocess.run(words, cwd=name, env=world, capture_output=True, text=True, check=False)
    # passed, failed, could not be imported, or ended by the system because it computed for too long
    if done.returncode not in (0, 1, 2, -signal.SIGXCPU, -signal.SIGKILL):
        raise RuntimeError(f"The tests of {mutant.module} did not run: {done.stdout}{done.stderr}")
    return "caught" if done.returncode else "survived"
