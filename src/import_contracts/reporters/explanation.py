"""The report of ``explain`` as text and JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from import_contracts.graph.import_graph import Import
from import_contracts.problems import Problem
from import_contracts.reporters.exact import json_text
from import_contracts.reporters.people import for_people
from import_contracts.reporters.style import BOLD, DIM, GREEN, RED, YELLOW, Style
from import_contracts.reporters.words import VERDICTS, chain, kind, more, place, reason
from import_contracts.reports.explain import (
    ContractDescription,
    ContractVerdict,
    Coverage,
    CoveredPart,
    Dependency,
    Explanation,
    Ignore,
    InlineIgnored,
    Permissions,
    Region,
    Stance,
)
from import_contracts.wording import count, listed

# How many of each are shown without --verbose.
_CHAINS, _IMPORTS, _PARTS, _LINES, _COMMITS = 5, 5, 20, 10, 3

_STANCE_COLORS = {Stance.BROKEN: RED, Stance.ALLOWED: GREEN}
_RESULT_COLORS = {True: GREEN, False: RED, None: YELLOW}


def as_json(report: Explanation | Dependency | Permissions) -> str:
    """Return the report as one JSON object, complete and versioned."""
    document = {"version": 1, **asdict(report)}
    del document["problems"]
    document.pop("judges", None)
    pairs = document.pop("coupling", None)
    if pairs is not None and isinstance(report, Dependency):
        document["coupling"] = [
            {**asdict(pair), "confidence": round(pair.confidence, 4)} for pair in report.coupling or ()
        ]
    for key, is_error in (("warnings", False), ("errors", True)):
        document[key] = [
            {"message": problem.full_message, "file": problem.file, "contract": problem.contract, "key": problem.key}
            for problem in report.problems
            if problem.is_error is is_error
        ]
    return json_text(document) + "\n"


@for_people
def as_text(report: Explanation | Dependency | Permissions, style: Style) -> str:
    """Return the report as text, the most important first."""
    if isinstance(report, Dependency):
        lines = [*_dependency(report, style), *_together(report, style), *_verdicts(report, style)]
    elif isinstance(report, Permissions):
        lines = [*_permissions(report, style)]
    elif report.coverage is None:
        lines = [line for contract in report.contracts for line in _contract(contract, style)]
    else:
        lines = [*_contracts(report.contracts, style), *_coverage(report.coverage, style)]
    lines += _problems(report.problems, style)
    return "\n".join(lines).rstrip("\n") + "\n"


# --- how one module depends on another ----------------------------------------------------------------------------


def _dependency(report: Dependency, style: Style) -> Iterator[str]:
    importer, imported = _name(report.importer, report), _name(report.imported, report)
    if not report.chains:
        yield style.paint(f"{importer} does not depend on {imported}.", BOLD)
        yield from (f"  {each} is new: it is not in the program." for each in report.new)
        yield ""
        yield from _way_back(report)
        return
    yield style.paint(f"{importer} depends on {imported}", BOLD)
    yield ""
    yield "  Shortest chain:"
    yield from (f"    {line}" for line in _chain(report.chains[0], style))
    yield ""
    if not report.is_eager:
        yield "  Every chain needs a deferred, lazy or type-checking import."
        yield ""
    yield from _others(report, style)
    yield from _cut(report, style)
    yield ""
    yield from _way_back(report)


def _name(module: str, report: Dependency) -> str:
    """Return a module's name; for a package that contains the other module, also that this is not included."""
    inner = report.imported if module == report.importer else report.importer
    return f"{module} (without {inner})" if module == report.outer else module


def _chain(imports: Sequence[Import], style: Style) -> Iterator[str]:
    """Yield the first import of a chain with its place, then the modules, then the other imports."""
    first, *rest = imports
    yield f"{place(first)}: {style.paint(first.text, BOLD)}{kind(first)}"
    yield f"  {chain(imports)}"
    yield from (style.paint(f"  {place(step)}: {step.text}{kind(step)}", DIM) for step in rest)


