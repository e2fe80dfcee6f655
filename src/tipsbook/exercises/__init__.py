"""The graded exercises, a folder for each chapter: their right answers and the mistakes that readers make.

An exercise is found by its name: ``dropout-3`` is the `Exercise` of that name in a module of the folder ``dropout``.
Nothing lists them, so a new one is written in one place.
"""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules, walk_packages

from tipsbook.grading.exercise import Exercise


def chapters() -> list[str]:
    """Return the chapters that have graded exercises, as their notebooks are named.

    >>> "dropout" in chapters()
    True
    """
    return sorted(module.name.replace("_", "-") for module in iter_modules(__path__))


@cache
def of_chapter(chapter: str) -> dict[str, Exercise]:
    """Return the exercises of a chapter by name, in their order; none for a chapter that has none.

    >>> list(of_chapter("dropout"))[0]
    'dropout-3'
    """
    if chapter not in chapters():
        return {}
    package = import_module(f"{__name__}.{chapter.replace('-', '_')}")
    modules = [import_module(m.name) for m in walk_packages(package.__path__, f"{package.__name__}.")]
    found = {e.name: e for module in modules for e in vars(module).values() if isinstance(e, Exercise)}
    return dict(sorted(found.items(), key=lambda item: int(item[0].rpartition("-")[2])))
