"""The command ``init``."""

from __future__ import annotations

from pathlib import Path

import click

from import_contracts.cli.terminal import Shared, exclude_option, no_custom_types, write
from import_contracts.reporters.init import as_text
from import_contracts.runs import init as run


@click.command("init", short_help="Infer contracts from the code and write them.")
@click.argument("packages", metavar="[PACKAGE]...", nargs=-1)
@click.option("--from-import-linter", "rewrites", is_flag=True, help="Convert import-linter's configuration instead.")
@exclude_option
@click.option("--dry-run", is_flag=True, help="Print what would be written, but write nothing.")
@no_custom_types
def command(
    *, packages: tuple[str, ...], rewrites: bool, globs: tuple[str, ...], dry_run: bool, no_custom_types: bool
) -> int:
    """Infer contracts that the code does not break, and write them to pyproject.toml, each with the reasons for it.

    By default, every package in this folder and in "src" is read. The contracts are the best layers for the packages,
    independence for modules that nothing connects, and no cycles; existing cycles are written to a baseline. If there
    is a configuration already, nothing is changed.
    """
    if rewrites and packages:
        raise click.UsageError("--from-import-linter reads the packages from the configuration; name none.")
    if rewrites and globs:
        raise click.UsageError("--from-import-linter converts what is there; add the key 'exclude' to the result.")
    folder = Path.cwd()
    context = Shared(no_cache=dry_run).context_here(folder)
    proposal = (
        run.rewrite_configuration(folder, custom_types=not no_custom_types)
        if rewrites
        else run.infer_configuration(packages, context, globs)
    )
    write(proposal.text if dry_run else as_text(run.write_configuration(proposal, context)), None)
    return 0
