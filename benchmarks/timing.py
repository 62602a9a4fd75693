"""One process, timed from outside."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
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
    """Run a command in a folder, without its output; stop the benchmark if it exits with another status.

    Linux counts this process's own memory at the time of the start as the child's, so this process has to stay small.
    """
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


def _ended(command: Sequence[str | Path], folder: Path) -> tuple[int, Run]:
    """Return the exit status of a command, and what it took."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, wait_status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(wait_status)
    measured = Run(seconds, usage.ru_maxrss * _MAXRSS_UNIT / 1e6, usage.ru_utime + usage.ru_stime)
    return process.returncode, measured


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
