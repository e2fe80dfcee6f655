"""What the test files of the chapters say of each chapter, for the tests that go through all of them."""

from importlib import import_module
from pathlib import Path
from typing import Any


def by_chapter(constant: str) -> dict[str, Any]:
    """Return a constant such as `FAULTS` by chapter, as notebooks are named, from each test file that has it."""
    modules = [import_module(path.stem) for path in sorted(Path(__file__).parent.glob("test_*.py"))]
    return {
        module.__name__.removeprefix("test_").replace("_", "-"): getattr(module, constant)
        for module in modules
        if hasattr(module, constant)
    }
