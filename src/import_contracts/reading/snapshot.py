"""The program as it is now: files that have changed are read again, everything else comes from the cache."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from import_contracts.hashing import hashed
from import_contracts.inputs import signature
from import_contracts.problems import unreadable
from import_contracts.reading.context import Advance, RunContext, every_second, not_counted
from import_contracts.reading.files.program import Extent, Program, SourceFile
from import_contracts.reading.files.quoting import Quoting
from import_contracts.reading.scanning.prefilter import may_call, mentions
from import_contracts.reading.scanning.scan import (
    Meanwhile,
    Read,
    Reading,
    Statement,
    Take,
    nothing_else,
    read,
    stars_in,
    statements,
    statements_at,
    without_quotes,
)
from import_contracts.reading.scanning.slow import SLOW
from import_contracts.reading.star_imports.stars import StarImport, Stars, Texts, load_stars, texts_of
from import_contracts.reading.store.answer import Answer, Grounds, StoredAnswer
from import_contracts.reading.store.cache import Cache, digest
from import_contracts.reading.store.kept_statements import KeptStatements
from import_contracts.reading.store.last_run import LastRun
from import_contracts.reading.store.manifest import Manifest
from import_contracts.reading.store.refresh import Comparison
from import_contracts.reading.store.state import Readings, as_stars
from import_contracts.reading.store.values import DAMAGED, text
from import_contracts.reading.store.watch import relative
from import_contracts.records import replace

if TYPE_CHECKING:
    from import_contracts.graph.kinds import Kind
    from import_contracts.reading.assembly import Scan, UnreadableFile

# All files are searched for the names of new modules. If there are more names, all files are read again instead.
_MANY = 100


class RewrittenFile(SourceFile):
    """A file that would have another content."""

    data: bytes

    @classmethod
    def of(cls, file: SourceFile, data: bytes) -> RewrittenFile:
        """Return a file with another content than that on the disk."""
        rewritten = cls(*file)
        rewritten.data = data
        return rewritten

    def read(self) -> bytes:
        """Return the other content."""
        return self.data


class ChangedImports(NamedTuple):
    """What has changed since a state of the same modules: imports by some modules of some. There are ``more`` now."""

    state: str
    importers: Collection[str]
    imported: Collection[str]
    more: int

    @classmethod
    def between(
        cls, state: str, old: Mapping[str, Reading | None], new: Mapping[str, Reading], program: Program
    ) -> ChangedImports | None:
        """Return what has changed if some modules were read again; None if more than imports inside the program has."""
        importers, imported, more = [], set[str](), 0
        for module, now in new.items():
            was = old[module]
            if was != now:
                if was is None or any(was[2:] + now[2:]) or _outside(was, program) != _outside(now, program):
                    return None
                importers.append(module)
                imported |= {name for name, *_ in _statements(was) ^ _statements(now)}
                more += len(now.imports) - len(was.imports)
        return cls(state, importers, imported, more)


def _statements(reading: Reading) -> set[tuple[str, int, Kind | None]]:
    """Return the imported module, the line and the kind of each statement of a file; None for runtime imports."""
    lines = ((imported, line) for imported, lines in reading.imports.items() for line in lines)
    return {(*place, reading.kinds.get(place)) for place in lines}


def _outside(reading: Reading, program: Program) -> set[tuple[str, Kind | None]]:
    """Return the modules outside the program that a file imports, each with the kinds."""
    return {(imported, kind) for imported, _, kind in _statements(reading) if imported not in program.modules}


class AllImports(NamedTuple):
    """The imports of all files, and what their star imports load; and what has changed since the last run, if known."""

    readings: Readings
    stars: Stars
    changed: ChangedImports | None = None


class Snapshot:
    """A program and its import graph as they are now.

    ``manifest`` is the manifest of the program now; None without a cache. ``changed`` is what was read in this run.
    ``imports`` are those of all files; None if all of them are in the cache.
    """

    def __init__(
        self,
        program: Program,
        last: LastRun,
        manifest: Manifest | None,
        changed: Read | None = None,
        imports: AllImports | None = None,
    ) -> None:
        self.program = program
        self.last = last
        self.manifest = manifest
        self._given_imports = imports
        self._statements: dict[str, dict[tuple[str, int], Statement]] = {}
        self._read_statements = {} if changed is None else changed.statements
        self._may_call = {} if changed is None else changed.may_call
        self._texts = _Texts(program, {} if changed is None else changed.digests)

    @property
    def context(self) -> RunContext:
        """The context of the run."""
        return self.last.context

    @property
    def whole_state(self) -> str | None:
        """A digest of the whole text of the program; None without a cache, or if a file could not be read."""
        return None if self.manifest is None else self.manifest.whole_state

    @cached_property
    def scan(self) -> Scan:
        """The import graph, and the files that could not be read."""
        readings, stars, _ = self._imports
        with self.context.step("build the graph"):
            from import_contracts.reading.assembly import assemble  # noqa: PLC0415 - most edits change no import

            return assemble(self.program, readings, stars, include_external=self.last.extent.include_external)

    @property
    def unreadable(self) -> tuple[UnreadableFile, ...]:
        """The files and folders that could not be read, so that modules or imports are missing.

        In the folders are unknown modules, so the name of theirs is "".
        """
        from import_contracts.reading.assembly import UnreadableFile  # noqa: PLC0415 - as above

        folders = (each for each in self.program.problems if each.is_error and each.file)
        return (*self.scan.unreadable, *(UnreadableFile("", each.file or "", None, each.message) for each in folders))

    @cached_property
    def _imports(self) -> AllImports:
        stored = None if self._given_imports else _stored(self.last, self.manifest)
        found = stored.imports if stored else self._given_imports
        if found is None:
            readings = Readings.of(_read(self.program, self.program.files, self.last).readings)
            found = _with_stars(self.program, readings)
        return found

    def with_texts(self, texts: Mapping[str, bytes]) -> Snapshot:
        """Return the program as it would be if the files of some modules had other contents; nothing is stored."""
        files = (
            RewrittenFile.of(file, texts[file.module]) if file.module in texts else file for file in self.program.files
        )
        program = replace(self.program, files=tuple(files))
        changed: dict[str, Reading] = {}
        for module in texts:  # one by one, because many would be read by grimp, from the disk
            changed |= read(program, [program.by_module[module]], take(self.last.extent)).readings
        readings = self._imports.readings.with_changes(changed)
        return Snapshot(program, self.last, None, imports=_with_stars(program, readings))

    def statements(self, module: str) -> dict[tuple[str, int], Statement]:
        """Return the import statements of one file as `reading.scanning.scan.statements` does, read once.

        Without their text if the file must not be quoted.
        """
        if module not in self._statements:
            if module in self._read_statements:
                known: dict[tuple[str, int], Statement] | None = self._read_statements.pop(module)()
            else:
                known = self._kept.of(module) if self._kept else None
            if known is None:
                known = statements(self.program, module, take(self.last.extent), self._imports.stars, self._texts)
            self._statements[module] = known
        if not self.may_quote(module):
            return {place: found._replace(text="") for place, found in self._statements[module].items()}
        return self._statements[module]

    @cached_property
    def _kept(self) -> KeptStatements | None:
        if self.last.cache is None or self.manifest is None:
            return None
        return KeptStatements(self.last.cache, self.last.name, self.manifest)

    def may_quote(self, module: str) -> bool:
        """Return whether reports may quote the file of a module."""
        file = self.program.by_module.get(module)
        return file is None or self.may_quote_file(file.path)

    def may_quote_file(self, path: str) -> bool:
        """Return whether reports may quote the file at an absolute path."""
        return self._quoting.allows(path)

    @cached_property
    def _quoting(self) -> Quoting:
        return Quoting(self.context, self.program.roots)

    def content(self, module: str) -> bytes | None:
        """Return the content of the file of a module; None if it has none, or if that could not be read before either.

        Raises UserError if it could be read when its imports were: what was found then has no text any more.
        """
        file = self.program.by_module.get(module)
        try:
            return file.read() if file else None
        except OSError as error:
            if module in self._imports.readings.rare.troubles:
                return None
            raise unreadable(error, self.context.shown(self.program.by_module[module].path)) from None

    def callers(self) -> Iterator[str]:
        """Yield the modules that may import by a call, such as ``import_module("a")``, sorted."""
        for module in self.program.by_module:
            if module not in self._may_call:
                self._may_call[module] = may_call(self.content(module) or b"")
            if self._may_call[module]:
                yield module

    def statements_at(self, module: str, read: Texts) -> dict[tuple[str, int], Statement]:
        """Return what `statements` would if the files were as ``read`` returns them."""
        return statements_at(self.program, module, read, take(self.last.extent))

    def answer(self, request: str) -> Answer | None:
        """Return the stored answer to a request, if it would be the same now; None otherwise.

        It would be the same if the imports are, and the statements in its text. If other parts of those files have
        changed, the answer is stored again with their new digests.
        """
        stored = None if self.manifest is None else self.last.stored(self.manifest.state, request)
        held = None if stored is None else self._held(stored)
        if held is None:
            return None
        if held is not stored:
            self.keep_stored(request, held)
        return held.answer

    @property
    def changed_imports(self) -> ChangedImports | None:
        """What has changed since the last run; None if that is nothing, or more than imports inside the program."""
        return None if self._given_imports is None else self._given_imports.changed

    def answer_before(self, request: str) -> StoredAnswer | None:
        """Return the answer to a request before an edit that changes nothing in it but the number of imports.

        None if more may differ now: if the imports of a module that decides the answer have changed.
        """
        changed = self.changed_imports
        stored = None if changed is None else self.last.stored(changed.state, request)
        if changed is None or stored is None:
            return None
        # A new import by a module that no source leads to may make others lead to a target; and the other way round.
        importers = "" if self._has_any(stored.importers, changed.importers) else stored.importers
        imported = "" if self._has_any(stored.imported, changed.imported) else stored.imported
        return self._held(stored._replace(importers=importers, imported=imported)) if importers or imported else None

    def _bits(self, modules: Set[str] | None) -> str:
        """Return what `StoredAnswer` has for some modules; None for all."""
        bits = "".join("01"[module in modules] for module in self.program.by_module) if modules is not None else ""
        return f"{int(bits, 2):x}" if bits else ""

    def _has_any(self, bits: str, modules: Iterable[str]) -> bool:
        """Return whether some modules have a bit; those without a file have it."""
        known = [*self.program.by_module]
        decides = f"{int(bits, 16):0{len(known)}b}" if bits else ""
        files = self.program.by_module
        return any(not decides or each not in files or decides[known.index(each)] == "1" for each in modules)

    def _held(self, stored: StoredAnswer) -> StoredAnswer | None:
        """Return a stored answer, with the digests of now, if the statements in its text are the same; else None."""
        digests = {} if self.manifest is None else self.manifest.digests
        changed = [module for module, (before, _) in stored.evidence.items() if digests.get(module) != before]
        if any(self._statements_digest(module) != stored.evidence[module][1] for module in changed):
            return None
        now = {module: (digests.get(module, ""), shown) for module, (_, shown) in stored.evidence.items()}
        return stored._replace(evidence=now) if changed else stored

    def keep(self, request: str, answer: Answer, grounds: Grounds) -> None:
        """Store the answer to a request.

        It is not stored if it depends on the whole text of every file, and one could not be read.
        """
        if self.last.cache is None or self.manifest is None:
            return
        digests = self.manifest.digests
        if grounds.evidence is not None:
            depends = {
                module: (digests.get(module, ""), self._statements_digest(module)) for module in grounds.evidence
            }
            self._keep_statements(depends)
        elif all(digests.values()):
            depends = {module: (of_file, "") for module, of_file in digests.items()}
        else:
            return
        beside = {relative(path, self.last.base): known for path, known in grounds.outside.items()}
        importers, imported = self._bits(grounds.importers), self._bits(grounds.imported)
        stored = StoredAnswer(answer, depends, grounds.branch, beside, importers, imported, grounds.total)
        self.keep_stored(request, stored)

    def keep_stored(self, request: str, stored: StoredAnswer) -> None:
        """Store the answer to a request with what it depends on, as it is to be stored."""
        if self.last.cache is not None and self.manifest is not None:
            stored.save(self.last.cache, self.manifest.state, request)

    def _keep_statements(self, modules: Iterable[str]) -> None:
        """Keep statements, unless they depend on other files, as star imports do, or must not be quoted."""
        readings = self._imports.readings
        kept = (each for each in modules if each in readings and not readings[each].stars and self.may_quote(each))
        if self._kept is not None:
            self._kept.keep({module: self._statements[module] for module in kept}, self._texts.digests)

    def _statements_digest(self, module: str) -> str:
        written = self.statements(module).items()
        return digest(*([*place, statement.column, statement.kind, statement.text] for place, statement in written))


def take(extent: Extent) -> Take:
    """Return what is read of each file."""
    return Take(extent.include_external, extent.kinds, extent.calls, frozenset(extent.external_parts))


def take_snapshot(comparison: Comparison, meanwhile: Callable[[], object] = not_counted) -> Snapshot:
    """Return the program as it is now, and write its manifest and its imports to the cache.

    ``meanwhile`` is called while other threads read files, if they do.
    """
    last = comparison.last
    if last.forget_forged():
        comparison = Comparison(last)
    program = comparison.program
    if last.cache is None:
        loading = _Loading(program, texts_of(program), meanwhile)
        everything = _read(program, program.files, last, loading.begin)
        readings = Readings.of(everything.readings)
        stars = loading.stars(stars_in(readings.rare.stars))
        return Snapshot(program, last, None, everything, AllImports(readings, stars))
    if last.is_current:
        return Snapshot(program, last, last.manifest)
    return _refreshed(comparison, last.cache, meanwhile)


def _refreshed(comparison: Comparison, cache: Cache, meanwhile: Callable[[], object]) -> Snapshot:
    """Read the files that have changed, store the program, and return it."""
    last, before = comparison.last, comparison.last.manifest
    program, todo = comparison.program, comparison.todo
    stored = _stored(last, before)
    known = AllImports(Readings.of({}), Stars()) if stored is None else stored.imports
    if before is None or stored is None:
        todo = program.files
    elif not comparison.is_same_program:
        todo = _affected(comparison, before, known.readings)
    digests = dict(comparison.digests)
    texts = _Texts(program)

    def prepare() -> None:
        meanwhile()
        if before is None:
            last.name, comparison.watched  # noqa: B018 - they take time, and are needed at the end

    loading = _Loading(program, texts, prepare, are_all=len(todo) == len(program.files))
    changed = _read(program, todo, last, loading.begin)
    for file in todo:  # no digest if the file has changed since its signature was taken
        is_same = comparison.signature(file.path) == signature(file.path)
        digests[file.module] = changed.digests.get(file.module, "") if is_same else ""
    is_same_program = before is not None and comparison.is_same_program
    old = {module: known.readings.get(module) for module in changed.readings}
    is_same = is_same_program and old == changed.readings
    if is_same:
        readings = known.readings
    elif stored is not None and is_same_program:
        readings = known.readings.with_changes(changed.readings)
    else:
        new = {file.module: changed.readings.get(file.module) for file in program.files}
        readings = Readings.of({module: each or known.readings[module] for module, each in new.items()})
    is_same_star = all(was and was.stars == changed.readings[module].stars for module, was in old.items())
    is_same_star = is_same_star and is_same_program and known.stars.sources.isdisjoint(changed.readings)
    stars = known.stars if is_same_star else loading.stars(stars_in(readings.rare.stars))
    digests |= {module: "" for module, found in texts.digests.items() if digests.get(module, found) != found}
    changed_imports = None
    if before is not None and is_same and stars == known.stars:
        state = before.state
    else:
        if before is not None and is_same_program and stars == known.stars:
            changed_imports = ChangedImports.between(before.state, old, changed.readings, program)
        with last.context.step("store the snapshot"):
            is_same_shape = stored is not None and before is not None and program is before.program
            shape = stored.shape if stored and is_same_shape else digest(comparison.shape)
            state = cache.save_named(".imports", [shape, readings.value, stars.value])
    return Snapshot(
        program, last, comparison.store(digests, state), changed, AllImports(readings, stars, changed_imports)
    )


def _with_stars(program: Program, readings: Readings) -> AllImports:
    return AllImports(readings, load_stars(program, stars_in(readings.rare.stars), texts_of(program)))


class _Texts:
    """Returns the content of the files of modules, as `Texts`; ``digests`` are those of the files that it has read."""

    def __init__(self, program: Program, digests: Mapping[str, str] = MappingProxyType({})) -> None:
        self.digests = dict(digests)
        self._read = texts_of(program)

    def __call__(self, module: str) -> bytes | None:
        data = self._read(module)
        self.digests[module] = hashed(data or b"")
        return data


class _Loading:
    """Finds what star imports load: early, while grimp reads files, if all of them are read, and again if it was wrong.

    ``meanwhile`` is called then too.
    """

    def __init__(self, program: Program, read: Texts, meanwhile: Callable[[], object], *, are_all: bool = True) -> None:
        self._program = program
        self._read = read
        self._meanwhile = meanwhile
        self._are_all = are_all
        self._loaded: tuple[list[StarImport], Stars] = ([], Stars())

    def begin(self, stars: Sequence[StarImport]) -> None:
        """Do what can be done while grimp reads files with these star imports."""
        self._program.findings  # noqa: B018 - they take time, and are needed at the end
        self._meanwhile()
        if self._are_all:
            self.stars(stars)

    def stars(self, stars: Iterable[StarImport]) -> Stars:
        """Return what star imports load."""
        wanted = [*stars]
        if self._loaded[0] != wanted:
            self._loaded = wanted, load_stars(self._program, wanted, self._read)
        return self._loaded[1]


def _affected(comparison: Comparison, before: Manifest, known: Mapping[str, Reading]) -> tuple[SourceFile, ...]:
    """Return the files to read when modules were added or removed: these may also change the imports of other files.

    For example, once ``a/b.py`` exists, ``from a import b`` imports ``a.b`` instead of ``a``. A file that is affected
    imports a module that was removed, or contains the last part of an added module's name. ``from . import b`` does not
    contain the name of the package, but a package that contains an old file is not new.
    """
    program, old = comparison.program, before.program
    removed = old.modules - program.modules
    added = (program.modules - old.modules) | {each.module for each in {*program.excluded} ^ {*old.excluded}}
    added_names = {module.rpartition(".")[2] for module in added}
    changed = {file.module for file in comparison.todo}
    if len(added_names) > _MANY:
        return program.files

    def is_affected(file: SourceFile, advance: Advance) -> bool:
        advance()
        if file.module in changed or file.module not in known or not removed.isdisjoint(known[file.module].imports):
            return True
        with suppress(OSError):
            return bool(added_names) and mentions(file.read(), added_names)
        return True

    what = f"search {len(program.files):,} files for {len(added_names):,} new modules"
    with comparison.last.context.step(what, len(program.files)) as advance:
        return tuple(file for file in program.files if is_affected(file, advance))


def _read(program: Program, todo: Sequence[SourceFile], last: LastRun, meanwhile: Meanwhile = nothing_else) -> Read:
    reused = len(program.files) - len(todo)
    what = f"scan {len(todo):,} files" + (f"; {reused:,} reused" if reused else "")
    with last.context.step(what, len(todo)) as advance:
        found = read(program, todo, take(last.extent), every_second(advance), meanwhile)
    if SLOW.reason:
        with last.context.step(SLOW.note):
            pass
    quoting = Quoting(last.context, program.roots)
    failed = (file for file in todo if found.readings[file.module].trouble)
    return without_quotes(found, [file for file in failed if not quoting.allows(file.path)])


class _Stored(NamedTuple):
    """The imports of a state in the cache, and the digest of the `Comparison.shape` of its program."""

    readings: Readings
    stars: Stars
    shape: str

    @property
    def imports(self) -> AllImports:
        """Return the imports without the rest."""
        return AllImports(self.readings, self.stars)


def _stored(last: LastRun, manifest: Manifest | None) -> _Stored | None:
    """Return the imports of a manifest's state from the cache; None if they are not there, or damaged."""
    if last.cache is None or manifest is None:
        return None
    try:
        with last.context.step("load the imports"):
            shape, value, stars = last.cache.load(f"{manifest.state}.imports")
            external = last.extent.include_external
            readings = Readings.stored(value, manifest.program, manifest.sizes, include_external=external)
            return _Stored(readings, as_stars(stars, manifest.program), text(shape))
    except DAMAGED:
        return None
