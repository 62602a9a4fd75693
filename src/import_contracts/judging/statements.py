"""The statements of imports, and the text of modules. A file is read when something in it is first used."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence, Set
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from import_contracts.graph.import_graph import Edge, Import, ImportGraph
from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import ancestors
from import_contracts.reading.files.program_text import Entry, ProgramText
from import_contracts.reading.scanning.scan import Statement
from import_contracts.reading.snapshot import Snapshot
from import_contracts.reading.source.imports import WrittenImport, read_calls
from import_contracts.reading.source.resolution import resolve
from import_contracts.reading.source.text import Source, UndecodableError, decode, split_lines
from import_contracts.reports.later import LaterImport

if TYPE_CHECKING:
    from import_contracts.entries.launch import Launcher
    from import_contracts.reports.cycles import Place


class Statements:
    """The import statements of a program, and the text of its modules.

    ``modules_read`` are the modules whose import statements have been read so far. ``gives_texts`` is True if the text
    of files was given to a rule. ``functions`` are those that a diagnosis depends on: see `Remedies.functions`. A file
    outside the program, such as a test, has its path instead of the name of a module.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.modules_read: set[str] = set()
        self.gives_texts = False
        self.functions: Set[tuple[str, str]] = frozenset()
        self._imports: dict[tuple[Edge, tuple[int, ...]], Import] = {}
        self._in_graph: dict[ImportGraph, dict[Edge, Import]] = {}
        self._sources: dict[str, Source | None] = {}

    def statement(self, edge: Edge, graph: ImportGraph) -> Import:
        """Return the first statement of an import, with the kind of its most eager statement. It is read when used."""
        known = self._in_graph.setdefault(graph, {})
        if edge not in known:
            known[edge] = self.statement_of(edge, graph.lines(*edge))
        return known[edge]

    def statement_on(self, edge: Edge, line: int) -> Import:
        """Return the statement of an import on one of its lines. It is read when used."""
        return self.statement_of(edge, (line,))

    def statement_of(self, edge: Edge, lines: tuple[int, ...]) -> Import:
        """Return the statement on the first of some lines, with the most eager kind of all. It is read when used."""
        if (edge, lines) not in self._imports:
            path, line = self.path(edge[0]), lines[0] if lines else 1
            self._imports[edge, lines] = LaterImport(edge, path, line, lambda: self._read(edge, lines), lines)
        return self._imports[edge, lines]

    def _read(self, edge: Edge, lines: tuple[int, ...]) -> Statement:
        importer, imported = edge
        self.modules_read.add(importer)
        known = self.snapshot.statements(importer)
        statements = [known.get((imported, line)) or _on_line(known, line) for line in lines] or [_NOT_READ]
        kind = min((statement.kind for statement in statements), key=lambda kind: kind.rank)
        return Statement(statements[0].column, kind, statements[0].text)

    def on_line(self, edge: Edge, line: int) -> Import:
        """Return a line of the importer as the statement of an import, whatever is on that line."""
        return LaterImport(edge, self.path(edge[0]), line, lambda: Statement(1, Kind.RUNTIME, self.text(edge[0], line)))

    def place(self, module: str, line: int, *, is_call: bool = False) -> Place:
        """Return a line of a module as reports show it; ``is_call`` says that it calls what leads on from there."""
        from import_contracts.reports.cycles import Place  # noqa: PLC0415 - not needed for `check`

        return Place(module, self.path(module), line, self.text(module, line), is_call)

    def text(self, module: str, line: int) -> str:
        """Return a line of a module, counted from 1, without the space around it; "" if there is none to quote."""
        source = self.quotable_source(module)
        text = source.text if source else self._outside_text(module)
        lines = [] if text is None else split_lines(text)
        return lines[line - 1].strip() if 0 < line <= len(lines) else ""

    def path(self, module: str) -> str:
        """Return the path of a module as reports show it; of a namespace package or an external one, ``a/b``."""
        file = self.snapshot.program.by_module.get(module)
        if file is None:
            return module if module.endswith(".py") else module.replace(".", "/")
        return self.snapshot.context.shown(file.path)

    def source(self, module: str) -> Source | None:
        """Return the text of a module; None if it has no file, or this cannot be read or decoded.

        Raises UserError if the file could be read when its imports were, and now cannot.
        """
        if module not in self._sources:
            file = self.snapshot.program.by_module.get(module)
            data = self.snapshot.content(module)
            source: Source | None = None
            with suppress(UndecodableError):
                if file is not None and data is not None:
                    source = Source(module, self.path(module), file.is_package, decode(data))
            self._sources[module] = source
        return self._sources[module]

    def quotable_source(self, module: str) -> Source | None:
        """Return the text of a module as `source` does; None also if reports must not quote it."""
        return self.source(module) if self.snapshot.may_quote(module) else None

    def exists(self, module: str) -> bool:
        """Tell whether there is a module of some name, which may be excluded."""
        program = self.snapshot.program
        folders = program.excluded_folders
        is_excluded = bool(folders) and not folders.isdisjoint((module, *ancestors(module)))
        return is_excluded or module in program.modules or module in program.excluded_files

    @cached_property
    def graph_at_base(self) -> ImportGraph | None:
        """The import graph where the branch began; None if it is not known."""
        from import_contracts.judging.merge_base import graph_at_base  # noqa: PLC0415 - few contracts need it

        return graph_at_base(self.snapshot)

    @property
    def asked_base(self) -> bool:
        """Whether a verdict depends on where the branch began."""
        return "graph_at_base" in vars(self)

    # --- entries ------------------------------------------------------------------------------------------------

    @cached_property
    def launcher(self) -> Launcher:
        """What finds the entries of the program."""
        from import_contracts.entries.launch import Launcher  # noqa: PLC0415 - most reports are not about entries
        from import_contracts.reading.files.outside import Outside  # noqa: PLC0415 - as above

        portions = self.snapshot.program.portions
        places = dict.fromkeys(Path(folder).parents[root.count(".")] for root, folder in portions)
        files = self.snapshot.program.by_module
        outside = Outside({files[module].path: source.text for module, source in self.sources.items()})
        return Launcher(self.snapshot.context, places, self.snapshot.program.roots, outside)

    def _start(self, spellings: Sequence[str]) -> Sequence[Entry]:
        return self.launcher.given(spellings)

    def text_for_rule(self, module: str) -> Source | None:
        """Return the text of a module for a rule, whose verdict then depends on it."""
        self.gives_texts = True
        return self.source(module)

    @property
    def outside(self) -> dict[str, str]:
        """The digest of each file and folder outside the program that was looked at, by its absolute path."""
        return self.launcher.outside.seen if "launcher" in vars(self) else {}

    def looked_at(self, outside: Mapping[str, str]) -> None:
        """Note what another process has looked at outside the program."""
        self.launcher.outside.seen.update(outside)

    def _outside_text(self, path: str) -> str | None:
        """Return the text of a file outside the program; None if there is none to quote."""
        absolute = os.path.join(self.snapshot.context.folder, path)
        is_known = absolute in self.outside and self.snapshot.may_quote_file(absolute)
        return self.launcher.outside.text(absolute) if is_known else None

    @cached_property
    def sources(self) -> dict[str, Source]:
        """The text of every module for which `source` returns one, by module."""
        found: dict[str, Source] = {}
        modules = self.snapshot.program.by_module
        with self.snapshot.context.step("read the texts", len(modules)) as advance:
            for module in modules:
                if (source := self.source(module)) is not None:
                    found[module] = source
                advance()
        return found

    @cached_property
    def calls(self) -> dict[tuple[Edge, int], WrittenImport]:
        """The imports by a call of ``import_module`` or ``__import__``, by edge and line."""
        return {
            ((source.module, imported), written.line): written
            for source in filter(None, map(self.source, self.snapshot.callers()))
            for written in read_calls(source.text, source.module, is_package=source.is_package)
            if (imported := self.resolved(written, source)) is not None
        }

    def resolved(self, written: WrittenImport, source: Source) -> str | None:
        """Return the module of the program that an import imports; None if it imports another one."""
        modules = self.snapshot.program.modules
        return resolve(written, source.module, is_package=source.is_package, modules=modules)

    def depend_on(self, functions: Set[tuple[str, str]]) -> None:
        """Note functions, by module and name, that a verdict or a diagnosis depends on."""
        self.functions |= functions

    @cached_property
    def program_text(self) -> ProgramText:
        """The text of the whole program, and the modules that each module may import when it runs."""
        self.gives_texts = True
        running = (sys.version_info.major, sys.version_info.minor)
        imports, namespaces = self._may_import(), self.snapshot.program.namespaces
        return ProgramText(self.sources, imports, namespaces, running, self._start, self.depend_on)

    def _may_import(self) -> dict[str, dict[str, Kind]]:
        """Return the imported modules of each module with the most eager kind, also by calls, never type checking."""
        graph = self.snapshot.scan.graph
        kinds: dict[str, dict[str, Kind]] = {module: {} for module in graph.modules}
        excluded = set(Kind)
        for kind in (Kind.RUNTIME, Kind.DEFERRED, Kind.LAZY):
            excluded -= {kind}
            for importer, imported in graph.without_kinds(excluded).edges():
                kinds[importer].setdefault(imported, kind)
        for ((importer, imported), _), call in self.calls.items():
            known = kinds[importer].get(imported, call.kind)
            kinds[importer][imported] = min(known, call.kind, key=lambda kind: kind.rank)
        return kinds


_NOT_READ = Statement(1, Kind.RUNTIME, "")


def _on_line(known: dict[tuple[str, int], Statement], line: int) -> Statement:
    """Return the first statement on a line, whatever it imports; for a parent package, this imports its child."""
    return next((statement for (_, at), statement in known.items() if at == line), _NOT_READ)
