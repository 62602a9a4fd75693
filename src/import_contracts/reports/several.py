"""One report for a run of several configurations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import chain

from import_contracts.problems import Problem
from import_contracts.records import replace
from import_contracts.reports.check import Report
from import_contracts.wording import listed


def joined(
    reports: Sequence[Report],
    files: Sequence[str],
    ids: Sequence[Sequence[str]],
    sizes: Sequence[tuple[int, int]],
) -> Report:
    """Return the reports of several configurations as one, in order; of one configuration, its report as it is.

    ``files`` are the configuration files, and ``ids`` the ids of the contracts in each. ``sizes`` are the numbers of
    modules and of imports, once for each program. An id that contracts of several files have is shown as ``file:id``.
    """
    if len(reports) == 1:
        return reports[0]
    times = Counter(chain.from_iterable(map(set, ids)))
    repeated = {id_ for id_ in times if times[id_] > 1}
    parts = [_qualified(report, file, repeated) for report, file in zip(reports, files, strict=True)]
    baselines = [part for part in parts if part.stale is not None]
    return replace(
        parts[0],
        modules=sum(modules for modules, _ in sizes),
        imports=sum(imports for _, imports in sizes),
        outcomes=tuple(outcome for part in parts for outcome in part.outcomes),
        problems=tuple(dict.fromkeys(problem for part in parts for problem in part.problems)),
        unreadable=tuple(dict.fromkeys(file for part in parts for file in part.unreadable)),
        stale=tuple(entry for part in baselines for entry in part.stale or ()) if baselines else None,
        renamings=tuple(renaming for part in parts for renaming in part.renamings),
        asked_git=any(part.asked_git for part in parts),
        names_added=any(part.names_added for part in parts),
        options="",
        baseline=listed(sorted({str(part.baseline) for part in baselines})) if baselines else None,
        weakening=None,
        parts=tuple(parts),
    )


def _qualified(report: Report, file: str, repeated: set[str]) -> Report:
    """Return a report in which the ids of contracts that other files have too are shown with the file."""

    def shown(id_: str) -> str:
        return f"{file}:{id_}" if id_ in repeated else id_

    def about(problem: Problem) -> Problem:
        return problem if problem.contract is None else replace(problem, contract=shown(problem.contract))

    return replace(
        report,
        outcomes=tuple(replace(outcome, id=shown(outcome.id)) for outcome in report.outcomes),
        problems=tuple(map(about, report.problems)),
    )
