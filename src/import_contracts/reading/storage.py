"""The imports of all files as JSON values and back: numbers instead of names, so that a large program loads fast."""

from __future__ import annotations

from array import array
from binascii import a2b_base64, b2a_base64
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from import_contracts.graph.kinds import Kind
from import_contracts.reading.scan import NO_KINDS, Kinds, Lines, Reading


def stored(readings: Mapping[str, Reading]) -> dict[str, Any]:
    """Return readings as JSON values, from which `loaded` returns equal readings.

    ``sizes`` has the number of statements of each module, and ``imported`` and ``lines`` each statement: the number of
    the imported module in ``modules`` and then ``names``, and the line.
    """
    numbers = {module: number for number, module in enumerate(readings)}
    sizes, imported, lines = array("I"), array("I"), array("I")
    for reading in readings.values():
        before = len(lines)
        for name, places in reading.imports.items():
            number = numbers.setdefault(name, len(numbers))
            imported.extend([number] * len(places))
            lines.extend(places)
        sizes.append(len(lines) - before)
    modules = list(readings)
    return {
        "modules": modules,
        "names": list(islice(numbers, len(modules), None)),
        "sizes": _text(sizes),
        "imported": _text(imported),
        "lines": _text(lines),
        "kinds": {
            module: [[*place, kind] for place, kind in reading.kinds.items()]
            for module, reading in readings.items()
            if reading.kinds
        },
        "troubles": {module: reading.trouble for module, reading in readings.items() if reading.trouble},
    }


def loaded(value: Mapping[str, Any]) -> dict[str, Reading]:
    """Return the readings that `stored` made JSON values of.

    Raises one of `import_contracts.reading.cache.DAMAGED` if they are not valid.
    """
    modules: list[str] = value["modules"]
    sizes, imported, lines = (_numbers(value[key]) for key in ("sizes", "imported", "lines"))
    if not len(imported) == len(lines) == sum(sizes):
        raise ValueError
    names = [*modules, *value["names"]]
    places = {line: (line,) for line in set(lines)}
    statements = zip(map(names.__getitem__, imported), map(places.__getitem__, lines), strict=True)
    kinds = {module: _kinds(found) for module, found in value["kinds"].items()}
    troubles = {module: (line, message) for module, (line, message) in value["troubles"].items()}
    return {
        module: Reading(_imports(list(islice(statements, size))), kinds.get(module, NO_KINDS), troubles.get(module))
        for module, size in zip(modules, sizes, strict=True)
    }


def _imports(statements: list[tuple[str, tuple[int, ...]]]) -> Lines:
    imports = dict(statements)
    if len(imports) < len(statements):
        imports = dict.fromkeys(imports, ())
        for name, line in statements:
            imports[name] += line
    return imports


def _kinds(found: Iterable[tuple[str, int, str]]) -> Kinds:
    return {(imported, line): Kind(kind) for imported, line, kind in found}


def _text(numbers: array[int]) -> str:
    return b2a_base64(numbers, newline=False).decode()


def _numbers(text: str) -> array[int]:
    return array("I", a2b_base64(text))
