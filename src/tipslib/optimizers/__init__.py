"""Optimizers: the papers' equations on one vector, which ``step`` changes in place.

The formulas are PyTorch's. Some defaults are not; the docstrings say which. Beside the code is the formula that it
computes. Products go into ``work``, a vector that is made once: with a new array for each product, Adam took several
times as long for 10^5 parameters.
"""

from tipslib.optimizers.adam import Adam, AdamW, AMSGrad
from tipslib.optimizers.adaptive import AdaGrad, RMSProp
from tipslib.optimizers.base import LearningRate, Optimizer
from tipslib.optimizers.clipping import clip_by_norm, clip_by_value
from tipslib.optimizers.descent import SGD, Momentum, Nesterov

__all__ = [
    "SGD",
    "AMSGrad",
    "AdaGrad",
    "Adam",
    "AdamW",
    "LearningRate",
    "Momentum",
    "Nesterov",
    "Optimizer",
    "RMSProp",
    "clip_by_norm",
    "clip_by_value",
]
