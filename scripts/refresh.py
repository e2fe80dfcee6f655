"""Write the exercise stubs into the chapters, run the notebooks and store the outputs that are exact.

A solution and its stub have one source, the cell of `book/solutions/<chapter>.ipynb` whose metadata name the exercise.
Its lines between `# begin solution` and `# end solution` become `...` in the chapter, or, where some of them start with
`#| `, those lines without this prefix. Only the cells tagged `nbval-check-output` keep outputs and execution counts.
"""

import copy
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parent.parent
BOOK = ROOT / "book"
EXACT = "nbval-check-output"


def stub(source: str) -> str:
    r"""Return what a reader starts from, given a solved cell.

    >>> print(stub("def half(x):\n    # begin solution\n    return x / 2\n    # end solution"))
    def half(x):
        ...
    >>> stub("# begin solution\n#| half = 3 * x\nhalf = x / 2\n# end solution")
    'half = 3 * x'
    """
    lines: list[str] = []
    block: list[str] | None = None
    for line in source.splitlines():
        if line.strip() == "# begin solution":
            if block is not None:
                raise ValueError(f"A solution begins inside a solution:\n{source}")
            block, indent = [], line[: line.index("#")]
        elif line.strip() == "# end solution":
            if block is None:
                raise ValueError(f"A solution ends that has not begun:\n{source}")
            faulty = [line.replace("#| ", "", 1) for line in block if line.lstrip().startswith("#| ")]
            lines += faulty or [f"{indent}..."]
            block = None
        else:
            (lines if block is None else block).append(line)
    if block is not None or lines == source.splitlines():
        raise ValueError(f"A solved cell needs `# begin solution` and `# end solution`:\n{source}")
    return "\n".join(lines)


def exercise_cells(notebook: nbformat.NotebookNode) -> dict[str, nbformat.NotebookNode]:
    """Return the code cells that belong to exercises, by the exercise's name."""
    return {c.metadata["exercise"]: c for c in notebook.cells if c.cell_type == "code" and "exercise" in c.metadata}


def write_stubs(chapter: nbformat.NotebookNode, solutions: nbformat.NotebookNode) -> None:
    """Put the stub of every solution into the chapter's cell of the same exercise."""
    stubs, solved = exercise_cells(chapter), exercise_cells(solutions)
    if stubs.keys() != solved.keys():
        raise ValueError(f"These exercises are in one notebook alone: {sorted(stubs.keys() ^ solved.keys())}.")
    for name, cell in stubs.items():
        cell.source = stub(solved[name].source)


def run(notebook: nbformat.NotebookNode, folder: Path) -> None:
    """Run a notebook; keep the exact outputs, and nothing else that a run leaves behind."""
    metadata = copy.deepcopy(notebook.metadata)
    client = NotebookClient(notebook, timeout=3600, record_timing=False, resources={"metadata": {"path": str(folder)}})
    client.execute()
    notebook.metadata = metadata  # a run adds the version of this machine's Python
    clear(notebook)


def clear(notebook: nbformat.NotebookNode) -> None:
    """Remove outputs and execution counts except those of the cells tagged as exact."""
    for cell in notebook.cells:
        if cell.cell_type == "code" and EXACT not in cell.metadata.get("tags", []):
            cell.outputs, cell.execution_count = [], None


def write(path: Path, notebook: nbformat.NotebookNode) -> bool:
    """Write a notebook where it differs from the file; return whether it did."""
    nbformat.validate(notebook)
    text = nbformat.writes(notebook) + "\n"
    changed = text != path.read_text(encoding="utf-8")
    if changed:
        path.write_text(text, encoding="utf-8")
    return changed


def main(names: list[str]) -> None:
    """Refresh all notebooks, or those whose names are given, such as `vanishing-gradients`."""
    paths = sorted(path for path in BOOK.glob("[!_]*/*.ipynb") if not names or path.stem in names)
    notebooks = {path: nbformat.read(path, as_version=4) for path in paths}
    for path, chapter in notebooks.items():
        solutions = BOOK / "solutions" / path.name
        if solutions in notebooks and path != solutions:
            write_stubs(chapter, notebooks[solutions])
    for path, notebook in notebooks.items():
        start = time.perf_counter()
        run(notebook, path.parent)
        verdict = "written" if write(path, notebook) else "unchanged"
        print(f"{path.relative_to(ROOT)}: {verdict}, {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
