"""Write references.npz: what PyTorch 2.13.0 computes, in float64, for the tests to compare with.

Run in an environment with torch 2.13.0 and NumPy: python tests/library/make_references.py
The live comparison (tests/parity) runs it with other random numbers: make_references.py --seed 7 --out live.npz
"""

import argparse
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

STEPS, BATCHES = 50, 5
found: dict[str, np.ndarray] = {}
rng = np.random.default_rng(2024)


def array(tensor: torch.Tensor) -> np.ndarray:
    return tensor.detach().numpy().copy()


def leaf(values: np.ndarray) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64, requires_grad=True)


def flat(tensors: Iterable[torch.Tensor]) -> np.ndarray:
    """Join tensors as tipslib does: weights as (n_in, n_out)."""
    return np.concatenate([[], *(array(p.T if p.ndim == 2 else p).ravel() for p in tensors)])


def optimizers() -> None:
    """Walk on a noisy quadratic, whose gradient at step t is A theta + noise[t]."""
    root = rng.normal(size=(6, 6))
    A, noise, start = root @ root.T / 6, rng.normal(size=(STEPS, 6)), rng.normal(size=6)
    found.update(A=A, noise=noise, start=start)
    optim = torch.optim
    makers = {
        "SGD": lambda p: optim.SGD(p, lr=0.1),
        "Momentum": lambda p: optim.SGD(p, lr=0.05, momentum=0.9),
        "Nesterov": lambda p: optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True),
        "AdaGrad": lambda p: optim.Adagrad(p, lr=0.2, eps=1e-7),
        "RMSProp": lambda p: optim.RMSprop(p, lr=0.01, alpha=0.9, eps=1e-8),
        "RMSProp other": lambda p: optim.RMSprop(p, lr=0.01, alpha=0.99, eps=1e-3),
        "Adam": lambda p: optim.Adam(p, lr=0.03),
        "Adam other": lambda p: optim.Adam(p, lr=0.03, betas=(0.7, 0.95), eps=1e-3),
        "AdamW": lambda p: optim.AdamW(p, lr=0.03),
        "AdamW other": lambda p: optim.AdamW(p, lr=0.03, betas=(0.7, 0.95), eps=1e-3, weight_decay=0.3),
        "AMSGrad": lambda p: optim.Adam(p, lr=0.03, amsgrad=True),
        "AMSGrad other": lambda p: optim.Adam(p, lr=0.03, betas=(0.7, 0.8), eps=1e-3, amsgrad=True),
    }
    gradient = lambda theta, t: torch.tensor(A) @ theta.detach() + torch.tensor(noise[t])
    for name, make in makers.items():
        found[f"optimizer {name}"] = walk(make, gradient, lambda t: 1.0)
        found[f"optimizer {name} scheduled"] = walk(make, gradient, lambda t: 1 / (1 + 0.05 * t))


def walk(make: Callable, gradient: Callable, decay: Callable) -> np.ndarray:
    theta = leaf(found["start"])
    optimizer = make([theta])
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, decay)
    path = []
    for t in range(STEPS):
        theta.grad = gradient(theta, t)
        optimizer.step()
        scheduler.step()
        path.append(array(theta))
    return np.array(path)


def clipping() -> None:
    """Walk with SGD, the gradient clipped by its norm or by value.

    Norms are above 1e4: PyTorch adds 1e-6 to them.
    """
    noise = 2e4 * found["noise"]
    clips = {
        "norm": lambda p: nn.utils.clip_grad_norm_(p, 4e4),
        "value": lambda p: nn.utils.clip_grad_value_(p, 1.5e4),
    }
    for name, clip in clips.items():
        theta, path, norms = leaf(found["start"]), [], []
        optimizer = torch.optim.SGD([theta], lr=0.1)
        for t in range(STEPS):
            theta.grad = torch.tensor(found["A"]) @ theta.detach() + torch.tensor(noise[t])
            norms.append(clip([theta]))
            optimizer.step()
            path.append(array(theta))
        found[f"clip {name}"] = np.array(path)
        if name == "norm":
            found["clip norms"] = np.array(norms)


