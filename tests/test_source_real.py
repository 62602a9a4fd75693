"""What `source` reads from real programs, import for import, is what `ast` and grimp read."""

from __future__ import annotations

import ast
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from import_contracts.graph.kinds import Kind
from import_contracts.reading.imports import may_defer, read_imports
from import_contracts.reading.resolution import external, resolve
from import_contracts.reading.text import UndecodableError, decode

if TYPE_CHECKING:
    from collections.abc import Iterator

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


class Around(NamedTuple):
    never: bool = False
    function: bool = False


class Twin:
    """The same reading with the standard library's parser, without laziness, which it may not know."""

    def __init__(self, text: str) -> None:
        self.lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self.names = {"TYPE_CHECKING", "MYPY"}
        with warnings.catch_warnings(action="ignore"):
            self.tree = ast.parse("\n".join(self.lines))

    def imports(self) -> list[tuple[object, ...]]:
        return list(self.visit(self.tree, Around()))

    def visit(self, node: ast.AST, around: Around) -> Iterator[tuple[object, ...]]:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from self.read(node, around)
        elif isinstance(node, ast.If):
            value = self.value(node.test) if self.mentions(node.test) else None
            for statement in node.body:
                yield from self.visit(statement, around._replace(never=around.never or value is False))
            for statement in node.orelse:
                yield from self.visit(statement, around._replace(never=around.never or value is True))
        elif not isinstance(node, ast.expr):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                around = around._replace(function=True)
            for child in ast.iter_child_nodes(node):
                yield from self.visit(child, around)

    def read(self, node: ast.Import | ast.ImportFrom, around: Around) -> Iterator[tuple[object, ...]]:
        column = len(self.lines[node.lineno - 1].encode()[: node.col_offset].decode()) + 1
        kind = Kind.TYPE_CHECKING if around.never else Kind.DEFERRED if around.function else Kind.RUNTIME
        for alias in node.names:
            if isinstance(node, ast.Import):
                yield 0, alias.name, None, node.lineno, column, kind
            else:
                if node.module in {"typing", "typing_extensions"} and alias.name == "TYPE_CHECKING" and not node.level:
                    self.names.add(alias.asname or alias.name)
                yield node.level, node.module or "", alias.name, node.lineno, column, kind

    def is_type_checking(self, node: ast.AST) -> bool:
        match node:
            case ast.Name(name):
                return name in self.names
            case ast.Attribute(value, "TYPE_CHECKING"):
                return ast.unparse(value).replace(".", "").isidentifier()
        return False

    def mentions(self, test: ast.expr) -> bool:
        return any(map(self.is_type_checking, ast.walk(test)))

    def value(self, node: ast.expr) -> bool | None:
        match node:
            case ast.Constant(True | False | None | 0 | 1 as value):
                return bool(value)
            case ast.UnaryOp(ast.Not(), operand):
                value = self.value(operand)
                return None if value is None else not value
            case ast.BoolOp(operator, values):
                decides = isinstance(operator, ast.Or)
                found = [self.value(each) for each in values]
                return decides if decides in found else None if None in found else not decides
        return False if self.is_type_checking(node) else None


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
