"""The commands that start a program, as reports show them: what fails, and why another command works."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from import_contracts.contracts.crash import entry_violation, message_of
from import_contracts.crashes.crash import Crash
from import_contracts.crashes.entries import Begun, EntryRun, Failure, follow
from import_contracts.crashes.model import possible_imports
from import_contracts.crashes.modules import World
from import_contracts.judging.statements import Statements
from import_contracts.reading.files.program_text import Entry, Started
from import_contracts.reading.source.text import Source
from import_contracts.records import replace
from import_contracts.reports.cycles import EntryFailure, Question, ReportedEntry


def find_entries(question: Question, statements: Statements) -> list[Entry]:
    """Return the entries of a question, and then those that the program has; raises UserError as `Launcher.given`."""
    with statements.snapshot.context.step("find the entries"):
        launcher = statements.launcher
        entries = launcher.given(question.entries)
        spellings = {entry.spelling for entry in entries}
        return entries + [entry for entry in launcher.found() if entry.spelling not in spellings]


def report_entries(
    entries: Sequence[Entry],
    question: Question,
    statements: Statements,
    before: World | None,
    changed: Mapping[str, Source],
) -> tuple[ReportedEntry, ...]:
    """Return what happens in some entries, in their order.

    ``before`` is what is known from the search for crashes. ``changed`` are the modules that the plan for crashes
    changes, as they are then.
    """
    python = question.python
    with statements.snapshot.context.step("follow the entries", len(entries)) as advance:
        runs = follow(entries, statements.program_text, python, before, advance)
        failing = [run.entry for run in runs if run.failures] if changed else []
        after = follow(_after(failing, changed), statements.program_text, python, before)
    works = {run.entry.spelling: not run.failures for run in after if run.is_known}
    reporter = _Reporter(runs, statements)
    return tuple(replace(reporter.entry(run), works_after=works.get(run.entry.spelling)) for run in runs)


def _after(entries: Sequence[Entry], changed: Mapping[str, Source]) -> list[Entry]:
    """Return entries of the program in which some modules have other texts."""
    texts = {source.path: source.text for source in changed.values()}
    known: dict[Started, Started] = {}
    for entry in entries:
        if (started := entry.started) not in known:
            new = {
                name: replace(source, text=texts[source.path])
                for name, source in started.sources.items()
                if source.path in texts
            }
            modules = started.sources.keys() | started.namespaces
            imports = {name: possible_imports(source, modules) for name, source in new.items()}
            known[started] = replace(
                started, sources={**started.sources, **new}, imports={**started.imports, **imports}
            )
    return [replace(entry, started=known[entry.started]) for entry in entries]


class _Reporter:
    """Makes reports of entries; ``runs`` are all of them."""

    def __init__(self, runs: Sequence[EntryRun], statements: Statements) -> None:
        self._runs = runs
        self._statements = statements

    def entry(self, run: EntryRun) -> ReportedEntry:
        """Return the report of an entry."""
        return ReportedEntry(
            entry=run.entry.spelling,
            works=not run.failures if run.is_known else None,
            failures=tuple(self._failure(failure, run) for failure in run.failures),
            contrast=self._contrast(run),
            parent=run.entry.parent,
        )

    def _failure(self, failure: Failure, run: EntryRun) -> EntryFailure:
        crash = failure.crash
        violation = entry_violation(run.entry.spelling, failure)
        stack = (
            ()
            if crash is None
            else tuple(self._statements.place(frame.module, frame.line, is_call=frame.is_call) for frame in crash.stack)
        )
        begun = crash and _deciding(run, crash, failure)
        return EntryFailure(
            part=failure.step.label,
            error="ImportError" if crash is None else crash.error,
            message=message_of(failure),
            imported="" if crash is None else crash.imported,
            name=None if crash is None else crash.name,
            place=stack[-1] if stack else None,
            stack=stack,
            first=begun.module if begun else "",
            way=tuple(map(self._statements.on_line, violation.chain, violation.lines)),
        )

    def _contrast(self, run: EntryRun) -> str:
        """Return why another entry works that imports the same modules; "" if there is none."""
        failure = next(iter(run.failures), None)
        if failure is None or failure.crash is None:
            return ""
        if failure.crash.name is None:
            return _other_spelling(run.entry.spelling, failure)
        for other in self._others(run):
            begun = _deciding(other, failure.crash)
            if begun is None or (begun.step.label, begun.module) == (failure.step.label, _first(run, failure)):
                continue
            if other.entry.spelling == run.entry.parent:
                why = f"{begun.step.label} comes before and imports {begun.module} first"
                return f"All of '{other.entry.spelling}' works, because {why}."
            if begun.module != _first(run, failure):
                return f"'{other.entry.spelling}' works, because it imports {begun.module} first."
        return ""

    def _others(self, run: EntryRun) -> Iterable[EntryRun]:
        """Return the entries that work: first the one that does the same and more, and last single test files."""
        working = [other for other in self._runs if other.is_known and not other.failures]
        return sorted(working, key=lambda other: (other.entry.spelling != run.entry.parent, bool(other.entry.parent)))


def _other_spelling(spelling: str, failure: Failure) -> str:
    """Return the command to write instead where the file that is run cannot find a module, or its own package."""
    folder, _, file = failure.step.label.rpartition("/")
    words = spelling.split()
    if words[0] == "pytest":
        return f"Write '{' '.join(['python -m pytest', *words[1:]])}', which puts this folder on the path."
    if failure.step.module != "__main__" or words[1:2] == ["-m"] or not folder.replace("/", "").isidentifier():
        return ""
    module = f"{folder}/{file.removesuffix('.py')}".replace("/", ".")
    return f"Write 'python -m {module}'; otherwise the path begins with '{folder}', not with this folder."


def _first(run: EntryRun, failure: Failure) -> str:
    begun = failure.crash and _deciding(run, failure.crash, failure)
    return begun.module if begun else ""


def _involved(crash: Crash) -> frozenset[str]:
    """Return the modules of which it depends on the order of their imports whether a crash happens."""
    if crash.name is None:
        return frozenset()
    return frozenset(frame.module for frame in crash.stack if not frame.module.endswith(".py")) | {crash.imported}


def _deciding(run: EntryRun, crash: Crash, failure: Failure | None = None) -> Begun | None:
    """Return the first import of an entry, or of the part that fails, that reaches a module that a crash involves."""
    involved = _involved(crash)
    return next(
        (
            begun
            for begun in run.begun
            if (failure is None or begun.step == failure.step) and not involved.isdisjoint(begun.modules)
        ),
        None,
    )
