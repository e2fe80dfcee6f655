"""The exercises of the chapter on vanishing gradients, and the mistakes that readers make.

Wherever possible, expected values do not come from the formula that is asked for, but from numbers worked out by hand,
differences, and the gradients of single examples.
"""
