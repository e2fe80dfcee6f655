"""How fast the figures answer: on the built page, and live in JupyterLab beside ipywidgets.interact.

`make bench` prints the tables and writes them to benchmarks/results/widgets.md.
"""

import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles

from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "tests" / "binder")]

from browser import browsing  # noqa: E402 - after the path is known
from lab import Notebook, jupyterlab, make_environment, write_notebook  # noqa: E402
from serve import serving  # noqa: E402

CHAPTER = "training/vanishing-gradients"
RESULTS = ROOT / "benchmarks" / "results" / "widgets.md"
ROUNDS = 20
LIVE_CELLS = {1: "`explore`", 2: "`ipywidgets.interact`"}

PAINTED = """
// Resolve after the frame in which what has changed by now is painted.
const painted = () => new Promise(done => requestAnimationFrame(() => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => done(performance.now());
  port2.postMessage(0);
}));
const pause = ms => new Promise(done => setTimeout(done, ms));
"""

# Move every control of a widget through its values, at no fixed moment between two frames.
STATIC = (
    "async ([widget, rounds]) => {"
    + PAINTED
    + """
  const controls = [...widget.querySelectorAll(".controls input, .controls select")], times = [];
  for (let i = 0; i < rounds; i++) for (const control of controls) {
    await pause(17 * Math.random());
    if (control.type == "checkbox") control.checked = !control.checked;
    else if (control.type == "range") control.value = (+control.value + 1) % (+control.max + 1);
    else control.selectedIndex = (control.selectedIndex + 1) % control.length;
    const start = performance.now();
    control.dispatchEvent(new Event("input", {bubbles: true}));
    const handled = performance.now();
    times.push([handled - start, await painted() - start]);
  }
  return times;
}"""
)

# After the next key press, wait frame by frame for another picture; count the frames that show none.
LIVE = (
    "output => {"
    + PAINTED
    + """
  const picture = () => output.querySelector("svg[role=img]")?.outerHTML
    ?? [...output.querySelectorAll("img")].find(img => img.complete && img.naturalWidth)?.src;
  const before = picture();
  window.answered = new Promise((done, fail) => document.addEventListener("keydown", async () => {
    const start = performance.now();
    let now, empty = 0;
    do {
      await painted();
      now = picture();
      empty += !now;
      if (performance.now() - start > 20000) fail("No other picture came within 20 s.");
    } while (!now || now == before);
    done([performance.now() - start, empty]);
  }, { capture: true, once: true }));
}"""
)

DRAWING = """\
import matplotlib.pyplot as plt
import numpy as np
from IPython.display import display
from ipywidgets import IntSlider, interact
from tipslib import plotting
from tipsbook.explore import explore, slider

plt.rcParams.update(plotting.style())

def draw(depth):
    bars = {"deltas": (depth / 40) ** np.arange(10)[::-1], "weight gradients": 0.5 ** np.arange(10)[::-1]}
    return plotting.layer_bars(bars, ylabel="relative to last hidden layer")
"""
EXPLORE = 'explore(draw, lambda depth: f"{depth} layers.", depth=slider(1, 40, start=3))'
INTERACT = "interact(lambda depth: display(draw(depth)), depth=IntSlider(3, 1, 40));"


def row(name: str, *columns: list[float]) -> str:
    """Return a line of a table: medians and 95 % points in milliseconds."""
    cells = [f"{median(c):.1f} | {quantiles(c, n=20)[-1]:.1f}" for c in columns]
    return f"| {name} | {len(columns[0])} | {' | '.join(cells)} |"


def built_page(browser: Browser) -> Iterator[str]:
    """Measure each widget of the built chapter; yield the lines of a table."""
    yield "| widget | events | handler, median (ms) | 95 % | event to paint, median (ms) | 95 % |"
    yield "|---|---|---|---|---|---|"
    everything = []
    with serving() as address:
        page = browser.new_page(viewport={"width": 1350, "height": 900})
        page.goto(f"{address}/{CHAPTER}.html")
        for i, widget in enumerate(page.locator("tips-explore").all(), start=1):
            widget.scroll_into_view_if_needed()
            handle = widget.element_handle()
            page.wait_for_function("w => w.hasAttribute('data-ready')", arg=handle)
            times = page.evaluate(STATIC, [handle, ROUNDS])
            everything += times
            yield row(f"{i}: {widget.locator('label').first.inner_text().split(chr(10))[0]}", *zip(*times, strict=True))
        page.close()
    yield row("all", *zip(*everything, strict=True))


def key_to_figure(page: Page, output, handle) -> tuple[float, int]:
    """Press a key on a slider; return the milliseconds until another picture is painted, and the empty frames."""
    page.evaluate(LIVE, output.element_handle())
    handle.press("ArrowRight")
    answer = page.evaluate("window.answered")
    page.wait_for_timeout(200)
    return answer


def live(browser: Browser) -> Iterator[str]:
    """Measure `explore` and `interact` in one notebook, in turns; yield the lines of a table."""
    yield "| with a kernel | keys | key to figure, median (ms) | 95 % | frames without a picture |"
    yield "|---|---|---|---|---|"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        repository = make_environment(folder)
        write_notebook(repository / "bench.ipynb", DRAWING, EXPLORE, INTERACT)
        with jupyterlab(folder, repository) as address:
            page = browser.new_page(viewport={"width": 1350, "height": 1600})
            notebook = Notebook(page, address, "bench.ipynb")
            notebook.run_all()
            outputs = {name: notebook.code.nth(i).locator(".jp-OutputArea").first for i, name in LIVE_CELLS.items()}
            times = {name: [] for name in outputs}
            for _ in range(ROUNDS):
                for name, output in outputs.items():
                    times[name].append(key_to_figure(page, output, output.locator("input[type=range], .noUi-handle")))
            page.close()
    for name, measured in times.items():
        milliseconds, empty = zip(*measured, strict=True)
        yield f"{row(name, milliseconds)} {sum(empty)} |"


def main() -> None:
    """Print both tables and write them to the results."""
    with browsing() as browser:
        versions = f"Chromium {browser.version}, Python {platform.python_version()}, {os.cpu_count()} cores"
        lines = ["# How fast the figures answer", "", f"Written by `make bench`: {versions}.", ""]
        lines += [f"## Built page, no kernel: {CHAPTER}", "", *built_page(browser), ""]
        lines += ["## JupyterLab: the same drawing, a key press on its slider", "", *live(browser), ""]
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text("\n".join(lines), encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
