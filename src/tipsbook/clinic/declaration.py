"""What `clinic` was asked for, in the form that the surface can show."""

from pathlib import Path

from tipsbook import surfaces
from tipsbook.clinic.cases import VITALS, read
from tipsbook.clinic.chart import chart
from tipsbook.explore.declaration import Explore
from tipslib.plotting import png


def clinic(path: str | Path) -> Explore:
    """Show the patients of a TOML file and of the `.npz` beside it: charts, two questions each, the treated runs.

    Raises ValueError for a patient without runs or texts, as `read` does.
    """
    cases = read(path)
    surface = surfaces.current()
    first = cases[0]
    measured = "".join(
        f"\n  {name}: {value} (usual: {usual})"
        for (name, usual), value in zip(VITALS.items(), first.sick.vitals(), strict=True)
    )
    text = f"Patient 1 of {len(cases)}. {first.story}\n{first.sick.say()}{measured}\n{first.disease!r}"
    if surface == "static":
        from tipsbook.clinic.page import element

        return Explore(text, html=element(cases, Path(path), surfaces.frames_folder()))
    if surface == "live":
        from tipsbook.clinic.live import box

        return Explore(text, widget=box(cases))
    return Explore(text, png=png(chart(first)))
