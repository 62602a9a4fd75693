"""The command ``cycles``."""

from __future__ import annotations

from collections.abc import Collection

from import_contracts.cli.parameters import UsageError, argument, declare, option
from import_contracts.cli.reports import add_reports, deliver, remember, report_options
from import_contracts.cli.targets import RUNNING, chosen_kinds, find_targets, kind_option, python_option
from import_contracts.cli.terminal import Shared, exclude_option, options, source_roots
from import_contracts.reporters.style import Wanted
from import_contracts.reports.cycles import Planned, Question
from import_contracts.runs import answers


@declare("cycles", finish=add_reports, short_help="Find import cycles, crashes, and what to change.")
@argument("packages", metavar="[PACKAGE]...", multiple=True)
@kind_option("Show only cycles of this kind. Can be repeated.")
@python_option
@option(
    "--entry",
    "entries",
    metavar="COMMAND",
    multiple=True,
    help='Also predict whether this command works, such as "python -m shop" or "pytest tests". Can be repeated.',
)
@option("--needless", is_flag=True, help="Also list imports inside functions that have no reason to be there.")
@option("--quick", is_flag=True, help="Find only the cycles: no crashes, no entries, no plan.")
@source_roots
@exclude_option
@report_options
@options
def command(  # noqa: PLR0913 - each is an option
    *,
    packages: tuple[str, ...],
    kinds: tuple[str, ...],
    python: tuple[int, int] | None,
    entries: tuple[str, ...],
    needless: bool,
    quick: bool,
    source_roots: tuple[str, ...],
    globs: tuple[str, ...],
    shared: Shared,
) -> int:
    """Find every import cycle, predict which modules crash when imported first, and propose what to change.

    No configuration is needed: a PACKAGE is looked up in this folder, in "src", in the members of a uv workspace, and
    among the installed packages. It may also be a path: a folder, such as ".", or a file, such as app.py, which is
    read with all that is beside it. By default, the packages of the configuration are read, or else all packages in
    these folders. With a part of a package, such as app.models, only cycles that contain a module of it are shown. The
    program is never run.

    \b
    Kinds:
      runtime          closed by imports that run while a module is imported
      deferred         closed by imports that run later, as inside functions
      lazy             closed by lazy imports (PEP 810)
      type_checking    closed by imports for type checking

    The exit status is 0, or 2 if a file could not be read. To fail on cycles or crashes, write a contract of type
    acyclic or crash.
    """  # noqa: D301 - click gets the backspace of \b
    if quick and entries:
        raise UsageError("--entry cannot be used with --quick.")
    targets = find_targets("cycles", packages, source_roots, globs, shared)
    shared = shared.seen_from_here(targets.folder)
    planned = _planned(shared.reports)
    question = Question(targets.packages, python or RUNNING, chosen_kinds(kinds), quick, entries, needless, planned)
    context = shared.context_here(targets.folder)
    found = answers.cycles(question, targets.roots, targets.exclude, shared.reports, context)
    deliver(shared.reports, found)
    remember(shared.reports, found, context.cache)
    return found[0].exit_status


def _planned(wanted: Collection[Wanted]) -> Planned:
    """Return the cycles whose plans some reports show: only JSON has those of cycles that cost nothing at run time."""
    if any(each.format == "json" for each in wanted):
        return Planned.ALL
    is_short = all(each.format == "text" and not each.style.verbose for each in wanted)
    return Planned.IN_FULL if is_short else Planned.COSTLY
