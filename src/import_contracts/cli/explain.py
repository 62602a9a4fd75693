"""The command ``explain``."""

from __future__ import annotations

from pathlib import Path

import click

from import_contracts.cli.terminal import Shared, look_options, once, options, source_roots, write
from import_contracts.config.session import Config
from import_contracts.config.workspace import places_of
from import_contracts.problems import UserError
from import_contracts.reporters.explanation import as_json, as_text
from import_contracts.reporters.style import Style
from import_contracts.reports.explain import Dependency, Explanation
from import_contracts.runs import explain as run


@click.command("explain", short_help="Explain a dependency or a contract; show modules not covered.")
@click.argument("names", metavar="[CONTRACT | IMPORTER IMPORTED]", nargs=-1)
@once("--format", "format_", type=click.Choice(["json", "text"]), default="text", help="Default: text.")
@once("--output", metavar="FILE", help="Write the report to FILE.")
@source_roots
@look_options
@options
def command(  # noqa: PLR0913 - each is an option
    *,
    names: tuple[str, ...],
    format_: str,
    output: str | None,
    source_roots: tuple[str, ...],
    look: Style,
    shared: Shared,
) -> int:
    """Explain how one module depends on another, or what a contract means.

    \b
    lint-imports explain                     every contract in a sentence, the ignored imports, and
                                             the modules that no contract covers
    lint-imports explain CONTRACT            one contract: its rule, its modules, its ignored imports
    lint-imports explain IMPORTER IMPORTED   the chains from one module or package to another, the
                                             fewest imports to remove, and the contracts about it

    For two modules no configuration is needed: they are looked up in this folder, in "src", in the members of a uv
    workspace, and among the installed packages. The program is never run. The exit status is 0, or 2 if something is
    wrong or could not be read.
    """  # noqa: D301 - as above
    if len(names) > 2:
        raise click.UsageError("Name at most a contract, or two modules: the importer and the imported one.")
    if source_roots and (len(names) < 2 or shared.config_file is not None):
        raise click.UsageError("--source-root is for two modules without a configuration.")
    report: Explanation | Dependency
    needs_config = len(names) < 2 or shared.config_file is not None
    config = shared.config() if needs_config else None if source_roots else _about(names[0], shared)
    if config is None:
        here = Path.cwd()
        places = places_of(here, source_roots).folders
        report = run.explain_installed(names[0], names[1], places, shared.context_here(here))
    elif len(names) == 2:
        report = run.explain_dependency(names[0], names[1], config, shared.context(config))
    else:
        report = run.explain_contracts(config, names[0] if names else None, shared.context(config))
    write(as_json(report) if format_ == "json" else as_text(report, look), output, is_for_log=format_ == "text")
    return report.exit_status


def _about(module: str, shared: Shared) -> Config | None:
    """Return the configuration that is found, if it is about the package of a module; else None."""
    try:
        config = shared.config()
    except UserError:
        return None
    return config if module.partition(".")[0] in {root.partition(".")[0] for root in config.root_packages} else None
