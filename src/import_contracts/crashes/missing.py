"""Imports of what is not there: a module without a file, or a name that a module neither binds nor has as a submodule.

CPython may call that "most likely due to a circular import", but no cycle is the cause.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from import_contracts.crashes import operations as does
from import_contracts.crashes.bodies import Bodies
from import_contracts.crashes.messages import Lack, message
from import_contracts.crashes.model import ImportModel
from import_contracts.crashes.operations import Operation, Operations, all_operations
from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import absolute, ancestors
from import_contracts.reading.source.bound import OF_EVERY_MODULE, is_opaque
from import_contracts.reading.source.imports import ImportReader, Taken, WrittenImport, read_imports
from import_contracts.reading.source.text import Source


@dataclass(frozen=True, slots=True)
class MissingImport:
    """An import statement of a module that fails whenever it runs, because what it imports is not there.

    ``imported`` is the dotted name of what is missing. ``module`` is what of it is there, and the statement imports;
    ``may_be_name`` is True if it could also be a name that ``module`` binds, as in ``from module import name``.
    ``message`` is what CPython prints.
    """

    importer: str
    line: int
    imported: str
    module: str
    may_be_name: bool
    message: str


class MissingImports:
    """Finds imports of what is not there.

    Only statements count that certainly run when their module is imported, and whose failure nothing there catches. A
    module ``exists`` too if it has no source. Of a module that may bind names, or find modules, in ways that are not
    followed, everything is taken to be there.
    """

    def __init__(
        self, model: ImportModel, bodies: Bodies, exists: Callable[[str], bool], reader: ImportReader | None = None
    ) -> None:
        self._model = model
        self._bodies = bodies
        self._exists = exists
        self._reader = reader or ImportReader()
        self._known: dict[tuple[str, str, bool], bool] = {}
        self._there: set[Taken] = set()

    def of(self, importers: Iterable[str]) -> tuple[MissingImport, ...]:
        """Return those in some modules, in their order and then by line and name."""
        return tuple(found for importer in importers for found in sorted(self._of(importer), key=_place))

    def _of(self, importer: str) -> Iterator[MissingImport]:
        source = self._model.sources[importer]
        if not any(self._lacks_some(each, source) for each in self._reader.taken(source)):
            return
        written = read_imports(source.text, importer, is_package=source.is_package)
        found = [each for each in map(self._missing(importer), written) if each]
        running = _running(self._bodies.module(importer).operations) if found else frozenset()
        if importer not in self._bodies.unparsed:
            yield from (each for each in dict.fromkeys(found) if each.line in running)

    def _lacks_some(self, taken: Taken, source: Source) -> bool:
        """Tell whether some of what a statement imports is not there. Many modules have the same statement."""
        level, module, names = taken
        if taken in self._there and module != source.module:
            return False
        origin = self._origin(level, module, source)
        lacks = origin is not None and (
            not self._exists(origin) or any(self._lacks(origin, name, origin == source.module) for name in names)
        )
        if not level and not lacks:
            self._there.add(taken)
        return lacks

    def _origin(self, level: int, module: str, source: Source) -> str | None:
        """Return the module that a statement imports, or imports from; None if it is of another program."""
        origin = absolute(level, module, source.module, is_package=source.is_package)
        return origin if origin is not None and origin.partition(".")[0] in self._model.modules else None

    def _missing(self, importer: str) -> Callable[[WrittenImport], MissingImport | None]:
        source = self._model.sources[importer]

        def missing(written: WrittenImport) -> MissingImport | None:
            origin, name = self._origin(written.level, written.module, source), written.name
            if origin is None or written.kind is not Kind.RUNTIME:
                return None
            if not self._exists(origin):
                return self._module(importer, written.line, origin)
            if name is None or not self._lacks(origin, name, origin == source.module):
                return None
            text = self._message(origin, name, importer)
            return MissingImport(importer, written.line, f"{origin}.{name}", origin, may_be_name=True, message=text)

        return missing

    def _module(self, importer: str, line: int, name: str) -> MissingImport | None:
        """Return the import of a module that does not exist; None if it may."""
        outer = next((package for package in ancestors(name) if self._exists(package)), "")
        if outer not in self._model.sources or self._is_opaque(outer):
            return None
        missing = name[: name.find(".", len(outer) + 1)] if name.count(".") > outer.count(".") + 1 else name
        reason = "" if outer in self._model.packages else f"; '{outer}' is not a package"
        text = f"ModuleNotFoundError: No module named '{missing}'{reason}"
        return MissingImport(importer, line, missing, outer, may_be_name=False, message=text)

    def _lacks(self, module: str, name: str, is_asked_by_itself: bool) -> bool:  # noqa: FBT001 - a part of the key
        """Return whether a module certainly has no such name and no such submodule."""
        question = (module, name, is_asked_by_itself)
        if question not in self._known:
            self._known[question] = self._find_out(*question)
        return self._known[question]

    def _find_out(self, module: str, name: str, is_asked_by_itself: bool) -> bool:  # noqa: FBT001 - as above
        source = self._model.sources.get(module)
        if source is None or self._exists(f"{module}.{name}") or name == "*" or name in OF_EVERY_MODULE:
            return False
        if not is_asked_by_itself and any(form.format(name) in source.text for form in _OFTEN_BINDS):
            return False
        return not self._is_opaque(module) and not self._may_bind(module, name, frozenset())

    def _may_bind(self, module: str, name: str, seen: frozenset[str]) -> bool:
        """Return whether a module may bind a name, or take it from another one with a star import."""
        code = self._bodies.module(module)
        if module in seen:
            return False
        if module not in self._model.sources or module in self._bodies.unparsed or name in code.defined:
            return True
        return any(self._binds(each, name, seen | {module}) for each in all_operations(code.operations))

    def _binds(self, operation: Operation, name: str, seen: frozenset[str]) -> bool:
        match operation:
            case does.ImportStar(_, module):
                return module is None or self._may_bind(module, name, seen)
            case does.Define(globals=declared, binds_unknown=unknown):
                return unknown or name in declared
            case does.Assign(targets):
                return any(isinstance(each, ast.Attribute) and each.attr == name for each in targets)
        return False

    def _is_opaque(self, module: str) -> bool:
        """Return whether a module or a package around it may have any name or submodule, as far as is known."""
        sources = (self._model.sources.get(each) for each in (module, *ancestors(module)))
        return any(source is not None and is_opaque(source.text) for source in sources)

    def _message(self, module: str, name: str, importer: str) -> str:
        path = self._model.sources[module].path
        if self._starts(module, importer):
            lack = Lack("ImportError", module, name, path, is_submodule=False)
            return message(lack, self._model.version)
        return f"ImportError: cannot import name '{name}' from '{module}' ({path})"

    def _starts(self, module: str, other: str) -> bool:
        """Return whether the import of a module may start that of another one, before it is at its end itself."""
        found = {module}
        todo = [module]
        for each in todo:
            new = self._model.started[each] - found
            found |= new
            todo += new
        return other in found


def seem_bound(text: str) -> frozenset[str]:
    """Return the names of which a text has what often binds a name, without being parsed."""
    begun = (word[:end] for word in _BEGINS.findall(text) for end in range(1, len(word) + 1))
    return frozenset(_BINDS.findall(text)).union(begun)


# What binds a name, most often: whoever is asked about many names need not read every module for them.
_OFTEN_BINDS = ("\n{} = ", "class {}", "def {}(", "def {}[", "\n{}: ", "\ntype {}", "import {}", " {},", " as {}")
_BINDS = re.compile(r"(?<=\n)\w+(?= = |: )|(?<=def )\w+(?=[(\[])|(?<= )\w+(?=,)")
_BEGINS = re.compile(r"(?:class|import| as|\ntype)(?= (\w+))")


def _place(missing: MissingImport) -> tuple[int, str]:
    return missing.line, missing.imported


def _running(operations: Operations) -> frozenset[int]:
    """Return the lines of the imports that certainly run, and whose failure is not caught."""
    return frozenset(_lines(operations))


def _lines(operations: Operations) -> Iterator[int]:
    for operation in operations:
        match operation:
            case does.ImportModule(line) | does.ImportNames(line) | does.ImportStar(line):
                yield line
            case does.DefineClass(body=body) | does.Try(body, ()):
                yield from _lines(body)
            case does.Leave() | does.Return() | does.Raise():
                return
