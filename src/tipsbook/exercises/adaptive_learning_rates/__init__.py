"""The exercises of the chapter on adaptive learning rates: what is right, and what readers take for right.

A right value comes from another road than the answer's own: the optimizers of the library, which are held against
PyTorch's, eigenvalues, and a valley that counts how often it was asked.
"""
