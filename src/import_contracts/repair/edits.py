"""The new text of a module: which lines to replace or to add so that an import is changed."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from import_contracts.reading.trees import FunctionDefinition
from import_contracts.repair.fix_kinds import Level
from import_contracts.repair.usage import Binding


@dataclass(frozen=True, slots=True)
class Rewrite:
    """How to change one name of an import statement.

    ``origin`` is the module and the name to import instead. ``functions`` are those in which to import the name. It
    ``is_for_types`` if annotations need it, and it ``needs_future`` if these must not be evaluated (PEP 563).
    """

    binding: Binding
    origin: tuple[str, str] | None = None
    functions: tuple[FunctionDefinition, ...] = ()
    is_for_types: bool = False
    needs_future: bool = False

    @property
    def level(self) -> Level:
        """An import that only comes from another module is safe; one that runs later, or never, is not."""
        return Level.UNSAFE if self.functions or self.is_for_types else Level.SAFE


@dataclass(frozen=True, slots=True)
class Edit:
    """Lines of a file, from ``line`` on, and their replacement; ``old`` is "" where lines are only added."""

    line: int
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Rearrangement:
    """Edits of one module that move import statements, add them, or write the uses of a name in another form."""

    edits: tuple[Edit, ...]

    @property
    def level(self) -> Level:
        """Modules are imported in another order, or a module is asked for a name at another time."""
        return Level.UNSAFE


Change: TypeAlias = Rewrite | Rearrangement
"""What a fix changes in the text of a module."""


def overlap(edits: Sequence[Edit]) -> bool:
    """Tell whether two edits of one module change the same line."""
    changed: set[int] = set()
    added: set[int] = set()
    for edit in edits:
        lines = range(edit.line, edit.line + edit.old.count("\n") + 1) if edit.old else ()
        if not changed.isdisjoint(lines):
            return True
        changed.update(lines)
        added.update(lines[1:])
    return any(not edit.old and edit.line in added for edit in edits)


def edits(tree: ast.Module, lines: Sequence[str], rewrites: Sequence[Rewrite]) -> tuple[Edit, ...]:
    """Return the edits of one module for some rewrites, sorted by line; its lines have no ends."""
    replaced = _statements(lines, rewrites)
    return tuple(sorted([*_head(tree, rewrites), *replaced, *_bodies(rewrites)], key=lambda edit: edit.line))


def edited(lines: Sequence[str], edits: Iterable[Edit]) -> str:
    """Return the text of a module, whose lines have no ends, with edits made; its lines end in line feeds."""
    new = list(lines)
    for edit in sorted(edits, key=lambda edit: (-edit.line, not edit.old)):
        old = edit.old.count("\n") + 1 if edit.old else 0
        new[edit.line - 1 : edit.line - 1 + old] = edit.new.split("\n") if edit.new else []
    return "\n".join(new)


def has_own_lines(statement: ast.stmt, lines: Sequence[str]) -> bool:
    """Tell whether a statement shares no line with other code; a comment may follow it."""
    rest = lines[(statement.end_lineno or statement.lineno) - 1].encode()[statement.end_col_offset or 0 :].strip()
    return starts_line(statement, lines) and (not rest or rest.startswith(b"#"))


def starts_line(statement: ast.stmt, lines: Sequence[str]) -> bool:
    """Tell whether nothing but white space stands before a statement on its line."""
    return not lines[statement.lineno - 1].encode()[: statement.col_offset].strip()


# --- the head of the module --------------------------------------------------------------------------------------


def _head(tree: ast.Module, rewrites: Sequence[Rewrite]) -> Iterator[Edit]:
    """Yield what to add at the top of the module."""
    start = next((node for node in tree.body if not _is_docstring(node)), tree.body[0])
    line = start.lineno
    needs_future = any(rewrite.needs_future for rewrite in rewrites)
    new = ["from __future__ import annotations", ""] if needs_future else []
    typed = [rewrite.binding.statement.lineno for rewrite in rewrites if rewrite.is_for_types]
    if typed and not _imports_type_checking(tree, min(typed)):
        future = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
        line = (future[-1].end_lineno or 0) + 1 if future else line
        new += ["from typing import TYPE_CHECKING", *([] if future else [""])]
    if new:
        yield Edit(line, "", "\n".join(new))


def _imports_type_checking(tree: ast.Module, line: int) -> bool:
    """Tell whether TYPE_CHECKING is imported above a line, under this name."""
    above = (node for node in tree.body if isinstance(node, ast.ImportFrom) and node.lineno <= line)
    return any(alias.name == "TYPE_CHECKING" and alias.asname is None for node in above for alias in node.names)


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


# --- import statements -------------------------------------------------------------------------------------------


def _statements(lines: Sequence[str], rewrites: Iterable[Rewrite]) -> Iterator[Edit]:
    """Yield the replacements of the import statements."""
    by_statement: dict[ast.Import | ast.ImportFrom, list[Rewrite]] = {}
    for rewrite in rewrites:
        by_statement.setdefault(rewrite.binding.statement, []).append(rewrite)
    for statement, of_it in by_statement.items():
        first, last = statement.lineno, statement.end_lineno or statement.lineno
        yield Edit(first, "\n".join(lines[first - 1 : last]), _replacement(statement, of_it))


def _replacement(statement: ast.Import | ast.ImportFrom, rewrites: Sequence[Rewrite]) -> str:
    """Return what replaces a statement: what is kept of it, direct imports, and imports for type checking."""
    changed = {rewrite.binding.alias for rewrite in rewrites}
    kept = [alias for alias in statement.names if alias not in changed]
    new = [import_of(statement, kept)] if kept else []
    new += _direct_imports(rewrites)
    typed = [rewrite.binding.alias for rewrite in rewrites if rewrite.is_for_types]
    if typed:
        new += ["if TYPE_CHECKING:", "    " + import_of(statement, typed)]
    indent = " " * statement.col_offset
    return "\n".join(indent + line for line in new or (["pass"] if indent else []))


def _direct_imports(rewrites: Iterable[Rewrite]) -> list[str]:
    """Return imports of names from the modules that define them, sorted by module."""
    direct: dict[str, list[ast.alias]] = {}
    for rewrite in rewrites:
        if rewrite.origin:
            module, name = rewrite.origin
            local = rewrite.binding.local
            direct.setdefault(module, []).append(ast.alias(name, local if local != name else None))
    return [f"from {module} import {_names(aliases)}" for module, aliases in sorted(direct.items())]


def _bodies(rewrites: Iterable[Rewrite]) -> Iterator[Edit]:
    """Yield the imports to add at the top of functions, behind their docstrings."""
    by_function: dict[FunctionDefinition, list[Rewrite]] = {}
    for rewrite in rewrites:
        for function in rewrite.functions:
            by_function.setdefault(function, []).append(rewrite)
    for function, of_it in by_function.items():
        body = function.body
        start = body[1] if len(body) > 1 and _is_docstring(body[0]) else body[0]
        line = min([start.lineno, *(each.lineno for each in getattr(start, "decorator_list", []))])
        indent = " " * start.col_offset
        new = (import_of(rewrite.binding.statement, [rewrite.binding.alias]) for rewrite in of_it)
        yield Edit(line, "", "\n".join(indent + each for each in new))


def import_of(statement: ast.Import | ast.ImportFrom, aliases: Sequence[ast.alias]) -> str:
    """Return an import statement like another, with some of its names."""
    if isinstance(statement, ast.Import):
        return f"import {_names(aliases)}"
    return f"from {'.' * statement.level}{statement.module or ''} import {_names(aliases)}"


def _names(aliases: Iterable[ast.alias]) -> str:
    return ", ".join(f"{each.name} as {each.asname}" if each.asname else each.name for each in aliases)