def schedules() -> None:
    """Ask for the rates of fifty steps; inverse_time has no counterpart."""
    kinds = torch.optim.lr_scheduler

    def warm_cosine(optimizer: torch.optim.Optimizer) -> kinds.LRScheduler:
        line = kinds.LinearLR(optimizer, start_factor=1 / 8, total_iters=7)
        return kinds.SequentialLR(optimizer, [line, kinds.CosineAnnealingLR(optimizer, 42)], milestones=[8])

    makers = {
        "constant": lambda o: kinds.ConstantLR(o, factor=1.0),
        "step_decay": lambda o: kinds.StepLR(o, 7, gamma=0.5),
        "exponential": lambda o: kinds.ExponentialLR(o, gamma=0.9),
        "cosine": lambda o: kinds.CosineAnnealingLR(o, 30),
        "cosine with a floor": lambda o: kinds.CosineAnnealingLR(o, 60, eta_min=0.01),
        "warmup": warm_cosine,
        "warmup constant": lambda o: kinds.LinearLR(o, start_factor=1 / 5, total_iters=4),
    }
    for name, make in makers.items():
        optimizer = torch.optim.SGD([leaf(np.zeros(1))], lr=0.1)
        scheduler, rates = make(optimizer), []
        for _ in range(STEPS):
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            scheduler.step()
        found[f"schedule {name}"] = np.array(rates)


LOSSES = {
    "softmax_cross_entropy": lambda z, y: functional.cross_entropy(z, y["labels"]),
    "smoothed": lambda z, y: functional.cross_entropy(z, y["labels"], label_smoothing=0.1),
    "mean_squared_error": lambda z, y: functional.mse_loss(z, y["targets"]),
    "binary_cross_entropy": lambda z, y: functional.binary_cross_entropy_with_logits(z, y["shares"]),
}


def data() -> None:
    """Make five batches, which serve again and again, and single logits for the losses."""
    shape = BATCHES, 16, 3
    found.update(x=rng.normal(size=(BATCHES, 16, 5)), labels=rng.integers(3, size=shape[:-1]))
    found.update(targets=rng.normal(size=shape), shares=rng.random(shape), logits=3 * rng.normal(size=shape[1:]))


def batch(t: int) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    i = t % BATCHES
    return torch.tensor(found["x"][i]), {name: torch.tensor(found[name][i]) for name in ("labels", "targets", "shares")}


def losses() -> None:
    for name, loss in LOSSES.items():
        z = leaf(found["logits"])
        value = loss(z, batch(0)[1])
        value.backward()
        found[f"loss {name} value"], found[f"loss {name} gradient"] = array(value), array(z.grad)
        net = nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 3))
        fifty_steps(f"loss {name}", net, lambda p: torch.optim.SGD(p, lr=0.3), loss)


ACTIVATIONS = {  # name -> (function, its name for calculate_gain, if it has one there)
    "identity": (lambda z: z * 1, ("linear",)),
    "sigmoid": (torch.sigmoid, ("sigmoid",)),
    "tanh": (torch.tanh, ("tanh",)),
    "relu": (torch.relu, ("relu",)),
    "leaky_relu": (lambda z: functional.leaky_relu(z, 0.01), ("leaky_relu", 0.01)),
    "leaky_relu(0.3)": (lambda z: functional.leaky_relu(z, 0.3), ("leaky_relu", 0.3)),
    "softplus": (functional.softplus, None),
    "silu": (functional.silu, None),
    "gelu": (lambda z: functional.gelu(z, approximate="tanh"), None),
    "elu": (functional.elu, None),
    "elu(0.5)": (lambda z: functional.elu(z, alpha=0.5), None),
    "selu": (functional.selu, None),  # its gain there is 3/4, which tipslib does not follow
}


