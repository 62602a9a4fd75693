"""Which names a module may have, as far as its text tells."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from functools import cache
from types import ModuleType

from import_contracts.graph.import_graph import ImportGraph
from import_contracts.graph.names import absolute
from import_contracts.patterns import pattern
from import_contracts.reading.source import trees
from import_contracts.reading.source.text import Source
from import_contracts.records import NamedTuple

OF_EVERY_MODULE = frozenset(
    {*dir(ModuleType("")), *dir(ModuleType), "__file__", "__path__", "__builtins__", "__cached__"}
)
"""The names that every module has before its body runs, or may have."""
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_OPAQUE = pattern(
    r"__getattr__|__path__|\b(?:globals|locals|vars|exec|eval|setattr|meta_path|path_hooks|global_enum)\b|\bmodules\["
)


def is_opaque(text: str) -> bool:
    """Tell whether a module with a text may get names, or submodules, in ways that no statement tells."""
    return _OPAQUE.search(text) is not None


class BoundNames:
    """The names that modules of a program may have; ``source`` returns the text of a module."""

    def __init__(self, graph: ImportGraph, source: Callable[[str], Source | None]) -> None:
        self._graph = graph
        self._source = source
        self._bound = cache(self._bound_in)

    def of(self, module: str) -> frozenset[str] | None:
        """Return the names that a module may have; None if it may have any.

        These are all that its statements bind, on any path, its submodules, the same of what its star imports load, and
        those that every module has.
        """
        todo: list[str | None] = [module]
        names = set(OF_EVERY_MODULE)
        for each in todo:
            bound = None if each is None else self._bound(each)
            if each is None or bound is None:
                return None
            names |= bound.names
            names |= {child.rpartition(".")[2] for child in self._graph.children(each)}
            todo += bound.stars.difference(todo)
        return frozenset(names)

    def _bound_in(self, module: str) -> _Bound | None:
        source = self._source(module) if module in self._graph else None
        tree = None if source is None or is_opaque(source.text) else _parsed(source.text)
        if source is None or tree is None:
            return None
        stars = (each for each in trees.walk(tree) if isinstance(each, ast.ImportFrom) and each.names[0].name == "*")
        is_package = source.is_package
        origins = (absolute(each.level, each.module or "", module, is_package=is_package) for each in stars)
        return _Bound(frozenset(_names(tree)), frozenset(origins))


class _Bound(NamedTuple):
    """The names that the statements of a module bind, and what it has star imports of; None stands for no module."""

    names: frozenset[str]
    stars: frozenset[str | None]


def _parsed(text: str) -> ast.Module | None:
    try:
        return trees.parse_newer(text)
    except SyntaxError:
        return None


def _names(tree: ast.Module) -> Iterator[str]:
    """Yield what statements at the top level bind; also globals of functions, and attributes that are set."""
    for node in trees.walk(tree, without=_SCOPES):
        match node:
            case ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.FunctionDef(name) | ast.AsyncFunctionDef(name) | ast.ClassDef(name):
                yield name
            case ast.Import(names) | ast.ImportFrom(names=names):
                yield from (each.asname or each.name.partition(".")[0] for each in names)
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name
            case ast.MatchMapping(rest=str(name)):
                yield name
    for node in trees.walk(tree):
        match node:
            case ast.Global(several):
                yield from several
            case ast.NamedExpr(ast.Name(name)) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name
