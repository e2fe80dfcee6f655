"""The exercises of the chapter on initialization: what is right, and what readers take for right.

A right value comes from another road than the answer's own wherever there is one: numbers done by hand, draws from the
library's initializers, an integral, the library's `lsuv` on a network.
"""
