"""The exercises of the chapter on vanishing gradients: what is right, and what readers take for right.

A right value comes from another road than the answer's own wherever there is one: numbers done by hand, differences,
the gradients of single examples.
"""
