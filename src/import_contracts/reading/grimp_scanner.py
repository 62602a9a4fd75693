"""The imports of many files at once, from grimp's scanner in Rust. The only module that imports grimp."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from grimp import _rustgrimp as rust  # type: ignore[attr-defined]
from grimp.application.config import settings

from import_contracts.reading.program import Program, SourceFile

# The parser's threads get this stack, in bytes, so that long expressions don't end the process. It is only reserved.
os.environ.setdefault("RUST_MIN_STACK", str(1 << 26))


def scan_files(
    program: Program, files: Sequence[SourceFile], *, include_external: bool
) -> dict[str, dict[str, list[int]]]:
    """Return the lines of imports, by importer and imported module; raises whatever grimp raises."""
    module_files = {file.module: _ModuleFile(_Module(file.module)) for file in program.files}
    scanned = rust.scan_for_imports(
        module_files=tuple(module_files[file.module] for file in files),
        found_packages={
            _FoundPackage(
                name,
                folder,
                frozenset(module_files[file.module] for file in program.files if file.path.startswith(folder + os.sep)),
            )
            for name, folder in program.portions
        },
        include_external_packages=include_external,
        exclude_type_checking_imports=False,
        file_system=settings.FILE_SYSTEM.convert_to_basic(),
    )
    imports: dict[str, dict[str, list[int]]] = {}
    for module, direct_imports in scanned.items():
        lines = imports.setdefault(module.name, {})
        for direct_import in direct_imports:
            lines.setdefault(direct_import.imported.name, []).append(direct_import.line_number)
    return imports


# grimp's scanner needs values with these attributes. grimp's own classes are compared and hashed by value, which takes
# a tenth of a scan; these are compared by identity.
@dataclass(slots=True, eq=False)
class _Module:
    name: str


@dataclass(slots=True, eq=False)
class _ModuleFile:
    module: _Module
    mtime: float = 0.0


@dataclass(slots=True, eq=False)
class _FoundPackage:
    name: str
    directory: str
    module_files: frozenset[_ModuleFile]
    namespace_packages: frozenset[str] = frozenset()
