"""Exercises 5 and 7: Adam from its equations, and AdamW with a bug."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from tipsbook.grading.answers import outcome
from tipsbook.grading.deadline import Deadline
from tipsbook.grading.exercise import Case, FunctionExercise, Mistake
from tipsbook.grading.feedback import Feedback
from tipslib.arrays import Array
from tipslib.optimizers import Adam, AdamW


def _adam_cases() -> list[Case]:
    """Compare with the library's Adam, which makes each step in place."""
    one = np.array([[4.0]]), 0.1, 0.9, 0.999, 0.0
    cases = [Case("By hand, one step, grads = [[4]], lr = 0.1, eps = 0", one, np.array([[-0.1]]))]
    rng = np.random.default_rng(0)
    for lr, beta1, beta2, eps in [(0.1, 0.9, 0.99, 1e-8), (0.5, 0.5, 0.8, 0.1)]:
        grads = rng.normal(size=(5, 3)) * np.array([0.1, 1.0, 10.0])
        theta, optimizer, points = np.zeros(3), Adam(lr, beta1, beta2, eps), [np.zeros(3)]
        for g in grads:
            optimizer.step(theta, g)
            points.append(theta.copy())
        text = f"For 5 steps of 3 parameters, lr = {lr:g}, beta1 = {beta1:g}, beta2 = {beta2:g}, eps = {eps:g}"
        cases.append(Case(text, (grads, lr, beta1, beta2, eps), np.diff(points, axis=0)))
    return cases


def _steps(
    grads: Array,
    lr: float,
    beta1: float,
    beta2: float,
    eps: float,
    *,
    correct: tuple[bool, bool] = (True, True),
    start: int = 1,
    average: bool = True,
    inside: bool = False,
    root: bool = True,
    late: bool = False,
) -> Array:
    """Make the steps as readers do when one thing is wrong."""
    m, v, changes = np.zeros_like(grads[0]), np.zeros_like(grads[0]), []
    for t, g in enumerate(grads, start=start):
        before = m, v
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2 if average else v + g**2
        used, squares = before if late else (m, v)
        bias1, bias2 = (np.float64(1 - b**t) if c else 1.0 for b, c in zip((beta1, beta2), correct, strict=True))
        below: Any = squares / (bias2 if average else 1.0) + (eps if inside else 0.0)
        changes.append(-lr * used / bias1 / ((np.sqrt(below) if root else below) + (0.0 if inside else eps)))
    return np.array(changes)


@dataclass(frozen=True, kw_only=True)
class AdamExercise(FunctionExercise):
    """A first step that alone is not finite was divided by 1 - beta^0; one that is 0 came before its gradient."""

    def grade(self, answer: object, deadline: Deadline) -> Feedback:
        feedback = super().grade(answer, deadline)
        if feedback.status != "wrong" or feedback.hint or "expected finite numbers" not in feedback.message:
            return feedback
        case = self.cases()[1]
        value: Any = np.asarray(outcome(answer, case.args, Deadline(deadline.seconds)).value)
        if value.shape != case.expected.shape or not np.isfinite(value[1:]).all():
            return feedback
        if np.isfinite(value[0]).all():
            return feedback if value[0].any() else self.recognized("averages-late", feedback.message)
        return self.recognized("counts-from-0", feedback.message)


ADAM_STEPS = AdamExercise(
    name="adaptive-learning-rates-5",
    call="adam_steps(grads, lr, beta1, beta2, eps)",
    cases=_adam_cases,
    right="Two moving averages and their corrections: that is all of Adam.",
    hints=(
        "Start with m = 0 and v = 0, one number for each parameter, and walk over the rows of `grads`.",
        "`enumerate(grads, start=1)` gives t and g together. The corrections need t.",
        "The gradient points uphill, and you want the change of the parameters. Where does eps belong, under the root?",
    ),
    mistakes={
        "not-corrected": Mistake(
            lambda *args: _steps(*args, correct=(False, False)),
            "The averages start at 0 and are too small at first. Both need their correction, 1 - beta^t.",
        ),
        "one-correction": Mistake(
            lambda *args: _steps(*args, correct=(False, True)),
            "You correct v and not m: now the first steps are too short. Both averages start at 0.",
        ),
        "counts-from-0": Mistake(
            lambda *args: _steps(*args, start=0),
            "In the first step t is 1. With t = 0 the correction divides by 1 - 1.",
        ),
        "counts-from-2": Mistake(
            lambda *args: _steps(*args, start=2),
            "Your corrections are one step ahead: t is 1 in the first step, also in the powers.",
        ),
        "averages-late": Mistake(
            lambda *args: _steps(*args, late=True),
            "Your first step comes before its gradient: update both averages first, then make the step.",
        ),
        "eps-inside": Mistake(
            lambda *args: _steps(*args, inside=True),
            "Your eps is under the root. Here it is added to the root, as in the paper.",
        ),
        "sum-for-average": Mistake(
            lambda *args: _steps(*args, average=False),
            "Your v is a sum that only grows: that is AdaGrad's. Adam's is a moving average.",
        ),
        "no-root": Mistake(
            lambda *args: _steps(*args, root=False),
            "You divide by v itself. Without the root a step is not measured in units of the gradient.",
        ),
        "uphill": Mistake(
            lambda *args: -_steps(*args), "The size is right and the sign is not: go against the gradient."
        ),
        "betas-swapped": Mistake(
            lambda grads, lr, beta1, beta2, eps: _steps(grads, lr, beta2, beta1, eps),
            "beta1 and beta2 have changed places: beta1 belongs to the gradients, beta2 to their squares.",
        ),
        "m-corrected-alone": Mistake(
            lambda *args: _steps(*args, correct=(True, False)),
            "You correct m and not v: now the first steps are too long. Both averages start at 0.",
        ),
        "parameters": Mistake(
            lambda *args: np.cumsum(_steps(*args), axis=0),
            "Each row adds up the steps so far: that is where the parameters are. Return the steps themselves.",
        ),
        "no-average": Mistake(
            lambda grads, lr, beta1, beta2, eps: _steps(grads, lr, 0.0, beta2, eps),
            "You divide the gradient itself. Adam steps along m, the average of gradients: beta1 has to come in.",
        ),
        "one-array": Mistake(
            lambda *args: np.repeat(_steps(*args)[-1:], len(args[0]), axis=0),
            "All rows are the last step: you keep the same array each time and change it in place. Keep copies.",
        ),
    },
)


