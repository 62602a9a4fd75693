"""The program as it was read last, so that only what has changed since is read again.

The folder of the cache has three sorts of files, each the JSON of a value below a line with its SHA-256:

- ``.program``, one for each way to read a program: its modules, the signature of every path that finding them depended
  on, the digest of every file, and the name of its state. It is all that a run needs to see that nothing has changed.
- ``.imports``, one for each state: what every file imports. The name is the digest of the content.
- ``.report``, one for each state and request: the text that answers it.

What cannot be read, or is not what it should be, is as good as absent.
"""

from __future__ import annotations

import json
import os
import sys
import time
from array import array
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from importlib.machinery import PathFinder
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from import_contracts import atomic
from import_contracts.problems import Problem, Severity
from import_contracts.reading.program import Program, SourceFile, walk

if TYPE_CHECKING:
    from import_contracts.reading.scan import Reading, Scan, Statement

Watch: TypeAlias = Callable[[str], AbstractContextManager[None]]
"""Called with what is about to be done, and entered while it is."""

Portions: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """A report as it was printed, and the exit status."""

    text: str
    exit_status: int


Signature: TypeAlias = tuple[int, int, int, int]
"""Times of the last modification and change in nanoseconds, size in bytes, inode: while none changes, a file does not.

On a system that has no time of change, an edit that restores both time and size is not seen (nor by anyone else).
"""

_ABSENT: Signature = (0, 0, 0, 0)
_UNKNOWN: Signature = (-1, -1, -1, -1)
# A file may change twice within one tick of its file system's clock; the coarsest, that of FAT, ticks every 2 s.
_GRANULARITY = 2_000_000_000
_LARGEST_ANSWER = 20_000_000  # characters
_MANY = 100  # new names to search all files for; with more, the files are read anew
_DAMAGED = (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError, OverflowError)


