"""The cache: the imports and reports of earlier runs, and what is needed to see that nothing has changed.

The folder of the cache has seven kinds of files. Each is a line with a checksum, of its name and the rest, and then
JSON, or parts of bytes in those that every run needs:

- ``.run``, one for each set of arguments and surroundings: what a run printed, and what it had looked at.
- ``.watch``, one for each `Extent`: every file and folder with its signature, and the checksum of the next file.
- ``.program``, one for each `Extent`: the modules, the digest of every file, and the name of the state.
- ``.imports``, one for each state: the imports of every file. Its name is the digest of its content.
- ``.statements``, one for each `Extent` and set of modules: the import statements of files that reports have shown.
- ``.report``, one for each state and request: the text of the report, and the exit status.
- ``.beside``, one for each set of root packages: which packages beside them are read too, and the signature of every
  file and folder that decides this.

A file that cannot be read, or is damaged, is ignored; so is a file with a value that no run has written. A cache that
somebody else may have written is not used at all. The reasons for this design: docs/decisions/006-snapshot.md.
"""

from __future__ import annotations

import json
import os
import sys
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from copy import copy
from functools import cached_property
from importlib.machinery import PathFinder
from itertools import chain, compress, count
from pathlib import Path
from typing import Any

from import_contracts import disk, looks
from import_contracts.hashing import hashed
from import_contracts.looks import Signature, noted_signature, signature
from import_contracts.problems import Problem, Severity
from import_contracts.reading.context import RunContext
from import_contracts.reading.excluding import Exclude, Excluded
from import_contracts.reading.precedence import Unread
from import_contracts.reading.program import Findings, Portions, Program, SourceFile
from import_contracts.reading.remembered import PROGRAM
from import_contracts.reading.trust import SUFFIXES, VERSIONS, doubt
from import_contracts.reading.values import DAMAGED, exit_status, is_number, is_sound, strings, text
from import_contracts.reading.watch import Watch, absolute, clock, compare, load_sealed, sealed
from import_contracts.records import NamedTuple
from import_contracts.repository import Tips, tips

_LARGEST_ANSWER = 20_000_000  # characters


class Extent(NamedTuple):
    """Which program is read, and how much of it.

    ``portions`` are the folders of each root package. With ``include_external``, the graph has imports of modules
    outside the program, with ``kinds`` the kinds of imports, with ``every_folder`` the modules in folders without
    ``__init__.py``, and with ``calls`` the imports by calls such as ``import_module("a")``. ``exclude`` are the globs
    of files and folders that are no part of the program. ``unread`` are files and folders with the name of a root
    package that are not imported. ``external_parts`` are parts of external packages that are told apart, such as
    ``django.db``.
    """

    portions: Portions
    include_external: bool
    kinds: bool
    every_folder: bool = False
    calls: bool = False
    exclude: Exclude = ()
    unread: tuple[Unread, ...] = ()
    external_parts: tuple[str, ...] = ()


class Answer(NamedTuple):
    """The text of a report, the exit status, and sentences about what the report leaves out."""

    text: str
    exit_status: int
    left_out: tuple[str, ...] = ()


class Grounds(NamedTuple):
    """What an answer depends on besides the state of the program.

    ``evidence`` are the modules whose statements are in its text; None if it depends on the whole text of every file.
    ``branch`` is as in `StoredAnswer`. ``outside`` are the files and folders outside the program that it depends on,
    with their digests, by absolute path. ``total`` is the number of imports in the program; apart from that, it stays
    the same if imports change in none of the ``importers``, or if none of those that change is of one of the
    ``imported``, which are None if all imports may change it.
    """

    evidence: Iterable[str] | None
    branch: str = ""
    outside: Mapping[str, str] = {}
    importers: Set[str] | None = None
    imported: Set[str] | None = None
    total: int = 0


