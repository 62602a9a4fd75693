"""The command ``explain``."""

from __future__ import annotations

from pathlib import Path

import click

from import_contracts.cli.terminal import CacheChoice, look_options, options, read, style, write
from import_contracts.config.session import Config
from import_contracts.problems import UserError
from import_contracts.reporters.explanation import as_json, as_text
from import_contracts.reports.explain import Dependency, Explanation
from import_contracts.runs import explain


@click.command("explain", short_help="Say how A depends on B, what a contract says, what none looks at.")
@click.argument("names", metavar="[CONTRACT | IMPORTER IMPORTED]", nargs=-1)
@click.option("--format", "format_", type=click.Choice(["json", "text"]), default="text", help="Default text.")
@click.option("--output", metavar="FILE", help="Write the report to a file.")
@look_options
@options
def command(  # noqa: PLR0913 - one parameter for each option
    *,
    names: tuple[str, ...],
    format_: str,
    output: str | None,
    verbose: bool,
    color: bool | None,
    show_timings: bool,
    config_file: str | None,
    cache_dir: str | None,
    no_cache: bool,
) -> int:
    """Explain how one module depends on another, or what the contracts say.

    \b
    lint-imports explain                     every contract in a sentence, what is ignored, and
                                             which modules no contract looks at
    lint-imports explain CONTRACT            one contract: what it says, looks at and ignores
    lint-imports explain IMPORTER IMPORTED   the chains from one module or package to another, the
                                             fewest imports to cut, and which contracts speak of it

    For two modules no configuration is needed: they lie in this folder, in "src", or are installed. Nothing of the
    program is run. The exit status is 0, or 2 where something is wrong or could not be read.
    """  # noqa: D301 - as above
    if len(names) > 2:
        raise click.UsageError("Name nothing, a contract, or two modules: what imports, and what is imported.")
    cache = CacheChoice(cache_dir, no_cache)
    found: Explanation | Dependency
    config = read(config_file) if len(names) < 2 or config_file is not None else _about(names[0])
    if config is None:
        here = Path.cwd()
        context = cache.context_here(here, timings=show_timings)
        found = explain.explain_installed(names[0], names[1], (here, here / "src"), context)
    elif len(names) == 2:
        found = explain.explain_dependency(names[0], names[1], config, cache.context(config, timings=show_timings))
    else:
        wanted = names[0] if names else None
        found = explain.explain_contracts(config, wanted, cache.context(config, timings=show_timings))
    look = style(verbose=verbose, color=color, output=output)
    write(as_json(found) if format_ == "json" else as_text(found, look), output)
    return found.exit_status


def _about(module: str) -> Config | None:
    """Return the configuration that is found, if it is about the package of a module; else None."""
    try:
        config = read(None)
    except UserError:
        return None
    return config if module.partition(".")[0] in {each.partition(".")[0] for each in config.root_packages} else None
