"""Runs the command and counts what it asks of the system: ``python counted.py LOG ARGUMENTS``.

LOG is a JSON object: how often each function of `os` was called, the files that were opened, and the modules that were
imported. Counts do not depend on the machine, as times do.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

CALLS = ("access", "fstat", "listdir", "lstat", "open", "read", "readlink", "scandir", "stat")


def _counting(name: str, calls: Counter[str], call: Callable[..., Any]) -> Callable[..., Any]:
    def counted(*args: Any, **keys: Any) -> Any:
        calls[name] += 1
        return call(*args, **keys)

    return counted


def main(log: str, arguments: list[str]) -> None:
    """Run the command and write the counts to a file."""
    calls: Counter[str] = Counter()
    opened: list[str] = []

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(args[0], str):
            opened.append(args[0])

    sys.path.pop(0)  # the folder of this file
    for name in CALLS:
        setattr(os, name, _counting(name, calls, getattr(os, name)))
    sys.addaudithook(hook)
    from import_contracts.cli import run  # noqa: PLC0415 - what it imports is counted

    sys.argv[1:] = arguments
    try:
        sys.exit(run())
    finally:
        counts = {"calls": calls, "opened": opened, "modules": sorted(sys.modules)}
        Path(log).write_text(json.dumps(counts), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
