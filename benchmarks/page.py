"""How large the page of ``graph --format html`` is, and how long it takes to make it, open it, and expand packages."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, sync_playwright

from benchmarks import tools
from benchmarks.programs import Release
from benchmarks.timing import Run, run

HEAD = (
    "program",
    "making it, CPU seconds",
    "size, MB",
    "opening, CPU ms",
    "expanding a package, CPU ms",
    "the slowest",
)

_PACKAGES = "[...document.querySelectorAll('.more')].map((each) => each.ariaLabel)"
_CLICK = """(label) => {
  document.querySelector(`[aria-label="${label}"]`).click();
  document.body.getBoundingClientRect();
}"""


@dataclass(frozen=True)
class Measured:
    """What a page took: the run that made it, its size in bytes, and milliseconds of CPU; ``expanding`` by package."""

    made: Run
    size: int
    opening: float
    expanding: dict[str, float]

    @property
    def cells(self) -> Sequence[str]:
        """The cells of its row, after the program."""
        label, slowest = max(self.expanding.items(), key=lambda each: each[1])
        return (
            f"{self.made.cpu:.1f}",
            f"{self.size / 1e6:.2f}",
            f"{self.opening:.0f}",
            f"{median(self.expanding.values()):.0f}",
            f"{slowest:.0f} ({label.removeprefix('Expand ')})",
        )


def measure(release: Release, runs: int) -> Measured:
    """Make the page of a program and open it in Chromium; times in it are medians of so many tabs."""
    package = release.program.package
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        release.copy_to(folder)
        output = ("--format", "html", "--output", "page.html")
        made = run([tools.ours().command, "graph", "--no-cache", package, *output], folder)
        file = folder / "page.html"
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=_chromium(), args=["--no-sandbox"])
            tabs = []
            for _ in range(runs):
                tab = browser.new_page(viewport={"width": 1440, "height": 900})
                clock = _Clock(tab)
                opening = clock.time(partial(tab.goto, file.as_uri()))
                tabs.append((opening, _expanding(tab, clock)))
                tab.close()
            browser.close()
        expanding = {label: median(times[label] for _, times in tabs) for label in tabs[0][1]}
        return Measured(made, file.stat().st_size, median(opening for opening, _ in tabs), expanding)


class _Clock:
    """The CPU time of the thread in which a page runs, is laid out and painted."""

    def __init__(self, tab: Page) -> None:
        self._session = tab.context.new_cdp_session(tab)
        self._session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def time(self, action: Callable[[], object]) -> float:
        """Do something and return the milliseconds that it took."""
        before = self._now()
        action()
        return 1000 * (self._now() - before)

    def _now(self) -> float:
        metrics = self._session.send("Performance.getMetrics")["metrics"]
        return float(next(each["value"] for each in metrics if each["name"] == "TaskDuration"))


def _expanding(tab: Page, clock: _Clock) -> dict[str, float]:
    times = {}
    for label in tab.evaluate(_PACKAGES):
        times[label] = clock.time(partial(tab.evaluate, _CLICK, label))
        tab.go_back()
    return times


def _chromium() -> str:
    return shutil.which("chromium") or sys.exit("There is no Chromium: apt-get install chromium")
