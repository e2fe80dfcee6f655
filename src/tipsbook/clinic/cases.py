"""The patients of the clinic: two runs each, sick and treated, and two questions whose texts quote numbers of the runs.

In the TOML file each patient has `name`, `story` (what is known before the chart), `disease` and `treatment` (lists of
[option, reply], the right one first), `cure` (said beside the treated run) and perhaps `reading` (a page of the book
and its title). Texts name numbers in braces, as `{val}`; those of the treated run begin with `treated_`.
"""

import math
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tipsbook.quiz import Question
from tipslib.arrays import Array
from tipslib.plotting import short

ASKED = {"disease": "What is wrong?", "treatment": "What do you change?"}
VITALS = {  # what is measured: what is usual
    "loss before the first step": "2.3 to 3.5 (ln 10 = 2.30)",
    "step over weight, first epoch": "0.001 to 0.03 in every layer",
    "idle hidden units": "under 10 %",
}


def percent(fraction: float) -> str:
    r"""Write a fraction as a percentage; number and sign stay on one line.

    >>> percent(0.954)
    '95\xa0%'
    """
    return f"{math.floor(100 * fraction + 0.5)}\N{NO-BREAK SPACE}%"


def nats(loss: float) -> str:
    """Write a loss: two decimals where it is compared with ln 10, fewer where it is large.

    >>> nats(2.3026), nats(22.9), nats(0.0034), nats(1500.0)
    ('2.30', '23', '0.0034', '1.5 × 10³')
    """
    return f"{loss:.2f}" if 1 <= loss < 10 else short(loss)


@dataclass(frozen=True)
class Course:
    """One run: curves from epoch 0, before the first step, to the last, each ``(E + 1,)``, and what was measured.

    `steps` are the ratios of step to weights in the first and in the last layer, `idle` the fractions of hidden units
    that are dead, saturated or copies of another, `ends` the last training loss, validation loss, training, validation
    and test accuracy of each seed, ``(S, 5)``; the curves are those of the first seed.
    """

    train_loss: Array
    val_loss: Array
    train_accuracy: Array
    val_accuracy: Array
    steps: Array
    idle: Array
    ends: Array
    diverged: bool

    @property
    def epochs(self) -> int:
        """The number of epochs."""
        return len(self.train_loss) - 1

    def numbers(self) -> dict[str, str]:
        """Return the numbers that a text may name, as texts."""
        lowest, best = int(self.val_loss.argmin()), int(self.val_accuracy.argmax())
        named = {"start": 0, "first": min(1, self.epochs), "end": -1}
        found = {
            f"{which}_{name}": (percent if name.endswith("accuracy") else nats)(float(getattr(self, name)[place]))
            for which, place in named.items()
            for name in ("train_loss", "val_loss", "train_accuracy", "val_accuracy")
        }
        dead, saturated, copies = (percent(float(fraction)) for fraction in self.idle)
        return found | {
            "train": found["end_train_accuracy"],
            "val": found["end_val_accuracy"],
            "test": percent(float(self.ends[0, 4])),
            "epochs": str(self.epochs),
            "lowest": nats(float(self.val_loss[lowest])),
            "lowest_epoch": str(lowest),
            "best": percent(float(self.val_accuracy[best])),
            "best_epoch": str(best),
            "step_in": short(float(self.steps[0])),
            "step_out": short(float(self.steps[1])),
            "dead": dead,
            "saturated": saturated,
            "copies": copies,
        }

    def vitals(self) -> list[str]:
        """Return the three statistics as texts, in the order of `VITALS`."""
        n = self.numbers()
        kinds = {"dead": "dead", "saturated": "saturated", "copies": "copies of another"}
        kind, fraction = max(zip(kinds, self.idle, strict=True), key=lambda pair: pair[1])
        return [
            f"{n['start_train_loss']} training, {n['start_val_loss']} validation",
            f"{n['step_in']} first layer, {n['step_out']} last layer",
            f"{n[kind]} {kinds[kind]}" if fraction >= 0.005 else "none",
        ]

    def say(self) -> str:
        """Return the chart as a sentence."""
        n = self.numbers()
        end = f"After epoch {n['epochs']} the loss is no longer a number (NaN). " if self.diverged else ""
        return (
            f"In {n['epochs']} epochs training loss goes from {n['start_train_loss']} to {n['end_train_loss']}, "
            f"validation loss from {n['start_val_loss']} to {n['end_val_loss']} (lowest {n['lowest']} after epoch "
            f"{n['lowest_epoch']}). {end}Accuracy after epoch 1: training {n['first_train_accuracy']}, validation "
            f"{n['first_val_accuracy']}; at the end: training {n['train']}, validation {n['val']}."
        )


