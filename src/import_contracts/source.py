"""One Python file: its imports, as written, with kind and column.

The file may be written in a newer Python than the one that runs this, so nothing here asks `ast`. What tells an import
from other text is little: strings, comments, brackets, continued lines, and the headers of the blocks around it. Code
that CPython refuses is read as far as it makes sense; no text makes these functions raise or hang.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple
from unicodedata import normalize

from import_contracts.graph import Kind

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Iterator


class UndecodableError(ValueError):
    """The bytes of a file are not text in the encoding that they declare; the message says why."""


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


@dataclass(frozen=True, slots=True)
class Source:
    """The text of one module; ``path`` is as reports show it."""

    module: str
    path: str
    is_package: bool
    text: str


def split_lines(text: str) -> list[str]:
    """Return the lines as Python counts them, without their ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


# --- bytes to text -----------------------------------------------------------------------------------------------

_BOM = b"\xef\xbb\xbf"
# PEP 263: in a comment on the first line, or on the second if the first is blank or a comment.
_COOKIE = re.compile(rb"(?:[ \t\f]*+(?:#[^\r\n]*+)?(?:\r\n?|\n))??[ \t\f]*+#[^\r\n]*?coding[:=][ \t]*([-\w.]+)")


def decode(data: bytes) -> str:
    """Return the text of a source file, without its byte order mark, its newlines as they are (PEP 263, PEP 3120).

    Raises UndecodableError, and nothing else, if they are not text in the encoding that they declare, or in UTF-8.
    """
    text = data.removeprefix(_BOM)
    cookie = _COOKIE.match(text)
    declared = _codec(cookie[1].decode("ascii", "replace")) if cookie else "utf-8"
    if len(text) < len(data) and declared not in {"utf-8", "utf8"}:
        raise UndecodableError(f"it declares {declared}, but has the byte order mark of UTF-8")
    try:
        return text.decode(declared)
    except UnicodeDecodeError as error:
        raise UndecodableError(f"byte {error.start} is not {declared}") from error
    except LookupError as error:
        raise UndecodableError(f"no text encoding is called {declared}") from error
    except UnicodeError as error:
        raise UndecodableError(f"it is not {declared}: {error}") from error


def _codec(declared: str) -> str:
    """Return an encoding without the end-of-line style that Emacs appends, for those where CPython drops it."""
    name = declared.lower().replace("_", "-")
    known = re.match(r"(utf-8|latin-1|iso-8859-1|iso-latin-1)(?:-|$)", name)
    return known[1] if known else name


# --- text to plain text ------------------------------------------------------------------------------------------

# Every alternative starts with a literal, which lets `search` skip other text fast, and none can backtrack.
_OPAQUE = re.compile(
    r'''"""[^"\\]*+(?:(?:\\.|"(?!""))[^"\\]*+)*+(?:""")?'''
    r"""|'''[^'\\]*+(?:(?:\\.|'(?!''))[^'\\]*+)*+(?:''')?"""
    r"""|"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"?"""
    r"""|'[^'\\\n]*+(?:\\.[^'\\\n]*+)*+'?"""
    r"""|\#[^\n]*+"""
    r"""|\\\n""",
    re.DOTALL,
)
_FORMATTED = re.compile(r"(?<!\w)(?:[ft]r?|r[ft])\Z", re.IGNORECASE)
_IN_FIELD = re.compile(r"""["'#:()\[\]{}]""")
_IN_LITERAL = re.compile(r"""\\N\{[^{}"'\n]{0,200}\}|\\[^{}]|\{\{|\"""|'''|["'{}\n]""", re.DOTALL)
_ROUND = str.maketrans("[]{}", "()()")


def _plain(text: str) -> str:
    """Return text of the same length that no string or comment can deceive.

    Strings consist of `"`, comments of spaces; all brackets are round; a continued line ends in two vertical
    tabs, which are white space and no indentation, and in no newline; nor does a string hold one.
    """
    pieces: list[str] = []
    done, end = -1, 0
    while done < end:
        done = end
        for opaque in _OPAQUE.finditer(text, end):
            start, stop = opaque.span()
            mark = text[start]
            pieces.append(text[end:start])
            end = stop
            if mark in "\"'" and start and text[start - 1] in "fFtTrR" and _prefix(text, start):
                end = _formatted_end(text, start)
            pieces.append(_FILLERS.get(mark, '"') * (end - start))
            if end != stop:
                break
    pieces.append(text[done:])
    return "".join(pieces).translate(_ROUND)


