"""The lines of a log, parted into streams: those that have the same prefix, without it and without colors.

Docker, systemd, loggers and people put something before each line of a traceback: the name of a container, a time, a
level, ``>``. It is not known what, but the lines that Python prints are: what stands before ``File "..."`` is the
prefix. Lines of several programs may be mixed; each program has its own prefix.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

HEADER = "Traceback (most recent call last)"


class StreamLine(NamedTuple):
    """A line without its prefix; ``number`` is its place in the whole log, from 0."""

    number: int
    text: str


Stream: TypeAlias = Sequence[StreamLine]

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])")
# A time, of which the digits change from line to line; "worker_1" and "[22]" stay as they are.
_TIME = re.compile(r"(?<![\w.-])\d+(?:[-:.,/T]\d+)+Z?")
_ANY_TIME = r"\d[-:.,/T\d]*Z?"
_PYTEST = re.compile(r"(?P<prefix>.*?)(?:Traceback:|E {3,}[A-Za-z_][\w.]*: .*)")
_LONGEST, _MOST = 300, 50  # characters of a prefix, and prefixes of one log


def streams(text: str) -> list[Stream]:
    """Return the streams of a log; lines without any of the prefixes are one stream, the last."""
    if "\x1b" in text:
        text = _ESCAPES.sub("", text)
    lines = [part for line in _lines(text) for part in _unfolded(line)]
    prefixes = _prefixes(lines)
    if not prefixes:
        return [[StreamLine(number, line) for number, line in enumerate(lines)]]
    pattern = re.compile("|".join(f"({each})" for each in prefixes))
    found: list[list[StreamLine]] = [[] for _ in range(len(prefixes) + 1)]
    for number, line in enumerate(lines):
        prefix = pattern.match(line)
        place = prefix.lastindex - 1 if prefix and prefix.lastindex else -1
        found[place].append(StreamLine(number, line[prefix.end() :] if prefix else line))
    return list(found)


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _prefixes(lines: list[str]) -> list[str]:
    """Return the prefixes of lines as patterns, longest first; puts the prefix of a traceback before its header too."""
    known: Counter[str] = Counter()
    for number, line in enumerate(lines):
        prefix = _prefix(line)
        if prefix is None:
            continue
        following = _of_frame(lines[number + 1]) if HEADER in line and number + 1 < len(lines) else None
        if following is not None and following != prefix:
            lines[number], prefix = f"{following}{HEADER}:", following
        if prefix and len(prefix) <= _LONGEST:
            known[_TIME.sub(_ANY_TIME.replace("\\", r"\\"), prefix) if _TIME.search(prefix) else prefix] += 1
    common = [prefix for prefix, _ in known.most_common(_MOST)]
    return [_pattern(prefix) for prefix in sorted(common, key=len, reverse=True)]


def _pattern(prefix: str) -> str:
    """Return the pattern of a prefix in which times are replaced; an empty line may lack the spaces at its end."""
    literal = _ANY_TIME.join(map(re.escape, prefix.split(_ANY_TIME)))
    bare = _ANY_TIME.join(map(re.escape, prefix.rstrip().split(_ANY_TIME)))
    return f"{literal}|{bare}$" if bare and bare != literal else literal


def _prefix(line: str) -> str | None:
    """Return what stands before the text of a line that Python or pytest prints; None of any other line."""
    prefix = _of_frame(line)
    if prefix is None and HEADER in line:
        prefix = line[: line.index(HEADER)]
        prefix = "" if prefix.strip("─╭- ") == "" or prefix.endswith("  ") else prefix
    if prefix is None and (line.endswith("Traceback:") or "E   " in line[: _LONGEST + 4]):
        found = _PYTEST.fullmatch(line)
        prefix = found["prefix"] if found else None
    return None if prefix is None or re.fullmatch(r"E +", prefix) or prefix[-1:].isalnum() else prefix


def _of_frame(line: str) -> str | None:
    start = line.find('File "')
    if start < 0 or ", line " not in line[start:]:
        return None
    prefix = line[:start]
    return prefix.removesuffix("  ")


# --- lines that were joined into one -----------------------------------------------------------------------------

_JOINED_FRAME = re.compile(r'\s+(File "[^"]*", line \d+(?:, in [\w<>.]+)?)')
_JOINED_ERROR = re.compile(r"\s+((?:\w+\.)*\w+(?:Error|Exception): )")


def _unfolded(line: str) -> Iterator[str]:
    """Yield the lines of a traceback that a logger has joined into one line: as JSON, or with spaces between them."""
    start = line.find(HEADER)
    if start < 0 or ('File "' not in line[start:] and 'File \\"' not in line[start:]):
        yield line
        return
    for escape in ("\\n", "#012"):
        if escape in line[start:]:
            yield from line[start:].replace('\\"', '"').replace(escape, "\n").replace("\\\\", "\\").split("\n")
            return
    parted = _JOINED_FRAME.sub("\n  \\1\n    ", line[start:])
    before, last, rest = parted.rpartition("\n    ")
    yield from (
        each for each in (before + last + _JOINED_ERROR.sub("\n\\1", rest, count=1)).split("\n") if each.strip()
    )
