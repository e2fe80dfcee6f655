"""The exercises of the chapter on adaptive learning rates, and the mistakes that readers make.

No expected value comes from the formula that is asked for: they come from the optimizers of the library, which are
held against PyTorch's, from eigenvalues, and from a valley that counts how often its gradient was asked for.
"""
