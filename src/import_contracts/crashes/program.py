"""A program as an import sees it: what modules there are, what may import what, and what each does when imported."""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Iterable, Mapping
from typing import TypeAlias

from import_contracts.crashes import operations as does
from import_contracts.crashes.operations import Code, Setting
from import_contracts.crashes.reader import read_function, read_module
from import_contracts.graph.components import components
from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import ancestors
from import_contracts.reading.imports import read_calls, read_imports
from import_contracts.reading.resolution import resolve
from import_contracts.reading.text import Source
from import_contracts.reading.trees import Parser

Imports: TypeAlias = Mapping[str, Mapping[str, Kind]]
"""The modules that each module imports, with the kind of the most eager import."""


def may_import(source: Source, modules: Container[str]) -> dict[str, Kind]:
    """Return those of the modules of a program that a text may import when it runs, in functions or by name too.

    Each has the kind of the most eager import.
    """
    own = {"is_package": source.is_package}
    written = [*read_imports(source.text, source.module, **own), *read_calls(source.text, source.module, **own)]
    found: dict[str, Kind] = {}
    for each in sorted(written, key=lambda each: each.kind.rank, reverse=True):
        module = resolve(each, source.module, is_package=source.is_package, modules=modules)
        if module and each.kind is not Kind.TYPE_CHECKING:
            found[module] = each.kind
    return found


