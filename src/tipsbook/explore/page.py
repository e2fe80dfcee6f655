"""The static page: every state is rendered while the book is built, so that the reader's browser needs no kernel.

The start frame stands in the page. All frames lie in one file beside it: SVG cut into pieces, each distinct piece
stored once, each frame a patch on the start frame. `tipsbook/scripts/widgets.js` puts them together.
"""

import html
import json
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

from tipsbook.explore.controls import Control
from tipsbook.explore.declaration import Declaration, figure_html
from tipsbook.explore.fingerprint import fingerprint

Frame = tuple[str, str]


def element(asked: Declaration, folder: Path) -> str:
    """Return the HTML of a widget, with its frames in `<key>.js` in `folder`; rendered only when anything changed."""
    key = fingerprint(asked.draw, asked.say, asked.controls)
    page, script = folder / f"{key}.html", folder / f"{key}.js"
    if not (page.exists() and script.exists()):
        frames = render(asked, f"t{key[:6]}-")
        script.write_text(
            f'tipsFrames("{key}",{json.dumps(pack(frames, asked.start), ensure_ascii=False, separators=(",", ":"))})',
            "utf-8",
        )
        page.write_text(markup(asked, key, frames[asked.start]), "utf-8")
    return page.read_text("utf-8")


def render(asked: Declaration, prefix: str) -> list[Frame]:
    """Return the frames of all states, rendered on all cores; refuse a drawing that differs when drawn again."""
    from joblib import Parallel, delayed

    states = asked.states()
    share = -(-len(states) // (4 * (os.cpu_count() or 1)))
    parts = [states[i : i + share] for i in range(0, len(states), share)]
    settings = {k: v for k, v in mpl.rcParams.items() if not k.startswith("backend")}
    workers = Parallel(n_jobs=-1 if len(states) > 16 else 1)
    frames = [f for part in workers(delayed(_render)(asked, part, prefix, settings) for part in parts) for f in part]
    for index in {asked.start, (asked.start + len(states) // 2) % len(states)}:
        if asked.frame(states[index], prefix) != frames[index]:
            state = ", ".join(f"{name}={value!r}" for name, value in states[index].items())
            raise ValueError(
                f"explore: draw({state}) gave two different figures; expected the same values to give the same figure. "
                "Draw random numbers from a generator made inside the drawing, with a fixed seed."
            )
    return frames


def _render(asked: Declaration, states: Sequence[dict[str, Any]], prefix: str, settings: dict[str, Any]) -> list[Frame]:
    """Render some states in a worker, which starts with matplotlib's default settings."""
    with mpl.rc_context(settings):
        return [asked.frame(values, prefix) for values in states]


def pack(frames: Sequence[Frame], start: int) -> dict[str, Any]:
    """Return pieces and frames: [0, place, piece, ...] is a patch on the start frame, [1, piece, ...] a whole one."""
    table: dict[str, int] = {}
    rows = [[table.setdefault(piece, len(table)) for piece in re.split("(?<=>)(?=<)", svg)] for svg, _ in frames]
    base, packed = rows[start], []
    for row in rows:
        patch = [0] + [x for i, (a, b) in enumerate(zip(base, row, strict=False)) if a != b for x in (i, b)]
        packed.append(patch if len(row) == len(base) and len(patch) <= len(row) else [1, *row])
    return {"pieces": list(table), "base": base, "frames": packed, "say": [said for _, said in frames]}


def markup(asked: Declaration, key: str, start: Frame) -> str:
    """Return the custom element: native controls, the start frame and its sentence."""
    picture, sentence = start
    controls = "".join(native(asked.label(name), control) for name, control in asked.controls.items())
    return (
        f'<tips-explore data-frames="{key}"><div class="controls">{controls}</div>'
        f'<div class="picture">{figure_html(picture, sentence)}</div>'
        f'<p class="say" aria-live="polite">{html.escape(sentence)}</p></tips-explore>'
    )


def native(label: str, control: Control) -> str:
    """Return one native control inside its label."""
    name, texts = html.escape(label), [html.escape(t) for t in control.texts]
    if control.kind == "toggle":
        return f'<label><input type="checkbox"{" checked" * control.start}> <span>{name}</span></label>'
    if control.kind == "choice":
        options = "".join(f"<option{' selected' * (i == control.start)}>{t}</option>" for i, t in enumerate(texts))
        return f'<label><span>{name}</span> <select autocomplete="off">{options}</select></label>'
    values = html.escape(json.dumps(control.texts, ensure_ascii=False))
    return (
        f'<label><span>{name}</span> <input type="range" min="0" max="{len(texts) - 1}" value="{control.start}" '
        f'autocomplete="off" aria-valuetext="{texts[control.start]}" data-texts="{values}"> '
        f"<output>{texts[control.start]}</output></label>"
    )