class Snapshot:
    """A program and its import graph as they are now, wherever they come from.

    Imports of modules outside the program, and the kinds of imports, are in the graph where asked for, and with
    ``every_folder`` the modules in folders that contracts do not look at. ``cache`` is the folder to keep them in,
    None to keep nothing; ``base`` is the folder that has the program in it, and may be another one in another run.
    ``watch`` is told each step, ``warn`` why something could not be kept.
    """

    def __init__(  # noqa: PLR0913 - as `check` has them
        self,
        portions: Portions,
        *,
        include_external: bool,
        kinds: bool,
        every_folder: bool = False,
        cache: Path | None,
        base: Path,
        watch: Watch,
        warn: Callable[[str], None],
    ) -> None:
        self._portions = portions
        self._include_external = include_external
        self._kinds = kinds
        self._every_folder = every_folder
        self._base = f"{base}{os.sep}".replace(os.sep * 2, os.sep)
        self._watch = watch
        self._cache = None if cache is None else _Cache(cache, warn)
        self._readings: dict[str, Reading] | None = None
        self._statements: dict[str, dict[tuple[str, int], Statement]] = {}
        self._may_call: dict[str, bool] = {}
        self._versions = "" if cache is None else _versions()
        self._manifest = None if self._cache is None else self._current(self._cache)

    @cached_property
    def program(self) -> Program:
        """The modules."""
        return self._walk() if self._manifest is None else self._manifest.program

    @cached_property
    def scan(self) -> Scan:
        """The graph, and the files that could not be read."""
        from import_contracts.reading.scan import assemble  # noqa: PLC0415 - not needed while nothing has changed

        readings = self._readings
        if readings is None and self._cache is not None and self._manifest is not None:
            readings = self._stored(self._cache, self._manifest.state)
        if readings is None:
            readings = self._read(self.program, self.program.files, {}, {})
        with self._watch("build the graph"):
            return assemble(self.program, readings, include_external=self._include_external)

    def statements(self, module: str) -> dict[tuple[str, int], Statement]:
        """Return the import statements of one file, as `import_contracts.scan.statements` does."""
        from import_contracts.reading.scan import statements  # noqa: PLC0415 - as above

        if module not in self._statements:
            self._statements[module] = statements(self.program, module, include_external=self._include_external)
        return self._statements[module]

    def callers(self) -> Iterator[str]:
        """Yield the modules that may import by a call, in the order of the program."""
        from import_contracts.reading.imports import may_call  # noqa: PLC0415 - as above

        for module, file in self.program.by_module.items():
            if module not in self._may_call:
                with suppress(OSError):
                    self._may_call[module] = may_call(file.read())
            if self._may_call.get(module):
                yield module

    def imported_by(self, module: str, data: bytes) -> frozenset[str]:
        """Return what a module would import if its file were other, as `import_contracts.scan.imported_by` does."""
        from import_contracts.reading.scan import imported_by  # noqa: PLC0415 - as above

        return imported_by(self.program, module, data, include_external=self._include_external)

    def answer(self, request: str) -> Answer | None:
        """Return what was answered to the same request, if the answer would be the same now."""
        if self._cache is None or self._manifest is None:
            return None
        try:
            found = self._cache.load(self._answer_name(self._manifest, request))
            text, status, evidence = str(found["text"]), int(found["status"]), dict(found["evidence"])
            if any(self._is_other(self._manifest, module, *shown) for module, shown in evidence.items()):
                return None
        except _DAMAGED:
            return None
        return Answer(text, status)

    def keep(self, request: str, answer: Answer, evidence: Iterable[str] | None) -> None:
        """Keep the answer to a request; ``evidence`` are the modules of which it shows statements.

        Where ``evidence`` is None, the answer is about the whole text of every file.
        """
        if self._cache is None or self._manifest is None or len(answer.text) > _LARGEST_ANSWER:
            return
        digests = self._manifest.digests
        if evidence is not None:
            shown = {module: [digests.get(module, ""), self._shown(module)] for module in evidence}
        elif all(digests.values()):
            shown = {module: [digest, ""] for module, digest in digests.items()}
        else:
            return
        value = {"text": answer.text, "status": answer.exit_status, "evidence": shown}
        self._cache.save(self._answer_name(self._manifest, request), value)

    def _answer_name(self, manifest: _Manifest, request: str) -> str:
        return f"{_digest(self._versions, manifest.state, request)}.report"

    def _is_other(self, manifest: _Manifest, module: str, digest: str, shown: str) -> bool:
        """Tell whether a file has other statements than it had."""
        return manifest.digests.get(module) != digest and self._shown(module) != shown

    def _shown(self, module: str) -> str:
        found = self.statements(module)
        return _digest(*([*place, each.column, each.kind, each.text] for place, each in found.items()))

    # --- reading what has changed ----------------------------------------------------------------------------------

    def _current(self, cache: _Cache) -> _Manifest:
        """Return the manifest of the program as it is now, which is then the one in the cache."""
        inside = [[name, _shortened(folder, self._base)] for name, folder in self._portions]
        how = [self._include_external, self._kinds, self._every_folder, inside]
        name = f"{_digest(self._versions, json.dumps(how))}.program"
        before = _Manifest.load(cache, name, self._base, self._portions)
        changed: dict[str, Signature] = {}
        if before is not None:
            with self._watch(f"compare {len(before.files):,} files and {len(before.watched):,} folders"):
                changed = before.changed()
            if not changed:
                return before
        cache.prepare()
        now = cache.clock()
        same_folders = before is not None and changed.keys() <= set(before.files)
        program = before.program if before is not None and same_folders else self._walk()
        signatures = (before.by_path if before is not None else {}) | changed
        paths = (*(file.path for file in program.files), *program.watched)
        signatures = {path: signatures.get(path) or _signature(path) for path in paths}
        digests, state = self._refreshed(cache, before, program, signatures, changed)
        for file in program.files:
            if not digests.get(file.module):
                signatures[file.path] = _UNKNOWN
        for path, (modified, changed_at, *_) in signatures.items():
            if max(modified, changed_at) > now - _GRANULARITY:
                signatures[path] = _UNKNOWN
        after = _Manifest.of(program, signatures, digests, state, self._base)
        cache.save(name, after.value)
        cache.tidy()
        return after

    def _refreshed(
        self,
        cache: _Cache,
        before: _Manifest | None,
        program: Program,
        signatures: Mapping[str, Signature],
        changed: Collection[str],
    ) -> tuple[dict[str, str], str]:
        """Return the digest of every file, and the name of the state, whose readings are then in the cache."""
        digests: dict[str, str] = {}
        todo = program.files
        if before is not None:
            old = before.digests
            other = {module for module, *_ in _identities(program) - _identities(before.program)}
            touched = [file for file in program.files if file.path in changed or file.module in other]
            with self._watch(f"hash {len(touched):,} files"):
                digests = old | {file.module: _file_digest(file) for file in touched}
            digests = {file.module: digests[file.module] for file in program.files}
            todo = tuple(
                file
                for file in touched
                if file.module in other or not digests[file.module] or digests[file.module] != old[file.module]
            )
        shape = json.dumps(_shape(program, self._base))
        same_shape = before is not None and shape == json.dumps(_shape(before.program, self._base))
        if before is not None and same_shape and not todo:
            return digests, before.state
        known = None if before is None else self._stored(cache, before.state)
        if before is None or known is None:
            known, todo = {}, program.files
        elif not same_shape:
            todo = self._resolving_anew(before.program, program, known, todo)
        found = self._read(program, todo, digests, signatures)
        if before is not None and same_shape and all(known.get(module) == found[module] for module in found):
            return digests, before.state
        self._readings = {file.module: found.get(file.module) or known[file.module] for file in program.files}
        with self._watch("store the snapshot"):
            return digests, cache.save_named(".imports", [shape, _value(self._readings)])

    def _resolving_anew(
        self, before: Program, program: Program, known: Mapping[str, Reading], todo: Sequence[SourceFile]
    ) -> tuple[SourceFile, ...]:
        """Return the files to read where modules have come or gone, which changes what the imports of others mean.

        An import of a module that has come has the last part of its name in it, unless it is a relative one of the
        package around itself, which was a module before.
        """
        from import_contracts.reading.imports import mentions  # noqa: PLC0415 - seldom needed

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

        with self._watch(f"search {len(program.files):,} files for {len(come):,} new modules"):
            return tuple(file for file in program.files if is_touched(file))

    def _read(
        self,
        program: Program,
        todo: Sequence[SourceFile],
        digests: dict[str, str],
        signatures: Mapping[str, Signature],
    ) -> dict[str, Reading]:
        """Read files, and note the digest of what was read: none where the file has changed since its signature."""
        from import_contracts.reading.imports import may_call  # noqa: PLC0415 - as above
        from import_contracts.reading.scan import read  # noqa: PLC0415 - not needed while nothing has changed

        def seen(file: SourceFile, data: bytes) -> None:
            digests[file.module] = sha256(data).hexdigest()
            if self._kinds:
                self._may_call[file.module] = may_call(data)

        reused = len(program.files) - len(todo)
        with self._watch(f"scan {len(todo):,} files" + (f"; {reused:,} reused" if reused else "")):
            readings = read(
                program,
                todo,
                include_external=self._include_external,
                kinds=self._kinds,
                seen=seen,
                told=self._statements.__setitem__,
            )
            for file in todo if signatures else ():
                if signatures[file.path] != _signature(file.path):
                    digests[file.module] = ""
        return readings

    def _walk(self) -> Program:
        with self._watch("find the modules"):
            return walk(self._portions, every_folder=self._every_folder)

    def _stored(self, cache: _Cache, state: str) -> dict[str, Reading] | None:
        try:
            with self._watch("load the imports"):
                return _readings(cache.load(f"{state}.imports")[1])
        except _DAMAGED:
            return None


