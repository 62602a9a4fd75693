"""Definitions above an import: what another module needs is then bound before that module is imported."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from import_contracts.reading.source.trees import arguments, first_line
from import_contracts.repair.extraction import Definition, only_definition
from import_contracts.repair.layout import Edit, Layout, without_end
from import_contracts.repair.new_lines import Added, NewLines, Replaced
from import_contracts.repair.program_names import ProgramNames
from import_contracts.repair.usage import Usage, names_in

_MOST = 5


def definitions_to_lift(module: str, line: int, wanted: Sequence[str], names: ProgramNames) -> dict[str, Definition]:
    """Return the definitions below a line of a module that can run above it, by name, in the order of the module.

    They are those of the wanted names, and of what these need when they run. Empty if one of them needs something else
    that is bound on that line or below it, or if there are too many to be moved by hand.
    """
    usage = names.usage(module)
    if usage is None:
        return {}
    found: dict[str, Definition] = {}
    todo = list(wanted)
    for name in todo:
        statement = only_definition(name, usage)
        if statement is None or len(todo) > _MOST or not names.layout(module).has_own_lines(statement):
            return {}
        if statement.lineno > line and name not in found:
            found[name] = statement
            needed = {each for node in _run_at_once(statement, usage) for each in names_in(node)} & usage.defined.keys()
            todo += sorted(each for each in needed if any(one.lineno >= line for one in usage.defined[each]))
    return dict(sorted(found.items(), key=lambda item: item[1].lineno))


def lifted(line: int, definitions: Sequence[Definition], layout: Layout) -> tuple[Edit, ...]:
    """Return the edits that put definitions above a line, which is counted from 1, with the comments above them."""
    new = NewLines(layout)
    for each in definitions:
        first, last = _first_line(each, layout), each.end_lineno or each.lineno
        new.replace(Replaced(first - 1, last, (), ()))
        new.add(line - 1, Added(tuple(map(without_end, layout.lines[first - 1 : last])), 2, 2, ()))
    return new.edits()


def _run_at_once(node: ast.stmt, usage: Usage) -> Iterator[ast.AST]:
    """Yield the parts of a definition that run with it, and not when it is called."""
    if isinstance(node, ast.ClassDef):
        yield from (*node.decorator_list, *node.bases, *node.keywords)
        for each in node.body:
            yield from _run_at_once(each, usage)
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        yield from (*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults))
        if not usage.has_future_annotations:
            yield from filter(None, (node.returns, *(each.annotation for each in arguments(node))))
    else:
        yield node


def _first_line(definition: Definition, layout: Layout) -> int:
    """Return the first line of a definition, with its decorators and the comments right above it."""
    line = first_line(definition)
    while line > 1 and layout.lines[line - 2].startswith("#"):
        line -= 1
    return line
