"""What `explore` was asked for: a drawing, its sentence, its controls, and moves to try.

Any state is drawn, or refused by name.
"""

import itertools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from tipsbook.explore.controls import Control
from tipslib.plotting import names_above, svg

MAX_STATES = 600


def named(values: dict[str, Any]) -> str:
    """Return the values of a state as an error names them.

    >>> named({"depth": 3, "unit": "tanh"})
    "depth=3, unit='tanh'"
    """
    return ", ".join(f"{name}={value!r}" for name, value in values.items())


@dataclass(frozen=True)
class Declaration:
    """A pure `draw(**values) -> Figure`, its sentence `say(**values) -> str`, and the controls by name.

    `tries` maps labels to the values to which some of the controls move.
    """

    draw: Callable[..., Figure]
    say: Callable[..., str]
    controls: dict[str, Control]
    tries: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what no surface could show."""
        if not self.controls:
            raise ValueError("explore needs one control or more, got none.")
        for name, control in self.controls.items():
            if not isinstance(control, Control):
                raise TypeError(f"explore: {name} needs slider(...), choice(...) or toggle(...), got {control!r}.")
        count = math.prod(len(c.values) for c in self.controls.values())
        if count > MAX_STATES:
            sizes = " x ".join(f"{name} {len(c.values)}" for name, c in self.controls.items())
            raise ValueError(
                f"explore renders at most {MAX_STATES} states, got {count} ({sizes}). Use coarser controls."
            )
        for label, moves in self.tries.items():
            self._check_try(label, moves)

    def _check_try(self, label: str, moves: Mapping[str, Any]) -> None:
        """Refuse a move to a value that no control has."""
        if not moves:
            raise ValueError(f"explore: the try {label!r} needs a value for one control or more, got none.")
        for name, value in moves.items():
            if name not in self.controls:
                raise ValueError(
                    f"explore: the try {label!r} moves controls among {', '.join(self.controls)}, got {name}."
                )
            if value not in self.controls[name].values:
                texts = ", ".join(self.controls[name].texts)
                raise ValueError(f"explore: the try {label!r} needs a {name} among {texts}, got {value!r}.")

    def places(self, label: str) -> list[int | None]:
        """Return the index of the value to which a try moves each control; None where the control stays."""
        moves = self.tries[label]
        return [c.values.index(moves[name]) if name in moves else None for name, c in self.controls.items()]

    def states(self) -> list[dict[str, Any]]:
        """Return the values of every state; the last control turns fastest."""
        names, values = list(self.controls), [c.values for c in self.controls.values()]
        return [dict(zip(names, row, strict=True)) for row in itertools.product(*values)]

    @property
    def start(self) -> int:
        """Return the index of the start state."""
        index = 0
        for control in self.controls.values():
            index = index * len(control.values) + control.start
        return index

    def label(self, name: str) -> str:
        """Return the text beside a control."""
        return self.controls[name].label or name.replace("_", " ")

    def figure(self, values: dict[str, Any]) -> Figure:
        """Return the figure of one state, or raise ValueError with the state in its message."""
        try:
            with names_above():
                figure = self.draw(**values)
        except Exception as error:
            raise ValueError(f"explore: draw({named(values)}) raised {type(error).__name__}: {error}") from error
        if not isinstance(figure, Figure):
            kind = type(figure).__name__
            raise ValueError(f"explore: draw({named(values)}) must return a matplotlib Figure, got {kind}.")
        plt.close(figure)  # pyplot would keep it, and show it again below the cell
        return figure

    def sentence(self, values: dict[str, Any]) -> str:
        """Return the sentence of one state, or raise ValueError with the state in its message."""
        try:
            said = self.say(**values)
        except Exception as error:
            raise ValueError(f"explore: say({named(values)}) raised {type(error).__name__}: {error}") from error
        if not isinstance(said, str) or not said.strip():
            raise ValueError(f"explore: say({named(values)}) must return a sentence, got {said!r}.")
        return said

    def frame(self, values: dict[str, Any]) -> tuple[str, str]:
        """Return the SVG and the sentence of one state, or raise ValueError with the state in its message."""
        return svg(self.figure(values)), self.sentence(values)
