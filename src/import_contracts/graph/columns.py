"""The imports of many modules as columns of numbers: how they are stored, and what the graph of numbers is made of."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate, chain, islice
from typing import TypeAlias

Lines: TypeAlias = dict[str, tuple[int, ...]]
"""The lines of a module's import statements, sorted, by imported module, sorted."""


class ImportColumns(Mapping[str, Lines]):
    """The imports of modules, by module; those of each are made when they are asked for, because few are.

    ``names`` begins with these modules, in order, and goes on with the names of all others that are imported, sorted.
    ``counts`` has the number of statements of each module. ``imported`` and ``lines`` have each of the statements: the
    place of the imported module in ``names``, and the line.
    """

    def __init__(self, names: Sequence[str], counts: array[int], imported: array[int], lines: array[int]) -> None:
        self.names = names
        self.counts = counts
        self.imported = imported
        self.lines = lines
        self._made: dict[str, Lines] = {}
        self._alone = SingleLines()

    @classmethod
    def of(cls, imports: Mapping[str, Lines]) -> ImportColumns:
        """Return the columns of some imports, in their order."""
        names = [*imports, *sorted({*chain.from_iterable(imports.values())} - imports.keys())]
        return cls(names, *_columns(imports.values(), {name: place for place, name in enumerate(names)}))

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.names)}

    @cached_property
    def _ends(self) -> list[int]:
        return list(accumulate(self.counts))

    def _statements(self, place: int) -> slice:
        return slice(self._ends[place] - self.counts[place], self._ends[place])

    def __getitem__(self, module: str) -> Lines:
        if module not in self._made:
            if (place := self._places[module]) >= len(self.counts):
                raise KeyError(module)
            statements = self._statements(place)
            names = map(self.names.__getitem__, self.imported[statements])
            self._made[module] = _by_name(sorted(zip(names, self.lines[statements], strict=True)), self._alone)
        return self._made[module]

    def __iter__(self) -> Iterator[str]:
        return islice(self.names, len(self.counts))

    def __len__(self) -> int:
        return len(self.counts)

    @property
    def others(self) -> Sequence[str]:
        """The names that are imported and are none of the modules, sorted."""
        return self.names[len(self.counts) :]

    def with_changes(self, changed: Mapping[str, Lines]) -> ImportColumns:
        """Return the imports in which those of some of the modules are other ones."""
        if not changed:
            return self
        if not {*chain.from_iterable(changed.values())} <= self._places.keys():
            return ImportColumns.of({**self, **changed})
        columns = [column[:] for column in (self.counts, self.imported, self.lines)]
        gone: set[int] = set()
        for module in sorted(changed, key=self._places.__getitem__, reverse=True):  # so that places before stay
            place = self._places[module]
            statements = self._statements(place)
            gone.update(self.imported[statements])
            parts = (slice(place, place + 1), statements, statements)
            for column, part, new in zip(columns, parts, _columns([changed[module]], self._places), strict=True):
                column[part] = new
        if not all(place < len(self) or place in columns[1] for place in gone):
            return ImportColumns.of({**self, **changed})
        return ImportColumns(self.names, *columns)

    def heads(self, numbers: Mapping[str, int]) -> list[tuple[int, ...]]:
        """Return the numbers of the modules that each module imports, ascending, by the number of the importer.

        Raises KeyError if a name has no number.
        """
        found: list[tuple[int, ...]] = [()] * len(numbers)
        number_at = [numbers[name] for name in self.names]
        heads = list(map(number_at.__getitem__, self.imported))
        start = 0
        for importer, count in zip(number_at, self.counts, strict=False):
            if count:
                found[importer] = tuple(sorted({*heads[start : start + count]}))
                start += count
        return found


class SingleLines(dict[int, tuple[int, ...]]):
    """Each line alone as a tuple, one object because there are many: most modules import another on one line."""

    def __missing__(self, line: int) -> tuple[int, ...]:
        self[line] = found = (line,)
        return found


def _by_name(statements: list[tuple[str, int]], alone: SingleLines) -> Lines:
    """Return the lines by name of sorted names and lines."""
    imports = {name: alone[line] for name, line in statements}
    if len(imports) < len(statements):
        imports = dict.fromkeys(imports, ())
        for name, line in statements:
            if line not in imports[name]:
                imports[name] += (line,)
    return imports


def _columns(imports: Iterable[Lines], places: Mapping[str, int]) -> tuple[array[int], array[int], array[int]]:
    """Return the columns of some imports, in order."""
    counts, imported, lines = array("I"), array("I"), array("I")
    for of_module in imports:
        before = len(lines)
        for name, statements in of_module.items():
            imported.extend([places[name]] * len(statements))
            lines.extend(statements)
        counts.append(len(lines) - before)
    return counts, imported, lines
