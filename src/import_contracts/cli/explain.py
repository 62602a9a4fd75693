"""The command ``explain``."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from operator import attrgetter
from pathlib import Path
from typing import Any

from import_contracts import disk
from import_contracts.cli.parameters import UsageError, argument, declare, option
from import_contracts.cli.reports import file_of, format_of
from import_contracts.cli.terminal import Shared, look_options, once, options, source_roots, warn, write
from import_contracts.config.contracts import ids_of
from import_contracts.config.session import Config
from import_contracts.config.workspace import places_of
from import_contracts.graph.names import top_level
from import_contracts.problems import NoConfigurationError, Problem, UserError, unreadable
from import_contracts.reporters.explanation import as_json, as_text
from import_contracts.reporters.style import Style
from import_contracts.reports.explain import Dependency, Explanation, Permissions
from import_contracts.runs import explain as run
from import_contracts.wording import listed

_FORMATS = ("json", "text")


def _with_format(values: dict[str, Any], _: Sequence[str]) -> None:
    """Add the format that the name of the file says; raises UsageError if that is another one."""
    values["output"] = file_of(values["output"])
    if values["output"] and not values["format_"] and not values["brief"]:
        values["format_"] = format_of(values["output"], _FORMATS)


@declare("explain", finish=_with_format, short_help="Explain a dependency or a contract; show modules not covered.")
@argument("names", metavar="[CONTRACT | MODULE | IMPORTER IMPORTED]", multiple=True)
@once(
    "--traceback",
    metavar="FILE",
    help="Explain the failed imports in FILE, a log or a traceback; - reads it from standard input.",
)
@option("--may", is_flag=True, help="Exit with 1 if a contract forbids IMPORTER to import IMPORTED.")
@option("--coupling", is_flag=True, help="Also say whether commits change the two modules together.")
@option("--brief", is_flag=True, help="Write the contracts as a Markdown page.")
@option("--check", is_flag=True, help="With --brief and --output: exit with 1 if FILE is not up to date.")
@once("--format", "format_", choices=_FORMATS, help="Default: text.")
@once("--output", metavar="FILE", help="Write the report to FILE.")
@source_roots
@look_options
@options
def command(  # noqa: PLR0913 - each is an option
    *,
    names: tuple[str, ...],
    traceback: str | None,
    may: bool,
    coupling: bool,
    brief: bool,
    check: bool,
    format_: str | None,
    output: str | None,
    source_roots: tuple[str, ...],
    look: Style,
    shared: Shared,
) -> int:
    """Explain how one module depends on another, what a contract means, or why an import failed.

    \b
    lint-imports explain                     every contract in a sentence, the ignored imports, and
                                             the modules that no contract covers
    lint-imports explain CONTRACT            one contract: its rule, its modules, its ignored imports
    lint-imports explain MODULE              what a module may import, and which modules may import it;
                                             it need not exist yet
    lint-imports explain IMPORTER IMPORTED   the chains from one module or package to another, the
                                             fewest imports to remove, and the contracts about it
    lint-imports explain --traceback FILE    why the imports in a traceback failed: which module
                                             waited for which, for which name, and the fix
    lint-imports explain --brief             the contracts as a page for people and agents; with
                                             --output FILE and --check, whether FILE is up to date

    Two modules and a traceback need no configuration. The modules are looked up in this folder, in "src", in the
    members of a uv workspace, and among the installed packages; the files of a traceback are found in this folder by
    their paths, even if these are from another machine.

    The program is never run. The exit status is 0, or 2 if something is wrong or could not be read; with --may, it is 1
    if a contract forbids the import, and with --check, if the page is not up to date.
    """  # noqa: D301 - click gets the backspace of \b
    has_no_page = check and not (brief and output)
    asked = "--may" if may else "--coupling" if coupling else ""
    _refuse(names, source_roots, about_two=asked, check=has_no_page, is_configured=shared.config_file is not None)
    if brief:
        if names or traceback is not None or format_ == "json":
            raise UsageError("--brief cannot be used with names, --traceback or --format json.")
        return _brief(output, shared, check=check)
    format_ = format_ or "text"
    if traceback is not None:
        if names:
            raise UsageError("--traceback cannot be used with names.")
        return _traceback(traceback, format_, output, look, shared)
    report: Explanation | Dependency | Permissions
    needs_config = len(names) < 2 or may or shared.config_file is not None
    config = _config(names, shared) if needs_config else None if source_roots else _about(names[0], shared)
    if config is None:
        here = Path.cwd()
        places = places_of(here, source_roots).folders
        report = run.explain_installed((names[0], names[1]), places, shared.context_here(here), coupling=coupling)
    elif len(names) == 2:
        ends = (names[0], names[1])
        report = run.explain_dependency(ends, config, shared.context(config), may=may, coupling=coupling)
    else:
        report = run.explain_name(names[0] if names else None, config, shared.context(config))
    write(as_json(report) if format_ == "json" else as_text(report, look), output, is_for_log=format_ == "text")
    return report.exit_status


def _refuse(
    names: tuple[str, ...], source_roots: tuple[str, ...], *, about_two: str, check: bool, is_configured: bool
) -> None:
    """Raise UsageError for options that have no meaning together."""
    if len(names) > 2:
        raise UsageError("Name one contract, or two modules: the importer and the imported one.")
    if source_roots and (len(names) < 2 or is_configured):
        raise UsageError("--source-root needs two modules, and cannot be used with --config.")
    if about_two and len(names) != 2:
        raise UsageError(f"{about_two} needs two modules: the importer and the imported one.")
    if check:
        raise UsageError("--check needs --brief and --output: it compares the page with that file.")


def _brief(output: str | None, shared: Shared, *, check: bool) -> int:
    """Write the page about the contracts, or tell whether the one in a file is up to date; return the exit status."""
    from import_contracts.reporters.brief import as_markdown  # noqa: PLC0415 - only with the option

    config = shared.config()
    report = run.explain_contracts(config, None, shared.context(config))
    page = as_markdown(report)
    if report.exit_status or not check:
        for problem in filter(attrgetter("is_error"), report.problems):
            warn(problem.message)
        if not report.exit_status:
            write(page, output, is_for_log=False)
        return report.exit_status
    assert output is not None, "there is no --check without --output"  # noqa: S101
    try:
        is_current = disk.read(output) == page.encode()
    except OSError:
        is_current = False
    if not is_current:
        warn(f"{output} is not up to date. Run: lint-imports explain --brief --output {shlex.quote(output)}")
    return int(not is_current)


def _traceback(file: str, format_: str, output: str | None, look: Style, shared: Shared) -> int:
    """Explain the tracebacks in a file, or on standard input for "-"; return the exit status."""
    from import_contracts.reporters import tracebacks  # noqa: PLC0415 - only with the option
    from import_contracts.runs.tracebacks import explain_traceback  # noqa: PLC0415 - only with the option

    here = Path.cwd()
    try:
        config = shared.config()
        folder, source_roots = config.folder, config.source_roots
    except NoConfigurationError:
        folder, source_roots = here, (here / "src",)
    report = explain_traceback(_text_of(file), file, source_roots, shared.context_here(folder))
    write(
        tracebacks.as_json(report) if format_ == "json" else tracebacks.as_text(report, look),
        output,
        is_for_log=format_ == "text",
    )
    return report.exit_status


def _text_of(file: str) -> str:
    """Return the text of a file; raises UserError if it cannot be read, or is no text."""
    try:
        data = sys.stdin.buffer.read() if file == "-" else disk.read(file)
    except OSError as error:
        raise unreadable(error, file) from None
    encoding = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"  # PowerShell redirects as UTF-16
    text = data.decode(encoding, errors="replace")
    if "\0" in text:
        raise UserError(Problem("This file is binary; give a log or a traceback as text.", file=file))
    return text


def _config(names: tuple[str, ...], shared: Shared) -> Config:
    """Return the configuration that is named or found; in a workspace, the one that has the contract or the module."""
    if shared.config_file is not None:
        return shared.config()
    configs = shared.configs()
    if len(configs) == 1 or not names:
        config = shared.config()
        if len(configs) > 1:
            warn(f"Only the contracts of {config.file} are explained; --config explains those of a member.")
        return config
    having = [config for config in configs if names[0] in ids_of(config)] if len(names) == 1 else []
    if len(having) > 1:
        options = listed((config.options.strip() or f"--config {config.file}" for config in having), "or")
        raise UserError(Problem(f"Several configurations have a contract '{names[0]}'. Add {options}."))
    return having[0] if having else _about(names[0], shared) or shared.config()


def _about(module: str, shared: Shared) -> Config | None:
    """Return the first of the configurations that are found that is about the package of a module, or None."""
    try:
        configs = shared.configs()
    except NoConfigurationError:
        return None
    package = top_level(module)
    return next((each for each in configs if package in {top_level(name) for name in each.root_packages}), None)
