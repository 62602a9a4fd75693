"""What has changed since the last run: modules, times, contents. No file is parsed.

If only times have changed, as in a fresh clone, the new times are stored, and the last run counts as current.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

from import_contracts import inputs
from import_contracts.hashing import hashed
from import_contracts.inputs import UNKNOWN, Signature, is_recent, signature
from import_contracts.reading.context import Advance, RunContext
from import_contracts.reading.files.program import Extent, Program, SourceFile
from import_contracts.reading.store.last_run import LastRun
from import_contracts.reading.store.manifest import Manifest, shape

# From how many files on it is faster to hash half of them in a second process.
_MANY = 2_000


def compare(extent: Extent, context: RunContext) -> Comparison:
    """Compare a program with the last run with the same extent, and store the new times if only these have changed."""
    comparison = Comparison(LastRun(extent, context))
    last = comparison.last
    if last.manifest is not None and last.changed and comparison.is_same:
        last.manifest, last.changed = comparison.store(comparison.digests, last.manifest.state), {}
    return comparison


class Comparison:
    """A program as it is now, and what has changed in it since the last run."""

    def __init__(self, last: LastRun) -> None:
        self.last = last
        self._before = last.manifest

    @cached_property
    def program(self) -> Program:
        """The program as it is now. The folders are walked only if something that was read to find it has changed."""
        if self._before is not None and not any(map(self._may_move_others, self.last.changed)):
            return self._before.program
        return self._walk()

    @cached_property
    def _may_move_others(self) -> Callable[[str], bool]:
        """Tells whether other files may count once a file or folder has changed, not only what is in it.

        A file of the program is watched too if it is a link, which may lead nowhere now, or if its text says which
        folders a package joins to its path.
        """
        assert self._before is not None, "without a last run nothing has changed since"  # noqa: S101
        only_read = set(self._before.files).difference(self._before.watched)
        return lambda path: path not in only_read

    def _walk(self) -> Program:
        from import_contracts.reading.files.walk import walk  # noqa: PLC0415 - not needed where nothing has changed

        inputs.stop()
        with self.last.context.step("find the modules"):
            extent = self.last.extent
            return walk(extent.portions, every_folder=extent.every_folder, exclude=extent.exclude, unread=extent.unread)

    @cached_property
    def shape(self) -> str:
        """The modules, files and problems of the program, as JSON."""
        return json.dumps(shape(self.program, self.last.base))

    @cached_property
    def is_same_program(self) -> bool:
        """Whether the program has the same modules in the same files, and the same problems."""
        if self._before is None or self.program is self._before.program:
            return self._before is not None
        return self.shape == json.dumps(shape(self._before.program, self.last.base))

    @property
    def is_same(self) -> bool:
        """Whether neither the modules nor the content of a file has changed."""
        return self.is_same_program and not self.todo

    @cached_property
    def _clock(self) -> int:
        """The time before anything was read, in nanoseconds since the epoch."""
        assert self.last.cache is not None, "without a cache nothing is compared"  # noqa: S101
        self.last.cache.prepare()
        return self.last.cache.clock()

    @cached_property
    def signatures(self) -> dict[str, Signature]:
        """The signature of every file of the program."""
        self._clock  # noqa: B018 - read first, so that a later change of a file is noticed
        return self._taken([file.path for file in self.program.files])

    @cached_property
    def watched(self) -> dict[str, Signature]:
        """The signature of every folder that was searched, and of every file and link that was read for that."""
        self._clock  # noqa: B018 - as above
        return self._taken(self.program.watched)

    def signature(self, path: str) -> Signature:
        """Return the signature that a file of the program had before it was read."""
        return self.last.changed.get(path) or self.signatures[path]

    def _taken(self, paths: Iterable[str]) -> dict[str, Signature]:
        known = self.last.changed if self._before is None else self._before.by_path | self.last.changed
        return {path: known.get(path) or signature(path) for path in paths}

    @cached_property
    def digests(self) -> dict[str, str]:
        """The digest of every file, by module; "" if it could not be read. Empty if there was no last run."""
        self._clock  # noqa: B018 - read first, so that a later change of a file is noticed
        if self._before is None or self.program is not self._before.program:
            self.signatures  # noqa: B018 - as above; else those of all that has changed are known
        if self._before is None:
            return {}
        with self.last.context.step(f"hash {len(self._touched):,} files", len(self._touched)) as advance:
            known = self._before.digests | self._hashed(advance)
        if self.program is self._before.program:
            return known
        return {file.module: known[file.module] for file in self.program.files}

    def _hashed(self, advance: Advance) -> dict[str, str]:
        """Return the digests of the files that may have changed: half of them from a second process if there are many.

        A thread would not help: it would wait for this one after each call of the system.
        """
        files = self._touched
        if len(files) < _MANY:
            return {file.module: _digest(file, advance) for file in files}
        from import_contracts.reading.processes import in_process  # noqa: PLC0415 - not needed for a few files

        half = files[len(files) // 2 :]
        with in_process(lambda: [_digest(file, advance) for file in half], self.last.context) as others:
            digests = [_digest(file, advance) for file in files[: -len(half)]] + others()
        return {file.module: found for file, found in zip(files, digests, strict=True)}

    @cached_property
    def todo(self) -> tuple[SourceFile, ...]:
        """The files to read: their content has changed, or their module is new, renamed, or newly shadowed or not."""
        if self._before is None:
            return self.program.files
        old, new = self._before.digests, self.digests
        return tuple(
            file
            for file in self._touched
            if file.module in self._renamed or not new[file.module] or new[file.module] != old[file.module]
        )

    @cached_property
    def _renamed(self) -> set[str]:
        """The modules that are new or in another file, or that have become shadowed or are no longer shadowed."""
        if self._before is not None and self.program is self._before.program:
            return set()
        before = _identities(self._before.program) if self._before is not None else set()
        return {module for module, *_ in _identities(self.program) - before}

    @cached_property
    def _touched(self) -> list[SourceFile]:
        changed = self.last.changed
        return [file for file in self.program.files if file.path in changed or file.module in self._renamed]

    def store(self, digests: Mapping[str, str], state: str) -> Manifest:
        """Write the manifest of the program and return it.

        The signature of a file without a digest, or that changed just before the run, is stored as unknown, so that the
        next run reads the file.
        """
        before = self._before
        if before is not None and self.program is before.program:
            changed = {module: new for module, new in digests.items() if before.digests[module] != new}
            manifest = before.updated(self._trusted(self.last.changed, digests), changed, state)
        else:
            signatures = self._trusted(self.watched | self.signatures, digests)
            manifest = Manifest.of(self.program, signatures, digests, state, self.last.base)
        if self.last.cache is not None:
            manifest.save(self.last.cache, self.last.name)
            self.last.cache.tidy(self.last.context.programs)
        return manifest

    def _trusted(self, signatures: Mapping[str, Signature], digests: Mapping[str, str]) -> dict[str, Signature]:
        """Return some signatures as they are stored: unknown if the next run has to read the file."""
        unread = {file.path: UNKNOWN for file in self.program.files if not digests.get(file.module)}
        recent = {path: UNKNOWN for path, found in signatures.items() if is_recent(found, self._clock)}
        return {**signatures, **recent, **unread}


def _digest(file: SourceFile, advance: Advance) -> str:
    advance()
    try:
        return hashed(file.read())
    except OSError:
        return ""


def _identities(program: Program) -> set[tuple[str, str, bool]]:
    """Return what the imports of each file depend on besides its content: module, path, and whether it is shadowed."""
    return {(file.module, file.path, file.module in program.shadowed) for file in program.files}
