"""Runs the command under an audit hook (PEP 578): ``python watched.py LOG ARGUMENTS``.

Each line of LOG is a JSON list: an event of the interpreter and its arguments, as text. These are the events with which
a process touches the world outside it: what it executes, starts, connects to and writes.
"""

from __future__ import annotations

import json
import os
import sys
from types import CodeType
from typing import Any

EXECUTES = {"exec", "import", "marshal.load", "cpython.run_command", "cpython.run_file", "ctypes.dlopen"}
STARTS = {
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.spawn",
    "os.fork",
    "os.forkpty",
    "pty.spawn",
}
CONNECTS = {"socket.__new__", "socket.connect", "socket.bind", "socket.getaddrinfo", "urllib.Request"}
WRITES = {
    *("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod"),
    *("os.chown", "os.utime", "os.setxattr", "shutil.move", "shutil.rmtree", "shutil.copyfile", "tempfile.mkstemp"),
}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def is_write(event: str, args: tuple[Any, ...]) -> bool:
    """Return whether an event writes something."""
    return event in WRITES and (event != "open" or bool(args[2] & _WRITING))


def main(log: str, arguments: list[str]) -> None:
    """Run the command and write the events to a file."""
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event not in EXECUTES | STARTS | CONNECTS and not is_write(event, args):
            return
        shown = [each.co_filename if isinstance(each, CodeType) else str(each) for each in args]
        os.write(descriptor, json.dumps([event, *shown]).encode() + b"\n")

    sys.path.pop(0)  # the folder of this file, which a user's command does not have there
    sys.addaudithook(hook)
    from import_contracts.cli import run as command  # noqa: PLC0415 - under the hook

    sys.argv[1:] = arguments
    sys.exit(command())


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
