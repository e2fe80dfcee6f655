"""The exercises of the chapter on regularization, and the mistakes that readers make.

Wherever possible, expected values do not come from the formula that is asked for, but from numbers worked out by hand,
differences, a search over the objective, and rows added to a least-squares problem.
"""
