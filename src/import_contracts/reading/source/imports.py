"""The imports of one Python file, as written, each with its kind and its place.

The file may be written for a newer Python than the one that runs this, so nothing here uses `ast`. Little is needed to
tell an import from other text: strings, comments, brackets, continued lines, and the headers of the blocks around it.
Code that CPython rejects is read as far as it makes sense. No text makes these functions raise an exception or hang.
"""

from __future__ import annotations

import re
from ast import literal_eval
from typing import TYPE_CHECKING, NamedTuple, TypeAlias
from unicodedata import normalize

from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import absolute
from import_contracts.patterns import pattern
from import_contracts.reading.source.blocks import Blocks
from import_contracts.reading.source.calls import called_imports, calls_in, may_have_literals
from import_contracts.reading.source.plain import lines_with, logical_lines, plain_text
from import_contracts.reading.source.text import Source, universal_newlines

if TYPE_CHECKING:
    from collections.abc import Iterator


class WrittenImport(NamedTuple):
    """One name imported by one import statement, as written."""

    level: int
    """The number of leading dots; 0 for an absolute import."""
    module: str
    """Without the dots; "" in ``from . import x``."""
    name: str | None
    """The name behind ``from ... import``, without its alias, or ``*``; None for ``import a.b``."""
    line: int
    """The line of the first token of the statement, from 1."""
    column: int
    """The column of the same token, in characters, from 1."""
    kind: Kind
    text: str
    """The statement on one line, without comments."""


class ImportStatement(NamedTuple):
    """An import statement, of which the names are not read yet."""

    code: str
    """The statement, as `plain_text` returns it."""
    line: int
    """As in `WrittenImport`."""
    column: int
    """As in `WrittenImport`."""
    kind: Kind
    """That of all names but those that ``lazy_modules`` makes lazy."""
    lazy_modules: frozenset[str]
    """The absolute names of modules; whatever is imported from these, except by a star, is lazy."""

    @property
    def is_runtime(self) -> bool:
        """Whether all names are imported at run time."""
        return self.kind is Kind.RUNTIME and not self.lazy_modules

    def names(self, importer: str, *, is_package: bool) -> Iterator[WrittenImport]:
        """Yield what the statement imports in the file of a module, in order; nothing if it is not complete."""
        written = " ".join(self.code.split())
        text = _tidy(written)
        for (level, module, name), _ in _taken_by(written):
            kind = self.kind
            if self.lazy_modules:
                kind = _kind(kind, self.lazy_modules, absolute(level, module, importer, is_package=is_package), name)
            yield WrittenImport(level, module, name, self.line, self.column, kind, text)

    def type_checking(self) -> Iterator[str]:
        """Yield the names that the statement gives TYPE_CHECKING."""
        for (level, module, name), alias in _taken_by(" ".join(self.code.split())):
            if name == "TYPE_CHECKING" and not level and module in {"typing", "typing_extensions"}:
                yield alias or name


def _kind(kind: Kind, lazy_modules: frozenset[str], origin: str | None, name: str | None) -> Kind:
    """Return the kind of an import of a name from a module."""
    return Kind.LAZY if name != "*" and origin in lazy_modules else kind


_INDENT = pattern(r"(?P<indent>[ \t\f]*+)")
_START = (
    r"(?P<indent>[ \t\f]*+)[^\S\n]*+"
    r"(?:(?:import|from|lazy|__lazy_modules__)"
    r"|(?:async[^\S\n]++)?(?P<block>if|elif|else|for|while|try|except|finally|with|def|class|match|case))(?!\w)"
)
_HEAD, _NEXT_HEAD = re.compile(_START), re.compile("\n" + _START)  # the second is found twice as fast as with a "^"
_MAYBE_IMPORT = re.compile(r"(?:^|[:;])[^\S\n]*+(?:lazy[^\S\n]++)?(?:import|from)\b", re.MULTILINE)
_PLAIN_IMPORT = pattern(
    r"(?a:^[ \t]*+(?:from (?P<origin>[\w.]+) import (?P<names>[\w ,]+|\([\w\s,]*\))"
    rf"|import (?P<module>[\w.]+(?: as \w+)?))(?P<end>[ \t]*$))|{_MAYBE_IMPORT.pattern}",
    re.MULTILINE,
)
# Up to the end of a line outside brackets. The brackets of an import contain neither strings nor brackets.
_REST = re.compile(r"(?:[^\n(\\]|\([^()#]*+(?:#[^\n]*+[^()#]*+)*+|\\\n?)*+")
_SIMPLE = re.compile(r"\s*+(?P<words>(?P<lazy>lazy\s++)?(?:import|from)(?!\w)|__lazy_modules__(?!\w))")
_IMPORT = re.compile(r"\bimport\b")
_NONE: frozenset[str] = frozenset()
_ASSIGNMENT = pattern(r"__lazy_modules__\s*+(?::[^=]*+)?(?P<more>[+|]?)=(?!=)")