_FILLERS = {"#": " ", "\\": "\v"}


def _prefix(text: str, quote: int) -> str:
    """Return the prefix of the string whose quotes open at `quote`, if it makes it an f-string or a t-string."""
    prefix = _FORMATTED.search(text, max(0, quote - 2), quote)
    return prefix[0] if prefix else ""


class _Frame(NamedTuple):
    """What surrounds a place in an f-string: its literal text, a field `{`, a bracket `(` in it, or its format `:`."""

    mode: str
    quote: str
    raw: bool


def _opened(text: str, quote: int) -> _Frame:
    mark = text[quote]
    return _Frame(
        "literal", mark * 3 if text.startswith(mark * 3, quote) else mark, "r" in _prefix(text, quote).lower()
    )


def _formatted_end(text: str, start: int) -> int:
    """Return where the f-string or t-string ends whose quotes open at `start` (PEP 701, PEP 750).

    Strings in its fields may have the same quotes again, to any depth.
    """
    frames = [_opened(text, start)]
    position = start + len(frames[0].quote)
    while frames:
        in_field = frames[-1].mode in "{("
        token = (_IN_FIELD if in_field else _IN_LITERAL).search(text, position)
        if token is None:
            return len(text)
        position = (_step_in_field if in_field else _step_in_literal)(frames, token)
    return position


def _step_in_field(frames: list[_Frame], token: re.Match[str]) -> int:
    """Take in one token of an expression and return where to read on."""
    mode, quote, raw = frames[-1]
    text, start, mark = token.string, token.start(), token[0]
    if mark in "\"'#":
        if mark != "#" and _prefix(text, start):
            frames.append(_opened(text, start))
            return start + len(frames[-1].quote)
        opaque = _OPAQUE.match(text, start)
        return opaque.end() if opaque else token.end()
    if mark in "([{":
        frames.append(_Frame("(", quote, raw))
    elif mark == ":" and mode == "{":
        frames[-1] = _Frame(":", quote, raw)
    elif mark == "}" or (mark != ":" and mode == "("):
        frames.pop()
    return token.end()


def _step_in_literal(frames: list[_Frame], token: re.Match[str]) -> int:
    """Take in one token of literal text or of a format and return where to read on."""
    mode, quote, raw = frames[-1]
    start, mark = token.start(), token[0]
    unfinished = mark == "\n" and len(quote) == 1
    if mark.startswith(quote) or (unfinished and mode == "literal"):
        while frames.pop().mode != "literal":
            pass
        return start + (0 if unfinished else len(quote))
    if unfinished:  # a newline ends a format, not its field
        frames[-1] = _Frame("{", quote, raw)
    elif mark == "{" or (mark == "{{" and mode == ":"):
        frames.append(_Frame("{", quote, raw))
        return start + 1
    elif mark == "}" and mode == ":":
        frames.pop()
    elif raw and mark.startswith("\\N{"):
        return start + 2
    return token.end()


def _logical_lines(plain: str) -> Iterator[tuple[int, int]]:
    """Yield where each logical line starts and ends."""
    start = end = depth = 0
    for line in plain.split("\n"):
        depth = max(0, depth + line.count("(") - line.count(")"))
        end += len(line) + 1
        if not depth:
            yield start, end - 1
            start = end
    yield start, len(plain)


def _lines_with(plain: str, head: re.Pattern[str]) -> Iterator[tuple[re.Match[str], int]]:
    """Yield the logical lines that begin with something, as what was found there, and where the line ends."""
    done = depth = 0
    for found in head.finditer(plain):
        start = found.start()
        if start < done:
            continue
        depth = max(0, depth + plain.count("(", done, start) - plain.count(")", done, start))
        done = start
        if depth:
            continue
        end = start
        while True:
            end = plain.find("\n", end)
            end = len(plain) if end < 0 else end
            depth = max(0, depth + plain.count("(", done, end) - plain.count(")", done, end))
            done = end
            if not depth or end == len(plain):
                break
            end += 1
        yield found, end


# --- conditions --------------------------------------------------------------------------------------------------

_CONDITION = re.compile(r"\w+(?:\s*+\.\s*+\w+)*+|\S")
_CONSTANTS = {"True": True, "False": False, "None": False, "0": False, "1": True}
_NESTED = 100


