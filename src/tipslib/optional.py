"""Packages that only one function needs: they are imported when that function is called."""

from collections.abc import Iterable
from importlib import import_module
from typing import Any


def optional(module: str, purpose: str) -> Any:
    """Return the imported ``module``; raises an ``ImportError`` that says which package ``purpose`` needs.

    >>> optional("math", "Counting").floor(2.5)
    2
    >>> optional("no_such_package.part", "Counting")
    Traceback (most recent call last):
    ImportError: Counting needs no_such_package: pip install no_such_package.
    """
    try:
        return import_module(module)
    except ImportError:
        package = module.partition(".")[0]
        raise ImportError(f"{purpose} needs {package}: pip install {package}.") from None


def progress_bar(rows: Iterable[Any], total: int, unit: str) -> Any:
    """Return ``rows`` with a bar that grows as they are iterated; raises ``ImportError`` without tqdm.

    >>> progress_bar.__name__  # the bar itself goes to standard error
    'progress_bar'
    """
    return optional("tqdm.auto", "progress=True").tqdm(rows, total=total, unit=unit)
