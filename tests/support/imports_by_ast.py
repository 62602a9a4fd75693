"""The imports of a text as the parser of the standard library reads them: what `read_imports` is compared with."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from typing import NamedTuple

from import_contracts.graph.kinds import Kind


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
        elif isinstance(node, ast.If | ast.While):
            value = self.value(node.test)
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

    def is_exact(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Constant) or self.is_type_checking(node)

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
            case ast.Compare(left, [ast.Eq()], [right]) if self.is_exact(left) and self.is_exact(right):
                one, other = (each.value if isinstance(each, ast.Constant) else False for each in (left, right))
                return bool(one == other)
        return False if self.is_type_checking(node) else None
