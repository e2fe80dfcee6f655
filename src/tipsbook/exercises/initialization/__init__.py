"""The exercises of the chapter on initialization, and the mistakes that readers make.

Wherever possible, expected values do not come from the formula that is asked for, but from numbers worked out by hand,
draws from the library's initializers, an integral, and the library's `lsuv` on a network.
"""
