"""The state of a program as the cache stores it: the imports of every file, as JSON values.

Numbers stand for names, so that the imports of a large program are loaded fast.
"""

from __future__ import annotations

from array import array
from binascii import a2b_base64, b2a_base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any

from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import within
from import_contracts.reading.program import Program
from import_contracts.reading.remarks import Remark
from import_contracts.reading.scan import NO_KINDS, NO_LINES, Kinds, Lines, Reading
from import_contracts.reading.star_imports.stars import Stars
from import_contracts.reading.values import is_number, strings, text


def as_values(readings: Mapping[str, Reading]) -> dict[str, Any]:
    """Return readings, by module, as JSON values.

    ``sizes`` has the number of statements of each module, and ``imported`` and ``lines`` each statement: the number of
    the imported module, first counting ``modules`` and then ``names``, which are sorted, and the line.
    """
    names = sorted({name for reading in readings.values() for name in reading.imports} - readings.keys())
    numbers = {name: number for number, name in enumerate((*readings, *names))}
    return _value(_joined(readings), names, _columns(readings.values(), numbers), _rare(readings))


_COLUMNS = ("sizes", "imported", "lines")


def _value(
    modules: str, names: list[str], columns: Iterable[array[int]], rare: Mapping[str, dict[str, Any]]
) -> dict[str, Any]:
    as_texts = dict(zip(_COLUMNS, map(_as_text, columns), strict=True))
    return {"modules": modules, "names": names, **as_texts, **rare}


def _columns(readings: Iterable[Reading], numbers: Mapping[str, int]) -> tuple[array[int], array[int], array[int]]:
    """Return the columns of some readings, in order; raises KeyError if a name has no number."""
    sizes, imported, lines = array("I"), array("I"), array("I")
    for reading in readings:
        before = len(lines)
        for name, places in reading.imports.items():
            imported.extend([numbers[name]] * len(places))
            lines.extend(places)
        sizes.append(len(lines) - before)
    return sizes, imported, lines


def _rare(readings: Mapping[str, Reading]) -> dict[str, dict[str, Any]]:
    """Return what few readings have, by module."""
    return {
        "kinds": {module: _kinds_value(each.kinds) for module, each in readings.items() if each.kinds},
        "stars": {module: _kinds_value(each.stars) for module, each in readings.items() if each.stars},
        "excluded": {module: each.excluded for module, each in readings.items() if each.excluded},
        "troubles": {module: reading.trouble for module, reading in readings.items() if reading.trouble},
        "remarks": {module: reading.remarks for module, reading in readings.items() if reading.remarks},
    }


def _kinds_value(kinds: Kinds) -> list[list[Any]]:
    return [[*place, kind] for place, kind in kinds.items()]


class StoredReadings(Mapping[str, Reading]):
    """The readings that `as_values` made JSON values of, by module, each made when it is asked for.

    After most edits, few of them are. ``sizes`` are those of the files of the program, in bytes, in order. Raises one
    of `import_contracts.reading.values.DAMAGED` if the values are not valid, or cannot be those of a program with such
    files.
    """

    def __init__(
        self, value: Mapping[str, Any], program: Program, sizes: Sequence[int], *, include_external: bool
    ) -> None:
        modules = [file.module for file in program.files]
        names = strings(value["names"])
        if value["modules"] != _joined(modules):
            raise ValueError
        _check_names(names, program, include_external=include_external)
        self._value = value
        self._names = [*modules, *names]
        self._counts, self._imported, self._lines = counts, *_ = [_numbers(value[key]) for key in _COLUMNS]
        _check_lines(counts, self._lines, sizes)
        if len(self._imported) != len(self._lines) or max(self._imported, default=-1) >= len(self._names):
            raise ValueError
        self._places = dict(zip(modules, zip(accumulate(counts), counts, strict=True), strict=True))
        self._kinds = {module: _kinds(found) for module, found in value["kinds"].items()}
        self._troubles = {module: _trouble(*trouble) for module, trouble in value["troubles"].items()}
        self._stars = {module: _kinds(found) for module, found in value["stars"].items()}
        self._excluded = {module: _excluded(found, program) for module, found in value["excluded"].items()}
        self._remarks = {module: tuple(map(_remark, found)) for module, found in value["remarks"].items()}
        self._made: dict[str, Reading] = {}
        self._line = {line: (line,) for line in set(self._lines)}
        for module, stars in self._stars.items():
            if any(line not in self[module].imports.get(name, ()) for name, line in stars):
                raise ValueError

    def __getitem__(self, module: str) -> Reading:
        if module not in self._made:
            end, count = self._places[module]
            names = map(self._names.__getitem__, self._imported[end - count : end])
            lines = map(self._line.__getitem__, self._lines[end - count : end])
            self._made[module] = Reading(
                _imports([*zip(names, lines, strict=True)]),
                self._kinds.get(module, NO_KINDS),
                self._troubles.get(module),
                self._stars.get(module, NO_KINDS),
                self._excluded.get(module, NO_LINES),
                self._remarks.get(module, ()),
            )
        return self._made[module]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def values_with(self, changed: Mapping[str, Reading]) -> dict[str, Any] | None:
        """Return what `as_values` returns if some of the readings are other ones; None if other names are imported."""
        modules = {module: number for number, module in enumerate(self._places)}
        numbers = modules | {name: len(modules) + number for number, name in enumerate(self._value["names"])}
        columns = [column[:] for column in (self._counts, self._imported, self._lines)]
        gone: set[int] = set()
        for module in sorted(changed, reverse=True):  # from the end, so that the places before stay the same
            if not changed[module].imports.keys() <= numbers.keys():
                return None
            end, count = self._places[module]
            gone.update(self._imported[end - count : end])
            places = (slice(modules[module], modules[module] + 1), *[slice(end - count, end)] * 2)
            for column, place, new in zip(columns, places, _columns([changed[module]], numbers), strict=True):
                column[place] = new
        if not all(number < len(modules) or number in columns[1] for number in gone):
            return None
        return _value(self._value["modules"], self._value["names"], columns, self._rare_with(changed))

    def _rare_with(self, changed: Mapping[str, Reading]) -> dict[str, dict[str, Any]]:
        def kept(key: str) -> dict[str, Any]:
            return {module: found for module, found in self._value[key].items() if module not in changed}

        return {key: dict(sorted((kept(key) | found).items())) for key, found in _rare(changed).items()}


def _imports(statements: list[tuple[str, tuple[int, ...]]]) -> Lines:
    imports: Lines = dict(statements)
    if len(imports) < len(statements):
        imports = dict.fromkeys(imports, ())
        for name, line in statements:
            imports[name] += line
    return imports


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
    start = 0
    if len(counts) != len(sizes):
        raise ValueError
    for count, size in zip(counts, sizes, strict=True):
        of_file = lines[start : start + count]
        # There cannot be more lines than bytes, apart from the last.
        if len(of_file) < count or (count and not (min(of_file) > 0 and max(of_file) <= size + 1)):
            raise ValueError
        start += count
    if start != len(lines):
        raise ValueError


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


def _joined(modules: Iterable[str]) -> str:
    return "/".join(modules)


def _as_text(numbers: array[int]) -> str:
    return b2a_base64(numbers, newline=False).decode()


def _numbers(joined: object) -> array[int]:
    return array("I", a2b_base64(text(joined)))
