"""Moving an import statement below the definition that another module needs before the import has finished."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from import_contracts.repair.fix_kinds import Level
from import_contracts.repair.layout import Edit, without_end
from import_contracts.repair.new_lines import Added, Cause, NewLines, Replaced
from import_contracts.repair.program_names import ProgramNames
from import_contracts.repair.usage import Binding, Role, Usage, names_in
from import_contracts.wording import listed


def moved_below(module: str, line: int, wanted: Sequence[str], names: ProgramNames) -> tuple[Edit, ...]:
    """Return the edits that move the import on a line of a module below the statements that bind some names.

    Empty if nothing at the top level is imported on that line, if no statement below it binds one of the names, and if
    anything in between may need what is imported.
    """
    usage = names.usage(module)
    if usage is None:
        return ()
    tree, layout = names.tree(module), names.layout(module)
    moved = next((each for each in tree.body if each.lineno == line), None)
    bound = [[each for each in usage.defined.get(name, []) if each.lineno > line] for name in wanted]
    if not isinstance(moved, ast.Import | ast.ImportFrom) or not all(bound) or not layout.has_own_lines(moved):
        return ()
    target = max((each[0] for each in bound), key=lambda each: each.lineno)
    between = [each for each in tree.body if line < each.lineno <= target.lineno]
    bindings = [each for each in usage.bindings if each.statement.lineno == line and not each.inside]
    if any(each.name == "*" for each in bindings) or _needs(between, bindings, usage):
        return ()
    first, last = moved.lineno - 1, moved.end_lineno or moved.lineno
    lines = tuple(map(without_end, layout.lines[first:last]))
    is_definition = isinstance(target, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    new, why = NewLines(layout), (Cause(Level.UNSAFE, f"{listed(wanted)} must be bound before this import runs."),)
    new.replace(Replaced(first, last, (), why))
    new.add(target.end_lineno or target.lineno, Added(lines, 2 if is_definition else 0, 0, why))
    return new.edits()


def _needs(statements: Iterable[ast.stmt], bindings: Iterable[Binding], usage: Usage) -> bool:
    """Tell whether running some statements may need one of the bindings; a function needs it only when it is called."""
    statements = list(statements)
    lines = {line for each in statements for line in range(each.lineno, (each.end_lineno or each.lineno) + 1)}
    uses = [use for binding in bindings for use in usage.uses.get(binding.local, ())]
    if any(use.line in lines and use.role is not Role.BODY and not use.is_quoted for use in uses):
        return True
    functions = {use.function.name for use in uses if use.function is not None}
    return any(
        not functions.isdisjoint(names_in(each) - {getattr(each, "name", "")})
        for each in statements
        if not isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
    )
