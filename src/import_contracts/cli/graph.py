"""The command ``graph``."""

from __future__ import annotations

import webbrowser
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from tempfile import mkdtemp

from import_contracts.cli.parameters import UsageError, argument, declare, option
from import_contracts.cli.reports import add_reports, deliver, remember, report_options
from import_contracts.cli.targets import RUNNING, Targets, chosen_kinds, find_targets, kind_option
from import_contracts.cli.terminal import (
    Shared,
    exclude_option,
    once,
    options,
    source_roots,
    warn,
    whole_number,
)
from import_contracts.config.session import Config
from import_contracts.drawing.formats import FORMATS
from import_contracts.drawing.model import RUNNING_KINDS, Options
from import_contracts.graph.names import top_level
from import_contracts.problems import NoConfigurationError
from import_contracts.reporters.style import Wanted
from import_contracts.runs import answers
from import_contracts.runs.requests import Scope

_ALL = ("text", *FORMATS)
_PICTURES = ("html", "svg")
"""The formats that a browser shows; the first is that of ``--open``."""


@declare("graph", finish=partial(add_reports, formats=_ALL), short_help="Draw the imports as a map in levels.")
@argument("packages", metavar="[PACKAGE]...", multiple=True)
@once(
    "--depth",
    convert=whole_number("--depth", 0, 1_000),
    metavar="N",
    default=1,
    help="How many levels of packages to open; default: 1.",
)
@option("--packages", "only_packages", is_flag=True, help="Draw modules as part of the packages they are in.")
@once("--focus", metavar="MODULE", default="", help="Draw only what MODULE imports, and what imports it.")
@once("--from", "source", metavar="A", default="", help="Draw only what is on a chain from A to the module of --to.")
@once("--to", "target", metavar="B", default="", help="Draw only what is on a chain from the module of --from to B.")
@option("--only", choices=["cycles", "violations"], help="Draw only these imports.")
@kind_option("Draw imports of this kind; default: all but type_checking. Can be repeated.")
@option("--matrix", is_flag=True, help="Draw a matrix instead of boxes and arrows.")
@option("--open", "is_opened", is_flag=True, help=f"Open it in the browser; default format: {_PICTURES[0]}.")
@option("--external", is_flag=True, help="Draw external packages too.")
@source_roots
@exclude_option
@partial(report_options, formats=_ALL)
@options
def command(  # noqa: PLR0913 - each is an option
    *,
    packages: tuple[str, ...],
    depth: int,
    only_packages: bool,
    focus: str,
    source: str,
    target: str,
    only: str | None,
    kinds: tuple[str, ...],
    matrix: bool,
    is_opened: bool,
    external: bool,
    source_roots: tuple[str, ...],
    globs: tuple[str, ...],
    shared: Shared,
) -> int:
    """Draw the imports between packages as a map in levels: arrows point down, except those of the cheapest cut.

    No configuration is needed: a PACKAGE is looked up as by "lint-imports cycles". Each child of a PACKAGE is a box;
    --depth 2 draws the children of these instead. To open only one of them, name it too: "lint-imports graph shop
    shop.orders". With a configuration, its layers are the levels, and imports that break its contracts are marked. The
    program is never run.

    The exit status is 0, or 2 if a file could not be read.
    """
    if bool(source) != bool(target):
        raise UsageError("--from and --to must be used together: --from shop.web --to shop.models")
    if is_opened:
        shared = shared._replace(reports=_with_picture(shared.reports))
    if matrix and all(each.format not in _PICTURES for each in shared.reports):
        raise UsageError("--matrix is a picture. Write: --matrix --output matrix.svg")
    if source and focus:
        raise UsageError("--focus cannot be used with --from.")
    targets = find_targets("graph", packages, source_roots, globs, shared)
    shared = shared.seen_from_here(targets.folder)
    wanted = Options(
        targets.packages,
        depth,
        chosen_kinds(kinds) if kinds else RUNNING_KINDS,
        focus=focus,
        source=source,
        target=target,
        only=only or "",
        external=external,
        matrix=matrix,
        only_packages=only_packages,
    )
    scope = Scope(targets.roots, targets.exclude, _config(targets, shared), RUNNING)
    context = shared.context_here(targets.folder)
    found = answers.graph(wanted, scope, shared.reports, context)
    reports = _in_files(shared.reports) if is_opened else shared.reports
    deliver(reports, found)
    if is_opened:
        _open(reports)
    else:
        remember(reports, found, context.cache)
    return found[0].exit_status


def _config(targets: Targets, shared: Shared) -> Config | None:
    """Return the configuration, if there is one and it is about the packages."""
    if targets.named and shared.config_file is None:
        return None
    try:
        config = shared.config()
    except NoConfigurationError:
        return None
    roots = {top_level(name) for name in config.root_packages}
    return config if roots.issuperset(top_level(package) for package in targets.packages) else None


def _with_picture(reports: tuple[Wanted, ...]) -> tuple[Wanted, ...]:
    """Return reports with a picture; text alone becomes one."""
    if [each.format for each in reports] == ["text"]:
        return (reports[0]._replace(format=_PICTURES[0]),)
    if all(each.format not in _PICTURES for each in reports):
        raise UsageError(f"There is no picture to open. Add: --format {_PICTURES[0]}")
    return reports


def _in_files(reports: tuple[Wanted, ...]) -> tuple[Wanted, ...]:
    """Return reports that are all written to files, those without one to a temporary folder."""
    if all(each.output for each in reports):
        return reports
    folder = Path(mkdtemp(prefix="lint-imports-"))
    return tuple(
        each if each.output else each._replace(output=str(folder / f"graph.{each.format}")) for each in reports
    )


def _open(reports: Sequence[Wanted]) -> None:
    """Open pictures in the browser, or say where they are."""
    for each in reports:
        if each.format in _PICTURES and each.output is not None:
            path = Path.cwd() / each.output
            if not webbrowser.open(path.as_uri()):
                warn(f"There is no browser. The picture is in {path}.")
