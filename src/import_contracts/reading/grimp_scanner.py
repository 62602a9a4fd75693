"""The imports of many files at once, from grimp's scanner in Rust. The only module that imports grimp."""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grimp import _rustgrimp as rust  # type: ignore[attr-defined]
from grimp.application.config import settings

from import_contracts.reading.program import Program, SourceFile

# The parser's threads get this stack, in bytes, so that long expressions don't end the process. It is only reserved.
os.environ.setdefault("RUST_MIN_STACK", str(1 << 26))


def scan_files(
    program: Program, files: Sequence[SourceFile], *, known: Sequence[SourceFile], include_external: bool
) -> dict[str, dict[str, list[int]]]:
    """Return the lines of imports, by importer and imported module; raises whatever grimp raises.

    ``known`` are the files whose modules grimp takes for modules of the program, at least ``files``.
    """
    module_files = {file.module: _ModuleFile(_Module(file.module)) for file in known}
    found_packages = {
        _FoundPackage(name, folder, frozenset(module_files[module] for module in inside))
        for name, folder, inside in _portions(program, known)
    }
    names = {module: module for module in module_files}
    imports: dict[str, dict[str, list[int]]] = {}
    for start in range(0, len(files), _AT_ONCE):
        scanned = rust.scan_for_imports(
            module_files=tuple(module_files[file.module] for file in files[start : start + _AT_ONCE]),
            found_packages=found_packages,
            include_external_packages=include_external,
            exclude_type_checking_imports=False,
            file_system=settings.FILE_SYSTEM.convert_to_basic(),
        )
        for module, direct_imports in scanned.items():
            lines = imports.setdefault(names[module.name], {})
            for direct_import in direct_imports:
                imported = direct_import.imported.name
                lines.setdefault(names.setdefault(imported, imported), []).append(direct_import.line_number)
    return imports


# grimp returns seven objects for each import, which take the most memory of a run if they are all there at once. But it
# reads the list of modules again in each call.
_AT_ONCE = 25_000


def _portions(program: Program, known: Sequence[SourceFile]) -> Iterator[tuple[str, str, list[str]]]:
    """Yield the folders of the root packages, each with its name and the modules in it."""
    by_path = sorted((file.path, file.module) for file in known)
    for name, folder in program.portions:
        start = bisect_left(by_path, (folder + os.sep,))
        end = bisect_left(by_path, (folder + chr(ord(os.sep) + 1),))
        yield name, folder, [module for _, module in by_path[start:end]]


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
