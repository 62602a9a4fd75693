"""The program as it is now: what has changed since the last run is read again, and everything else remembered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import Any

from import_contracts.graph.kinds import Kind
from import_contracts.reading.cache import (
    DAMAGED,
    Answer,
    Cache,
    LastRun,
    Manifest,
    StoredAnswer,
    digest,
    signature,
)
from import_contracts.reading.context import RunContext
from import_contracts.reading.prefilter import may_call, mentions
from import_contracts.reading.program import Program, SourceFile
from import_contracts.reading.refresh import Comparison
from import_contracts.reading.scan import Read, Reading, Scan, Statement, assemble, imported_by, read, statements

_MANY = 100  # new names to search all files for; with more, the files are read anew


class Snapshot:
    """A program and its import graph as they are now.

    ``manifest`` is what the cache has of the program now, None without a cache. ``found`` is what was read anew, and
    ``readings`` is None where the cache has them all.
    """

    def __init__(
        self,
        program: Program,
        last: LastRun,
        manifest: Manifest | None,
        found: Read | None = None,
        readings: Mapping[str, Reading] | None = None,
    ) -> None:
        self.program = program
        self.last = last
        self.manifest = manifest
        self._readings = readings
        self._statements = {} if found is None else found.statements
        self._may_call = {} if found is None else found.may_call

    @property
    def context(self) -> RunContext:
        """What the run shares."""
        return self.last.context

    @cached_property
    def scan(self) -> Scan:
        """The graph, and the files that could not be read."""
        readings = self._readings if self._readings is not None else _stored(self.last, self.manifest)
        if readings is None:
            readings = _read(self.program, self.program.files, self.last).readings
        with self.context.step("build the graph"):
            return assemble(self.program, readings, include_external=self.last.extent.include_external)

    def statements(self, module: str) -> dict[tuple[str, int], Statement]:
        """Return the import statements of one file, as `import_contracts.reading.scan.statements` does."""
        if module not in self._statements:
            external = self.last.extent.include_external
            self._statements[module] = statements(self.program, module, include_external=external)
        return self._statements[module]

    def callers(self) -> Iterator[str]:
        """Yield the modules that may import by a call, in the order of the program."""
        for module, file in self.program.by_module.items():
            if module not in self._may_call:
                with suppress(OSError):
                    self._may_call[module] = may_call(file.read())
            if self._may_call.get(module):
                yield module

    def imported_by(self, module: str, data: bytes) -> frozenset[str]:
        """Return what a module would import with other content, as `import_contracts.reading.scan.imported_by` does."""
        return imported_by(self.program, module, data, include_external=self.last.extent.include_external)

    def answer(self, request: str) -> Answer | None:
        """Return what was answered to a request, if the answer would be the same now; and keep it for what is now."""
        if self.last.cache is None or self.manifest is None:
            return None
        stored = self.last.cache.answer(self.manifest.state, request)
        if stored is None:
            return None
        digests = self.manifest.digests
        other = [module for module, (was, _) in stored.evidence.items() if digests.get(module) != was]
        if any(self._shown(module) != stored.evidence[module][1] for module in other):
            return None
        if other:
            now = {module: (digests.get(module, ""), shown) for module, (_, shown) in stored.evidence.items()}
            self.last.cache.keep(self.manifest.state, request, StoredAnswer(stored.answer, now))
        return stored.answer

    def keep(self, request: str, answer: Answer, evidence: Iterable[str] | None) -> None:
        """Keep the answer to a request; ``evidence`` are the modules of which it shows statements.

        Where ``evidence`` is None, the answer depends on the whole text of every file.
        """
        if self.last.cache is None or self.manifest is None:
            return
        digests = self.manifest.digests
        if evidence is not None:
            shown = {module: (digests.get(module, ""), self._shown(module)) for module in evidence}
        elif all(digests.values()):
            shown = {module: (of_file, "") for module, of_file in digests.items()}
        else:
            return
        self.last.cache.keep(self.manifest.state, request, StoredAnswer(answer, shown))

    def _shown(self, module: str) -> str:
        found = self.statements(module)
        return digest(*([*place, each.column, each.kind, each.text] for place, each in found.items()))


def take_snapshot(comparison: Comparison) -> Snapshot:
    """Return the program as it is now, of which the cache then has the manifest and the imports."""
    last, program = comparison.last, comparison.program
    if last.cache is None:
        found = _read(program, program.files, last)
        return Snapshot(program, last, None, found, found.readings)
    if last.is_current:
        return Snapshot(program, last, last.manifest)
    return _refreshed(comparison, last.cache)


def _refreshed(comparison: Comparison, cache: Cache) -> Snapshot:
    """Return the program as it is now, reading the files that have changed, and store it."""
    last, before = comparison.last, comparison.last.manifest
    program, todo = comparison.program, comparison.todo
    known = _stored(last, before)
    if before is None or known is None:
        known, todo = {}, program.files
    elif not comparison.is_same_program:
        todo = _resolving_anew(comparison, before, known)
    digests, signatures = dict(comparison.digests), comparison.signatures
    found = _read(program, todo, last)
    for file in todo:  # no digest where the file has changed since its signature was taken
        is_same = signatures[file.path] == signature(file.path)
        digests[file.module] = found.digests.get(file.module, "") if is_same else ""
    readings = {file.module: found.readings.get(file.module) or known[file.module] for file in program.files}
    imports_are_same = all(known.get(module) == reading for module, reading in found.readings.items())
    if before is not None and comparison.is_same_program and imports_are_same:
        state = before.state
    else:
        with last.context.step("store the snapshot"):
            state = cache.save_named(".imports", [comparison.shape, _value(readings)])
    return Snapshot(program, last, comparison.store(digests, state), found, readings)


def _resolving_anew(comparison: Comparison, before: Manifest, known: Mapping[str, Reading]) -> tuple[SourceFile, ...]:
    """Return the files to read where modules have come or gone, which changes what the imports of others mean.

    An import of a module that has come has the last part of its name in it, unless it is a relative one of the
    package around itself, which was a module before.
    """
    program, old = comparison.program, before.program
    gone = old.modules - program.modules
    come = {module.rpartition(".")[2] for module in program.modules - old.modules}
    named = {file.module for file in comparison.todo}
    if len(come) > _MANY:
        return program.files

    def is_touched(file: SourceFile) -> bool:
        if file.module in named or file.module not in known or not gone.isdisjoint(known[file.module].imports):
            return True
        with suppress(OSError):
            return bool(come) and mentions(file.read(), come)
        return True

    with comparison.last.context.step(f"search {len(program.files):,} files for {len(come):,} new modules"):
        return tuple(file for file in program.files if is_touched(file))


def _read(program: Program, todo: Sequence[SourceFile], last: LastRun) -> Read:
    reused = len(program.files) - len(todo)
    with last.context.step(f"scan {len(todo):,} files" + (f"; {reused:,} reused" if reused else "")):
        return read(program, todo, include_external=last.extent.include_external, kinds=last.extent.kinds)


def _stored(last: LastRun, manifest: Manifest | None) -> dict[str, Reading] | None:
    """Return what the cache has of the imports of a state, None where it has nothing that can be used."""
    if last.cache is None or manifest is None:
        return None
    try:
        with last.context.step("load the imports"):
            return _readings(last.cache.load(f"{manifest.state}.imports")[1])
    except DAMAGED:
        return None


def _value(readings: Mapping[str, Reading]) -> dict[str, Any]:
    """Return readings as JSON has them."""
    return {
        module: [each.imports, [[*place, kind] for place, kind in each.kinds.items()], each.trouble]
        for module, each in readings.items()
    }


def _readings(value: Mapping[str, Any]) -> dict[str, Reading]:
    """Return readings that JSON has."""
    return {
        module: Reading(
            imports,
            {(imported, line): Kind(kind) for imported, line, kind in kinds},
            None if trouble is None else (trouble[0], trouble[1]),
        )
        for module, (imports, kinds, trouble) in value.items()
    }
