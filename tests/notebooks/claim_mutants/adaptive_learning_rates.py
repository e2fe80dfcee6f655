"""The claims of adaptive learning rates: (claim, file in src/tipslib, old text, new text).

The old text stands once in its file. With the change, the cell that holds the claim fails.
"""

DESCENT, ADAPTIVE, ADAM = "optimizers/descent.py", "optimizers/adaptive.py", "optimizers/adam.py"
SGD_SLOW = (DESCENT, "params -= np.multiply(lr, grads,", "params -= np.multiply(0.1 * lr, grads,")
SGD_SIGNS = (DESCENT, "params -= np.multiply(lr, grads,", "params -= np.multiply(lr, np.sign(grads),")
BALL_FAST = (DESCENT, "params -= np.multiply(lr, self.v,", "params -= np.multiply(3 * lr, self.v,")
BALL_FORGETS = (DESCENT, "self.v += grads\n        params -=", "self.v = 1.0 * grads\n        params -=")
BALL_NOT_ITS_OWN = (DESCENT, "params -= np.multiply(lr, self.v,", "params -= np.multiply(lr, self.v + grads,")
AHEAD_HALF = (DESCENT, "np.multiply(self.momentum, self.v,", "np.multiply(0.5 * self.momentum, self.v,")
ADAGRAD_FORGETS = (
    ADAPTIVE,
    "        s += np.multiply(grads, grads,",
    "        s *= 0.9\n        s += np.multiply(grads, grads,",
)
ADAM_SLOW = (ADAM, "np.multiply(lr / bias1,", "np.multiply(0.1 * lr / bias1,")
ADAM_FAST = (ADAM, "np.multiply(lr / bias1,", "np.multiply(10 * lr / bias1,")
ADAM_SUMS = (ADAM, "        v *= self.beta2  #", "        v *= 1.0  #")
ADAM_SHORT = (ADAM, "        m *= self.beta1  #", "        m *= 0.5 * self.beta1  #")
ADAM_NO_EPS = (ADAM, "        work += self.eps  #", "        work += 0.0  #")
DECAY_SMALL = (ADAM, "np.multiply(lr * self.weight_decay,", "np.multiply(0.1 * lr * self.weight_decay,")
COSINE_FLAT = ("schedules.py", "math.cos(math.pi * min(t / self.steps, 1))", "1")
COSINE_ZERO = ("schedules.py", "math.cos(math.pi * min(t / self.steps, 1))", "-1.0")
HE_ONE = ("initializers.py", "variance_scaling(math.sqrt(2))(shape, rng)", "variance_scaling(1.0)(shape, rng)")

CLAIM_MUTANTS = [
    ("steps-gd", *SGD_SLOW),
    ("steps-ball", *BALL_FAST),
    ("steps-gd-1000", *SGD_SLOW),
    ("steps-ball-1000", *BALL_FAST),
    ("symptom-ratio", *SGD_SLOW),
    ("start-limit", *HE_ONE),
    ("large-rate-loss", *SGD_SLOW),
    ("noise-floor", *SGD_SLOW),
    ("l2-small", *ADAM_SLOW),
    ("l2-large", *ADAM_FAST),
    ("adamw-both", *DECAY_SMALL),
    ("reddi-adam", *ADAM_SUMS),
    ("reddi-default", *ADAM_FAST),
    ("shared-spread", *SGD_SLOW),
    ("shared-gap", *SGD_SLOW),
    ("tuned-spread", *ADAM_FAST),
    ("tuned-loss-ratio", *SGD_SLOW),
    ("constant-large", *ADAM_SLOW),
    ("cosine-large", *COSINE_FLAT),
    ("constant-small", *ADAM_FAST),
    ("cosine-small", *COSINE_ZERO),
    ("warmup-large", *ADAM_SLOW),
    ("race-adagrad", *ADAGRAD_FORGETS),
    ("race-adagrad-45", *ADAGRAD_FORGETS),
    ("race-adam", *ADAM_SHORT),
    ("race-adam-45", *ADAM_SHORT),
    ("race-momentum", *BALL_NOT_ITS_OWN),
    ("nesterov-limit", *AHEAD_HALF),
    ("eps-half", *ADAM_NO_EPS),
    ("rosen-momentum", *BALL_FORGETS),
    ("rosen-sgd", *SGD_SIGNS),
    ("rosen-adam", *ADAM_SHORT),
    ("rosen-adam-short", *ADAM_SHORT),
    ("wells-half", *BALL_FAST),
    ("wells-nine", *BALL_FORGETS),
    ("wells-most", *BALL_FAST),
]
