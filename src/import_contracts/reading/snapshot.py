"""The program as it is now: what has changed since the last run is read again, and everything else remembered."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from hashlib import sha256
from typing import Any

from import_contracts.graph.kinds import Kind
from import_contracts.reading.cache import (
    DAMAGED,
    Answer,
    Cache,
    LastRun,
    Manifest,
    Signature,
    StoredAnswer,
    digest,
    shape,
    signature,
)
from import_contracts.reading.context import RunContext
from import_contracts.reading.imports import may_call, mentions
from import_contracts.reading.program import Program, SourceFile, walk
from import_contracts.reading.scan import Read, Reading, Scan, Statement, assemble, imported_by, read, statements

_UNKNOWN: Signature = (-1, -1, -1, -1)
# A file may change twice within one tick of its file system's clock; the coarsest, that of FAT, ticks every 2 s.
_GRANULARITY = 2_000_000_000
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


def take_snapshot(last: LastRun) -> Snapshot:
    """Return the program as it is now, of which the cache then has the manifest and the imports."""
    if last.cache is None:
        program = _walk(last)
        found = _read(program, program.files, last)
        return Snapshot(program, last, None, found, found.readings)
    if last.manifest is not None and last.is_current:
        return Snapshot(last.manifest.program, last, last.manifest)
    return _Refresh(last, last.cache).snapshot()


def _walk(last: LastRun) -> Program:
    with last.context.step("find the modules"):
        return walk(last.extent.portions, every_folder=last.extent.every_folder)


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


class _Refresh:
    """Brings the cache up to date, step by step: the program, its signatures, its digests, its imports."""

    def __init__(self, last: LastRun, cache: Cache) -> None:
        self._last = last
        self._cache = cache
        self._before = last.manifest
        cache.prepare()
        self._now = cache.clock()
        self._program = self._current_program()
        self._signatures = self._current_signatures()

    def _current_program(self) -> Program:
        """Return the program; the folders are walked again only if one of them has changed."""
        if self._before is not None and self._last.changed.keys() <= set(self._before.files):
            return self._before.program
        return _walk(self._last)

    def _current_signatures(self) -> dict[str, Signature]:
        known = self._last.changed if self._before is None else self._before.by_path | self._last.changed
        paths = (*(file.path for file in self._program.files), *self._program.watched)
        return {path: known.get(path) or signature(path) for path in paths}

    def snapshot(self) -> Snapshot:
        """Return the program as it is now, and store it."""
        before = self._before
        digests, todo = self._hashed()
        same_program = before is not None and self._shape(self._program) == self._shape(before.program)
        if before is not None and same_program and not todo:
            return self._stored(digests, before.state)
        known = _stored(self._last, before)
        if before is None or known is None:
            known, todo = {}, self._program.files
        elif not same_program:
            todo = self._resolving_anew(before.program, known, todo)
        found = _read(self._program, todo, self._last)
        digests |= {file.module: self._digest_of(file, found) for file in todo}
        readings = {file.module: found.readings.get(file.module) or known[file.module] for file in self._program.files}
        is_same = same_program and all(known.get(module) == each for module, each in found.readings.items())
        state = before.state if before is not None and is_same else self._save_imports(readings)
        return self._stored(digests, state, found, readings)

    def _hashed(self) -> tuple[dict[str, str], tuple[SourceFile, ...]]:
        """Return the digest of every file that was there before, and the files whose content is not what it was."""
        if self._before is None:
            return {}, self._program.files
        old = self._before.digests
        other = {module for module, *_ in _identities(self._program) - _identities(self._before.program)}
        touched = [file for file in self._program.files if file.path in self._last.changed or file.module in other]
        with self._last.context.step(f"hash {len(touched):,} files"):
            known = old | {file.module: _file_digest(file) for file in touched}
        digests = {file.module: known[file.module] for file in self._program.files}
        todo = (
            file
            for file in touched
            if file.module in other or not digests[file.module] or digests[file.module] != old[file.module]
        )
        return digests, tuple(todo)

    def _digest_of(self, file: SourceFile, found: Read) -> str:
        """Return the digest of what was read; none where the file has changed since its signature was taken."""
        is_same = self._signatures[file.path] == signature(file.path)
        return found.digests.get(file.module, "") if is_same else ""

    def _resolving_anew(
        self, before: Program, known: Mapping[str, Reading], todo: Sequence[SourceFile]
    ) -> tuple[SourceFile, ...]:
        """Return the files to read where modules have come or gone, which changes what the imports of others mean.

        An import of a module that has come has the last part of its name in it, unless it is a relative one of the
        package around itself, which was a module before.
        """
        program = self._program
        gone = before.modules - program.modules
        come = {module.rpartition(".")[2] for module in program.modules - before.modules}
        named = {file.module for file in todo}
        if len(come) > _MANY:
            return program.files

        def is_touched(file: SourceFile) -> bool:
            if file.module in named or file.module not in known or not gone.isdisjoint(known[file.module].imports):
                return True
            with suppress(OSError):
                return bool(come) and mentions(file.read(), come)
            return True

        with self._last.context.step(f"search {len(program.files):,} files for {len(come):,} new modules"):
            return tuple(file for file in program.files if is_touched(file))

    def _shape(self, program: Program) -> str:
        return json.dumps(shape(program, self._last.base))

    def _save_imports(self, readings: Mapping[str, Reading]) -> str:
        """Store what every file imports, and return the name of that state."""
        with self._last.context.step("store the snapshot"):
            return self._cache.save_named(".imports", [self._shape(self._program), _value(readings)])

    def _stored(
        self,
        digests: Mapping[str, str],
        state: str,
        found: Read | None = None,
        readings: Mapping[str, Reading] | None = None,
    ) -> Snapshot:
        """Write the manifest, in which no signature is trusted that is too young, and return the snapshot."""
        for file in self._program.files:
            if not digests.get(file.module):
                self._signatures[file.path] = _UNKNOWN
        for path, (modified, changed_at, *_) in self._signatures.items():
            if max(modified, changed_at) > self._now - _GRANULARITY:
                self._signatures[path] = _UNKNOWN
        manifest = Manifest.of(self._program, self._signatures, digests, state, self._last.base)
        self._cache.save(self._last.name, manifest.value)
        self._cache.tidy()
        return Snapshot(self._program, self._last, manifest, found, readings)


def _file_digest(file: SourceFile) -> str:
    try:
        return sha256(file.read()).hexdigest()
    except OSError:
        return ""


def _identities(program: Program) -> set[tuple[str, str, bool]]:
    """Return what, beside the content, the reading of each file depends on; the module comes first."""
    return {(file.module, file.path, file.module in program.shadowed) for file in program.files}


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
