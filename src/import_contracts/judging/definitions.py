"""Definitions at the top level of a module that are new, and that nothing in a program can notice.

Nothing looks such a name up, because it is written nowhere else. A definition of this kind only binds a name while the
module is imported: it cannot fail, and evaluates nothing but constants. An import of the standard library is one too;
only functions that no import runs may use its names.
"""

from __future__ import annotations

import ast
import builtins
import re
import sys
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from import_contracts.reading.source.trees import arguments, dotted_name, is_docstring, walk
from import_contracts.repair.usage import WORD, names_in

Definition: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Assign | ast.Import | ast.ImportFrom

IMPORTS = (ast.Import, ast.ImportFrom)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_AT_ONCE = 3
"""From how many operations on it is noted again that something may raise an exception: see `crashes.reader`."""
_ASKED_FOR = frozenset(
    {"INSTALLED_APPS", "ROOT_URLCONF", "app", "application", "celery", "create_app", "make_app", "pytest_plugins"}
).union(dir(builtins))
"""The names that frameworks look for, and those that a module has already."""
_LIBRARY = sys.stdlib_module_names - {"__future__", "builtins", "importlib"}
_ANNOTATIONS = (ast.Name, ast.Constant, ast.Subscript, ast.Tuple, ast.List, ast.BinOp, ast.operator, ast.expr_context)
_LOOKING = frozenset({"attrgetter", "getattr", "hasattr"})
_PARTS = re.compile(r"\W+")
_SPACE = re.compile(r"\s")
_VALUES = (ast.Constant, ast.Tuple, ast.List, ast.Set, ast.Dict, ast.expr_context)


def definitions(tree: ast.Module) -> dict[str, Definition]:
    """Return the functions at the top level of a module, and the assignments to one name, by name.

    Imports of the standard library are there too, by each name that they bind.
    """
    found: dict[str, Definition] = {}
    for each in tree.body:
        if isinstance(each, IMPORTS) and _is_of_library(each):
            found.update(dict.fromkeys(bound_by(each), each))
        elif isinstance(each, _FUNCTIONS):
            found[each.name] = each
        elif isinstance(each, ast.Assign) and len(each.targets) == 1 and isinstance(each.targets[0], ast.Name):
            found[each.targets[0].id] = each
    return found


def bound_by(statement: ast.Import | ast.ImportFrom) -> list[str]:
    """Return the names that an import statement binds."""
    is_whole = isinstance(statement, ast.Import)
    return [each.asname or (each.name.partition(".")[0] if is_whole else each.name) for each in statement.names]


def _is_of_library(statement: ast.Import | ast.ImportFrom) -> bool:
    """Tell whether a statement imports only modules of the standard library, which do nothing that matters here."""
    if isinstance(statement, ast.Import):
        modules = {each.name.partition(".")[0] for each in statement.names}
    else:
        modules = {"" if statement.level else (statement.module or "").partition(".")[0]}
    return modules <= _LIBRARY and not any(each.name in {"*", "TYPE_CHECKING"} for each in statement.names)


def looks_up(tree: ast.Module, name: str) -> bool:
    """Tell whether a module looks up a name in an object that is no module of the standard library.

    A string may be split into names where attributes are looked up by name.
    """
    nodes = walk(tree)
    docstrings = {id(each.value) for each in nodes if isinstance(each, ast.Expr)}
    imports = [each for each in nodes if isinstance(each, IMPORTS)]
    bound = {each.id for each in nodes if isinstance(each, ast.Name) and not isinstance(each.ctx, ast.Load)}
    bound.update(one for each in imports if not _is_of_library(each) for one in bound_by(each))
    bound.update(getattr(each, "arg", getattr(each, "name", "")) for each in nodes if not isinstance(each, ast.alias))
    library = {one for each in imports if _is_of_library(each) for one in bound_by(each)} - bound
    strings = [str(each.value) for each in nodes if isinstance(each, ast.Constant) and id(each) not in docstrings]
    splits = any(isinstance(each, ast.Name) and each.id in _LOOKING for each in nodes)
    return any(
        each.attr == name and (dotted_name(each) or ("",))[0] not in library
        for each in nodes
        if isinstance(each, ast.Attribute)
    ) or any(name in _PARTS.split(each) and (splits or not _SPACE.search(each)) for each in strings)


def is_unnoticed(name: str, definition: Definition, body: Sequence[ast.stmt]) -> bool:
    """Tell whether a definition does nothing but bind its name, and stands in a place where this matters to no other.

    ``body`` are all statements of the module. It is not known here whether something looks the name up.
    """
    is_import = isinstance(definition, IMPORTS)
    used = [*WORD.findall(ast.unparse(definition))].count(name)
    is_special = name in _ASKED_FOR or name.startswith("__") or not name.isascii()
    if (used > 1 and not is_import) or is_special or "global" in names_in(definition) or not _is_simple(definition):
        return False
    place = body.index(definition)
    before, after = body[:place], body[place + 1 :]
    is_among_code = is_import or not after or _is_code(after[0]) or (bool(before) and _is_code(before[-1]))
    is_first = not before and not (is_import and after and not is_docstring(after[0]))
    return not is_first and is_among_code and (_is_calm(reversed(before)) or _is_calm(after))


def _is_simple(definition: Definition) -> bool:
    if isinstance(definition, IMPORTS):
        return True
    if isinstance(definition, ast.Assign):
        return _has_only(_VALUES, definition.value)
    own = definition.args
    annotations = [*(each.annotation for each in arguments(definition)), definition.returns]
    return (
        not definition.decorator_list
        and not getattr(definition, "type_params", ())
        and all(isinstance(each, ast.Constant) for each in (*own.defaults, *own.kw_defaults) if each)
        and all(_has_only(_ANNOTATIONS, each) for each in annotations if each)
    )


def _has_only(kinds: tuple[type[ast.AST], ...], node: ast.expr) -> bool:
    return all(isinstance(each, kinds) for each in walk(node))


def _is_code(statement: ast.stmt) -> bool:
    """Tell whether no import statement may follow for linters, and the statement is no import itself."""
    if isinstance(statement, ast.Assign):
        return not any(isinstance(each, ast.Name) and each.id.startswith("__") for each in statement.targets)
    return isinstance(statement, (*_FUNCTIONS, ast.ClassDef))


def _is_calm(statements: Iterable[ast.stmt]) -> bool:
    """Tell whether none of the next operations notes that something left out may raise an exception."""
    number = 0
    for each in statements:
        if isinstance(each, (*_FUNCTIONS, ast.ClassDef)):
            number += 1
        elif isinstance(each, ast.Assign):
            if not isinstance(each.value, ast.Constant) or not all(isinstance(one, ast.Name) for one in each.targets):
                return False
        elif not (isinstance(each, ast.Import | ast.ImportFrom) or is_docstring(each)):
            return False
        if number == _AT_ONCE:
            break
    return True
