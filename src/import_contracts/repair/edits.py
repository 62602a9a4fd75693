"""What to write into a module so that some of its imports are changed; everything else in it stays as it is."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise, takewhile
from typing import TypeAlias

from import_contracts.graph.kinds import Kind
from import_contracts.reading.source.trees import is_docstring
from import_contracts.repair.fix_kinds import Level
from import_contracts.repair.import_text import (
    ImportStatement,
    ImportText,
    NewImport,
    directives,
    import_text,
    joined_comments,
    module_text,
    name_text,
)
from import_contracts.repair.layout import Edit, Layout
from import_contracts.repair.new_lines import Added, Cause, NewLines, Replaced
from import_contracts.repair.usage import Binding, LateBlock, Usage


@dataclass(frozen=True, slots=True)
class Rewrite:
    """How to change one name of an import statement.

    ``origin`` is the module and the name to import instead. ``blocks`` are those in which to import the name. It
    ``is_for_types`` if annotations need it, it ``needs_future`` if these must not be evaluated (PEP 563), and it
    ``may_be_read`` if something may evaluate them all the same. ``why`` is the reason, a sentence.
    """

    binding: Binding
    origin: tuple[str, str] | None = None
    blocks: tuple[LateBlock, ...] = ()
    is_for_types: bool = False
    needs_future: bool = False
    may_be_read: bool = False
    why: str = ""

    @property
    def level(self) -> Level:
        """An import that runs later is unsafe, and one that never runs is, if an annotation may be evaluated."""
        is_unsafe = self.blocks or self.needs_future or self.may_be_read
        return Level.UNSAFE if is_unsafe else Level.SAFE

    @property
    def stays(self) -> bool:
        """Whether the name is still imported at the same place, from another module."""
        return self.origin is not None and not self.blocks and not self.is_for_types

    @property
    def module(self) -> str:
        """The module to import from as it is written: relative if the statement is, and if that is possible."""
        statement = self.binding.statement
        assert isinstance(statement, ast.ImportFrom)  # noqa: S101 - only such statements have an origin or a module
        if self.origin is None:
            return module_text(statement)
        base = self.binding.module.removesuffix(f".{statement.module}") if statement.module else self.binding.module
        if statement.level and f"{self.origin[0]}.".startswith(f"{base}."):
            return "." * statement.level + self.origin[0][len(base) + 1 :]
        return self.origin[0]

    @property
    def text(self) -> str:
        """The name as the new statement has it."""
        alias = self.binding.alias
        return name_text(self.origin[1], self.binding.local) if self.origin else name_text(alias.name, alias.asname)


@dataclass(frozen=True, slots=True)
class Rearrangement:
    """Edits of one module that move import statements, add them, or write the uses of a name in another form."""

    edits: tuple[Edit, ...]

    @property
    def level(self) -> Level:
        """Modules are imported in another order, or a module is asked for a name at another time."""
        return Level.UNSAFE


Change: TypeAlias = Rewrite | Rearrangement
"""What a fix changes in the text of a module."""


def overlap(edits: Sequence[Edit]) -> bool:
    """Tell whether two edits of one module change the same text, or begin at the same place."""
    ranges = sorted(((edit.line, edit.column), (edit.end_line, edit.end_column)) for edit in edits)
    return any(start < end or start == begin for (begin, end), (start, _) in pairwise(ranges))


def edits(tree: ast.Module, layout: Layout, rewrites: Sequence[Rewrite], usage: Usage) -> tuple[Edit, ...]:
    """Return the edits of one module for some rewrites, sorted; each replaces whole lines.

    A statement of a rewrite that shares lines with others is one of the top level, and has no comments inside.
    """
    return _Editor(tree, layout, usage, rewrites).edits()


@dataclass(slots=True)
class _Statement:
    """An import statement, and what becomes of it."""

    node: ImportStatement
    text: ImportText
    removed: list[Rewrite] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    direct: list[Rewrite] = field(default_factory=list)
    """The names among those removed that are imported from other modules at the same place."""
    rewrites: list[Rewrite] = field(default_factory=list)
    """Why it is changed."""

    @property
    def is_gone(self) -> bool:
        """Whether all of its names are removed."""
        return len(self.removed) == len(self.text.names)

    @property
    def is_renamed(self) -> bool:
        """Whether it imports all of its names from one other module instead."""
        modules = {rewrite.module for rewrite in self.direct}
        return len(self.direct) == len(self.text.names) and len(modules) == 1

    @property
    def kept(self) -> ImportText:
        """What is left of the statement, with the names that are added; or the statement with another module."""
        if self.is_renamed:
            texts = {rewrite.binding.alias: rewrite.text for rewrite in self.direct}
            return self.text.renamed(self.direct[0].module, [texts[alias] for alias in self.node.names])
        kept = self.text.without([rewrite.binding.alias for rewrite in self.removed]) if self.removed else self.text
        for name in self.added:
            kept = kept.adding(name, _place_of(name, [each.text for each in kept.names]))
        return kept


class _Editor:
    """Edits one module."""

    def __init__(self, tree: ast.Module, layout: Layout, usage: Usage, rewrites: Sequence[Rewrite]) -> None:
        self._body = tree.body
        self._layout = layout
        self._usage = usage
        self._rewrites = rewrites
        self._statements: dict[tuple[int, int], _Statement] = {}
        self._lines = NewLines(self._layout)

    def edits(self) -> tuple[Edit, ...]:
        for rewrite in self._rewrites:
            changed = self._changed(rewrite.binding.statement, rewrite)
            changed.removed.append(rewrite)
        for rewrite in self._rewrites:
            if rewrite.stays and not self._is_merged(rewrite, self._top_level_around(rewrite.binding)):
                self._changed(rewrite.binding.statement, rewrite).direct.append(rewrite)
        self._guard([rewrite for rewrite in self._rewrites if rewrite.is_for_types])
        self._blocks()
        for changed in self._statements.values():
            self._replace(changed)
        return self._lines.edits()

    def _changed(self, node: ImportStatement, rewrite: Rewrite) -> _Statement:
        """Return what becomes of a statement, and note that a rewrite changes it."""
        key = (node.lineno, node.col_offset)
        if key not in self._statements:
            self._statements[key] = _Statement(node, import_text(node, self._layout))
        self._statements[key].rewrites.append(rewrite)
        return self._statements[key]

    def _is_changed(self, node: ImportStatement) -> bool:
        changed = self._statements.get((node.lineno, node.col_offset))
        return changed is not None and bool(changed.removed)

    # --- import statements ----------------------------------------------------------------------------------------

    def _replace(self, changed: _Statement) -> None:
        """Note what replaces the lines of a statement."""
        node, layout = changed.node, self._layout
        group = layout.on_its_lines(node, self._body)
        if len(group) > 1 or not layout.has_own_lines(node):
            if changed.node is next(each.node for each in self._statements.values() if _is_among(each.node, group)):
                self._replace_group(group)
            return
        indent, step, width = layout.before(node), layout.indentation, layout.width
        if changed.is_renamed or not changed.is_gone:
            lines = self._kept(changed)
        else:
            lines = [indent + comment for comment in changed.text.own_comments]
        if not changed.is_renamed:
            for new in sorted(self._imports(changed.direct), key=lambda each: each.place):
                lines += new.lines(indent, step, width)
        self._put(node, node, lines, changed.rewrites)

    def _kept(self, changed: _Statement) -> list[str]:
        """Return what is left of a statement; a line for each name, in brackets, if its one line became too long."""
        node, layout, kept = changed.node, self._layout, changed.kept
        indent, step, behind = layout.before(node), layout.indentation, layout.behind(node)
        line = f"{indent}{kept}{behind}"
        is_plain = isinstance(node, ast.ImportFrom) and node.lineno == node.end_lineno and not behind and not kept.close
        if not is_plain or len(line) <= max(layout.width, len(layout.lines[node.lineno - 1].rstrip())):
            return [line]
        names = (f"{indent}{step}{each.text}," for each in kept.names)
        return [f"{indent}{kept.head.rstrip()} (", *names, f"{indent})"]

    def _replace_group(self, group: Sequence[ast.stmt]) -> None:
        """Note what replaces the lines of statements that are on the same lines; they have no comments inside."""
        layout = self._layout
        parts: list[str] = []
        rewrites: list[Rewrite] = []
        for number, node in enumerate(group):
            gap = layout.text[layout.end(group[number - 1]) : layout.start(node)] if parts else ""
            changed = self._statements.get((node.lineno, node.col_offset))
            if changed is None:
                parts.append(gap + layout.text[layout.start(node) : layout.end(node)])
                continue
            rewrites += changed.rewrites
            new = [str(changed.kept)] if changed.is_renamed or not changed.is_gone else []
            direct = [] if changed.is_renamed else sorted(self._imports(changed.direct), key=lambda each: each.place)
            new += (replace(each, comment="", comments={}).lines("", "", sys.maxsize)[0] for each in direct)
            parts += [gap + "; ".join(new)] if new else []
        line = f"{layout.before(group[0])}{''.join(parts)}{layout.behind(group[-1])}"
        self._put(group[0], group[-1], [line] if parts else [], rewrites)

    def _put(self, first: ast.stmt, last: ast.stmt, lines: Sequence[str], rewrites: Iterable[Rewrite]) -> None:
        end = last.end_lineno or last.lineno
        self._lines.replace(Replaced(first.lineno - 1, end, tuple(lines), _causes(rewrites)))

    def _imports(self, rewrites: Iterable[Rewrite]) -> list[NewImport]:
        """Return the statements that import what some rewrites need; those of one module are one."""
        found: dict[str, list[Rewrite]] = {}
        new: list[NewImport] = []
        for rewrite in rewrites:
            if isinstance(rewrite.binding.statement, ast.Import):
                new.append(NewImport(rewrite.text, (), joined_comments(self._comments(rewrite))))
            else:
                found.setdefault(rewrite.module, []).append(rewrite)
        for module, of_it in found.items():
            both = [self._comments(rewrite) for rewrite in of_it]
            comments = {rewrite.text: own for rewrite, (own, _) in zip(of_it, both, strict=True)}
            whole = joined_comments(comment for _, comment in both)
            new.append(NewImport(module, tuple(sorted(comments, key=_by_type)), whole, comments))
        return new

    def _comments(self, rewrite: Rewrite) -> tuple[str, str]:
        """Return the comments that go with a name: its own, and that of its statement if no other name stays.

        Comments that tell tools what to do on a line are repeated.
        """
        node, alias = rewrite.binding.statement, rewrite.binding.alias
        changed = self._statements[node.lineno, node.col_offset]
        group = self._layout.on_its_lines(node, self._body)
        text = changed.text
        own, whole = text.comment_of(alias), [text.opening_comment, self._layout.comment(group[-1])]
        removed = {each.binding.alias for each in changed.removed}
        kept = own if text.is_last_on_line(alias, removed) else directives(own)
        return kept, joined_comments([*(whole if self._are_gone(group) else [directives(*whole)]), text.told_to(alias)])

    def _are_gone(self, group: Sequence[ast.stmt]) -> bool:
        """Tell whether all names of some statements are removed; if these share lines, nothing may replace them."""
        found = [self._statements.get((each.lineno, each.col_offset)) for each in group]
        return all(each and each.is_gone and (len(group) == 1 or not each.direct) for each in found)

    # --- statements that are there already ------------------------------------------------------------------------

    def _top_level(self) -> list[Binding]:
        return [each for each in self._usage.bindings if not each.inside and each.kind is Kind.RUNTIME]

    def _top_level_around(self, binding: Binding) -> list[Binding]:
        """Return the names that the top level imports before a binding of it is used: above, and right below."""
        if binding.inside:
            return []
        last = self._run(binding.statement.lineno)[-1]
        return [each for each in self._top_level() if each.statement.lineno <= last.lineno]

    @property
    def _has_single_names(self) -> bool:
        """Whether each name has a statement of its own, as with isort's ``force_single_line``."""
        found = [each for each in self._body if isinstance(each, ast.ImportFrom)]
        modules = {(each.level, each.module) for each in found}
        return len(modules) < len(found) and all(len(each.names) == 1 for each in found)

    def _is_merged(self, rewrite: Rewrite, bindings: Iterable[Binding]) -> bool:
        """Tell whether one of the statements of some bindings imports the name as well, or can be made to."""
        binding = rewrite.binding
        wanted = rewrite.origin or (binding.module, binding.name)
        if any(self._comments(rewrite)):
            return False
        if any((each.module, each.name, each.local) == (*wanted, binding.local) for each in bindings):
            return True
        free = [
            each.statement
            for each in bindings
            if each.module == wanted[0]
            and each.name not in {None, "*"}
            and self._layout.has_own_lines(each.statement)
            and not self._is_changed(each.statement)
        ]
        if not free or not wanted[1] or self._has_single_names:
            return False
        self._changed(free[0], rewrite).added.append(rewrite.text)
        return True

    # --- TYPE_CHECKING --------------------------------------------------------------------------------------------

    def _guard(self, rewrites: Sequence[Rewrite]) -> None:
        """Import names under TYPE_CHECKING: in the first block under it, or else in a new one."""
        if any(rewrite.needs_future for rewrite in rewrites):
            self._future([rewrite for rewrite in rewrites if rewrite.needs_future])
        if not rewrites:
            return
        guard = next(filter(self._is_guard, self._body), None)
        if isinstance(guard, ast.If):
            self._add_or_merge(guard.body, rewrites)
            return
        run = self._run(min(rewrite.binding.statement.lineno for rewrite in rewrites))
        condition, bound = self._type_checking(run, rewrites)
        run = max(run, self._run(bound), key=lambda each: each[-1].lineno) if bound else run
        step, width = self._layout.indentation, self._layout.width
        imports = sorted(self._imports(rewrites), key=lambda each: each.place)
        lines = [f"if {condition}:", *(line for each in imports for line in each.lines(step, step, width))]
        self._lines.add(run[-1].end_lineno or 0, Added(tuple(lines), 1, 1, _causes(rewrites)))

    def _is_guard(self, node: ast.stmt) -> bool:
        """Tell whether a statement is a block under TYPE_CHECKING with imports, to which lines can be added."""
        if not isinstance(node, ast.If) or not self._layout.starts_line(node.body[0]):
            return False
        if not any(isinstance(each, ast.Import | ast.ImportFrom) for each in node.body):
            return False
        return self._usage.is_type_checking(node.test) and self._layout.has_own_lines(node.body[-1])

    def _run(self, line: int) -> list[ast.stmt]:
        """Return the statements of the top level that import, from the one on a line to the next that does more."""
        below = [each for each in self._body if (each.end_lineno or each.lineno) >= line]
        return list(takewhile(_only_imports, below)) or below[:1]

    def _type_checking(self, run: Sequence[ast.stmt], rewrites: Sequence[Rewrite]) -> tuple[str, int]:
        """Return how a new block calls TYPE_CHECKING, and the line where it is imported; 0 if it is imported anew."""
        end = run[-1].lineno
        top = [each for each in self._top_level() if each.local not in self._usage.rebound]
        for each in top:
            if each.name == "TYPE_CHECKING" and (each.local == each.name or each.module in _TYPING):
                return each.local, each.statement.lineno
        for each in top:
            if each.name is None and each.module == "typing" and each.statement.lineno <= end:
                return f"{each.local}.TYPE_CHECKING", each.statement.lineno
        for each in top:
            node = each.statement
            is_free = each.name != "*" and node.lineno <= end and self._layout.has_own_lines(node)
            if each.module == "typing" and each.name and is_free and not self._has_single_names:
                for rewrite in rewrites:
                    self._changed(node, rewrite)
                self._changed(node, rewrites[0]).added.append("TYPE_CHECKING")
                return "TYPE_CHECKING", node.lineno
        first = next(each for each in self._body if _only_imports(each) and not _is_future(each))
        self._add_among(self._run(first.lineno), [NewImport("typing", ("TYPE_CHECKING",))], rewrites)
        return "TYPE_CHECKING", 0

    def _future(self, rewrites: Sequence[Rewrite]) -> None:
        """Import annotations from __future__, below the docstring and comments at the top of the module."""
        future = next(filter(_is_future, self._body), None)
        if isinstance(future, ast.ImportFrom) and self._layout.has_own_lines(future):
            for rewrite in rewrites:
                self._changed(future, rewrite)
            self._changed(future, rewrites[0]).added.append("annotations")
            return
        first = self._body[0]
        line = (first.end_lineno or 0) if is_docstring(first) else self._layout.above(first)
        new = ("from __future__ import annotations",)
        self._lines.add(line, Added(new, int(is_docstring(first)), 1, _causes(rewrites)))

    # --- functions ------------------------------------------------------------------------------------------------

    def _blocks(self) -> None:
        """Import names at the top of functions and the like, behind their docstrings and the imports that are there.

        As formatters want it, a blank line is below.
        """
        by_block: dict[LateBlock, list[Rewrite]] = {}
        for rewrite in self._rewrites:
            for block in rewrite.blocks:
                by_block.setdefault(block, []).append(rewrite)
        for block, rewrites in by_block.items():
            body = block.body[1:] if is_docstring(block.body[0]) else block.body
            run = list(takewhile(lambda each: isinstance(each, ast.Import | ast.ImportFrom), body))
            if run:
                self._add_or_merge(run, rewrites)
            else:
                self._add_at_top(block, rewrites)

    def _add_at_top(self, block: LateBlock, rewrites: Sequence[Rewrite]) -> None:
        first = block.body[0]
        line = (first.end_lineno or 0) if is_docstring(first) else self._layout.above(first)
        indent, step, width = self._layout.before(first), self._layout.indentation, self._layout.width
        imports = sorted(self._imports(rewrites), key=lambda each: each.place)
        lines = tuple(line for each in imports for line in each.lines(indent, step, width))
        self._lines.add(line, Added(lines, 0, 1, _causes(rewrites)))

    # --- places ---------------------------------------------------------------------------------------------------

    def _add_or_merge(self, block: Sequence[ast.stmt], rewrites: Iterable[Rewrite]) -> None:
        """Import names by the statements of a block, or else by new ones in it."""
        places = {(each.lineno, each.col_offset) for each in block}
        there = [each for each in self._usage.bindings if (each.statement.lineno, each.statement.col_offset) in places]
        left = [rewrite for rewrite in rewrites if not self._is_merged(rewrite, there)]
        self._add_among(block, self._imports(left), left)

    def _add_among(self, block: Sequence[ast.stmt], new: Iterable[NewImport], rewrites: Sequence[Rewrite]) -> None:
        """Add imports to a block of statements where they sort; without any of their kind, behind the imports."""
        indent = self._layout.before(block[0])
        imports = [each for each in block if isinstance(each, ast.Import | ast.ImportFrom) and not _is_future(each)]
        for each in sorted(new, key=lambda each: each.place):
            line, before, after = self._place(each, imports, block)
            lines = each.lines(indent, self._layout.indentation, self._layout.width)
            self._lines.add(line, Added(tuple(lines), before, after, _causes(rewrites)))

    def _place(
        self, new: NewImport, imports: Sequence[ImportStatement], block: Sequence[ast.stmt]
    ) -> tuple[int, int, int]:
        """Return the line, counted from 0, above which an import goes, and the blank lines above and below it."""
        same = [each for each in imports if _section(_as_new(each)) == _section(new)]
        places = [_as_new(each).place for each in same]
        if same:
            is_sorted = places == sorted(places)
            above = [each for each, place in zip(same, places, strict=True) if place < new.place or not is_sorted]
            return (above[-1].end_lineno or 0, 0, 0) if above else (self._layout.above(same[0]), 0, 0)
        above = [each for each in imports if _section(_as_new(each))[0] <= _section(new)[0]]
        if above:
            return above[-1].end_lineno or 0, 1, 0
        return self._layout.above(block[0]), 0, 1


