"""Why an import in a traceback failed, for one exception."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from import_contracts.crashes.crash import Crash
from import_contracts.explain.fixing import FixFinder
from import_contracts.explain.missing import BINDS_ANYTHING, Missing, binds
from import_contracts.explain.prediction import MAIN, Observed, Predictor
from import_contracts.explain.stack import Stack
from import_contracts.graph.names import absolute, ancestors, overlap
from import_contracts.reading.files.around import ProgramAround
from import_contracts.reading.source.imports import read_imports
from import_contracts.reading.source.text import Source, split_lines
from import_contracts.reading.source.trees import remembering
from import_contracts.repair.deadlocks import Deadlock
from import_contracts.repair.program_names import ProgramNames
from import_contracts.reports.cycles import Place
from import_contracts.reports.tracebacks import Story, StoryKind
from import_contracts.tracebacks.messages import Failing, Failure
from import_contracts.tracebacks.raised import Raised

_ABOUT_NAMES = (Failing.NAME, Failing.ATTRIBUTE, Failing.SUBMODULE)


class Teller:
    """Tells why imports of a program failed, for one version of Python.

    ``files`` are the paths here of the printed ones.
    """

    def __init__(self, program: ProgramAround, files: Mapping[str, str], version: tuple[int, int]) -> None:
        self._program = program
        self._files = files
        self._version = version
        self._parse = remembering()
        self._names = ProgramNames(program.sources.get, program.graph, self._parse)

    def story(self, raised: Raised, failure: Failure, stack: Stack) -> Story:
        """Return why an exception was raised whose traceback has lines of the program."""
        failure = self._completed(failure, stack)
        imported, name = failure.module, failure.name
        hiding = self._hiding(failure, stack)
        missing = Missing(self._program, self._names, stack, failure, hiding)
        if failure.what in _ABOUT_NAMES and not hiding:
            submodule = f"{imported}.{name}"
            if failure.what is not Failing.NAME and submodule in self._program.modules:
                imported, name = submodule, ""
            begin = stack.begin_of(imported)
            if begin is not None and (not name or missing.may_bind(imported, name)):
                return self._deadlock(raised, imported, name, stack, begin)
        kind, sentences, mending = missing.answer()
        return Story(
            kind,
            raised.error,
            raised.message,
            stack.steps,
            failure.module,
            failure.name,
            twice=stack.twice,
            sentences=sentences,
            notes=stack.notes,
            mending=mending,
        )

    def _hiding(self, failure: Failure, stack: Stack) -> str:
        """Return the module in a file that Python found although a library of that name was meant; "" if none was."""
        wanted = failure.not_package or failure.module
        found = next((name for path, name in self._program.names.items() if self._files.get(failure.path) == path), "")
        candidates = [each for each in (found, wanted, stack.main) if each.rpartition(".")[2] == wanted]
        hiding = next((each for each in candidates if each in self._program.sources), "")
        if not wanted or "." in wanted or not hiding:
            return ""
        last = stack.steps[-1]
        is_own = hiding in {last.module, stack.main if last.module == MAIN else ""}
        is_own = is_own and not self._program.sources[hiding].is_package  # which imports its own modules from itself
        is_library = wanted in sys.stdlib_module_names or failure.hides == "stdlib" or bool(failure.not_package)
        usage = self._names.usage(hiding)
        is_meant = usage is not None and binds(usage, failure.name, wanted)
        return hiding if (is_library or is_own) and not is_meant else ""

    def _completed(self, failure: Failure, stack: Stack) -> Failure:
        """Return a failure with the module that its statement asks for, if the message does not name it."""
        place = stack.steps[-1]
        source = self._source(place.module)
        if failure.what is not Failing.NAME or failure.module or source is None:
            return failure
        for written in read_imports(place.text, source.module, is_package=source.is_package):
            if written.name == failure.name:
                module = absolute(written.level, written.module, source.module, is_package=source.is_package)
                return replace(failure, module=module or "")
        return failure

    def _source(self, module: str) -> Source | None:
        return self._program.sources.get(module)

    # --- modules that wait for each other ---------------------------------------------------------------------------

    def _deadlock(self, raised: Raised, imported: str, name: str, stack: Stack, begin: int) -> Story:
        steps = stack.steps[begin:]
        predictor = Predictor(self._program, self._version, stack.main, self._parse)
        attempt = _Reproduction(predictor, stack, begin, imported, name).best()
        lines = tuple((step.module, step.line) for step in stack.steps)
        deadlock = Deadlock(lines[begin:], lines[:begin], imported, name)
        finder = FixFinder(attempt.predictor, attempt.entry, attempt.observed)
        return Story(
            StoryKind.CYCLE,
            raised.error,
            raised.message,
            stack.steps,
            imported,
            name,
            reached=steps[0].line,
            defined=self._defined(imported, name, steps[0].line, attempt.crash),
            twice=stack.twice,
            sentences=(_waiting(steps, imported, name),),
            notes=(*stack.notes, *attempt.notes),
            mending=finder.find(deadlock) if attempt.crash else finder.untried(deadlock),
        )

    def _defined(self, module: str, name: str, below: int, crash: Crash | None) -> Place | None:
        """Return where a module binds a name: the first place below the line that it has reached, if there is one."""
        source, usage = self._source(module), self._names.usage(module)
        lines = [each.lineno for each in usage.defined.get(name, ())] if usage else []
        line = next((line for line in lines if line > below), crash.defined if crash and crash.name == name else None)
        if source is None or line is None:
            return None
        return Place(module, source.path, line, split_lines(source.text)[line - 1].strip())


@dataclass(frozen=True)
class _Attempt:
    """A module whose predicted import ends as in the traceback, with the steps of the traceback that this needs.

    ``crash`` is None if it does not end like that.
    """

    predictor: Predictor
    entry: str
    observed: tuple[Observed, ...]
    crash: Crash | None
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Reproduction:
    """Looks for the predicted import that ends as in a traceback, where ``imported`` lacks ``name``.

    The step number ``begin`` is in ``imported``.
    """

    predictor: Predictor
    stack: Stack
    begin: int
    imported: str
    name: str

    def best(self) -> _Attempt:
        """Return the attempt that needs the least of the traceback and begins as early as it."""
        begun = [step.module for step in self.stack.steps[: self.begin + 1] if not step.is_call]
        entries = list(dict.fromkeys(begun))
        unseen = [number for number in range(1, len(self.stack.steps)) if self._is_unseen(number)]
        first = next(number for number, step in enumerate(self.stack.steps) if not step.is_call)
        observed = tuple(self._observed(number) for number in unseen if number > first)
        notes = self._notes(unseen)
        for predictor in (self.predictor, replace(self.predictor, finished=self._finished)):
            for known in [(), observed] if observed else [()]:
                crashes = predictor.crashes(entries, {}, known)
                for entry in entries if known or not observed else entries[:1]:
                    if entry in crashes and self._is_same(crashes[entry]):
                        needs_notes = known or entry != entries[0]
                        return _Attempt(predictor, entry, known, crashes[entry], notes if needs_notes else ())
        return _Attempt(self.predictor, entries[0], observed, None, notes or (self._why_it_may_work(),))

    @property
    def _finished(self) -> frozenset[str]:
        """The packages around the modules of the traceback that are not being imported there, so they have been."""
        modules = {step.module for step in self.stack.steps}
        return frozenset(package for module in modules for package in ancestors(module)) - modules

    def _why_it_may_work(self) -> str:
        """Return why static analysis does not see that the name is missing, although it sees every import."""
        source = self.predictor.program.sources[self.predictor.main if self.imported == MAIN else self.imported]
        for number, line in enumerate(split_lines(source.text), 1):
            if BINDS_ANYTHING.search(line):
                place = f"{source.path}:{number}: {line.strip()}"
                return f"Static analysis alone assumes that {self.imported} may have any name: {place}"
        return f"Static analysis alone predicts that importing {self.stack.steps[self.begin].module} works."

    def _is_same(self, crash: Crash) -> bool:
        last = self.stack.steps[-1]
        return (crash.importer, crash.imported) == (last.module, self.imported) and self.name in {"", crash.name}

    def _is_unseen(self, number: int) -> bool:
        """Tell whether a step of the traceback is the beginning of a module that the line before does not import."""
        step, before = self.stack.steps[number], self.stack.steps[number - 1]
        if step.is_call:
            return False
        graph = self.predictor.program.graph
        importer = self.predictor.main if before.module == MAIN else before.module
        on_line = (each for each in graph.imported_by(importer) if before.line in graph.lines(importer, each))
        return not any(overlap(each, step.module) for each in on_line)

    def _observed(self, number: int) -> Observed:
        """Return a step as what the module did that was being imported."""
        begun = next(step for step in reversed(self.stack.steps[:number]) if not step.is_call)
        return Observed(begun.module, begun.line, f"import {self.stack.steps[number].module}")

    def _notes(self, unseen: Collection[int]) -> tuple[str, ...]:
        """Return what static analysis cannot see of the traceback."""
        steps = self.stack.steps
        return tuple(
            f"Static analysis alone cannot see that {before.path}:{before.line} imports {step.module}: {before.text}"
            for before, step in ((steps[number - 1], steps[number]) for number in unseen)
        )


def _waiting(steps: Sequence[Place], imported: str, name: str) -> str:
    """Return who waits for whom, in a sentence."""
    begun = list(dict.fromkeys(step.module for step in steps if not step.is_call))
    waits = [f"{one} waits for {other}" for one, other in pairwise(begun)]
    needs = f"{steps[-1].module} needs {name} from {imported}" if name else f"{steps[-1].module} needs {imported}"
    return ", ".join(waits) + (f", and {needs}." if waits else f"{needs}, which is itself.")
