"""The exercises of the chapter on early stopping: what is right, and what readers take for right.

A right value comes from another road than the answer's own: the library's stoppers and criteria, a training that writes
the number of the epoch into its weights, and examples that no answer has seen.
"""