def activations() -> None:
    found["z"] = np.concatenate([[-30.0, -25.0, -2.0, -0.5, 0.0, 1e-3, 1.0, 4.0, 19.0, 21.0, 30.0], rng.normal(size=9)])
    for name, (f, gain) in ACTIVATIONS.items():
        z = leaf(found["z"])
        y = f(z)
        y.sum().backward()
        found[f"activation {name}"] = np.stack([array(y), array(z.grad)])
        if gain:
            found[f"gain {name}"] = np.array(nn.init.calculate_gain(*gain))


class Function(nn.Module):
    def __init__(self, f: Callable) -> None:
        super().__init__()
        self.f = f

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.f(x)


class Residual(nn.Module):
    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.inside = nn.Sequential(*layers)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.inside(x)


class Maxout(nn.Module):
    """PyTorch has none: the largest of the pieces of one affine map."""

    def __init__(self, n_in: int, n_out: int, pieces: int) -> None:
        super().__init__()
        self.affine, self.shape = nn.Linear(n_in, pieces * n_out), (-1, pieces, n_out)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.affine(x).view(self.shape).max(dim=1).values


def nested() -> nn.Module:
    inside = Residual(nn.BatchNorm1d(6), nn.Dropout(0.3), Maxout(6, 6, 2))
    return Residual(nn.LayerNorm(6), inside, nn.PReLU(6), nn.Dropout(0.2))


LAYERS = {  # name -> (the layer for 6 inputs, its number of outputs)
    "Dense": (lambda: nn.Linear(6, 3), 3),
    "Dense without bias": (lambda: nn.Linear(6, 3, bias=False), 3),
    **{f"Activate({name})": ((lambda f=f: Function(f)), 6) for name, (f, _) in ACTIVATIONS.items()},
    "Dropout": (lambda: nn.Dropout(0.4), 6),
    "BatchNorm": (lambda: nn.BatchNorm1d(6, momentum=0.1, eps=1e-5), 6),
    "BatchNorm(momentum=0.5)": (lambda: nn.BatchNorm1d(6, momentum=0.5, eps=1e-3), 6),
    "PReLU": (lambda: nn.PReLU(6), 6),
    "Maxout": (lambda: Maxout(6, 3, 2), 3),
    "Maxout(pieces=3)": (lambda: Maxout(6, 2, 3), 2),
    "LayerNorm": (lambda: nn.LayerNorm(6), 6),
    "LayerNorm(eps=1e-2)": (lambda: nn.LayerNorm(6, eps=1e-2), 6),
    "Residual": (lambda: Residual(nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 6)), 6),
    "Residual nested": (nested, 6),
}


def layers() -> None:
    """Train Linear - layer - Linear with SGD on the cross-entropy, and keep the masks of the dropout layers."""
    for name, (make, n) in LAYERS.items():
        net = nn.Sequential(nn.Linear(5, 6), make(), nn.Linear(n, 3))
        fifty_steps(f"layer {name}", net, lambda p: torch.optim.SGD(p, lr=0.1), LOSSES["softmax_cross_entropy"])


def fifty_steps(name: str, net: nn.Module, make: Callable, loss: Callable) -> None:
    """Train from random parameters; store where it starts and ends, the losses, masks, statistics and an inference."""
    net.double()
    with torch.no_grad():
        for p in net.parameters():
            p.copy_(torch.tensor(rng.normal(0, 0.5, size=p.shape)))
    found[f"{name} start"] = flat(net.parameters())
    masks = record_masks(net)
    optimizer, values = make(net.parameters()), []
    for t in range(STEPS):
        x, y = batch(t)
        optimizer.zero_grad()
        value = loss(net(x), y)
        value.backward()
        optimizer.step()
        values.append(value.item())
    found[f"{name} losses"], found[f"{name} end"] = np.array(values), flat(net.parameters())
    found[f"{name} buffers"] = flat(b for key, b in net.named_buffers() if "num_batches" not in key)
    found.update({f"{name} masks {i}": np.array(kept) for i, kept in enumerate(masks)})
    net.eval()
    found[f"{name} inference"] = array(net(batch(0)[0]))


