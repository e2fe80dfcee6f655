"""JAX: a compiled step, called once per step (jit) or all steps in one call (scan); sixteen runs by vmap."""

import os

os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
os.environ.setdefault("NPROC", "1")

from collections.abc import Callable
from functools import partial
from itertools import islice, pairwise
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from works import Data, Work

jax.config.update("jax_platforms", "cpu")


def start(work: Work) -> Any:
    """Return parameters, two moments of Adam, the count of steps, and the key of the masks."""
    rng = np.random.default_rng(0)
    params = []
    for n, m in pairwise(work.widths):
        layer = {"W": rng.normal(0, (2 / n) ** 0.5, (n, m)), "b": np.zeros(m)}
        if work.batch_norm and m != work.widths[-1]:
            layer["gamma"] = np.ones(m)
        params.append({name: jnp.asarray(a, jnp.float32) for name, a in layer.items()})
    running = [jnp.zeros((2, m)) for m in work.widths[1:-1]] if work.batch_norm else []
    m, v = (jax.tree.map(jnp.zeros_like, params) if work.adam else () for _ in range(2))
    return params, m, v, jnp.float32(0), jax.random.key(0), running


def outputs(work: Work, params: Any, x: Any, key: Any, running: Any) -> tuple[Any, Any]:
    new = []
    for i, layer in enumerate(params[:-1]):
        z = x @ layer["W"]
        if work.batch_norm:
            mean, var = z.mean(0), z.var(0)
            z = layer["gamma"] * (z - mean) * jax.lax.rsqrt(var + 1e-5)
            new.append(0.9 * running[i] + 0.1 * jnp.stack([mean, var]))
        x = jax.nn.relu(z + layer["b"])
        if work.dropout:
            keep = jax.random.bernoulli(jax.random.fold_in(key, i), 1 - work.dropout, x.shape)
            x = jnp.where(keep, x / (1 - work.dropout), 0)
    return x @ params[-1]["W"] + params[-1]["b"], new


def loss(params: Any, work: Work, x: Any, y: Any, key: Any, running: Any) -> tuple[Any, Any]:
    z, new = outputs(work, params, x, key, running)
    if work.binary:
        return (jnp.logaddexp(0, z) - y * z).mean(), new
    return -jnp.take_along_axis(jax.nn.log_softmax(z), y[:, None], 1).mean(), new


def one_step(work: Work, state: Any, lr: Any, x: Any, y: Any) -> Any:
    params, m, v, t, key, running = state
    key, own = jax.random.split(key) if work.dropout else (key, key)
    grads, running = jax.grad(loss, has_aux=True)(params, work, x, y, own, running)
    t = t + 1
    if work.adam:
        m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, grads)
        v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, grads)
        c1, c2 = 1 - 0.9**t, 1 - 0.999**t
        grads = jax.tree.map(lambda m, v: (m / c1) / (jnp.sqrt(v / c2) + 1e-8), m, v)
    return jax.tree.map(lambda p, g: p - lr * g, params, grads), m, v, t, key, running


def make(work: Work, scan: bool) -> Callable[[int], None]:
    """Return a function that makes k steps; the state stays where it is (donated)."""
    data = Data(work)
    x_all, y_all = jnp.asarray(data.x), jnp.asarray(data.y)
    state, lr = start(work), jnp.float32(work.rates[0])

    def picked(state: Any, lr: Any, rows: Any) -> Any:
        return one_step(work, state, lr, *((x_all, y_all) if data.full else (x_all[rows], y_all[rows])))

    step = picked
    if work.runs:
        state = jax.tree.map(lambda a: jnp.stack([a] * len(work.rates)), state)
        lr, step = jnp.asarray(work.rates, jnp.float32), jax.vmap(picked)

    jitted = jax.jit(step, donate_argnums=0)
    scanned = jax.jit(
        lambda s, lr, rows: jax.lax.scan(lambda s, r: (step(s, lr, r), None), s, rows)[0], donate_argnums=0
    )

    def run(k: int) -> None:
        nonlocal state
        if scan:
            state = scanned(state, lr, np.resize(data.orders, (k, *data.orders.shape[1:])))
        else:
            for rows in islice(data.ahead, k):
                state = jitted(state, lr, rows)
        jax.block_until_ready(state)

    return run


PEERS = {"JAX jit": partial(make, scan=False), "JAX scan": partial(make, scan=True)}
