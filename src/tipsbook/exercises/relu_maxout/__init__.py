"""The exercises of the chapter on ReLU and Maxout: what is right, and what readers take for right.

A right value comes from another road than the answer's own: numbers done by hand, differences, loops over units.
"""