class _Manifest:
    """What the cache says of a program without its imports."""

    def __init__(self, value: Mapping[str, Any], base: str, portions: Portions) -> None:
        self.value = value
        self.files = _lengthened(value["files"], base)
        self.watched = _lengthened(value["watched"], base)
        self.state = str(value["state"])
        self._base = base
        self._portions = portions
        self._signatures = array("q", a2b_base64(value["signatures"]))
        if len(self._signatures) != 4 * len(self.files + self.watched) or len(value["modules"]) != len(self.files):
            raise ValueError

    @classmethod
    def load(cls, cache: _Cache, name: str, base: str, portions: Portions) -> _Manifest | None:
        """Return the manifest of a name; None if there is none that could be used."""
        try:
            return cls(cache.load(name), base, portions)
        except _DAMAGED:
            return None

    @classmethod
    def of(
        cls,
        program: Program,
        signatures: Mapping[str, Signature],
        digests: Mapping[str, str],
        state: str,
        base: str,
    ) -> _Manifest:
        """Return the manifest of a program."""
        paths = [*(file.path for file in program.files), *program.watched]
        value = {
            **_shape(program, base),
            "watched": [_shortened(path, base) for path in program.watched],
            "signatures": b2a_base64(
                array("q", chain.from_iterable(map(signatures.__getitem__, paths))), newline=False
            ).decode(),
            "digests": [digests.get(file.module, "") for file in program.files],
            "state": state,
        }
        manifest = cls(value, base, program.portions)
        manifest.program = program
        return manifest

    def changed(self) -> dict[str, Signature]:
        """Return the paths whose signature is not, or was not known to be, what it was, with the one of now."""
        paths = self.files + self.watched
        now = array("q", chain.from_iterable(map(_signature, paths)))
        if now == self._signatures:
            return {}
        return {
            path: each
            for path, each, was in zip(paths, _fours(now), _fours(self._signatures), strict=True)
            if each != was
        }

    @property
    def by_path(self) -> dict[str, Signature]:
        """The signatures."""
        return dict(zip(self.files + self.watched, _fours(self._signatures), strict=True))

    @cached_property
    def program(self) -> Program:
        """The program."""
        init = f"{os.sep}__init__.py"
        return Program(
            tuple(dict.fromkeys(name for name, _ in self._portions)),
            tuple(
                SourceFile(module, path, is_package=path.endswith(init))
                for module, path in zip(self.value["modules"], self.files, strict=True)
            ),
            frozenset(self.value["namespaces"]),
            self._portions,
            frozenset(self.value["shadowed"]),
            tuple(
                Problem(message, file and _lengthened([file], self._base)[0], severity=Severity(severity))
                for message, file, severity in self.value["problems"]
            ),
            tuple(self.watched),
        )

    @cached_property
    def digests(self) -> dict[str, str]:
        """The digest of each file, by module; empty where it is not known."""
        return dict(zip(self.value["modules"], self.value["digests"], strict=True))


