"""Import statements in other places: below what another module needs, above another one, or a new one before it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import takewhile

from import_contracts.graph.names import absolute
from import_contracts.reading.source.trees import walk
from import_contracts.repair.annotation_readers import AnnotationReaders
from import_contracts.repair.fix_kinds import Level
from import_contracts.repair.import_text import ImportStatement
from import_contracts.repair.layout import Edit, Layout, without_end
from import_contracts.repair.new_lines import Added, Cause, NewLines, Replaced
from import_contracts.repair.program_names import ProgramNames
from import_contracts.repair.usage import LOOKING, Binding, NameUse, Role, Usage, names_in
from import_contracts.wording import listed

BELOW_CODE = "  # noqa: E402"
_DEFINITIONS = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
_ONLY_FOR_ORDER = "  # noqa: F401 - imported first because of a cycle"


def moved_below(module: str, line: int, wanted: Sequence[str], names: ProgramNames) -> tuple[Edit, ...]:
    """Return the edits that move the import on a line of a module below the statements that bind some names.

    Empty if nothing at the top level is imported on that line, if no statement below it binds one of the names, and if
    anything in between may need what is imported.
    """
    names.searched.add(module)
    usage = names.usage(module)
    moved = import_at(module, line, names)
    if usage is None or moved is None:
        return ()
    tree = names.tree(module)
    bound = [[each for each in usage.defined.get(name, []) if each.lineno > line] for name in wanted]
    if not all(bound):
        return ()
    target = max((each[0] for each in bound), key=lambda each: each.lineno)
    between = [each for each in tree.body if line < each.lineno <= target.lineno]
    bindings = _bindings(moved, usage)
    reads = partial(names.made(AnnotationReaders).reader_of, module)
    if any(each.name == "*" for each in bindings) or _needs(between, bindings, usage, reads):
        return ()
    layout = names.layout(module)
    new = _lines_of(moved, layout)
    if _is_below_code(target, tree) and not _is_below_code(moved, tree) and "noqa" not in new[0]:
        if new[0].endswith("\\"):
            return ()
        new = (new[0] + BELOW_CODE, *new[1:])
    gap = 2 if isinstance(target, _DEFINITIONS) else 0
    added = (target.end_lineno or target.lineno, Added(new, gap, 0, _causes(f"{listed(wanted)} must be bound before.")))
    return _moved(moved, added, layout)


def moved_above(module: str, line: int, names: ProgramNames) -> Iterator[tuple[Binding, tuple[Edit, ...]]]:
    """Yield how to move each import of a module that is below a line above the import on that line.

    Each with the first name that it binds. No import is moved that binds a name which one in between binds too.
    """
    usage, first = names.usage(module), import_at(module, line, names)
    if usage is None or first is None:
        return
    layout = names.layout(module)
    body = names.tree(module).body
    below = [each for each in body if each.lineno > line and isinstance(each, ast.Import | ast.ImportFrom)]
    for moved in below:
        bindings = _bindings(moved, usage)
        between = [each for each in body if first.lineno <= each.lineno < moved.lineno]
        if not _clash(bindings, between, usage, names) and layout.has_own_lines(moved):
            added = Added(_lines_of(moved, layout), 0, 0, _causes("It must be imported before what is below it."))
            yield bindings[0], _moved(moved, (first.lineno - 1, added), layout)


def added_import(module: str, line: int | None, imported: str, names: ProgramNames) -> tuple[Edit, ...]:
    """Return the edits that add an import of a module above the import on a line, or else below the other imports.

    Empty if the name that it binds is another one's in the module.
    """
    usage = names.usage(module)
    if usage is None:
        return ()
    package, _, name = imported.rpartition(".")
    local = name if package else imported
    is_its_own = package == module and all(
        isinstance(each, ast.ImportFrom) and _imports_from(each, imported, module, names)
        for each in usage.defined.get(local, ())
    )
    if local in usage.defined and not is_its_own:
        return ()
    new = f"from {package} import {name}" if package else f"import {name}"
    before = import_at(module, line, names) if line is not None else None
    if line is not None and before is None:
        return ()
    layout = names.layout(module)
    place = (before.lineno - 1, 0, 0) if before else _below_imports(names.tree(module).body, layout)
    line_above, above, below = place
    lines = NewLines(layout)
    lines.add(line_above, Added((new + _ONLY_FOR_ORDER,), above, below, _causes(f"{imported} must be imported first.")))
    return lines.edits()


def _below_imports(body: Sequence[ast.stmt], layout: Layout) -> tuple[int, int, int]:
    """Return the line, counted from 0, above which another import goes, and the blank lines above and below it."""
    head = list(takewhile(_is_before_code, body))
    rest = body[len(head) :]
    below = 2 if rest and isinstance(rest[0], _DEFINITIONS) else 1
    if head:
        return head[-1].end_lineno or 0, int(not isinstance(head[-1], ast.Import | ast.ImportFrom)), below
    return (layout.above(rest[0]) if rest else len(layout.lines)), 0, below


def import_at(module: str, line: int, names: ProgramNames) -> ImportStatement | None:
    """Return the import statement at the top level of a module that begins on a line, which it shares with no other."""
    if names.usage(module) is None:
        return None
    found = next((each for each in names.tree(module).body if each.lineno == line), None)
    return (
        found if isinstance(found, ast.Import | ast.ImportFrom) and names.layout(module).has_own_lines(found) else None
    )


def _clash(bindings: Iterable[Binding], between: Sequence[ast.stmt], usage: Usage, names: ProgramNames) -> bool:
    """Tell whether some statements may bind the same name as one of the bindings."""
    lines = {each.lineno for each in between}
    stars = [each for each in usage.bindings if each.name == "*" and not each.inside and each.statement.lineno in lines]
    theirs = [names.exported(each.module) for each in stars]
    theirs.append({name for name, found in usage.defined.items() if any(each.lineno in lines for each in found)})
    ours = [names.exported(each.module) if each.name == "*" else {each.local} for each in bindings]
    return any(one is None or other is None or not one.isdisjoint(other) for one in ours for other in theirs)


def _imports_from(statement: ast.ImportFrom, imported: str, module: str, names: ProgramNames) -> bool:
    """Tell whether a statement imports from a module, or that module itself."""
    base = absolute(statement.level, statement.module or "", module, is_package=names.is_package(module))
    return base == imported or any(f"{base}.{alias.name}" == imported for alias in statement.names)


def _bindings(statement: ast.stmt, usage: Usage) -> list[Binding]:
    """Return the names that a statement at the top level binds."""
    return [each for each in usage.bindings if each.statement.lineno == statement.lineno and not each.inside]


def _moved(statement: ast.stmt, added: tuple[int, Added], layout: Layout) -> tuple[Edit, ...]:
    """Return the edits that take a statement away and add lines above another line, counted from 0."""
    new = NewLines(layout)
    new.replace(Replaced(statement.lineno - 1, statement.end_lineno or statement.lineno, (), added[1].causes))
    new.add(*added)
    return new.edits()


def _causes(why: str) -> tuple[Cause, ...]:
    return (Cause(Level.UNSAFE, why),)


def _lines_of(statement: ast.stmt, layout: Layout) -> tuple[str, ...]:
    return tuple(map(without_end, layout.lines[statement.lineno - 1 : statement.end_lineno]))


def _is_below_code(statement: ast.stmt, tree: ast.Module) -> bool:
    """Tell whether linters would object to an import behind a statement."""
    return not all(_is_before_code(each) for each in tree.body if each.lineno <= statement.lineno)


def _is_before_code(statement: ast.stmt) -> bool:
    """Tell whether linters let import statements follow a statement: a docstring, an import, a guard, a dunder name."""
    match statement:
        case ast.Expr(ast.Constant(str())) | ast.Import() | ast.ImportFrom() | ast.If() | ast.Try():
            return True
        case ast.Assign([ast.Name(name)]) | ast.AnnAssign(ast.Name(name)):
            return name.startswith("__") and name.endswith("__")
    return False


def _needs(
    statements: Iterable[ast.stmt], bindings: Iterable[Binding], usage: Usage, reads: Callable[[NameUse], object]
) -> bool:
    """Tell whether running some statements may need one of the bindings; a function needs it only when it is called.

    ``reads`` tells whether something may read an annotation.
    """
    statements = list(statements)
    lines = {line for each in statements for line in _range(each)}
    uses = [use for binding in bindings for use in usage.uses.get(binding.local, ())]
    needed = [use for use in uses if use.line in lines and use.role is not Role.BODY]
    if any(not use.is_quoted or reads(use) for use in needed) or any(map(_looks_around, statements)):
        return True
    using = _using({use.line for use in uses if use.role is Role.BODY}, usage)
    return any(
        not using.isdisjoint(names_in(each) - {getattr(each, "name", "")})
        for each in statements
        if not isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
    )


def _looks_around(statement: ast.stmt) -> bool:
    """Tell whether a statement uses what may need a name, or a module, that it does not mention."""
    names = (getattr(each, "id", getattr(each, "attr", "")) for each in walk(statement))
    return not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef) and not LOOKING.isdisjoint(names)


def _using(lines: set[int], usage: Usage) -> set[str]:
    """Return the names whose definitions have one of some lines, or use such a name, directly or not."""
    found: set[str] = set()
    while True:
        new = {
            name
            for name, statements in usage.defined.items()
            if name not in found
            for each in statements
            if not lines.isdisjoint(_range(each)) or not found.isdisjoint(names_in(each) - {name})
        }
        if not new:
            return found
        found |= new


def _range(statement: ast.stmt) -> range:
    return range(statement.lineno, (statement.end_lineno or statement.lineno) + 1)
