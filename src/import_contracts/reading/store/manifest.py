"""The manifest of a program in the cache: its files, their signatures and digests, and its state."""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterable, Mapping
from copy import copy
from functools import cached_property
from itertools import chain, compress, count
from typing import Any

from import_contracts.inputs import Signature, signature
from import_contracts.problems import Problem, Severity
from import_contracts.reading.files.excluding import Excluded
from import_contracts.reading.files.program import Findings, Portions, Program, SourceFile
from import_contracts.reading.store.cache import Cache, digest
from import_contracts.reading.store.values import DAMAGED, is_sound, strings, text
from import_contracts.reading.store.watch import Watch, absolute, relative


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
        manifest = cls(value, Watch("", [relative(path, base) for path in paths], numbers), base, program.portions)
        manifest.program = program
        return manifest

    @property
    def checksum(self) -> str:
        """The checksum of its file in the cache."""
        return self._watch.program

    def save(self, cache: Cache, name: str) -> None:
        """Write the manifest to its two files in the cache."""
        self._watch.program = cache.save(name, self.value)
        cache.write(watch_of(name), self._watch.packed())

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
                file and absolute([text(file)], self._base)[0],
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
        return strings(modules), absolute(strings(files), self._base)

    @cached_property
    def _modules(self) -> list[str]:
        return _parted(self._joined_modules)

    @cached_property
    def digests(self) -> dict[str, str]:
        """The digest of each file, by module; "" if it is unknown."""
        return dict(zip(self._modules, _parted(self._joined_digests), strict=True))


def watch_of(name: str) -> str:
    """Return the name of the file with the signatures of the files of the program in a file."""
    return f"{name.removesuffix('.program')}.watch"


def shape(program: Program, base: str) -> dict[str, Any]:
    """Return the modules, files and problems of a program as JSON values: all that reports depend on except imports.

    Paths are relative to ``base``, so a copy of the program in another folder has the same shape.
    """
    return {
        "modules": [file.module for file in program.files],
        "files": [relative(file.path, base) for file in program.files],
        "namespaces": sorted(program.namespaces),
        "shadowed": sorted(program.shadowed),
        "compiled": [
            [file.module for file in program.compiled],
            [relative(file.path, base) for file in program.compiled],
        ],
        "problems": [
            [problem.message, problem.file and relative(problem.file, base), problem.key, problem.severity]
            for problem in program.problems
        ],
        "excluded": [list(each) for each in program.excluded],
    }


def _joined(words: Iterable[str]) -> str:
    """Return words without "/" as one string; a large program has so many that a list takes time and memory."""
    return "/".join([*words, ""])


def _parted(words: str) -> list[str]:
    return words.split("/")[:-1]


def _fours(numbers: Iterable[int]) -> Iterable[Signature]:
    rest = iter(numbers)
    return zip(rest, rest, rest, rest, strict=True)
