"""For every claim a change of `tipslib` that must turn it red, a file for each chapter."""

from importlib import import_module
from pkgutil import iter_modules

CLAIM_MUTANTS = [
    mutant for module in iter_modules(__path__) for mutant in import_module(f"{__name__}.{module.name}").CLAIM_MUTANTS
]