class StoredAnswer(NamedTuple):
    """An answer in the cache, and the files that its text depends on besides the state of the program.

    ``evidence`` has, for each module with a statement in the text, the digest of the file and the digest of all its
    import statements; the second is "" if the text depends on the whole file. ``branch`` is `LastRun.branch` if the
    text depends on the merge base, else "". ``outside`` has the digest of each file or folder outside the program, by
    its path as `shortened` returns it.

    ``importers``, ``imported`` and ``total`` are as in `Grounds`. The first two have a bit for each module with a file,
    the first one highest, in hexadecimal digits; "" if all of them are meant.
    """

    answer: Answer
    evidence: Mapping[str, tuple[str, str]]
    branch: str = ""
    outside: Mapping[str, str] = {}
    importers: str = ""
    imported: str = ""
    total: int = 0

    def is_same_outside(self, base: str) -> bool:
        """Return whether what lies outside the program is still the same; paths are relative to ``base``."""
        if not self.outside:
            return True
        from import_contracts.reading.outside import is_same  # noqa: PLC0415 - few reports depend on that

        return is_same(dict(zip(lengthened(self.outside, base), self.outside.values(), strict=True)))


class LastRun:
    """The last run with the same extent, from the cache.

    ``manifest`` is None if there was none, or without a cache. ``changed`` are the paths that have changed since, with
    their signature now.
    """

    def __init__(self, extent: Extent, context: RunContext) -> None:
        self.extent = extent
        self.context = context
        self.base = f"{context.folder}{os.sep}".replace(os.sep * 2, os.sep)
        self.cache = _opened(context)
        self.manifest: Manifest | None = None
        self.changed: dict[str, Signature] = {}
        if self.cache is not None and not self.cache.is_new:
            self.manifest, self.changed = self._compared(self.cache)
        if self.manifest is not None and self.changed and not self.manifest.has_program:
            self.forget()

    def _compared(self, cache: Cache) -> tuple[Manifest | None, dict[str, Signature]]:
        """Return the manifest in the cache, and what has changed since."""
        with self.context.step("compare the files and folders"):
            watch, changed = compare(cache.path(_watch_of(self.name)), self.base) or (None, {})
        if watch is None:
            return None, {}
        manifest = Manifest.load(cache, self.name, watch, self.base, self.extent.portions)
        if manifest is None:
            return None, {}
        return manifest, dict(zip(absolute(changed, self.base), changed.values(), strict=True))

    @cached_property
    def name(self) -> str:
        """The name of the manifest's file in the cache; "" without a cache."""
        if self.cache is None:
            return ""
        extent = self.extent
        inside = [[name, shortened(folder, self.base)] for name, folder in extent.portions]
        globs = [[glob, shortened(f"{folder}{os.sep}", self.base)] for glob, folder in extent.exclude]
        unread = [[name, *(shortened(path, self.base) for path in paths)] for name, *paths in extent.unread]
        how = [*extent[1:5], globs, inside, unread, extent.external_parts]
        return f"{digest(self.cache.versions, json.dumps(how))}.program"

    def forget_forged(self) -> bool:
        """Return whether the program in the manifest cannot be one that was read; then forget the manifest."""
        if self.manifest is None or self.manifest.is_sound:
            return False
        self.forget()
        return True

    def forget(self) -> None:
        """Go on as if there had been no last run."""
        self.manifest, self.changed = None, {}

    @property
    def is_current(self) -> bool:
        """Whether there was a last run, and nothing has changed since."""
        return self.manifest is not None and not self.changed

    @property
    def _current(self) -> Manifest | None:
        """The manifest if nothing has changed since; that is noted, because the result depends on it."""
        if self.manifest is None or self.changed or self.cache is None:
            return None
        looks.note(PROGRAM, self.cache.path(_watch_of(self.name)), f"{self.manifest.checksum} {self.base}")
        return self.manifest

    @property
    def whole_state(self) -> str | None:
        """A digest of the whole text of the program; None if there was no last run, or something has changed since."""
        return None if (manifest := self._current) is None else manifest.whole_state

    @cached_property
    def tips(self) -> Tips:
        """What the merge base depends on."""
        return tips(self.context.folder)

    @property
    def branch(self) -> str:
        """A digest of that."""
        return digest(*self.tips)

    def stored(self, state: str, request: str) -> StoredAnswer | None:
        """Return the stored answer to a request about a state of the program, if all else it depends on is the same."""
        found = None if self.cache is None else self.cache.answer(state, request)
        if found is None or (found.branch and found.branch != self.branch) or not found.is_same_outside(self.base):
            return None
        return found

    def answer(self, request: str) -> Answer | None:
        """Return the stored answer to a request; None if there is none, or if something has changed since."""
        manifest = self._current
        stored = None if manifest is None else self.stored(manifest.state, request)
        if manifest is None or stored is None:
            return None
        is_same = all(manifest.digests.get(module) == was for module, (was, _) in stored.evidence.items())
        return stored.answer if is_same else None


