"""A plugin of pytest that runs chosen tests in a given order, each within a time limit.

A test that is new, such as one that the change makes, is run last.
"""

from __future__ import annotations

import json
import os
import resource
import signal
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from .recorder import stop_at_the_first_example

PLAN, PROCESS = "MUTANTS_PLAN", "MUTANTS_PROCESS"
_SECONDS_TO_START = 120
_SECONDS_FOR_A_NEW_TEST = 60
_BYTES = 4 << 30


def pytest_configure(config: pytest.Config) -> None:
    """Limit what a test may take, and read which ones are chosen."""
    # A change may make a loop endless, and what it does there may need more and more memory.
    signal.alarm(_SECONDS_TO_START)
    resource.setrlimit(resource.RLIMIT_AS, (_BYTES, resource.getrlimit(resource.RLIMIT_AS)[1]))
    config.pluginmanager.register(_Chooser(json.loads(Path(os.environ[PLAN]).read_text(encoding="utf-8"))))


# Before the program is imported: a canary tells by this whether it runs in the process of the tests.
os.environ[PROCESS] = str(os.getpid())


class _Chooser:
    def __init__(self, plan: dict[str, Any]) -> None:
        self._limits: dict[str, int] = plan["limits"]
        self._known: set[str] = set(plan["known"])
        self._failed = Path(plan["failed"])
        self._finished = Path(plan["finished"])

    def pytest_sessionstart(self) -> None:
        stop_at_the_first_example()

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Leave out what is not chosen, and put the rest in order."""
        order = {identity: number for number, identity in enumerate(self._limits)}
        left_out = [item for item in items if item.nodeid in self._known - order.keys()]
        items[:] = [item for item in items if item.nodeid not in self._known - order.keys()]
        items.sort(key=lambda item: order.get(item.nodeid, len(order)))
        config.hook.pytest_deselected(items=left_out)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """End the process where a test takes too long."""
        signal.alarm(self._limits.get(item.nodeid, _SECONDS_FOR_A_NEW_TEST))
        result = yield
        signal.alarm(_SECONDS_TO_START)
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a test that fails."""
        self._note(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note a module that cannot be imported."""
        self._note(report)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """Note that the process was not ended by what it ran."""
        self._finished.touch()

    def _note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if report.failed:
            with self._failed.open("a", encoding="utf-8") as file:
                file.write(f"{report.nodeid}\n")
