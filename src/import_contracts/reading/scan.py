"""From files to the import graph: whole trees with grimp's parser, and nothing else of grimp; single files by our own.

grimp gives up a whole tree for one file that it cannot read, and aborts where a relative import leaves the tree. So
such imports are looked for first, and a scan that fails is repeated on ever smaller parts until the files that are to
blame stand alone.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from import_contracts.graph.import_graph import ImportGraph
from import_contracts.graph.kinds import Kind
from import_contracts.reading.imports import WrittenImport, read_imports
from import_contracts.reading.prefilter import may_call, may_defer
from import_contracts.reading.program import Program, SourceFile
from import_contracts.reading.resolution import external, resolve
from import_contracts.reading.text import UndecodableError, decode

Lines = dict[str, list[int]]
"""The lines of a module's import statements by what they import."""

Kinds = dict[tuple[str, int], Kind]
"""The kinds of a module's import statements by what they import and by line; one that is missing is ``runtime``."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one file was found to import.

    Imports are missing where the file could not be read whole; then ``trouble`` is the line, None if none is to blame,
    and what is wrong with it.
    """

    imports: Lines
    kinds: Kinds
    trouble: tuple[int | None, str] | None = None


@dataclass(frozen=True, slots=True)
class UnreadableFile:
    """A file that could not be read whole, so that imports of it are missing; ``line`` is None if none is to blame."""

    module: str
    path: str
    line: int | None
    message: str


@dataclass(frozen=True, slots=True)
class Scan:
    """An import graph, and the files that it could not be made of, sorted by module."""

    graph: ImportGraph
    unreadable: tuple[UnreadableFile, ...]


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
    found = read(program, program.files, include_external=include_external, kinds=kinds)
    return assemble(program, found.readings, include_external=include_external)


def assemble(program: Program, readings: Mapping[str, Reading], *, include_external: bool) -> Scan:
    """Return the import graph that the readings of all files make."""
    imports = {module: reading.imports for module, reading in readings.items()}
    graph = ImportGraph(
        program.modules,
        imports,
        roots=program.roots,
        external={name for found in imports.values() for name in found} - program.modules if include_external else None,
        kinds={module: reading.kinds for module, reading in readings.items() if reading.kinds},
    )
    troubles = (
        UnreadableFile(file.module, file.path, *trouble)
        for file in program.files
        if (trouble := readings[file.module].trouble)
    )
    return Scan(graph, tuple(troubles))


@dataclass(frozen=True, slots=True)
class Read:
    """What was read of some files, by module.

    ``digests`` are the SHA-256 of the files that could be read. ``statements`` and ``may_call`` (whether a file may
    import by a call) are there only for files of which they had to be found anyway.
    """

    readings: dict[str, Reading]
    digests: dict[str, str]
    statements: dict[str, dict[tuple[str, int], Statement]]
    may_call: dict[str, bool]


def read(program: Program, files: Sequence[SourceFile], *, include_external: bool, kinds: bool) -> Read:
    """Read files of a program. Few files are read by our own reader and many by grimp, with the same result."""
    reader = _TreeReader(program, include_external=include_external, kinds=kinds, alone=len(files) <= _FEW)
    for file in files:
        reader.look_at(file)
    reader.parse([file for file in files if file.module not in reader.imports])
    readings = {
        file.module: Reading(
            {imported: sorted(lines) for imported, lines in sorted(reader.imports[file.module].items())},
            reader.kinds.get(file.module, {}),
            reader.troubles.get(file.module),
        )
        for file in files
    }
    return Read(readings, reader.digests, reader.statements, reader.may_call)


# Up to here our own reader is faster, as grimp has to be imported and told of all modules.
_FEW = 100


def statements(program: Program, module: str, *, include_external: bool) -> dict[tuple[str, int], Statement]:
    """Return the import statements of one file by imported module and line, the most eager where two share a line.

    Empty where the file cannot be read any more.
    """
    file = program.by_module.get(module)
    try:
        return _statements(program, file, decode(file.read()), include_external) if file else {}
    except (OSError, UndecodableError):
        return {}


def imported_by(program: Program, module: str, data: bytes, *, include_external: bool) -> frozenset[str]:
    """Return what a module of a program would import if this were in its file; nothing if it cannot be decoded."""
    try:
        text = decode(data)
    except UndecodableError:
        return frozenset()
    return frozenset(
        imported for _, imported in _own_reading(program, program.by_module[module], text, include_external)
    )