@dataclass(frozen=True)
class Case:
    """A patient: what is known, two runs, two questions, what the treatment did, and where to read on."""

    name: str
    story: str
    sick: Course
    treated: Course
    disease: Question
    treatment: Question
    cure: str
    reading: tuple[str, str] | None

    @property
    def questions(self) -> tuple[Question, Question]:
        """Both questions, in their order."""
        return self.disease, self.treatment


def read(path: str | Path) -> list[Case]:
    """Read the patients of a TOML file and their runs from the `.npz` file of the same name.

    Raises ValueError, naming the patient, for one without runs, a text that is missing, a number that there is not, or
    a question with fewer than two options.
    """
    path = Path(path)
    with np.load(path.with_suffix(".npz")) as file:
        stored = {name: file[name] for name in file.files}
    rows = {str(name): i for i, name in enumerate(stored["names"])}
    patients = tomllib.loads(path.read_text(encoding="utf-8"))["patients"]
    if missing := [p["name"] for p in patients if p["name"] not in rows]:
        raise ValueError(f"clinic needs the runs of every patient, got none of {', '.join(missing)}.")
    return [
        _case(number, p, *(_course(stored, rows[p["name"]], j) for j in (0, 1))) for number, p in enumerate(patients)
    ]


def _course(stored: dict[str, Array], row: int, which: int) -> Course:
    """Return one of the two runs of a patient; the curves are stored with NaN behind their end."""
    curves = stored["curves"][row, which].astype(float)
    train_loss, val_loss, train_accuracy, val_accuracy = curves[:, np.isfinite(curves).all(axis=0)]
    steps, idle = np.split(stored["statistics"][row, which], [2])
    ends, diverged = stored["ends"][row, which], bool(stored["diverged"][row, which])
    return Course(train_loss, val_loss, train_accuracy, val_accuracy, steps, idle, ends, diverged)


def _case(number: int, told: dict[str, Any], sick: Course, treated: Course) -> Case:
    """Put numbers into the texts of a patient; the order of options is drawn, the same every time."""
    numbers = sick.numbers() | {f"treated_{name}": text for name, text in treated.numbers().items()}

    def filled(text: str) -> str:
        return text.format_map(numbers)

    def question(place: int, kind: str) -> Question:
        options = [(option, filled(reply)) for option, reply in told[kind]]
        if len(options) < 2:
            raise ValueError(f"clinic: {told['name']} needs two options or more to {kind}, got {len(options)}.")
        order = np.random.default_rng([number, place]).permutation(len(options)).tolist()
        name = f"clinic-{told['name']}-{place + 1}"
        return Question(name, ASKED[kind], "choose", [options[i] for i in order], order.index(0))

    try:
        asked = [question(place, kind) for place, kind in enumerate(ASKED)]
        story, cure = filled(told["story"]), filled(told["cure"])
    except KeyError as error:
        raise ValueError(f"clinic: {told['name']} has no {error.args[0]!r}.") from error
    reading = tuple(told["reading"]) if "reading" in told else None
    return Case(told["name"], story, sick, treated, asked[0], asked[1], cure, reading)
