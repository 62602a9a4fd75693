"""The state of a program as the cache stores it: the imports of every file, as JSON values.

Numbers stand for names, so that the imports of a large program are loaded fast.
"""

from __future__ import annotations

from array import array
from binascii import a2b_base64, b2a_base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from import_contracts.graph.columns import ImportColumns, Lines
from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import within
from import_contracts.hashing import hashed
from import_contracts.reading.files.program import Program
from import_contracts.reading.scanning.scan import NO_KINDS, NO_LINES, Kinds, Reading
from import_contracts.reading.source.remarks import Remark
from import_contracts.reading.star_imports.stars import Stars
from import_contracts.reading.store.values import is_number, strings, text
from import_contracts.records import NamedTuple


class Rare(NamedTuple):
    """What few files have besides imports, by module, in order: the other fields of `Reading`."""

    kinds: Mapping[str, Kinds]
    stars: Mapping[str, Kinds]
    excluded: Mapping[str, Lines]
    troubles: Mapping[str, tuple[int | None, str]]
    remarks: Mapping[str, tuple[Remark, ...]]

    @classmethod
    def of(cls, readings: Mapping[str, Reading]) -> Rare:
        """Return what is rare in some readings."""
        return cls(
            {module: each.kinds for module, each in readings.items() if each.kinds},
            {module: each.stars for module, each in readings.items() if each.stars},
            {module: each.excluded for module, each in readings.items() if each.excluded},
            {module: each.trouble for module, each in readings.items() if each.trouble},
            {module: each.remarks for module, each in readings.items() if each.remarks},
        )

    def with_changes(self, changed: Mapping[str, Reading]) -> Rare:
        """Return the same with other readings of some of the modules, which are sorted."""
        pairs = zip(self, Rare.of(changed), strict=True)
        kept = (({module: each for module, each in old.items() if module not in changed}, new) for old, new in pairs)
        return Rare._make(dict(sorted({**old, **new}.items())) for old, new in kept)


class Readings(Mapping[str, Reading]):
    """What was read from all files of a program, by module, sorted; each is made when it is asked for.

    After most edits, few of them are.
    """

    def __init__(self, imports: ImportColumns, rare: Rare) -> None:
        self.imports = imports
        self.rare = rare

    @classmethod
    def of(cls, readings: Mapping[str, Reading]) -> Readings:
        """Return the same readings, which must be sorted."""
        return cls(ImportColumns.of({module: each.imports for module, each in readings.items()}), Rare.of(readings))

    @classmethod
    def stored(
        cls, value: Mapping[str, Any], program: Program, sizes: Sequence[int], *, include_external: bool
    ) -> Readings:
        """Return the readings that `value` made JSON values of.

        ``sizes`` are those of the files of the program, in bytes, in order. Raises one of
        `reading.store.values.DAMAGED` if the values are not valid, or cannot be those of a program with such files.
        """
        modules = [file.module for file in program.files]
        others = strings(value["names"])
        if value["modules"] != _digest(modules) or others != sorted({*others} - program.by_module.keys()):
            raise ValueError
        _check_names(others, program, include_external=include_external)
        counts, imported, lines = (_numbers(value[key]) for key in _COLUMNS)
        _check_lines(counts, lines, sizes)
        if len(imported) != len(lines) or max(imported, default=-1) >= len(modules) + len(others):
            raise ValueError
        imports = ImportColumns([*modules, *others], counts, imported, lines)
        rare = Rare(
            {module: _kinds(found) for module, found in value["kinds"].items()},
            {module: _kinds(found) for module, found in value["stars"].items()},
            {module: _excluded(found, program) for module, found in value["excluded"].items()},
            {module: _trouble(*trouble) for module, trouble in value["troubles"].items()},
            {module: tuple(map(_remark, found)) for module, found in value["remarks"].items()},
        )
        if not program.by_module.keys() >= {*chain.from_iterable(rare)}:
            raise ValueError
        if any(line not in imports[module].get(name, ()) for module, star in rare.stars.items() for name, line in star):
            raise ValueError
        return cls(imports, rare)

    @property
    def value(self) -> dict[str, Any]:
        """The same as JSON values.

        ``modules`` is a digest of their names. ``sizes`` has the number of statements of each, and ``imported`` and
        ``lines`` have each statement, as `ImportColumns` has them; ``names`` are its ``others``.
        """
        imports, rare = self.imports, self.rare
        columns = (imports.counts, imports.imported, imports.lines)
        return {
            "modules": _digest(imports),
            "names": imports.others,
            **dict(zip(_COLUMNS, map(_as_text, columns), strict=True)),
            **rare._asdict(),
            "kinds": {module: _kinds_value(found) for module, found in rare.kinds.items()},
            "stars": {module: _kinds_value(found) for module, found in rare.stars.items()},
        }

    def with_changes(self, changed: Mapping[str, Reading]) -> Readings:
        """Return the same with other readings of some of the modules."""
        imports = self.imports.with_changes({module: each.imports for module, each in changed.items()})
        return Readings(imports, self.rare.with_changes(changed))

    def __getitem__(self, module: str) -> Reading:
        kinds, stars, excluded, troubles, remarks = self.rare
        return Reading(
            self.imports[module],
            kinds.get(module, NO_KINDS),
            troubles.get(module),
            stars.get(module, NO_KINDS),
            excluded.get(module, NO_LINES),
            remarks.get(module, ()),
        )

    def __iter__(self) -> Iterator[str]:
        return iter(self.imports)

    def __len__(self) -> int:
        return len(self.imports)


