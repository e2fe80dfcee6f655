"""PyTorch: nn.Sequential and torch.optim, as the tutorials write them; sixteen runs are a loop over networks."""

from collections.abc import Callable
from functools import partial
from itertools import islice, pairwise

import torch
from torch import nn
from works import Data, Work

torch.set_num_threads(1)


def network(work: Work) -> nn.Sequential:
    layers: list[nn.Module] = []
    for n, m in pairwise(work.widths[:-1]):
        layers.append(nn.Linear(n, m, bias=not work.batch_norm))
        layers += [nn.BatchNorm1d(m)] if work.batch_norm else []
        layers.append(nn.ReLU())
        layers += [nn.Dropout(work.dropout)] if work.dropout else []
    return nn.Sequential(*layers, nn.Linear(*work.widths[-2:]))


def make(work: Work, fused: bool) -> Callable[[int], None]:
    """Return a function that makes k steps."""
    data = Data(work)
    x, y = torch.from_numpy(data.x), torch.from_numpy(data.y)
    data.ahead = (torch.from_numpy(rows) for rows in data.ahead)
    loss = nn.functional.binary_cross_entropy_with_logits if work.binary else nn.functional.cross_entropy
    nets = [network(work) for _ in work.rates]
    optimizer = torch.optim.Adam if work.adam else torch.optim.SGD
    optimizers = [optimizer(net.parameters(), lr, fused=fused) for net, lr in zip(nets, work.rates, strict=True)]

    def step(net: nn.Sequential, own: torch.optim.Optimizer, rows: torch.Tensor) -> None:
        own.zero_grad()
        batch = (x, y) if data.full else (x[rows], y[rows])
        loss(net(batch[0]), batch[1]).backward()
        own.step()

    def run(k: int) -> None:
        for rows in islice(data.ahead, k):
            for net, own, picked in zip(nets, optimizers, rows if work.runs else [rows], strict=True):
                step(net, own, picked)

    return run


PEERS = {"PyTorch eager": partial(make, fused=False), "PyTorch fused": partial(make, fused=True)}
