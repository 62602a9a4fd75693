"""Runs the command in a process of its own, and kills it: when it touches the disk, or anywhere."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from import_contracts.cli import main
from tests.support.watched import is_write

KILLED = -signal.SIGKILL


def run(folder: Path, *args: str, at_write: int = -1, at_call: int = -1, at_end: bool = False) -> int:
    """Run the command in a folder; return its exit status, or `KILLED`.

    It is killed before it writes for the time with the number ``at_write``, or when the function with the number
    ``at_call`` is called; or ``at_end``, before it removes its journal. What it prints is lost.
    """
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    status = 1
    try:
        null = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(null, stream)
        sys.stdout = sys.stderr = os.fdopen(null, "w", encoding="utf-8")
        os.chdir(folder)
        _watch(at_write, at_call, at_end=at_end)
        main(args)
    except SystemExit as stop:
        status = int(stop.code or 0)
    finally:
        os._exit(status)


def _watch(at_write: int, at_call: int, *, at_end: bool) -> None:
    writes = calls = -1

    def write(event: str, args: tuple[Any, ...]) -> None:
        nonlocal writes
        if is_write(event, args):
            writes += 1
            is_end = event == "os.remove" and str(args[0]).endswith(".journal")
            if writes == at_write or (at_end and is_end):
                os.kill(os.getpid(), signal.SIGKILL)

    def call(_: FrameType, event: str, __: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}
        if calls == at_call:
            os.kill(os.getpid(), signal.SIGKILL)

    if at_write >= 0 or at_end:
        sys.addaudithook(write)
    if at_call >= 0:
        sys.setprofile(call)
