"""From the imports of all files to the import graph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from import_contracts.graph.columns import Lines
from import_contracts.graph.import_graph import ImportGraph
from import_contracts.graph.kinds import Kind
from import_contracts.problems import Problem, Severity
from import_contracts.reading.files.excluding import EXCLUDE
from import_contracts.reading.files.program import Program
from import_contracts.reading.scanning.scan import Reading, Take, read, stars_in
from import_contracts.reading.source.remarks import Remark
from import_contracts.reading.star_imports.stars import StarImport, Stars, load_stars, texts_of
from import_contracts.reading.store.state import Readings
from import_contracts.records import NamedTuple, dataclass, field
from import_contracts.wording import listed


class UnreadableFile(NamedTuple):
    """A file that could not be read completely, so that imports are missing.

    ``path`` is absolute. ``line`` counts from 1, and is None if unknown. ``message`` is the reason.
    """

    module: str
    path: str
    line: int | None
    message: str


@dataclass(frozen=True, slots=True)
class Scan:
    """An import graph, and the files that could not be read completely, sorted by module.

    ``problems`` say which imports may be missing. ``remarks`` are the comments to this tool, by module.
    """

    graph: ImportGraph
    unreadable: tuple[UnreadableFile, ...]
    problems: tuple[Problem, ...] = ()
    remarks: Mapping[str, tuple[Remark, ...]] = field(default_factory=dict)


def scan(program: Program, *, include_external: bool, kinds: bool, calls: bool = False) -> Scan:
    """Read every file of a program and return its import graph.

    With ``include_external``, the graph has imports of modules outside the program, with ``kinds`` the kinds of
    imports, and with ``calls`` imports by calls such as ``import_module("a")``.
    """
    take = Take(include_external, kinds, calls)
    readings = Readings.of(read(program, program.files, take).readings)
    stars = load_stars(program, stars_in(readings.rare.stars), texts_of(program))
    return assemble(program, readings, stars, include_external=include_external)


def assemble(program: Program, readings: Readings, stars: Stars, *, include_external: bool) -> Scan:
    """Return the import graph of a program from the readings of all its files."""
    rare = readings.rare
    with_stars = {module: _with_stars(module, readings[module], stars) for module in rare.stars}
    imports = readings.imports.with_changes({module: each.imports for module, each in with_stars.items()})
    kinds = {**rare.kinds, **{module: each.kinds for module, each in with_stars.items()}}
    graph = ImportGraph(
        program.modules,
        imports,
        roots=program.roots,
        external={*imports.others} - program.modules if include_external else None,
        kinds={module: found for module, found in kinds.items() if found},
    )
    troubles = (UnreadableFile(module, program.by_module[module].path, *why) for module, why in rare.troubles.items())
    problems = (*stars.problems(program), *_excluded_problems(program, rare.excluded))
    return Scan(graph, tuple(troubles), problems, rare.remarks)


def _excluded_problems(program: Program, excluded: Mapping[str, Lines]) -> Iterator[Problem]:
    """Yield a warning for each excluded file or folder that is imported, at the first import."""
    importers: dict[str, dict[str, int]] = {}
    for module, imports in excluded.items():
        for imported, lines in imports.items():
            importers.setdefault(imported, {})[module] = lines[0]
    for imported, by in sorted(importers.items()):
        first, *others = sorted(by)
        message = (
            f"'{imported}' is excluded, but {listed([first, *others])} {'import' if others else 'imports'} it. These "
            "imports are not checked; exclude less, or remove them."
        )
        file = program.by_module[first].path
        yield Problem(message, file=file, key=EXCLUDE, severity=Severity.WARNING, line=by[first])


def _with_stars(module: str, reading: Reading, stars: Stars) -> Reading:
    """Return a reading with what its star imports load."""
    imports, kinds = dict(reading.imports), dict(reading.kinds)
    for (package, line), kind in reading.stars.items():
        for imported in stars.loaded_by(StarImport(module, package, line)):
            lines = imports.get(imported, ())
            before = kinds.pop((imported, line), Kind.RUNTIME) if line in lines else kind
            imports[imported] = tuple(sorted({*lines, line}))
            eager = min(kind, before, key=lambda each: each.rank)
            kinds |= {} if eager is Kind.RUNTIME else {(imported, line): eager}
    imports = dict(sorted(imports.items()))
    return reading._replace(imports=imports, kinds=kinds)
