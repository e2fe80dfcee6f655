"""The clinic with a kernel: the element of the page with its texts; charts are drawn for the patient that comes in."""

from collections.abc import Sequence
from typing import Any

from tipsbook import elements
from tipsbook.clinic.cases import Case
from tipsbook.clinic.chart import chart
from tipsbook.clinic.page import markup, told
from tipsbook.surfaces import inline
from tipslib.plotting import svg


def pictures(cases: Sequence[Case], patient: int) -> dict[int, str]:
    """Return both charts of a patient, sick and treated, by their numbers among all charts."""
    return {2 * patient + i: svg(chart(cases[patient], bool(i)), f"t{patient}{'ab'[i]}-") for i in (0, 1)}


def texts(case: Case) -> dict[str, Any]:
    """Return what is said of a patient; the page to read on has a name, but a notebook has no page to lead to."""
    return told(case) | {"reading": case.reading and (None, case.reading[1])}


def widget(cases: Sequence[Case]) -> Any:
    """Return the widget, its first patient in."""
    first = pictures(cases, 0)
    data = {
        "cases": [texts(case) for case in cases],
        "say": [run.say() for case in cases for run in (case.sick, case.treated)],
        "pictures": first,
    }
    made = elements.widget(markup(cases, f"<tips-clinic>{inline(data)}", first[0]), "frames", "clinic")

    def bring(change: Any) -> None:
        made.pictures = pictures(cases, change["new"])

    made.observe(bring, "asked")
    return made