def read_imports(text: str, importer: str, *, is_package: bool) -> tuple[WrittenImport, ...]:
    """Return all imports of a file, in the order in which they are written.

    ``importer`` is the name of the module: relative imports are looked up in ``__lazy_modules__`` by absolute name (PEP
    810). The time is proportional to the length of the text, whatever the text.
    """
    statements = read_statements(text)
    return tuple(written for each in statements for written in each.names(importer, is_package=is_package))


def read_statements(text: str) -> list[ImportStatement]:
    """Return the statements of these imports, with a few that are not complete and import nothing."""
    text = _normalized(text)
    return list(_Statements(text[: _end_of_imports(text)]).imports())


def _normalized(text: str) -> str:
    return universal_newlines(text.removeprefix("\ufeff"))


def _end_of_imports(text: str) -> int:
    """Return a position behind all import statements, which is often long before the end of the text."""
    rest = _REST.match(text, max(_last(text, "import"), _last(text, "from")))
    return rest.end() if rest else 0


def _last(text: str, keyword: str) -> int:
    """Return the end of the last keyword that may begin an import statement, on the last line where that can be."""
    at = len(text)
    while (at := text.rfind(keyword, 0, at)) >= 0:
        line = text.rfind("\n", 0, at) + 1
        if found := [*_MAYBE_IMPORT.finditer(text, line, at + len(keyword) + 1)]:
            return found[-1].end()
        at = line
    return 0


Taken: TypeAlias = tuple[int, str, tuple[str, ...]]
"""What a statement imports: the level, the module, and the names from it; if there are none, the module itself."""


class ImportReader:
    """Reads what texts import, but not where and when, and keeps it."""

    def __init__(self) -> None:
        self._taken: dict[Source, tuple[Taken, ...]] = {}
        self._named: dict[tuple[str, str], tuple[Taken, ...]] = {}

    def taken(self, source: Source) -> tuple[Taken, ...]:
        """Return what the statements that `read_imports` finds import, in the order of the file.

        Of a text that CPython rejects, there may be some more.
        """
        if source not in self._taken:
            self._taken[source] = tuple(self._read(source))
        return self._taken[source]

    def has_read(self, source: Source) -> bool:
        """Tell whether a text was read."""
        return source in self._taken

    def _read(self, source: Source) -> Iterator[Taken]:
        statements = _plain_imports(source.text)
        if statements is None:
            found = read_imports(source.text, source.module, is_package=source.is_package)
            yield from ((each.level, each.module, (each.name,) if each.name else ()) for each in found)
        for statement in statements or ():
            if statement not in self._named:
                self._named[statement] = tuple(_taken(*statement))
            yield from self._named[statement]


def _taken(origin: str, names: str) -> Iterator[Taken]:
    """Yield what an import statement imports; see `_named`."""
    found = [taken for taken, _ in _named(origin, names)]
    if origin and found:
        level, module, _ = found[0]
        yield level, module, tuple(name for _, _, name in found if name)
    elif not origin:
        yield from ((level, module, ()) for level, module, _ in found)


def _plain_imports(text: str) -> list[tuple[str, str]] | None:
    """Return what is behind ``from`` and behind ``import`` in each import statement, in the order of the file.

    None if some are not as most are, such as those that a backslash continues, or that follow another statement.
    """
    text = _normalized(text)
    found = [*_PLAIN_IMPORT.finditer(plain_text(text[: _end_of_imports(text)]))]
    is_plain = all(each["end"] is not None for each in found)
    return [(each["origin"] or "", each["names"] or each["module"]) for each in found] if is_plain else None


def read_calls(text: str, importer: str, *, is_package: bool) -> tuple[WrittenImport, ...]:
    """Return the imports by a call of ``import_module`` or ``__import__`` with literals, in the order of the file.

    See `called_imports`. All of them have absolute names.
    """
    text = _normalized(text)
    return tuple(_Statements(text).calls(importer, is_package=is_package)) if may_have_literals(text) else ()