def _opened(context: RunContext) -> Cache | None:
    """Return the cache of a run; None if there is to be none, or with a warning if it may be from somebody else."""
    if context.cache is None:
        return None
    reason = doubt(context.cache)
    if reason is None:
        return Cache(context.cache, context.warn)
    context.warn(f"The cache in {context.cache} is not used: {reason}, or name another folder with --cache-dir.")
    return None


class Manifest:
    """The content of a ``.program`` file: the files of a program, their signatures and digests, and its state.

    ``files`` and ``watched`` are absolute paths. ``state`` is the name of the ``.imports`` file without its suffix.
    Raises one of ``DAMAGED`` if ``value``, the JSON of the file, is not valid. Whether the program can be one that was
    read is another question, because answering it takes time: `is_sound`. The modules and the digests are one string
    each, split when they are needed: a run on an unchanged program needs only the paths and the signatures.
    """

    def __init__(self, value: Mapping[str, Any], watch: Watch, base: str, portions: Portions) -> None:
        self.value = value
        self.state = text(value["state"])
        self._watch = watch
        self._base = base
        self._portions = portions
        self._joined_modules, self._joined_digests = text(value["modules"]), text(value["digests"])
        paths, number = absolute(watch.paths, base), self._joined_modules.count("/")
        self.files, self.watched = paths[:number], paths[number:]
        if not self._joined_digests.count("/") == len(self.files) == number:
            raise ValueError
        if not self.state.isalnum():
            raise ValueError

    @classmethod
    def load(cls, cache: Cache, name: str, watch: Watch, base: str, portions: Portions) -> Manifest | None:
        """Return the manifest in a file of the cache; None if there is none for what is watched, or it is damaged."""
        try:
            checksum, value = cache.load_sealed(name)
            return cls(value, watch, base, portions) if checksum == watch.program else None
        except DAMAGED:
            return None

    @classmethod
    def of(
        cls, program: Program, signatures: Mapping[str, Signature], digests: Mapping[str, str], state: str, base: str
    ) -> Manifest:
        """Return the manifest of a program; ``signatures`` are by path, ``digests`` by module."""
        paths = [*(file.path for file in program.files), *program.watched]
        value = {
            **shape(program, base),
            "modules": _joined(file.module for file in program.files),
            "digests": _joined(digests.get(file.module, "") for file in program.files),
            "state": state,
        }
        del value["files"]
        numbers = array("q", chain.from_iterable(map(signatures.__getitem__, paths)))
        manifest = cls(value, Watch("", [path.removeprefix(base) for path in paths], numbers), base, program.portions)
        manifest.program = program
        return manifest

    @property
    def checksum(self) -> str:
        """The checksum of its file in the cache."""
        return self._watch.program

    def save(self, cache: Cache, name: str) -> None:
        """Write the manifest to its two files in the cache."""
        self._watch.program = cache.save(name, self.value)
        cache.write(_watch_of(name), self._watch.packed())

    def updated(self, signatures: Mapping[str, Signature], digests: dict[str, str], state: str) -> Manifest:
        """Return the manifest of the same program with other signatures, digests and another state."""
        numbers = array("q", self._watch.numbers)
        for number in compress(count(), map(signatures.__contains__, paths := self.files + self.watched)):
            numbers[4 * number : 4 * number + 4] = array("q", signatures[paths[number]])
        manifest = copy(self)
        manifest.digests = self.digests | digests
        manifest.value = {**self.value, "digests": _joined(manifest.digests.values()), "state": state}
        manifest.state, manifest._watch = state, Watch("", self._watch.paths, numbers)  # noqa: SLF001 - our own
        return manifest

    @property
    def whole_state(self) -> str | None:
        """A digest of the whole text of the program; None if a file could not be read."""
        return digest(self.state, self.value["digests"]) if all(self.value["digests"]) else None

    @property
    def sizes(self) -> list[int]:
        """The size of each file in bytes, in order."""
        sizes = self._watch.numbers[2 : 4 * len(self.files) : 4]
        return [signature(path)[2] if size < 0 else size for path, size in zip(self.files, sizes, strict=True)]

    @property
    def by_path(self) -> dict[str, Signature]:
        """The stored signature of each path."""
        return dict(zip(self.files + self.watched, _fours(self._watch.numbers), strict=True))

    @cached_property
    def program(self) -> Program:
        """The program, made from the stored values."""
        init = f"{os.sep}__init__.py"
        are_packages = [path.endswith(init) for path in self.files]
        problems = tuple(
            Problem(
                text(message),
                file and lengthened([text(file)], self._base)[0],
                key=key and text(key),
                severity=Severity(severity),
            )
            for message, file, key, severity in self.value["problems"]
        )
        return Program(
            tuple(dict.fromkeys(name for name, _ in self._portions)),
            tuple(map(SourceFile._make, zip(self._modules, self.files, are_packages, strict=True))),
            frozenset(strings(self.value["namespaces"])),
            self._portions,
            frozenset(strings(self.value["shadowed"])),
            tuple(
                SourceFile(text(module), path, is_package=os.path.basename(path).startswith("__init__."))
                for module, path in zip(*self._compiled, strict=True)
            ),
            tuple(Excluded(text(module), is_folder is True) for module, is_folder in self.value["excluded"]),
            lambda: Findings(problems, tuple(self.watched)),
        )

    @property
    def has_program(self) -> bool:
        """Whether a program can be made from the stored values."""
        try:
            return bool(self.program)
        except DAMAGED:
            return False

    @property
    def is_sound(self) -> bool:
        """Whether the program can be one that was read: its modules are sorted, and where their names say."""
        try:
            return is_sound(self.program)
        except DAMAGED:
            return False

    @property
    def _compiled(self) -> tuple[list[str], list[str]]:
        """The modules without source, and their files."""
        modules, files = self.value["compiled"]
        return strings(modules), lengthened(strings(files), self._base)

    @cached_property
    def _modules(self) -> list[str]:
        return _parted(self._joined_modules)

    @cached_property
    def digests(self) -> dict[str, str]:
        """The digest of each file, by module; "" if it is unknown."""
        return dict(zip(self._modules, _parted(self._joined_digests), strict=True))


