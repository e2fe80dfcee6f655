"""Layers: ``forward`` computes, ``backward`` applies the chain rule, and each reads as its formula.

Rows are examples: ``(N, n_in)`` goes in, ``(N, n_out)`` comes out. With runs every array has one axis more in front,
and the same code serves: transposes and sums name their axes from the end, and a bias is a row, ``(1, n_out)``, so that
it broadcasts in both cases. A layer returns new arrays and never writes into its arguments.
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