def _at_run_time(condition: str, names: Collection[str]) -> bool | None:
    """Return the value of a condition where TYPE_CHECKING is false; None if that alone does not decide it."""
    if not any(name in condition for name in names):
        return None
    tokens = ["".join(word.split()) for word in _CONDITION.findall(condition)]
    if tokens.count("(") > _NESTED or not any(_is_type_checking(token, names) for token in tokens):
        return None
    tokens.reverse()
    value = _any_of(tokens, names)
    return None if tokens else value


def _is_type_checking(token: str, names: Container[str]) -> bool:
    return token in names or token.endswith(".TYPE_CHECKING")


def _any_of(tokens: list[str], names: Container[str]) -> bool | None:
    values = [_all_of(tokens, names)]
    while tokens and tokens[-1] == "or":
        tokens.pop()
        values.append(_all_of(tokens, names))
    return True if True in values else None if None in values else False


def _all_of(tokens: list[str], names: Container[str]) -> bool | None:
    values = [_operand(tokens, names)]
    while tokens and tokens[-1] == "and":
        tokens.pop()
        values.append(_operand(tokens, names))
    return False if False in values else None if None in values else True


def _operand(tokens: list[str], names: Container[str]) -> bool | None:
    negated = False
    while tokens and tokens[-1] == "not":
        tokens.pop()
        negated = not negated
    value = None
    if tokens and tokens[-1] == "(":
        tokens.pop()
        value = _any_of(tokens, names)
        if not (tokens and tokens[-1] == ")"):  # a tuple, a conditional expression, ...
            _skip(tokens, {")"})
            value = None
        del tokens[-1:]
    elif tokens and tokens[-1] not in _ENDS:
        token = tokens.pop()
        value = False if _is_type_checking(token, names) else _CONSTANTS.get(token)
    if _skip(tokens, _ENDS):  # a comparison, a call, ...
        value = None
    return value if value is None else value != negated


# What ends an operand of `and` and `or`.
_ENDS = frozenset({"and", "or", ")", ",", "if", "else", ":"})


def _skip(tokens: list[str], ends: Container[str]) -> bool:
    """Take off tokens up to one of the ends outside brackets, and tell whether there were any."""
    depth = skipped = 0
    while tokens and (depth or tokens[-1] not in ends):
        depth += {"(": 1, ")": -1}.get(tokens.pop(), 0)
        skipped += 1
    return skipped > 0


# --- text that older parsers read --------------------------------------------------------------------------------

_STRING = re.compile(r'(?<![\w"])(?:[ft]r?|rf|rt)"++', re.IGNORECASE)
_GENERIC = re.compile(r"\b(?:def|class)\s++\w++\s*+(?P<body>\()")
_ALIAS = re.compile(r"^[ \t]*+(?P<body>type[ \t]++(?P<name>[^\W\d]\w*+)[ \t]*+(?:\(|=(?!=)))", re.MULTILINE)
_EXCEPT = re.compile(r"^[ \t]*+except\*?+[ \t]++(?P<body>[^():\n]*,[^:\n]*):", re.MULTILINE)


