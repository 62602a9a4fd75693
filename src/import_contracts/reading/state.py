"""The state of a program as the cache stores it: the imports of every file, as JSON values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import within
from import_contracts.reading.program import Program
from import_contracts.reading.scan import Reading
from import_contracts.reading.values import is_number, strings, text


def as_values(readings: Mapping[str, Reading]) -> dict[str, Any]:
    """Return readings, by module, as JSON values."""
    return {
        module: [reading.imports, [[*place, kind] for place, kind in reading.kinds.items()], reading.trouble]
        for module, reading in readings.items()
    }


def as_readings(
    value: Mapping[str, Any], program: Program, sizes: Mapping[str, int], *, include_external: bool
) -> dict[str, Reading]:
    """Return the readings that `as_values` made JSON values of.

    Raises one of `import_contracts.reading.values.DAMAGED` if they are not valid, or cannot be those of a program whose
    files have the given sizes, by path.
    """
    if list(value) != [file.module for file in program.files]:
        raise ValueError
    readings = {
        module: Reading(imports, _kinds(kinds) if kinds != [] else {}, None if trouble is None else _trouble(*trouble))
        for module, (imports, kinds, trouble) in value.items()
    }
    everything = [reading.imports for reading in readings.values()]
    if set(map(type, everything)) - {dict}:
        raise TypeError
    _check_names(set[str]().union(*everything) - program.modules, program, include_external=include_external)
    _check_lines([*chain.from_iterable(imports.values() for imports in everything)])
    for file, imports in zip(program.files, everything, strict=True):
        if imports and max(map(max, imports.values())) > sizes[file.path] + 1:
            raise ValueError  # there cannot be more lines than bytes, apart from the last
    return readings


def _check_names(names: Iterable[str], program: Program, *, include_external: bool) -> None:
    """Raise ValueError if one of the names of imported modules that are not in the program is not external."""
    for name in names:
        is_inside = any(within(name, root) or within(root, name) for root in program.roots)
        if not include_external or is_inside or not name.isprintable() or not all(name.split(".")):
            raise ValueError


def _check_lines(lines: list[list[int]]) -> None:
    """Raise TypeError or ValueError if something is no list of at least one line, which counts from 1."""
    if set(map(type, lines)) - {list}:
        raise TypeError
    numbers = [*chain.from_iterable(lines)]
    if set(map(type, numbers)) - {int}:
        raise TypeError
    if not all(lines) or (numbers and min(numbers) < 1):
        raise ValueError


def _kinds(value: Iterable[tuple[str, int, str]]) -> dict[tuple[str, int], Kind]:
    kinds = {(imported, line): Kind(kind) for imported, line, kind in value}
    strings([imported for imported, _ in kinds])
    if not all(is_number(line) for _, line in kinds):
        raise TypeError
    return kinds


def _trouble(line: int | None, reason: str) -> tuple[int | None, str]:
    if line is not None and not (is_number(line) and line > 0):
        raise ValueError
    return line, text(reason)
