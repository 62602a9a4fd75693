"""One process, timed from outside."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Run:
    """What one process took: seconds by the clock on the wall, at most so many megabytes of memory, and CPU seconds."""

    seconds: float
    megabytes: float
    cpu: float

    @property
    def mebibytes(self) -> float:
        """The memory in MiB."""
        return self.megabytes * 1e6 / 2**20


def run(command: Sequence[str | Path], folder: Path, *, status: int = 0) -> Run:
    """Run a command in a folder, without its output; stop the benchmark if it exits with another status."""
    found, measured = _ended(command, folder)
    if found != status:
        sys.exit(f"exit status {found} instead of {status}, in {folder}: {command[0]}")
    return measured


# A shell, because the limit must not hold for this process.
_LIMITED = ("sh", "-c", 'ulimit -t "$0" && exec "$@"')


def run_within(limit: int, command: Sequence[str | Path], folder: Path, *, status: int) -> Run | None:
    """Run a command as `run` does, with so many seconds of CPU time; return None if it takes more."""
    found, measured = _ended([*_LIMITED, str(limit), *command], folder)
    if found in (-signal.SIGXCPU, -signal.SIGKILL):
        return None
    if found != status:
        sys.exit(f"exit status {found} instead of {status}, in {folder}: {' '.join(map(str, command))}")
    return measured


# Linux counts the memory of the process that starts another one as the peak of the other: this one has about 8 MB.
_LAUNCHER = """
import os, sys, time
nowhere = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_RDWR, 0) for stream in range(3)]
start = time.perf_counter()
process = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=nowhere)
_, status, usage = os.wait4(process, 0)
print(time.perf_counter() - start, usage.ru_maxrss, usage.ru_utime + usage.ru_stime, os.waitstatus_to_exitcode(status))
"""


def _ended(command: Sequence[str | Path], folder: Path) -> tuple[int, Run]:
    """Return the exit status of a command, and what it took."""
    launcher = [sys.executable, "-I", "-S", "-c", _LAUNCHER, *command]
    told = subprocess.run(launcher, cwd=folder, stdout=subprocess.PIPE, check=True)
    seconds, peak, cpu, status = told.stdout.split()
    return int(status), Run(float(seconds), int(peak) * _MAXRSS_UNIT / 1e6, float(cpu))


WALK = """
import os, sys

def walk(folder):
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                walk(entry.path)
            elif entry.name.endswith(".py"):
                entry.stat()

walk(".")
"""
"""Looks at the time stamp of every Python file, which is the least that a tool with a cache has to do."""
