"""The NumPy library of the book *Tips for Deep Learning*, in which every formula can be read, run and broken.

The package itself imports nothing: import each name from its module, as in ``from tipslib.layers import Dense``.
"""

__version__ = "0.1.0"
