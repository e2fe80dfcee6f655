"""The NumPy library of the book *Tips for Deep Learning*, in which every formula can be read, run and broken.

The package itself imports nothing: a chapter imports each name from its module, so that a reader sees where it lives.
"""

__version__ = "0.1.0"
