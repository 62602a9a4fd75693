"""The imports of many files: from grimp's fast scanner, or, where that cannot be used, from our own reader.

grimp's scanner is not a public function, so a release of grimp may move or change it. Then our own reader gives the
same imports more slowly. It does not see whether a file is valid Python, so the running Python is asked, and grimp's
public `build_graph` about the files that this Python rejects: they may be written for a newer one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeAlias

from import_contracts.reading.files.program import Program, SourceFile
from import_contracts.reading.scanning import grimp_scanner
from import_contracts.reading.scanning.file_imports import FileImports
from import_contracts.reading.scanning.grimp_scanner import Known
from import_contracts.reading.scanning.limits import is_valid, parse
from import_contracts.reading.scanning.slow import SLOW
from import_contracts.reading.source.text import UndecodableError, decode
from import_contracts.reading.threads import started

Scanned: TypeAlias = dict[str, dict[str, list[int]]]
"""The lines of imports, by importer and imported module."""


def start(
    program: Program, files: Sequence[SourceFile], *, known: Known, include_external: bool
) -> Callable[[], Scanned]:
    """Begin to scan files as `scan_files` does in other threads; what is returned waits for them, and returns the same.

    grimp lets this thread go on while it parses.
    """
    scan = partial(grimp_scanner.scan_files, files, known=known, include_external=include_external)
    fast = scan if SLOW.reason else started(scan)
    return partial(_or_slowly, fast, program, files, include_external=include_external)


def scan_files(program: Program, files: Sequence[SourceFile], *, known: Known, include_external: bool) -> Scanned:
    """Return the lines of imports; raises whatever grimp raises. ``known`` is as in `grimp_scanner.scan_files`."""
    fast = partial(grimp_scanner.scan_files, files, known=known, include_external=include_external)
    return _or_slowly(fast, program, files, include_external=include_external)


def _or_slowly(
    fast: Callable[[], Scanned], program: Program, files: Sequence[SourceFile], *, include_external: bool
) -> Scanned:
    if not SLOW.reason:
        try:
            return fast()
        except grimp_scanner.MovedError as error:
            from importlib.metadata import version  # noqa: PLC0415 - it takes long to import

            SLOW.reason = f"grimp {version('grimp')} has no scanner that this version knows ({error})"
    return _scan_slowly(program, files, include_external=include_external)


def _scan_slowly(program: Program, files: Sequence[SourceFile], *, include_external: bool) -> Scanned:
    texts: dict[str, str] = {}
    doubtful = []
    for file in files:
        data = file.read()
        try:
            texts[file.module] = decode(data)
        except UndecodableError as error:
            raise UnicodeError(str(error)) from error
        if not is_valid(data):
            doubtful.append((file, data))
    if doubtful:
        _refuse_invalid(doubtful)
    return {file.module: _imports(program, file, texts[file.module], include_external) for file in files}


def _refuse_invalid(doubtful: Sequence[tuple[SourceFile, bytes]]) -> None:
    """Raise an exception if one of the files that this Python rejects is not valid for grimp either."""
    try:
        grimp_scanner.refuse_invalid(doubtful)
    except grimp_scanner.MovedError:
        for _, data in doubtful:
            parse(data)


def _imports(
    program: Program,
    file: SourceFile,
    text: str,
    include_external: bool,  # noqa: FBT001 - private
) -> dict[str, list[int]]:
    imports: dict[str, list[int]] = {}
    found = FileImports.read(file, text, calls=False)
    for written, imported in found.resolved(program, frozenset() if include_external else None):
        imports.setdefault(imported, []).append(written.line)
    return imports
