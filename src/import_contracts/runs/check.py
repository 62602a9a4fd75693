"""The runs as functions."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from import_contracts.config.config import Config, Contract, repository, shown
from import_contracts.problems import Problem, UserError, did_you_mean
from import_contracts.reading.program import find_portions
from import_contracts.reading.snapshot import Answer, Snapshot, Watch
from import_contracts.reporters import FORMATS
from import_contracts.reporters.style import Style

if TYPE_CHECKING:
    from import_contracts.baseline import Entry
    from import_contracts.reports.check import Report
    from import_contracts.reports.cycles import CyclesReport, Question


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
    return _report(config, contracts, baseline, snapshot_of(config, cache, watch, warn), watch)


def lint(  # noqa: PLR0913 - as above
    config: Config,
    formats: Sequence[tuple[str, Style]],
    *,
    only: Collection[str] = (),
    use_baseline: bool = True,
    cache: Path | None = None,
    watch: Watch = lambda _: nullcontext(),
    warn: Callable[[str], None] = lambda _: None,
) -> list[Answer]:
    """Do as `check` does and return the report in each format; where nothing has changed, those from the cache."""
    baseline = read_baseline(config) if use_baseline else None
    snapshot = snapshot_of(config, cache, watch, warn)
    requests = _requests([_said(config), sorted(set(only)), baseline], config.folder, formats)
    if not config.custom_types and (stored := _stored(snapshot, requests, watch)):
        return stored
    report = _report(config, _chosen(config, only), baseline, snapshot, watch)
    with watch("write the report"):
        answers = [Answer(FORMATS[format_](report, style), report.exit_status) for format_, style in formats]
    git_had_a_say = any(outcome.causes for outcome in report.outcomes)
    if not config.custom_types and not git_had_a_say:
        evidence = _shown(report)
        for request, answer in zip(requests, answers, strict=True):
            snapshot.keep(request, answer, evidence)
    return answers


def _requests(said: Sequence[object], folder: Path, formats: Sequence[tuple[str, Style]]) -> list[str]:
    """Return what is asked of the cache for each format: all that a report depends on beside the program."""
    root = repository(folder)
    said = [*said, folder.relative_to(root).parts if root else None]
    return [json.dumps([*said, name, style.verbose, style.color], default=repr) for name, style in formats]


def _stored(snapshot: Snapshot, requests: Sequence[str], watch: Watch) -> list[Answer]:
    """Return the answers from the cache; none where one is missing, as all are made of the same report."""
    found = [answer for request in requests if (answer := snapshot.answer(request)) is not None]
    if len(found) < len(requests):
        return []
    with watch("reuse the report"):
        return found


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
    formats: Sequence[tuple[str, Style]],
    *,
    cache: Path | None = None,
    watch: Watch = lambda _: nullcontext(),
    warn: Callable[[str], None] = lambda _: None,
) -> list[Answer]:
    """Do as `cycles` does and return the report in each format; where nothing has changed, those from the cache."""
    snapshot = _cycles_snapshot(question, folder, source_roots, cache, watch, warn)
    requests = _requests([repr(question), str(folder)], folder, formats)
    if stored := _stored(snapshot, requests, watch):
        return stored
    report = _cycles(question, folder, snapshot, watch)
    with watch("write the report"):
        answers = [Answer(_rendered(report, folder, *each), report.exit_status) for each in formats]
    for request, answer in zip(requests, answers, strict=True):
        snapshot.keep(request, answer, None)
    return answers


def _rendered(report: CyclesReport, folder: Path, format_: str, style: Style) -> str:
    from import_contracts.reporters import cycles as reporter  # noqa: PLC0415 - not needed by check

    if format_ == "json":
        return reporter.as_json(report)
    if format_ == "text":
        return reporter.as_text(report, style)
    return FORMATS[format_](replace(placed(reporter.as_report(report), folder), judges=False), style)


def placed(report: Report, folder: Path) -> Report:
    """Return a report that knows where its paths are."""
    root = repository(folder)
    return replace(report, folder=folder.as_posix(), root=root.as_posix() if root else "")


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
    from import_contracts.judging.diagnosis import diagnose  # noqa: PLC0415 - not needed while nothing has changed
    from import_contracts.judging.statements import Evidence  # noqa: PLC0415

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


def snapshot_of(
    config: Config, cache: Path | None, watch: Watch, warn: Callable[[str], None], *, kinds: bool = False
) -> Snapshot:
    """Return the program that a configuration names, with the kinds of imports if a contract or the caller wants them.

    Raises UserError, with all problems of the configuration, where a root package is not found.
    """
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
        kinds=kinds or config.may_exclude,
        cache=cache,
        base=config.folder,
        watch=watch,
        warn=warn,
    )


def _report(
    config: Config, contracts: list[Contract], baseline: str | None, snapshot: Snapshot, watch: Watch
) -> Report:
    from import_contracts.judging.verdict import judge  # noqa: PLC0415 - not needed while nothing has changed

    report = placed(judge(config, contracts, snapshot, known_entries(config, baseline), watch), config.folder)
    return report if baseline is None else replace(report, baseline=config.shown(str(config.baseline)))


def known_entries(config: Config, baseline: str | None) -> frozenset[Entry] | None:
    """Return the entries of the baseline, None where there is none."""
    from import_contracts.baseline import parse  # noqa: PLC0415 - as above

    return None if baseline is None else parse(baseline, config.shown(str(config.baseline))).entries


def _chosen(config: Config, only: Collection[str]) -> list[Contract]:
    ids = [contract.id for contract in config.contracts]
    unknown = [each for each in dict.fromkeys(only) if each not in ids]
    if unknown:
        raise UserError(*(Problem(f"There is no contract '{each}'.{did_you_mean(each, ids)}") for each in unknown))
    return [contract for contract in config.contracts if not only or contract.id in only]
