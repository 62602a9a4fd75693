"""The imports of a text as the parser of the standard library reads them: what `read_imports` is compared with."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from typing import NamedTuple

from import_contracts.graph.kinds import Kind


class Around(NamedTuple):
    never: frozenset[str] = frozenset()
    """The names under which the file never comes here."""
    function: bool = False


IMPORTED, STARTED = "p.m", "__main__"
"""The values of ``__name__``."""


class Twin:
    """The same reading with the standard library's parser, without laziness, which it may not know."""

    def __init__(self, text: str) -> None:
        self.lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self.names = {"TYPE_CHECKING", "MYPY"}
        self.is_renamed = False
        self.main_blocks: list[int] = []
        """The lines of the conditions that hold only if the file is started, once the imports have been asked for."""
        with warnings.catch_warnings(action="ignore"):
            self.tree = ast.parse("\n".join(self.lines))

    def imports(self) -> list[tuple[object, ...]]:
        return list(self.visit(self.tree, Around()))

    def visit(self, node: ast.AST, around: Around) -> Iterator[tuple[object, ...]]:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from self.read(node, around)
        elif isinstance(node, ast.If | ast.While):
            values = {name: self.value(node.test, name) for name in (IMPORTED, STARTED)}
            never = around.never.union(name for name, value in values.items() if value is False)
            self.main_blocks += [node.lineno] if never == {IMPORTED} and not around.function else []
            for statements, left_out in ((node.body, False), (node.orelse, True)):
                never = around.never.union(name for name, value in values.items() if value is left_out)
                for statement in statements:
                    yield from self.visit(statement, around._replace(never=never))
        elif isinstance(node, ast.Assign):
            targets = (ast.unparse(each) for each in node.targets)
            self.is_renamed |= node.col_offset == 0 and "__name__" in targets
        elif not isinstance(node, ast.expr):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                around = around._replace(function=True)
            for child in ast.iter_child_nodes(node):
                yield from self.visit(child, around)

    def read(self, node: ast.Import | ast.ImportFrom, around: Around) -> Iterator[tuple[object, ...]]:
        column = len(self.lines[node.lineno - 1].encode()[: node.col_offset].decode()) + 1
        is_later = around.function or IMPORTED in around.never
        kind = Kind.TYPE_CHECKING if len(around.never) == 2 else Kind.DEFERRED if is_later else Kind.RUNTIME
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

    def is_name(self, node: ast.AST) -> bool:
        return isinstance(node, ast.Name) and node.id == "__name__" and not self.is_renamed

    def is_exact(self, node: ast.expr) -> bool:
        is_known = isinstance(node, ast.Constant) and node.value in (True, False, None, "__main__")
        return is_known or self.is_type_checking(node) or self.is_name(node)

    def value(self, node: ast.expr, name: str) -> bool | None:
        """Return the value of a condition where ``__name__`` has a value."""
        match node:
            case ast.Constant(True | False | None | 0 | 1 as value):
                return bool(value)
            case ast.UnaryOp(ast.Not(), operand):
                value = self.value(operand, name)
                return None if value is None else not value
            case ast.BoolOp(operator, values):
                decides = isinstance(operator, ast.Or)
                found = [self.value(each, name) for each in values]
                return decides if decides in found else None if None in found else not decides
            case ast.Compare(left, [ast.Eq() | ast.NotEq() as operator], [right]) if self.is_exact(
                left
            ) and self.is_exact(right):
                one, other = (
                    each.value if isinstance(each, ast.Constant) else self.is_name(each) and name
                    for each in (left, right)
                )
                return bool(one == other) is isinstance(operator, ast.Eq)
        return False if self.is_type_checking(node) else True if self.is_name(node) else None
