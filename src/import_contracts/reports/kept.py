"""Reports as JSON values, and back, with each line where it is after edits of the files."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Protocol, TypeAlias, TypeVar, get_args, get_origin, get_type_hints

from import_contracts.graph.import_graph import Edge, Import
from import_contracts.graph.kinds import Kind
from import_contracts.reports.changes import Change, ReportedFix
from import_contracts.reports.cycles import Place
from import_contracts.reports.later import LaterImport, Parts

T = TypeVar("T")
ReadLater: TypeAlias = Callable[[Edge, int, tuple[int, ...] | None], Import]
"""Makes an import that is read later: of an edge, on a line; the rest is `LaterImport.lines`."""
Text: TypeAlias = Callable[[str, int], str]
"""Returns a line of a module as a `Place` has it."""


class MovedLines(Protocol):
    """Where the lines of a file are after an edit."""

    def line(self, line: int) -> int:
        """Return where a line is now; raises ValueError if it has changed, but for a comment behind it."""

    def demand_distance(self, first: int, last: int) -> None:
        """Raise ValueError if the edit is near some lines."""

    def demand_same_imports(self) -> None:
        """Raise ValueError if there are other import statements."""


class Unknown:
    """A file whose lines are not known any more: a report that names one of them is not read."""

    def line(self, line: int) -> int:
        """Raise ValueError."""
        raise ValueError(line)

    def demand_distance(self, first: int, last: int) -> None:
        """Raise ValueError."""
        raise ValueError(first, last)

    def demand_same_imports(self) -> None:
        """Raise ValueError."""
        raise ValueError


def as_value(report: Any) -> Any:
    """Return a report as lists of the values of its fields; imports that are read later are not read for it."""
    match report:
        case LaterImport(importer=importer, imported=imported, path=path, line=line, lines=lines):
            return [
                importer,
                imported,
                path,
                line,
                lines,
                [report.column, report.kind, report.text] if report.is_read else None,
            ]
        case str() | int() | None:
            return report
        case tuple() | Parts():
            return list(map(as_value, report))
    kind: Any = type(report)
    return [as_value(getattr(report, name)) for name in _fields(kind)]


@cache
def _fields(kind: Any) -> dict[str, Any]:
    """Return the types of the fields of a dataclass, in their order."""
    hints = get_type_hints(kind)
    return {each.name: hints[each.name] for each in fields(kind)}


class KeptReport:
    """Reads a report from JSON values.

    Where a value is not one that a run has written, or it is not known where a line is now, one of
    `reading.store.values.DAMAGED` is raised. ``moved`` are the files that were edited, by path as reports
    show it, and ``modules`` their paths by module.
    """

    def __init__(
        self, moved: Mapping[str, MovedLines], modules: Mapping[str, str], later: ReadLater, text: Text
    ) -> None:
        self._moved = moved
        self._modules = modules
        self._later = later
        self._text = text

    def read(self, kind: type[T], value: Any) -> T:
        """Return a value of a type."""
        found: T = self._read(kind, value)
        return found

    def _read(self, kind: Any, value: Any) -> Any:
        if get_origin(kind) is UnionType:
            (kind,) = (each for each in get_args(kind) if each is not NoneType)
            return None if value is None else self._read(kind, value)
        if get_origin(kind) is tuple:
            return self._read_tuple(get_args(kind), value)
        if get_origin(kind) is Sequence:
            return self._read_tuple((*get_args(kind), ...), value)
        if is_dataclass(kind):
            return self._read_object(kind, value)
        if issubclass(kind, StrEnum):
            return kind(value)
        if type(value) is not kind:
            raise TypeError
        if kind is str:
            value.encode()
        return value

    def _read_tuple(self, kinds: tuple[Any, ...], value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise TypeError
        if kinds[-1] is Ellipsis:
            return tuple(self._read(kinds[0], each) for each in value)
        return tuple(self._read(kind, each) for kind, each in zip(kinds, value, strict=True))

    def _read_object(self, kind: Any, value: Any) -> Any:
        if kind is Import and len(value) == len(_LATER):
            return self._read_later(*(self._read(*each) for each in zip(_LATER, value, strict=True)))
        types = _fields(kind)
        found = {name: self._read(types[name], each) for name, each in zip(types, value, strict=True)}
        if "path" not in found and found.get("lines"):
            found["lines"] = tuple(map(self._line, found["chain"], found["lines"]))
        if moved := self._moved.get(found.get("path", "")):
            self._move(kind, found, moved)
            if kind is Place:
                found["text"] = self._text(found["module"], found["line"])
        if kind is ReportedFix:
            found["why"] = tuple(map(self._sentence, found["why"]))
        if "fix" in found:
            self._demand_no_own_lines(found)
        return kind(**found)

    def _read_later(self, importer: str, imported: str, path: str, line: int, *more: Any) -> Import:
        lines, statement = more
        if moved := self._moved.get(path):
            line, lines = moved.line(line), lines and tuple(map(moved.line, lines))
        elif statement:
            return Import(importer, imported, path, line, *statement)
        return self._later((importer, imported), line, lines)

    def _demand_no_own_lines(self, found: Mapping[str, Any]) -> None:
        """Raise ValueError if a fix has a reason that may name lines of its own module, and this was edited."""
        shown = [found.get("place"), found.get("evidence"), *found.get("others", ())]
        paths = {each.path for each in shown if each} | {self._modules.get(found.get("importer", ""))}
        own = (text for text in found["fix"].why if ("line " in text or "lines " in text) and not _ABOUT.search(text))
        if not paths.isdisjoint(self._moved) and any(own):
            raise ValueError

    def _line(self, edge: Edge, line: int) -> int:
        """Return where the line of an import is now."""
        path = self._modules.get(edge[0])
        return line if path is None else self._moved[path].line(line)

    @staticmethod
    def _move(kind: Any, found: dict[str, Any], moved: MovedLines) -> None:
        """Set the lines in the fields of an object to where they are now.

        Fixes add imports among others, and what ends a crash may be to move any import of a module that is named.
        """
        if kind in {Change, Place}:
            moved.demand_same_imports()
        if kind is Change:
            moved.demand_distance(found["line"], found["end_line"])
            found["end_line"] += moved.line(found["line"]) - found["line"]
        if "line" in found:
            found["line"] = moved.line(found["line"])
        if "lines" in found:
            found["lines"] = tuple(map(moved.line, found["lines"]))

    def _sentence(self, text: str) -> str:
        """Return a reason for a fix; lines in it are those of the module that it names, if it names one."""
        text = _CALL.sub(self._call, text)
        about = set(_ABOUT.findall(text))
        moved = [self._moved[self._modules[module]] for module in about if module in self._modules]
        if not moved:
            return text
        if len(about) > 1:
            raise ValueError

        def numbers(found: re.Match[str]) -> str:
            return _NUMBER.sub(lambda number: str(moved[0].line(int(number[0]))), found[0])

        return _LINES.sub(numbers, text)

    def _call(self, found: re.Match[str]) -> str:
        """Return a module and a line of it, as reasons name calls."""
        path = self._modules.get(found[1])
        return found[0] if path is None else f"({found[1]}:{self._moved[path].line(int(found[2]))})"


_LATER = (str, str, str, int, tuple[int, ...] | None, tuple[int, Kind, str] | None)
_LINES = re.compile(r"(?<=\(line )\d+(?=\))|(?<=\(lines )\d+(?:, \d+)+(?=\))")
_NUMBER = re.compile(r"\d+")
_CALL = re.compile(r"\(([\w.]+):(\d+)\)")
_ABOUT = re.compile(r"(?:Used while| from) ([\w.]+) (?:is imported: |into a new module )")
