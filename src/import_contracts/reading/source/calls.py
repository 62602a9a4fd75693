"""Calls that import: ``import_module`` and ``__import__`` with literal arguments, and the names they are known by.

Sources: https://docs.python.org/3/library/importlib.html#importlib.import_module and
https://docs.python.org/3/library/functions.html#import__
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from import_contracts.graph.names import absolute
from import_contracts.patterns import pattern

_NAMES = ("import_module", "__import__")
# All brackets in a plain text are round. Arguments may have one more pair: ``globals()``, or a list of names.
_ARGUMENTS = r"\s*+(?P<arguments>\([^()]*+(?:\([^()]*+\)[^()]*+)*+\))"
# Each starts with a literal, which `finditer` finds fast; the rest of a longer word is no call.
_CALLS, _ALIASES, _ENDS = (
    [pattern(rf"{name}(?<!\w{name}){rest}") for name in _NAMES]
    for rest in (_ARGUMENTS, r"\s++as\s++(?P<other>\w++)", r"[^\S\n]*+(?=[\n;]|\Z)")
)
# A call without strings, comments and inner brackets, or an import that gives no other name.
_PLAIN = [pattern(rf"{name}(?:\([^()'\"#\\]*+\)|(?<=import {name})\n)") for name in _NAMES]
_ASSIGNED = pattern(r"\b(?P<other>\w++)\s*+=\s*+(?:\w++\s*+\.\s*+)*+\Z")
_DOTTED = pattern(r"(?P<dots>\.*+)(?P<module>(?:[^\W\d]\w*+(?:\.[^\W\d]\w*+)*+)?+)")


def may_have_literals(text: str) -> bool:
    """Tell whether a text, whose lines end in line feeds, may have a call with a literal argument. False is certain.

    Most files that import a module by a call are given its name.
    """
    return any(text.count(name) > len(plain.findall(text)) for name, plain in zip(_NAMES, _PLAIN, strict=True))


def calls_in(plain: str) -> list[re.Match[str]]:
    """Return the calls in a text that `plain_text` returned, in order; the group ``arguments`` has the brackets.

    The functions have other names too after ``import_module as load`` and ``load = importlib.import_module``. A call
    among the arguments of another one is left out.
    """
    calls: list[re.Match[str]] = []
    others = "|".join(sorted(set(_other_names(plain))))
    patterns = [*_CALLS, *([re.compile(rf"(?<![\w.])(?:{others}){_ARGUMENTS}")] if others else [])]
    for call in sorted(_found(patterns, plain), key=re.Match.start):
        if not calls or call.start() >= calls[-1].end():
            calls.append(call)
    return calls


def _other_names(plain: str) -> Iterator[str]:
    for alias in _found(_ALIASES, plain):
        yield alias["other"]
    for end in _found(_ENDS, plain):
        line = plain.rfind("\n", 0, end.start()) + 1
        start = max(line, plain.rfind(";", line, end.start()) + 1)
        if "=" in plain[start : end.start()] and (assigned := _ASSIGNED.search(plain, start, end.start())):
            yield assigned["other"]


def _found(patterns: Iterable[re.Pattern[str]], plain: str) -> Iterator[re.Match[str]]:
    return (found for pattern in patterns for found in pattern.finditer(plain))


def called_imports(arguments: str, importer: str, *, is_package: bool) -> list[tuple[str, str | None]]:
    """Return what a call with such arguments imports: the absolute name of the module, and a name from it or None.

    ``arguments`` are in their brackets, and ``importer`` is the module that has the call. Empty if the name of the
    module is no literal, or is relative to a package that is neither a literal nor ``__package__`` nor ``__name__``.
    """
    try:
        call = ast.parse(f"f{arguments}", mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return []
    written = _text(_given(call, 0, "name"))
    name = None if written is None else _DOTTED.fullmatch(written)
    if name is None:
        return []
    if name["dots"]:
        package = _package(_given(call, 1, "package"), importer, is_package=is_package)
        module = absolute(len(name["dots"]), name["module"], package, is_package=True) if package else None
        return [(module, None)] if module else []
    module = absolute(_level(call), name["module"], importer, is_package=is_package)
    names = _given(call, 3, "fromlist")
    taken = map(_text, names.elts) if isinstance(names, ast.List | ast.Tuple) else ()
    return [(module, each) for each in taken if each] or [(module, None)] if module else []


def _given(call: ast.expr, place: int, keyword: str) -> ast.expr | None:
    """Return an argument of a call; None if it is not given."""
    if not isinstance(call, ast.Call):
        return None
    by_keyword = (each.value for each in call.keywords if each.arg == keyword)
    return call.args[place] if place < len(call.args) else next(by_keyword, None)


def _text(node: ast.expr | None) -> str | None:
    """Return the value of a string literal, also of an f-string without fields; None for anything else."""
    if isinstance(node, ast.JoinedStr):
        parts = list(map(_text, node.values))
        return None if None in parts else "".join(filter(None, parts))
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _package(node: ast.expr | None, importer: str, *, is_package: bool) -> str:
    """Return the package that a relative name is relative to; "" if it is not known."""
    if not isinstance(node, ast.Name):
        return _text(node) or ""
    own = importer if is_package else importer.rpartition(".")[0]
    return {"__name__": importer, "__package__": own}.get(node.id, "")


def _level(call: ast.expr) -> int:
    """Return how many dots a call of ``__import__`` stands for; it needs the globals, which name the package."""
    level, namespace = _given(call, 4, "level"), _given(call, 1, "globals")
    is_own = isinstance(namespace, ast.Call) and isinstance(namespace.func, ast.Name) and namespace.func.id == "globals"
    return level.value if is_own and isinstance(level, ast.Constant) and isinstance(level.value, int) else 0
