"""Write references.npz: what PyTorch 2.13.0 computes, in float64, for the tests to compare with.

What is computed stands in registry.py: the twins of what this library has.

Run in an environment with torch 2.13.0 and NumPy: python tests/library/make_references.py
The live comparison (tests/parity) runs it with other random numbers: make_references.py --seed 7 --out live.npz
"""

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "src"))  # this environment does not have tipslib
from registry import PAIRS

STEPS, BATCHES = 50, 5
found: dict[str, np.ndarray] = {}
rng = np.random.default_rng(2024)


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


OWN = {"functional": functional, "Function": Function, "Maxout": Maxout, "Residual": Residual}
PEER = SimpleNamespace(**{**vars(torch), **OWN})


def twins(family: str) -> Iterator[tuple[str, Any]]:
    """Yield name and twin of what PyTorch has of a family of the registry."""
    yield from ((name, pair.twin(PEER)) for name, pair in PAIRS[family].items() if callable(pair.twin))


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
    gradient = lambda theta, t: torch.tensor(A) @ theta.detach() + torch.tensor(noise[t])
    for name, make in twins("optimizers"):
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
    """Ask for the rates of fifty steps."""
    for name, make in twins("schedules"):
        optimizer = torch.optim.SGD([leaf(np.zeros(1))], lr=0.1)
        scheduler, rates = make(optimizer), []
        for _ in range(STEPS):
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            scheduler.step()
        found[f"schedule {name}"] = np.array(rates)


def data() -> None:
    """Make five batches, which serve again and again, and single logits for the losses."""
    shape = BATCHES, 16, 3
    found.update(x=rng.normal(size=(BATCHES, 16, 5)), labels=rng.integers(3, size=shape[:-1]))
    found.update(targets=rng.normal(size=shape), shares=rng.random(shape), logits=3 * rng.normal(size=shape[1:]))


def batch(t: int) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    i = t % BATCHES
    return torch.tensor(found["x"][i]), {name: torch.tensor(found[name][i]) for name in ("labels", "targets", "shares")}


def losses() -> None:
    for name, loss in twins("losses"):
        z = leaf(found["logits"])
        value = loss(z, batch(0)[1])
        value.backward()
        found[f"loss {name} value"], found[f"loss {name} gradient"] = array(value), array(z.grad)
        net = nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 3))
        fifty_steps(f"loss {name}", net, lambda p: torch.optim.SGD(p, lr=0.3), loss)


def activations() -> None:
    found["z"] = np.concatenate([[-30.0, -25.0, -2.0, -0.5, 0.0, 1e-3, 1.0, 4.0, 19.0, 21.0, 30.0], rng.normal(size=9)])
    for name, (f, gain) in twins("activations"):
        z = leaf(found["z"])
        y = f(z)
        y.sum().backward()
        found[f"activation {name}"] = np.stack([array(y), array(z.grad)])
        if gain:
            found[f"gain {name}"] = np.array(nn.init.calculate_gain(*gain))


def layers() -> None:
    """Train Linear - layer - Linear with SGD on the cross-entropy, and keep the masks of the dropout layers."""
    loss = dict(twins("losses"))["softmax_cross_entropy"]
    for name, pair in PAIRS["layers"].items():
        net = nn.Sequential(nn.Linear(5, 6), pair.twin(PEER), nn.Linear(pair.ours().build(6).n_out, 3))
        fifty_steps(f"layer {name}", net, lambda p: torch.optim.SGD(p, lr=0.1), loss)


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
    fifty_steps("net", net, lambda p: torch.optim.Adam(p, lr=0.01), dict(twins("losses"))["softmax_cross_entropy"])


def is_weight(p: torch.Tensor) -> bool:
    return p.ndim == 2


def penalties() -> None:
    """Train on one batch with a penalty on the weights, not on the biases; gradients of penalties are PyTorch's."""
    starts = [rng.normal(size=shape) for shape in ((8, 5), (8,), (3, 8), (3,))]
    found["penalty start"] = flat(torch.tensor(p) for p in starts)
    for name, (decay, penalty, after) in twins("regularizers"):
        params = [leaf(p) for p in starts]
        groups = [{"params": [p], "weight_decay": decay if is_weight(p) else 0.0} for p in params]
        optimizer = torch.optim.SGD(groups, lr=0.3)
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
