"""The exercises of the chapter on dropout: what is right, and what readers take for right.

A right value comes from another road than the answer's own: all masks one after the other, differences for gradients,
least squares on the data of every mask.
"""