class _Cache:
    """The folder, in which every file is whole and says what it was written to say, or counts as absent."""

    def __init__(self, folder: Path, warn: Callable[[str], None]) -> None:
        self._folder = folder
        self._warn = warn
        self._is_usable = True

    def load(self, name: str) -> Any:
        """Return what a file says, None where there is none; raises ValueError or RecursionError if it is damaged."""
        try:
            data = (self._folder / name).read_bytes()
        except OSError:
            return None
        digest, _, body = data.partition(b"\n")
        return json.loads(body) if digest == sha256(body).hexdigest().encode() else None

    def save(self, name: str, value: object) -> None:
        """Write a file; where that fails, say so, and try no more."""
        self._save(name, json.dumps(value, separators=(",", ":")).encode())

    def save_named(self, suffix: str, value: object) -> str:
        """Write a file that is named after what it says, and return the name without the suffix."""
        body = json.dumps(value, separators=(",", ":")).encode()
        name = sha256(body).hexdigest()
        self._save(name + suffix, body)
        return name

    def _save(self, name: str, body: bytes) -> None:
        data = sha256(body).hexdigest().encode() + b"\n" + body
        self._try(lambda: atomic.write(self._folder / name, data))

    def prepare(self) -> None:
        """Make the folder, if there is none, such that neither git nor a backup takes it for somebody's work."""

        def make() -> None:
            if not self._folder.is_dir():
                self._folder.mkdir(parents=True)
                atomic.write(self._folder / ".gitignore", b"*\n")
                atomic.write(self._folder / "CACHEDIR.TAG", b"Signature: 8a477f597d28d172789f06886806bc55\n")

        self._try(make)

    def clock(self) -> int:
        """Return the time in nanoseconds since the epoch, by the clock that is behind: ours or the file system's."""
        probe = self._folder / "clock"
        self._try(lambda: atomic.write(probe, b""))
        with suppress(OSError):
            return min(time.time_ns(), probe.stat().st_mtime_ns)
        return 0

    def tidy(self) -> None:
        """Remove the files that have been written least recently, if there are many."""

        def remove() -> None:
            ours = [path for path in self._folder.iterdir() if len(path.stem) == 64 and path.suffix in _SUFFIXES]
            for path in sorted(ours, key=lambda path: path.stat().st_mtime_ns)[:-_KEPT]:
                path.unlink()

        self._try(remove)

    def _try(self, action: Callable[[], None]) -> None:
        """Do what may fail, unless something has failed before; say so, once, if it does."""
        if not self._is_usable:
            return
        try:
            action()
        except OSError as error:
            self._is_usable = False
            self._warn(f"The cache in {self._folder} cannot be written: {error.strerror}.")


