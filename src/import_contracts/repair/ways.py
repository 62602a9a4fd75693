"""How one imported name can be changed so that its import leaves a cycle, or what prevents that."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from typing import NamedTuple, TypeAlias

from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import within
from import_contracts.patterns import pattern
from import_contracts.reading.source.trees import is_docstring
from import_contracts.repair.annotation_readers import AnnotationReaders
from import_contracts.repair.edits import Rewrite
from import_contracts.repair.fix_kinds import FixKind
from import_contracts.repair.layout import Layout
from import_contracts.repair.lookups import Lookups
from import_contracts.repair.program_names import ProgramNames
from import_contracts.repair.usage import Binding, LateBlock, NameUse, Role, Usage
from import_contracts.wording import listed

_KEPT = pattern(r"#[ \t]*(?i:noqa)[ \t]*:[^#]*\bTCH?00[1-3]\b")


class Reason(NamedTuple):
    """What is true of a name, which is shown with the place where that can be seen."""

    what: str
    name: str

    @property
    def sentence(self) -> str:
        """The reason as a sentence about one name."""
        return f"{self.what}: {self.name}."


Way: TypeAlias = tuple[Reason, Rewrite]
"""How to change a name, and why that is allowed."""


@dataclass(frozen=True, eq=False)
class ImportedName:
    """One name of an import statement of ``importer``, whose ``usage`` has the binding.

    ``version`` is that of the Python for which the program is written. ``may`` tells which changes may be made.
    """

    importer: str
    usage: Usage
    binding: Binding
    names: ProgramNames
    version: tuple[int, int]
    may: Callable[[FixKind, Rewrite], bool] = lambda _, __: True

    @cached_property
    def ways(self) -> Mapping[FixKind, Way]:
        """How to change the name, by the kind of the fix; at most one way of each kind."""
        if self._is_fixed:
            return {}
        found = {FixKind.DIRECT_IMPORT: self._direct_import()}
        if self.is_movable:
            found |= {FixKind.TYPE_CHECKING: self._for_type_checking(), FixKind.DEFER: self._deferred()}
        return {kind: way for kind, way in found.items() if way is not None and self.may(kind, way[1])}

    @property
    def _is_fixed(self) -> bool:
        """Whether the statement cannot be edited, or what follows depends on whether it fails."""
        return not self.is_editable or self._is_tried

    @cached_property
    def is_editable(self) -> bool:
        """Whether the statement has its own lines, or shares them with others of the top level, without comments."""
        layout, node = self._layout, self.binding.statement
        if layout.has_own_lines(node):
            return True
        group = layout.on_its_lines(node, self.names.tree(self.importer).body)
        rest = layout.behind(group[-1]).lstrip("; \t\f")
        texts = (layout.text[layout.start(each) : layout.end(each)] for each in group)
        is_whole = not self.binding.inside and layout.starts_line(group[0]) and rest[:1] in {"", "#"}
        return is_whole and not any("#" in text for text in texts)

    @property
    def _is_tried(self) -> bool:
        """Whether the statement is in one that may handle its failure."""
        around = takewhile(lambda each: each != "def", reversed(self.binding.inside))
        return not {"try", "with"}.isdisjoint(around)

    def _has_room(self, block: LateBlock) -> bool:
        """Tell whether an import can be added at the top of a block, on a line of its own."""
        first = block.body[0]
        return self._layout.has_own_lines(first) if is_docstring(first) else self._layout.starts_line(first)

    def _direct_import(self) -> Way | None:
        binding, names = self.binding, self.names
        origin = names.origin(binding)
        if origin is None or self.importer in (origin[0], names.module(*origin)):
            return None
        if binding.function and names.is_replaced(binding.module, str(binding.name)):
            return None
        where = ".".join(origin) if names.is_module(*origin) else origin[0]
        reason = Reason(f"Defined in {where} and only re-exported by {binding.module}", str(binding.name))
        return reason, Rewrite(binding, origin=origin, why=reason.sentence)

    def _for_type_checking(self) -> Way | None:
        if self._bodies or not self._annotations or self._is_kept:
            return None
        reason = Reason("Used only in annotations", f"{self.binding.shown} ({_places(self._annotations)})")
        future, read = self.needs_future, self._may_be_read
        return reason, Rewrite(self.binding, None, (), bool(self._annotations), future, read, reason.sentence)

    def _deferred(self) -> Way | None:
        blocks = tuple(dict.fromkeys(use.block for use in self._bodies if use.block is not None))
        in_blocks = all(use.block is not None for use in self._bodies)
        if not blocks or not in_blocks or not all(map(self._has_room, blocks)):
            return None
        reason = self._used_late(blocks)
        is_for_types = any(use.block not in blocks for use in self._annotations)
        if is_for_types and self._is_kept:
            return None
        future, read = self.needs_future, self._may_be_read
        return reason, Rewrite(self.binding, None, blocks, is_for_types, future, read, reason.sentence)

    def _used_late(self, blocks: Iterable[LateBlock]) -> Reason:
        """Return the reason that only some blocks use the name."""
        main = self.usage.uses_of(self.binding, Role.MAIN)
        where = {
            "inside functions": [each.name for each in blocks if not isinstance(each, ast.If)],
            f"when {self.importer} is started as a program": [_places(main)] if main else [],
        }
        what = listed(each for each, places in where.items() if places)
        places = listed(place for found in where.values() for place in found)
        return Reason(f"Used only {what}", f"{self.binding.shown} ({places})")

    def obstacle(self) -> Reason:
        """Return what prevents every way to change the name, or that those there are were rejected."""
        return next(self._obstacles())

    def _obstacles(self) -> Iterator[Reason]:
        shown = self.binding.shown
        yield from self._deferrals()
        if self._reason_to_stay:
            yield Reason(self._reason_to_stay, shown)
        if self._eager:
            yield Reason(f"Used while {self.importer} is imported", f"{shown} ({_places(self._eager)})")
        if self._read:
            what = f"Used in an annotation that {next(iter(self._read.values()))} may read at run time"
            yield Reason(what, f"{shown} ({_places(self._read)})")
        if reason := self._block:
            yield Reason(reason, shown)
        if self.ways:
            yield Reason("Every cheaper fix leaves a cycle or makes a module crash", shown)
        if not self.is_editable:
            yield Reason("Imported on a line with other code", shown)
        if self._is_future_read:
            yield Reason("Used in annotations of a module in which something may read annotations at run time", shown)
        if self._is_kept:
            yield Reason("A comment says that it must not be moved under TYPE_CHECKING", shown)
        yield Reason("Used in a lambda, or in a function whose body begins on the line of its header", shown)

    def _deferrals(self) -> Iterator[Reason]:
        """Yield why the statement does not run while the module is imported, if it is so."""
        shown, function = self.binding.shown, self.binding.function
        if function:
            what = "Already imported inside a function, so the code that needs it has to move"
            yield Reason(what, f"{shown} (in {function.name})")
        elif self.binding.kind is Kind.DEFERRED:
            what = f"Imported only when {self.importer} is started as a program, so the code that needs it has to move"
            yield Reason(what, shown)

    # --- what the name is needed for ------------------------------------------------------------------------------

    @property
    def _block(self) -> str:
        """What prevents fixes because of the block that the statement is in; "" if nothing does."""
        if self._is_tried:
            return "Imported in a statement that may handle a failed import"
        is_in_block = self.binding.inside and not self.binding.function
        return f"Imported under {self.binding.inside[0]}, not at the top level" if is_in_block else ""

    @property
    def _is_kept(self) -> bool:
        """Whether a comment on the lines of the statement turns off the rules that move it under TYPE_CHECKING."""
        node = self.binding.statement
        return any(map(_KEPT.search, self._layout.lines[node.lineno - 1 : node.end_lineno]))

    @property
    def is_movable(self) -> bool:
        """Whether nothing needs the name in the module while that is imported, and afterwards only late blocks do."""
        return not (self.binding.inside or self._eager or self._reason_to_stay or self._read or self._is_future_read)

    @property
    def _readers(self) -> AnnotationReaders:
        return self.names.made(AnnotationReaders)

    @cached_property
    def _read(self) -> Mapping[NameUse, str]:
        """The annotations that use the name and may be read at run time, each with what may read it."""
        found = {use: self._readers.reader_of(self.importer, use) for use in self._annotations}
        return {use: reader for use, reader in found.items() if reader}

    @property
    def _is_future_read(self) -> bool:
        """Whether something may read annotations that would become strings."""
        return self.needs_future and self._readers.any_in(self.importer, self.usage)

    @property
    def _may_be_read(self) -> bool:
        return any(self._readers.may_read(self.importer, use) for use in self._annotations)

    @property
    def needs_future(self) -> bool:
        """Whether annotations that use the name are evaluated when they are executed: until PEP 649, unless quoted."""
        if self.usage.has_future_annotations or self.version >= (3, 14):
            return False
        return any(not use.is_quoted for use in self._annotations)

    @cached_property
    def _reason_to_stay(self) -> str:
        """The first reason why the name must be bound in the module after its import; "" if there is none."""
        return next(self._reasons_to_stay(), "")

    def _reasons_to_stay(self) -> Iterator[str]:
        """Yield why the name must be bound in the module after its import, uses in the module aside."""
        binding, local = self.binding, self.binding.local
        if binding.name == "*":
            yield "Imports every name"
        if not self.usage.uses.get(local):
            yield "Not used in this module, so re-exported or imported for its side effects"
        if local in self.usage.exported or binding.alias.asname == binding.alias.name:
            yield "Re-exported"
        if local in self.usage.rebound or self.usage.imports[local] > 1:
            yield "Bound more than once"
        if looked_up := self.names.made(Lookups).reason(self.importer, local):
            yield looked_up
        if local in self.usage.unclear:
            yield "Used in syntax that needs a newer Python than the one that runs"
        if self.names.is_replaced(self.importer, local):
            yield f"Replaced in {self.importer} by a string that names it"
        if self.names.is_imported_elsewhere(self.importer, local):
            yield f"Imported from {self.importer} by other modules"
        if self._may_be_re_exported:
            yield f"May be re-exported by {self.importer}, which is a package"

    @property
    def _may_be_re_exported(self) -> bool:
        """Whether users of a package may take the name from it: not if it has an ``__all__``, or if it is around it."""
        is_public = not self.binding.local.startswith("_") and "__all__" not in self.usage.defined
        is_around = not self.binding.name and within(self.importer, self.binding.local)
        return self.names.is_package(self.importer) and is_public and not is_around

    @cached_property
    def _annotations(self) -> list[NameUse]:
        return self.usage.uses_of(self.binding, Role.ANNOTATION)

    @cached_property
    def _bodies(self) -> list[NameUse]:
        return self.usage.uses_of(self.binding, Role.BODY, Role.MAIN)

    @cached_property
    def _eager(self) -> list[NameUse]:
        return self.usage.uses_of(self.binding, Role.EAGER)

    @property
    def _layout(self) -> Layout:
        return self.names.layout(self.importer)


def _places(uses: Collection[NameUse]) -> str:
    lines = sorted({use.line for use in uses})
    return f"line{'s' if len(lines) > 1 else ''} {', '.join(map(str, lines))}"
