"""The imports of one file of a program, as written, and the modules that they import."""

from __future__ import annotations

from collections.abc import Iterator, Set

from import_contracts.graph.names import absolute, ancestors
from import_contracts.reading.files.program import Program, SourceFile
from import_contracts.reading.source.imports import WrittenImport, read_calls, read_imports
from import_contracts.reading.source.resolution import external, resolve


def resolved_imports(
    program: Program,
    file: SourceFile,
    text: str,
    parts: Set[str] | None,
    calls: bool = False,  # noqa: FBT001, FBT002 - as the functions that call it
) -> Iterator[tuple[WrittenImport, str]]:
    """Yield the imports of a file and the modules that they import, as written; then with ``calls`` those by calls.

    ``parts`` are the parts of external packages that are told apart; None to leave out external packages. An import of
    an excluded module is not one of the program.
    """
    for written in _written(file, text, calls=calls):
        if program.excluded and _excluded_by(written, file, program) is not None:
            continue
        imported = resolve(written, file.module, is_package=file.is_package, modules=program.modules)
        if imported is None and parts is not None:
            imported = external(written, file.module, is_package=file.is_package, roots=program.roots, parts=parts)
        if imported is not None:
            yield written, imported


def excluded_imports(program: Program, file: SourceFile, text: str, *, calls: bool) -> Iterator[tuple[str, int]]:
    """Yield the excluded modules that a file imports, each with the line."""
    for written in _written(file, text, calls=calls):
        if (module := _excluded_by(written, file, program)) is not None:
            yield module, written.line


def _written(file: SourceFile, text: str, *, calls: bool) -> Iterator[WrittenImport]:
    yield from read_imports(text, file.module, is_package=file.is_package)
    if calls:
        yield from read_calls(text, file.module, is_package=file.is_package)


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
