"""Calls in a copy of the process: the same result as a call here, whatever happens to the copy."""

from __future__ import annotations

import errno
import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from import_contracts.problems import Problem, UserError
from import_contracts.reading.context import RunContext
from import_contracts.reading.forked import CAN_FORK
from import_contracts.reading.processes import asking, in_process
from tests.support.arranging import lint, write

copies = pytest.mark.skipif(not CAN_FORK, reason="processes are copied only on Linux")


def context(folder: Path, jobs: int = 2) -> RunContext:
    return RunContext(folder, jobs=jobs)


@copies
def test_a_call_is_made_in_another_process(tmp_path: Path) -> None:
    with in_process(os.getpid, context(tmp_path)) as result:
        assert result() != os.getpid()


@pytest.mark.parametrize(("jobs", "is_long"), [(1, True), (2, False)])
def test_with_one_job_or_for_a_short_call_it_is_made_here(jobs: int, is_long: bool, tmp_path: Path) -> None:
    with in_process(os.getpid, context(tmp_path, jobs), is_long=is_long) as result:
        assert result() == os.getpid()


def test_the_result_may_be_longer_than_a_pipe(tmp_path: Path) -> None:
    with in_process(lambda: list(range(300_000)), context(tmp_path)) as result:
        assert result() == list(range(300_000))


def fail() -> NoReturn:
    raise UserError(Problem("There is no entry."))


def test_an_exception_is_raised_where_the_result_is_asked_for(tmp_path: Path) -> None:
    with in_process(fail, context(tmp_path)) as result, pytest.raises(UserError, match="There is no entry"):
        result()


def killed_in(other: Callable[[], object]) -> Callable[[], str]:
    here = os.getpid()

    def call() -> str:
        if os.getpid() != here:
            other()
        return "done"

    return call


@pytest.mark.parametrize(
    "end", [lambda: os.kill(os.getpid(), signal.SIGKILL), lambda: os._exit(0), lambda: os._exit(3)]
)
def test_the_call_is_made_here_if_the_copy_ends_without_an_answer(end: Callable[[], object], tmp_path: Path) -> None:
    with in_process(killed_in(end), context(tmp_path)) as result:
        assert result() == "done"


@copies
def test_signals_of_ended_processes_may_be_ignored(tmp_path: Path) -> None:
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # then no process can be waited for
    try:
        with in_process(os.getpid, context(tmp_path)) as result:
            assert result() != os.getpid()
    finally:
        signal.signal(signal.SIGCHLD, before)


def test_the_call_is_made_here_if_its_result_cannot_be_copied(tmp_path: Path) -> None:
    with in_process(lambda: lambda: 1, context(tmp_path)) as result:
        assert result()() == 1


@copies
def test_the_call_is_made_here_if_no_process_can_be_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fork() -> int:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", fork)
    before = [*Path("/proc/self/fd").iterdir()]
    with in_process(os.getpid, context(tmp_path)) as result:
        assert result() == os.getpid()
    assert len([*Path("/proc/self/fd").iterdir()]) == len(before)


@copies
def test_no_process_is_left_when_this_one_is_interrupted(tmp_path: Path) -> None:
    started = tmp_path / "process"

    def endless() -> None:
        started.with_suffix(".new").write_text(str(os.getpid()))
        started.with_suffix(".new").rename(started)
        signal.pause()

    with pytest.raises(KeyboardInterrupt), in_process(endless, context(tmp_path)):  # noqa: PT012 - waits first
        while not started.exists():
            pass
        raise KeyboardInterrupt
    with pytest.raises(ProcessLookupError):
        os.kill(int(started.read_text()), 0)


