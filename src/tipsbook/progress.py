"""What the reader has solved: names in one small file of the reader's own, which nothing sends anywhere.

The environment's ``TIPSLIB_PROGRESS`` names the file; where it is empty, nothing is kept. Without it the file is
``.tipslib-progress.json`` in the reader's home. The site keeps its own list in the browser.
"""

import json
import os
from pathlib import Path


def progress_file() -> Path | None:
    """Return the file that keeps the progress, or None where nothing is kept.

    >>> os.environ["TIPSLIB_PROGRESS"] = ""
    >>> progress_file() is None
    True
    """
    named = os.environ.get("TIPSLIB_PROGRESS")
    return Path(named or Path.home() / ".tipslib-progress.json") if named != "" else None


def solved() -> list[str]:
    """Return the names of the exercises and questions answered right, in alphabetical order.

    >>> os.environ["TIPSLIB_PROGRESS"] = ""
    >>> solved()
    []
    """
    path = progress_file()
    try:
        names = json.loads(path.read_text(encoding="utf-8")) if path else []
    except (OSError, ValueError):  # not there yet, or not ours
        return []
    return sorted({name for name in names if isinstance(name, str)}) if isinstance(names, list) else []


def record(name: str) -> None:
    """Keep the name of what was solved. Where the file cannot be written, the exercise still counts as it stands.

    >>> os.environ["TIPSLIB_PROGRESS"] = ""
    >>> record("sums-1")
    """
    path, known = progress_file(), solved()
    if path and name not in known:
        _write(path, [*known, name])


def clear() -> None:
    """Forget everything.

    >>> os.environ["TIPSLIB_PROGRESS"] = ""
    >>> clear()
    """
    if path := progress_file():
        path.unlink(missing_ok=True)


def _write(path: Path, names: list[str]) -> None:
    new = path.with_name(path.name + ".new")
    try:
        new.write_text(json.dumps(sorted(names), indent=1) + "\n", encoding="utf-8")
        new.replace(path)  # whole or not at all
    except OSError:
        return
