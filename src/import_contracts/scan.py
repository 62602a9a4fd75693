"""From files to the import graph, with grimp's parser; nothing else of grimp is used.

grimp gives up a whole tree for one file that it cannot read, and aborts where a relative import leaves the tree. So
such imports are looked for first, and a scan that fails is repeated on ever smaller parts until the files that are to
blame stand alone.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from import_contracts.graph import ImportGraph, Kind
from import_contracts.program import Program, SourceFile
from import_contracts.source import UndecodableError, WrittenImport, decode, external, may_defer, read_imports, resolve

Lines = dict[str, list[int]]
"""The lines of a module's import statements by what they import."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that could not be read whole, so that imports of it are missing; ``line`` is None if none is to blame."""

    module: str
    path: str
    line: int | None
    message: str


@dataclass(frozen=True, slots=True)
class Scan:
    """An import graph, and the files that it could not be made of, sorted by module."""

    graph: ImportGraph
    unreadable: tuple[Unreadable, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """Where and how a file has an import statement."""

    column: int
    kind: Kind
    text: str


def scan(program: Program, *, include_external: bool, kinds: bool) -> Scan:
    """Read every file of a program and return its import graph.

    Imports of modules outside the program, and the kinds of imports, are in the graph where asked for.
    """
    reading = _Reading(program, include_external=include_external)
    for file in program.files:
        reading.look_at(file, kinds=kinds)
    reading.parse([file for file in program.files if file.module not in reading.imports])
    outside = {name for found in reading.imports.values() for name in found} - program.modules
    graph = ImportGraph(
        program.modules,
        reading.imports,
        roots=program.roots,
        external=outside if include_external else None,
        kinds=reading.kinds,
    )
    return Scan(graph, tuple(sorted(reading.unreadable, key=lambda each: each.module)))


def statements(program: Program, module: str, *, include_external: bool) -> dict[tuple[str, int], Statement]:
    """Return the import statements of one file by imported module and line, the most eager where two share a line.

    Empty where the file cannot be read any more.
    """
    file = program.by_module.get(module)
    try:
        text = decode(file.read()) if file else ""
    except (OSError, UndecodableError):
        return {}
    found: dict[tuple[str, int], Statement] = {}
    order = list(Kind)
    for written, imported in _own_reading(program, file, text, include_external) if file else ():
        known = found.get((imported, written.line))
        if known is None or order.index(written.kind) < order.index(known.kind):
            found[imported, written.line] = Statement(written.column, written.kind, written.text)
    return found


def _own_reading(
    program: Program,
    file: SourceFile,
    text: str,
    include_external: bool,  # noqa: FBT001 - private
) -> Iterator[tuple[WrittenImport, str]]:
    """Yield the imports of a file with the modules that they import."""
    for written in read_imports(text, file.module, is_package=file.is_package):
        imported = resolve(written, file.module, is_package=file.is_package, modules=program.modules)
        if imported is None and include_external:
            imported = external(written, file.module, is_package=file.is_package, roots=program.roots)
        if imported is not None:
            yield written, imported


class _Reading:
    """Collects the imports of a program's files."""

    def __init__(self, program: Program, *, include_external: bool) -> None:
        self.imports: dict[str, Lines] = {}
        self.kinds: dict[str, dict[tuple[str, int], Kind]] = {}
        self.unreadable: list[Unreadable] = []
        self._program = program
        self._include_external = include_external

    def look_at(self, file: SourceFile, *, kinds: bool) -> None:
        """Read what grimp does not tell, and the imports themselves where it would not find them."""
        try:
            data = file.read()
        except OSError as error:
            self._give_up(file, None, f"This file cannot be read: {error.strerror}.")
            return
        leaving = _leaving_import(file, data)
        if leaving is not None:
            message = f"This relative import leaves the tree: '{leaving.text}' in '{file.module}'."
            self.unreadable.append(Unreadable(file.module, file.path, leaving.line, message))
        try:
            if leaving is not None or file.module in self._program.shadowed:
                self._read(file, decode(data))
            if kinds and may_defer(data):
                found = statements(self._program, file.module, include_external=self._include_external)
                self.kinds[file.module] = {place: statement.kind for place, statement in found.items()}
        except UndecodableError:
            pass  # grimp says so too

    def parse(self, files: list[SourceFile]) -> None:
        """Have grimp find the imports of files."""
        try:
            found = _scan(self._program, files, include_external=self._include_external)
        except BaseException as error:
            if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
                raise
            if len(files) == 1:
                self._give_up(files[0], *_blame(files[0], error))
            else:
                middle = len(files) // 2
                self.parse(files[:middle])
                self.parse(files[middle:])
        else:
            self.imports |= found
            if self._include_external:
                self._drop_missing(files)

    def _drop_missing(self, files: list[SourceFile]) -> None:
        """Drop imports of missing modules: beside external ones grimp takes them for imports of the root package."""
        for file in files:
            found = self.imports[file.module]
            for root in self._program.roots:
                if root in found:
                    known = statements(self._program, file.module, include_external=False)
                    lines = [line for line in found.pop(root) if (root, line) in known]
                    found |= {root: lines} if lines else {}

    def _read(self, file: SourceFile, text: str) -> None:
        found: Lines = {}
        for written, imported in _own_reading(self._program, file, text, self._include_external):
            found.setdefault(imported, []).append(written.line)
        self.imports[file.module] = found

    def _give_up(self, file: SourceFile, line: int | None, message: str) -> None:
        self.imports[file.module] = {}
        self.unreadable.append(Unreadable(file.module, file.path, line, message))


# Not only at the start of a line, as a statement may follow another or a colon: what it finds is looked at again.
_RELATIVE = re.compile(rb"\bfrom\s*(\.[.\s\\]*)")


def _leaving_import(file: SourceFile, data: bytes) -> WrittenImport | None:
    """Return the first import of a file that has more dots than there are packages around it."""
    depth = file.module.count(".") + file.is_package
    if all(found[1].count(b".") <= depth for found in _RELATIVE.finditer(data)):
        return None
    try:
        written = read_imports(decode(data), file.module, is_package=file.is_package)
    except UndecodableError:
        return None
    return next((each for each in written if each.level > depth), None)


def _scan(program: Program, files: Collection[SourceFile], *, include_external: bool) -> dict[str, Lines]:
    """Return the imports of files as grimp finds them; raises whatever grimp raises."""
    from grimp.application.ports.modulefinder import FoundPackage, ModuleFile  # noqa: PLC0415 - slow to import
    from grimp.application.scanning import scan_imports  # noqa: PLC0415
    from grimp.domain.valueobjects import Module  # noqa: PLC0415

    every = {file.module: ModuleFile(Module(file.module), mtime=0.0) for file in program.files}
    packages = set()
    for name, folder in program.portions:
        inside = frozenset(every[file.module] for file in program.files if file.path.startswith(folder + os.sep))
        packages.add(FoundPackage(name, folder, inside))
    found = scan_imports(
        frozenset(every[file.module] for file in files),
        found_packages=packages,
        include_external_packages=include_external,
        exclude_type_checking_imports=False,
    )
    imports: dict[str, Lines] = {}
    for module_file, direct in found.items():
        lines = imports.setdefault(module_file.module.name, {})
        for each in direct:
            lines.setdefault(each.imported.name, []).append(each.line_number)
    return imports


def _blame(file: SourceFile, error: BaseException) -> tuple[int | None, str]:
    """Return the line and the reason why grimp could not read a file."""
    if isinstance(error, UnicodeError):
        return _undecodable_line(file), "This file is not text in the encoding that it declares, or that is unknown."
    line, text = getattr(error, "lineno", None), getattr(error, "text", None)
    if line is None:
        return None, f"The scanner failed on this file: {error}."
    shown = text.strip()[:80] if text else ""
    return line, f"This is not valid Python: {shown!r}." if shown else "This is not valid Python."


def _undecodable_line(file: SourceFile) -> int | None:
    try:
        file.read().decode()
    except UnicodeDecodeError as error:
        return error.object.count(b"\n", 0, error.start) + 1
    except OSError:  # gone since
        pass
    return None
