"""The diagnosis clinic: real runs that went wrong. The reader names the disease, then the treatment, and sees it work.

`clinic(path)` reads what the patients say and are told from a TOML file and their curves from the `.npz` beside it. It
has the three surfaces of `explore`: a form under a chart on the built page, ipywidgets with a kernel, a picture
and a text elsewhere.
"""

from tipsbook.clinic.cases import Case, Course, read
from tipsbook.clinic.declaration import clinic

__all__ = ["Case", "Course", "clinic", "read"]