def _adamw_cases() -> list[Case]:
    """Compare with the library's AdamW, which makes each step in place."""
    by_hand = np.array([1.0]), np.zeros((2, 1)), 0.1, 0.5
    cases = [Case("By hand, theta = [1], two gradients of 0, lr = 0.1, decay = 0.5", by_hand, np.array([0.9025]))]
    rng = np.random.default_rng(0)
    for lr, decay, count in [(0.1, 0.5, 2), (0.05, 2.0, 6)]:
        start, grads, optimizer = rng.normal(size=4), rng.normal(size=(count, 4)), AdamW(lr, weight_decay=decay)
        theta = start.copy()
        for g in grads:
            optimizer.step(theta, g)
        text = f"For {count} steps of 4 parameters, lr = {lr:g}, decay = {decay:g}"
        cases.append(Case(text, (start, grads, lr, decay), theta))
    return cases


def _decayed(
    theta: Array,
    grads: Array,
    lr: float,
    decay: float,
    *,
    l2: float = 0.0,
    factor: float = 1.0,
    after: float = 1.0,
    over: float = 0.0,
) -> Array:
    """Make the steps with the decay in the gradient, before the step, after it, or in the numerator."""
    m, v = np.zeros_like(theta), np.zeros_like(theta)
    for t, g in enumerate(grads, start=1):
        pull = g + l2 * theta
        m, v = 0.9 * m + 0.1 * pull, 0.999 * v + 0.001 * pull**2
        step = (m / (1 - 0.9**t) + over * theta) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        theta = (factor * theta - lr * step) * after
    return theta


ADAMW = FunctionExercise(
    name="adaptive-learning-rates-7",
    call="adamw(theta, grads, lr, decay)",
    cases=_adamw_cases,
    unchanged=lambda *args: _decayed(*args, l2=args[-1]),
    right="The decay no longer passes through the division: every weight shrinks by the same share.",
    hints=(
        "What does the code do to the decay on its way into the step? Follow it line by line.",
        "A weight with large gradients has a large v. By what is its decay divided?",
        "Equation (AdamW) has two terms. The gradient of the loss alone enters m and v.",
    ),
    mistakes={
        "twice": Mistake(
            lambda *args: _decayed(*args, l2=args[-1], factor=1 - args[-2] * args[-1]),
            "Now the weights decay twice: once outside, and still once through the gradient.",
        ),
        "without-the-rate": Mistake(
            lambda *args: _decayed(*args, factor=1 - args[-1]),
            "Each step takes the whole `decay` off. In the equation it is multiplied by the rate.",
        ),
        "in-the-numerator": Mistake(
            lambda *args: _decayed(*args, over=args[-1]),
            "The decay is out of m and v, and it is still divided by the root of v.",
        ),
        "after-the-step": Mistake(
            lambda *args: _decayed(*args, after=1 - args[-2] * args[-1]),
            "You shrink the step along with the weights. The old weights shrink, then the step is made.",
        ),
        "grows": Mistake(
            lambda *args: _decayed(*args, factor=1 + args[-2] * args[-1]),
            "With this sign the weights grow. Decay multiplies by a little less than 1.",
        ),
        "once": Mistake(
            lambda theta, grads, lr, decay: _decayed(theta, grads, lr, 0.0) * (1 - lr * decay),
            "The weights shrink once, at the end. In the equation they shrink in every step.",
        ),
        "once-at-the-start": Mistake(
            lambda theta, grads, lr, decay: _decayed(theta * (1 - lr * decay), grads, lr, 0.0),
            "The weights shrink once, before the loop. In the equation they shrink in every step.",
        ),
        "no-decay": Mistake(
            lambda *args: _decayed(*args), "The decay is gone from the gradient, and nothing has come in its place."
        ),
    },
)