_COLUMNS = ("sizes", "imported", "lines")


def _kinds_value(kinds: Kinds) -> list[list[Any]]:
    return [[*place, kind] for place, kind in kinds.items()]


def as_stars(value: Mapping[str, Any], program: Program) -> Stars:
    """Return what star imports load, of which `Stars.value` made JSON values; raises one of ``DAMAGED`` as above."""
    stars = Stars.of(value)
    if not {*strings(value["sources"])} <= program.by_module.keys():
        raise ValueError
    for (package, line), (modules, *how) in stars.loaded.items():
        if not is_number(line) or line < 0 or set(map(type, how)) != {bool} or len(how) != 2:
            raise ValueError
        if not {package, *strings([*modules])} <= program.modules:
            raise ValueError
    return stars


def _check_names(names: Iterable[str], program: Program, *, include_external: bool) -> None:
    """Raise ValueError if one of the names of imported modules that are no files is neither a package nor external."""
    for name in {*names} - program.modules:
        is_inside = any(within(name, root) or within(root, name) for root in program.roots)
        if not include_external or is_inside or not name.isprintable() or not all(name.split(".")):
            raise ValueError


def _check_lines(counts: array[int], lines: array[int], sizes: Sequence[int]) -> None:
    """Raise ValueError if the numbers of lines don't fit, or if a line cannot be in a file of its size."""
    if len(counts) != len(sizes) or sum(counts) != len(lines) or min(lines, default=1) < 1:
        raise ValueError
    start, highest = 0, max(lines, default=0)
    for count, size in zip(counts, sizes, strict=True):
        # There cannot be more lines than bytes, apart from the last.
        if size < highest and count and max(lines[start : start + count]) > size + 1:
            raise ValueError
        start += count


def _kinds(value: list[tuple[str, int, str]]) -> dict[tuple[str, int], Kind]:
    if type(value) is not list or not value:  # none are not stored
        raise TypeError
    kinds = {(imported, line): Kind(kind) for imported, line, kind in value}
    text("".join(imported for imported, _ in kinds))
    if not all(is_number(line) for _, line in kinds):
        raise TypeError
    return kinds


def _excluded(value: Mapping[str, Any], program: Program) -> Lines:
    """Return the imports of excluded modules; raises ValueError if they cannot be those of the program."""
    known = program.excluded_files | program.excluded_folders
    if not all(lines and all(is_number(line) and line > 0 for line in lines) for lines in value.values()):
        raise ValueError
    if not value.keys() <= known:
        raise ValueError
    return {module: tuple(lines) for module, lines in value.items()}


def _trouble(line: int | None, reason: str) -> tuple[int | None, str]:
    if line is not None and not (is_number(line) and line > 0):
        raise ValueError
    return line, text(reason)


def _remark(value: tuple[Any, ...]) -> Remark:
    line, first, last, said = value
    if not (all(map(is_number, value[:3])) and 0 < first <= line <= last):
        raise ValueError
    return Remark(line, first, last, text(said))


def _digest(modules: Iterable[str]) -> str:
    return hashed("/".join(modules).encode(errors="surrogatepass"))


def _as_text(numbers: array[int]) -> str:
    return b2a_base64(numbers, newline=False).decode()


def _numbers(joined: object) -> array[int]:
    return array("I", a2b_base64(text(joined)))
