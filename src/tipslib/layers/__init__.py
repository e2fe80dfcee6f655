"""Layers: ``forward`` computes the output, ``backward`` applies the chain rule, and the code reads as the formula.

Rows are examples: ``(N, n_in)`` goes in, ``(N, n_out)`` comes out. With runs, every array has one more axis in front,
and the same code serves: transposes and sums count their axes from the end, and a bias is a row, ``(1, n_out)``, which
broadcasts in both cases. A layer returns new arrays and never writes into its arguments.
"""

from tipslib.layers.affine import Dense, Maxout
from tipslib.layers.base import Layer, Param, Plan, build_all
from tipslib.layers.elementwise import Activate, Dropout, PReLU
from tipslib.layers.normalization import BatchNorm, LayerNorm
from tipslib.layers.residual import Residual

__all__ = [
    "Activate",
    "BatchNorm",
    "Dense",
    "Dropout",
    "Layer",
    "LayerNorm",
    "Maxout",
    "PReLU",
    "Param",
    "Plan",
    "Residual",
    "build_all",
]
