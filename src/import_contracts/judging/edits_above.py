"""Edits of modules that no cycle imports: whatever was found out about the cycles of a program holds after them.

Such a module never runs while a module of a cycle is imported, nor while the edits of a plan are tried. So it only
matters what others find in its text, and whether it crashes itself.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Mapping, Set
from functools import cached_property
from itertools import chain

from import_contracts.crashes.bodies import FAILED, LOADED, Bodies, CodeCache
from import_contracts.crashes.memory import Imported
from import_contracts.crashes.missing import MissingImports
from import_contracts.crashes.model import ImportModel, possible_imports, written_imports
from import_contracts.crashes.reach import Reach, reached
from import_contracts.crashes.search import try_entries
from import_contracts.crashes.unfollowed import unfollowed
from import_contracts.graph.components import components
from import_contracts.graph.import_graph import ImportGraph
from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import ancestors, top_level
from import_contracts.judging.cycles import CycleSearch
from import_contracts.judging.statements import Statements
from import_contracts.reading.source.text import Source
from import_contracts.reading.source.trees import remembering
from import_contracts.records import replace
from import_contracts.repair.program_names import ProgramNames, may_have_star, replaced_in
from import_contracts.repair.runtime_annotations import READING_LIBRARIES
from import_contracts.repair.usage import WORD
from import_contracts.reports.cycles import CyclesReport, Question


class EditsAbove:
    """Edits of some modules of a program of which a report names no line.

    ``before`` are the texts that the modules had when the report was made. ``functions`` are those that it depends on:
    see `Remedies.functions`.
    """

    def __init__(
        self, before: Mapping[str, str], functions: Set[tuple[str, str]], question: Question, statements: Statements
    ) -> None:
        self._question = question
        self._statements = statements
        self._functions = functions
        self._parse = remembering()
        self._codes = CodeCache()
        self._now = {module: source for module in before if (source := statements.quotable_source(module))}
        self._then = {module: replace(source, text=before[module]) for module, source in self._now.items()}
        self._is_known = len(self._now) == len(before)

    def after(self, report: CyclesReport) -> CyclesReport | None:
        """Return the report as it is after the edits; None unless it is certain that little else changes."""
        crashes = report.crashes or ()
        crashing = {crash.entry for crash in crashes}
        if (
            self._is_known
            and not report.untried
            and self._are_parsed()
            and self._show_the_same()
            and self._are_above_all()
            and self._have_no_stars()
            and self._importers.isdisjoint(crash.works_from for crash in crashes)
            and self._lack_nothing(report)
            and (self._are_not_followed(crashing) or (self._keep_the_order() and self._work(crashing)))
        ):
            return replace(report, imports=report.imports + self._more_imports())
        return None

    # --- their texts ----------------------------------------------------------------------------------------------

    def _are_parsed(self) -> bool:
        """Tell whether all texts are valid."""
        unreadable = {each.module for each in self._statements.snapshot.scan.unreadable}
        try:
            for source in chain(self._now.values(), self._then.values()):
                self._parse(source.text)
        except (SyntaxError, RecursionError):
            return False
        return unreadable.isdisjoint(self._now)

    def _show_the_same(self) -> bool:
        """Tell whether others, which look for something in the texts, find the same."""
        readers = {name for module, name in self._functions if not module} | {"__annotations__"}
        for module, now in self._now.items():
            then = self._then[module]
            words = {*WORD.findall(now.text), *WORD.findall(then.text)}
            if replaced_in(then.text) != replaced_in(now.text) or not words.isdisjoint(readers | READING_LIBRARIES):
                return False
        return unfollowed(self._then.values()) == unfollowed(self._now.values()) and self._take_the_same()

    def _take_the_same(self) -> bool:
        """Tell whether the modules take the same from others, but for what these do not import themselves."""
        names_then, names_now = self._names(self._then), self._names(self._now)
        for module in self._now:
            then, now = names_then.taken_by(module), names_now.taken_by(module)
            for imported in then.keys() | now.keys():
                differing = then.get(imported, frozenset()) ^ now.get(imported, frozenset())
                if not differing or self._statements.source(imported) is None:
                    continue
                usage = names_now.usage(imported)
                if usage is None or "*" in differing or any(each.local in differing for each in usage.bindings):
                    return False
        return True

    def _names(self, texts: Mapping[str, Source]) -> ProgramNames:
        def source(module: str) -> Source | None:
            return texts.get(module) or self._statements.quotable_source(module)

        return ProgramNames(source, self._graph, self._parse)

    # --- where they are -------------------------------------------------------------------------------------------

    @cached_property
    def _graph(self) -> ImportGraph:
        return CycleSearch(self._question, self._statements).graph

    @cached_property
    def _model(self) -> ImportModel:
        text = self._statements.program_text
        return ImportModel(text.sources, text.imports, self._question.python, text.namespaces)

    @cached_property
    def _model_then(self) -> ImportModel:
        now = self._model
        imports = {module: possible_imports(source, now.modules) for module, source in self._then.items()}
        texts = {**now.sources, **self._then}
        return ImportModel(texts, {**now.imports, **imports}, now.version, now.namespaces, like=now)

    @cached_property
    def _importers(self) -> Set[str]:
        """The modules, and all that may import one of them, directly or not."""
        by_any = {module: self._graph.importers_of(module) for module in self._graph.modules}
        return self._model.importers(self._now) | reached(self._now, by_any)

    def _are_above_all(self) -> bool:
        """Tell whether nothing imports the modules that is in a cycle, or was loaded to find out what is reported."""
        needed = {module for module, name in self._functions if name in {"", LOADED}}
        graph = {module: self._graph.imported_by(module) for module in self._graph.modules}
        return self._importers.isdisjoint(needed.union(*components(graph)))

    def _lack_nothing(self, report: CyclesReport) -> bool:
        """Tell whether the modules and their importers import nothing that is not there, now and before."""
        if any(each.place.module in self._importers for each in report.missing):
            return False
        bodies = Bodies(self._model, self._codes)
        importers = self._importers & self._model.sources.keys()
        return not MissingImports(self._model, bodies, self._statements.exists).of(sorted(importers))

    def _have_no_stars(self) -> bool:
        """Tell whether the imports of the modules and their importers depend only on the text of each."""
        texts = (source.text for each in self._importers if (source := self._statements.source(each)))
        return not any(map(may_have_star, chain(texts, (source.text for source in self._then.values()))))

    def _more_imports(self) -> int:
        """Return how many imports there are more."""
        return sum(len(self._imported(self._now[each])) - len(self._imported(self._then[each])) for each in self._now)

    def _imported(self, source: Source, *kinds: Kind) -> set[str]:
        """Return the modules of the program that a text imports, by imports of some kinds or of all."""
        written = (each for each in written_imports(source) if not kinds or each.kind in kinds)
        return {module for each in written if (module := self._statements.resolved(each, source))}

    # --- whether they crash ---------------------------------------------------------------------------------------

    def _are_not_followed(self, crashing: Collection[str]) -> bool:
        """Tell whether a search for crashes has no reason to import the modules or their importers."""
        return not crashing and self._importers.isdisjoint(self._model.risky)

    def _keep_the_order(self) -> bool:
        """Tell whether a search follows all others in the order of the one before, and the modules for the same reason.

        They must not need something else from outside the program either, as far as statements import it.
        """
        return (
            self._model.below(self._now) == self._model_then.below(self._now)
            and self._order(self._model_then) == self._order(self._model)
            and all(self._load(self._then[each]) == self._load(self._now[each]) for each in self._now)
        )

    def _order(self, model: ImportModel) -> list[str]:
        """Return the modules as a search follows them, first those of cycles; without those that were edited."""
        reach = Reach(model.started)
        orders = (reach.lowest_first(modules, reach.components()) for modules in (model.risky, model.modules))
        return [module for module in dict.fromkeys(chain.from_iterable(orders)) if module not in self._importers]

    def _work(self, crashing: Collection[str]) -> bool:
        """Tell whether the modules and their importers do not crash, and load those that do, as before.

        They must not change others either, and load the same of what was edited on paper.
        """
        found = try_entries(self._model, self._importers, self._codes)
        world = found.world
        if found.crashes or found.untried or world is None or not world.effects.entries.isdisjoint(self._importers):
            return False
        if not all(self._loads_as_before(module, world.outcomes.get(module), crashing) for module in self._importers):
            return False
        edited = {module for module, name in self._functions if not name}
        reaches = [world.reach, *(Reach(model.started) for model in (self._model, self._model_then))]
        now, *others = (reach.below(self._importers) & edited for reach in reaches)
        return others == [now, now]

    def _loads_as_before(self, module: str, known: Imported | None, crashing: Collection[str]) -> bool:
        """Tell whether a module loads the same of the modules that crash, or fails, as before."""
        numbers = self._model.modules
        names = [FAILED] if known is None else [each for each in crashing if known.loaded.certain >> numbers[each] & 1]
        return {name for of, name in self._functions if of == module and name in {FAILED, *crashing}} == {*names}

    def _load(self, source: Source) -> tuple[Set[str], Set[str]]:
        """Return the modules that a text loads, as far as statements import them, and what it imports from outside."""
        graph = self._graph.without_kinds(frozenset(Kind) - {Kind.RUNTIME})
        begun = _with_packages(self._imported(source, Kind.RUNTIME))
        loaded = reached(begun, {each: _with_packages(graph.imported_by(each)) for each in graph.modules})
        inside = sys.stdlib_module_names.union(top_level(each) for each in graph.modules)
        named = (top_level(each.module) for each in written_imports(source) if not each.level)
        return loaded, frozenset(named) - inside


def _with_packages(modules: Iterable[str]) -> set[str]:
    return {name for module in modules for name in (module, *ancestors(module))}
