"""The clinic on the static page: the charts are frames, packed as those of `explore`, the questions data beside them.

The first patient stands in the page, the others in the file of the frames; `scripts/clinic.js` brings them in.
"""

import html
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tipsbook.clinic.cases import VITALS, Case
from tipsbook.clinic.chart import chart
from tipsbook.explore.controls import choice, toggle
from tipsbook.explore.declaration import Declaration
from tipsbook.explore.markup import native
from tipsbook.explore.page import keep, render
from tipsbook.quiz import Question
from tipsbook.surfaces import spoken

IN_SIGHT = 10  # patients; the others stand in a group of their own, below


def element(cases: Sequence[Case], folder: Path) -> str:
    """Return the HTML of the clinic; its frames and texts lie in `<key>.js` in `folder`."""
    key, frames = keep(render(declaration(cases)), 0, folder, cases=[told(case) for case in cases])
    return markup(cases, f'<tips-clinic data-frames="{key}">', frames[0][0])


def declaration(cases: Sequence[Case]) -> Declaration:
    """Return the charts as the states of two controls: patient, treated."""
    return Declaration(
        lambda patient, treated: chart(cases[patient], treated),
        lambda patient, treated: (cases[patient].treated if treated else cases[patient].sick).say(),
        {"patient": choice(range(len(cases))), "treated": toggle()},
    )


def told(case: Case) -> dict[str, Any]:
    """Return what the page says of a patient."""
    return {
        "story": case.story,
        "vitals": list(zip(case.sick.vitals(), case.treated.vitals(), strict=True)),
        "questions": [{"options": q.options, "right": q.right} for q in case.questions],
        "cure": case.cure,
        "reading": case.reading,
    }


def markup(cases: Sequence[Case], opening: str, start: str) -> str:
    """Return the custom element with its first patient; what comes after the second question waits empty.

    `opening` is the start tag, which names the element's file, or the start tag and its data; `start` the first chart.
    """
    first = cases[0]
    patients = native("patient", choice([f"{i + 1} of {len(cases)}" for i in range(len(cases))]))
    more = f"<option>{IN_SIGHT + 1} of "
    if more in patients:
        patients = patients.replace(more, f'<optgroup label="more patients">{more}').replace(
            "</select>", "</optgroup></select>"
        )
    said = html.escape(first.sick.say())
    return (
        f'{opening}<div class="controls">{patients}'
        '<span><button type="button" class="back">Previous</button> '
        '<button type="button" class="next">Next</button></span></div>'
        f'<p class="story" aria-live="polite">{html.escape(first.story)}</p>'
        f'<div class="picture">{spoken(start, first.sick.say())}</div><p class="say" aria-live="polite">{said}</p>'
        f"{table(first)}{form(first.disease)}{form(first.treatment, hidden=True)}"
        '<p class="cure" aria-live="polite"></p><div class="healed" hidden><div class="pair">'
        '<div><p>before</p><div class="picture"></div></div>'
        '<div><p>treated</p><div class="picture"></div></div></div>'
        f'<p class="say"></p>{table(first, treated=True)}<p class="reading" hidden>Read on: <a></a></p></div>'
        "</tips-clinic>"
    )


def table(case: Case, treated: bool = False) -> str:
    """Return the table of the three statistics, of the sick run or of both."""
    columns = [case.sick.vitals(), case.treated.vitals()][: 1 + treated]
    heads = ["this run", *["treated"][:treated], "usual"]
    head = "".join(f'<th scope="col">{text}</th>' for text in heads)
    rows = ""
    for (name, usual), *values in zip(VITALS.items(), *columns, strict=True):
        cells = "".join(f"<td>{html.escape(text)}</td>" for text in (*values, usual))
        rows += f'<tr><th scope="row">{html.escape(name)}</th>{cells}</tr>'
    return f'<table class="vitals"><thead><tr><td></td>{head}</tr></thead><tbody>{rows}</tbody></table>'


def form(question: Question, hidden: bool = False) -> str:
    """Return a question as a native form, with a button for those who want to be told."""
    fields = "" if hidden else question.fields()
    return (
        f'<form novalidate data-name="{question.name}"{" hidden" * hidden}><fieldset>'
        f'<legend>{html.escape(question.text)}</legend><div class="options">{fields}</div></fieldset>'
        '<button type="submit">Answer</button> <button type="button" class="tell">Show me</button>'
        '<p class="reply" role="status"></p></form>'
    )
