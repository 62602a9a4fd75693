"""Syntax trees: made of texts, and walked faster than `ast` walks them, which takes what has no meaning along."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable
from functools import cache
from typing import Any, ClassVar, TypeAlias

Parser: TypeAlias = Callable[[str], ast.Module]


def parse(text: str) -> ast.Module:
    """Return the tree of a module; raises SyntaxError, and nothing else, where the running Python makes none of it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (ValueError, MemoryError, RecursionError) as error:
        raise SyntaxError(str(error)) from error


def remembering() -> Parser:
    """Return a `parse` that makes each tree once; nobody may change it."""
    return cache(parse)


def children(node: ast.AST) -> list[ast.AST]:
    """Return the nodes directly below one, in the order of `ast`, without those that only say how a name is used."""
    found: list[ast.AST] = []
    if isinstance(node, _LEAVES):
        return found
    for field in node._fields:
        value = getattr(node, field, None)
        if isinstance(value, list):
            found += [each for each in value if isinstance(each, ast.AST)]
        elif isinstance(value, ast.AST) and field != "ctx":
            found.append(value)
    return found


# Most nodes are of these types.
_LEAVES = (ast.Name, ast.Constant)


def walk(node: ast.AST, *, without: type | tuple[type, ...] = ()) -> list[ast.AST]:
    """Return a node and all below it, breadth first; what is below nodes of some types is left out."""
    found = [node]
    for each in found:
        if not isinstance(each, without):
            found += children(each)
    return found


def arguments(function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> list[ast.arg]:
    """Return the arguments of a function, in no certain order."""
    own = function.args
    return [*own.posonlyargs, *own.args, *own.kwonlyargs, *filter(None, [own.vararg, own.kwarg])]


def dotted_name(node: ast.expr) -> tuple[str, ...] | None:
    """Return the name and the attributes in ``a.b.c``, in this order; None of any other expression."""
    attributes = []
    while isinstance(node, ast.Attribute):
        attributes.append(node.attr)
        node = node.value
    return (node.id, *reversed(attributes)) if isinstance(node, ast.Name) else None


class Visitor(ast.NodeVisitor):
    """What it is in `ast`, with the nodes that `children` returns."""

    _methods: ClassVar[dict[type[ast.AST], Callable[[Visitor, Any], None]]] = {}

    def __init_subclass__(cls) -> None:
        names = (name for name in vars(cls) if name.startswith("visit_"))
        types = {name: getattr(ast, name.removeprefix("visit_"), None) for name in names}
        cls._methods = {type_: getattr(cls, name) for name, type_ in types.items() if type_ is not None}

    def visit(self, node: ast.AST) -> None:
        """Visit a node by the method that is named after its type, or else those below it."""
        method = self._methods.get(type(node))
        if method is not None:
            method(self, node)
        else:
            self.generic_visit(node)

    def generic_visit(self, node: ast.AST) -> None:
        """Visit the nodes directly below one."""
        for each in children(node):
            self.visit(each)
