"""Predicting the import of a module after edits, given the steps that a traceback shows."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from import_contracts.crashes.bodies import CodeCache
from import_contracts.crashes.crash import Crash
from import_contracts.crashes.model import ImportModel, listing_in, possible_imports
from import_contracts.crashes.search import try_entries
from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import ancestors, parent
from import_contracts.reading.files.around import ProgramAround
from import_contracts.reading.source.text import Source, split_lines
from import_contracts.reading.source.trees import Parser
from import_contracts.repair.deadlocks import same_line

MAIN = "__main__"
_MOST_WORK = 3_000  # modules, each counted as often as its import is predicted
_FINISHED = "exec(input())\n"  # a module of which nothing is known: it may have any name
_COMPUTES = re.compile(r"import_module|__import__|iter_modules|walk_packages")
_NAMES = re.compile(r"\w+(?:\.\w+)*")
Texts: TypeAlias = Mapping[str, Source]


@dataclass(frozen=True, slots=True)
class Observed:
    """What a line of a module did according to a traceback, as an import statement, whatever the line says."""

    module: str
    line: int
    statement: str


@dataclass
class Predictor:
    """Predicts the imports of modules of a program, for one version of Python.

    ``main`` is the module that the program runs as a script, so that its text runs as ``__main__`` too; or "".
    ``finished`` are packages that have been imported before, whatever their texts import.
    """

    program: ProgramAround
    version: tuple[int, int]
    main: str
    parse: Parser
    finished: frozenset[str] = frozenset()
    _codes: CodeCache = field(init=False, default_factory=CodeCache)
    _imports: dict[Source, dict[str, Kind]] = field(init=False, default_factory=dict)
    _known: dict[object, dict[str, Crash]] = field(init=False, default_factory=dict)
    _work: int = field(init=False, default=0)

    @property
    def is_too_much(self) -> bool:
        """Whether so many modules were imported that no more changes should be tried."""
        return self._work > _MOST_WORK

    def crashes(
        self, entries: Collection[str], changed: Texts | None = None, observed: Sequence[Observed] = ()
    ) -> dict[str, Crash]:
        """Return the crashes of those modules that fail when they are imported first, by module.

        ``changed`` are new texts of modules. ``observed`` are steps that the texts do not show.
        """
        key = (frozenset(entries), frozenset((changed or {}).values()), tuple(observed))
        if key not in self._known:
            self._known[key] = self._crashes(entries, {**self.program.sources, **(changed or {})}, observed)
        return self._known[key]

    def _crashes(
        self, entries: Collection[str], texts: dict[str, Source], observed: Iterable[Observed]
    ) -> dict[str, Crash]:
        if self.main:
            texts[MAIN] = replace(texts[self.main], module=MAIN)
        for package in self.finished & texts.keys():
            texts[package] = replace(texts[package], text=_FINISHED)
        for step in observed:
            before = self.program.sources.get(self.main if step.module == MAIN else step.module)
            if before is not None and step.module in texts:
                texts[step.module] = self._with_step(before, texts[step.module], step)
        reached = self._reached(entries, texts)
        self._work += len(reached)
        model = ImportModel(
            {module: text for module, text in texts.items() if module in reached},
            {module: self._possible(texts[module]) for module in reached & texts.keys()},
            self.version,
            self.program.namespaces & reached,
        )
        return {crash.entry: crash for crash in try_entries(model, entries, self._codes).crashes}

    def _reached(self, entries: Iterable[str], texts: Texts) -> set[str]:
        """Return the modules that importing some modules may start."""
        todo = list(entries)
        found = set(todo)
        for module in todo:
            text = texts.get(module)
            named = set(self._possible(text)) if text else set()
            if text and "import *" in text.text:
                named |= {child for each in named for child in self.program.graph.children(each)}
            if text and _COMPUTES.search(text.text):
                named |= self._computed(text)
            new = {each for name in (module, *named) for each in (name, *ancestors(name))} - found
            found |= new
            todo += sorted(new)
        return found

    def _computed(self, source: Source) -> set[str]:
        """Return the modules that a text may import by names that it computes: those of which it has the name."""
        package = source.module if source.is_package else parent(source.module)
        names = _NAMES.findall(source.text)
        possible = {each for name in names for each in (name, f"{package}.{name}", f"{source.module}.{name}")}
        listed = self.program.graph.children(package) if listing_in(source.text) else ()
        return (possible & self.program.modules).union(listed)

    def _possible(self, source: Source) -> dict[str, Kind]:
        if source not in self._imports:
            self._imports[source] = possible_imports(source, self.program.modules)
        return self._imports[source]

    def _with_step(self, before: Source, now: Source, step: Observed) -> Source:
        """Return a text in which a line also does what it did; unchanged if that line is no simple statement.

        ``before`` is the text to which the line belongs. If that line is changed now, it no longer does that.
        """
        line = same_line(before.text, now.text, step.line)
        with suppress(SyntaxError):
            statements = (each for each in ast.walk(self.parse(now.text)) if isinstance(each, ast.stmt))
            around = [each for each in statements if each.lineno <= line <= (each.end_lineno or each.lineno)]
            inner = max(around, key=lambda each: (each.lineno, each.col_offset), default=None)
            if inner is not None and not hasattr(inner, "body"):
                lines = split_lines(now.text)
                text = lines[inner.lineno - 1].encode()
                start, end = text[: inner.col_offset].decode(), text[inner.col_offset :].decode()
                lines[inner.lineno - 1] = f"{start}{step.statement}; {end}"
                return replace(now, text="\n".join(lines))
        return now
