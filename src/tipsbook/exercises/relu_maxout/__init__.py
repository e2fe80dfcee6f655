"""The exercises of the chapter on ReLU and Maxout, and the mistakes that readers make.

No expected value comes from the formula that is asked for: they come from numbers worked out by hand, differences, and
loops over units.
"""