def _others(report: Dependency, style: Style) -> Iterator[str]:
    others = report.chains[1:]
    if not others:
        return
    number = count(len(report.chains), "import")
    yield f"  {number} in {report.importer} lead to {report.imported}. The others, shortest chain first:"
    for imports in style.capped(others, _CHAINS):
        first = imports[0]
        yield f"    {place(first)}: {style.paint(first.text, BOLD)}{kind(first)}"
        yield f"      {chain(imports)}"
    yield from _hidden(len(others), _CHAINS, "import", style)
    yield ""


def _cut(report: Dependency, style: Style) -> Iterator[str]:
    number = len(report.cut)
    if {imports[0] for imports in report.chains} == {*report.cut}:
        which = "this import" if number == 1 else f"all {number} imports"
        yield f"  Removing {which} would end the dependency."
        return
    yield f"  Removing {count(number, 'import')} would end the dependency:"
    for statement in style.capped(report.cut, _IMPORTS):
        yield f"    {statement.importer} -> {statement.imported}  {place(statement)}"
    yield from _hidden(number, _IMPORTS, "import", style)


def _way_back(report: Dependency) -> Iterator[str]:
    if not report.back:
        return
    also = "also depends" if report.chains else "depends"
    yield f"  {report.imported} {also} on {report.importer} ({count(report.back, 'import')}):"
    yield f"    lint-imports explain {report.imported} {report.importer}"
    if report.chains:
        yield f"    lint-imports cycles {report.importer}"
    yield ""


def _together(report: Dependency, style: Style) -> Iterator[str]:
    """Yield how often the modules of the two change together, if that was asked for."""
    if report.coupling is None:
        return
    if not report.coupling:
        yield "  They do not change together more often than by chance."
    for pair in style.capped(report.coupling, _CHAINS):
        some = ", ".join(commit[:12] for commit in pair.commits[:_COMMITS])
        share = f"{pair.support:,} of {count(pair.of_first, 'commit')} ({pair.confidence:.0%})"
        yield f"  They change together: {share} that change {pair.first} also change {pair.second}, such as {some}"
    yield from _hidden(len(report.coupling), _CHAINS, "pair", style, indent="  ")
    yield ""


def _verdicts(report: Dependency, style: Style) -> Iterator[str]:
    """Yield the verdicts of the contracts; of contracts that cover only one of the modules, or none, only the ids."""
    if report.concerns is None:
        return
    yield style.paint("Contracts", BOLD)
    yield ""
    yield from [f"  {_answer(report, style)}", ""] if report.objections is not None else []
    reasons = {each.id: each.reason for each in report.objections or ()}
    for verdict in report.concerns:
        if verdict.stance is not Stance.ELSEWHERE:
            yield from (f"  {line}" for line in _verdict(verdict, style))
            yield from (f"    {line}" for line in reason(reasons.get(verdict.id, "")))
    elsewhere = [verdict for verdict in report.concerns if verdict.stance is Stance.ELSEWHERE]
    for module in (report.importer, report.imported):
        if ids := [verdict.id for verdict in elsewhere if module in verdict.sentences]:
            yield f"  Only {module} is covered by {_ids(ids, style)}."
    if report.silent:
        yield f"  Neither is covered by {_ids(report.silent, style)}."
    if not report.concerns and not report.silent:
        yield "  There are no contracts."
    yield ""


def _answer(report: Dependency, style: Style) -> str:
    """Return whether the importer may import the other directly."""
    ids = [each.id for each in report.objections or ()]
    if not ids:
        return f"{report.importer} may import {report.imported}."
    return f"{report.importer} must not import {report.imported}: {_ids(ids, style)}."


def _verdict(verdict: ContractVerdict, style: Style) -> Iterator[str]:
    numbers = ((verdict.new, "violation"), (verdict.known, "known violation"), (verdict.ignored, "ignored violation"))
    counts = [count(number, noun) for number, noun in numbers if number]
    details = f" ({', '.join(counts)})" if counts else ""
    word = style.paint(verdict.stance.ljust(9), _STANCE_COLORS.get(verdict.stance, YELLOW))
    yield f"{word} {verdict.name} [{verdict.id}]{details}"
    yield from (f"  {sentence}" for sentence in style.capped(verdict.sentences, _IMPORTS))
    yield from _hidden(len(verdict.sentences), _IMPORTS, "message", style, indent="  ")
    if verdict.note:
        yield f"  {verdict.note}"


