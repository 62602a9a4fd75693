"""The report of ``fix`` as text, JSON and SARIF, and the changes as a diff."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from difflib import diff_bytes, unified_diff
from types import MappingProxyType

from import_contracts.graph.kinds import Kind
from import_contracts.reporters.exact import json_text
from import_contracts.reporters.people import for_people
from import_contracts.reporters.sarif import ROOT, SCHEMA, artifact, location, notification
from import_contracts.reporters.style import BOLD, DIM, GREEN, RED, YELLOW, Style
from import_contracts.reporters.words import kind, more, place, problem_lines
from import_contracts.reports.check import Report
from import_contracts.reports.fix import ChangedFile, FixReport, LeftFix, MadeFix, Recovery, Replacement
from import_contracts.version import __version__
from import_contracts.wording import FIXES, count, listed

_LEFT = 5
"""How many steps that are left are shown without ``verbose``."""


# --- as a diff ---------------------------------------------------------------------------------------------------


def as_diff(files: Iterable[ChangedFile], place: Callable[[str], str]) -> bytes:
    """Return the changes as a unified diff, which ``git apply`` and ``patch -p1`` apply to the bytes of the files.

    ``place`` returns the path of a file from the folder in which it is applied.
    """
    return b"".join(line for file in files for line in _file_diff(file, place(file.path)))


def _file_diff(file: ChangedFile, path: str) -> Iterator[bytes]:
    old, new = _quoted(f"a/{path}"), _quoted(f"b/{path}")
    for line in diff_bytes(unified_diff, _lines(file.before), _lines(file.after), old, new, b"", b"", 3, b"\n"):
        yield line if line.endswith(b"\n") else line + b"\n\\ No newline at end of file\n"


def _lines(data: bytes) -> list[bytes]:
    """Return the lines of a file, which end in line feeds only, as for git; the last one may have no end."""
    lines = [line + b"\n" for line in data.split(b"\n")]
    return lines[:-1] if data.endswith(b"\n") or not data else [*lines[:-1], lines[-1][:-1]]


def _quoted(path: str) -> bytes:
    """Return a path as git writes it in a diff: quoted as in C if it has odd characters, with a tab after spaces."""
    data = path.encode(errors="surrogateescape")
    if all(32 <= byte < 127 and byte not in b'"\\' for byte in data):
        return data + (b"\t" if b" " in data else b"")
    return b'"%s"' % b"".join(
        b"\\%c" % byte if byte in b'"\\' else bytes([byte]) if 32 <= byte < 127 else b"\\%03o" % byte for byte in data
    )


# --- as JSON -----------------------------------------------------------------------------------------------------


def as_json(report: FixReport) -> str:
    """Return the report as one JSON object, complete and versioned."""
    question = report.question.question
    document = {
        "version": 1,
        "packages": question.packages,
        "python": ".".join(map(str, question.python)),
        "modules": report.modules,
        "is_diff": report.question.is_diff,
        "exit_status": report.exit_status,
        "cycles": {"before": dict(report.cycles_before), "after": dict(report.cycles_after)},
        "crashes": {"before": report.crashes_before, "after": report.crashes_after},
        "untried": report.untried,
        "made": [{**_step_object(fix), "put_back": fix.was_put_back} for fix in report.made],
        "left": [
            {**_step_object(fix), "reason": fix.reason or None, "needs_unsafe": fix.needs_unsafe} for fix in report.left
        ],
        "files": [{"path": file.path, "edits": [asdict(edit) for edit in file.edits]} for file in report.files],
        "removed": [asdict(each) for each in report.removed],
        "verification": report.verification and asdict(report.verification),
        "recovery": report.recovery and asdict(report.recovery),
        "unreadable": [asdict(file) for file in report.unreadable],
        "errors": [
            {"message": each.full_message, "file": each.file, "line": each.line, "is_error": each.is_error}
            for each in report.problems
        ],
    }
    return json_text(document) + "\n"


def _step_object(step: MadeFix | LeftFix) -> dict[str, object]:
    return {
        **asdict(step.evidence),
        "fix": step.kind,
        "level": step.level,
        "why": " ".join(step.why),
        "edits": [asdict(edit) for edit in step.edits],
    }


# --- as SARIF ----------------------------------------------------------------------------------------------------


def as_sarif(report: FixReport) -> str:
    """Return a SARIF 2.1.0 log: each step is a result with its edits as a fix, in the text before any was made.

    Steps that were made have the state ``absent``, because nothing of them is left in the files.
    """
    here = Report(report.modules, 0, (), folder=report.folder, root=report.root)
    rules = [{"id": name, "shortDescription": {"text": phrase}} for name, phrase in FIXES.items()]
    names = list(FIXES)
    problems = [*report.problems, *(file.problem for file in report.unreadable)]
    steps: list[MadeFix | LeftFix] = [*report.made, *report.left]
    run = {
        "tool": {"driver": {"name": "import-contracts", "semanticVersion": __version__, "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the repository."}}},
        "invocations": [
            {
                "executionSuccessful": report.exit_status != 2,
                "exitCode": report.exit_status,
                "toolExecutionNotifications": [notification(problem, (), here) for problem in problems],
            }
        ],
        "results": [_result(step, names, here, report) for step in steps],
    }
    return json_text({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}) + "\n"


def _result(step: MadeFix | LeftFix, rules: Sequence[str], here: Report, report: FixReport) -> dict[str, object]:
    evidence = step.evidence
    is_done = isinstance(step, MadeFix) and not step.was_put_back and not report.question.is_diff
    said = [f"{evidence.importer} imports {evidence.imported}: {FIXES[step.kind]}.", *step.why]
    return {
        "ruleId": step.kind,
        "ruleIndex": rules.index(step.kind),
        "level": "note",
        "baselineState": "absent" if is_done else "unchanged",
        "message": {"text": " ".join(said)},
        "locations": [location(evidence.path, here, evidence.line, evidence.column)],
        "properties": {"fixLevel": step.level},
        **({"fixes": [_sarif_fix(step, here)]} if step.edits else {}),
    }


def _sarif_fix(step: MadeFix | LeftFix, here: Report) -> dict[str, object]:
    by_path: dict[str, list[Replacement]] = {}
    for edit in step.edits:
        by_path.setdefault(edit.path, []).append(edit)
    return {
        "description": {"text": FIXES[step.kind]},
        "artifactChanges": [
            {"artifactLocation": artifact(here.in_repository(path)), "replacements": list(map(_replacement, edits))}
            for path, edits in by_path.items()
        ],
    }


def _replacement(edit: Replacement) -> dict[str, object]:
    region = {
        "startLine": edit.line,
        "startColumn": edit.column,
        "endLine": edit.end_line,
        "endColumn": edit.end_column,
    }
    return {"deletedRegion": region, "insertedContent": {"text": edit.new}}


# --- as text -----------------------------------------------------------------------------------------------------


@for_people
def as_text(report: FixReport, style: Style) -> str:
    """Return what was changed, what is left, and the numbers of cycles and crashes before and after."""
    lines = [
        *_recovered(report.recovery, style),
        *_changed(report, style),
        *_put_back(report, style),
        *_removed(report, style),
        *_left(report, style),
        *problem_lines([*report.problems, *(file.problem for file in report.unreadable)], style),
        *_summary(report, style),
    ]
    return "".join(f"{line}\n" for line in lines)


def _recovered(recovery: Recovery | None, style: Style) -> Iterator[str]:
    if recovery is None:
        return
    done = f"its {count(len(recovery.put_back), 'file')} {'was' if len(recovery.put_back) == 1 else 'were'} put back"
    what = done if recovery.put_back else "it had changed nothing"
    yield style.paint(f"An earlier run was stopped before it had finished; {what}.", YELLOW)
    if recovery.left:
        yield style.paint(f"These were changed since, so they were left as they are: {listed(recovery.left)}.", YELLOW)
    yield ""


def _changed(report: FixReport, style: Style) -> Iterator[str]:
    made = [fix for fix in report.made if not fix.was_put_back]
    if not made:
        return
    verb = "Would change" if report.question.is_diff else "Changed"
    imports, files = count(len(made), "import"), count(len(report.files), "file")
    yield style.paint(f"{verb} {imports} in {files}:", BOLD)
    yield ""
    for fix in made:
        yield from _step(fix, style)
    yield ""


def _step(fix: MadeFix | LeftFix, style: Style) -> Iterator[str]:
    evidence = fix.evidence
    yield f"  {place(evidence)}: {style.paint(evidence.text, BOLD)}{kind(evidence)}"
    level = "" if fix.level == "shown" else f" ({fix.level})"
    yield f"    {FIXES[fix.kind]}{level}"
    yield from (style.paint(f"    {sentence}", DIM) for sentence in fix.why)


def _put_back(report: FixReport, style: Style) -> Iterator[str]:
    verification = report.verification
    if verification is None:
        return
    command = shlex.join(verification.command)
    runs = count(verification.runs, "run")
    if not report.put_back:
        yield style.paint(f"{command} passes ({runs}).", GREEN)
        yield ""
        return
    what = "everything was" if len(report.put_back) == len(report.made) else "these were"
    yield style.paint(f"{command} fails after the changes, so {what} put back ({runs}):", RED)
    if verification.fails_without:
        yield style.paint("It fails without them too.", RED)
    yield ""
    for fix in report.put_back:
        yield from _step(fix, style)
    yield ""


def _removed(report: FixReport, style: Style) -> Iterator[str]:
    if not report.removed:
        return
    verb = "Would remove" if report.question.is_diff else "Removed"
    yield style.paint(f"{verb} {count(len(report.removed), 'stale entry')}:", BOLD)
    yield ""
    yield from (f"  {each.path}: {each.contract}: {each.entry}" for each in report.removed)
    yield ""


def _left(report: FixReport, style: Style) -> Iterator[str]:
    unsafe, not_made, by_hand = _parts(report)
    for steps, heading in (
        (unsafe, "Left, because they are unsafe"),
        (not_made, "Not made"),
        (by_hand, "Left to do by hand"),
    ):
        if not steps:
            continue
        yield style.paint(f"{heading}:", BOLD)
        yield ""
        shown = style.capped(steps, _LEFT)
        for fix in shown:
            yield from _step(fix, style)
            if fix.reason:
                yield style.paint(f"    {fix.reason}", YELLOW)
        if hidden := len(steps) - len(shown):
            yield f"  {more(hidden)}"
        yield ""


def _parts(report: FixReport) -> tuple[list[LeftFix], list[LeftFix], list[LeftFix]]:
    """Return the steps that --unsafe-fixes makes, those that could be made otherwise, and those to do by hand."""
    unsafe = [fix for fix in report.left if fix.needs_unsafe]
    by_hand = [fix for fix in report.left if fix.level == "shown" and not fix.needs_unsafe]
    not_made = [fix for fix in report.left if fix.level != "shown" and not fix.needs_unsafe]
    return unsafe, not_made, by_hand


def _summary(report: FixReport, style: Style) -> Iterator[str]:
    before, after = _cycles(report.cycles_before), _cycles(report.cycles_after)
    python = "Python {}.{}".format(*report.question.question.python)
    if report.files:
        crashes = f"{len(report.crashes_before):,} -> {len(report.crashes_after):,}"
        yield style.paint(f"Cycles: {before} -> {after}.", BOLD)
        yield style.paint(f"Modules that crash when imported first ({python}): {crashes}.", BOLD)
    else:
        crashing = count(len(report.crashes_before), "module")
        verb = "crashes" if len(report.crashes_before) == 1 else "crash"
        done = "Nothing was changed." if report.made or report.left else "There is nothing to change."
        yield style.paint(f"Cycles: {before}; {crashing} {verb} when imported first ({python}). {done}", BOLD)
    if report.untried:
        yield f"It would be too much work to predict whether {count(len(report.untried), 'module')} would crash."
    if left := _hint(report):
        yield left
    if report.files and not report.has_git and not report.question.is_diff:
        yield "There is no git repository here, so git cannot undo this."


def _hint(report: FixReport) -> str:
    words = ("more with --unsafe-fixes", "not made", "by hand")
    parts = [f"{len(steps):,} {what}" for steps, what in zip(_parts(report), words, strict=True) if steps]
    return f"Left: {', '.join(parts)}." if parts else ""


def _cycles(numbers: Mapping[Kind, int]) -> str:
    kinds = ", ".join(f"{number:,} {each.replace('_', ' ')}" for each, number in numbers.items())
    return f"{sum(numbers.values()):,}" + (f" ({kinds})" if kinds else "")


FIX_FORMATS: Mapping[str, Callable[[FixReport, Style], str]] = MappingProxyType(
    {"json": lambda report, _: as_json(report), "sarif": lambda report, _: as_sarif(report), "text": as_text}
)
