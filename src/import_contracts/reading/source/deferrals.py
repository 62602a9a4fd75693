"""Deferred imports, and what in the text of a module explains that they are where they are."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from import_contracts.reading.source.text import split_lines
from import_contracts.reading.source.trees import children, dotted_name, parse_newer, walk

_COST = re.compile(
    r"\b(?:slow|heavy|expensive|costs?|costly|start-?\s?up|lazy|lazily|optional|rarely|seldom|performance|speed|memory"
    r"|not needed|only (?:if|when|for|needed|used|in)|platform|windows|posix)\b",
    re.IGNORECASE,
)
_CYCLE = re.compile(r"circular|cycl", re.IGNORECASE)
_PLATFORM = frozenset({("sys", "platform"), ("os", "name"), ("sys", "version_info"), ("sys", "implementation")})
_FAILURES = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})
# Functions that run when something is first asked for, or when a framework says so.
_LATE = frozenset({"__getattr__", "ready"})
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def unexplained(text: str, deferred: frozenset[int]) -> frozenset[int]:
    """Return those of the lines with deferred imports that are in a function, and of which the text does not say why.

    It does if the import is in a ``try`` or ``suppress`` that handles its failure, under a test of the platform, of the
    version of Python or of ``__name__``, or in a function ``__getattr__`` or ``ready``; or a comment on it, or directly
    above it, speaks of what it costs, such as "slow" or "only if": not one that speaks of a cycle. All of the lines if
    the text is not valid.
    """
    try:
        tree = parse_newer(text)
    except SyntaxError:
        return deferred
    lines = split_lines(text)
    functions = (each for each in walk(tree, without=_FUNCTIONS) if isinstance(each, _FUNCTIONS))
    inside = {line for each in functions for line in range(each.lineno, (each.end_lineno or 0) + 1)}
    return (deferred & inside).difference(
        node.lineno for node, around in _imports(tree) if _is_optional(node, around) or _has_note(node, lines)
    )


def _imports(tree: ast.Module) -> Iterator[tuple[ast.Import | ast.ImportFrom, Sequence[ast.AST]]]:
    """Yield the imports inside functions, each with the nodes around it."""
    todo: list[tuple[ast.AST, tuple[ast.AST, ...]]] = [(tree, ())]
    while todo:
        node, around = todo.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            if any(isinstance(each, _FUNCTIONS) for each in around):
                yield node, around
        elif isinstance(node, ast.stmt | ast.Module | ast.ExceptHandler | ast.match_case):
            todo += [(child, (*around, node)) for child in children(node)]


def _is_optional(node: ast.AST, around: Sequence[ast.AST]) -> bool:
    for outer, inner in zip(around, (*around[1:], node), strict=True):
        if isinstance(outer, ast.Try) and inner in outer.body and any(map(_handles_failure, outer.handlers)):
            return True
        if isinstance(outer, ast.With | ast.AsyncWith) and any(_names(item) & _FAILURES for item in outer.items):
            return True
        if isinstance(outer, ast.If | ast.While) and _tests_surroundings(outer.test):
            return True
        if isinstance(outer, _FUNCTIONS) and outer.name in _LATE:
            return True
    return False


def _handles_failure(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or bool(_names(handler.type) & _FAILURES)


def _names(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def _tests_surroundings(test: ast.expr) -> bool:
    """Return whether a condition depends on the platform, the version of Python, or on what started the file."""
    if "__name__" in _names(test):
        return True
    names = (dotted_name(each) for each in ast.walk(test) if isinstance(each, ast.Attribute))
    return any(name is not None and (name[:2] in _PLATFORM or name[0] == "platform") for name in names)


def _has_note(node: ast.Import | ast.ImportFrom, lines: Sequence[str]) -> bool:
    """Return whether a comment on an import, or directly above it, speaks of what it costs, and not of a cycle."""
    first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
    comments = [line.partition("#")[2] for line in lines[first : last + 1]]
    while first > 0 and lines[first - 1].lstrip().startswith("#"):
        first -= 1
        comments.append(lines[first])
    said = " ".join(comments)
    return _COST.search(said) is not None and _CYCLE.search(said) is None
