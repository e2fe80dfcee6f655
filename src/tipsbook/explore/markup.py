"""The element `<tips-explore>` in its start state: the same on the static page and with a kernel.

Controls are native, and stand before the picture, where the keyboard meets them first. Beside the picture stands what
keeps its room: the shape of the tallest picture, the longest sentence.
"""

import html
import json
import re
from collections.abc import Sequence

from tipsbook.explore.controls import Control
from tipsbook.explore.declaration import Declaration
from tipsbook.surfaces import inline, spoken

Frame = tuple[str, str]  # the SVG and the sentence of a state
SHAPE = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')


def markup(asked: Declaration, start: Frame, frames: Sequence[Frame], key: str = "") -> str:
    """Return the custom element; `frames` are those known by now, `start` is that of the start state.

    On a page `key` names the file of all frames. With a kernel there is none, and no address of a state either. The
    element says by number which state was asked for, and which is drawn.
    """
    controls = "".join(native(asked.label(name), control) for name, control in asked.controls.items())
    picture, sentence = start
    longest = max((said for _, said in frames), key=len)
    rest = f' data-frames="{key}">' if key else f">{inline({})}"
    return (
        f'<tips-explore data-asked="{asked.start}" data-drawn="{asked.start}"{rest}'
        f'<div class="controls">{controls}</div>'
        f'<div class="picture" style="aspect-ratio: {shape(frames)}">{spoken(picture, sentence)}</div>'
        f'<div class="room" data-longest="{html.escape(longest)}">'
        f'<p class="say" aria-live="polite">{html.escape(sentence)}</p></div>{tries(asked, bool(key))}</tips-explore>'
    )


def shape(frames: Sequence[Frame]) -> str:
    """Return width and height of the tallest picture, as CSS has them.

    >>> shape([('<svg viewBox="0 0 360 200">', ""), ('<svg viewBox="0 0 360 240">', "")])
    '360 / 240'
    """
    sizes = [SHAPE.findall(svg)[0] for svg, _ in frames]
    width, height = min(sizes, key=lambda size: float(size[0]) / float(size[1]))
    return f"{width} / {height}"


def tries(asked: Declaration, link: bool) -> str:
    """Return the row below the sentence: a button for each try, one that undoes a move, the address of the state."""
    if not asked.tries and not link:
        return ""
    present = [control.start for control in asked.controls.values()]
    buttons = ""
    for label in asked.tries:
        places = asked.places(label)
        pressed = all(place in (None, now) for place, now in zip(places, present, strict=True))
        buttons += (
            f'<button type="button" data-places="{json.dumps(places)}" aria-pressed="{str(pressed).lower()}">'
            f"{html.escape(label)}</button> "
        )
    if buttons:
        undo = '<button type="button" class="undo" style="visibility: hidden">Undo</button>'
        buttons = f"<span>Try</span> {buttons}{undo}"
    address = '<a class="link" aria-label="Link to this state of the figure">Link</a>' * link
    return f'<div class="tries" role="group" aria-label="Moves to try">{buttons}{address}</div>'


def native(label: str, control: Control) -> str:
    """Return one native control inside its label; the value of a slider stands where its thumb does."""
    name, texts = html.escape(label), [html.escape(t) for t in control.texts]
    if control.kind == "toggle":
        return f'<label><input type="checkbox"{" checked" * control.start}> <span>{name}</span></label>'
    if control.kind == "choice":
        options = "".join(f"<option{' selected' * (i == control.start)}>{t}</option>" for i, t in enumerate(texts))
        return f'<label><span>{name}</span> <select autocomplete="off">{options}</select></label>'
    values, last = html.escape(json.dumps(control.texts, ensure_ascii=False)), len(texts) - 1
    return (
        f'<label style="--at: {control.start / max(last, 1):.4g}"><span>{name}</span> <input type="range" min="0" '
        f'max="{last}" value="{control.start}" autocomplete="off" aria-valuetext="{texts[control.start]}" '
        f'data-texts="{values}"> <output>{texts[control.start]}</output></label>'
    )
