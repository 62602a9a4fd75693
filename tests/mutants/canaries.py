"""Changes that tests must notice: they show that tests import from the copy in which they run.

Without any change the tests pass. A package that ends the process which imports it ends that of the tests. One that
ends every other process fails the tests that start one.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

from .chooser import PROCESS
from .copies import Copies
from .record import Record, Test
from .trial import run_tests

_STATUS = 86
_END = f"\nimport os\nos._exit({_STATUS})\n".encode()
_END_OTHERS = f'\nimport os\nif os.environ.get("{PROCESS}") != str(os.getpid()):\n    os._exit({_STATUS})\n'.encode()


def failing_canaries(copies: Copies, record: Record) -> list[str]:
    """Return what is wrong with how tests are run, if anything."""
    (package,) = (path.relative_to(copies.tree).as_posix() for path in copies.tree.glob("src/*/__init__.py"))
    source = (copies.tree / package).read_bytes()
    statements = {statement.lineno for statement in ast.parse(source).body} & record.outside[package]
    passing = [test for test in record.tests if test.outcome == "passed"]
    one_of_each = _quickest_of_each_file(passing)
    # Those of which another process than that of the tests imports the package.
    starting = _quickest_of_each_file(test for test in passing if statements & set(test.lines.get(package, ())))
    complaints = []
    with copies.fresh() as copy:
        status, failed = run_tests(copy, one_of_each, record)
        if status != 0:
            complaints.append(f"Tests fail without any change: {', '.join(failed)}.")
    with copies.fresh({package: source + _END}) as copy:
        status, _ = run_tests(copy, one_of_each, record)
        if status != _STATUS:
            complaints.append("Tests do not import the program from the copy in which they run.")
    with copies.fresh({package: source + _END_OTHERS}) as copy:
        _, failed = run_tests(copy, starting, record)
        # A test may pass because its process did nothing, as one does that asserts what is not run.
        if 2 * len(failed) <= len(starting):
            named = ", ".join(test.id for test in starting if test.id not in failed)
            complaints.append(f"Tests start processes that do not import the program from the copy: {named}.")
    return complaints


def _quickest_of_each_file(tests: Iterable[Test]) -> list[Test]:
    chosen: dict[str, Test] = {}
    for test in sorted(tests, key=lambda test: test.seconds, reverse=True):
        chosen[test.file] = test
    return list(chosen.values())