def main_blocks(text: str) -> list[int]:
    """Return the lines, from 1, of the headers of the blocks that run only when a file is started, in order.

    A block in a function is none.
    """
    has_some = "__name__" in text and "__main__" in text
    return list(_Statements(_normalized(text)).main_blocks()) if has_some else []


class _Statements:
    """Reads one file, line by line."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._plain = plain_text(text)
        self._blocks = Blocks(text, self._plain)
        self._lazy_modules = _NONE
        self._place = (0, 1, 0)

    def imports(self) -> Iterator[ImportStatement]:
        """Yield the import statements."""
        plain = self._plain
        if ";" in plain:
            for head, end in self._crowded_lines():
                yield from self._statements(self._start(head, end), end)
        else:
            for head, end in lines_with(plain, _heads(plain)):
                yield from self._statement(self._start(head, end), end)

    def _crowded_lines(self) -> Iterator[tuple[re.Match[str], int]]:
        """Yield the logical lines that may contain an import statement, at their start or behind a semicolon."""
        plain = self._plain
        for start, end in logical_lines(plain):
            head = _HEAD.match(plain, start, end)
            if head is None and ";" in plain[start:end]:
                head = _INDENT.match(plain, start, end)
            if head is not None:
                yield head, end

    def main_blocks(self) -> Iterator[int]:
        """Yield the lines of the headers of the blocks outside functions that run only when the file is started."""
        for start, end in logical_lines(self._plain):
            if head := _HEAD.match(self._plain, start, end):
                self._start(head, end)
                block = self._blocks.block()
                if head["block"] and block.imported.never and not (block.started.never or block.function):
                    yield self._position(head.end())[0]

    def calls(self, importer: str, *, is_package: bool) -> Iterator[WrittenImport]:
        """Yield what calls import."""
        plain = self._plain
        imported = {
            call: called_imports(self._text[slice(*call.span("arguments"))], importer, is_package=is_package)
            for call in calls_in(plain)
            if '"' in call["arguments"]
        }
        rest = [call for call, found in reversed(imported.items()) if found]
        for start, end in logical_lines(plain) if rest else ():
            calls = []
            while rest and rest[-1].start() < end:
                calls.append(rest.pop())
            head = _HEAD.match(plain, start, end) or (_INDENT.match(plain, start, end) if calls else None)
            if head is not None:
                self._start(head, end)
            for call in calls:
                line, column = self._position(call.start())
                text = " ".join(self._text[start:end].split())
                kind, lazy_modules = self._kinds()
                for module, name in imported[call]:
                    of_name = _kind(kind, lazy_modules, module, name)
                    yield WrittenImport(0, module, name, line, column, of_name, text)

    def _start(self, head: re.Match[str], end: int) -> int:
        """Go on to a line, and return where its statements start: behind the header of a block, if it opens one."""
        if head.lastgroup == "block":
            return self._blocks.enter(_width(head), head["block"], head.end(), end)
        self._blocks.leave(_width(head))
        return head.start("indent")

    def _statements(self, start: int, end: int) -> Iterator[ImportStatement]:
        """Read the simple statements of a line."""
        while start <= end:
            stop = self._plain.find(";", start, end)
            stop = end if stop < 0 else stop
            yield from self._statement(start, stop)
            start = stop + 1

    def _statement(self, start: int, end: int) -> tuple[ImportStatement, ...]:
        """Read a simple statement, and return it if it is an import."""
        simple = _SIMPLE.match(self._plain, start, end)
        if simple is None:
            return ()
        start = simple.start("words")
        if self._plain[start] == "_":
            self._assign(start, end)
            return ()
        kinds = self._kinds(lazy=simple["lazy"] is not None)
        statement = ImportStatement(self._plain[start:end], *self._position(start), *kinds)
        if "TYPE_CHECKING" in normal_form(statement.code):
            for name in statement.type_checking():
                self._blocks.add_alias(name, start)
        return (statement,)

    def _kinds(self, *, lazy: bool = False) -> tuple[Kind, frozenset[str]]:
        """Return the kind of an import on the present line, and the modules from which it would be lazy instead."""
        block = self._blocks.block()
        if block.never:
            return Kind.TYPE_CHECKING, _NONE
        if block.later:
            return Kind.DEFERRED, _NONE
        return Kind.LAZY if lazy else Kind.RUNTIME, _NONE if block.eager else self._lazy_modules

    def _assign(self, start: int, end: int) -> None:
        """Note an assignment to ``__lazy_modules__``, if it is at the top level and the value is a literal."""
        assignment = _ASSIGNMENT.match(self._plain, start, end)
        block = self._blocks.block()
        elsewhere = block.later or self._blocks.is_in_class()
        if assignment is None or elsewhere:
            return
        if not assignment["more"]:
            self._lazy_modules = _NONE
        self._lazy_modules |= _strings(self._text[assignment.end() : end])

    def _position(self, start: int) -> tuple[int, int]:
        """Return the line and the column of a position, which must not lie before the last one that was asked for."""
        seen, line, line_start = self._place
        newline = self._text.rfind("\n", seen, start)
        line_start = newline + 1 if newline >= 0 else line_start
        self._place = (start, line + self._text.count("\n", seen, start), line_start)
        return self._place[1], start - line_start + 1


def _heads(plain: str) -> Iterator[re.Match[str]]:
    """Yield the starts of lines with an import statement, and of the headers of the blocks around these, in order.

    Most blocks have no import. A few headers may be of others, and a few starts inside brackets.
    """
    heads = [*filter(None, [_HEAD.match(plain)]), *_NEXT_HEAD.finditer(plain)]
    if "__lazy_modules__" in plain:
        return iter(heads)
    found: list[re.Match[str]] = []
    following, depth = len(plain), 0  # the headers of blocks around the next import are indented less than this
    for head in reversed(heads):
        width, start, block = _width(head), head.start("indent"), head["block"]
        if block is None:  # without "import", it may be inside brackets, and end no block
            depth = width if "import" in plain[start : plain.find("\n", start)] else max(depth, width)
        elif width >= depth and plain.find("import", start, following) >= 0:
            depth = width + 1
        following = start
        if block is None or width < depth:
            found.append(head)
            depth = width if block in {"def", "class"} else depth  # no other block before them is around the import
    return reversed(found)


def _width(head: re.Match[str]) -> int:
    """Return the indentation of a line, which a form feed resets; CPython rejects ambiguous tabs."""
    return len(head["indent"].rpartition("\f")[2])


def _tidy(written: str) -> str:
    """Return an import statement that was joined from several lines as it is usually written on one."""
    return written.replace("( ", "(").replace(" )", ")").replace(",)", ")")


def _taken_by(written: str) -> Iterator[tuple[tuple[int, str, str | None], str]]:
    """Yield what `_named` does, for an import statement in which words are divided by one space."""
    keyword = _IMPORT.search(written)
    head = "".join(written[: keyword.start()].split()).removeprefix("lazy") if keyword else "from"
    if keyword and head != "from":  # else nothing is named
        yield from _named(head.removeprefix("from"), written[keyword.end() :])


def _named(origin: str, names: str) -> Iterator[tuple[tuple[int, str, str | None], str]]:
    """Yield what each name of an import statement imports, with its alias; skip what is no name.

    ``origin`` is what is behind ``from``, without spaces; "" if there is none. ``names`` is all behind ``import``.
    """
    module = normal_form(origin.lstrip("."))
    level, is_module = len(origin) - len(origin.lstrip(".")), _is_dotted(module) or (not module and origin)
    for part in names.replace("(", " ").replace(")", " ").split(","):
        written, _, alias = part.strip().partition(" as ")
        name = normal_form("".join(written.split()))
        if not origin:
            if _is_dotted(name):
                yield (0, name, None), alias.strip()
        elif is_module and (name == "*" or name.isidentifier()):
            yield (level, module, name), alias.strip()


def _is_dotted(name: str) -> bool:
    return all(map(str.isidentifier, name.split(".")))


def normal_form(name: str) -> str:
    """Return an identifier, or a text of identifiers, as Python compares them (PEP 3131)."""
    return name if name.isascii() else normalize("NFKC", name)


def _strings(value: str) -> frozenset[str]:
    """Return the strings in a literal list, set or tuple; nothing if the value is anything else."""
    try:
        strings = literal_eval(value.strip())
    except (SyntaxError, ValueError, TypeError, MemoryError, RecursionError):
        return frozenset()
    if not isinstance(strings, (list, set, tuple)):
        return frozenset()
    return frozenset(string for string in strings if isinstance(string, str))
