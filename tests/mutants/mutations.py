"""Finds the places of a Python file where a small change should make a test fail."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

FunctionNode: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
Span: TypeAlias = tuple[int, int]

_COMPARISONS: dict[type[ast.cmpop], tuple[str, ...]] = {
    ast.Eq: ("!=",),
    ast.NotEq: ("==",),
    ast.Lt: (">=", "<="),
    ast.LtE: (">", "<"),
    ast.Gt: ("<=", ">="),
    ast.GtE: ("<", ">"),
    ast.Is: ("is not",),
    ast.IsNot: ("is",),
    ast.In: ("not in",),
    ast.NotIn: ("in",),
}
_SWAPPED = {"min": "max", "max": "min", "any": "all", "all": "any"}
_SWAPPED_OPERATORS = {"and": "or", "or": "and"}
# They say how a value is stored, which no test can see.
_STORAGE = {"frozen", "slots", "maxsize"}
_TAKING_KEYS = {
    *("get", "pop", "setdefault", "startswith", "endswith", "removeprefix", "removesuffix", "replace"),
    *("partition", "rpartition", "split", "rsplit", "strip", "lstrip", "rstrip", "find", "index", "count"),
}
_SENTENCE = re.compile(r"\w\S* +\S*\w")
_CAMEL_CASE = re.compile(r"_?[A-Z]\w*[a-z]\w*")
_SHOWN = 90


@dataclass(frozen=True, slots=True)
class Mutant:
    """One small change to one file.

    `line` is where the change starts; `first_line` and `last_line` are those of the statement around it, or of its head
    if it has a body. `runs_on_import` says that it is not in the body of a function.
    """

    path: str
    line: int
    kind: str
    before: str
    after: str
    span: Span
    replacement: bytes
    first_line: int
    last_line: int
    runs_on_import: bool
    line_text: str

    def apply(self, source: bytes) -> bytes:
        """Return the source with the change, and otherwise byte for byte as it was."""
        start, end = self.span
        return source[:start] + self.replacement + source[end:]

    @property
    def may_leak_order(self) -> bool:
        """Whether the change may only show under some hash seeds."""
        return self.kind == "sorted" or ".sort(" in self.before

    @property
    def change(self) -> str:
        """The kind of the change, and the code before and after it."""
        return f"{self.kind}: {self.before} -> {self.after}"

    def __str__(self) -> str:
        return f"{self.path}:{self.line}  {self.change}"


def mutants_of(path: str, source: bytes) -> list[Mutant]:
    """Return every mutant of a file, in the order of the file."""
    finder = _Finder(path, source)
    finder.visit(ast.parse(source))
    unique = {(each.span, each.replacement): each for each in finder.mutants}
    return sorted(unique.values(), key=lambda each: (each.span, each.after))


class _Text:
    """The text of a file by the positions of its nodes and tokens, in bytes."""

    def __init__(self, source: bytes) -> None:
        self.source = source
        self._lines = source.splitlines(keepends=True)
        self._offsets = [0]
        for line in self._lines:
            self._offsets.append(self._offsets[-1] + len(line))
        self._tokens = list(self._significant_tokens())
        self._starts = [start for start, _, _ in self._tokens]

    def _significant_tokens(self) -> Iterator[tuple[int, int, str]]:
        for token in tokenize.tokenize(io.BytesIO(self.source).readline):
            if token.type in {tokenize.OP, tokenize.NAME, tokenize.NUMBER, tokenize.STRING}:
                yield self._token_offset(token.start), self._token_offset(token.end), token.string

    def _token_offset(self, position: tuple[int, int]) -> int:
        line, column = position
        return self._offsets[line - 1] + len(self._lines[line - 1].decode()[:column].encode())

    def line(self, number: int) -> str:
        return self._lines[number - 1].decode().strip()

    def span(self, node: ast.expr | ast.stmt) -> Span:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return (
            self._offsets[node.lineno - 1] + node.col_offset,
            self._offsets[node.end_lineno - 1] + node.end_col_offset,
        )

    def line_number(self, offset: int) -> int:
        return bisect_left(self._offsets, offset + 1)

    def operator(self, left: ast.expr, right: ast.expr) -> Span:
        """Return where the operator between two operands is."""
        first = bisect_left(self._starts, self.span(left)[1])
        last = bisect_left(self._starts, self.span(right)[0])
        between = [token for token in self._tokens[first:last] if token[2] not in "()"]
        return between[0][0], between[-1][1]

    def with_parentheses(self, node: ast.expr) -> Span:
        """Return where an operand of an operator is, with the parentheses around it."""
        start, end = self.span(node)
        first, last = bisect_left(self._starts, start) - 1, bisect_left(self._starts, end)
        while self._tokens[first][2] == "(" and self._tokens[last][2] == ")":
            start, end = self._tokens[first][0], self._tokens[last][1]
            first, last = first - 1, last + 1
        return start, end


class _Finder(ast.NodeVisitor):
    """Collects the mutants of a file."""

    def __init__(self, path: str, source: bytes) -> None:
        self.mutants: list[Mutant] = []
        self._path = path
        self._text = _Text(source)
        self._lines = (1, 1)
        self._depth = 0
        self._bound: list[Counter[str]] = []

    def _add(self, kind: str, shown: Span, span: Span, replacement: str) -> None:
        """Add a mutant that replaces a span; a larger span is shown before and after that."""
        source, new = self._text.source, replacement.encode()
        before, after = source[slice(*shown)], source[shown[0] : span[0]] + new + source[span[1] : shown[1]]
        line = self._text.line_number(span[0])
        mutant = Mutant(
            path=self._path,
            line=line,
            kind=kind,
            before=_squeezed(before),
            after=_squeezed(after),
            span=span,
            replacement=new,
            first_line=self._lines[0],
            last_line=self._lines[1],
            runs_on_import=not self._depth,
            line_text=self._text.line(line),
        )
        self.mutants.append(mutant)

    def _replace(self, kind: str, node: ast.expr | ast.stmt, replacement: str) -> None:
        span = self._text.span(node)
        self._add(kind, span, span, replacement)

    def _code(self, node: ast.expr) -> str:
        return self._text.source[slice(*self._text.span(node))].decode()

    def _visit_all(self, nodes: Iterable[ast.AST | None]) -> None:
        for node in nodes:
            if node is not None:
                self.visit(node)

    def visit(self, node: ast.AST) -> None:
        """Visit a node, and remember the lines of the statement that is visited."""
        if not isinstance(node, ast.stmt):
            super().visit(node)
            return
        outer = self._lines
        body = getattr(node, "body", None) or getattr(node, "cases", None)
        last = _first_line(body[0]) - 1 if body else node.end_lineno or node.lineno
        self._lines = (_first_line(node), max(last, node.lineno))
        super().visit(node)
        self._lines = outer

    # Scopes

    def visit_Module(self, node: ast.Module) -> None:
        """Visit the statements of a module."""
        self._visit_scope(node, node.body)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """Visit a class."""
        self._visit_all([*node.decorator_list, *node.bases, *node.keywords])
        self._visit_scope(node, node.body)

    def visit_FunctionDef(self, node: FunctionNode) -> None:
        """Visit a function without its annotations."""
        self._visit_all([*node.decorator_list, *node.args.defaults, *node.args.kw_defaults])
        self._depth += 1
        self._visit_scope(node, node.body)
        self._depth -= 1

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda) -> None:
        """Visit a lambda; its body does not run where it is written."""
        self._visit_all([*node.args.defaults, *node.args.kw_defaults])
        self._depth += 1
        self.visit(node.body)
        self._depth -= 1

    def _visit_scope(self, scope: ast.AST, body: Iterable[ast.stmt]) -> None:
        self._bound.append(Counter(_bound_names(scope)))
        self._visit_all(body)
        self._bound.pop()

    # What is left alone

    def _leave(self, node: ast.AST) -> None:
        """Leave a node as it is."""

    visit_Assert = visit_Import = visit_ImportFrom = visit_JoinedStr = visit_TemplateStr = visit_TypeAlias = _leave

    def visit_keyword(self, node: ast.keyword) -> None:
        """Visit an argument with a name, unless it only says how a value is stored."""
        if node.arg not in _STORAGE:
            self.visit(node.value)

    # Statements

    def visit_Expr(self, node: ast.Expr) -> None:
        """Drop a statement that is an expression; docstrings are left."""
        if not isinstance(node.value, ast.Constant):
            self._replace("statement", node, "pass")
            self.visit(node.value)

    def _drop(self, node: ast.stmt) -> None:
        self._replace("statement", node, "pass")
        self.generic_visit(node)

    visit_AugAssign = visit_Raise = visit_Delete = visit_Break = visit_Continue = _drop

    def visit_Return(self, node: ast.Return) -> None:
        """Return None instead of a value, unless the value is as false."""
        if node.value is None:
            return
        if not isinstance(node.value, ast.Constant) or node.value.value:
            span = self._text.with_parentheses(node.value)
            self._add("statement", self._text.span(node), span, "None")
        self.visit(node.value)

    def visit_Assign(self, node: ast.Assign) -> None:
        """Drop an assignment, unless its name would then be unknown."""
        if _is_declaration(node):
            return
        if all(map(self._is_bound_otherwise, node.targets)):
            self._replace("statement", node, "pass")
        self._visit_all([*node.targets, node.value])

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """Drop an assignment as without an annotation; the annotation itself is left."""
        if node.value is None or _name(node.annotation) == "TypeAlias" or _name(node.target) == "__all__":
            return
        if self._is_bound_otherwise(node.target):
            self._replace("statement", node, "pass")
        self.visit(node.value)

    def _is_bound_otherwise(self, target: ast.expr) -> bool:
        """Tell whether what is assigned has another value without the assignment."""
        if isinstance(target, ast.Tuple | ast.List):
            return all(map(self._is_bound_otherwise, target.elts))
        if isinstance(target, ast.Starred):
            return self._is_bound_otherwise(target.value)
        return not isinstance(target, ast.Name) or self._bound[-1][target.id] > 1

    def visit_If(self, node: ast.If) -> None:
        """Negate a condition; what is only for type checkers is left."""
        if _name(node.test) == "TYPE_CHECKING":
            self._visit_all(node.orelse)
            return
        self._negate(node.test)
        self.generic_visit(node)

    def visit_While(self, node: ast.While | ast.IfExp) -> None:
        """Negate a condition."""
        self._negate(node.test)
        self.generic_visit(node)

    visit_IfExp = visit_While

    def visit_match_case(self, node: ast.match_case) -> None:
        """Negate a guard; a case has lines of its own, as a statement has."""
        outer = self._lines
        self._lines = (_first_line(node), max(_first_line(node), _first_line(node.body[0]) - 1))
        if node.guard:
            self._negate(node.guard)
        self.generic_visit(node)
        self._lines = outer

    def _negate(self, test: ast.expr) -> None:
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            self._replace("condition", test, f"({self._code(test.operand)})")
        elif not isinstance(test, ast.Compare) or len(test.ops) > 1:
            self._replace("condition", test, f"not ({self._code(test)})")

    # Expressions

    def visit_Compare(self, node: ast.Compare) -> None:
        """Flip each comparison."""
        operands = [node.left, *node.comparators]
        for left, operator, right in zip(operands, node.ops, operands[1:], strict=False):
            for flipped in _COMPARISONS[type(operator)]:
                self._add("comparison", self._text.span(node), self._text.operator(left, right), flipped)
            self._change_keys([left, right])
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        """Swap each `and` and `or`, and drop each operand but the first."""
        for left, right in zip(node.values, node.values[1:], strict=False):
            operator = self._text.operator(left, right)
            swapped = _SWAPPED_OPERATORS[self._text.source[slice(*operator)].decode()]
            self._add("and/or", self._text.span(node), operator, swapped)
            self._drop_operand(node, left, right)
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        """Drop the right operand."""
        self._drop_operand(node, node.left, node.right)
        self.generic_visit(node)

    def _drop_operand(self, node: ast.expr, left: ast.expr, right: ast.expr) -> None:
        span = (self._text.with_parentheses(left)[1], self._text.with_parentheses(right)[1])
        self._add("operand", self._text.span(node), span, "")

    def visit_comprehension(self, node: ast.comprehension) -> None:
        """Drop each filter."""
        for condition in node.ifs:
            self._replace("filter", condition, "True")
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        """Swap `min` and `max`, `any` and `all`, and remove `sorted`."""
        called = _name(node.func)
        if called in _SWAPPED and isinstance(node.func, ast.Name):
            self._add("swap", self._text.span(node), self._text.span(node.func), _SWAPPED[called])
        if called == "sorted" and node.args:
            code = self._code(node.args[0])
            is_generator = isinstance(node.args[0], ast.GeneratorExp)
            self._replace("sorted", node, f"list{code}" if is_generator else f"list({code})")
        if called in _TAKING_KEYS and isinstance(node.func, ast.Attribute):
            self._change_keys(node.args)
        self._visit_all([node.func, *node.args[called == "cast" :], *node.keywords])

    def visit_Constant(self, node: ast.Constant) -> None:
        """Change a number or a truth value."""
        if isinstance(node.value, bool):
            self._replace("constant", node, str(not node.value))
        elif isinstance(node.value, int | float):
            self._replace("constant", node, repr(node.value + 1))

    # Strings that are no text for people

    def visit_Subscript(self, node: ast.Subscript) -> None:
        """Change a key."""
        self._change_keys([node.slice])
        self.generic_visit(node)

    def visit_Dict(self, node: ast.Dict) -> None:
        """Change each key."""
        self._change_keys(node.keys)
        self.generic_visit(node)

    def visit_Set(self, node: ast.Set | ast.Tuple | ast.List) -> None:
        """Change each element."""
        self._change_keys(node.elts)
        self.generic_visit(node)

    visit_Tuple = visit_List = visit_Set

    def visit_MatchValue(self, node: ast.MatchValue) -> None:
        """Change what is matched."""
        self._change_keys([node.value])
        self.generic_visit(node)

    def _change_keys(self, nodes: Iterable[ast.expr | None]) -> None:
        for node in nodes:
            if not isinstance(node, ast.Constant):
                continue
            if isinstance(node.value, bytes):
                self._replace("constant", node, repr(node.value + b"~"))
            elif isinstance(node.value, str) and not _SENTENCE.search(node.value):
                self._replace("constant", node, repr(node.value + "~"))


def _squeezed(code: bytes) -> str:
    """Return code on one line, shortened."""
    text = " ".join(code.decode().split())
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def _first_line(node: ast.AST) -> int:
    """Return the first line of a statement or a case, decorators included."""
    if isinstance(node, ast.match_case):
        return node.pattern.lineno
    assert isinstance(node, ast.stmt)
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(each.lineno for each in decorators)])


def _name(node: ast.expr) -> str:
    """Return the name of what an expression refers to, without what it is an attribute of."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _bound_names(scope: ast.AST) -> Iterator[str]:
    """Yield a name once for each place where it is bound in a scope."""
    for node in ast.walk(scope):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg


def _is_declaration(node: ast.Assign) -> bool:
    """Tell whether an assignment is one of `__all__` or `__slots__`, or looks like a type alias."""
    names = [_name(target) for target in node.targets]
    is_alias = isinstance(node.value, ast.Subscript | ast.BinOp) and all(map(_CAMEL_CASE.fullmatch, names))
    return is_alias or bool({"__all__", "__slots__"} & set(names))
