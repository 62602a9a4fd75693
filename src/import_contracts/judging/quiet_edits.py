"""Edits that change nothing but where lines are: whatever was found out about a module before holds after them.

Two trees and two texts are compared. Outside of functions nothing may differ but comments, blank lines and docstrings;
nor in functions that an import runs. In other functions statements may change, as far as nothing differs that is looked
for in them: which imports they have, which names of the module they use, and what is searched for in the text. Some
definitions may come and go: see `judging.definitions`.

The rules err on one side: where one of them does not hold, everything is found out again.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from itertools import takewhile
from typing import Any, NamedTuple

from import_contracts.crashes.bodies import COUNTED, SEARCHED
from import_contracts.crashes.model import written_imports
from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import top_level
from import_contracts.judging.definitions import IMPORTS, Definition, definitions, is_unnoticed
from import_contracts.judging.unparsed import Found, found_in, is_rare, top_of
from import_contracts.reading.source.imports import WrittenImport
from import_contracts.reading.source.text import Source
from import_contracts.reading.source.trees import FunctionDefinition, first_line, is_docstring, last_name, parse, walk
from import_contracts.repair.extraction import FEW
from import_contracts.repair.layout import Layout
from import_contracts.repair.runtime_annotations import READING_LIBRARIES
from import_contracts.repair.usage import (
    LOOKING,
    WORD,
    LateBlock,
    NameUse,
    Role,
    Usage,
    names_in,
    read_usage,
)

_MOST = 5_000
"""How many lines are compared to find those that have changed."""
_REMARK = re.compile(r"[ \t]*(?:#[^\n]*)?")
_BLANK = re.compile(r"\s*(?:#|\Z)")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class _Hunk(NamedTuple):
    """Lines that have changed, counted from 1, the last one exclusive: in the old text, and in the new one.

    If it is one line that has only got or lost a comment behind it, ``common`` is the number of other characters.
    """

    first: int
    last: int
    new_first: int
    new_last: int
    common: int = 0

    def changed(self, old: Sequence[str], new: Sequence[str]) -> list[str]:
        """Return the lines that are no longer there, and those that are new; of a line with a comment only that."""
        lines = [*old[self.first - 1 : self.last - 1], *new[self.new_first - 1 : self.new_last - 1]]
        return [line[self.common :] for line in lines]


class MovedLines:
    """Where the lines of a text are after an edit."""

    def __init__(self, lines: Sequence[str], hunks: Sequence[_Hunk]) -> None:
        self.hunks = hunks
        self.has_other_imports = False
        """Whether the edit adds import statements, or removes some."""
        self._lines = lines

    def line(self, line: int) -> int:
        """Return where a line is now, counted from 1; raises ValueError if it has changed, but for a comment behind."""
        moved = 0
        for hunk in self.hunks:
            if hunk.first <= line < hunk.last and not hunk.common:
                raise ValueError
            if hunk.last <= line:
                moved = hunk.new_last - hunk.last
        return line + moved

    def touches(self, first: int, last: int, *, behind: bool = True) -> bool:
        """Return whether something has changed on some lines, or between them; be it a comment ``behind`` one."""
        return any(hunk.first <= last and hunk.last > first and (behind or not hunk.common) for hunk in self.hunks)

    def demand_distance(self, first: int, last: int) -> None:
        """Raise ValueError if the edit is among some lines, or nothing but comments and blank lines are between."""
        while first > 1 and _BLANK.match(self._lines[first - 2]):
            first -= 1
        while last < len(self._lines) and _BLANK.match(self._lines[last]):
            last += 1
        if any(hunk.last >= first and hunk.first <= last + 1 for hunk in self.hunks):
            raise ValueError

    def demand_same_imports(self) -> None:
        """Raise ValueError if the edit adds import statements, or removes some."""
        if self.has_other_imports:
            raise ValueError


@dataclass(frozen=True)
class LookedAt:
    """What was looked at in a module, and in its program.

    ``functions`` are the names of those that imports run. Among them, "" stands for all of the module, `SEARCHED`
    says that each use of a name that it binds was looked at, and `COUNTED` that it matters how many definitions it has.
    ``readers`` are those whose calls matter wherever they are. ``roots`` are the top-level packages. Of some names,
    ``may_import`` returns whether an import statement of the program may have one, and ``may_take`` whether one may
    that imports from the module. Of one name, ``is_once`` returns whether it is written only once in all texts, before
    and after the edits, and ``is_own`` whether no other module can look it up in the module.
    """

    functions: Set[str]
    readers: Container[str]
    roots: Set[str]
    may_import: Callable[[Collection[str]], bool]
    may_take: Callable[[Collection[str]], bool]
    is_once: Callable[[str], bool]
    is_own: Callable[[str], bool]


def moved_by(before: Source, after: Source, known: LookedAt) -> MovedLines | None:
    """Return where the lines of a module are after an edit; None unless it is certain that the edit is quiet."""
    old, new = before.text.split("\n"), after.text.split("\n")
    moved = MovedLines(old, list(_hunks(old, new)))
    changed = [line for hunk in moved.hunks for line in hunk.changed(old, new)]
    if not moved.hunks or "\r" in before.text or "\f" in before.text or is_rare(changed):
        return None
    try:
        then, now = _Module(before, known.roots), _Module(after, known.roots)
        if then.take_out(now) | now.take_out(then):
            moved = MovedLines(then.lines, list(_hunks(then.lines, now.lines)))
            taken_out = (*then.taken_out.values(), *now.taken_out.values())
            moved.has_other_imports = any(isinstance(each, IMPORTS) for each in taken_out)
            if then.lines != now.lines and not moved.hunks:
                return None
        is_quiet = _Comparison(then, now, moved, known).is_quiet(changed)
    except (SyntaxError, ValueError, RecursionError):
        return None
    return moved if is_quiet else None


def _hunks(old: Sequence[str], new: Sequence[str]) -> Iterator[_Hunk]:
    """Yield what has changed, in order; nothing if that is too much."""
    shorter = min(len(old), len(new))
    top = next((number for number in range(shorter) if old[number] != new[number]), shorter)
    most = shorter - top
    bottom = next((number for number in range(most) if old[-1 - number] != new[-1 - number]), most)
    olds, news = old[top : len(old) - bottom], new[top : len(new) - bottom]
    if len(olds) > _MOST or len(news) > _MOST:
        return
    for tag, *places in SequenceMatcher(None, olds, news, autojunk=False).get_opcodes():
        hunk = _Hunk(*(place + top + 1 for place in places))
        common = list(map(_common, hunk.changed(old, ()), hunk.changed((), new)))
        if tag == "replace" and all(common) and hunk.last - hunk.first == hunk.new_last - hunk.new_first:
            for number, length in enumerate(common):
                first, new_first = hunk.first + number, hunk.new_first + number
                yield _Hunk(first, first + 1, new_first, new_first + 1, length)
        elif tag != "equal":
            yield hunk


def _common(line: str, other: str) -> int:
    """Return how long what two lines have in common is, if the rest is a comment or white space behind it; else 0."""
    shorter, longer = sorted((line, other), key=len)
    is_behind = longer.startswith(shorter) and shorter.strip() and _REMARK.fullmatch(longer[len(shorter) :])
    return len(shorter) if is_behind else 0


class _Module:
    """One text of a module, with its tree."""

    def __init__(self, source: Source, roots: Set[str]) -> None:
        self.source = source
        self.tree = parse(source.text)
        self.body = self.tree.body
        """The statements without those that were taken out."""
        self.lines = source.text.split("\n")
        """The lines; those of what was taken out are empty."""
        self.taken_out: dict[str, Definition] = {}
        """Definitions, by name, that another version of the module does not have."""
        self.layout = Layout(source.text)
        self._roots = roots

    @cached_property
    def imports(self) -> list[ast.Import | ast.ImportFrom]:
        """The import statements without those that were taken out."""
        found = (each for statement in self.body for each in walk(statement, without=ast.expr))
        return [each for each in found if isinstance(each, IMPORTS)]

    @cached_property
    def words(self) -> frozenset[str]:
        """The words in the import statements."""
        return frozenset(word for each in self.imports for word in WORD.findall(ast.unparse(each)))

    @cached_property
    def _definitions(self) -> dict[str, Definition]:
        return definitions(self.tree)

    def take_out(self, other: _Module) -> bool:
        """Take out the definitions of names that another version lacks; return whether there are any."""
        kept = {id(each) for name, each in self._definitions.items() if name in other._definitions}
        self.taken_out = {name: each for name, each in self._definitions.items() if id(each) not in kept}
        self.body = self.without(self.taken_out.values())
        for each in self.taken_out.values():
            self.lines[each.lineno - 1 : each.end_lineno] = [""] * ((each.end_lineno or 0) - each.lineno + 1)
        return bool(self.taken_out)

    def without(self, definitions: Iterable[ast.stmt]) -> list[ast.stmt]:
        """Return the statements of the module without some definitions."""
        left_out = set(map(id, definitions))
        return [each for each in self.tree.body if id(each) not in left_out]

    @cached_property
    def usage(self) -> Usage:
        """What the module does with names."""
        return read_usage(self.tree, self.source, self._roots)

    @cached_property
    def _users(self) -> Set[LateBlock | None]:
        """The functions, and the blocks like them, that use what the module imports."""
        return {use.block for uses in self.usage.uses.values() for use in uses}

    @cached_property
    def bound(self) -> frozenset[str]:
        """The names that the module binds, and those that its import statements bind anywhere; none taken out."""
        names = frozenset(self.usage.defined).union(each.local for each in self.usage.bindings)
        return names - self.taken_out.keys()

    def has_room(self, function: FunctionDefinition) -> tuple[bool, bool]:
        """Return whether a function begins with a docstring, and whether an import can be added behind that.

        Imports are only added to functions that use what the module imports.
        """
        if function not in self._users:
            return False, False
        first = function.body[0]
        has_docstring = is_docstring(first)
        return has_docstring, (self.layout.has_own_lines if has_docstring else self.layout.starts_line)(first)

    def imports_at_top(self, function: FunctionDefinition) -> list[ast.stmt]:
        """Return the import statements at the top of such a function, to which others may be added."""
        body = function.body if function in self._users else []
        return list(takewhile(lambda each: isinstance(each, IMPORTS), body[bool(body) and is_docstring(body[0]) :]))

    def found(self) -> Found:
        """Return what is found in the text without parsing it."""
        return found_in(self.source, self.words, self._roots)

    def names(self, line: Callable[[int], int]) -> tuple[object, ...]:
        """Return what is known of the names of the module; ``line`` returns where a line is now."""
        usage = self.usage
        left_out = set(map(id, self.taken_out.values()))
        kept = (each for each in usage.bindings if id(each.statement) not in left_out)
        bindings = [each for each in kept if self._matters(each.module, each.kind)]
        return (
            *(getattr(usage, name) for name in _NAMES),
            {name: number for name, number in usage.imports.items() if name not in self.taken_out},
            (usage.rebound & {each.local for each in bindings}, usage.reassigned & self.bound),
            {
                name: [(each.reader, *map(ast.dump, each.bases)) for each in usage.classes[name]]
                for name in usage.classes
            },
            {name: list(dict.fromkeys(_use(each, line) for each in uses)) for name, uses in usage.uses.items()},
            [
                (line(each.statement.lineno), ast.dump(each.alias), each.module, each.kind, each.inside)
                for each in bindings
            ],
        )

    def written(self, line: Callable[[int], int]) -> list[WrittenImport]:
        """Return the imports of the module, but for those taken out, and those of the standard library in functions."""
        left_out = {line for each in self.taken_out.values() for line in range(each.lineno, (each.end_lineno or 0) + 1)}
        written = (each for each in written_imports(self.source) if each.line not in left_out)
        kept = (each for each in written if each.level or self._matters(each.module, each.kind))
        return [each._replace(line=line(each.line)) for each in kept]

    def _matters(self, module: str, kind: Kind) -> bool:
        """Return whether an import is not just one of the standard library in a function."""
        root = top_level(module)
        return kind is not Kind.DEFERRED or root in self._roots or root not in sys.stdlib_module_names


_NAMES = ("exported", "type_checking", "has_future_annotations", "has_readers")


def _use(use: NameUse, line: Callable[[int], int]) -> tuple[object, ...]:
    """Return what is known of the use of a name: its line only if it is not in the body of a function."""
    block = use.block and line(use.block.lineno)
    at = None if use.role is Role.BODY else line(use.line)
    return at, use.role, block, use.is_quoted, use.reader, use.owner, use.class_name


class _Comparison:
    """Two versions of a module, which are compared; raises ValueError where it is not known where a line is now."""

    def __init__(self, then: _Module, now: _Module, moved: MovedLines, known: LookedAt) -> None:
        self._then = then
        self._now = now
        self._moved = moved
        self._known = known
        self._bodies: list[tuple[FunctionDefinition, FunctionDefinition]] = []
        self._has_other_strings = False
        self._defined = {**then.taken_out, **now.taken_out}

    def is_quiet(self, changed: Sequence[str]) -> bool:
        """Return whether everything that was looked for is the same, given the lines that differ."""
        is_same = self._is_same(self._then.body, self._now.body) and self._may_define()
        if not is_same or self._is_looked_at_closely(changed) or any(map(self._is_touched, self._then.imports)):
            return False
        if (self._bodies or self._has_other_strings or self._defined) and not self._names_are_same():
            return False
        return all(self._is_free(*functions) for functions in self._bodies) and self._text_is_same()

    # --- trees ----------------------------------------------------------------------------------------------------

    def _is_same(self, then: object, now: object) -> bool:
        """Return whether code is the same on the same lines, but for what is in functions that no import runs.

        Where no line has changed, so is the code. Statements that are strings do nothing.
        """
        if type(then) is not type(now):
            return False
        if isinstance(then, list) and isinstance(now, list):
            return len(then) == len(now) and all(map(self._is_same, then, now))
        if not isinstance(then, ast.AST) or not isinstance(now, ast.AST):
            return repr(then) == repr(now)
        if isinstance(then, ast.stmt) and isinstance(now, ast.stmt):
            if not self._has_changed(then, now):
                return self._is_there(then, now)
            if is_docstring(then) and is_docstring(now):
                self._has_other_strings = True
                return True
        fields = set(then._fields)
        if isinstance(then, _FUNCTIONS) and isinstance(now, _FUNCTIONS) and self._may_change(then):
            fields.remove("body")
            if ast.dump(then) != ast.dump(now):
                self._bodies.append((then, now))
        return self._is_there(then, now) and all(
            self._is_same(getattr(then, name, None), getattr(now, name, None)) for name in fields
        )

    def _has_changed(self, then: ast.stmt, now: ast.stmt) -> bool:
        """Return whether a statement has other lines than it had, or more of them."""
        first, last = _lines(then)
        return self._moved.touches(first, last) or self._moved.line(last) != now.end_lineno

    def _is_there(self, then: Any, now: Any) -> bool:
        """Return whether some code begins where it has been moved to, if it has a place."""
        if not hasattr(then, "lineno"):
            return True
        return bool(self._moved.line(then.lineno) == now.lineno and then.col_offset == now.col_offset)

    def _may_change(self, function: FunctionDefinition) -> bool:
        return function.name not in self._known.functions and "" not in self._known.functions

    def _is_free(self, then: FunctionDefinition, now: FunctionDefinition) -> bool:
        """Return whether nothing differs in a function that a fix of an import depends on, names aside."""
        return (
            not self._may_read(then, now)
            and self._then.has_room(then) == self._now.has_room(now)
            and self._is_same(self._then.imports_at_top(then), self._now.imports_at_top(now))
        )

    def _may_read(self, *functions: ast.stmt) -> bool:
        """Return whether some code calls what may read annotations."""
        calls = [each for function in functions for each in walk(function) if isinstance(each, ast.Call)]
        is_library = not READING_LIBRARIES.isdisjoint(self._now.words)
        return any(is_library or last_name(each.func) in self._known.readers for each in calls)

    def _may_define(self) -> bool:
        """Return whether nothing can notice what only one of the versions defines."""
        asked = self._known.functions & {"", SEARCHED, COUNTED, *self._defined}
        if self._defined and (asked or len(self._defined) > FEW):
            return False
        return all(
            is_unnoticed(name, each, module.without(set(module.taken_out.values()) - {each}))
            and module.layout.has_own_lines(each)
            and not is_rare(module.layout.lines[each.lineno - 1 : each.end_lineno])
            and not self._may_read(each)
            and (self._is_own(name, module) if isinstance(each, IMPORTS) else self._known.is_once(name))
            for module in (self._then, self._now)
            for name, each in module.taken_out.items()
        )

    def _is_own(self, name: str, module: _Module) -> bool:
        """Return whether nothing looks a name up but functions of the module that no import runs.

        It is one that only this version has, so the other one must not have it at all.
        """
        other = self._now if module is self._then else self._then
        return (
            not any(_mentions(each, name, lambda _: False) for each in other.body)
            and not any(_mentions(each, name, self._may_change) for each in module.body)
            and self._known.is_own(name)
        )

    # --- imports, names and text ----------------------------------------------------------------------------------

    def _is_touched(self, statement: ast.stmt) -> bool:
        """Return whether an import statement has changed, or has other comments but behind its only line."""
        first, last = _lines(statement)
        return self._moved.touches(first, last, behind=first < last)

    def _is_looked_at_closely(self, changed: Sequence[str]) -> bool:
        """Return whether each use of a name of the module matters, or each line of code, and some have changed."""
        differs = self._has_other_strings or any(hunk.common for hunk in self._moved.hunks)
        if differs and not {"", SEARCHED}.isdisjoint(self._known.functions):
            return True
        if SEARCHED not in self._known.functions:
            return False
        words = {word for line in changed for word in WORD.findall(line)}
        return not words.isdisjoint(self._now.bound | self._now.words | LOOKING)

    def _names_are_same(self) -> bool:
        """Return whether the module uses its names as before, and so do its definitions."""
        pairs = zip(self._then.body, self._now.body, strict=True)
        different = (names_in(then) ^ names_in(now) for then, now in pairs if self._has_changed(then, now))
        same = all(map((self._then.bound | {"global"}).isdisjoint, different))
        return same and self._then.names(self._moved.line) == self._now.names(int)

    def _text_is_same(self) -> bool:
        """Return whether nothing else is found in the text, but for names that nobody imports."""
        if self._then.written(self._moved.line) != self._now.written(int):
            return False
        then, now = self._then.found(), self._now.found()
        different = {name for name, _ in then.names ^ now.names}
        bound = then.bound ^ now.bound
        is_same = then.whole == now.whole and top_of(self._then.lines) == top_of(self._now.lines)
        return (
            is_same
            and not (different and self._known.may_import(different))
            and not (bound and self._known.may_take(bound))
        )


def _mentions(code: object, name: str, may_change: Callable[[FunctionDefinition], bool]) -> bool:
    """Return whether some code has a name, be it in a string; the bodies of functions that may change aside."""
    if isinstance(code, str):
        return name in WORD.findall(code)
    if isinstance(code, list):
        return any(_mentions(each, name, may_change) for each in code)
    if not isinstance(code, ast.AST) or (isinstance(code, ast.stmt) and is_docstring(code)):
        return False
    aside = "body" if isinstance(code, _FUNCTIONS) and may_change(code) else ""
    return any(_mentions(getattr(code, each, None), name, may_change) for each in code._fields if each != aside)


def _lines(statement: ast.stmt) -> tuple[int, int]:
    """Return the first line and the last one of a statement, with its decorators."""
    return first_line(statement), statement.end_lineno or statement.lineno
