"""What every format for people has in common: all that it shows of the program and the configuration is visible.

A format for people never sees a value as it is in the report: each text in the report is made visible before the
format lays it out. So a format can't forget it, and every line break in its result is its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from functools import cache, partial, wraps
from operator import attrgetter
from typing import Concatenate, ParamSpec, TypeVar, cast

from import_contracts.graph.import_graph import Import
from import_contracts.reports.later import LaterImport, Parts
from import_contracts.visible import visible, visible_code, visible_lines, visible_report

T = TypeVar("T")
P = ParamSpec("P")

# The fields of reports that are not one line of prose: source code, and text that may have several lines.
_FIELDS: Mapping[str, Callable[[str], str]] = {
    "text": visible_code,
    "diff": visible_code,
    "old": partial(visible_lines, line=visible_code),
    "new": partial(visible_lines, line=visible_code),
    "reason": visible_lines,
}
_PATHS = frozenset({"path", "file", "baseline"})


def for_people(render: Callable[Concatenate[T, P], str]) -> Callable[Concatenate[T, P], str]:
    """Make a format one for people: it gets a report of which all is visible, and no line of its text is a command."""

    @wraps(render)
    def render_visibly(report: T, /, *args: P.args, **others: P.kwargs) -> str:
        return visible_report(render(shown(report), *args, **others))

    return render_visibly


def shown(value: T, place: Callable[[str], str] = str) -> T:
    """Return a report, or a part of one, with every text in it made visible, and ``place`` applied to its paths.

    What a report reads only when it is used, such as the statement of an import, is still read only then.
    """
    return cast("T", _Visibly(place).value(value, visible))


class _Visibly:
    """Copies values and makes them visible. An import that is in a report several times stays one object."""

    def __init__(self, place: Callable[[str], str]) -> None:
        self._imports: dict[int, Import] = {}
        self._place = cache(lambda path: visible(place(path)))
        self._copies: dict[type, Callable[[object], object]] = {}

    def value(self, value: object, make: Callable[[str], str]) -> object:
        """Return a value with every text in it changed by ``make``, unless its field has a function of its own."""
        if value is None or isinstance(value, int | Enum):
            return value
        if isinstance(value, str):
            return make(value)
        if isinstance(value, tuple):
            return tuple([self.value(item, make) for item in value])
        if isinstance(value, Import):
            return self._imports.get(id(value)) or self._imports.setdefault(id(value), self._import(value))
        if fields := getattr(type_ := type(value), "__match_args__", ()):  # of a dataclass
            return (self._copies.get(type_) or self._copies.setdefault(type_, self._copy(type_, fields)))(value)
        return self._collection(value, make)

    def _copy(self, type_: Callable[..., object], names: Sequence[str]) -> Callable[[object], object]:
        """Return a function that copies values of a type with these fields."""
        makers = [self._place if name in _PATHS else cache(_FIELDS.get(name, visible)) for name in names]
        get = attrgetter(*names, names[0])  # one more, so that it returns a tuple
        return lambda value: type_(*map(self.value, get(value), makers))

    def _collection(self, value: object, make: Callable[[str], str]) -> object:
        if isinstance(value, Parts):
            return value.mapped(lambda item: self.value(item, make))
        if isinstance(value, list):
            return [self.value(item, make) for item in value]
        if isinstance(value, Mapping):
            return {self.value(key, make): self.value(item, make) for key, item in value.items()}
        return value

    def _import(self, statement: Import) -> Import:
        def read() -> Import:
            return Import(*edge, path, statement.line, statement.column, statement.kind, visible_code(statement.text))

        edge, path = (visible(statement.importer), visible(statement.imported)), self._place(statement.path)
        return LaterImport(edge, path, statement.line, read)
