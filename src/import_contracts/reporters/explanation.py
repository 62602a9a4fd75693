"""What is explained, as text and JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from import_contracts.graph.import_graph import Import
from import_contracts.problems import Problem
from import_contracts.reporters.style import BOLD, DIM, GREEN, RED, YELLOW, Style
from import_contracts.reporters.words import VERDICTS, chain, count, kind, place
from import_contracts.reports.explain import (
    ContractDescription,
    ContractVerdict,
    Coverage,
    CoveredPart,
    Dependency,
    Explanation,
    Ignore,
    Stance,
)
from import_contracts.wording import listed

# How much is shown before --verbose is asked for.
_CHAINS, _IMPORTS, _PARTS, _LINES = 5, 5, 20, 10

_STANCE_COLORS = {Stance.BROKEN: RED, Stance.ALLOWED: GREEN}
_VERDICT_COLORS = {True: GREEN, False: RED, None: YELLOW}


def as_json(found: Explanation | Dependency) -> str:
    """Return everything as one JSON object."""
    document = {"version": 1, **asdict(found)}
    problems = document.pop("problems")
    for key, is_error in (("warnings", False), ("errors", True)):
        document[key] = [
            {name: each[name] for name in ("message", "file", "contract", "key")}
            for each, problem in zip(problems, found.problems, strict=True)
            if problem.is_error is is_error
        ]
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def as_text(found: Explanation | Dependency, style: Style) -> str:
    """Return what a person wants to know, the most important first."""
    if isinstance(found, Dependency):
        lines = [*_dependency(found, style), *_spoken(found, style)]
    elif found.coverage is None:
        lines = [line for each in found.contracts for line in _contract(each, style)]
    else:
        lines = [*_contracts(found.contracts, style), *_coverage(found.coverage, style)]
    lines += _problems(found.problems, style)
    return "\n".join(lines).rstrip("\n") + "\n"


# --- how one module depends on another ----------------------------------------------------------------------------


def _dependency(found: Dependency, style: Style) -> Iterator[str]:
    if not found.chains:
        yield style.paint(f"{_name(found.importer, found)} does not depend on {_name(found.imported, found)}.", BOLD)
        yield ""
        yield from _way_back(found)
        return
    yield style.paint(f"{_name(found.importer, found)} depends on {_name(found.imported, found)}", BOLD)
    yield ""
    yield "  The shortest chain:"
    yield from (f"    {line}" for line in _whole(found.chains[0], style))
    yield ""
    if not found.is_eager:
        yield "  No chain is made of imports alone that run while their importer is imported."
        yield ""
    yield from _others(found, style)
    yield from _cut(found, style)
    yield ""
    yield from _way_back(found)


def _name(module: str, found: Dependency) -> str:
    """Return what stands for the modules asked about: a package without the one inside it that is the other end."""
    inner = found.imported if module == found.importer else found.importer
    return f"{module} (without {inner})" if module == found.outer else module


def _whole(imports: Sequence[Import], style: Style) -> Iterator[str]:
    """Yield a chain as in a report: its first import, the modules, and where the rest is."""
    first, *rest = imports
    yield f"{place(first)}: {style.paint(first.text, BOLD)}{kind(first)}"
    yield f"  {chain(imports)}"
    yield from (style.paint(f"  {place(each)}: {each.text}{kind(each)}", DIM) for each in rest)


def _others(found: Dependency, style: Style) -> Iterator[str]:
    others = found.chains[1:]
    if not others:
        return
    yield f"  {count(len(found.chains), 'import')} of {found.importer} lead there; the others, the most direct first:"
    for each in style.capped(others, _CHAINS):
        first = each[0]
        yield f"    {place(first)}: {style.paint(first.text, BOLD)}{kind(first)}"
        yield f"      {chain(each)}"
    yield from _hidden(len(others), _CHAINS, "import", style)
    yield ""


def _cut(found: Dependency, style: Style) -> Iterator[str]:
    if {each[0] for each in found.chains} == {*found.cut}:
        one = "There is no other way: without this import there is no dependency."
        yield f"  {one}" if len(found.cut) == 1 else f"  To end it all {len(found.cut)} imports have to go."
        return
    yield f"  Removing {count(len(found.cut), 'import')} would end it:"
    yield from (f"    {each.importer} -> {each.imported}  {place(each)}" for each in style.capped(found.cut, _IMPORTS))
    yield from _hidden(len(found.cut), _IMPORTS, "import", style)


def _way_back(found: Dependency) -> Iterator[str]:
    if not found.back:
        return
    also = "as well, so both are in a circle" if found.chains else "instead"
    yield f"  {found.imported} depends on {found.importer} {also} ({count(found.back, 'import')}):"
    yield f"    lint-imports explain {found.imported} {found.importer}"
    if found.chains:
        yield f"    lint-imports cycles {found.importer}"
    yield ""


def _spoken(found: Dependency, style: Style) -> Iterator[str]:
    """Yield what the contracts say; those that look at one end alone, or at neither, are but named."""
    if found.concerns is None:
        return
    yield style.paint("What the contracts say", BOLD)
    yield ""
    for each in found.concerns:
        if each.stance is not Stance.ELSEWHERE:
            yield from (f"  {line}" for line in _concern(each, style))
    for end in (found.importer, found.imported):
        ids = [each.id for each in found.concerns if each.stance is Stance.ELSEWHERE and end in each.sentences]
        if ids:
            yield f"  Of the two, only {end} is looked at by {_some(ids, style)}."
    if found.silent:
        yield f"  Neither is looked at by {_some(found.silent, style)}."
    if not found.concerns and not found.silent:
        yield "  There are no contracts."
    yield ""


def _concern(each: ContractVerdict, style: Style) -> Iterator[str]:
    numbers = ((each.new, "violation"), (each.known, "known violation"))
    counts = [count(number, noun) for number, noun in numbers if number]
    counts += [f"{count(each.ignored, 'violation')} ignored"] if each.ignored else []
    details = f" ({', '.join(counts)})" if counts else ""
    word = style.paint(each.stance.ljust(9), _STANCE_COLORS.get(each.stance, YELLOW))
    yield f"{word} {each.name} [{each.id}]{details}"
    shown = style.capped(each.sentences, _IMPORTS)
    yield from (f"  {sentence}" for sentence in shown)
    yield from _hidden(len(each.sentences), _IMPORTS, "such sentence", style, indent="  ")
    if each.note:
        yield f"  {each.note}"


# --- contracts in words -------------------------------------------------------------------------------------------


def _contract(each: ContractDescription, style: Style) -> Iterator[str]:
    yield style.paint(f"{each.name} [{each.id}]", BOLD) + f" ({each.type}, in {each.file})"
    yield ""
    yield from (f"  {sentence}" for sentence in each.sentences)
    yield from (f"  {key} = {json.dumps(value, ensure_ascii=False, default=str)}" for key, value in each.options)
    yield from (f"  {line}".rstrip() for line in f"Reason: {each.reason}".splitlines() if each.reason)
    yield ""
    if each.covers is not None and each.parts:
        yield f"  It looks at {count(len(each.covers), 'module')}:"
        yield from (f"    {line}" for line in _parts(each.parts, style))
        yield ""
    if each.ignores:
        yield "  It ignores:"
        yield from (f"    {line}" for line in _ignores([("", ignore) for ignore in each.ignores], style))
        yield ""
    yield f"  Today it is {_verdict(each, style)}."
    yield ""


def _parts(parts: Sequence[CoveredPart], style: Style) -> Iterator[str]:
    shown = style.capped(parts, _PARTS)
    roles, names = max(len(each.role) for each in shown), max(len(each.name) for each in shown)
    for each in shown:
        number = count(len(each.modules), "module") if each.modules else "nothing imports it"
        yield f"{each.role.ljust(roles)}  {each.name.ljust(names)}  {number}"
        if style.verbose and len(each.modules) > 1:
            yield from (style.paint(f"  {module}", DIM) for module in each.modules)
    yield from _hidden(len(parts), _PARTS, "line", style, indent="")


def _verdict(each: ContractDescription, style: Style) -> str:
    numbers = ((each.new, "new violation" if each.known else "violation"), (each.known, "known violation"))
    counts = ", ".join(count(number, noun) for number, noun in numbers if number)
    return style.paint(VERDICTS[each.kept], _VERDICT_COLORS[each.kept]) + (f" ({counts})" if counts else "")


def _contracts(contracts: Sequence[ContractDescription], style: Style) -> Iterator[str]:
    for each in contracts:
        yield f"{style.paint(each.name, BOLD)} [{each.id}]: {_verdict(each, style)}"
        yield f"  {each.sentences[0]}"
    yield ""
    ignores = [(each.id, ignore) for each in contracts for ignore in each.ignores]
    if ignores:
        yield style.paint("What is ignored", BOLD)
        yield ""
        yield from (f"  {line}" for line in _ignores(ignores, style))
        yield ""


def _ignores(ignores: Sequence[tuple[str, Ignore]], style: Style) -> Iterator[str]:
    """Yield what ignores do: first those that do nothing any more, then those that let most through."""
    ordered = sorted(ignores, key=lambda each: (each[1].violations != 0, -each[1].imports))
    shown = style.capped(ordered, _LINES)
    width = max(len(each.pattern) for _, each in shown)
    for id_, each in shown:
        through = f"{count(each.imports, 'import')} let through; {_effect(each, style)}"
        label = style.paint(f"  [{id_}]", DIM) if id_ else ""
        yield f"{each.pattern.ljust(width)}  {through}{label}"
    yield from _hidden(len(ordered), _LINES, "such line", style, indent="")


def _effect(each: Ignore, style: Style) -> str:
    if each.violations is None:
        return "no telling what for"
    if each.violations == 0:
        return style.paint("no longer needed", YELLOW)
    return f"without it {count(each.violations, 'violation')} more"


def _coverage(found: Coverage, style: Style) -> Iterator[str]:
    """Yield what no contract looks at, a line for each package, the largest first."""
    total = count(found.modules, "module")
    if found.uncovered:
        yield style.paint(f"Looked at by no contract: {found.missing:,} of {total}", BOLD)
        yield ""
        ordered = sorted(found.uncovered, key=lambda each: (-each.modules, each.name))
        shown = style.capped(ordered, _LINES)
        width = max(len(each.name) for each in shown)
        for each in shown:
            what = "itself alone, not what is inside" if each.alone else count(each.modules, "module")
            yield f"  {each.name.ljust(width)}  {what}"
        yield from _hidden(len(ordered), _LINES, "package", style, indent="  ")
    else:
        yield style.paint(f"Each of {total} is looked at by a contract.", BOLD)
    yield ""
    if found.sweeping:
        look = "looks" if len(found.sweeping) == 1 else "look"
        yield f"  Not counted: {_some(found.sweeping, style)}, which {look} at every module alike."
    if found.unknown:
        yield f"  Not known of {_some(found.unknown, style)}."
    yield ""


# --- what both have -----------------------------------------------------------------------------------------------


def _problems(problems: Sequence[Problem], style: Style) -> Iterator[str]:
    if problems:
        yield style.paint("Errors and warnings", BOLD)
        yield ""
    for each in problems:
        yield f"  {style.paint(each.severity, RED if each.is_error else YELLOW)}: {each}"


def _some(ids: Sequence[str], style: Style) -> str:
    return ", ".join(ids) if style.verbose else listed(ids)


def _hidden(number: int, most: int, noun: str, style: Style, *, indent: str = "    ") -> Iterator[str]:
    if number > most and not style.verbose:
        yield f"{indent}… and {number - most:,} more {noun}{'' if number - most == 1 else 's'} (--verbose shows all)"
