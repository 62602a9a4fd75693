"""The options ``--format`` and ``--output``: which report goes where. Both can be repeated."""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from import_contracts import inputs
from import_contracts.cli.parameters import Function, UsageError, option
from import_contracts.cli.terminal import one_color, style, warn, with_look, write
from import_contracts.problems import Problem, UserError
from import_contracts.reading.store.answer import Answer
from import_contracts.reading.store.cache import Cache
from import_contracts.reading.store.remembered import PROGRAM, Output, Remembered, folder_of, name_of
from import_contracts.reporters import FORMATS, LOGGED
from import_contracts.reporters.style import Wanted

_ENDINGS = {
    "csv": ("csv",),
    "dot": ("dot",),
    "gv": ("dot",),
    "htm": ("html",),
    "html": ("html",),
    "json": ("json",),
    "md": ("markdown",),
    "mmd": ("mermaid",),
    "sarif": ("sarif",),
    "svg": ("svg", "badge"),
    "txt": ("text",),
    "xml": ("junit",),
    **dict.fromkeys(("d2", "diff", "eps", "gif", "jpeg", "jpg", "patch", "pdf", "png", "puml", "webp"), ()),
}
"""What the ending of a file's name says: the formats that are written to such files."""


def add_reports(
    values: dict[str, Any], order: Sequence[str], *, annotates: bool = False, formats: Collection[str] = FORMATS
) -> None:
    """Turn the values of `report_options` into the parameter ``reports``: each format, with its file and its look.

    ``order`` are the names of the parameters as they are on the command line. If a command ``annotates``, it also
    prints annotations in GitHub Actions, unless a format is given. ``formats`` are those that it has. Raises UsageError
    if it is ambiguous.
    """
    given = {name: iter(values.pop(name)) for name in ("formats", "outputs")}
    pairs = paired(with_named([(name, next(given[name])) for name in order if name in given], formats))
    if annotates and "formats" not in order and os.environ.get("GITHUB_ACTIONS") == "true":
        pairs = (*pairs, Wanted("github"))
    color = one_color(color=values.pop("color"), no_color=values.pop("no_color"))
    look = {"verbose": values.pop("verbose"), "color": color}
    values["reports"] = tuple(wanted._replace(style=style(**look, output=wanted.output)) for wanted in pairs)


def report_options(command: Function, formats: Iterable[str] = FORMATS) -> Function:
    """Add the options ``--format`` and ``--output``, and those about the look of a report."""
    names = list(formats)
    output = option(
        "--output",
        "outputs",
        metavar="FILE",
        multiple=True,
        help="Write the report to FILE: in the --format before it, else in the one that the name says, such as .json.",
    )
    format_ = option(
        "--format",
        "formats",
        metavar="FORMAT",
        choices=names,
        multiple=True,
        help=f"One of {', '.join(names)}; default: text. Can be repeated, each with its own --output.",
    )
    return format_(output(with_look(command)))


def with_named(given: Sequence[tuple[str, str]], formats: Collection[str]) -> list[tuple[str, str]]:
    """Return the options with the format that the name of a file says, before each file that has no format."""
    options = [name for name, _ in given]
    if options.count("formats") == options.count("outputs"):
        return list(given)
    found: list[tuple[str, str]] = []
    for name, value in given:
        if name == "outputs" and not (found and found[-1][0] == "formats"):
            format_ = format_of(value, formats)
            found += [("formats", format_)] if format_ else []
        found.append((name, value))
    return found


def format_of(output: str, formats: Collection[str]) -> str | None:
    """Return the one of some formats that the name of a file says, such as shop.svg; None if it says nothing.

    Raises UsageError if it says another one.
    """
    ending = Path(output).suffix.removeprefix(".").lower()
    found = next((each for each in _ENDINGS.get(ending, ()) if each in formats), None)
    if found is None and ending in _ENDINGS:
        raise UsageError(f"'{output}': this command writes no .{ending}. Add --format: {', '.join(sorted(formats))}.")
    return found


def paired(given: Sequence[tuple[str, str]]) -> tuple[Wanted, ...]:
    """Return the format and file of each report, given the options in order, as pairs of name and value.

    If there are as many files as formats, they are paired in order. Otherwise a file belongs to the format before it,
    and a format without a file goes to standard output, as does the file ``-``. Raises UsageError if that is ambiguous.
    """
    reports = tuple(each._replace(output=file_of(each.output)) for each in _with_files(given))
    printed = [wanted.format for wanted in reports if wanted.output is None]
    if len(printed) > 1:
        first, second = printed[:2]
        raise UsageError(
            f"The formats {first} and {second} would both go to standard output. "
            f"Write: --format {first} --format {second} --output FILE"
        )
    return reports


def file_of(output: str | None) -> str | None:
    """Return the file that a value of ``--output`` names; None for standard output."""
    return None if output == "-" else output


def _with_files(given: Sequence[tuple[str, str]]) -> tuple[Wanted, ...]:
    formats = [value for name, value in given if name == "formats"]
    outputs = [value for name, value in given if name == "outputs"]
    if len(set(outputs)) < len(outputs):
        twice = next(output for output in outputs if outputs.count(output) > 1)
        raise UsageError(f"Two reports would be written to '{twice}'. Give each --format its own --output.")
    if not formats and len(outputs) < 2:
        return (Wanted("text", output=outputs[0] if outputs else None),)
    if len(formats) == len(outputs):
        return tuple(Wanted(name, output=output) for name, output in zip(formats, outputs, strict=True))
    return _in_order(given)


def _in_order(given: Sequence[tuple[str, str]]) -> tuple[Wanted, ...]:
    reports: list[Wanted] = []
    for name, value in given:
        if name == "formats":
            reports.append(Wanted(value))
        elif reports and reports[-1].output is None:
            reports[-1] = reports[-1]._replace(output=value)
        else:
            raise UsageError(f"'--output {value}' has no --format. Write: --format text --output {value}")
    return tuple(reports)


def deliver(reports: Sequence[Wanted], answers: Sequence[Answer]) -> None:
    """Write every report, even if another one cannot be written; raises UserError with all errors.

    What reports leave out are warnings, each once.
    """
    problems: list[Problem] = []
    for sentence in dict.fromkeys(chain.from_iterable(answer.left_out for answer in answers)):
        warn(sentence)
    for wanted, answer in zip(reports, answers, strict=True):
        try:
            write(answer.text, wanted.output, is_for_log=wanted.format in LOGGED)
        except UserError as error:
            problems += error.problems
    if problems:
        raise UserError(*problems)


def remember(reports: Sequence[Wanted], answers: Sequence[Answer], cache: Path | None) -> None:
    """Store what this run has written, if it has found everything as it was before, and has said nothing else."""
    record = inputs.record()
    if record is None or cache is None or folder_of(record.arguments) != str(cache):
        return
    seen = [(*question, answer) for question, answer in record.inputs.items()]
    seen.sort(key=lambda each: each[0] != PROGRAM)  # what changes most often is asked first
    if not seen or seen[0][0] != PROGRAM:
        return
    store = Cache(cache, lambda _: None)
    slow = time.time_ns() - store.clock()  # by this, the clock of the file system may be behind ours
    if record.is_recent(record.since - slow):
        return
    outputs = [
        Output(wanted.output or "", "" if wanted.format in LOGGED else wanted.format, answer.text)
        for wanted, answer in zip(reports, answers, strict=True)
    ]
    store.write(name_of(record.arguments), Remembered(answers[0].exit_status, outputs, seen).packed())