_SUFFIXES = frozenset({".program", ".imports", ".report"})
_KEPT = 60


def _versions() -> str:
    """Return a digest of all programs that have a say in what is found: this one, grimp, and Python."""
    spec = PathFinder.find_spec("grimp")  # which does not import it
    grimp = Path(spec.origin).read_bytes() if spec is not None and spec.origin else b""
    own = Path(__file__).parent
    sources = (path.read_bytes() for path in sorted(own.rglob("*.py")))
    return _digest(sys.version, sys.platform, *(sha256(each).hexdigest() for each in (grimp, *sources)))


def _digest(*parts: object) -> str:
    return sha256(json.dumps(parts).encode()).hexdigest()


def _file_digest(file: SourceFile) -> str:
    try:
        return sha256(file.read()).hexdigest()
    except OSError:
        return ""


def _signature(path: str) -> Signature:
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return _ABSENT
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino & 0x7FFFFFFFFFFFFFFF


def _fours(numbers: array[int]) -> Iterable[Signature]:
    each = iter(numbers)
    return zip(each, each, each, each, strict=True)


def _shape(program: Program, base: str) -> dict[str, Any]:
    """Return what a program consists of, and all that a report says of it but imports, wherever it lies."""
    return {
        "modules": [file.module for file in program.files],
        "files": [_shortened(file.path, base) for file in program.files],
        "namespaces": sorted(program.namespaces),
        "shadowed": sorted(program.shadowed),
        "problems": [
            [each.message, each.file and _shortened(each.file, base), each.severity] for each in program.problems
        ],
    }


def _identities(program: Program) -> set[tuple[str, str, bool]]:
    """Return what, beside the content, the reading of each file depends on; the module comes first."""
    return {(file.module, file.path, file.module in program.shadowed) for file in program.files}


# What no path has in it, before one that does not lie in the base.
_OUTSIDE = "\0"


def _shortened(path: str, base: str) -> str:
    return path.removeprefix(base) if path.startswith(base) else _OUTSIDE + path


def _lengthened(paths: Iterable[str], base: str) -> list[str]:
    return [path[1:] if path.startswith(_OUTSIDE) else base + path for path in paths]


def _value(readings: Mapping[str, Reading]) -> dict[str, Any]:
    """Return readings as JSON has them."""
    return {
        module: [each.imports, [[*place, kind] for place, kind in each.kinds.items()], each.trouble]
        for module, each in readings.items()
    }


def _readings(value: Mapping[str, Any]) -> dict[str, Reading]:
    """Return readings that JSON has."""
    from import_contracts.graph.kinds import Kind  # noqa: PLC0415 - not needed while nothing has changed
    from import_contracts.reading.scan import Reading  # noqa: PLC0415

    return {
        module: Reading(
            imports,
            {(imported, line): Kind(kind) for imported, line, kind in kinds},
            None if trouble is None else (trouble[0], trouble[1]),
        )
        for module, (imports, kinds, trouble) in value.items()
    }
