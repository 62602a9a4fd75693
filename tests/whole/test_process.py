"""The process of the command: what it imports, an interrupt at any moment, and streams that take nothing."""

import os
import shutil
import subprocess
import sys
from itertools import cycle
from pathlib import Path

import pytest

from import_contracts.reading.store.trust import CACHE
from tests.support import repositories
from tests.support.arranging import ROOT, lint, write

COMMAND = [sys.executable, "-m", "import_contracts"]
SCRIPT = Path(sys.executable).with_name("lint-imports")


def run(folder: Path, *command: str | Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )


# --- what is imported ---------------------------------------------------------------------------------------------

COMMANDS = [
    "",
    "--format sarif",
    "--format markdown",
    "--format junit --verbose",
    "explain",
    "explain shop.models shop.web",
    "cycles",
    "cycles shop --quick --format json",
    "graph --format svg",
    "baseline create",
    "baseline status --format markdown",
    "init --dry-run",
    "--help",
    "--version",
    "--nonsense",
    "check --config missing.toml",
]


@pytest.fixture(scope="module")
def names() -> list[str]:
    """The names of all modules that a process may import: those of the interpreter, and of what is installed here."""
    code = "import sys, pkgutil; print(*sys.stdlib_module_names, *(each.name for each in pkgutil.iter_modules()))"
    found = set(
        subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True).stdout.split()
    )
    return sorted(found - {"import_contracts", "shop"})


def hostile(folder: Path, names: list[str]) -> None:
    """Write a module of each name, each as a file or as a package, that leaves a mark when it is run."""
    for number, name in enumerate(names):
        code = f"open({str(folder / 'ran')!r}, 'a').write({name!r} + ' ')\n"
        write(folder, {f"{name}/__init__.py" if number % 5 == 0 else f"{name}.py": code})


def executed(folder: Path) -> set[str]:
    mark = folder / "ran"
    found = set(mark.read_text().split()) if mark.exists() else set()
    mark.unlink(missing_ok=True)
    return found