def _watch_of(name: str) -> str:
    """Return the name of the file with the signatures of the files of the program in a file."""
    return f"{name.removesuffix('.program')}.watch"


class Cache:
    """The folder of the cache. A file in it that is damaged or incomplete is ignored.

    ``warn`` is called once if the folder cannot be written; after that nothing is written.
    """

    def __init__(self, folder: Path, warn: Callable[[str], None]) -> None:
        self._folder = folder
        self._warn = warn
        self._is_usable = True

    @property
    def is_new(self) -> bool:
        """Whether nothing has been stored yet; then the own files, on which all names depend, have not been hashed."""
        return not disk.is_file(self._folder / VERSIONS)

    @cached_property
    def versions(self) -> str:
        """A digest of the programs that the content of the cache depends on: import-contracts, grimp and Python.

        The digest of their files is stored with the signatures of the files, and used again while these are the same.
        """
        spec = PathFinder.find_spec("grimp")  # which does not import it
        paths = sorted(_own_files()) + ([spec.origin] if spec is not None and spec.origin else [])
        for path in sys.path:
            looks.note(looks.STATUS, path or os.curdir)
        signatures = digest(sys.version, sys.platform, *([path, *noted_signature(path)] for path in paths))
        try:
            known, versions = strings(self.load(VERSIONS))
        except DAMAGED:
            known, versions = "", ""
        if known != signatures:
            contents = (hashed(disk.read(path)) for path in paths)
            versions = digest(sys.version, sys.platform, *contents)
            self.prepare()
            self.save(VERSIONS, [signatures, versions])
        return versions

    def answer(self, state: str, request: str) -> StoredAnswer | None:
        """Return the stored answer to a request about a state of a program; None if there is none."""
        try:
            value = self.load(self._answer_name(state, request))
            evidence = {module: (file, shown) for module, (file, shown) in value["evidence"].items()}
            outside = value.get("outside", {})
            strings([*chain.from_iterable(evidence.values()), *outside.keys(), *outside.values()])
            left_out = tuple(map(text, strings(value["left_out"])))
            answer = Answer(text(value["text"]), exit_status(value["status"]), left_out)
            importers, imported, total = value.get("decided", ("", "", 0))
            if not is_number(total) or not all(not bits or int(bits, 16) >= 0 for bits in (importers, imported)):
                raise ValueError
            return StoredAnswer(answer, evidence, text(value["branch"]), outside, importers, imported, total)
        except DAMAGED:
            return None

    def keep(self, state: str, request: str, stored: StoredAnswer) -> None:
        """Store the answer to a request about a state of a program, unless its text is very long."""
        if len(stored.answer.text) <= _LARGEST_ANSWER:
            (said, status, left_out), evidence, branch, outside, *decided = stored
            value = {
                "text": said,
                "status": status,
                "left_out": left_out,
                "evidence": evidence,
                "branch": branch,
                **({"outside": outside} if outside else {}),
                **({"decided": decided} if stored.importers or stored.imported else {}),
            }
            self.save(self._answer_name(state, request), value)

    def _answer_name(self, state: str, request: str) -> str:
        return f"{digest(self.versions, state, request)}.report"

    def path(self, name: str) -> str:
        """Return the path of a file."""
        return os.path.join(self._folder, name)

    def load(self, name: str) -> Any:
        """Return the value in a file; None if the file does not exist, or has been changed or renamed.

        Raises ValueError or RecursionError if it is not valid JSON.
        """
        return self.load_sealed(name)[1]

    def load_sealed(self, name: str) -> tuple[str, Any]:
        """Return the checksum of a file, "" if there is none, and what `load` returns."""
        checksum, body = load_sealed(self.path(name)) or ("", b"null")
        decoded = str(body, "utf-8")
        del body
        return checksum, json.loads(decoded)

    def save(self, name: str, value: object) -> str:
        """Write a value to a file and return its checksum; if that fails, warn once and write nothing more."""
        return self.write(name, json.dumps(value, separators=(",", ":")).encode())

    def save_named(self, suffix: str, value: object) -> str:
        """Write a value to a file named by the digest of its content, and return the name without the suffix."""
        body = json.dumps(value, separators=(",", ":")).encode()
        name = hashed(body)
        self.write(name + suffix, body)
        return name

    def write(self, name: str, body: bytes) -> str:
        """Write bytes to a file, as `save` does, and return its checksum."""
        data = sealed(name, body)
        self._try(lambda: disk.write(self._folder / name, data))
        return data.partition(b"\n")[0].decode()

    def prepare(self) -> None:
        """Make the folder if it does not exist, with a ``.gitignore`` and a ``CACHEDIR.TAG`` for backup programs."""

        def make() -> None:
            if not self._folder.is_dir():
                self._folder.mkdir(mode=0o700, parents=True)
                disk.write(self._folder / ".gitignore", b"*\n")
                disk.write(self._folder / "CACHEDIR.TAG", b"Signature: 8a477f597d28d172789f06886806bc55\n")

        self._try(make)

    def clock(self) -> int:
        """Return the time in nanoseconds since the epoch: the earlier of our clock and the file system's.

        Returns 0 if the folder cannot be written.
        """
        times = [0]
        self._try(lambda: times.append(clock(str(self._folder))))
        return times[-1]

    def tidy(self, programs: int = 1) -> None:
        """Remove the oldest files if there are more than ``_KEPT`` for each program of a run."""

        def remove() -> None:
            ours = [path for path in self._folder.iterdir() if len(path.stem) == 64 and path.suffix in SUFFIXES]
            for path in sorted(ours, key=lambda path: path.stat().st_mtime_ns)[: -_KEPT * programs]:
                path.unlink()

        self._try(remove)

    def _try(self, action: Callable[[], None]) -> None:
        """Run an action that may raise OSError, unless one has failed before; warn if it fails."""
        if not self._is_usable:
            return
        try:
            action()
        except OSError as error:
            self._is_usable = False
            self._warn(f"The cache in {self._folder} cannot be written: {error.strerror}.")


