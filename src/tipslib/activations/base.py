"""What an activation is: a function of each entry that carries its derivative, its name and its gain."""

import numpy as np

from tipslib.arrays import Array


class Activation:
    """A function y = f(z), applied to each entry of an array of any shape.

    ``name`` is what figures print. ``gain``: weights of standard deviation gain / sqrt(n_in) are the customary choice
    before it. 5/3 for tanh and 1 for sigmoid are PyTorch's ``calculate_gain``; the others are 1 / sqrt(E[f(z)^2]) for
    z from N(0, 1), which keeps the variance of z from layer to layer (He et al. 2015, section 2.2, for ReLU).

    To add one, write ``__call__`` and ``derivative``; ``derivative_from`` only saves computing f(z) again.

    >>> class Square(Activation):
    ...     name = "square"
    ...     def __call__(self, z): return z * z
    ...     def derivative(self, z): return 2 * z
    >>> Square().derivative_from(np.array([3.0]), np.array([9.0]))
    array([6.])
    """

    name: str
    gain: float = 1.0

    def __call__(self, z: Array) -> Array:
        """Return f(z) as a new array of the shape and type of ``z``."""
        raise NotImplementedError(f"{type(self).__name__} must define __call__(z), which returns f(z).")

    def derivative(self, z: Array) -> Array:
        """Return f'(z) as a new array of the shape and type of ``z``."""
        raise NotImplementedError(f"{type(self).__name__} must define derivative(z), which returns f'(z).")

    def derivative_from(self, z: Array, y: Array) -> Array:
        """Return f'(z), given y = f(z), which is already known in the backward pass."""
        return self.derivative(z)

    def __repr__(self) -> str:
        return self.name


class Identity(Activation):
    """f(z) = z: a network with it is linear.

    >>> identity(np.array([-1.0, 2.0]))
    array([-1.,  2.])
    """

    name = "identity"

    def __call__(self, z: Array) -> Array:
        return z.copy()

    def derivative(self, z: Array) -> Array:
        return np.ones_like(z)


identity = Identity()
