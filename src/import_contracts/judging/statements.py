"""What the files say of the imports that a report shows."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from import_contracts import git
from import_contracts.contracts.findings import Violation
from import_contracts.graph.import_graph import Edge, Import, ImportGraph
from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import within
from import_contracts.reading.imports import WrittenImport, read_calls
from import_contracts.reading.resolution import resolve
from import_contracts.reading.scan import Statement
from import_contracts.reading.snapshot import Snapshot
from import_contracts.reading.text import Source, UndecodableError, decode, split_lines
from import_contracts.reports.check import Change, ReportedFix, ReportedViolation
from import_contracts.reports.cycles import Place, ReportedCrash

if TYPE_CHECKING:
    from import_contracts.crashes.interpreter import Crash
    from import_contracts.repair.fixes import Fix, Fixes


class Evidence:
    """Tells of the imports that are shown what the files say.

    ``folder`` is one of the program's repository; ``shown`` makes of a path what reports show.
    """

    def __init__(self, snapshot: Snapshot, folder: Path, shown: Callable[[str], str]) -> None:
        self._snapshot = snapshot
        self._folder = folder
        self._shown = shown
        self._imports: dict[tuple[Edge, tuple[int, ...]], Import] = {}
        self._sources: dict[str, Source | None] = {}
        self._fixes: tuple[ImportGraph, Fixes] | None = None
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
        kind = min((each.kind for each in at), key=lambda kind: kind.rank, default=Kind.RUNTIME)
        first = at[0] if at else _NOT_READ
        line = lines[0] if lines else 1
        return Import(importer, imported, self.path(importer), line, first.column, kind, first.text)

    def source(self, module: str) -> Source | None:
        """Return the text of a module; None where there is none, or it cannot be decoded."""
        if module not in self._sources:
            file = self._snapshot.program.by_module.get(module)
            found: Source | None = None
            with suppress(OSError, UndecodableError):
                found = Source(module, self._shown(file.path), file.is_package, decode(file.read())) if file else None
            self._sources[module] = found
        return self._sources[module]

    @cached_property
    def sources(self) -> dict[str, Source]:
        """The text of every module that has one."""
        modules = self._snapshot.program.by_module
        return {module: found for module in modules if (found := self.source(module)) is not None}

    @cached_property
    def calls(self) -> dict[tuple[Edge, int], WrittenImport]:
        """What is imported by a call of ``import_module`` or ``__import__``, by edge and line."""
        return {
            ((source.module, imported), written.line): written
            for source in filter(None, map(self.source, self._snapshot.callers()))
            for written in read_calls(source.text, source.module, is_package=source.is_package)
            if (imported := self.resolved(written, source)) is not None
        }

    def resolved(self, written: WrittenImport, source: Source) -> str | None:
        """Return the module of the program that an import imports, None where it is not one of these."""
        modules = self._snapshot.program.modules
        return resolve(written, source.module, is_package=source.is_package, modules=modules)

    @cached_property
    def imports(self) -> dict[str, dict[str, Kind]]:
        """The modules that each one may import when it runs, by calls too, with the kind of the most eager import."""
        graph = self._snapshot.scan.graph
        found: dict[str, dict[str, Kind]] = {module: {} for module in graph.modules}
        left_out = {Kind.RUNTIME, Kind.DEFERRED, Kind.LAZY, Kind.TYPE_CHECKING}
        for kind in (Kind.RUNTIME, Kind.DEFERRED, Kind.LAZY):
            left_out -= {kind}
            for importer, imported in graph.without_kinds(left_out).edges():
                found[importer].setdefault(imported, kind)
        for (importer, imported), call in ((edge, call) for (edge, _), call in self.calls.items()):
            found[importer][imported] = min(
                found[importer].get(imported, call.kind), call.kind, key=lambda kind: kind.rank
            )
        return found

    def crash(self, crash: Crash) -> ReportedCrash:
        """Return a crash with the lines that it is about."""
        return ReportedCrash(
            entry=crash.entry,
            error=crash.error,
            imported=crash.imported,
            name=crash.name,
            place=self._place(crash.importer, crash.line),
            stack=tuple(self._place(frame.module, frame.line, is_call=frame.is_call) for frame in crash.stack),
            defined=None if crash.defined is None else self._place(crash.imported, crash.defined),
            works_from=crash.works_from,
        )

    def _place(self, module: str, line: int, *, is_call: bool = False) -> Place:
        source = self.source(module)
        lines = split_lines(source.text) if source else []
        text = lines[line - 1].strip() if 0 < line <= len(lines) else ""
        return Place(module, self.path(module), line, text, is_call)

    @property
    def namespaces(self) -> frozenset[str]:
        """The packages without a file."""
        return self._snapshot.program.namespaces

    def cheapest_fix(
        self, edge: Edge, graph: ImportGraph, excluded: frozenset[Kind], cycle: frozenset[str]
    ) -> ReportedFix:
        """Return how to do without an import of a cycle, for the Python that runs this."""
        from import_contracts.repair.fixes import Fixes, FixKind  # noqa: PLC0415 - seldom needed

        if self._fixes is None or self._fixes[0] is not graph:
            self._fixes = graph, Fixes(self.source, graph, (sys.version_info.major, sys.version_info.minor))
        kinds = frozenset(Kind) - excluded
        without = {FixKind.DEFER} if Kind.DEFERRED in kinds else set()
        without |= {FixKind.TYPE_CHECKING} if Kind.TYPE_CHECKING in kinds else set()
        fix = self._fixes[1].fix(*edge, kinds=kinds, cycle=cycle, without=frozenset(without))
        return self.fix(fix, self._fixes[1])

    def fix(self, fix: Fix, fixes: Fixes) -> ReportedFix:
        """Return a fix with what to write."""
        changes = (
            Change(self.path(module), edit.line, edit.old, edit.new)
            for module, edits in fixes.edits([fix]).items()
            for edit in edits
        )
        return ReportedFix(fix.kind, fix.why, tuple(changes))

    def path(self, module: str) -> str:
        """Return the path of a module as reports show it."""
        file = self._snapshot.program.by_module.get(module)
        return self._shown(file.path) if file else module.replace(".", "/")


_NOT_READ = Statement(1, Kind.RUNTIME, "")


def _on_line(known: dict[tuple[str, int], Statement], line: int) -> Statement:
    """Return a statement of a line whatever it imports: a parent package is imported by that of its child."""
    return next((statement for (_, at), statement in known.items() if at == line), _NOT_READ)
