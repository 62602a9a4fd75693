"""The comments ``# tach-ignore`` of a program, and the imports that they ignore."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

from import_contracts.adopt.tach import TachModule, TachRules
from import_contracts.graph.import_graph import ImportGraph
from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import absolute, ancestors
from import_contracts.reading.source.imports import read_imports
from import_contracts.reading.source.text import Source, split_lines

_DIRECTIVE = re.compile(r"# *tach-ignore(?:\(([^)]*)\))?((?:\s+[\w.]+)*)\s*$")


class TachIgnore(NamedTuple):
    """An import that comments ignore, with the reason of one of them; "" if there is none."""

    importer: str
    imported: str
    reason: str = ""


class _Directive(NamedTuple):
    line: int
    names: tuple[str, ...]
    reason: str


class _Wrong(NamedTuple):
    """An import that tach would not allow: the contracts that it breaks, and what ignores it, if anything does."""

    imported: str
    contracts: tuple[str, ...]
    line: int
    ignored: _Directive | None


def ignored_imports(
    rules: TachRules, graph: ImportGraph, source: Callable[[str], Source | None], judged: Collection[str]
) -> tuple[dict[str, list[TachIgnore]], list[str]]:
    """Return the ignored imports of each contract, by its id, and remarks about comments that are not translated.

    An import is ignored as a whole: all statements of a module that import another one, and break the contract.
    """
    found: dict[str, list[TachIgnore]] = {}
    remarks = []
    for module in sorted(judged):
        text = source(module)
        if text is None or "tach-ignore" not in text.text:
            continue
        wrong = [*_wrong_imports(rules, graph, text)]
        for imported in sorted({each.imported for each in wrong if each.ignored}):
            same = [each for each in wrong if each.imported == imported]
            if open_ones := [each.line for each in same if not each.ignored]:
                remarks.append(
                    f"{text.path}:{open_ones[0]}: no tach-ignore here, so the ones on the other lines have no effect."
                )
                continue
            reason = next((each.ignored.reason for each in same if each.ignored and each.ignored.reason), "")
            for contract in sorted({name for each in same for name in each.contracts}):
                found.setdefault(contract, []).append(TachIgnore(module, imported, reason))
    return found, remarks


def _wrong_imports(rules: TachRules, graph: ImportGraph, source: Source) -> Iterator[_Wrong]:
    """Yield the imports of a module that tach would not allow without comments."""
    one = rules.part_of(source.module)
    lines = split_lines(source.text)
    directives = [*_directives(lines)]
    for each in read_imports(source.text, source.module, is_package=source.is_package):
        base = absolute(each.level, each.module, source.module, is_package=source.is_package)
        if one is None or base is None or (each.kind is Kind.TYPE_CHECKING and rules.project.skips_type_checking):
            continue
        name = base if each.name is None else f"{base}.{each.name}"
        imported = next((outer for outer in (name, *ancestors(name)) if outer in graph), None)
        if imported is not None and (contracts := _broken(rules, one, name)):
            on_it = (item for item in directives if _applies(item, each.line, each.name or name, lines))
            matching = (item for item in on_it if not item.names or any(name.endswith(end) for end in item.names))
            yield _Wrong(imported, contracts, each.line, next(matching, None))


def _broken(rules: TachRules, one: TachModule, name: str) -> tuple[str, ...]:
    """Return the ids of the contracts that an import of a name breaks."""
    other = rules.part_of(name)
    if other is None:
        return ()
    by_layers = rules.layers_forbid(one, other) and ("layers", "modules")
    found = by_layers or (() if rules.allows(one, other) else ("modules",))
    member = name.removeprefix(other.path).removeprefix(".")
    return found if rules.exposes(one, other, member) else (*found, f"interface-{other.path}")


def _directives(lines: list[str]) -> Iterator[_Directive]:
    for number, line in enumerate(lines, 1):
        if found := _DIRECTIVE.search(line):
            is_alone = line.lstrip().startswith("#")
            yield _Directive(number + is_alone, tuple(found[2].split()), found[1] or "")


def _applies(directive: _Directive, line: int, name: str, lines: list[str]) -> bool:
    """Return whether a directive is on the first line of a statement, or on that of a name in it."""
    if directive.line == line:
        return True
    before = "".join(lines[line - 1 : directive.line - 1])
    if "(" not in before or ")" in before or directive.line > len(lines):
        return False
    return re.search(rf"(?<![\w.]){re.escape(name)}\b", lines[directive.line - 1]) is not None
