"""Which fix of an import in a cycle is the cheapest that is allowed, and why.

A fix is proposed only if the text proves that it is safe, as far as a text can. Otherwise the next cheapest fix is
tried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from import_contracts.graph.import_graph import Edge, ImportGraph
from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import parent
from import_contracts.reading.source.imports import ImportReader
from import_contracts.reading.source.text import Source
from import_contracts.reading.source.trees import Parser, parse
from import_contracts.repair.edits import Change, Rearrangement, Rewrite, edits
from import_contracts.repair.extraction import Extractions
from import_contracts.repair.fix_kinds import FixKind, Level
from import_contracts.repair.layout import Edit, edited
from import_contracts.repair.program_names import ProgramNames
from import_contracts.repair.ways import ImportedName, Reason
from import_contracts.wording import listed

Identity: TypeAlias = tuple[str, str, FixKind]
"""An import, and how it is fixed."""


@dataclass(frozen=True, slots=True)
class Fix:
    """A way to remove an import from a cycle; ``why`` are the reasons, a sentence each.

    ``rewrites`` say what to write instead, all of it in the importer. A fix without any has to be carried out by hand.
    """

    kind: FixKind
    importer: str
    imported: str
    why: tuple[str, ...]
    rewrites: tuple[Change, ...] = ()

    @property
    def identity(self) -> Identity:
        """What is equal for the same fix of another plan."""
        return self.importer, self.imported, self.kind

    @property
    def level(self) -> Level:
        """The least harmless level of what has to be written."""
        if not self.rewrites:
            return Level.SAFE if self.kind is FixKind.NONE else Level.SHOWN
        return max((rewrite.level for rewrite in self.rewrites), key=lambda level: level.rank)


@dataclass(frozen=True, slots=True)
class CyclicImport:
    """An import to remove from a cycle: all statements of some kinds that import one module into another.

    ``cycle`` are the modules of the cycle, whose imports are of the same kinds.
    """

    edge: Edge
    kinds: frozenset[Kind]
    cycle: frozenset[str]

    @property
    def useless(self) -> frozenset[FixKind]:
        """The fixes after which the import would still be in the cycle, as an import of another kind."""
        return frozenset(fix for fix, kind in _BECOMES.items() if kind in self.kinds)


_ELSEWHERE = "_import_contracts_by_hand"
"""A module outside every program."""

_BECOMES = {FixKind.DEFER: Kind.DEFERRED, FixKind.TYPE_CHECKING: Kind.TYPE_CHECKING}

_UNPARSED = "This file cannot be parsed: its syntax is wrong, or needs a newer Python than the one that runs."
_UNAVAILABLE = "The text of this file is not available: it is outside the repository, or cannot be read."
# The kinds that may be combined to fix all names of an import, the cheapest first.
_COMBINATIONS = (
    frozenset({FixKind.TYPE_CHECKING}),
    frozenset({FixKind.TYPE_CHECKING, FixKind.DIRECT_IMPORT}),
    frozenset({FixKind.TYPE_CHECKING, FixKind.DIRECT_IMPORT, FixKind.DEFER}),
    frozenset({FixKind.EXTRACT}),
)


class Fixes:
    """Finds fixes in a program for one version of Python.

    ``source`` returns the text of a module, or None if it has none. ``graph`` has the modules of the program and their
    imports. ``reader`` may have read some of the texts.
    """

    def __init__(
        self,
        source: Callable[[str], Source | None],
        graph: ImportGraph,
        version: tuple[int, int],
        parse: Parser = parse,
        reader: ImportReader | None = None,
    ) -> None:
        self.names = ProgramNames(source, graph, parse, reader)
        self._may: Callable[[Fix], bool] = lambda _: True
        self._version = version
        self._found: dict[tuple[CyclicImport, frozenset[FixKind]], Fix] = {}
        self._imported: dict[str, dict[str | None, list[ImportedName]]] = {}

    def only(self, may: Callable[[Fix], bool]) -> Fixes:
        """Return what finds those fixes of the same program that may be made, or else what to do by hand."""
        found = copy(self)
        found._may, found._found, found._imported = may, {}, {}  # noqa: SLF001 - our own
        return found

    def cheapest(self, wanted: CyclicImport, rejected: frozenset[FixKind] = frozenset()) -> Fix:
        """Return the cheapest fix of an import that is of none of the rejected kinds."""
        key = (wanted, rejected)
        if key not in self._found:
            self._found[key] = self._cheapest(wanted, rejected | wanted.useless)
        return self._found[key]

    def _cheapest(self, wanted: CyclicImport, without: frozenset[FixKind]) -> Fix:
        names = self.names_of(wanted)
        for kinds in _COMBINATIONS if names else ():
            is_extraction = kinds == {FixKind.EXTRACT}
            fix = self.extraction(wanted) if is_extraction else self._combined(wanted, names, kinds - without)
            if fix is not None and fix.kind not in without:
                return fix
        return self.restructuring(wanted)

    def names_of(self, wanted: CyclicImport) -> tuple[ImportedName, ...]:
        """Return the names that an import imports by statements of its kinds, in their order."""
        importer, imported = wanted.edge
        if importer not in self._imported:
            self._imported[importer] = self._names_in(importer)
        return tuple(name for name in self._imported[importer].get(imported, ()) if name.binding.kind in wanted.kinds)

    def _names_in(self, importer: str) -> dict[str | None, list[ImportedName]]:
        """Return the names that a module imports, by module; those of no module of the program have None."""
        usage = self.names.usage(importer)
        found: dict[str | None, list[ImportedName]] = {}
        if usage is not None:
            may = partial(self._may_change, importer)
            for each in usage.bindings:
                name = ImportedName(importer, usage, each, self.names, self._version, may)
                found.setdefault(self.names.module(each.module, each.name), []).append(name)
        return found

    def _may_change(self, importer: str, kind: FixKind, rewrite: Rewrite) -> bool:
        """Tell whether one name of an import statement may be changed."""
        imported = self.names.module(rewrite.binding.module, rewrite.binding.name) or ""
        return self._may(Fix(kind, importer, imported, (), (rewrite,)))

    def direct_edge(self, name: ImportedName) -> Edge | None:
        """Return the import that importing a name from its defining module adds; None if there is no such way."""
        _, rewrite = name.ways.get(FixKind.DIRECT_IMPORT, (None, None))
        module = self.names.module(*rewrite.origin) if rewrite and rewrite.origin else None
        return (name.importer, module) if module else None

    def made_of(self, wanted: CyclicImport, chosen: Sequence[tuple[ImportedName, FixKind]]) -> Fix:
        """Return the fix of an import that goes a certain way for each of its names."""
        found = [name.ways[kind] for name, kind in chosen]
        kind = max((kind for _, kind in chosen), key=_weight)
        return Fix(kind, *wanted.edge, _sentences(reason for reason, _ in found), tuple(each for _, each in found))

    def _combined(self, wanted: CyclicImport, names: Sequence[ImportedName], kinds: frozenset[FixKind]) -> Fix | None:
        """Return the fix that takes the cheapest way of some kinds for each name; None if a name has none of them."""
        ways = [name.ways.keys() & kinds for name in names]
        if not all(ways):
            return None
        return self.made_of(wanted, [(name, min(way, key=_weight)) for name, way in zip(names, ways, strict=True)])

    def restructuring(self, wanted: CyclicImport) -> Fix:
        """Return what to do about an import by hand, with what prevents everything else."""
        importer, imported = wanted.edge
        usage = self.names.usage(importer)
        if usage is None:
            return _restructure(wanted, [_UNPARSED if self.names.has_text(importer) else _UNAVAILABLE])
        if names := self.names_of(wanted):
            return _restructure(wanted, _sentences(name.obstacle() for name in names))
        stars = (self.names.module(each.module, each.name) for each in usage.bindings if each.name == "*")
        if parent(imported) in stars:
            return _restructure(wanted, ["A star import imports it, because __all__ names it; import the names used."])
        return _restructure(wanted, ["It is imported by a call, not by an import statement."])

    def stand_in(self, wanted: CyclicImport) -> Fix | None:
        """Return a fix that takes what an import imports from a module that is not in the program.

        It is for predicting what a person will do by hand, and never shown. None if the statements cannot be edited.
        """
        names = self.names_of(wanted)
        if not names or any(each.binding.name == "*" or not each.is_editable for each in names):
            return None
        rewrites = (
            Rewrite(each.binding, origin=(_ELSEWHERE, each.binding.local) if each.binding.name else None)
            for each in names
        )
        return Fix(FixKind.RESTRUCTURE, *wanted.edge, (), tuple(rewrites))

    def extraction(self, wanted: CyclicImport) -> Fix | None:
        """Return how to move what is imported into a new module; None if it cannot be moved."""
        importer, imported = wanted.edge
        bindings = [name.binding for name in self.names_of(wanted)]
        moved = self.names.made(Extractions).definitions(imported, bindings, wanted.cycle) if bindings else None
        if moved is None:
            return None
        definitions = listed(f"{name} (line {line})" for name, line in moved.items())
        why = f"Move {definitions} from {imported} into a new module that both import."
        rest = f"{'They depend' if len(moved) > 1 else 'It depends'} on nothing else in the cycle."
        return Fix(FixKind.EXTRACT, importer, imported, (f"{why} {rest}",))

    def edits(self, fixes: Iterable[Fix]) -> dict[str, tuple[Edit, ...]]:
        """Return by module what to write to make some fixes together; the edits of a module are sorted by line.

        Of two fixes of the same name, the first is made.
        """
        rewrites: dict[str, list[Rewrite]] = {}
        others: dict[str, list[Edit]] = {}
        for fix in fixes:
            known = rewrites.setdefault(fix.importer, [])
            done = {rewrite.binding.alias for rewrite in known}
            for change in fix.rewrites:
                if isinstance(change, Rearrangement):
                    others.setdefault(fix.importer, []).extend(change.edits)
                elif change.binding.alias not in done:
                    known.append(change)
        return {
            module: tuple(sorted([*self._rewritten(module, found), *others.get(module, ())], key=_place))
            for module, found in rewrites.items()
            if found or module in others
        }

    def _rewritten(self, module: str, rewrites: Sequence[Rewrite]) -> tuple[Edit, ...]:
        usage = self.names.usage(module)
        if usage is None or not rewrites:
            return ()
        return edits(self.names.tree(module), self.names.layout(module), rewrites, usage)

    def text(self, module: str, edits: Iterable[Edit]) -> str:
        """Return the text of a module with edits made; the rest of it is as it was."""
        return edited(self.names.layout(module).text, edits)


def _place(edit: Edit) -> tuple[int, int]:
    return edit.line, edit.column


def _weight(kind: FixKind) -> int:
    return kind.weight


def _restructure(wanted: CyclicImport, why: Iterable[str]) -> Fix:
    return Fix(FixKind.RESTRUCTURE, *wanted.edge, tuple(dict.fromkeys(why)))


def _sentences(reasons: Iterable[Reason]) -> tuple[str, ...]:
    """Return a sentence for each thing that is true of some names."""
    names: dict[str, list[str]] = {}
    for reason in dict.fromkeys(reasons):
        names.setdefault(reason.what, []).append(reason.name)
    return tuple(f"{what}: {listed(found)}." for what, found in names.items())
