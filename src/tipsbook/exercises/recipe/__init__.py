"""The exercises of the first chapter, the recipe: what is right, and what readers take for right.

A right value comes from another road than the answer's own wherever there is one: numbers done by hand, the layers and
losses of the library, a training run.
"""
