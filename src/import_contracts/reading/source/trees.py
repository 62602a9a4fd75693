"""Syntax trees: parsing a text, and walking a tree faster than `ast` does, without the nodes that have no meaning."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable
from functools import cache
from typing import Any, ClassVar, TypeAlias, TypeGuard

from import_contracts.patterns import pattern
from import_contracts.reading.source.conditions import compared
from import_contracts.reading.source.plain import for_older_parsers

Parser: TypeAlias = Callable[[str], ast.Module]
LAZY = pattern(r"(?m)(?P<before>^[ \t\f]*|;[ \t]*)lazy[ \t]+(?=(?:import|from)\b)")
"""The keyword of a lazy import (PEP 810), which older parsers do not know."""
FunctionDefinition: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


def parse(text: str) -> ast.Module:
    """Return the tree of a module; raises SyntaxError, and nothing else, if this Python cannot parse the text."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (ValueError, MemoryError, RecursionError) as error:
        raise SyntaxError(str(error)) from error


def parse_newer(text: str) -> ast.Module:
    """Return the tree of a module whose syntax may be newer than this Python; raises SyntaxError if it is wrong.

    What such syntax says may be lost, as `for_older_parsers` tells; lines keep their numbers.
    """
    text = LAZY.sub(r"\g<before>", text) if "lazy" in text else text
    try:
        return parse(text)
    except SyntaxError:
        return parse(for_older_parsers(text))


def remembering() -> Parser:
    """Return a function like `parse` that parses each text once; the trees must not be changed."""
    return cache(parse)


def children(node: ast.AST) -> list[ast.AST]:
    """Return the child nodes of a node in the order of `ast.iter_child_nodes`, without expression contexts."""
    kind = type(node)
    if kind not in _FIELDS:
        _FIELDS[kind] = tuple(field for field in kind._fields if field not in _WITHOUT_NODES)
    found: list[ast.AST] = []
    for field in _FIELDS[kind]:
        value = getattr(node, field, None)
        if type(value) is list:
            found += value if field not in _WITH_OTHERS else [each for each in value if isinstance(each, ast.AST)]
        elif isinstance(value, ast.AST):
            found.append(value)
    return found


_WITHOUT_NODES = frozenset({"ctx", "id", "attr", "module", "level", "lineno", "kind", "type_comment", "conversion"})
"""Fields that no node has children in."""
_WITH_OTHERS = frozenset({"keys", "kw_defaults", "names", "kwd_attrs"})
"""Lists in which not all is a node."""
_FIELDS: dict[type[ast.AST], tuple[str, ...]] = {ast.Constant: ()}
"""The fields in which there may be children, by the type of node."""


def walk(node: ast.AST, *, without: type | tuple[type, ...] = ()) -> list[ast.AST]:
    """Return a node and its descendants, breadth first; those of nodes of the types in ``without`` are skipped."""
    found = [node]
    for each in found:
        if not isinstance(each, without):
            found += children(each)
    return found


def arguments(function: FunctionDefinition | ast.Lambda) -> list[ast.arg]:
    """Return the parameters of a function: positional-only, positional, keyword-only, ``*args``, ``**kwargs``."""
    own = function.args
    return [*own.posonlyargs, *own.args, *own.kwonlyargs, *filter(None, [own.vararg, own.kwarg])]


def first_line(statement: ast.stmt) -> int:
    """Return the first line of a statement, counted from 1, with its decorators."""
    lines: list[int] = [each.lineno for each in getattr(statement, "decorator_list", [])]
    return min([statement.lineno, *lines])


def is_docstring(node: ast.stmt) -> bool:
    """Tell whether a statement is a string, as docstrings are."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def dotted_name(node: ast.expr) -> tuple[str, ...] | None:
    """Return the name and the attributes in ``a.b.c``, in this order; None of any other expression."""
    attributes = []
    while isinstance(node, ast.Attribute):
        attributes.append(node.attr)
        node = node.value
    return (node.id, *reversed(attributes)) if isinstance(node, ast.Name) else None


def last_name(node: ast.expr) -> str:
    """Return a name, or the last attribute that is taken of an expression; "" for any other expression."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


_OPERATORS = {ast.Eq: "==", ast.NotEq: "!=", ast.Is: "is", ast.IsNot: "is not"}


def comparison(node: ast.Compare, is_false: Callable[[ast.expr], bool]) -> bool | None:
    """Return the value of a comparison of two constants, or of names of which it is known that they are False.

    None of any other.
    """
    operator = _OPERATORS.get(type(node.ops[0]), "")
    sides = [_constant(side, is_false) for side in (node.left, *node.comparators)]
    known = [side.value for side in sides if side is not None]
    return compared(known[0], operator, known[1]) if len(sides) == len(known) == 2 else None


def _constant(node: ast.expr, is_false: Callable[[ast.expr], bool]) -> ast.Constant | None:
    if isinstance(node, ast.Constant):
        return node if isinstance(node.value, int | None) else None
    return ast.Constant(value=False) if is_false(node) else None


def is_bool_of(node: ast.expr) -> TypeGuard[ast.Call]:
    """Return whether an expression is ``bool(x)``."""
    is_bool = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "bool"
    return is_bool and isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords


class Visitor(ast.NodeVisitor):
    """An `ast.NodeVisitor` that visits only the nodes that `children` returns."""

    _methods: ClassVar[dict[type[ast.AST], Callable[[Visitor, Any], None]]] = {}

    def __init_subclass__(cls) -> None:
        names = (name for name in vars(cls) if name.startswith("visit_"))
        types = {name: getattr(ast, name.removeprefix("visit_"), None) for name in names}
        cls._methods = {type_: getattr(cls, name) for name, type_ in types.items() if type_ is not None}

    def visit(self, node: ast.AST) -> None:
        """Visit a node by the method named after its type, or visit its children if there is no such method."""
        method = self._methods.get(type(node))
        if method is not None:
            method(self, node)
        else:
            self.generic_visit(node)

    def generic_visit(self, node: ast.AST) -> None:
        """Visit the children of a node."""
        for each in children(node):
            self.visit(each)
