"""One Python file: its imports, as written, with kind and column.

The file may be written in a newer Python than the one that runs this, so nothing here asks `ast`. What tells an import
from other text is little: strings, comments, brackets, continued lines, and the headers of the blocks around it. Code
that CPython refuses is read as far as it makes sense; no text makes these functions raise or hang.
"""

from __future__ import annotations

import re
from ast import literal_eval
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple
from unicodedata import normalize

from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import absolute
from import_contracts.reading.conditions import at_run_time
from import_contracts.reading.plain import lines_with, logical_lines, plain_text
from import_contracts.reading.text import _ASCII_LIKE, _COOKIE, UndecodableError, decode

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator


@dataclass(frozen=True, slots=True)
class WrittenImport:
    """One name imported by one import statement, as written."""

    level: int
    """How many dots lead; 0 is absolute."""
    module: str
    """Empty in `from . import x`."""
    name: str | None
    """What a from-import names, not its alias; `*` for all; None for `import a.b`."""
    line: int
    """Of the first token of the statement, from 1."""
    column: int
    """Of the same token, in characters, from 1."""
    kind: Kind
    text: str
    """The statement on one line, without comments."""


# --- statements --------------------------------------------------------------------------------------------------

_INDENT = re.compile(r"(?P<indent>[ \t\f]*+)")
_HEAD = re.compile(
    r"^(?P<indent>[ \t\f]*+)[^\S\n]*+"
    r"(?:(?:import|from|lazy|__lazy_modules__)"
    r"|(?:async[^\S\n]++)?(?P<block>if|elif|else|for|while|try|except|finally|with|def|class|match|case))(?!\w)",
    re.MULTILINE,
)
# Each starts with a literal, which `finditer` finds fast.
_MAYBE_IMPORTS = tuple(
    re.compile(before + r"[^\S\n]*+(?:lazy[^\S\n]++)?(?:import|from)\b") for before in ("\n", ":", ";")
)
# Up to the end of a line that is not in brackets; those of an import hold neither strings nor brackets.
_REST = re.compile(r"(?:[^\n(\\]|\([^()#]*+(?:#[^\n]*+[^()#]*+)*+|\\\n?)*+")
_COLON = re.compile(r"[()]|:(?!=)|\blambda\b")
_SIMPLE = re.compile(r"\s*+(?P<words>(?P<lazy>lazy\s++)?(?:import|from)(?!\w)|__lazy_modules__(?!\w))")
_IMPORT = re.compile(r"\bimport\b")
_CALL = re.compile(
    r"\b(?:import_module|__import__)\s*+\(\s*+(?P<name>\"++)\s*+(?:\)|,\s*+(?:package\s*+=\s*+)?(?P<package>\w++)?)"
)
_LITERAL = re.compile(r"""(['"]{1,3})(?P<dots>\.*+)(?P<module>[^\W\d]\w*+(?:\.[^\W\d]\w*+)*+)\1""")
_ASSIGNMENT = re.compile(r"__lazy_modules__\s*+(?::[^=]*+)?(?P<more>[+|]?)=(?!=)")


class _Block(NamedTuple):
    """What is known in a block: all that its header and the headers around it say."""

    taken: bool = False
    """Where TYPE_CHECKING is false, this branch of an `if`, or one before it, is taken."""
    never: bool = False
    """Where TYPE_CHECKING is false, it does not run."""
    function: bool = False
    eager: bool = False
    """It is in a class or in `try`, where no import can be lazy (PEP 810). Under `with` and `if` it can."""


@dataclass(slots=True, eq=False)
class _Header:
    """The header of a block, which is read when an import asks what it says; the file as a whole has one too."""

    indent: int
    keyword: str
    start: int
    """Where the keyword ends."""
    end: int
    around: _Header | None
    previous: _Header | None
    """Where the keyword is `elif` or `else`, the header that it follows."""
    names: frozenset[str]
    """What TYPE_CHECKING is called up to here."""
    block: _Block | None = None


