"""Write references.npz: what PyTorch 2.13.0 computes, in float64, for the tests to compare with.

Run in an environment with torch 2.13.0 and NumPy: python tests/library/make_references.py
"""

from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

STEPS = 50
found: dict[str, np.ndarray] = {}
rng = np.random.default_rng(2024)


def array(tensor: torch.Tensor) -> np.ndarray:
    return tensor.detach().numpy().copy()


def leaf(values: np.ndarray) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64, requires_grad=True)


def optimizers() -> None:
    """Walk on a noisy quadratic, whose gradient at step t is A theta + noise[t]."""
    root = rng.normal(size=(6, 6))
    A, noise, start = root @ root.T / 6, rng.normal(size=(STEPS, 6)), rng.normal(size=6)
    found.update(A=A, noise=noise, start=start)
    makers = {
        "SGD": lambda p: torch.optim.SGD(p, lr=0.1),
        "Momentum": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9),
        "Adam": lambda p: torch.optim.Adam(p, lr=0.03),
        "Adam other": lambda p: torch.optim.Adam(p, lr=0.03, betas=(0.7, 0.95), eps=1e-3),
    }
    decay = lambda t: 1 / (1 + 0.05 * t)
    for name, make in makers.items():
        for schedule in ("", " scheduled"):
            theta = leaf(start)
            optimizer = make([theta])
            scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, decay if schedule else lambda t: 1.0)
            path = []
            for t in range(STEPS):
                theta.grad = torch.tensor(A) @ theta.detach() + torch.tensor(noise[t])
                optimizer.step()
                scheduler.step()
                path.append(array(theta))
            found[f"optimizer {name}{schedule}"] = np.array(path)


def losses() -> None:
    logits, labels = 3 * rng.normal(size=(5, 4)), rng.integers(4, size=5)
    targets, shares = rng.normal(size=(5, 4)), rng.random((5, 4))
    found.update(logits=logits, labels=labels, targets=targets, shares=shares)
    cases = {
        "cross entropy": lambda z: functional.cross_entropy(z, torch.tensor(labels)),
        "cross entropy smoothed": lambda z: functional.cross_entropy(z, torch.tensor(labels), label_smoothing=0.1),
        "squared error": lambda z: functional.mse_loss(z, torch.tensor(targets)),
        "binary": lambda z: functional.binary_cross_entropy_with_logits(z, torch.tensor(shares)),
    }
    for name, loss in cases.items():
        z = leaf(logits)
        value = loss(z)
        value.backward()
        found[f"loss {name} value"], found[f"loss {name} gradient"] = array(value), array(z.grad)


def activations() -> None:
    z_values = np.array([-30.0, -2.0, -0.5, 0.0, 1e-3, 1.0, 4.0, 30.0])
    found["z"] = z_values
    cases = {
        "identity": (lambda z: z * 1, "linear"),
        "sigmoid": (torch.sigmoid, "sigmoid"),
        "tanh": (torch.tanh, "tanh"),
        "ReLU": (torch.relu, "relu"),
        "leaky ReLU": (lambda z: functional.leaky_relu(z, 0.01), "leaky_relu"),
    }
    for name, (f, torch_name) in cases.items():
        z = leaf(z_values)
        y = f(z)
        y.sum().backward()
        found[f"activation {name}"] = np.stack([array(y), array(z.grad)])
        found[f"gain {name}"] = np.array(nn.init.calculate_gain(torch_name))


def batch_norm() -> None:
    """Three training batches, the gradients of the last one, then inference."""
    batches, dy = 2 + 3 * rng.normal(size=(3, 7, 4)), rng.normal(size=(7, 4))
    gamma, beta = rng.normal(size=4), rng.normal(size=4)
    found.update({"bn x": batches, "bn dy": dy, "bn gamma": gamma, "bn beta": beta})
    layer = nn.BatchNorm1d(4, momentum=0.1, eps=1e-5).double()
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(gamma))
        layer.bias.copy_(torch.tensor(beta))
    for batch in batches:
        x = leaf(batch)
        y = layer(x)
    y.backward(torch.tensor(dy))
    found.update({"bn y": array(y), "bn dx": array(x.grad)})
    found.update({"bn dgamma": array(layer.weight.grad), "bn dbeta": array(layer.bias.grad)})
    found.update({"bn running_mean": array(layer.running_mean), "bn running_var": array(layer.running_var)})
    layer.eval()
    found["bn inference"] = array(layer(torch.tensor(batches[0])))


def network() -> None:
    """Train Linear - BatchNorm - ReLU - Linear with Adam; the first weights are stored as one flat vector."""
    x, labels = rng.normal(size=(5, 16, 5)), rng.integers(3, size=(5, 16))  # five batches, used again and again
    W1, gamma, beta = rng.normal(size=(5, 8)), 1 + 0.1 * rng.normal(size=8), rng.normal(size=8)
    W2, b2 = rng.normal(size=(8, 3)), rng.normal(size=3)
    found.update({"net x": x, "net labels": labels})
    found["net start"] = np.concatenate([a.ravel() for a in (W1, gamma, beta, W2, b2)])
    net = nn.Sequential(nn.Linear(5, 8, bias=False), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 3)).double()
    with torch.no_grad():
        for p, value in zip(net.parameters(), (W1.T, gamma, beta, W2.T, b2), strict=True):
            p.copy_(torch.tensor(value))
    optimizer, values = torch.optim.Adam(net.parameters(), lr=0.01), []
    for t in range(STEPS):
        optimizer.zero_grad()
        loss = functional.cross_entropy(net(torch.tensor(x[t % 5])), torch.tensor(labels[t % 5]))
        loss.backward()
        optimizer.step()
        values.append(loss.item())
    found["net losses"] = np.array(values)
    found["net end"] = np.concatenate([array(p.T if p.ndim == 2 else p).ravel() for p in net.parameters()])


if __name__ == "__main__":
    if torch.__version__.split("+")[0] != "2.13.0":
        raise SystemExit(f"The stored numbers are those of torch 2.13.0, this is {torch.__version__}.")
    for part in (optimizers, losses, activations, batch_norm, network):
        part()
    np.savez_compressed(Path(__file__).with_name("references.npz"), **found)
