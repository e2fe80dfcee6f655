"""Right answers by another road than the solution's, at least one for each exercise: a file for each chapter."""

from importlib import import_module
from pkgutil import iter_modules

OTHER_ROADS = [
    road for module in iter_modules(__path__) for road in import_module(f"{__name__}.{module.name}").OTHER_ROADS
]