# --- one module ---------------------------------------------------------------------------------------------------


def _permissions(report: Permissions, style: Style) -> Iterator[str]:
    yield style.paint(report.module, BOLD) + ("" if report.exists else " (new: it is not in the program)")
    yield ""
    for may, regions in (("import", report.imports), ("be imported by", report.importers)):
        allowed = [region for region in regions if not region.contracts]
        forbidden = [region for region in regions if region.contracts]
        for word, chosen in (("may", allowed), ("must not", forbidden)):
            if chosen:
                yield f"  It {word} {may}:"
                yield from (f"    {line}" for line in _region_lines(chosen, style))
                yield ""
    yield f"  Covered by {_ids(report.covered_by, style)}." if report.covered_by else "  Covered by no contract."
    if report.left_out:
        yield f"  Not considered, because they depend on more than module names: {_ids(report.left_out, style)}."
    yield ""


def _region_lines(regions: Sequence[Region], style: Style) -> Iterator[str]:
    shown = style.capped(regions, _PARTS)
    width = max(len(region.name) for region in shown)
    for region in shown:
        size = "only its own __init__" if region.alone else count(region.modules, "module")
        ids = style.paint(f"  [{_ids(region.contracts, style)}]", DIM) if region.contracts else ""
        yield f"{region.name.ljust(width)}  {size}{ids}"
    yield from _hidden(len(regions), _PARTS, "line", style, indent="")


# --- contracts in words -------------------------------------------------------------------------------------------


def _contract(contract: ContractDescription, style: Style) -> Iterator[str]:
    yield style.paint(f"{contract.name} [{contract.id}]", BOLD) + f" ({contract.type}, in {contract.file})"
    yield ""
    yield from (f"  {sentence}" for sentence in contract.sentences)
    yield from (f"  {key} = {json_text(value, indent=None)}" for key, value in contract.options)
    yield from (f"  {line}" for line in reason(contract.reason))
    yield ""
    if contract.covers is not None and contract.parts:
        yield f"  It covers {count(len(contract.covers), 'module')}:"
        yield from (f"    {line}" for line in _parts(contract.parts, style))
        yield ""
    if contract.ignores:
        yield "  Ignored imports:"
        yield from (f"    {line}" for line in _ignores([("", ignore) for ignore in contract.ignores], style))
        yield ""
    if contract.inline:
        yield "  Inline ignores:"
        yield from (f"    {line}" for line in _inline([("", ignore) for ignore in contract.inline], style))
        yield ""
    yield f"  Result: {_result(contract, style)}"
    yield ""


def _parts(parts: Sequence[CoveredPart], style: Style) -> Iterator[str]:
    shown = style.capped(parts, _PARTS)
    roles, names = max(len(part.role) for part in shown), max(len(part.name) for part in shown)
    for part in shown:
        number = count(len(part.modules), "module") if part.modules else "not imported"
        yield f"{part.role.ljust(roles)}  {part.name.ljust(names)}  {number}"
        if style.verbose and len(part.modules) > 1:
            yield from (style.paint(f"  {module}", DIM) for module in part.modules)
    yield from _hidden(len(parts), _PARTS, "line", style, indent="")


def _result(contract: ContractDescription, style: Style) -> str:
    numbers = (
        (contract.new, "new violation" if contract.known else "violation"),
        (contract.known, "known violation"),
    )
    counts = ", ".join(count(number, noun) for number, noun in numbers if number)
    word = style.paint(VERDICTS[contract.kept], _RESULT_COLORS[contract.kept])
    return f"{word} ({counts})" if counts else word


