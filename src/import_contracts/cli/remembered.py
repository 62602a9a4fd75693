"""Doing again what a remembered run did: writing its reports, to files and to standard output."""

import os
import sys

from import_contracts import disk, inputs
from import_contracts.cli.streams import not_obeyed
from import_contracts.reading.store.remembered import Output, recall
from import_contracts.reading.store.watch import forget

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
                _print(output.text if output.format else not_obeyed(_visible(output.text)))
    except OSError:  # which the run says in its own words
        return None
    inputs.stop()
    forget()
    return run.status


def _write(output: Output) -> None:
    from pathlib import Path  # noqa: PLC0415 - not needed for standard output

    from import_contracts.repository import checkout  # noqa: PLC0415 - as above

    text = output.text if output.format else _visible(output.text)
    disk.write_in(checkout(Path.cwd()), Path(output.file), text.encode())


def _visible(report: str) -> str:
    """Return a report as `visible_report` does, without importing it for one that stays as it is."""
    start, *colored = report.split("\x1b[")
    codes, texts = zip(*(part.partition("m")[::2] for part in colored), strict=True) if colored else ((), ())
    plain = "".join((start, *texts)).replace("…", "")  # where a list is not shown to its end
    is_plain = plain.isascii() and plain.replace("\n", "").isprintable() and "::" not in plain and "##" not in plain
    if is_plain and all(code.replace(";", "").isdigit() for code in codes):
        return report
    from import_contracts.visible import visible_report  # noqa: PLC0415 - regular expressions take long to import

    return visible_report(report)


def _print(text: str) -> None:
    left = memoryview(text.encode())
    raw = getattr(sys.stdout.buffer, "raw", sys.stdout.buffer)  # with PYTHONUNBUFFERED this is the file
    while left:
        written = raw.write(left)
        if written is None:  # the other side has made the pipe one that does not wait
            os.set_blocking(raw.fileno(), True)
        left = left[written or 0 :]
