"""The command ``trend``."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from import_contracts.cli.parameters import UsageError, argument, declare, option
from import_contracts.cli.reports import add_reports, deliver, report_options
from import_contracts.cli.targets import RUNNING, find_targets
from import_contracts.cli.terminal import Shared, exclude_option, once, options, source_roots, whole_number
from import_contracts.config.files import existing_config
from import_contracts.config.session import Config
from import_contracts.problems import UserError
from import_contracts.reading.store.answer import Answer
from import_contracts.reports.cycles import Question
from import_contracts.runs import trend as run
from import_contracts.runs.earlier import Named, Subject
from import_contracts.runs.trend import PERIODS, Wish


@declare(
    "trend",
    finish=partial(add_reports, formats=run.FORMATS),
    short_help="Count cycles and violations, now and at earlier commits.",
)
@argument("packages", metavar="[PACKAGE]...", multiple=True)
@once("--since", metavar="REV", help="Compare with this commit; default: where the branch began, else 30 days earlier.")
@once(
    "--points",
    convert=whole_number("--points", 1, 10_000),
    metavar="N",
    help="Show the history at N commits, from the first to the last.",
)
@once("--every", choices=PERIODS, metavar="PERIOD", help="Show the last commit of every day, week, month or year.")
@option("--moved", is_flag=True, help="Find the commits that moved the cycles, and the imports that did it.")
@option("--authors", is_flag=True, help="With --moved, also name the authors of these commits.")
@option("--coupling", is_flag=True, help="Show modules that change together, according to the commits.")
@source_roots
@exclude_option
@partial(report_options, formats=run.FORMATS)
@options
def command(  # noqa: PLR0913 - each is an option
    *,
    packages: tuple[str, ...],
    since: str | None,
    points: int | None,
    every: str | None,
    moved: bool,
    authors: bool,
    coupling: bool,
    source_roots: tuple[str, ...],
    globs: tuple[str, ...],
    shared: Shared,
) -> int:
    """Count what makes a program hard to change, and show what has changed since an earlier commit.

    There are five counts, each with the list behind it: modules in runtime cycles, modules in the largest of these
    cycles, imports in the cheapest cut, violations of contracts, and imports upwards through layers. They are the same
    as in "cycles" and "check". Other numbers are shown for information.

    Earlier commits, by first parent, are read from git's objects: nothing is checked out, and nothing that the
    repository configures is run. With --points or --every, the report has a history. A PACKAGE is looked up as by
    "lint-imports cycles".

    The exit status is 0, or 2 if something could not be read or checked. To fail on a number, use contracts and a
    baseline.
    """
    if authors and not moved:
        raise UsageError("--authors needs --moved.")
    targets = find_targets("trend", packages, source_roots, globs, shared)
    shared = shared.seen_from_here(targets.folder)
    configs, marks = _configs(shared) if not source_roots else (None, ())
    question = Question(targets.packages, RUNNING)
    now = Subject(question, targets.roots, targets.exclude, configs, targets.folder, marks)
    named = Named(
        Path.cwd(), targets.packages if packages else (), targets.named, source_roots, globs, shared.config_file
    )
    report = run.trend(
        now, named, Wish(since, points, every, moved, authors, coupling), shared.context_here(targets.folder)
    )
    rendered = (run.FORMATS[wanted.format](report, wanted.style) for wanted in shared.reports)
    deliver(shared.reports, [Answer(text, report.exit_status) for text in rendered])
    return report.exit_status


def _configs(shared: Shared) -> tuple[tuple[Config, ...] | None, tuple[str, ...]]:
    """Return the configurations, None without one, and why there are none although there is one."""
    named = shared.config_file
    try:
        if named is None and existing_config(Path.cwd()) is None:
            return None, ()
        return shared._replace(files=(named,) if named else ()).configs(), ()
    except UserError as error:
        if named is not None:
            raise
        return None, tuple(f"the contracts could not be checked: {problem.message}" for problem in error.problems)