def for_older_parsers(text: str) -> str:
    """Return a text without the syntax of Python 3.12 to 3.14, which older parsers refuse, line for line.

    Formatted strings become empty ones (PEP 701, PEP 750), type parameters go (PEP 695), a ``type`` statement binds its
    name to nothing that is known, and several exceptions get their brackets (PEP 758). What the text does when it is
    imported stays the same, but for what stands in those strings.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    plain = _plain(text)
    edits = [(*each.span(), '""') for each in _STRING.finditer(plain)]
    brackets = (each.start("body") for each in _GENERIC.finditer(plain))
    edits += [(start, _closed(plain, start), "") for start in brackets if text[start] == "["]
    for start, end in _logical_lines(plain):
        if alias := _ALIAS.match(plain, start, end):
            edits.append((alias.start("body"), end, f"{alias['name']} = None"))
    edits += [(*each.span("body"), f"({text[slice(*each.span('body'))]})") for each in _EXCEPT.finditer(plain)]
    done = 0
    pieces: list[str] = []
    for start, end, new in sorted(edits):
        if start >= done:
            pieces += text[done:start], new, "\\\n" * text.count("\n", start, end)
            done = end
    return "".join([*pieces, text[done:]])


def _closed(plain: str, start: int) -> int:
    """Return where the bracket that opens at a place is closed again."""
    depth = 0
    for bracket in re.compile(r"[()]").finditer(plain, start):
        depth += 1 if bracket[0] == "(" else -1
        if not depth:
            return bracket.end()
    return len(plain)


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
    return tuple(_Reader(text[: _end_of_imports(text)], importer, is_package=is_package).imports())


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
    return tuple(_Reader(_normalised(text), importer, is_package=is_package).calls())


class _Reader:
    """The reading of one file, line by line: the blocks around the line, and what the lines before it said."""

    def __init__(self, text: str, importer: str, *, is_package: bool) -> None:
        self._text = text
        self._plain = _plain(text)
        self._importer = importer
        self._is_package = is_package
        self._type_checking = frozenset({"TYPE_CHECKING", "MYPY"})
        self._headers = [_Header(-1, "", 0, 0, None, None, self._type_checking, _Block())]
        self._lazy_modules: set[str] = set()
        self._place = (0, 1, 0)

    def imports(self) -> Iterator[WrittenImport]:
        plain = self._plain
        for head, end in self._crowded_lines() if ";" in plain else _lines_with(plain, _HEAD):
            yield from self._statements(self._go_on(head, end), end)

    def _crowded_lines(self) -> Iterator[tuple[re.Match[str], int]]:
        """Yield the logical lines that may have an import in them, perhaps behind a semicolon."""
        plain = self._plain
        for start, end in _logical_lines(plain):
            head = _HEAD.match(plain, start, end)
            if head is None and ";" in plain[start:end]:
                head = _INDENT.match(plain, start, end)
            if head is not None:
                yield head, end

    def calls(self) -> Iterator[WrittenImport]:
        plain = self._plain
        for start, end in _logical_lines(plain):
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
            value = _at_run_time(self._plain[header.start : self._colon(header.start, header.end)], header.names)
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
            lazy |= _absolute(level, module, self._importer, is_package=self._is_package) in self._lazy_modules
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
    from ast import literal_eval  # noqa: PLC0415 (slow to import, and seldom needed)

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
# Encodings in which the bytes of an import are those of ASCII.
_ASCII_LIKE = re.compile(rb"utf-?8|us-ascii|ascii|latin|iso-?8859|cp125|windows-125", re.IGNORECASE)


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


# --- what an import imports --------------------------------------------------------------------------------------


def resolve(written: WrittenImport, importer: str, *, is_package: bool, modules: Container[str]) -> str | None:
    """Return the module among `modules` that an import imports, as grimp resolves it; None if it is not among them.

    Of `from a import b`, and of `import a.b` as well, that is `a.b` if there is such a module, else `a`. `modules` has
    to contain namespace packages too. An import that leaves the tree imports nothing.
    """
    name = _object(written, importer, is_package=is_package)
    if name is None:
        return None
    parent = name.rpartition(".")[0]
    return name if name in modules else parent if parent in modules else None


def external(written: WrittenImport, importer: str, *, is_package: bool, roots: Collection[str]) -> str | None:
    """Return the package outside the root packages that an import imports, as grimp names it.

    That is the first part of the name; where a root package is a portion of a namespace, as many parts as it takes to
    tell them apart. None if the name lies in a root package or is the namespace of one.
    """
    name = _object(written, importer, is_package=is_package)
    if name is None:
        return None
    parts = name.removesuffix(".*").split(".")
    shared = 0
    for root in roots:
        of_root = root.split(".")
        same = next((i for i, pair in enumerate(zip(parts, of_root, strict=False)) if pair[0] != pair[1]), None)
        if same is None:
            return None
        shared = max(shared, same)
    return ".".join(parts[: shared + 1])


def _object(written: WrittenImport, importer: str, *, is_package: bool) -> str | None:
    """Return the absolute name of what is imported, which need not be a module."""
    module = _absolute(written.level, written.module, importer, is_package=is_package)
    return f"{module}.{written.name}" if module and written.name else module


def _absolute(level: int, module: str, importer: str, *, is_package: bool) -> str | None:
    """Return the absolute name of a module (PEP 328); None if it would lie above the top."""
    if not level:
        return module
    parts = importer.split(".")
    kept = len(parts) - level + is_package
    if kept < 1:
        return None
    return ".".join([*parts[:kept], module] if module else parts[:kept])