def read_imports(text: str, importer: str, *, is_package: bool) -> tuple[WrittenImport, ...]:
    """Return all imports of a file, in the order in which they are written.

    `importer` is the name of the module, which relative imports need to be found in `__lazy_modules__`. Any text will
    do, and takes time in proportion to its length.
    """
    text = _normalised(text)
    return tuple(_Statements(text[: _end_of_imports(text)], importer, is_package=is_package).imports())


def _normalised(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _end_of_imports(text: str) -> int:
    """Return a place behind all import statements, often long before the end."""
    text = f"\n{text}"
    last = max((found.end() for pattern in _MAYBE_IMPORTS for found in pattern.finditer(text)), default=1)
    rest = _REST.match(text, last)
    return rest.end() - 1 if rest else 0


def read_calls(text: str, importer: str, *, is_package: bool) -> tuple[WrittenImport, ...]:
    """Return what a file imports by calling ``import_module`` or ``__import__`` with a literal, in order.

    Of a relative name, the second argument must be ``__package__``, or in a package ``__name__``.
    """
    if "import_module" not in text and "__import__" not in text:
        return ()
    return tuple(_Statements(_normalised(text), importer, is_package=is_package).calls())


class _Statements:
    """The reading of one file, line by line: the blocks around the line, and what the lines before it said."""

    def __init__(self, text: str, importer: str, *, is_package: bool) -> None:
        self._text = text
        self._plain = plain_text(text)
        self._importer = importer
        self._is_package = is_package
        self._type_checking = frozenset({"TYPE_CHECKING", "MYPY"})
        self._headers = [_Header(-1, "", 0, 0, None, None, self._type_checking, _Block())]
        self._lazy_modules: set[str] = set()
        self._place = (0, 1, 0)

    def imports(self) -> Iterator[WrittenImport]:
        plain = self._plain
        for head, end in self._crowded_lines() if ";" in plain else lines_with(plain, _HEAD):
            yield from self._statements(self._go_on(head, end), end)

    def _crowded_lines(self) -> Iterator[tuple[re.Match[str], int]]:
        """Yield the logical lines that may have an import in them, perhaps behind a semicolon."""
        plain = self._plain
        for start, end in logical_lines(plain):
            head = _HEAD.match(plain, start, end)
            if head is None and ";" in plain[start:end]:
                head = _INDENT.match(plain, start, end)
            if head is not None:
                yield head, end

    def calls(self) -> Iterator[WrittenImport]:
        plain = self._plain
        for start, end in logical_lines(plain):
            calls = [*_CALL.finditer(plain, start, end)]
            head = _HEAD.match(plain, start, end) or (_INDENT.match(plain, start, end) if calls else None)
            if head is not None:
                self._go_on(head, end)
            for call in calls:
                yield from self._called(call, " ".join(self._text[start:end].split()))

    def _called(self, call: re.Match[str], text: str) -> Iterator[WrittenImport]:
        name = _LITERAL.fullmatch(self._text, *call.span("name"))
        packages = {"__package__", "__name__"} if self._is_package else {"__package__"}
        if name is None or (name["dots"] and call["package"] not in packages):
            return
        line, column = self._position(call.start())
        level, module = len(name["dots"]), name["module"]
        yield WrittenImport(level, module, None, line, column, self._kind(level, module, None, lazy=False), text)

    def _go_on(self, head: re.Match[str], end: int) -> int:
        """Leave the blocks that a line is not in, enter the one that it begins, and return where to read statements."""
        indent, left = _width(head), None
        while self._headers[-1].indent >= indent:
            left = self._headers.pop()
        if head.lastgroup != "block":
            return head.start()
        start, keyword = head.end(), head["block"]
        follows = left is not None and left.indent == indent and keyword in {"elif", "else"}
        previous = left if follows else None
        self._headers.append(_Header(indent, keyword, start, end, self._headers[-1], previous, self._type_checking))
        return min(self._colon(start, end) + 1, end)

    def _block(self) -> _Block:
        """Return what is known at this place."""
        todo = [self._headers[-1]]
        while todo:
            header = todo[-1]
            unread = [each for each in (header.around, header.previous) if each and each.block is None]
            if header.block is None and not unread:
                header.block = self._read(header)
            todo += unread
            if header.block is not None:
                todo.pop()
        assert self._headers[-1].block is not None, "it has just been read"  # noqa: S101
        return self._headers[-1].block

    def _read(self, header: _Header) -> _Block:
        """Return what a header says, given those around it and before it."""
        keyword, previous = header.keyword, header.previous
        around = header.around.block if header.around is not None else None
        assert around is not None, "only the file as a whole has nothing around it, and is known"  # noqa: S101
        value = None
        if keyword in {"if", "elif"}:
            value = at_run_time(self._plain[header.start : self._colon(header.start, header.end)], header.names)
        taken = previous is not None and previous.block is not None and previous.block.taken
        guarded = keyword in {"class", "try", "except", "finally"} or (
            previous is not None and previous.keyword in {"try", "except"}
        )
        return _Block(
            taken=taken or value is True,
            never=around.never or taken or value is False,
            function=around.function or keyword == "def",
            eager=around.eager or guarded,
        )

    def _colon(self, start: int, end: int) -> int:
        """Return where a header ends, neither at a colon in brackets nor at that of a lambda."""
        header = self._plain[start:end].rstrip()
        if header.endswith(":"):
            return start + len(header) - 1
        depth = lambdas = 0
        for token in _COLON.finditer(header):
            mark = token[0]
            depth += {"(": 1, ")": -1}.get(mark, 0)
            if depth == 0 and mark == "lambda":
                lambdas += 1
            elif depth == 0 and mark == ":":
                if not lambdas:
                    return start + token.start()
                lambdas -= 1
        return end

    def _statements(self, start: int, end: int) -> Iterator[WrittenImport]:
        """Read the simple statements of a line."""
        while start <= end:
            stop = self._plain.find(";", start, end)
            stop = end if stop < 0 else stop
            simple = _SIMPLE.match(self._plain, start, stop)
            if simple and simple["words"].startswith("_"):
                self._assign(simple.start("words"), stop)
            elif simple:
                yield from self._import(simple, stop)
            start = stop + 1

    def _import(self, simple: re.Match[str], end: int) -> Iterator[WrittenImport]:
        start = simple.start("words")
        written = " ".join(self._plain[start:end].split())
        keyword = _IMPORT.search(written)
        if keyword is None:
            return
        head = "".join(written[: keyword.start()].split()).removeprefix("lazy")
        line, column = self._position(start)
        text = _tidy(written)
        for level, module, name in self._named(head, written[keyword.end() :]):
            kind = self._kind(level, module, name, lazy=simple["lazy"] is not None)
            yield WrittenImport(level, module, name, line, column, kind, text)

    def _named(self, head: str, names: str) -> Iterator[tuple[int, str, str | None]]:
        """Yield what each name of an import statement stands for; what cannot be one is passed over."""
        origin = head.removeprefix("from")
        module = _normal(origin.lstrip("."))
        for part in names.replace("(", " ").replace(")", " ").split(","):
            written, _, alias = part.strip().partition(" as ")
            name = _normal("".join(written.split()))
            if not head:
                if _is_dotted(name):
                    yield 0, name, None
            elif (name == "*" or name.isidentifier()) and (_is_dotted(module) or (not module and origin)):
                if origin in {"typing", "typing_extensions"} and name == "TYPE_CHECKING":
                    self._type_checking |= {alias.strip() or name}
                yield len(origin) - len(origin.lstrip(".")), module, name

    def _kind(self, level: int, module: str, name: str | None, *, lazy: bool) -> Kind:
        block = self._block()
        if block.never:
            return Kind.TYPE_CHECKING
        if block.function:
            return Kind.DEFERRED
        if self._lazy_modules and not block.eager and name != "*":
            lazy |= absolute(level, module, self._importer, is_package=self._is_package) in self._lazy_modules
        return Kind.LAZY if lazy else Kind.RUNTIME

    def _assign(self, start: int, end: int) -> None:
        """Take in an assignment to `__lazy_modules__`, if it is the module's and its value is written out."""
        assignment = _ASSIGNMENT.match(self._plain, start, end)
        block = self._block()
        elsewhere = block.never or block.function or any(each.keyword == "class" for each in self._headers)
        if assignment is None or elsewhere:
            return
        if not assignment["more"]:
            self._lazy_modules.clear()
        self._lazy_modules |= _strings(self._text[assignment.end() : end])

    def _position(self, start: int) -> tuple[int, int]:
        """Return line and column of a place; places must come in order."""
        seen, line, line_start = self._place
        newline = self._text.rfind("\n", seen, start)
        line_start = newline + 1 if newline >= 0 else line_start
        self._place = (start, line + self._text.count("\n", seen, start), line_start)
        return self._place[1], start - line_start + 1


def _width(head: re.Match[str]) -> int:
    """Return how far a line is indented; a form feed starts anew, and no line mixes tabs and spaces ambiguously."""
    return len(head["indent"].rpartition("\f")[2])


def _tidy(written: str) -> str:
    """Return an import statement that was spread over lines as one would write it on one."""
    return written.replace("( ", "(").replace(" )", ")").replace(",)", ")")


def _is_dotted(name: str) -> bool:
    return all(map(str.isidentifier, name.split(".")))


def _normal(name: str) -> str:
    """Return an identifier as Python compares it."""
    return name if name.isascii() else normalize("NFKC", name)


def _strings(value: str) -> frozenset[str]:
    """Return the strings of a literal list, set or tuple; none if the value is anything else."""
    try:
        strings = literal_eval(value.strip())
    except (SyntaxError, ValueError, TypeError, MemoryError, RecursionError):
        return frozenset()
    if not isinstance(strings, (list, set, tuple)):
        return frozenset()
    return frozenset(string for string in strings if isinstance(string, str))


# --- a fast look -------------------------------------------------------------------------------------------------

# Each starts with a literal, which `search` finds fast, and reads no bytes that the next place reads again.
_WRITTEN = rb"(?:import\b|from\b[. \t\f\w\x80-\xff]*?(?:\bimport\b|\\))"
_NOT_PLAIN = (
    *(
        re.compile(before + rb"[ \t\f]*+" + _WRITTEN)
        for before in (rb"\n[ \t\f]", rb"\r[ \t\f]", rb"\A(?:\xef\xbb\xbf)?[ \t\f]", rb":", rb";", rb"\\[\r\n]++")
    ),
    re.compile(rb"lazy(?:_modules__|[ \t\f\\\r\n]+(?:import|from)\b)"),
)


def may_defer(data: bytes) -> bool:
    """Tell whether `read_imports` might find anything but runtime imports at column 1.

    False is certain, True is not: the text may be that of a docstring.
    """
    cookie = _COOKIE.match(data)
    if cookie and not _ASCII_LIKE.match(cookie[1]):
        return True
    return any(pattern.search(data) for pattern in _NOT_PLAIN)


def may_call(data: bytes) -> bool:
    """Tell whether `read_calls` might find anything. False is certain, but for encodings that no editor writes."""
    return b"import_module" in data or b"__import__" in data


def mentions(data: bytes, names: Collection[str]) -> bool:
    """Tell whether `read_imports` might find an import with one of some identifiers in it. False is certain."""
    cookie = _COOKIE.match(data)
    if cookie and not _ASCII_LIKE.match(cookie[1]):
        return True
    try:
        text = _normal(decode(data))
    except UndecodableError:
        return True
    return re.search(rf"\b(?:{'|'.join(map(re.escape, sorted(names)))})\b", text) is not None