def _causes(rewrites: Iterable[Rewrite]) -> tuple[Cause, ...]:
    return tuple(Cause(rewrite.level, rewrite.why) for rewrite in rewrites)


_TYPING = frozenset({"typing", "typing_extensions"})


def _is_among(node: ast.stmt, group: Iterable[ast.stmt]) -> bool:
    return any((each.lineno, each.col_offset) == (node.lineno, node.col_offset) for each in group)


def _by_type(name: str) -> tuple[int, str]:
    """Return what sorts names as isort does: constants, classes, and the rest."""
    plain = name.partition(" ")[0]
    return (0 if plain.isupper() and len(plain) > 1 else 1 if plain[:1].isupper() else 2), name


def _place_of(name: str, names: Sequence[str]) -> int:
    """Return the place of a name among others: where it sorts, if these are sorted, and else behind them."""
    for key in (_by_type, lambda each: (0, each), lambda each: (0, each.lower())):
        keys = list(map(key, names))
        if keys == sorted(keys):
            return sum(each < key(name) for each in keys)
    return len(names)


def _as_new(node: ImportStatement) -> NewImport:
    if isinstance(node, ast.Import):
        return NewImport(node.names[0].name)
    return NewImport(module_text(node), tuple(each.name for each in node.names))


def _section(new: NewImport) -> tuple[int, str]:
    """Return the section of an import: the standard library, a library or a part of the program, or relative ones."""
    root = new.module.partition(" ")[0].partition(".")[0]
    return (2, "") if not root else (0, "") if root in sys.stdlib_module_names else (1, root)


def _only_imports(node: ast.stmt) -> bool:
    """Tell whether a statement only imports, in any of its branches."""
    if isinstance(node, ast.If):
        return all(map(_only_imports, [*node.body, *node.orelse]))
    if isinstance(node, ast.Try):
        handled = (each for handler in node.handlers for each in handler.body)
        return all(map(_only_imports, node.body)) and all(
            _only_imports(each) or isinstance(each, ast.Assign) for each in [*handled, *node.orelse, *node.finalbody]
        )
    return isinstance(node, ast.Import | ast.ImportFrom | ast.Pass)


def _is_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"
