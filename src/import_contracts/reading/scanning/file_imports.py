"""The imports of one file of a program, as written, and the modules that they import."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from typing import NamedTuple

from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import absolute, ancestors
from import_contracts.reading.files.program import Program, SourceFile
from import_contracts.reading.source.imports import ImportStatement, WrittenImport, read_calls, read_statements
from import_contracts.reading.source.resolution import external, resolve


class FileImports(NamedTuple):
    """The imports of a file: its statements, of which the names are read when they are needed; then its calls."""

    file: SourceFile
    statements: Sequence[ImportStatement]
    calls: Sequence[WrittenImport]

    @classmethod
    def read(cls, file: SourceFile, text: str, *, calls: bool) -> FileImports:
        """Return the imports in the text of a file; those by a call only with ``calls``."""
        found = read_calls(text, file.module, is_package=file.is_package) if calls else ()
        return cls(file, read_statements(text), found)

    def delayed(self) -> FileImports:
        """Return those on the lines where one may be of another kind than ``runtime``."""
        lines = {each.line for each in self.statements if not each.is_runtime}
        lines |= {each.line for each in self.calls if each.kind is not Kind.RUNTIME}
        statements = [each for each in self.statements if each.line in lines]
        return self._replace(statements=statements, calls=[each for each in self.calls if each.line in lines])

    def stars(self) -> FileImports:
        """Return the statements that may be star imports."""
        return self._replace(statements=[each for each in self.statements if "*" in each.code], calls=())

    def resolved(self, program: Program, parts: Set[str] | None) -> Iterator[tuple[WrittenImport, str]]:
        """Yield what is imported, as written, with the module, which is not an excluded one.

        ``parts`` are the parts of external packages that are told apart; None to leave out external packages.
        """
        file, modules, roots = self.file, program.modules, program.roots
        for written in self._written():
            if program.excluded and _excluded_by(written, file, program) is not None:
                continue
            imported = resolve(written, file.module, is_package=file.is_package, modules=modules)
            if imported is None and parts is not None:
                imported = external(written, file.module, is_package=file.is_package, roots=roots, parts=parts)
            if imported is not None:
                yield written, imported

    def excluded(self, program: Program) -> Iterator[tuple[str, int]]:
        """Yield the excluded modules that are imported, each with the line."""
        for written in self._written():
            if (module := _excluded_by(written, self.file, program)) is not None:
                yield module, written.line

    def _written(self) -> Iterator[WrittenImport]:
        for statement in self.statements:
            yield from statement.names(self.file.module, is_package=self.file.is_package)
        yield from self.calls


def _excluded_by(written: WrittenImport, file: SourceFile, program: Program) -> str | None:
    """Return the excluded file or folder, as a module, that an import would import from; None if there is none."""
    module = absolute(written.level, written.module, file.module, is_package=file.is_package)
    if not module:
        return None
    name = f"{module}.{written.name}" if written.name and written.name != "*" else module
    files, folders = program.excluded_files, program.excluded_folders
    if name in program.modules and name not in files:
        return None
    return next((each for each in (name, module) if each in files), None) or next(
        (each for each in (name, *ancestors(name)) if each in folders), None
    )
