"""The diagnosis clinic: real runs that went wrong. The reader names the disease, then the treatment, and sees it work.

`clinic(path)` reads what the patients say and are told from a TOML file and their curves from the `.npz` beside it. It
is a form under a chart on the built page and with a kernel, a picture and a text elsewhere.
"""

from pathlib import Path

from tipsbook import surfaces
from tipsbook.clinic.cases import VITALS, Case, Course, read
from tipsbook.clinic.chart import chart
from tipsbook.clinic.live import widget
from tipsbook.clinic.page import element
from tipslib.plotting import png

__all__ = ["Case", "Course", "clinic", "read"]


def clinic(path: str | Path) -> surfaces.Shown:
    """Show the patients of a TOML file and of the `.npz` beside it: charts, two questions each, the treated runs.

    Raises ValueError for a patient without runs or texts, as `read` does.
    """
    cases = read(path)
    first = cases[0]
    measured = "".join(
        f"\n  {name}: {value} (usual: {usual})"
        for (name, usual), value in zip(VITALS.items(), first.sick.vitals(), strict=True)
    )
    return surfaces.show(
        f"Patient 1 of {len(cases)}. {first.story}\n{first.sick.say()}{measured}\n{first.disease!r}",
        static=lambda: element(cases, surfaces.frames_folder()),
        live=lambda: widget(cases),
        picture=lambda: png(chart(first)),
    )
