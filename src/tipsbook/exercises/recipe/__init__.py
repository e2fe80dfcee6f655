"""The exercises of the first chapter, the recipe, and the mistakes that readers make.

Wherever possible, expected values do not come from the formula that is asked for, but from numbers worked out by hand,
the layers and losses of the library, and a training run.
"""
