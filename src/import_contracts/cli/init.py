"""The command ``init``."""

from __future__ import annotations

from pathlib import Path

import click

from import_contracts.cli.terminal import CacheChoice, write
from import_contracts.reporters.init import as_text
from import_contracts.runs import init


@click.command("init", short_help="Write contracts that hold today, inferred from the code.")
@click.argument("packages", metavar="[PACKAGE]...", nargs=-1)
@click.option("--from-import-linter", "rewrites", is_flag=True, help="Rewrite import-linter's configuration instead.")
@click.option("--dry-run", is_flag=True, help="Print what would be written, and write nothing.")
def command(*, packages: tuple[str, ...], rewrites: bool, dry_run: bool) -> int:
    """Look at the code and write contracts that hold today into pyproject.toml, each with why it was inferred.

    Without a name, every package in this folder and in "src" is looked at. The contracts: the best layering of the
    packages, independence where nothing connects siblings, and no cycles, with a baseline of those that there are.
    Where there is a configuration already, nothing is changed.
    """
    if rewrites and packages:
        raise click.UsageError("--from-import-linter takes the packages from the configuration; name none.")
    folder = Path.cwd()
    context = CacheChoice(is_off=dry_run).context_here(folder)
    proposal = init.rewrite_configuration(folder) if rewrites else init.infer_configuration(packages, context)
    write(proposal.text if dry_run else as_text(init.write_configuration(proposal, context)), None)
    return 0
