"""The static page: every state is rendered while the book is built, so that the reader's browser needs no kernel.

The start frame stands in the page. All frames lie in one file beside it, named by what it holds: SVG cut into pieces,
each distinct piece stored once, each frame a patch on the start frame. `tipsbook/scripts/frames.js` joins them.
"""

import hashlib
import json
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

from tipsbook.explore.declaration import Declaration, named
from tipsbook.explore.markup import Frame, markup

IDS = re.compile(r'(id="|url\(#|href="#)')
FEW = 48  # states that are drawn before other processes would have started: 61 ms against 47 for one here


def element(asked: Declaration, folder: Path) -> str:
    """Return the HTML of a widget; its frames lie in `<key>.js` in `folder`."""
    key, frames = keep(render(asked), asked.start, folder)
    return markup(asked, frames[asked.start], frames, key)


def keep(frames: Sequence[Frame], start: int, folder: Path, **more: Any) -> tuple[str, list[Frame]]:
    """Write frames, and what else the page is to know, into a file; return the file's key and the frames as they stand.

    The key is a hash of the content, 16 hexadecimal digits. Ids begin with it, so that two widgets share none.
    """
    key = hashlib.sha256(json.dumps([frames, start, more]).encode()).hexdigest()[:16]
    frames = [(IDS.sub(rf"\1t{key[:6]}-", picture), sentence) for picture, sentence in frames]
    data = json.dumps(pack(frames, start) | more, ensure_ascii=False, separators=(",", ":"))
    (folder / f"{key}.js").write_text(f'tipsFrames("{key}",{data})', encoding="utf-8")
    return key, frames


def workers() -> int:
    """Return how many processes render: TIPSLIB_FRAME_WORKERS, or as many as there are cores.

    Raises ValueError where the variable is no whole number above 0.
    """
    given = os.environ.get("TIPSLIB_FRAME_WORKERS", str(os.cpu_count() or 1))
    if not given.isdecimal() or int(given) < 1:
        raise ValueError(f"TIPSLIB_FRAME_WORKERS needs a whole number above 0, got {given!r}.")
    return int(given)


def render(asked: Declaration) -> list[Frame]:
    """Return the frames of all states; refuse a drawing that differs when it is drawn again."""
    states, frames = asked.states(), render_once(asked)
    for index in {asked.start, (asked.start + len(states) // 2) % len(states)}:
        if asked.frame(states[index]) != frames[index]:
            raise ValueError(
                f"explore: draw({named(states[index])}) gave two different figures; expected the same values to give "
                "the same figure. Draw random numbers from a generator made inside the drawing, with a fixed seed."
            )
    return frames


def render_once(asked: Declaration) -> list[Frame]:
    """Return the frames of all states; many are rendered in several processes, in four parts for each of these."""
    states, count = asked.states(), workers()
    if count == 1 or len(states) <= FEW:
        return [asked.frame(values) for values in states]

    from joblib import Parallel, delayed

    size = -(-len(states) // (4 * count))
    parts = [states[i : i + size] for i in range(0, len(states), size)]
    settings = {name: value for name, value in mpl.rcParams.items() if not name.startswith("backend")}
    rendered = Parallel(n_jobs=count)(delayed(_render_part)(asked, part, settings) for part in parts)
    return [frame for part in rendered for frame in part]


def _render_part(asked: Declaration, states: Sequence[dict[str, Any]], settings: dict[str, Any]) -> list[Frame]:
    """Render some states in another process, which starts with matplotlib's own settings."""
    with mpl.rc_context(settings):
        return [asked.frame(values) for values in states]


def pack(frames: Sequence[Frame], start: int) -> dict[str, Any]:
    """Return pieces and frames: [0, place, piece, ...] is a patch on the start frame, [1, piece, ...] a whole one."""
    table: dict[str, int] = {}
    rows = [[table.setdefault(piece, len(table)) for piece in re.split("(?<=>)(?=<)", svg)] for svg, _ in frames]
    base, packed = rows[start], []
    for row in rows:
        patch = [0] + [x for i, (a, b) in enumerate(zip(base, row, strict=False)) if a != b for x in (i, b)]
        packed.append(patch if len(row) == len(base) and len(patch) <= len(row) else [1, *row])
    return {"pieces": list(table), "base": base, "frames": packed, "say": [said for _, said in frames]}
