"""The live comparison: where it finds the comparisons, and the lines that say how far apart the libraries are."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "library"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the largest deviation from each peer; properties of reports also come from other processes."""
    worst: dict[str, tuple[float, str]] = {}
    for report in terminalreporter.stats.get("passed", []):
        for name, value in getattr(report, "user_properties", []):
            if name.startswith("deviation from "):
                worst[name] = max(worst.get(name, (0.0, "")), (value, report.nodeid.rpartition("[")[2].rstrip("]")))
    for name, (size, place) in sorted(worst.items()):
        terminalreporter.write_line(f"largest {name}: {size:.1e} ({place})")
