"""The command ``init``."""

from __future__ import annotations

from pathlib import Path

from import_contracts.cli.parameters import UsageError, argument, declare, option
from import_contracts.cli.terminal import Shared, cache_options, exclude_option, warn, write
from import_contracts.config.workspace import places_of
from import_contracts.reporters.init import as_text
from import_contracts.runs import init as run


@declare("init", short_help="Infer contracts from the code and write them.")
@argument("packages", metavar="[PACKAGE]...", multiple=True)
@option("--from-import-linter", "rewrites", is_flag=True, help="Convert import-linter's configuration instead.")
@option("--from-tach", "from_tach", is_flag=True, help="Convert tach's configuration instead.")
@exclude_option
@option("--dry-run", is_flag=True, help="Print what would be written, but write nothing.")
@option(
    "--source-root",
    "source_roots",
    metavar="DIR",
    multiple=True,
    help="Look for packages in DIR, which may have wildcards. Can be repeated.",
)
@cache_options
def command(  # noqa: PLR0913 - each is an option
    *,
    packages: tuple[str, ...],
    rewrites: bool,
    from_tach: bool,
    globs: tuple[str, ...],
    dry_run: bool,
    source_roots: tuple[str, ...],
    shared: Shared,
) -> int:
    """Infer contracts that the code does not break, and write them to pyproject.toml, each with the reasons for it.

    By default, every package in this folder, in "src" and in the members of a uv workspace is read. The contracts are
    the best layers for the packages, rules that the code already follows, such as interfaces of packages, and no
    cycles; existing cycles are written to a baseline. If this folder or a parent folder already has a configuration,
    even one of import-linter, nothing is changed. A member of a workspace may have its own.
    """
    if rewrites and from_tach:
        raise UsageError("--from-import-linter cannot be used with --from-tach.")
    converts = "--from-import-linter" if rewrites else "--from-tach" if from_tach else ""
    if converts and packages:
        raise UsageError(f"{converts} reads the packages from the configuration; name none.")
    if converts and source_roots:
        raise UsageError(f"{converts} reads the packages from the configuration; name no --source-root.")
    if converts and globs:
        raise UsageError(f"{converts} converts what is there; add the key 'exclude' to the result.")
    folder = Path.cwd()
    found = None if rewrites else run.in_force(folder)
    if found and not dry_run:
        write(as_text(found), None)
        return 0
    if not (converts or found) and (unread := run.tach_in_force(folder)):
        warn(f"{unread} is not read; to convert it, run: lint-imports init --from-tach")
    context = (shared._replace(no_cache=True) if dry_run else shared).context_here(folder)
    proposal = (
        run.rewrite_configuration(folder, custom_types=not shared.no_custom_types)
        if rewrites
        else run.rewrite_tach(folder, context)
        if from_tach
        else run.infer_configuration(packages, places_of(folder, source_roots), context, globs)
    )
    if found:
        warn(f"{found.file} has a configuration already; without --dry-run, nothing would be changed.")
    write(proposal.text if dry_run else as_text(run.write_configuration(proposal, context)), None)
    return 0
