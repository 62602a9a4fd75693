"""What the files say of the imports that a report shows."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from import_contracts import git
from import_contracts.graph import Edge, Import, ImportGraph, Kind
from import_contracts.names import within
from import_contracts.report import ReportedViolation
from import_contracts.scan import Statement
from import_contracts.snapshot import Snapshot
from import_contracts.violations import Violation


class Evidence:
    """Tells of the imports that are shown what the files say.

    ``folder`` is one of the program's repository; ``shown`` makes of a path what reports show.
    """

    def __init__(self, snapshot: Snapshot, folder: Path, shown: Callable[[str], str]) -> None:
        self._snapshot = snapshot
        self._folder = folder
        self._shown = shown
        self._imports: dict[tuple[Edge, tuple[int, ...]], Import] = {}
        self._before: dict[str, frozenset[str]] = {}

    def of(self, violation: Violation, graph: ImportGraph) -> ReportedViolation:
        """Return a violation with the statements that make it."""
        chain = tuple(self.statement(edge, graph) for edge in violation.chain)
        return ReportedViolation(
            violation.importer,
            violation.imported,
            violation.target,
            violation.message,
            chain[0].path if chain else self.path(violation.importer),
            graph.lines(*violation.chain[0]) if chain else (),
            chain,
        )

    def statement(self, edge: Edge, graph: ImportGraph) -> Import:
        """Return the first statement that imports one module into another, with the kind of the most eager one."""
        lines = graph.lines(*edge)
        if (edge, lines) not in self._imports:
            self._imports[edge, lines] = self._read(edge, lines)
        return self._imports[edge, lines]

    def is_added(self, edge: Edge, *, parents: bool) -> bool | None:
        """Tell whether an import was added since the merge base; None if git does not know of one.

        Where ``parents`` count, importing ``a.b`` has been an import of ``a`` too.
        """
        importer, imported = edge
        if self._merge_base is None:
            return None
        if importer not in self._before:
            file = self._snapshot.program.by_module.get(importer)
            data = git.at(self._folder, self._merge_base, file.path) if file else None
            self._before[importer] = frozenset() if data is None else self._snapshot.imported_by(importer, data)
        before = self._before[importer]
        return not (imported in before or (parents and any(within(each, imported) for each in before)))

    @cached_property
    def _merge_base(self) -> str | None:
        return git.merge_base(self._folder)

    def _read(self, edge: Edge, lines: tuple[int, ...]) -> Import:
        importer, imported = edge
        known = self._snapshot.statements(importer)
        at = [known.get((imported, line)) or _on_line(known, line) for line in lines]
        kind = min((each.kind for each in at), key=list(Kind).index, default=Kind.RUNTIME)
        first = at[0] if at else _NOT_READ
        line = lines[0] if lines else 1
        return Import(importer, imported, self.path(importer), line, first.column, kind, first.text)

    def path(self, module: str) -> str:
        """Return the path of a module as reports show it."""
        file = self._snapshot.program.by_module.get(module)
        return self._shown(file.path) if file else module.replace(".", "/")


_NOT_READ = Statement(1, Kind.RUNTIME, "")


def _on_line(known: dict[tuple[str, int], Statement], line: int) -> Statement:
    """Return a statement of a line whatever it imports: a parent package is imported by that of its child."""
    return next((statement for (_, at), statement in known.items() if at == line), _NOT_READ)