_OWN = (".css", ".html", ".js", ".py")


def _own_files() -> Iterator[str]:
    """Yield the paths of this program's own files, also those that its pages are made of."""
    for folder, folders, names in os.walk(Path(__file__).parents[1]):
        folders[:] = [name for name in folders if name != "__pycache__"]
        yield from (os.path.join(folder, name) for name in names if name.endswith(_OWN))


_KEPT = 60


def digest(*parts: object) -> str:
    """Return the digest of the JSON of some values, in hexadecimal digits."""
    return hashed(json.dumps(parts).encode())


def _fours(numbers: Iterable[int]) -> Iterable[Signature]:
    rest = iter(numbers)
    return zip(rest, rest, rest, rest, strict=True)


def shape(program: Program, base: str) -> dict[str, Any]:
    """Return the modules, files and problems of a program as JSON values: all that reports depend on except imports.

    Paths are relative to ``base``, so a copy of the program in another folder has the same shape.
    """
    return {
        "modules": [file.module for file in program.files],
        "files": [shortened(file.path, base) for file in program.files],
        "namespaces": sorted(program.namespaces),
        "shadowed": sorted(program.shadowed),
        "compiled": [
            [file.module for file in program.compiled],
            [shortened(file.path, base) for file in program.compiled],
        ],
        "problems": [
            [problem.message, problem.file and shortened(problem.file, base), problem.key, problem.severity]
            for problem in program.problems
        ],
        "excluded": [list(each) for each in program.excluded],
    }


def _joined(words: Iterable[str]) -> str:
    """Return words without "/" as one string; a large program has so many that a list takes time and memory."""
    return "/".join([*words, ""])


def _parted(words: str) -> list[str]:
    return words.split("/")[:-1]


# Marks a path that is not inside the base. No path contains it.
_OUTSIDE = "\0"


def shortened(path: str, base: str) -> str:
    """Return a path as the cache stores it: relative to ``base`` if it is inside."""
    return path.removeprefix(base) if path.startswith(base) else _OUTSIDE + path


def lengthened(paths: Iterable[str], base: str) -> list[str]:
    """Return paths as they were before they were `shortened`."""
    return [path[1:] if path.startswith(_OUTSIDE) else base + path for path in paths]
