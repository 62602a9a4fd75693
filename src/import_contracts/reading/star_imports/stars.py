"""Star imports of packages, and the modules that they load."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, TypeAlias

from import_contracts.graph.names import parent
from import_contracts.problems import Problem, Severity
from import_contracts.reading.files.program import Program
from import_contracts.reading.source.text import Source, UndecodableError, decode
from import_contracts.reading.star_imports.loaded import Loaded
from import_contracts.records import NamedTuple, dataclass, field

Texts: TypeAlias = Callable[[str], bytes | None]
"""Returns the content of the file of a module; None if there is none, or it cannot be read."""


class StarImport(NamedTuple):
    """An import statement ``from module import *``."""

    importer: str
    module: str
    line: int

    @property
    def key(self) -> tuple[str, int]:
        """What the modules that it loads depend on: of its own package, a module has only what is above the line."""
        return self.module, self.line if self.importer == self.module else 0


@dataclass(frozen=True)
class Stars:
    """What star imports load, by `StarImport.key`; where a key is missing, nothing.

    ``sources`` are the modules with a file on which that depends, besides the star imports themselves.
    """

    loaded: Mapping[tuple[str, int], Loaded] = field(default_factory=dict)
    sources: frozenset[str] = frozenset()

    def loaded_by(self, star: StarImport) -> Iterator[str]:
        """Yield the modules that a star import loads, besides the one that it names."""
        found = self.loaded.get(star.key)
        return (module for module in (found.modules if found else ()) if module != star.importer)

    def problems(self, program: Program) -> tuple[Problem, ...]:
        """Return a problem for each package of which it is not known what its star imports load."""
        unknown = dict.fromkeys(package for (package, _), loaded in self.loaded.items() if not loaded.is_whole)
        return tuple(
            Problem(
                f"The value of __all__ is not known, so modules that 'from {package} import *' imports may not be "
                "checked; write it as a list of strings.",
                file=program.by_module[package].path,
                severity=Severity.WARNING,
            )
            for package in unknown
        )

    @property
    def value(self) -> dict[str, list[Any]]:
        """The same as JSON values."""
        return {
            "loaded": [[*key, *loaded] for key, loaded in self.loaded.items()],
            "sources": sorted(self.sources),
        }

    @classmethod
    def of(cls, value: Mapping[str, Any]) -> Stars:
        """Return what `value` made JSON values of; raises KeyError, TypeError or ValueError if they are not valid."""
        loaded = {(package, line): Loaded(tuple(modules), *how) for package, line, modules, *how in value["loaded"]}
        return cls(loaded, frozenset(value["sources"]))


def load_stars(program: Program, stars: Iterable[StarImport], read: Texts) -> Stars:
    """Return what star imports load; only the files that decide this are read."""
    keys = sorted({star.key for star in stars})
    if not keys:
        return Stars()
    from import_contracts.reading.star_imports.exports import Exports  # noqa: PLC0415 - slow, and most edits need none

    parents = set(map(parent, program.modules))
    sources: dict[str, Source | None] = {}

    def source(module: str) -> Source | None:
        if module not in sources:
            sources[module] = _source(program, module, read)
        return sources[module]

    exports = Exports(program.modules, source)
    found = {(module, line): exports.loaded(module, line or None) for module, line in keys if module in parents}
    known = {key: loaded for key, loaded in found.items() if loaded.modules or not loaded.is_whole}
    return Stars(known, frozenset(program.by_module.keys() & sources.keys()))


def _source(program: Program, module: str, read: Texts) -> Source | None:
    file, data = program.by_module.get(module), read(module)
    with suppress(UndecodableError):
        if file is not None and data is not None:
            return Source(module, file.path, file.is_package, decode(data))
    return None


def texts_of(program: Program) -> Texts:
    """Return a function that reads the files of a program as they are now."""

    def read(module: str) -> bytes | None:
        file = program.by_module.get(module)
        with suppress(OSError):
            return file.read() if file else None
        return None

    return read
