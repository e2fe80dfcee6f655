"""The exercises of the chapter on regularization: what is right, and what readers take for right.

A right value comes from another road than the answer's own wherever there is one: numbers done by hand, differences,
a search over the objective, rows added to a least-squares problem.
"""
