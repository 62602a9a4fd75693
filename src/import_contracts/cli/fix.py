"""The command ``fix``."""

from __future__ import annotations

import os
import shlex
from functools import partial
from pathlib import Path

from import_contracts import disk
from import_contracts.cli.parameters import UsageError, argument, declare, option
from import_contracts.cli.reports import add_reports, deliver, report_options
from import_contracts.cli.targets import RUNNING, Targets, chosen_kinds, find_targets, kind_option, python_option
from import_contracts.cli.terminal import Shared, exclude_option, once, options, print_diff, say, source_roots
from import_contracts.reading.store.answer import Answer
from import_contracts.repair.fix_kinds import FixKind
from import_contracts.reporters.fix import FIX_FORMATS, as_diff
from import_contracts.reporters.style import Wanted
from import_contracts.reports.cycles import Question
from import_contracts.reports.fix import FixQuestion, FixReport
from import_contracts.repository import checkout
from import_contracts.runs import fix as run
from import_contracts.runs.requests import packages_extent

_BY_HAND = {FixKind.NONE, FixKind.MOVE_DEFINITION, FixKind.EXTRACT, FixKind.RESTRUCTURE}
_KINDS = [str(kind) for kind in FixKind if kind not in _BY_HAND]


def _words(command: str) -> tuple[str, ...]:
    """Return the words of a command; raises UsageError if there is none, or a quote is not closed."""
    try:
        words = tuple(shlex.split(command))
    except ValueError as error:
        raise UsageError(f"'{command}': {error}.", "--verify") from None
    if not words:
        raise UsageError("the command is empty.", "--verify")
    return words


@declare(
    "fix",
    finish=partial(add_reports, formats=FIX_FORMATS),
    short_help="Write the plans for cycles and crashes into the files.",
)
@argument("packages", metavar="[PACKAGE]...", multiple=True)
@option("--diff", "is_diff", is_flag=True, help="Print a diff and change nothing; exit with 1 if there is one.")
@option("--unsafe-fixes", "unsafe", is_flag=True, help="Also make fixes that may change what the program does.")
@option(
    "--only",
    choices=_KINDS,
    metavar="FIX",
    multiple=True,
    help=f"Make only this kind of fix: {', '.join(_KINDS)}. Can be repeated.",
)
@kind_option("Repair only cycles of this kind. Can be repeated.")
@option("--crashes", "stops_crashes", is_flag=True, help="Make only the fixes that stop crashes.")
@option("--direct", "makes_direct", is_flag=True, help="Make only the fixes for direct_siblings contracts.")
@once(
    "--verify",
    convert=_words,
    metavar="COMMAND",
    default=(),
    help="Run COMMAND afterwards; if it fails, put everything back.",
)
@option("--keep-passing", is_flag=True, help="If COMMAND fails, keep as many fixes as possible.")
@option("--allow-dirty", is_flag=True, help="Change files even if they have uncommitted changes.")
@option("--stale", "removes_stale", is_flag=True, help="Also remove stale ignore_imports and baseline entries.")
@python_option
@source_roots
@exclude_option
@partial(report_options, formats=FIX_FORMATS)
@options
def command(  # noqa: PLR0913 - each is an option
    *,
    packages: tuple[str, ...],
    is_diff: bool,
    unsafe: bool,
    only: tuple[str, ...],
    kinds: tuple[str, ...],
    stops_crashes: bool,
    makes_direct: bool,
    verify: tuple[str, ...],
    keep_passing: bool,
    allow_dirty: bool,
    removes_stale: bool,
    python: tuple[int, int] | None,
    source_roots: tuple[str, ...],
    globs: tuple[str, ...],
    shared: Shared,
) -> int:
    """Change the imports of a program so that no cycle is left: what "lint-imports cycles" proposes, in the files.

    A PACKAGE is looked up as by "lint-imports cycles". Only safe fixes are made: the program does the same as before.
    --unsafe-fixes also makes those that may change what it does, because an import runs later, or only for type
    checkers. What has to be changed by hand is shown. All files are changed, or none.

    \b
    Exit status:
      0  all fixes are made, or there was nothing to change
      1  with --diff: something would be changed; with --verify: the command failed, and changes were undone
      2  nothing was changed: the command line is wrong, files have uncommitted changes, or one cannot be written;
         or a file of the program could not be read
    """  # noqa: D301 - click gets the backspace of \b
    if keep_passing and not verify:
        raise UsageError("--keep-passing needs --verify.")
    if verify and is_diff:
        raise UsageError("--verify cannot be used with --diff.")
    if removes_stale and source_roots:
        raise UsageError("--stale cannot be used with --source-root.")
    if makes_direct and (stops_crashes or source_roots):
        raise UsageError(f"--direct cannot be used with {'--crashes' if stops_crashes else '--source-root'}.")
    targets = find_targets("fix", packages, source_roots, globs, shared)
    shared = shared.seen_from_here(targets.folder)._replace(is_fix=True)
    question = Question(targets.packages, python or RUNNING, chosen_kinds(kinds))
    wanted = FixQuestion(
        question, unsafe, only, stops_crashes, is_diff, verify, keep_passing, allow_dirty, removes_stale
    )
    extent = packages_extent(targets.packages, targets.roots, targets.exclude)
    config = shared.whole_config() if removes_stale else None
    context, home = shared.context_here(targets.folder), _home(targets)
    place = run.Place.of(extent, context._replace(checkouts=(*context.checkouts, home)), home, config)
    report = run.fix(wanted, place._replace(direct=shared.whole_config() if makes_direct else None))
    printed = [each for each in shared.reports if each.output is None]
    if is_diff and all(each.format == "text" for each in printed):
        print_diff(as_diff(report.files, partial(_from_here, folder=targets.folder)))
        for each in printed:
            say(FIX_FORMATS[each.format](report, each.style).rstrip("\n"))
        shared = shared._replace(reports=tuple(each for each in shared.reports if each not in printed))
    deliver(shared.reports, [_answer(report, each) for each in shared.reports])
    return report.exit_status


def _answer(report: FixReport, wanted: Wanted) -> Answer:
    return Answer(FIX_FORMATS[wanted.format](report, wanted.style), report.exit_status)


def _from_here(path: str, folder: Path) -> str:
    """Return a path that is relative to a folder so that it is relative to the working directory, if it is inside."""
    there = os.path.relpath(folder / path)
    return path if there.startswith(os.pardir) else Path(there).as_posix()


def _home(targets: Targets) -> Path:
    """Return the folder of the program: this one, unless the user has named only others."""
    here = checkout(targets.folder)
    if not targets.named or any(disk.is_inside(folder, here) for folder in targets.named):
        return targets.folder
    return targets.named[0]
