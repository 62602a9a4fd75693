"""What `source` reads from real programs, import for import, is what `ast` and grimp read."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from import_contracts.graph.kinds import Kind
from import_contracts.reading.scanning.prefilter import may_defer
from import_contracts.reading.source.imports import read_imports
from import_contracts.reading.source.resolution import external, resolve
from import_contracts.reading.source.text import UndecodableError, decode
from tests.support.imports_by_ast import Twin

# grimp refuses packages whose `__init__` is compiled, as is that of mypy.
GRIMP_READS = ("_pytest", "asyncio", "click", "email", "hypothesis", "json", "unittest")
PACKAGES = (*GRIMP_READS, "mypy")


def directory(package: str) -> Path:
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def files(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*.py") if path.is_file())


def module_of(path: Path, root: Path, package: str) -> tuple[str, bool]:
    parts = [package, *path.relative_to(root).with_suffix("").parts]
    is_package = parts[-1] == "__init__"
    return ".".join(parts[:-1] if is_package else parts), is_package


def read(path: Path, name: str, *, is_package: bool) -> list[tuple[object, ...]]:
    return [
        (each.level, each.module, each.name, each.line, each.column, each.kind)
        for each in read_imports(decode(path.read_bytes()), name, is_package=is_package)
    ]


def differences_from_ast(root: Path, package: str) -> tuple[int, list[str]]:
    compared = 0
    differences = []
    for path in files(root):
        name, is_package = module_of(path, root, package)
        try:
            expected = Twin(decode(path.read_bytes())).imports()
        except (SyntaxError, UndecodableError):  # newer than this Python, or made to be wrong
            continue
        found = read(path, name, is_package=is_package)
        compared += len(expected)
        differences += [f"{path}: {each}" for each in sorted(set(found) ^ set(expected), key=str)]
        if sorted(found, key=str) != sorted(expected, key=str) and set(found) == set(expected):
            differences.append(f"{path}: told twice")
        if not may_defer(path.read_bytes()) and any(each[4:] != (1, Kind.RUNTIME) for each in expected):
            differences.append(f"{path}: may defer")
    return compared, differences


def grimps(package: str, *, externals: bool) -> tuple[frozenset[str], set[tuple[str, str, int]]]:
    """Return the modules of a package, and either its imports of each other or those of other packages."""
    import grimp  # noqa: PLC0415 (what is compared with, not what is tested)

    graph = grimp.build_graph(package, include_external_packages=externals, cache_dir=None)
    inside = frozenset(each for each in graph.modules if not graph.is_module_squashed(each))
    imports = {
        (importer, imported, each["line_number"])
        for importer in inside
        for imported in graph.find_modules_directly_imported_by(importer)
        for each in graph.get_import_details(importer=importer, imported=imported)
        if (imported not in inside) == externals
    }
    return inside, imports


def differences_from_grimp(root: Path, package: str) -> tuple[int, list[str]]:
    modules, internal = grimps(package, externals=False)
    expected = internal | grimps(package, externals=True)[1]
    found = set()
    for path in files(root):
        name, is_package = module_of(path, root, package)
        if name in modules:
            for each in read_imports(decode(path.read_bytes()), name, is_package=is_package):
                imported = resolve(each, name, is_package=is_package, modules=modules)
                imported = imported or external(each, name, is_package=is_package, roots=[package])
                if imported:
                    found.add((name, imported, each.line))
    return len(expected), [str(each) for each in sorted(found ^ expected)]


@pytest.mark.real
@pytest.mark.parametrize("package", PACKAGES)
def test_all_imports_are_those_that_ast_finds(package: str) -> None:
    compared, differences = differences_from_ast(directory(package), package)

    assert compared > 10
    assert differences == []


@pytest.mark.real
@pytest.mark.parametrize("package", GRIMP_READS)
def test_all_imports_lead_where_grimp_says(package: str) -> None:
    compared, differences = differences_from_grimp(directory(package), package)

    assert compared > 10
    assert differences == []
