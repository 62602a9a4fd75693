"""A plugin of pytest that records, for each test, how long it takes and which code runs during it.

It works in the workers of pytest-xdist, and they have to measure their coverage. What runs in a process that a test
starts is counted for that test, what runs in a shared fixture for each test that uses the fixture, and what runs
outside of tests, such as on import, for none.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import sys
from collections.abc import Generator
from functools import _lru_cache_wrapper
from pathlib import Path
from typing import Any

import coverage
import pytest
from hypothesis import Phase, settings

CONTEXT, FOLDER = "MUTANTS_CONTEXT", "MUTANTS_FOLDER"
# What contexts of shared fixtures begin with.
SHARED = "fixture "


def pytest_configure(config: pytest.Config) -> None:
    """Record in the workers."""
    worker = getattr(config, "workerinput", {}).get("workerid")
    if worker:
        config.pluginmanager.register(_Recorder(worker))


def stop_at_the_first_example() -> None:
    """Let a random test that fails end without a search for a simpler example, and remember nothing of it."""
    settings.register_profile("mutants", phases=[Phase.explicit, Phase.generate], database=None)
    settings.load_profile("mutants")


class _Recorder:
    def __init__(self, worker: str) -> None:
        self._worker = worker
        self._tests: dict[str, dict[str, Any]] = {}
        self._caches: list[_lru_cache_wrapper[Any]] = []

    def pytest_sessionstart(self) -> None:
        """Import every module of the program, so that no test is taken for the reason why it is imported."""
        stop_at_the_first_example()
        _enter("")
        for name in sorted(path.parent.name for path in Path("src").glob("*/__init__.py")):
            package = importlib.import_module(name)
            for module in pkgutil.walk_packages(package.__path__, f"{name}."):
                if not module.name.endswith(".__main__"):
                    importlib.import_module(module.name)

    def pytest_collection_finish(self) -> None:
        """Find what a test could take from a cache instead of running it."""
        here = str(Path.cwd())
        own = {name for name, module in sys.modules.items() if str(getattr(module, "__file__", "")).startswith(here)}
        caches = [each for each in gc.get_objects() if isinstance(each, _lru_cache_wrapper)]
        self._caches = [each for each in caches if getattr(each, "__module__", "") in own]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Record what runs during a test, with nothing remembered from earlier ones."""
        fixtures = sorted(getattr(item, "fixturenames", []))
        context = f"{item.nodeid.partition('::')[0]} {self._worker} {len(self._tests)}"
        self._tests[item.nodeid] = {"context": context, "seconds": 0.0, "outcome": "passed", "fixtures": fixtures}
        for each in self._caches:
            each.cache_clear()
        _enter(context)
        result = yield
        _enter("")
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Generator[None, object, object]:
        """Record what runs in a fixture that several tests share."""
        outer = os.environ[CONTEXT]
        if fixturedef.scope != "function":
            _enter(f"{SHARED}{fixturedef.argname}")
        try:
            return (yield)
        finally:
            _enter(outer)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Record what a test came to."""
        test = self._tests[report.nodeid]
        test["seconds"] += report.duration
        if report.outcome != "passed" and test["outcome"] != "failed" and not hasattr(report, "wasxfail"):
            test["outcome"] = report.outcome

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """Write what was recorded."""
        measured = coverage.Coverage.current()
        assert measured is not None
        measured.stop()
        measured.save()
        path = Path(os.environ[FOLDER], f"tests-{self._worker}.json")
        path.write_text(json.dumps(self._tests), encoding="utf-8")


def _enter(context: str) -> None:
    """Count what runs from now on, in this process and in those that it starts, for a context."""
    measured = coverage.Coverage.current()
    assert measured is not None
    measured.switch_context(context)
    os.environ[CONTEXT] = context
