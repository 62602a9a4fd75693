"""Runs the tests against a mutant."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass

from .choice import Choice
from .chooser import PLAN
from .copies import Copies, Copy
from .equivalents import Equivalents
from .mutations import Mutant
from .record import Record, Test

# Under one hash seed a set may happen to be in order. Of two elements, 15 of 16 mutants are noticed under one of these
# at the latest; of more, nearly all.
_HASH_SEEDS = ("0", "1", "2", "3")
_QUICK_TESTS = 60
_QUICK_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a mutant came to; `note` has the first test that failed, or why there is none."""

    mutant: Mutant
    verdict: str
    note: str
    seconds: float


class Trials:
    """Runs tests against mutants, each in a copy of its own, unless it is known why no test can notice it."""

    def __init__(self, copies: Copies, record: Record, equivalents: Equivalents) -> None:
        self._copies = copies
        self._equivalents = equivalents
        self._record = record
        self._choice = Choice(copies.tree, record)

    def run(self, mutant: Mutant) -> Outcome:
        """Run the tests that could notice a mutant until one fails.

        The hash seed is fixed, so that a mutant always gets the same verdict. What may only show in the order of a set
        is tried under several.
        """
        reason = self._equivalents.reason(mutant)
        if reason is not None:
            return Outcome(mutant, "explained", reason, 0)
        began = time.monotonic()
        tests = self._choice.tests_for(mutant)
        verdict, note = "survived", f"{len(tests)} tests" if tests else "no test runs it"
        source = (self._copies.tree / mutant.path).read_bytes()
        with self._copies.fresh({mutant.path: mutant.apply(source)}) as copy:
            for stage in _stages(tests):
                for seed in _HASH_SEEDS if mutant.may_leak_order else _HASH_SEEDS[:1]:
                    if verdict == "survived":
                        verdict, note = self._verdict(copy, stage, seed, note)
        return Outcome(mutant, verdict, note, time.monotonic() - began)

    def _verdict(self, copy: Copy, tests: Sequence[Test], seed: str, note: str) -> tuple[str, str]:
        status, failed = run_tests(copy, tests, self._record, "-x", seed=seed)
        if status in {None, -signal.SIGALRM}:
            return "timeout", "takes too long"
        # 5: the change has left no test to be run.
        if status in {0, 5}:
            return "survived", note
        return "killed", failed[0] if failed else "pytest does not start"


def run_tests(
    copy: Copy, tests: Sequence[Test], record: Record, *options: str, seed: str = "0"
) -> tuple[int | None, list[str]]:
    """Run tests in a copy; return the exit status, None if it took too long, and what failed."""
    failed, finished = copy.folder / "failed", copy.folder / "finished"
    finished.unlink(missing_ok=True)
    plan = {
        "limits": {test.id: _seconds_allowed(test) for test in tests},
        "known": [test.id for test in record.tests],
        "failed": str(failed),
        "finished": str(finished),
    }
    (copy.folder / "plan").write_text(json.dumps(plan), encoding="utf-8")
    variables = {PLAN: str(copy.folder / "plan"), "PYTHONHASHSEED": seed}
    files = sorted({test.file for test in tests})
    seconds = 300 + 5 * sum(test.seconds for test in tests)
    status, _ = copy.pytest("-p", "tests.mutants.chooser", *options, *files, variables=variables, seconds=seconds)
    # What is run may end the process of the tests as if all were well.
    status = 1 if status == 0 and not finished.exists() else status
    return status, failed.read_text(encoding="utf-8").splitlines() if failed.exists() else []


def _seconds_allowed(test: Test) -> int:
    return 20 + round(10 * test.seconds)


def _stages(tests: Sequence[Test]) -> list[Sequence[Test]]:
    """Return the quick tests, which are in few modules, and the rest."""
    number, seconds = 0, 0.0
    while number < min(_QUICK_TESTS, len(tests)) and seconds < _QUICK_SECONDS:
        seconds += tests[number].seconds
        number += 1
    return [part for part in (tests[:number], tests[number:]) if part]
