"""Edits that change nothing but where lines are: whatever was found out about a module before holds after them.

Three kinds of lines may change: comments and blank lines, if they are in no string and no import statement; a line that
only has another comment behind it; and lines in functions that no import runs, if nothing outside of the function
depends on a name in them. All may only have words and signs that nothing looks for that does not parse the text.

The rules err on one side: where one of them does not hold, everything is found out again.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from functools import cached_property
from keyword import kwlist
from typing import NamedTuple

from import_contracts.reading.trees import parse, walk
from import_contracts.repair.layout import Layout
from import_contracts.repair.program_names import named_in_strings
from import_contracts.repair.usage import EVALUATING

_MOST = 500
"""How many lines are compared to find those that have changed."""
_REMARK = re.compile(r"[ \t]*(?:#[\w \t,.;:!?()/+=-]*)?", re.ASCII)
_STATEMENT = re.compile(r"""[ \t]+[\w \t,.:()\[\]{}@=+*/%<>&|^~!"'-]*[^:*\s]""", re.ASCII)
_QUOTE = re.compile(r"""["']""")
_FINDS_STRINGS = re.compile(
    r"sys\.modules|modules\[|import_|__import__|__getattr__|\((?<!ogger\()\s*__name__|\b(?:globals|locals|vars|eval|exec)\("
)
_DOTTED = re.compile(r"""["'](?:\w+\.)+\w+["']""")
_REPLACES = re.compile(r"attr\(|patch")
"""What a text has that does something with strings as names: without it, it does not matter what is in them."""
_BLANK = re.compile(r"\s*(?:#|\Z)")
_WORD = re.compile(r"[A-Za-z_]\w*")
_CALLED = re.compile(r"(\w+)\s*\(")
_BEFORE_COMMA = re.compile(r" (\w+),")
"""As `import_contracts.crashes.missing` looks for what an import statement of several names may bind."""
_LOUD = re.compile(
    r"__|import|attr|patch|glob|listdir|path|hook|module|addsitedir|DJANGO|annotat|coding|noqa|\.\.\.|>>>|#!"
    rf"|\b(?:as|class|def|eval|exec|from|locals|type|vars)\b|{'|'.join(sorted(EVALUATING))}"
)
"""What is looked for in texts that are not parsed: in any of them, whatever the program is."""
_BINDING = frozenset(kwlist) - {"False", "None", "True", "and", "in", "is", "not", "or", "pass", "return"}
"""What a statement that changes may not have: what binds names elsewhere, and what begins a block."""
_Function = ast.FunctionDef | ast.AsyncFunctionDef


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


class Moved:
    """Where the lines of a text are after an edit."""

    def __init__(self, lines: Sequence[str], hunks: Sequence[_Hunk]) -> None:
        self.hunks = hunks
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

    def demand_distance(self, first: int, last: int) -> None:
        """Raise ValueError if the edit is among some lines, or nothing but comments and blank lines are between."""
        while first > 1 and _BLANK.match(self._lines[first - 2]):
            first -= 1
        while last < len(self._lines) and _BLANK.match(self._lines[last]):
            last += 1
        if any(hunk.last >= first and hunk.first <= last + 1 for hunk in self.hunks):
            raise ValueError


def moved_by(
    before: str, after: str, functions: Container[str], may_import: Callable[[Collection[str]], bool]
) -> Moved | None:
    """Return where the lines of a module are after an edit; None unless it is certain that the edit is quiet.

    ``functions`` are the names of those that imports run, and of those whose calls matter; "" stands for all.
    ``may_import`` returns whether an import statement of the program may have one of some names.
    """
    old, new = before.split("\n"), after.split("\n")
    moved = Moved(old, list(_hunks(old, new)))
    changed = [line for hunk in moved.hunks for line in hunk.changed(old, new)]
    if not moved.hunks or not _are_alike(before, after, changed):
        return None
    bound = {name for line in changed for name in _BEFORE_COMMA.findall(line)}
    if (new_bound := [name for name in bound if (f" {name}," in before) != (f" {name}," in after)]) and may_import(
        new_bound
    ):
        return None
    try:
        then, now = _Text(old, parse(before)), _Text(new, parse(after))
        is_quiet = now.names.isdisjoint(word for line in changed for word in _WORD.findall(line)) and all(
            then.is_apart(hunk.first, hunk.last)
            and now.is_apart(hunk.new_first, hunk.new_last)
            and not _OPEN_ABOVE.search(old[hunk.first - 1][: hunk.common] if hunk.common else "")
            and (
                (all(map(_REMARK.fullmatch, hunk.changed(old, new))) and not (hunk.common and "" in functions))
                or ("*" not in now.names and _is_in_function(hunk, then, now, moved, functions))
            )
            for hunk in moved.hunks
        )
    except (SyntaxError, ValueError):
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


def _are_alike(before: str, after: str, changed: Iterable[str]) -> bool:
    """Return whether two texts are alike to whoever does not parse them, given the lines that differ."""
    if any(map(_LOUD.search, changed)):
        return False
    if any(map(_QUOTE.search, changed)) and _FINDS_STRINGS.search(before + after):
        return False
    if any(map(_DOTTED.search, changed)) and _REPLACES.search(before + after):
        return False
    then, now = Layout(before), Layout(after)
    return (
        before.isascii() == after.isascii()
        and before.endswith("\n") == after.endswith("\n")
        and named_in_strings(before) == named_in_strings(after)
        and then.width == now.width
        and then.indentation == now.indentation
        and "\r" not in before + after
        and "\f" not in before + after
    )