def _statements(
    program: Program,
    file: SourceFile,
    text: str,
    include_external: bool,  # noqa: FBT001 - private
) -> dict[tuple[str, int], Statement]:
    found: dict[tuple[str, int], Statement] = {}
    for written, imported in _own_reading(program, file, text, include_external):
        known = found.get((imported, written.line))
        if known is None or written.kind.rank < known.kind.rank:
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


class _TreeReader:
    """Collects the imports of a program's files."""

    def __init__(self, program: Program, *, include_external: bool, kinds: bool, alone: bool) -> None:
        self.imports: dict[str, Lines] = {}
        self.kinds: dict[str, Kinds] = {}
        self.troubles: dict[str, tuple[int | None, str]] = {}
        self.digests: dict[str, str] = {}
        self.statements: dict[str, dict[tuple[str, int], Statement]] = {}
        self.may_call: dict[str, bool] = {}
        self._program = program
        self._include_external = include_external
        self._wants_kinds = kinds
        self._alone = alone

    def look_at(self, file: SourceFile) -> None:
        """Read what grimp does not return, and the imports themselves where it would not find them or is not needed."""
        try:
            data = file.read()
        except OSError as error:
            self._give_up(file, None, f"This file cannot be read: {error.strerror}.")
            return
        self.digests[file.module] = sha256(data).hexdigest()
        if self._wants_kinds:
            self.may_call[file.module] = may_call(data)
        leaving = _leaving_import(file, data)
        if leaving is not None:
            message = f"This relative import goes beyond the top-level package: '{leaving.text}' in '{file.module}'."
            self.troubles[file.module] = (leaving.line, message)
        try:
            if leaving is not None or file.module in self._program.shadowed or (self._alone and _is_valid(data)):
                self._read(file, decode(data))
            if self._wants_kinds and may_defer(data):
                found = _statements(self._program, file, decode(data), self._include_external)
                self.statements[file.module] = found
                self.kinds[file.module] = {
                    place: statement.kind for place, statement in found.items() if statement.kind is not Kind.RUNTIME
                }
        except UndecodableError:
            pass  # grimp says so too

    def parse(self, files: list[SourceFile]) -> None:
        """Have grimp find the imports of files."""
        if not files:
            return
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
        self.troubles[file.module] = (line, message)


def _is_valid(data: bytes) -> bool:
    """Tell whether the running Python takes a file for valid UTF-8 and valid code; then grimp does so too."""
    try:
        with warnings.catch_warnings(action="ignore"):
            compile(data.decode(), "", "exec", flags=_ONLY_AST, dont_inherit=True)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    return not any(map(_OTHER_ENCODING.search, data.split(b"\n", 2)[:2]))


_ONLY_AST = 0x400  # ast.PyCF_ONLY_AST, without the time that importing ast takes
_OTHER_ENCODING = re.compile(rb"coding[:=](?![ \t]*utf-8[ \t\r]*(?:-\*-|$))")
# As it starts with a literal, the search skips other text fast.
_LEADING_DOTS = re.compile(rb"from[ \t\f\\\r\n]*(\.[. \t\f\\\r\n]*)")


def _leaving_import(file: SourceFile, data: bytes) -> WrittenImport | None:
    """Return the first import of a file that has more dots than there are packages around it."""
    depth = file.module.count(".") + file.is_package
    if all(dots.count(b".") <= depth for dots in _LEADING_DOTS.findall(data)):
        return None
    try:
        written = read_imports(decode(data), file.module, is_package=file.is_package)
    except UndecodableError:
        return None
    return next((each for each in written if each.level > depth), None)


def _scan(program: Program, files: Sequence[SourceFile], *, include_external: bool) -> dict[str, Lines]:
    """Return the imports of files as grimp finds them; raises whatever grimp raises."""
    from import_contracts.reading.grimp_scanner import scan_files  # noqa: PLC0415 - few files need no grimp

    return scan_files(program, files, include_external=include_external)


def _blame(file: SourceFile, error: BaseException) -> tuple[int | None, str]:
    """Return the line and the reason why grimp could not read a file."""
    if isinstance(error, UnicodeError):
        return _undecodable_line(file), "This file cannot be decoded: its declared encoding is unknown or wrong."
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
