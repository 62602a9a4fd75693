"""Importing a module instead of a name in it: the name is then looked up where it is used, and not before."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence

from import_contracts.graph.names import ancestors, parent, within
from import_contracts.reading.source.trees import walk
from import_contracts.repair.fix_kinds import Level
from import_contracts.repair.import_text import import_text
from import_contracts.repair.layout import Edit, Layout
from import_contracts.repair.new_lines import Cause, NewLines, Replaced
from import_contracts.repair.program_names import ProgramNames
from import_contracts.repair.usage import Binding, Usage
from import_contracts.repair.ways import ImportedName


def module_form(module: str, line: int, wanted: str, names: ProgramNames, version: tuple[int, int]) -> tuple[Edit, ...]:
    """Return the edits after which ``from a.b import x`` on a line is ``import a.b``, and each ``x`` is ``a.b.x``.

    All names of the statement are changed that are used only in functions; ``wanted`` must be one. Empty if it is not,
    and if the text does not show every use.
    """
    names.searched.add(module)
    usage = names.usage(module)
    bindings = [each for each in usage.bindings if each.statement.lineno == line and not each.inside] if usage else []
    late = [each for each in bindings if usage and _is_late(ImportedName(module, usage, each, names, version))]
    if usage is None or wanted not in [each.name for each in late]:
        return ()
    tree = names.tree(module)
    statement, base = late[0].statement, late[0].module
    if not isinstance(statement, ast.ImportFrom) or names.is_module(base, wanted) or base not in names.modules:
        return ()
    if any(names.is_hidden(parent(each), each.rpartition(".")[2]) for each in (base, *ancestors(base)) if "." in each):
        return ()  # what the module is then called would be something else
    new = _import_of_module(statement, base, tree, usage)
    if new is None:
        return ()
    text, prefix = new
    uses = {each: _uses(each, tree, usage) for each in late}
    if any(found is None for found in uses.values()):
        return ()
    replaced = [(use, f"{prefix}.{each.name}") for each, found in uses.items() for use in found or ()]
    return _edits(late, text, replaced, names.layout(module))


def submodule_form(module: str, lacking: str, names: ProgramNames) -> tuple[Edit, ...]:
    """Return the edits after which ``import a.b.c`` is ``from a.b import c``, and each ``a.b.c`` is ``c``.

    The packages around a module are not bound in their own packages before they are imported; ``lacking`` is such a
    package, or a module in it. Empty if the text does not show every use, or has other uses of the outermost package.
    """
    names.searched.add(module)
    usage = names.usage(module)
    if usage is None:
        return ()
    tree = names.tree(module)
    for each in usage.bindings:
        package, _, name = each.module.rpartition(".")
        is_whole = each.name is None and each.alias.asname is None and len(each.statement.names) == 1
        if not is_whole or each.inside or not within(each.module, lacking) or not package:
            continue
        chains = [node for node in walk(tree) if isinstance(node, ast.Attribute) and _dotted(node) == each.module]
        roots = [node for node in walk(tree) if isinstance(node, ast.Name) and node.id == each.local]
        is_every_use = len(chains) == len(roots) == len(usage.uses.get(each.local, ()))
        if is_every_use and name not in _bound(tree):
            new = f"from {package} import {name}"
            return _edits([each], new, [(chain, name) for chain in chains], names.layout(module))
    return ()


def _is_late(name: ImportedName) -> bool:
    """Tell whether a name is not needed before its module has been imported, and not by other modules."""
    return bool(name.binding.name) and name.is_movable and not name.needs_future


def _import_of_module(statement: ast.ImportFrom, base: str, tree: ast.Module, usage: Usage) -> tuple[str, str] | None:
    """Return the statement that imports the module of another one, and how it is then written; None if names clash."""
    bound = _bound(tree)
    root = base.partition(".")[0]
    name = base.rpartition(".")[2]
    own = [each for each in usage.bindings if each.local == root and each.name is None and not each.inside]
    if statement.level and statement.module and name not in bound:
        package = "." * statement.level + parent(statement.module)
        return f"from {package} import {name}", name
    if bound.count(root) == len(own):
        return f"import {base}", base
    if name not in bound and "." in base:
        return f"from {parent(base)} import {name}", name
    return None


def _uses(binding: Binding, tree: ast.Module, usage: Usage) -> list[ast.expr] | None:
    """Return where a name is used; None if some uses are in strings, or if it may be another name somewhere."""
    found: list[ast.expr] = [node for node in walk(tree) if isinstance(node, ast.Name) and node.id == binding.local]
    is_every_use = len(found) == len(usage.uses.get(binding.local, ()))
    return found if is_every_use and _bound(tree).count(binding.local) == 1 else None


def _bound(tree: ast.Module) -> list[str]:
    """Return every name that is bound anywhere in a module, in functions too, as often as it is."""
    return [name for node in walk(tree) for name in _names_bound_by(node)]


def _names_bound_by(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(name, ast.Store() | ast.Del()) | ast.arg(name):
            yield name
        case ast.FunctionDef(name) | ast.AsyncFunctionDef(name) | ast.ClassDef(name):
            yield name
        case ast.Global(several) | ast.Nonlocal(several):
            yield from several
        case ast.Import(aliases) | ast.ImportFrom(_, aliases):
            yield from (each.asname or each.name.partition(".")[0] for each in aliases)
        case ast.ExceptHandler(_, str(name)) | ast.MatchAs(_, str(name)) | ast.MatchStar(str(name)):
            yield name
        case ast.MatchMapping(rest=str(name)):
            yield name


def _dotted(node: ast.expr) -> str:
    """Return the dotted name that an expression is; "" if it is none."""
    if isinstance(node, ast.Attribute) and (owner := _dotted(node.value)):
        return f"{owner}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _edits(
    bindings: Sequence[Binding], new: str, uses: Iterable[tuple[ast.expr, str]], layout: Layout
) -> tuple[Edit, ...]:
    """Return the edits after which a statement does not bind some names, another is below it, and uses are other texts.

    Empty if a comment would be lost, or if it is not clear where a use is: of names in f-strings, Python before 3.12
    does not say that.
    """
    node, removed = bindings[0].statement, [each.alias for each in bindings]
    if not layout.has_own_lines(node):
        return ()
    text, cause = import_text(node, layout), Cause(Level.UNSAFE, "It is looked up when it is used.")
    is_gone = len(removed) == len(node.names)
    comments = [*map(text.comment_of, removed), *([text.opening_comment, *text.own_comments] if is_gone else [])]
    if any(comments):
        return ()
    behind = layout.behind(node)
    new_lines = (new + behind,) if is_gone else (f"{text.without(removed)}{behind}", new)
    lines = NewLines(layout)
    lines.replace(Replaced(node.lineno - 1, node.end_lineno or node.lineno, new_lines, (cause,)))
    found = [*lines.edits()]
    for use, written in uses:
        start, end = layout.offset(use.lineno, use.col_offset), layout.offset(use.lineno, use.end_col_offset or 0)
        old = layout.text[start:end]
        if use.lineno != use.end_lineno or old != ast.unparse(use):
            return ()
        column = start - layout.starts[use.lineno - 1] + 1
        end_column = column + len(old)
        found.append(Edit(use.lineno, column, use.lineno, end_column, old, written, Level.UNSAFE, (cause.why,)))
    return tuple(sorted(found, key=lambda edit: (edit.line, edit.column)))
