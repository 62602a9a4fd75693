"""Doing again what a remembered run did: writing its reports, to files and to standard output."""

import os
import sys

from import_contracts import disk, looks
from import_contracts.cli.streams import not_obeyed
from import_contracts.reading.remembered import Output, recall
from import_contracts.reading.watch import forget

TYPE_CHECKING = False  # as in typing, which takes long to import
if TYPE_CHECKING:
    from collections.abc import Sequence


def repeat(arguments: "Sequence[str]") -> int | None:
    """Write what the run with some arguments wrote, and return its exit status; None if it has to be run."""
    if sys.stdout is None or (os.name == "nt" and sys.stdout.isatty()):  # closed, or a console, which takes no bytes
        return None
    try:
        run = recall(arguments)
        if run is None:
            return None
        for output in run.outputs:  # files first: if one cannot be written, nothing has been printed yet
            if output.file:
                _write(output)
        for output in run.outputs:
            if not output.file:
                _print(not_obeyed(output.text) if output.is_logged else output.text)
    except OSError:  # which the run says in its own words
        return None
    looks.stop()
    forget()
    return run.status


def _write(output: Output) -> None:
    from pathlib import Path  # noqa: PLC0415 - not needed for standard output

    from import_contracts.repository import checkout  # noqa: PLC0415 - as above

    disk.write_in(checkout(Path.cwd()), Path(output.file), output.text.encode())


def _print(text: str) -> None:
    left = memoryview(text.encode())
    raw = getattr(sys.stdout.buffer, "raw", sys.stdout.buffer)  # with PYTHONUNBUFFERED this is the file
    while left:
        written = raw.write(left)
        if written is None:  # the other side has made the pipe one that does not wait
            os.set_blocking(raw.fileno(), True)
        left = left[written or 0 :]
