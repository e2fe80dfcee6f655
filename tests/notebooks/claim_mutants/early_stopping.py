"""The claims of early stopping: (claim, file in src/tipslib, old text, new text).

The old text stands once in its file. With the change, the cell that holds the claim fails.
"""

STOPPING = "stopping.py"
WRONG_WAY = (
    STOPPING,
    'self.sign = 1.0 if monitor.endswith("accuracy") else -1.0',
    'self.sign = -1.0 if monitor.endswith("accuracy") else 1.0',
)
ENDLESS = (STOPPING, "active=self.wait < self.patience", "active=True")
NO_BUFFERS = (STOPPING, 'for name in ("params", "buffers"):', 'for name in ("params",):')
BOTH_PERCENT = (STOPPING, "lost[t - 1] / (1000 *", "lost[t - 1] / (100 *")
ADAM_SLOW = ("optimizers/adam.py", "np.multiply(lr / bias1,", "np.multiply(0.1 * lr / bias1,")
SGD_SLOW = ("optimizers/descent.py", "params -= np.multiply(lr, grads,", "params -= np.multiply(0.1 * lr, grads,")
OTHER_LABELS = (
    "datasets/images.py",
    'stored["y"][order].astype(np.int64)',
    'stored["y"][order[::-1]].astype(np.int64)',
)
WEAK_L2 = (
    "regularizers.py",
    "np.asarray(self.strength * (decays * params), params.dtype)",
    "np.asarray(0.1 * self.strength * (decays * params), params.dtype)",
)

CLAIM_MUTANTS = [
    ("stop-epoch", *WRONG_WAY),
    ("stop-low", *WRONG_WAY),
    ("stop-end", *ADAM_SLOW),
    ("stop-test-loss", *WRONG_WAY),
    ("stop-test-last", *ADAM_SLOW),
    ("stop-gap", *WRONG_WAY),
    ("stop-right-late", *ADAM_SLOW),
    ("stop-wrong-early", *ADAM_SLOW),
    ("stop-wrong-late", *ADAM_SLOW),
    ("stop-ridge-gap", *SGD_SLOW),
    ("stop-ridge-half", *SGD_SLOW),
    ("stop-linear-stop", *OTHER_LABELS),
    ("stop-linear-ridge", *OTHER_LABELS),
    ("stop-linear-end", *OTHER_LABELS),
    ("stop-linear-worst", *SGD_SLOW),
    ("stop-linear-factor", *SGD_SLOW),
    ("stop-loss-0", *WRONG_WAY),
    ("stop-loss-1", *WRONG_WAY),
    ("stop-loss-2", *WRONG_WAY),
    ("stop-loss-3", *WRONG_WAY),
    ("stop-loss-4", *WRONG_WAY),
    ("stop-loss-5", *WRONG_WAY),
    ("stop-accuracy-0", *WRONG_WAY),
    ("stop-accuracy-1", *WRONG_WAY),
    ("stop-accuracy-2", *WRONG_WAY),
    ("stop-accuracy-3", *WRONG_WAY),
    ("stop-accuracy-4", *WRONG_WAY),
    ("stop-accuracy-5", *WRONG_WAY),
    ("stop-test-low", *WRONG_WAY),
    ("stop-test-end", *WRONG_WAY),
    ("stop-cheap", *WRONG_WAY),
    ("stop-slow", *BOTH_PERCENT),
    ("stop-cheap-below", *WRONG_WAY),
    ("stop-twenty", *WRONG_WAY),
    ("stop-twenty-below", *WRONG_WAY),
    ("stop-hasty", *ENDLESS),
    ("stop-few-quick", *ENDLESS),
    ("stop-few-five", *WRONG_WAY),
    ("stop-whole-loss", *NO_BUFFERS),
    ("stop-half-loss", *ADAM_SLOW),
    ("stop-half", *ADAM_SLOW),
    ("stop-whole", *NO_BUFFERS),
    ("stop-whole-last", *ADAM_SLOW),
    ("stop-plateau", *ENDLESS),
    ("stop-plateau-loss", *SGD_SLOW),
    ("stop-optimism", *ADAM_SLOW),
    ("stop-optimism-all", *ADAM_SLOW),
    ("stop-regret", *ADAM_SLOW),
    ("stop-l2", *WEAK_L2),
    ("stop-brake", *WRONG_WAY),
]