class Program:
    """What there is to import, and what each module does; that is read when it is first asked for."""

    def __init__(  # noqa: PLR0913 - it takes all that `runtime.crashes` is asked
        self,
        sources: Mapping[str, Source],
        imports: Imports,
        version: tuple[int, int],
        namespaces: Collection[str],
        *,
        read: dict[Source, Code],
        parse: Parser,
    ) -> None:
        self.sources = sources
        known = sources.keys() | set(namespaces)
        known |= {package for module in known for package in ancestors(module)}
        self.modules = {module: place for place, module in enumerate(sorted(known))}
        """Each with its number."""
        self.packages = {module for module in known if module not in sources or sources[module].is_package}
        self.opaque: set[str] = set()
        """The modules that cannot be parsed."""
        self._version = version
        self._roots = frozenset(module.partition(".")[0] for module in known)
        self._plain_import = re.compile(_PLAIN_IMPORT.format("|".join(map(re.escape, sorted(self._roots)))))
        self._known = read
        self._parse = parse
        self._codes: dict[str, Code] = {}
        self._functions: dict[tuple[str, int], Code] = {}
        self._around = {module: tuple(ancestors(module)) for module in self.modules}
        self._children: dict[str, list[str]] = {}
        for module in self.modules:
            self._children.setdefault(module.rpartition(".")[0], []).append(module)
        self._named = {module: self._written(module, imports.get(module, {})) for module in self.modules}
        eager = {
            module: {each for each, kind in imports.get(module, {}).items() if kind is Kind.RUNTIME}
            for module in self.modules
        }
        self.edges = {module: self._started(module, self._written(module, eager[module])) for module in self.modules}
        """The modules that importing one imports; what its functions import is added where they are called."""

    def code(self, module: str) -> Code:
        """Return what a module does when it is imported."""
        if module not in self._codes:
            self._codes[module] = self._read(module)
        return self._codes[module]

    def _read(self, module: str) -> Code:
        source = self.sources.get(module)
        if source is None:
            return Code(())
        try:
            if source not in self._known:
                self._known[source] = read_module(source.text, self._setting(source), self._parse)
            return self._known[source]
        except SyntaxError:
            self.opaque.add(module)
            return self._only_imports(source)

    def _setting(self, source: Source) -> Setting:
        return Setting(source.module, source.is_package, self._version, self._roots)

    def _only_imports(self, source: Source) -> Code:
        """Return the imports of a module that `ast` cannot read; nothing is claimed about them."""
        written = read_imports(source.text, source.module, is_package=source.is_package)
        found: list[does.Operation] = []
        for each in written:
            if each.kind is Kind.RUNTIME:
                module = resolve(each, source.module, is_package=source.is_package, modules=self.sources)
                if module:
                    found.append(does.Import(each.line, module, ""))
        return Code(tuple(found))

    def function(self, module: str, operation: does.Define) -> Code:
        """Return what a function of a module does."""
        key = (module, operation.first)
        if key not in self._functions:
            source = self.sources[module]
            lines = _lines(source.text)[operation.first - 1 : operation.last]
            self._functions[key] = read_function(lines, operation.first, self._setting(source))
        return self._functions[key]

    def text(self, module: str, line: int) -> str:
        """Return a line of a module."""
        lines = _lines(self.sources[module].text)
        return lines[line - 1].strip() if line <= len(lines) else ""

    def _written(self, module: str, imported: Iterable[str]) -> set[str]:
        """Return the modules that a module names; with a star, those inside a package that it may list too."""
        found = {each for each in imported if each in self.modules}
        if module in self.sources and "import *" in self.sources[module].text:
            found.update(*(self._children.get(each, ()) for each in found.copy()))
        return found

    def _started(self, module: str, named: set[str]) -> set[str]:
        """Return modules that one names with all packages around these and it, which are imported first."""
        return {*named, *self._around[module], *(package for each in named for package in self._around[each])}

    def risky(self) -> list[str]:
        """Return the modules that may come to be needed while they are partly initialised.

        That takes a ring. One that closes only through the packages around a module is none, as these have always
        begun before it; but `import package.module` gives a module the package too, which it then may use.
        """
        rings = {module: self._in_need(module) for module in self.modules}
        return [module for component in components(rings) for module in component]

    def _in_need(self, module: str) -> set[str]:
        """Return the modules that one may start, or use while they are partly initialised."""
        named = self._named[module]
        started = self._started(module, named)
        around = {module, *self._around[module]} - named
        if started.isdisjoint(around) or module not in self.sources:
            return started
        return started if self._plain_import.search(self.sources[module].text) else started - around

    def importers(self, modules: Iterable[str]) -> set[str]:
        """Return the modules that may import some, directly or not, and these."""
        importers: dict[str, list[str]] = {}
        for module, named in self._named.items():
            for each in self._started(module, named):
                importers.setdefault(each, []).append(module)
        found = set(modules)
        todo = list(found)
        for module in todo:
            todo += [each for each in importers.get(module, ()) if each not in found]
            found.update(importers.get(module, ()))
        return found

    def components(self) -> dict[str, int]:
        """Return for every module the number of its component; the modules of one import each other in the end."""
        found = components(self.edges)
        numbers = {module: number for number, modules in enumerate(found) for module in modules}
        return {module: numbers.get(module, len(found) + place) for module, place in self.modules.items()}

    def binds(self, module: str, name: str) -> bool:
        """Tell whether a name is one that the module itself has to bind: no submodule without a file in Python."""
        if module not in self.packages:
            return True
        submodule = f"{module}.{name}"
        return submodule not in self.code(module).submodules and self.line_of(module, name) is not None

    def line_of(self, module: str, name: str, seen: frozenset[str] = frozenset()) -> int | None:
        """Return the line of a module that would bind a name, perhaps one with a star."""
        code = self.code(module)
        if name in code.defined:
            return code.defined[name]
        for operation in code.operations:
            if (
                isinstance(operation, does.Star)
                and operation.module in self.modules
                and operation.module not in seen
                and self.line_of(operation.module, name, seen | {module}) is not None
            ):
                return operation.line
        return None


_PLAIN_IMPORT = r"import\b(?:\\\n|[^\n;#])*?\b(?:{})\s*\."
"""`import a.b`, but not `from a import b`, where `a` is one of some names; it begins as it does to be found quickly."""


def _lines(text: str) -> list[str]:
    return (
        text.replace("\r\n", "\n").replace("\r", "\n").splitlines(keepends=True)
        if "\f" not in text
        else [line + "\n" for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    )
