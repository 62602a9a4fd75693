"""Run one click command many times: imported once, forked for every run.

Started as a script by the Python of the environment that has the command: `python -P fork_server.py MODULE:COMMAND`.
It needs nothing but the standard library. One line of JSON per run comes in, one goes out.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import tempfile
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable

    Command = Callable[[list[str]], object]

SECONDS_PER_RUN = 120


def serve(command: Command) -> None:
    for line in sys.stdin:
        sys.stdout.write(json.dumps(run_in_child(command, json.loads(line))) + "\n")
        sys.stdout.flush()


def run_in_child(command: Command, request: dict[str, Any]) -> dict[str, Any]:
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        child = os.fork()
        if child == 0:
            become_the_command(command, request, output.fileno(), errors.fileno())
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        return {"exit": status, "stdout": whole_text(output), "stderr": whole_text(errors)}


def whole_text(file: Any) -> str:
    file.seek(0)
    return bytes(file.read()).decode(errors="replace")


def become_the_command(command: Command, request: dict[str, Any], output: int, errors: int) -> NoReturn:
    os.dup2(output, 1)
    os.dup2(errors, 2)
    signal.alarm(SECONDS_PER_RUN)
    os.chdir(request["folder"])
    status = exit_status(command, request["arguments"])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def exit_status(command: Command, arguments: list[str]) -> int:
    try:
        command(arguments)
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except BaseException:  # noqa: BLE001  (what Python does with what nobody catches; a panic of Rust is no Exception)
        traceback.print_exc()
        return 1
    return 0


def load(target: str) -> Command:
    module, _, name = target.partition(":")
    command: Command = getattr(importlib.import_module(module), name)
    return command


if __name__ == "__main__":
    sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != Path(__file__).parent]
    serve(load(sys.argv[1]))
