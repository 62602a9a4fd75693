"""Python source with its strings, comments and continued lines blanked, so that patterns match code only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from import_contracts.patterns import pattern
from import_contracts.reading.source.text import universal_newlines
from import_contracts.records import NamedTuple

# Every alternative starts with a literal, which `search` finds fast, and none backtracks.
_STRING_OR_COMMENT = re.compile(
    r'''"""[^"\\]*+(?:(?:\\.|"(?!""))[^"\\]*+)*+(?:""")?'''
    r"""|'''[^'\\]*+(?:(?:\\.|'(?!''))[^'\\]*+)*+(?:''')?"""
    r"""|"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"?"""
    r"""|'[^'\\\n]*+(?:\\.[^'\\\n]*+)*+'?"""
    r"""|\#[^\n]*+"""
    r"""|\\\n""",
    re.DOTALL,
)
_FORMATTED = re.compile(r"(?<!\w)(?:[ft]r?|r[ft])\Z", re.IGNORECASE)
_IN_FIELD = pattern(r"""["'#:()\[\]{}]""")
_IN_LITERAL = pattern(r"""\\N\{[^{}"'\n]{0,200}\}|\\[^{}]|\{\{|\"""|'''|["'{}\n]""", re.DOTALL)


def plain_text(text: str) -> str:
    """Return a text of the same length without the contents of strings and comments.

    Strings become runs of ``"`` and comments runs of spaces, neither with a line feed inside. All brackets become round
    ones. A backslash that continues a line becomes, with its line feed, two vertical tabs: white space, but no
    indentation.
    """
    pieces: list[str] = []
    done, end = -1, 0
    while done < end:
        done = end
        for found in _STRING_OR_COMMENT.finditer(text, end):
            start, stop = found.span()
            mark = text[start]
            pieces.append(text[end:start])
            end = stop
            if mark in "\"'" and start and text[start - 1] in "fFtTrR" and _prefix(text, start):
                end = _formatted_end(text, start)
            pieces.append(_FILLERS.get(mark, '"') * (end - start))
            if end != stop:
                break
    pieces.append(text[done:])
    return _rounded("".join(pieces))


def _rounded(text: str) -> str:
    return text.replace("[", "(").replace("]", ")").replace("{", "(").replace("}", ")")


_FILLERS = {"#": " ", "\\": "\v"}


def _prefix(text: str, quote: int) -> str:
    """Return the prefix of the f-string or t-string whose quotes open at ``quote``; "" for any other string."""
    prefix = _FORMATTED.search(text, max(0, quote - 2), quote)
    return prefix[0] if prefix else ""


class _Context(NamedTuple):
    """What surrounds a position in an f-string or t-string.

    ``mode`` is "literal" for the text of the string, "{" for a replacement field, "(" for brackets in a field, and ":"
    for a format specifier. ``quote`` are the quotes of the string, and ``raw`` says that it has the prefix r.
    """

    mode: str
    quote: str
    raw: bool


def _opened(text: str, quote: int) -> _Context:
    mark = text[quote]
    return _Context(
        "literal", mark * 3 if text.startswith(mark * 3, quote) else mark, "r" in _prefix(text, quote).lower()
    )


def _formatted_end(text: str, start: int) -> int:
    """Return the end of the f-string or t-string whose quotes open at ``start`` (PEP 701, PEP 750).

    Strings in its replacement fields may have the same quotes, to any depth.
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


def _step_in_field(frames: list[_Context], token: re.Match[str]) -> int:
    """Process one token of an expression and return the position behind it."""
    mode, quote, raw = frames[-1]
    text, start, mark = token.string, token.start(), token[0]
    if mark in "\"'#":
        if mark != "#" and _prefix(text, start):
            frames.append(_opened(text, start))
            return start + len(frames[-1].quote)
        found = _STRING_OR_COMMENT.match(text, start)
        return found.end() if found else token.end()
    if mark in "([{":
        frames.append(_Context("(", quote, raw))
    elif mark == ":" and mode == "{":
        frames[-1] = _Context(":", quote, raw)
    elif mark == "}" or (mark != ":" and mode == "("):
        frames.pop()
    return token.end()


def _step_in_literal(frames: list[_Context], token: re.Match[str]) -> int:
    """Process one token of literal text or of a format specifier and return the position behind it."""
    mode, quote, raw = frames[-1]
    start, mark = token.start(), token[0]
    unfinished = mark == "\n" and len(quote) == 1
    if mark.startswith(quote) or (unfinished and mode == "literal"):
        while frames.pop().mode != "literal":
            pass
        return start + (0 if unfinished else len(quote))
    if unfinished:  # a line feed ends the format specifier, not its field
        frames[-1] = _Context("{", quote, raw)
    elif mark == "{" or (mark == "{{" and mode == ":"):
        frames.append(_Context("{", quote, raw))
        return start + 1
    elif mark == "}" and mode == ":":
        frames.pop()
    elif raw and mark.startswith("\\N{"):
        return start + 2
    return token.end()


def logical_lines(plain: str) -> Iterator[tuple[int, int]]:
    """Yield the start and the end of each logical line of a text that `plain_text` returned."""
    start = end = depth = 0
    for line in plain.split("\n"):
        depth = max(0, depth + line.count("(") - line.count(")"))
        end += len(line) + 1
        if not depth:
            yield start, end - 1
            start = end
    yield start, len(plain)


def lines_with(plain: str, heads: Iterable[re.Match[str]]) -> Iterator[tuple[re.Match[str], int]]:
    """Yield the logical lines of such a text with one of some starts, in order: the match, and the end of the line.

    A match may begin with the line feed before its line.
    """
    done = depth = 0
    for found in heads:
        start = found.start() + plain.startswith("\n", found.start())
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


_STRING = pattern(r'"++')
_GENERIC = pattern(r"\b(?:def|class)\s++\w++\s*+(?P<body>\()")
_ALIAS = pattern(r"^[ \t]*+(?P<body>type[ \t]++(?P<name>[^\W\d]\w*+)[ \t]*+(?:\(|=(?!=)))", re.MULTILINE)
_EXCEPT = pattern(r"^[ \t]*+except\*?+[ \t]++(?P<body>[^():\n]*,[^:\n]*):", re.MULTILINE)


def for_older_parsers(text: str) -> str:
    """Return a text without the syntax of Python 3.12 to 3.14, which older parsers reject; lines keep their numbers.

    F-strings and t-strings become empty strings (PEP 701, PEP 750), type parameters are removed (PEP 695), a ``type``
    statement binds its name to None, and several exceptions get their parentheses (PEP 758). Except for the expressions
    in those strings, the text does the same when it is imported.
    """
    text = universal_newlines(text)
    plain = plain_text(text)
    edits = [(*span, '""') for span in _formatted(plain)]
    brackets = (each.start("body") for each in _GENERIC.finditer(plain))
    edits += [(start, _closed(plain, start), "") for start in brackets if text[start] == "["]
    for start, end in logical_lines(plain):
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


def _formatted(plain: str) -> Iterator[tuple[int, int]]:
    """Yield where f-strings and t-strings are, with their prefixes, but for those right behind another string."""
    for found in _STRING.finditer(plain):
        quote = found.start()
        if quote and plain[quote - 1] in "fFtTrR" and (prefix := _prefix(plain, quote)):
            start = quote - len(prefix)
            if not plain.endswith('"', 0, start):
                yield start, found.end()


def _closed(plain: str, start: int) -> int:
    """Return the position behind the bracket that closes the one at ``start``."""
    depth = 0
    for bracket in re.compile(r"[()]").finditer(plain, start):
        depth += 1 if bracket[0] == "(" else -1
        if not depth:
            return bracket.end()
    return len(plain)
