"""The runs as functions."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from import_contracts.config import Config, Contract, shown
from import_contracts.errors import Problem, UserError, did_you_mean
from import_contracts.program import find_portions
from import_contracts.reporters import FORMATS
from import_contracts.reporters.style import Style
from import_contracts.snapshot import Answer, Snapshot, Watch

if TYPE_CHECKING:
    from import_contracts.baseline import Entry
    from import_contracts.report import CyclesReport, Question, Report


def check(  # noqa: PLR0913 - one keyword for each choice
    config: Config,
    *,
    only: Collection[str] = (),
    use_baseline: bool = True,
    cache: Path | None = None,
    watch: Watch = lambda _: nullcontext(),
    warn: Callable[[str], None] = lambda _: None,
) -> Report:
    """Check the contracts of a configuration, or only those with certain ids, in the order of the configuration.

    Raises UserError, with all problems of the configuration, where there is nothing to check: a root package is not
    found, an id is not that of a contract, or the baseline cannot be read. Writes nothing but what it read, and that
    only into the folder ``cache``, if one is given; ``warn`` is told where this is not possible.
    """
    contracts = _chosen(config, only)
    baseline = read_baseline(config) if use_baseline else None
    return _report(config, contracts, baseline, _snapshot(config, cache, watch, warn), watch)


def lint(  # noqa: PLR0913 - as above
    config: Config,
    format_: str,
    style: Style,
    *,
    only: Collection[str] = (),
    use_baseline: bool = True,
    cache: Path | None = None,
    watch: Watch = lambda _: nullcontext(),
    warn: Callable[[str], None] = lambda _: None,
) -> Answer:
    """Do as `check` does and return the report in a format; where nothing has changed, the one from the cache."""
    baseline = read_baseline(config) if use_baseline else None
    snapshot = _snapshot(config, cache, watch, warn)
    request = json.dumps(
        [_said(config), sorted(set(only)), baseline, format_, style.verbose, style.color], default=repr
    )
    if not config.custom_types and (stored := snapshot.answer(request)) is not None:
        with watch("reuse the report"):
            return stored
    report = _report(config, _chosen(config, only), baseline, snapshot, watch)
    with watch("write the report"):
        answer = Answer(FORMATS[format_](report, style), report.exit_status)
    git_had_a_say = any(outcome.culprits for outcome in report.outcomes)
    if not config.custom_types and not git_had_a_say:
        snapshot.keep(request, answer, _shown(report))
    return answer


def cycles(  # noqa: PLR0913 - as above
    question: Question,
    folder: Path,
    source_roots: Sequence[Path],
    *,
    cache: Path | None = None,
    watch: Watch = lambda _: nullcontext(),
    warn: Callable[[str], None] = lambda _: None,
) -> CyclesReport:
    """Return the cycles of packages, or of parts of them; paths in the report are relative to a folder.

    Raises UserError where a package is not found. Writes nothing but what it read, as `check`.
    """
    return _cycles(question, folder, _cycles_snapshot(question, folder, source_roots, cache, watch, warn), watch)


def tell_cycles(  # noqa: PLR0913 - as above
    question: Question,
    folder: Path,
    source_roots: Sequence[Path],
    format_: str,
    style: Style,
    *,
    cache: Path | None = None,
    watch: Watch = lambda _: nullcontext(),
    warn: Callable[[str], None] = lambda _: None,
) -> Answer:
    """Do as `cycles` does and return the report in a format; where nothing has changed, the one from the cache."""
    snapshot = _cycles_snapshot(question, folder, source_roots, cache, watch, warn)
    request = json.dumps([repr(question), str(folder), format_, style.verbose, style.color])
    if (stored := snapshot.answer(request)) is not None:
        with watch("reuse the report"):
            return stored
    report = _cycles(question, folder, snapshot, watch)
    with watch("write the report"):
        answer = Answer(_rendered(report, format_, style), report.exit_status)
    snapshot.keep(request, answer, None)
    return answer


def _rendered(report: CyclesReport, format_: str, style: Style) -> str:
    from import_contracts.reporters import cycles as reporter  # noqa: PLC0415 - not needed by check

    if format_ == "json":
        return reporter.as_json(report)
    return reporter.as_text(report, style) if format_ == "text" else FORMATS[format_](reporter.as_report(report), style)


def _cycles_snapshot(  # noqa: PLR0913, PLR0917 - as above
    question: Question,
    folder: Path,
    source_roots: Sequence[Path],
    cache: Path | None,
    watch: Watch,
    warn: Callable[[str], None],
) -> Snapshot:
    try:
        portions = find_portions([each.partition(".")[0] for each in question.packages], source_roots)
    except UserError as error:
        raise UserError(*(replace(problem, key=None) for problem in error.problems)) from None
    return Snapshot(
        portions,
        include_external=False,
        kinds=True,
        every_folder=True,
        cache=cache,
        base=folder,
        watch=watch,
        warn=warn,
    )


def _cycles(question: Question, folder: Path, snapshot: Snapshot, watch: Watch) -> CyclesReport:
    from import_contracts.diagnosis import diagnose  # noqa: PLC0415 - not needed while nothing has changed
    from import_contracts.evidence import Evidence  # noqa: PLC0415

    unknown = [each for each in question.packages if each not in snapshot.program.modules]
    if unknown:
        modules = snapshot.program.modules
        raise UserError(*(Problem(f"There is no module '{each}'.{did_you_mean(each, modules)}") for each in unknown))
    return diagnose(question, snapshot, Evidence(snapshot, folder, lambda path: shown(path, folder)), watch)


def read_baseline(config: Config) -> str | None:
    """Return what the file of known violations says, None where none is configured; raises UserError if unreadable."""
    if config.baseline is None:
        return None
    name = config.shown(str(config.baseline))
    try:
        return config.baseline.read_bytes().decode()
    except FileNotFoundError:
        message = f"There is no such file; 'lint-imports baseline create{config.options}' makes it."
        raise UserError(Problem(message, file=name, key="baseline")) from None
    except UnicodeDecodeError:
        raise UserError(Problem("This file is not UTF-8 text.", file=name, key="baseline")) from None
    except OSError as error:
        raise UserError(Problem(f"This file cannot be read: {error.strerror}.", file=name, key="baseline")) from None


def _said(config: Config) -> list[object]:
    """Return all that a configuration says and a report depends on."""
    documents = [[each.file, each.session, each.contracts, each.is_peers] for each in config.documents]
    return [config.file, config.options, documents, [[str(each), each.severity] for each in config.session_problems]]


def _shown(report: Report) -> set[str] | None:
    """Return the modules of which a report shows import statements, None where it depends on more of the files."""
    if any(outcome.type == "crash" or any(cut.fixes for cut in outcome.cuts) for outcome in report.outcomes):
        return None
    chains = (each.chain for outcome in report.outcomes for each in outcome.violations)
    cuts = (cut.imports for outcome in report.outcomes for cut in outcome.cuts)
    return {each.importer for imports in (*chains, *cuts) for each in imports}


def _snapshot(config: Config, cache: Path | None, watch: Watch, warn: Callable[[str], None]) -> Snapshot:
    if not config.root_packages:
        raise UserError(*config.problems)
    try:
        portions = find_portions(config.root_packages, config.source_roots)
    except UserError as error:
        found = (replace(problem, file=config.file) for problem in error.problems)
        raise UserError(*config.problems, *found) from None
    return Snapshot(
        portions,
        include_external=config.include_external,
        kinds=config.may_exclude,
        cache=cache,
        base=config.folder,
        watch=watch,
        warn=warn,
    )


def _report(
    config: Config, contracts: list[Contract], baseline: str | None, snapshot: Snapshot, watch: Watch
) -> Report:
    from import_contracts.judge import judge  # noqa: PLC0415 - not needed while nothing has changed

    return judge(config, contracts, snapshot, _known(config, baseline), watch)


def _known(config: Config, baseline: str | None) -> frozenset[Entry] | None:
    """Return the entries of the baseline, None where there is none."""
    from import_contracts.baseline import parse  # noqa: PLC0415 - as above

    return None if baseline is None else parse(baseline, config.shown(str(config.baseline))).entries


def _chosen(config: Config, only: Collection[str]) -> list[Contract]:
    ids = [contract.id for contract in config.contracts]
    unknown = [each for each in dict.fromkeys(only) if each not in ids]
    if unknown:
        raise UserError(*(Problem(f"There is no contract '{each}'.{did_you_mean(each, ids)}") for each in unknown))
    return [contract for contract in config.contracts if not only or contract.id in only]
