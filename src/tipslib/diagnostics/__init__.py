"""What happens inside a network: the size of gradients, outputs and updates, layer by layer.

A *hidden layer* here is an ``Activate`` layer and what feeds it: z_l goes in (the pre-activation), h_l = f(z_l) comes
out. Hidden layers, including those inside a ``Residual``, are counted from 1 to D, first to last; D is the depth. A
result has one entry per layer, ``(D,)``, or ``(R, D)`` with runs. Everything is measured on a copy of the network,
which is not changed; only ``lsuv`` modifies the network.

Two gradients are called "the gradient of layer l", and they can tell different stories: delta_l = dL/dz_l at the
pre-activation, and dL/dW_l at the weights. Each function says which one it returns.
"""

from tipslib.diagnostics.gradients import (
    delta_norms,
    delta_ratio,
    update_ratios,
    weight_gradient_norms,
    weight_gradient_ratio,
)
from tipslib.diagnostics.outputs import ActivationStds, activation_stds, dead_units, saturation
from tipslib.diagnostics.scaling import lsuv

__all__ = [
    "ActivationStds",
    "activation_stds",
    "dead_units",
    "delta_norms",
    "delta_ratio",
    "lsuv",
    "saturation",
    "update_ratios",
    "weight_gradient_norms",
    "weight_gradient_ratio",
]