def is_running(process: str) -> bool:
    try:
        return " Z " not in Path("/proc", process, "stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


@copies
def test_no_process_is_left_when_this_one_is_killed(tmp_path: Path) -> None:
    started, end = tmp_path / "process", time.monotonic() + 20

    def working() -> None:
        started.with_suffix(".new").write_text(str(os.getpid()))
        started.with_suffix(".new").rename(started)
        while time.monotonic() < end + 1:
            pass

    if not (process := os.fork()):
        try:
            with in_process(working, context(tmp_path)):
                while not started.exists():
                    pass
                os.kill(os.getpid(), signal.SIGKILL)
        finally:
            os._exit(1)
    assert os.waitpid(process, 0)[1] == signal.SIGKILL
    while is_running(started.read_text()):
        assert time.monotonic() < end
        time.sleep(0.01)


def sender_of(number: int) -> Callable[[], int]:
    """Return what sends a signal to its own process, if that is a copy of this one, and returns its number."""
    here = os.getpid()

    def call() -> int:
        if os.getpid() != here:
            os.kill(os.getpid(), number)
        return os.getpid()

    return call


@copies
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_copy_whatever_this_process_does_with_it(number: int, tmp_path: Path) -> None:
    before = signal.signal(number, lambda *_: None)
    try:
        with in_process(sender_of(number), context(tmp_path)) as result:
            assert result() == os.getpid()
        assert callable(signal.getsignal(number))
        assert number not in signal.pthread_sigmask(signal.SIG_BLOCK, ())
    finally:
        signal.signal(number, before)


@copies
def test_a_signal_that_this_process_ignores_does_not_end_the_copy(tmp_path: Path) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with in_process(sender_of(signal.SIGHUP), context(tmp_path)) as result:
            assert result() != os.getpid()
    finally:
        signal.signal(signal.SIGHUP, before)


# --- questions -----------------------------------------------------------------------------------------------------


def sums(ask: Callable[[int], tuple[int, int]]) -> Iterator[tuple[int, list[int], set[int]]]:
    answers = [ask(number) for number in range(3)]
    yield os.getpid(), [double for double, _ in answers], {process for _, process in answers}


def doubled(number: int) -> tuple[int, int]:
    return 2 * number, os.getpid()


@copies
def test_a_copy_may_ask_this_process(tmp_path: Path) -> None:
    with asking(sums, doubled, context(tmp_path)) as result:
        process, answers, processes = next(result)
    assert (answers, processes) == ([0, 2, 4], {os.getpid()})
    assert process != os.getpid()


def test_with_one_job_questions_are_asked_here(tmp_path: Path) -> None:
    with asking(sums, doubled, context(tmp_path, jobs=1)) as result:
        assert next(result) == (os.getpid(), [0, 2, 4], {os.getpid()})


def test_a_question_and_an_answer_may_be_longer_than_a_pipe(tmp_path: Path) -> None:
    def call(ask: Callable[[str], str]) -> Iterator[str]:
        yield ask("a" * 300_000)

    with asking(call, str.upper, context(tmp_path)) as result:
        assert next(result) == "A" * 300_000


def test_results_come_one_by_one(tmp_path: Path) -> None:
    answers: list[int] = []

    def answer(number: int) -> int:
        answers.append(number)
        return 2 * number

    def call(ask: Callable[[int], int]) -> Iterator[int]:
        yield 5
        yield ask(6)

    with asking(call, answer, context(tmp_path)) as results:
        assert (next(results), answers) == (5, [])
        assert (next(results), answers) == (12, [6])


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_both_processes_have_is_not_copied(jobs: int, tmp_path: Path) -> None:
    shared = ["".join(["sha", "red"]), "".join(["oth", "er"])]

    def call(ask: Callable[[list[str]], list[str]]) -> Iterator[list[str]]:
        yield ask([shared[1]])
        yield [shared[0], "shared", shared[1]]

    def answer(question: list[str]) -> list[str]:
        assert question[0] is shared[1]
        return [*question, "own"]

    with asking(call, answer, context(tmp_path, jobs), shared=shared) as results:
        first, second = results
    assert (first, second) == (["other", "own"], ["shared", "shared", "other"])
    assert first[0] is second[2] is shared[1]
    assert second[0] is shared[0]


@copies
def test_the_copy_goes_on_while_a_long_result_waits(tmp_path: Path) -> None:
    there = tmp_path / "there"

    def call(ask: Callable[[int], int]) -> Iterator[object]:
        yield "a" * 300_000
        there.touch()
        yield ask(1)
        yield "b" * 300_000

    with asking(call, abs, context(tmp_path)) as results:
        end = time.monotonic() + 20
        while not there.exists():
            assert time.monotonic() < end
        assert [*results] == ["a" * 300_000, 1, "b" * 300_000]


def test_an_exception_of_an_answer_is_raised_here(tmp_path: Path) -> None:
    def answer(_: int) -> tuple[int, int]:
        return fail()

    with asking(sums, answer, context(tmp_path)) as result, pytest.raises(UserError, match="There is no entry"):
        next(result)


@pytest.mark.parametrize("asked", [0, 1])
def test_the_call_is_made_here_if_the_copy_ends_between_questions(asked: int, tmp_path: Path) -> None:
    here = os.getpid()

    def call(ask: Callable[[int], int]) -> Iterator[list[int]]:
        answers = [ask(number) for number in range(asked)]
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        yield [*answers, ask(7)]

    with asking(call, abs, context(tmp_path)) as result:
        assert next(result) == [*range(asked), 7]


def test_no_result_comes_twice_if_the_copy_ends_between_results(tmp_path: Path) -> None:
    here = os.getpid()

    def call(ask: Callable[[int], int]) -> Iterator[int]:
        yield 1
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        yield ask(2)

    with asking(call, abs, context(tmp_path)) as results:
        assert list(results) == [1, 2]


@copies
def test_a_copy_that_has_ended_is_not_answered(tmp_path: Path) -> None:
    here = os.getpid()

    def call(ask: Callable[[int], str]) -> Iterator[str]:
        if os.getpid() == here:
            yield "here"
        signal.alarm(1)
        yield ask(1)

    def answer(_: int) -> str:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
        return "late" * 300_000

    with asking(call, answer, context(tmp_path)) as result:
        assert next(result) == "here"


# --- the command ---------------------------------------------------------------------------------------------------

MANY = {f"shop/part{number}.py": "" for number in range(100)}
SHOP = {
    "pyproject.toml": "",
    "shop/__init__.py": "",
    "shop/orders.py": "from shop.users import User\n\n\nclass Order: ...\n",
    "shop/users.py": "from shop.orders import Order\n\n\nclass User: ...\n",
    "shop/late.py": "def f():\n    import shop.later\n",
    "shop/later.py": "import shop.late\n",
    "main.py": "import shop.orders\n",
    "tests/test_users.py": "import shop.users\n",
    **MANY,
}


@pytest.mark.parametrize("format_", ["json", "text", "markdown"])
def test_cycles_says_the_same_with_any_number_of_jobs(format_: str, tmp_path: Path) -> None:
    write(tmp_path, SHOP)
    one, two = (lint(tmp_path, "cycles", "--no-cache", "--format", format_, "--jobs", jobs) for jobs in ("1", "2"))
    assert one == two
    assert "main.py" in one.out


@copies
def test_cycles_uses_two_processes(tmp_path: Path) -> None:
    write(tmp_path, SHOP)
    steps = lint(tmp_path, "cycles", "--no-cache", "--show-timings", "--jobs", "2").err
    assert "wait for the second process\n" in steps
    assert "plan for the crashes" not in steps
    assert "second process" not in lint(tmp_path, "cycles", "--no-cache", "--show-timings", "--jobs", "1").err


def test_a_stored_report_depends_on_what_the_other_process_has_read(tmp_path: Path) -> None:
    write(tmp_path, SHOP)
    first = lint(tmp_path, "cycles", "--jobs", "2", "--format", "json")
    write(tmp_path, {"tests/test_users.py": "import shop.part1\n"})
    second = lint(tmp_path, "cycles", "--jobs", "2", "--format", "json")
    assert json.loads(first.out)["entries"] != json.loads(second.out)["entries"]
    assert second.out == lint(tmp_path, "cycles", "--no-cache", "--jobs", "1", "--format", "json").out


@pytest.mark.parametrize("value", ["0", "-1", "two", "1.5", ""])
def test_a_number_of_jobs_is_at_least_one(value: str, tmp_path: Path) -> None:
    run = lint(write(tmp_path, SHOP), "cycles", f"--jobs={value}")
    assert run.status == 2
    assert f"'{value}' is not a number from 1 to 1,000." in run.err