def _contracts(contracts: Sequence[ContractDescription], style: Style) -> Iterator[str]:
    for contract in contracts:
        yield f"{style.paint(contract.name, BOLD)} [{contract.id}]: {_result(contract, style)}"
        yield f"  {contract.sentences[0]}"
    yield ""
    ignores = [(contract.id, ignore) for contract in contracts for ignore in contract.ignores]
    if ignores:
        yield style.paint("Ignored imports", BOLD)
        yield ""
        yield from (f"  {line}" for line in _ignores(ignores, style))
        yield ""
    inline = [(contract.id, ignore) for contract in contracts for ignore in contract.inline]
    if inline:
        yield style.paint("Inline ignores", BOLD)
        yield ""
        yield from (f"  {line}" for line in _inline(inline, style))
        yield ""


def _ignores(ignores: Sequence[tuple[str, Ignore]], style: Style) -> Iterator[str]:
    """Yield a line for each entry: first those that prevent nothing, then those that match most imports."""
    ordered = sorted(ignores, key=lambda item: (item[1].violations != 0, -item[1].imports))
    shown = style.capped(ordered, _LINES)
    width = max(len(ignore.pattern) for _, ignore in shown)
    for id_, ignore in shown:
        label = style.paint(f"  [{id_}]", DIM) if id_ else ""
        matches = count(ignore.imports, "import")
        yield f"{ignore.pattern.ljust(width)}  matches {matches}, {_effect(ignore, style)}{label}"
    yield from _hidden(len(ordered), _LINES, "line", style, indent="")


def _inline(ignores: Sequence[tuple[str, InlineIgnored]], style: Style) -> Iterator[str]:
    """Yield two lines for each comment, those without effect first: the statement and what it prevents; the reason."""
    ordered = sorted(ignores, key=lambda item: item[1].violations != 0)
    for id_, ignore in style.capped(ordered, _LINES):
        label = style.paint(f"  [{id_}]", DIM) if id_ else ""
        yield f"{ignore.path}:{ignore.line}: {ignore.text}  {_effect(ignore, style)}{label}"
        yield f"  Reason: {ignore.reason}"
    yield from _hidden(len(ordered), _LINES, "comment", style, indent="")


def _effect(ignore: Ignore | InlineIgnored, style: Style) -> str:
    if ignore.violations is None:
        return "not checked"
    if ignore.violations == 0:
        return style.paint("no longer needed", YELLOW)
    return f"prevents {count(ignore.violations, 'violation')}"


def _coverage(coverage: Coverage, style: Style) -> Iterator[str]:
    """Yield a line for each package that no contract covers, the largest first."""
    yield style.paint(f"Not covered by any contract: {coverage.missing:,} of {count(coverage.modules, 'module')}", BOLD)
    yield ""
    if coverage.uncovered:
        ordered = sorted(coverage.uncovered, key=lambda package: (-package.modules, package.name))
        shown = style.capped(ordered, _LINES)
        width = max(len(package.name) for package in shown)
        for package in shown:
            what = "only its own __init__" if package.alone else count(package.modules, "module")
            yield f"  {package.name.ljust(width)}  {what}"
        yield from _hidden(len(ordered), _LINES, "package", style, indent="  ")
        yield ""
    if coverage.sweeping:
        cover = "covers" if len(coverage.sweeping) == 1 else "cover"
        yield f"  Not counted: {_ids(coverage.sweeping, style)}, which {cover} every module."
    if coverage.unknown:
        yield f"  Coverage unknown for {_ids(coverage.unknown, style)}."
    yield ""


# --- parts of both ------------------------------------------------------------------------------------------------


def _problems(problems: Sequence[Problem], style: Style) -> Iterator[str]:
    if problems:
        yield style.paint("Errors and warnings", BOLD)
        yield ""
    for problem in problems:
        yield f"  {style.paint(problem.severity, RED if problem.is_error else YELLOW)}: {problem}"


def _ids(ids: Sequence[str], style: Style) -> str:
    return ", ".join(ids) if style.verbose else listed(ids)


def _hidden(number: int, most: int, noun: str, style: Style, *, indent: str = "    ") -> Iterator[str]:
    if number > most and not style.verbose:
        yield f"{indent}{more(number - most, noun)}"