class _Text:
    """The lines of a text, and its tree."""

    def __init__(self, lines: Sequence[str], tree: ast.Module) -> None:
        self.lines = lines
        self.tree = tree

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """All nodes."""
        return walk(self.tree)

    @cached_property
    def names(self) -> frozenset[str]:
        """The names that the module binds, with all words of its import statements, and what "as" may call these."""
        top = walk(self.tree, without=(*_SCOPES, ast.Lambda))
        found = {each.id for each in top if isinstance(each, ast.Name) and not isinstance(each.ctx, ast.Load)}
        found.update(each.name for each in top if isinstance(each, _SCOPES))
        for node in self.nodes:
            match node:
                case ast.Import(names=names) | ast.ImportFrom(names=names):
                    written = [getattr(node, "module", None), *(each.name for each in names)]
                    found.update(word for each in written if each for word in each.split("."))
                case ast.Global(names=names):
                    found.update(names)
                case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
                    found.add(name)
        aliases = _ALIAS.findall("\n".join(self.lines))
        return frozenset(found).union(alias for name, alias in aliases if name in found)

    @cached_property
    def wholes(self) -> list[tuple[int, int]]:
        """The lines of what has several and means something as a whole: strings, imports, and calls that may import."""
        kinds = (*_WHOLES, ast.Call) if any("import_" in line for line in self.lines) else _WHOLES
        found = (node for node in self.nodes if isinstance(node, kinds) and node.end_lineno != node.lineno)
        return [(node.lineno, node.end_lineno or node.lineno) for node in found]

    def is_apart(self, first: int, last: int) -> bool:
        """Return whether no whole goes on in some lines, and nothing that is looked for goes on from line to line."""
        ends = (_written(reversed(self.lines[: line - 1])) for line in (first, last))
        begins = (_written(self.lines[line - 1 :]) for line in (first, last))
        is_open = any(map(_OPEN_ABOVE.search, ends)) or any(map(_OPEN_BELOW.match, begins))
        return not is_open and not any(begin < last and first <= end for begin, end in self.wholes)


def _written(lines: Iterable[str]) -> str:
    """Return the first of some lines that is not blank; "" if all are."""
    return next((line for line in lines if line.strip()), "")


_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_WHOLES = (ast.Constant, ast.JoinedStr, ast.Import, ast.ImportFrom, getattr(ast, "TemplateStr", ast.JoinedStr))
_ALIAS = re.compile(r"(\w+)\s+as\s+(?=(\w+))")
_OPEN_ABOVE = re.compile(r"(?:(?<!\.)\.|[(\\]|\bas)\s*\Z")
_OPEN_BELOW = re.compile(r"\s*(?:[.(]|as\b)")


def _is_in_function(hunk: _Hunk, then: _Text, now: _Text, moved: Moved, functions: Container[str]) -> bool:
    """Return whether only statements of one function have changed that no import runs, and no call that matters."""
    changed = hunk.changed(then.lines, now.lines)
    around = _function_around(hunk, then.tree.body, now.tree.body, moved)
    return (
        around is not None
        and "" not in functions
        and around[0].name not in functions
        and _has_inside(around[0], hunk.first, hunk.last, then.lines)
        and _has_inside(around[1], hunk.new_first, hunk.new_last, now.lines)
        and all(_REMARK.fullmatch(line) or _STATEMENT.fullmatch(line) for line in changed)
        and _BINDING.isdisjoint(word for line in changed for word in _WORD.findall(line))
        and not any(name in functions for line in changed for name in _CALLED.findall(line))
    )


def _function_around(
    hunk: _Hunk, old: Sequence[ast.stmt], new: Sequence[ast.stmt], moved: Moved
) -> tuple[_Function, _Function] | None:
    """Return the outermost function around a change, before and after it; None if anything else differs around it.

    Statements whose places correspond are the same, because all lines outside of changes are.
    """
    if len(old) != len(new):
        return None
    around: tuple[ast.stmt, ast.stmt] | None = None
    for then, now in zip(old, new, strict=True):
        if type(then) is not type(now) or moved.line(then.lineno) != now.lineno:
            return None
        if then.lineno < hunk.first:
            around = then, now
    match around:
        case ast.ClassDef(body=inside), ast.ClassDef(body=inside_now):
            return _function_around(hunk, inside, inside_now, moved)
        case (ast.FunctionDef() | ast.AsyncFunctionDef()) as then, (ast.FunctionDef() | ast.AsyncFunctionDef()) as now:
            return then, now
    return None


def _has_inside(function: _Function, first: int, last: int, lines: Sequence[str]) -> bool:
    """Return whether some lines are in the body of a function, all of which is below the line that it begins on."""
    begin = function.body[0]
    is_below = not lines[begin.lineno - 1][: begin.col_offset].strip()
    return (
        is_below
        and all(map(_BLANK.match, lines[first - 1 : begin.lineno - 1]))
        and last - 1 <= (function.end_lineno or 0)
    )
