"""What this library computes beside what PyTorch and scikit-learn computed from the same numbers.

Each comparison takes the references, stored ones in the tests here and fresh ones in tests/parity, and yields triples:
what, our numbers, theirs. They are found under the name of the module that they test.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from registry import ACTIVATIONS, LAYERS, LOSSES, OPTIMIZERS, PAIRS, PENALTIES, SCHEDULES

from tipslib import metrics, preprocessing, regularizers
from tipslib.activations import tanh
from tipslib.datasets import Examples, Splits
from tipslib.layers import Dense, Dropout, Residual
from tipslib.networks import Sequential, mlp
from tipslib.optimizers import SGD, Adam, AdamW, clip_by_norm, clip_by_value
from tipslib.training import train

References = Mapping[str, np.ndarray]
Triples = Iterator[tuple[str, np.ndarray, np.ndarray]]
HERE = Path(__file__).parent
STEPS, TOLERANCE = 50, 1e-7
# what PyTorch does not have, and why, so that nothing is missing in silence
GAPS = {
    f"{family} {name}": pair.twin
    for family, pairs in PAIRS.items()
    for name, pair in pairs.items()
    if isinstance(pair.twin, str)
}


def deviation(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Return the largest relative deviation of an entry; below 1e-8 it is relative to 1e-8."""
    ours, theirs = np.asarray(ours, np.float64), np.asarray(theirs, np.float64)
    if ours.shape != theirs.shape:
        raise ValueError(f"Shapes differ: {ours.shape} here, {theirs.shape} there.")
    worst = (abs(ours - theirs) / np.maximum(abs(theirs), 1e-8)).max(initial=0.0)
    return float(np.nan_to_num(worst, nan=np.inf))


def optimizer(name: str, found: References) -> Triples:
    make = OPTIMIZERS[name.removesuffix(" scheduled")]
    lr = make().lr
    rule = make(lambda t: lr / (1 + 0.05 * t)) if name.endswith(" scheduled") else make()
    yield "path", walk(rule, found, found["noise"]), found[f"optimizer {name}"]


def walk(rule, found: References, noise: np.ndarray, change: Callable = lambda g: None) -> np.ndarray:
    theta, path = found["start"].copy(), []
    for t in range(STEPS):
        g = found["A"] @ theta + noise[t]
        change(g)
        rule.step(theta, g)
        path.append(theta.copy())
    return np.array(path)


def clipping(found: References) -> Triples:
    norms, noise = [], 2e4 * found["noise"]
    yield "path", walk(SGD(0.1), found, noise, lambda g: norms.append(clip_by_norm(g, 4e4))), found["clip norm"]
    yield "norms", np.array(norms), found["clip norms"]
    yield "path by value", walk(SGD(0.1), found, noise, lambda g: clip_by_value(g, 1.5e4)), found["clip value"]


def decays(found: References) -> Triples:
    theta, rule = found["start"].copy(), AdamW(0.03, weight_decay=0.3)
    for t in range(STEPS):
        rule.step(theta, found["A"] @ theta + found["noise"][t], np.repeat([1.0, 0.0], 3))
    yield "end", theta, found["AdamW with decays"]


def schedule(name: str, found: References) -> Triples:
    steps = 31 if name == "cosine" else STEPS  # then PyTorch's rises again
    ours = [SCHEDULES[name]()(t) for t in range(steps)]
    yield "rates", np.array(ours), found[f"schedule {name}"][:steps]


def activation(name: str, found: References) -> Triples:
    f, (y, slope) = ACTIVATIONS[name], found[f"activation {name}"]
    yield "value", f(found["z"]), y
    yield "derivative", f.derivative(found["z"]), slope
    if f"gain {name}" in found:
        yield "gain", f.gain, found[f"gain {name}"]


def loss(name: str, found: References) -> Triples:
    value, gradient = LOSSES[name](found["logits"], found[TARGETS[name]][0])
    yield "value", value, found[f"loss {name} value"]
    yield "gradient", gradient, found[f"loss {name} gradient"]
    net = mlp([5, 8, 3], activation=tanh)
    yield from fifty_steps(f"loss {name}", net, SGD(0.3), name, found)


TARGETS = {"mean_squared_error": "targets", "binary_cross_entropy": "shares"}
TARGETS |= dict.fromkeys(("softmax_cross_entropy", "smoothed"), "labels")


def fifty_steps(key: str, net: Sequential, rule, name: str, found: References) -> Triples:
    net.params[:] = found[f"{key} start"]
    for i, layer in enumerate(dropouts(net.layers)):
        layer.rngs = [Replay(found[f"{key} masks {i}"])]
    values = []
    for t in range(STEPS):
        outputs = net.forward(found["x"][t % 5], training=True)
        value, gradient = LOSSES[name](outputs, found[TARGETS[name]][t % 5])
        net.backward(gradient, inputs=False)
        rule.step(net.params, net.grads, net.decays)
        values.append(value)
    yield "losses", np.array(values), found[f"{key} losses"]
    yield "parameters", net.params, found[f"{key} end"]
    yield "statistics", net.buffers, found[f"{key} buffers"]
    yield "inference", net.predict(found["x"][0]), found[f"{key} inference"]


class Replay:
    """A generator that draws recorded masks: what passed draws 1, what did not draws 0."""

    def __init__(self, masks: np.ndarray) -> None:
        self.masks = iter(masks)

    def random(self, shape, dtype):
        return next(self.masks).astype(dtype)


