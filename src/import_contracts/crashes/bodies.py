"""What the modules and functions of a program do when they run, each read when it is first needed."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

from import_contracts.crashes import operations as does
from import_contracts.crashes.model import ImportModel
from import_contracts.crashes.operations import Code, ReadingContext
from import_contracts.crashes.reader import (
    read_annotations,
    read_body,
    read_definition,
    read_function,
    read_module,
)
from import_contracts.crashes.values import FunctionValue
from import_contracts.graph.kinds import Kind
from import_contracts.reading.source.imports import read_imports
from import_contracts.reading.source.resolution import resolve
from import_contracts.reading.source.text import Source, split_lines

LOADED, FAILED, SEARCHED, COUNTED = "*", "-", "?", "#"
"""Stand for functions: of a module that others depend on, that fails when it is imported, in which each use of a name
was looked for, or of which it matters how many definitions it has."""
_COMPUTES_NAMES = re.compile(r"\b(?:globals|vars|locals|exec|setattr)\(|\bmodules\[")


class CodeCache:
    """The operations of texts, each read once; ``parse`` makes the trees.

    It may be shared by questions about other versions of Python and other programs. ``called`` are the modules and the
    names of the functions that were read, and `LOADED`.
    """

    def __init__(self) -> None:
        self.called: set[tuple[str, str]] = set()
        self._codes: dict[tuple[Source, ReadingContext], Code] = {}
        self._functions: dict[tuple[Source, ReadingContext, int, int], Code] = {}
        self._bound: dict[tuple[str, int], Mapping[str, object]] = {}
        self._annotations: dict[tuple[Source, int, bool], tuple[ast.expr, ...]] = {}
        self._computes_names: dict[Source, bool] = {}

    def code(self, source: Source, context: ReadingContext) -> Code:
        """Return what a module does when it is imported; raises SyntaxError where `ast` cannot read it."""
        key = source, context
        found = self._codes.get(key)  # one hash of all that the key is made of
        if found is None:
            found = self._codes[key] = read_module(source.text, context)
        return found

    def function(self, source: Source, context: ReadingContext, definition: does.Define, lines: list[str]) -> Code:
        """Return what a function of a module does when it is called; ``lines`` are those of the module."""
        key = (source, context, definition.first, id(definition.node))
        if key not in self._functions:
            self.called.add((source.module, definition.name))
            if definition.node is not None:
                self._functions[key] = read_body(definition.node, context)
            else:
                own = lines[definition.first - 1 : definition.last]
                self._functions[key] = read_function(own, definition.first, context)
        return self._functions[key]

    def annotations(
        self, source: Source, definition: does.Define | does.DefineClass, lines: list[str], *, everything: bool
    ) -> tuple[ast.expr, ...]:
        """Return what `read_annotations` does for a function or class; ``lines`` are those of the module."""
        key = (source, definition.first, everything)
        if key not in self._annotations:
            node = read_definition(lines[definition.first - 1 : definition.last], definition.first)
            self._annotations[key] = tuple(read_annotations(node, everything=everything))
        return self._annotations[key]

    def computes_names(self, source: Source) -> bool:
        """Return what the function of this name does for a text."""
        found = self._computes_names.get(source)
        if found is None:
            found = self._computes_names[source] = computes_names(source.text)
        return found

    def bound(self, module: str, operation: does.Bind) -> Mapping[str, object]:
        """Return what one of these operations binds in a module: functions instead of their definitions."""
        key = module, id(operation)
        if key not in self._bound:
            self._bound[key] = {
                name: _function(module, value) if isinstance(value, does.Define) else value
                for name, value in operation.values.items()
            }
        return self._bound[key]


def _function(module: str, operation: does.Define) -> FunctionValue:
    defaults = {name: default.value for name, default in operation.defaults if isinstance(default, ast.Constant)}
    return FunctionValue(module, operation, (), defaults, (operation.first,))


class Bodies:
    """What the modules and functions of a program do when they run.

    ``unparsed`` are the modules read so far that `ast` cannot parse. ``cache`` may be shared with other programs.
    """

    def __init__(self, model: ImportModel, cache: CodeCache) -> None:
        self.unparsed: set[str] = set()
        self._model = model
        self.cache = cache
        self._modules: dict[str, Code] = {}
        self._functions: dict[tuple[str, int, int], Code] = {}
        self._lines: dict[str, list[str]] = {}

    def module(self, module: str) -> Code:
        """Return what a module does when it is imported: of one that cannot be parsed, only its imports."""
        if module not in self._modules:
            self._modules[module] = self._read(module)
        return self._modules[module]

    def _read(self, module: str) -> Code:
        source = self._model.sources.get(module)
        if source is None:
            return Code(())
        try:
            return self.cache.code(source, self._model.context(source))
        except SyntaxError:
            self.unparsed.add(module)
            return self._only_imports(source)

    def _only_imports(self, source: Source) -> Code:
        found: list[does.Operation] = []
        for each in read_imports(source.text, source.module, is_package=source.is_package):
            if each.kind is Kind.RUNTIME:
                modules = self._model.sources
                module = resolve(each, source.module, is_package=source.is_package, modules=modules)
                if module:
                    found.append(does.ImportModule(each.line, module, ""))
        return Code(tuple(found))

    def function(self, module: str, definition: does.Define) -> Code:
        """Return what a function of a module does when it is called."""
        key = (module, definition.first, id(definition.node))
        if key not in self._functions:
            source = self._model.sources[module]
            context = self._model.context(source)
            self._functions[key] = self.cache.function(source, context, definition, self._lines_of(module))
        return self._functions[key]

    def annotations(self, module: str, definition: does.Define | does.DefineClass) -> tuple[ast.expr, ...]:
        """Return those annotations of a function or class that are text when it is defined, as expressions."""
        source, is_text = self._model.sources[module], self.module(module).has_future_annotations
        return self.cache.annotations(source, definition, self._lines_of(module), everything=is_text)

    def line(self, module: str, number: int) -> str:
        """Return the text of a line of a module, without white space around it; "" behind the last line."""
        lines = self._lines_of(module)
        return lines[number - 1].strip() if number <= len(lines) else ""

    def _lines_of(self, module: str) -> list[str]:
        if module not in self._lines:
            self._lines[module] = split_lines(self._model.sources[module].text)
        return self._lines[module]

    def will_have(self, module: str, name: str, *, is_imported: bool) -> bool:
        """Tell whether a module that has no ``__getattr__`` yet has yet to bind a name, or to define one for it.

        What is imported may be a submodule without Python source instead.
        """
        is_asked = "__getattr__" in self.module(module).defined or self._computes_names(module)
        return self.binds(module, name) or (is_asked and not (is_imported and _may_be_module(name)))

    def binds(self, module: str, name: str) -> bool:
        """Tell whether the module itself has to bind a name: one that no submodule without Python source may be."""
        if module not in self._model.packages:
            return True
        if f"{module}.{name}" in self.module(module).submodules:
            return False
        return self.line_of(module, name) is not None or (not _may_be_module(name) and self._computes_names(module))

    def _computes_names(self, module: str) -> bool:
        """Tell whether the names that a module binds depend on more than its text."""
        stars = (each.module for each in self.module(module).operations if isinstance(each, does.ImportStar))
        source = self._model.sources.get(module)
        is_computed = source is not None and self.cache.computes_names(source)
        return is_computed or not all(each in self._model.modules for each in stars)

    def line_of(self, module: str, name: str, seen: frozenset[str] = frozenset()) -> int | None:
        """Return the line of a module that would bind a name, which may be a star import; None if there is none."""
        code = self.module(module)
        if name in code.defined:
            return code.defined[name]
        for operation in code.operations:
            if (
                isinstance(operation, does.ImportStar)
                and operation.module is not None
                and operation.module not in seen
                and self.line_of(operation.module, name, seen | {module}) is not None
            ):
                return operation.line
        return None


def _may_be_module(name: str) -> bool:
    """Tell whether a module may have a name: not one with a capital letter, or with two underscores before it."""
    return not name[:1].isupper() and not name.startswith("__")


def computes_names(text: str) -> bool:
    """Tell whether the names that a module with a text binds may be computed."""
    return _COMPUTES_NAMES.search(text) is not None
