"""The imports of one file of a program, as written, and the modules that they import."""

from __future__ import annotations

from collections.abc import Iterator

from import_contracts.reading.imports import WrittenImport, read_imports
from import_contracts.reading.program import Program, SourceFile
from import_contracts.reading.resolution import external, resolve


def resolved_imports(
    program: Program,
    file: SourceFile,
    text: str,
    include_external: bool,  # noqa: FBT001 - as the functions that call it
) -> Iterator[tuple[WrittenImport, str]]:
    """Yield the imports of a file and the modules that they import, as written."""
    for written in read_imports(text, file.module, is_package=file.is_package):
        imported = resolve(written, file.module, is_package=file.is_package, modules=program.modules)
        if imported is None and include_external:
            imported = external(written, file.module, is_package=file.is_package, roots=program.roots)
        if imported is not None:
            yield written, imported