def dropouts(layers) -> Iterator[Dropout]:
    for layer in layers:
        if isinstance(layer, Residual):
            yield from dropouts(layer.layers)
        elif isinstance(layer, Dropout):
            yield layer


def layer(name: str, found: References) -> Triples:
    net = Sequential([Dense(6), LAYERS[name](), Dense(3)], 5)
    yield from fifty_steps(f"layer {name}", net, SGD(0.1), "softmax_cross_entropy", found)


def network(found: References) -> Triples:
    net = mlp([5, 8, 3], batch_norm=True)
    yield from fifty_steps("net", net, Adam(0.01), "softmax_cross_entropy", found)


def penalty(name: str, found: References) -> Triples:
    net = mlp([5, 8, 3], activation=tanh)
    net.params[:] = found["penalty start"]
    splits = Splits(*[Examples(found["x"][0], found["labels"][0])] * 3)
    for _ in train(net, splits, SGD(0.3), penalty=PENALTIES[name](), epochs=STEPS, batch_size=16):
        pass
    yield "parameters", net.params, found[f"penalty {name} end"]


def max_norm(found: References) -> Triples:
    W = found["max_norm W"]
    net = Sequential([Dense(W.shape[1], bias=False)], len(W))
    net.layers[0].params["W"][...] = W
    regularizers.max_norm(60.0)(net)
    yield "W", net.layers[0].params["W"], found["max_norm limited"]


def standardizer(found: References) -> Triples:
    ours = preprocessing.Standardizer().fit(found["standardizer x"])
    for name in ("mean_", "scale_"):
        yield name, getattr(ours, name), found[f"standardizer {name}"]
    varied = found["standardizer scale_"] != 1  # the variance of a constant is somebody's rounding error
    yield "var_", ours.var_[varied], found["standardizer var_"][varied]
    for name in ("transform", "inverse_transform"):
        yield name, getattr(ours, name)(found["standardizer new"]), found[f"standardizer {name}"]


def pca(shape: str, kept: int | None, found: References) -> Triples:
    x, new = found[f"pca {shape} x"], found[f"pca {shape} new"]
    ours = preprocessing.PCA(len(x) - 1 if kept is None and shape == "wide" else kept).fit(x)
    key = f"pca {shape} {kept}"
    for name in ("mean_", "components_", "explained_variance_", "explained_variance_ratio_", "singular_values_"):
        yield name, getattr(ours, name), found[f"{key} {name}"]
    yield "transform", ours.transform(new), found[f"{key} transform"]
    back = ours.inverse_transform(found[f"{key} transform"])
    yield "inverse_transform", back, found[f"{key} inverse_transform"]


def whitening(eps: float, found: References) -> Triples:
    ours = preprocessing.ZCAWhitening(eps).fit(found["pca tall x"])
    yield "transform", ours.transform(found["pca tall new"]), found[f"zca {eps}"]


def metric(name: str, found: References) -> Triples:
    yield name, getattr(metrics, name)(found["metrics logits"], found["metrics labels"]), found[name]


def _family(module: str, compare: Callable, names) -> dict[str, Callable[[References], Triples]]:
    return {f"{module} {name}": partial(compare, name) for name in names if f"{module} {name}" not in GAPS}


TORCH: dict[str, Callable[[References], Triples]] = {
    **_family("activations", activation, ACTIVATIONS),
    **_family("layers", layer, LAYERS),
    **_family("losses", loss, LOSSES),
    **_family("optimizers", optimizer, [f"{name}{kind}" for name in OPTIMIZERS for kind in ("", " scheduled")]),
    "optimizers clipping": clipping,
    "optimizers AdamW with decays": decays,
    **_family("schedules", schedule, SCHEDULES),
    **_family("regularizers", penalty, PENALTIES),
    "regularizers max_norm": max_norm,
    "networks Adam": network,
}
SKLEARN: dict[str, Callable[[References], Triples]] = {
    "preprocessing Standardizer": standardizer,
    **{f"preprocessing PCA {s} {k}": partial(pca, s, k) for s in ("tall", "wide") for k in (None, 3)},
    **_family("preprocessing ZCAWhitening", whitening, (0.0, 0.1)),
    **_family("metrics", metric, ("accuracy", "confusion_matrix")),
}


def stored() -> tuple[References, References]:
    """Return the references in this folder: those of PyTorch, those of scikit-learn."""
    return dict(np.load(HERE / "references.npz")), dict(np.load(HERE / "sklearn.npz"))


def agree(compare: Callable[[References], Triples], found: References) -> float:
    """Fail unless all triples agree; return the largest deviation."""
    worst = 0.0
    for what, ours, theirs in compare(found):
        error = deviation(ours, theirs)
        assert error <= TOLERANCE, f"{what} deviates by {error:.2g}"
        worst = max(worst, error)
    return worst


def each(module: str) -> pytest.MarkDecorator:
    """Parametrize a test with the comparisons of a module and the stored references."""
    torch, sklearn = stored()
    pairs = [(name, f, torch) for name, f in TORCH.items()] + [(name, f, sklearn) for name, f in SKLEARN.items()]
    chosen = [(name, f, found) for name, f, found in pairs if name.startswith(f"{module} ")]
    return pytest.mark.parametrize(
        ("compare", "found"),
        [pair[1:] for pair in chosen],
        ids=[name.removeprefix(f"{module} ") for name, *_ in chosen],
    )