def record_masks(net: nn.Module) -> list[list[np.ndarray]]:
    """Keep where each dropout layer, in order, lets its input pass; inputs are never zero here."""
    masks = []
    for module in net.modules():
        if isinstance(module, nn.Dropout):
            masks.append(kept := [])
            module.register_forward_hook(lambda _, __, y, kept=kept: kept.append(array(y != 0)))
    return masks


def network() -> None:
    """Train Linear - BatchNorm - ReLU - Linear with Adam."""
    net = nn.Sequential(nn.Linear(5, 8, bias=False), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 3))
    fifty_steps("net", net, lambda p: torch.optim.Adam(p, lr=0.01), LOSSES["softmax_cross_entropy"])


def is_weight(p: torch.Tensor) -> bool:
    return p.ndim == 2


def penalties() -> None:
    """Train on one batch with a penalty on the weights, not on the biases; gradients of penalties are PyTorch's."""
    lr, strength = 0.3, 0.02
    starts = [rng.normal(size=shape) for shape in ((8, 5), (8,), (3, 8), (3,))]
    found["penalty start"] = flat(torch.tensor(p) for p in starts)
    cases = {  # name -> (weight decay, added to the loss, done after the step)
        "l2": (strength, None, None),
        "l1 by its sign": (0.0, lambda p: strength * p.abs().sum(), None),
        "l1": (0.0, None, lambda p: functional.softshrink(p, lr * strength)),
        "elastic_net": (strength, None, lambda p: functional.softshrink(p, lr * strength)),
    }
    for name, (decay, penalty, after) in cases.items():
        params = [leaf(p) for p in starts]
        groups = [{"params": [p], "weight_decay": decay if is_weight(p) else 0.0} for p in params]
        optimizer = torch.optim.SGD(groups, lr=lr)
        for _ in range(STEPS):
            optimizer.zero_grad()
            x, y = batch(0)
            h = torch.tanh(functional.linear(x, *params[:2]))
            value = functional.cross_entropy(functional.linear(h, *params[2:]), y["labels"])
            if penalty:
                value = value + sum(penalty(p) for p in params if is_weight(p))
            value.backward()
            optimizer.step()
            for p in filter(is_weight, params if after else ()):
                with torch.no_grad():
                    p.copy_(after(p))
        found[f"penalty {name} end"] = flat(params)
    W = 30 * rng.normal(size=(5, 8))  # norms above 50: PyTorch adds 1e-7 to them
    found["max_norm W"], found["max_norm limited"] = W, array(torch.renorm(torch.tensor(W), 2, 1, 60.0))
    decayed = leaf(found["start"][:3]), leaf(found["start"][3:])
    optimizer = torch.optim.AdamW([{"params": decayed[:1], "weight_decay": 0.3}, {"params": decayed[1:]}], lr=0.03)
    optimizer.param_groups[1]["weight_decay"] = 0.0
    for t in range(STEPS):
        g = torch.tensor(found["A"]) @ torch.cat(decayed).detach() + torch.tensor(found["noise"][t])
        decayed[0].grad, decayed[1].grad = g[:3].clone(), g[3:].clone()
        optimizer.step()
    found["AdamW with decays"] = flat(decayed)


def main() -> None:
    global rng
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=2024)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("references.npz"))
    options = parser.parse_args()
    if torch.__version__.split("+")[0] != "2.13.0":
        raise SystemExit(f"The stored numbers are those of torch 2.13.0, this is {torch.__version__}.")
    rng = np.random.default_rng(options.seed)
    torch.manual_seed(options.seed)
    for part in (optimizers, clipping, schedules, data, losses, activations, layers, network, penalties):
        part()
    np.savez_compressed(options.out, **found)


if __name__ == "__main__":
    main()