@pytest.fixture(scope="module")
def ours(names: list[str], tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The names without those that Python itself imports for ``-m`` before it runs anything of the program."""
    left = names
    nothing = {"nothing_at_all/__init__.py": "", "nothing_at_all/__main__.py": ""}
    elsewhere = write(tmp_path_factory.mktemp("empty"), nothing)
    while True:
        folder = tmp_path_factory.mktemp("tried")
        hostile(folder, left)
        run(folder, sys.executable, "-m", "nothing_at_all", PYTHONPATH=str(elsewhere))
        pythons_own = executed(folder)
        if not pythons_own:
            return left
        left = [name for name in left if name not in pythons_own]


def test_python_itself_imports_only_little_for_the_option_m(names: list[str], ours: list[str]) -> None:
    assert {"click", "grimp", "typing", "json", "re", "__future__", "pathlib", "tomllib", "encodings"} <= set(ours)
    assert len(names) - len(ours) < 30


@pytest.mark.slow
@pytest.mark.parametrize("args", COMMANDS)
def test_no_module_in_the_working_directory_is_run(shop: Path, ours: list[str], names: list[str], args: str) -> None:
    hostile(shop, ours)
    done = run(shop, *COMMAND, *args.split())
    assert done.returncode in {0, 1, 2}
    assert "Traceback" not in done.stderr
    assert not executed(shop)
    if SCRIPT.exists():
        hostile(shop, names)
        assert run(shop, SCRIPT, *args.split()).returncode in {0, 1, 2}
        assert not executed(shop)


def test_what_a_program_with_the_option_m_runs_keeps_its_path(tmp_path: Path) -> None:
    write(tmp_path, {"other.py": "import sys\nimport import_contracts\nprint(sys.path[0])\n"})
    assert run(tmp_path, sys.executable, "-m", "other", "import_contracts").stdout.strip() == str(tmp_path)


@pytest.mark.parametrize("options", [["-m"], ["-P", "-m"], ["-I", "-m"], ["-Bm"]])
def test_the_module_takes_the_arguments_of_the_command(shop: Path, options: list[str]) -> None:
    done = run(shop, sys.executable, *options, "import_contracts", "check", "--format", "json")
    assert (done.returncode, done.stdout) == (1, lint(shop, "--format", "json").out)


# --- interrupts ---------------------------------------------------------------------------------------------------


INTERRUPTED = ROOT / "tests/support/interrupted.py"


STATUSES = {"SIGINT": 130, "SIGTERM": 143, "SIGHUP": 129}
"""The exit status after each signal. One function takes them all, so each comes at some of the moments."""


@pytest.mark.slow
def test_an_interrupt_at_any_moment_leaves_neither_a_traceback_nor_half_a_file(shop: Path) -> None:
    signals, ended = cycle([("SIGINT", 0), ("SIGTERM", 0), ("SIGINT", 5), ("SIGHUP", 0)]), set[int]()
    number = 9  # then the function that takes interrupts has returned
    while 1 not in ended and number < 10**8:
        shutil.rmtree(shop / CACHE, ignore_errors=True)
        (shop / "report.sarif").unlink(missing_ok=True)
        args = ["--format", "sarif", "--output", "report.sarif"]
        sent, again = next(signals)
        done = run(shop, sys.executable, INTERRUPTED, sent, str(number), str(again), *args)
        assert done.returncode in {STATUSES[sent], 1}, number
        ended.add(done.returncode)
        assert "Traceback" not in done.stderr, number
        assert "ignored" not in done.stderr, number
        assert not list(shop.rglob("*.tmp"))
        assert done.returncode == 1 or not (shop / "report.sarif").exists() or lint(shop, *args).status == 1
        number = number + 1 + number // 6
    assert ended == {1, *STATUSES.values()}


@pytest.mark.parametrize(
    ("when", "sent"),  # functions of `reading.commit_tree`, and of Python
    [("become", "SIGINT"), ("_put", "SIGTERM"), ("_remove", "SIGHUP"), ("_rmtree", "SIGINT"), ("_rmtree", "SIGTERM")],
)
def test_an_interrupt_leaves_no_temporary_folder(
    shop: Path, tmp_path_factory: pytest.TempPathFactory, when: str, sent: str
) -> None:
    place = tmp_path_factory.mktemp("temporary")
    for text in ("", "import shop.util\n", "import shop.models\n"):
        repositories.commit(write(shop, {"shop/web.py": text}))
    command = (sys.executable, INTERRUPTED, sent, when, "0", "trend", "--points", "3", "--no-cache")
    done = run(shop, *command, TMPDIR=str(place))
    assert (done.returncode, done.stdout, done.stderr) == (STATUSES[sent], "", "\n")  # the newline is click's
    assert not list(place.iterdir())


@pytest.mark.parametrize("option", ["--version", "--quiet"])
def test_what_others_do_at_the_end_of_the_process_is_done(shop: Path, option: str) -> None:
    code = "import atexit; atexit.register(print, 'at the end'); from import_contracts.__main__ import run; run()"
    profiled = run(shop, sys.executable, "-m", "cProfile", "-m", "import_contracts", option)

    assert run(shop, sys.executable, "-c", code, option).stdout.endswith("at the end\n")
    assert "Ordered by" in profiled.stdout


@pytest.mark.parametrize("sent", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_an_interrupt_that_was_ignored_before_stays_ignored(shop: Path, sent: str) -> None:
    command = ["python", str(INTERRUPTED), sent, "5000", "3"]
    code = f"import os, signal; signal.signal(signal.{sent}, signal.SIG_IGN); os.execv({sys.executable!r}, {command})"
    assert run(shop, sys.executable, "-c", code).returncode == 1


def test_the_process_does_not_wait_for_a_thread_that_is_no_longer_needed(shop: Path) -> None:
    """One is left if there is not enough memory, or an interrupt comes, while grimp reads files; it may never end."""
    waiting = "import threading, time; threading.Thread(target=time.sleep, args=(1_000,)).start()"
    code = f"{waiting}; from import_contracts.__main__ import run; run()"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=shop, capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout) == lint(shop)[:2]


# --- streams ------------------------------------------------------------------------------------------------------

SAYING = ["", "--help", "--version", "explain", "cycles", "check --help", "baseline create --help", "--format json"]


def shell(folder: Path, command: str) -> "subprocess.CompletedProcess[str]":
    """Run a line of a shell, in which ``LINT`` is the command."""
    line = command.replace("LINT", f"'{sys.executable}' -m import_contracts")
    return run(folder, "bash", "-c", f"set -o pipefail; {line}")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device")
@pytest.mark.parametrize("args", SAYING)
@pytest.mark.parametrize(("stream", "why"), [(">&-", "it is closed"), (">/dev/full", "No space left on device")])
def test_what_cannot_be_printed_is_status_2_and_said(shop: Path, args: str, stream: str, why: str) -> None:
    done = shell(shop, f"LINT {args} {stream}")
    assert (done.returncode, done.stderr) == (2, f"error: Cannot write to standard output: {why}.\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device")
@pytest.mark.parametrize("args", [*SAYING, "--nonsense", "check --contract missing"])
@pytest.mark.parametrize("stream", ["2>&-", "2>/dev/full", "2> >(exit)"])
def test_without_standard_error_the_result_is_the_same(shop: Path, args: str, stream: str) -> None:
    expected = lint(shop, *args.split())
    done = shell(shop, f"LINT {args} {stream}")
    assert (done.returncode, done.stdout) == (
        expected.status,
        shell(shop, f"LINT {args} 2>/dev/null").stdout,
    )


@pytest.mark.parametrize("args", SAYING)
def test_a_reader_that_leaves_does_not_change_the_status(shop: Path, args: str) -> None:
    done = shell(shop, f"LINT {args} | true")
    assert (done.returncode, done.stderr) == (lint(shop, *args.split()).status, "")


def test_where_no_stream_is_open_no_file_takes_the_place_of_one(shop: Path) -> None:
    done = shell(shop, "LINT --nonsense --output r <&- >&- 2>&-; LINT --output report.txt <&- >&- 2>&-")
    assert done.returncode == 1
    assert (shop / "report.txt").read_text() == lint(shop).out


def test_the_disk_that_is_full_is_said_for_the_completion_of_a_shell_too(shop: Path) -> None:
    done = shell(shop, "_PYTHON__M_IMPORT_CONTRACTS_COMPLETE=bash_source LINT > /dev/full")
    assert "Traceback" not in done.stderr


def test_a_pipe_that_does_not_wait_gets_everything(shop: Path) -> None:
    code = (
        "import os, subprocess, sys, time\n"
        "read, write = os.pipe()\n"
        "os.set_blocking(write, False)\n"
        "import fcntl\n"
        "fcntl.fcntl(write, 1031, 4096)\n"  # F_SETPIPE_SZ
        "child = subprocess.Popen([sys.executable, '-m', 'import_contracts', '--format', 'sarif'], stdout=write)\n"
        "os.close(write)\n"
        "data = b''\n"
        "while part := os.read(read, 100): data += part\n"
        "sys.stdout.buffer.write(data)\n"
        "sys.exit(child.wait())\n"
    )
    if sys.platform != "linux":
        pytest.skip("the size of a pipe is set as on Linux")
    done = run(shop, sys.executable, "-c", code)
    assert (done.returncode, done.stdout) == (1, lint(shop, "--format", "sarif").out)


def test_without_a_working_directory_that_is_said(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    done = shell(tmp_path, "cd gone; rmdir ../gone; LINT")
    assert (done.returncode, done.stderr) == (2, "error: The working directory does not exist any more.\n")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (MemoryError, "error: There is not enough memory for this program.\n"),
        (OSError(5, "Input/output error"), "error: The operating system reports: [Errno 5] Input/output error.\n"),
        (RecursionError, "error: The program or the configuration is nested too deeply.\n"),
    ],
)
def test_a_limit_of_the_interpreter_or_the_system_is_a_sentence(
    shop: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException | type[BaseException], said: str
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("import_contracts.runs.answers.check", fail)
    assert lint(shop)[::2] == (2, said)
