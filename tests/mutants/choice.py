"""Which tests could notice a mutant."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path

import grimp

from .mutations import Mutant
from .record import Record, Test


class Choice:
    """Chooses the tests that could notice a mutant, those that are quick first.

    Code in a function is noticed by tests that run its statement. Code that runs on import is noticed by tests that run
    a function of its module, or of a module that imports this in one or more steps; by tests whose own module imports
    it; and by tests that run no function at all, as what they look at is made on import. The nearest come first.
    """

    def __init__(self, root: Path, record: Record) -> None:
        sys.path[:0] = [str(root), str(root / "src")]
        packages = sorted(path.parent.name for path in root.glob("src/*/__init__.py"))
        self._graph = grimp.build_graph(*packages, "tests", exclude_type_checking_imports=True, cache_dir=None)
        self._outside = record.outside
        self._tests = [test for test in record.tests if test.outcome == "passed"]
        self._modules = {test: self._modules_run_by(test) for test in self._tests}

    def _modules_run_by(self, test: Test) -> set[str]:
        """Return the modules of which a test runs a function."""
        outside = self._outside
        return {_module(path) for path, lines in test.lines.items() if not outside.get(path, set()).issuperset(lines)}

    def tests_for(self, mutant: Mutant) -> list[Test]:
        """Return the tests in the order in which to run them."""
        lines = set(range(mutant.first_line, mutant.last_line + 1))
        groups: list[list[Test]] = []
        if not mutant.runs_on_import:
            groups.append([test for test in self._tests if not lines.isdisjoint(test.lines.get(mutant.path, ()))])
        if mutant.runs_on_import or not lines.isdisjoint(self._outside.get(mutant.path, ())):
            groups.extend(
                [test for test in self._tests if near & {*self._modules[test], _module(test.file)}]
                for near in self._modules_by_distance(_module(mutant.path))
            )
            groups.append([test for test in self._tests if not self._modules[test]])
        return list(dict.fromkeys(test for group in groups for test in sorted(group, key=attrgetter("seconds"))))

    def _modules_by_distance(self, module: str) -> Iterator[set[str]]:
        """Yield a module with the modules of tests that import it, then the modules that import it, and so on."""
        near = {module}
        seen: set[str] = set()
        while near:
            seen |= near
            importers = {each for name in near for each in self._graph.find_modules_that_directly_import(name)}
            if near == {module}:
                yield near | self._importing({each for each in importers if _is_of_tests(each)})
            else:
                yield near
            near = {each for each in importers - seen if not _is_of_tests(each)}

    def _importing(self, modules: set[str]) -> set[str]:
        """Return modules and all that import them in one or more steps."""
        return modules.union(*(self._graph.find_downstream_modules(each) for each in modules))


def _is_of_tests(module: str) -> bool:
    return module.partition(".")[0] == "tests"


def _module(path: str) -> str:
    return ".".join(part for part in Path(path.removeprefix("src/")).with_suffix("").parts if part != "__init__")
