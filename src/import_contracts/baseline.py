"""The baseline: known violations, one a line, with nothing in a line that changes while the violation does not."""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Protocol

from import_contracts.graph.names import within
from import_contracts.problems import Problem, UserError

_LINE = re.compile(r"(?P<contract>\S.*?)\s+(?P<importer>\S+)(?:\s+->\s+(?P<imported>\S+)(?:\s+=>\s+(?P<target>\S+))?)?")
_COMMENT = re.compile(r"(?:^|\s+)#")
_ARROWS = frozenset({"->", "=>"})
_CONFLICT = ("<<<<<<<", "=======", ">>>>>>>", "|||||||")
_LINE_BREAK = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")


class Violating(Protocol):
    """The two ends of an import that breaks a contract, and the module that it must not reach; "" where none is."""

    @property
    def importer(self) -> str:
        """Where the import starts."""

    @property
    def imported(self) -> str:
        """Where it leads."""

    @property
    def target(self) -> str:
        """What must not be reached."""


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """The identity of a violation: what makes it the same one in another run.

    ``imported`` is empty for a module that no layer lists, ``target`` where the contract has no targets.
    """

    contract: str
    importer: str
    imported: str = ""
    target: str = ""

    @classmethod
    def of(cls, contract: str, violation: Violating) -> Entry:
        """Return the identity of a violation of a contract: neither lines nor the way of its chain are part of it."""
        return cls(contract, violation.importer, violation.imported, violation.target)

    @property
    def fingerprint(self) -> str:
        """32 hexadecimal digits that stay the same while the violation does, wherever its line moves."""
        identity = (self.contract, self.importer, self.imported, self.target)
        return sha256("\0".join(identity).encode()).hexdigest()[:32]

    def __str__(self) -> str:
        imported = f" -> {self.imported}" if self.imported else ""
        return f"{self.contract} {self.importer}{imported}" + (f" => {self.target}" if self.target else "")

    @property
    def can_be_written(self) -> bool:
        """Whether a line can say it: not so where the contract's id has a comment or an arrow in it."""
        return _entry(str(self)) == self

    def renamed(self, old: str, new: str) -> Entry:
        """Return what the entry is once a module, with everything inside it, has another name."""
        names = (self.importer, self.imported, self.target)
        return Entry(self.contract, *(new + name[len(old) :] if within(name, old) else name for name in names))


def _entry(line: str) -> Entry | None:
    """Return the entry of a line without its line break, None where it has none."""
    match = _LINE.fullmatch(_COMMENT.split(line, maxsplit=1)[0].strip())
    if match is None or not _ARROWS.isdisjoint(f"{match['contract']} {match['importer']}".split()):
        return None
    return Entry(*(part or "" for part in match.groups()))


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a baseline: the entry it has, if it is not all comment, and its text without the line break."""

    text: str
    entry: Entry | None = None

    @property
    def key(self) -> str:
        """What lines are sorted by."""
        return str(self.entry)

    @property
    def comment(self) -> str:
        """What follows the entry, with the space before it."""
        found = _COMMENT.search(self.text)
        return self.text[found.start() :] if found else ""


_NONE = Line("")


def _length(line: Line) -> int:
    return len(line.text)


@dataclass(frozen=True, slots=True)
class Baseline:
    """The lines of a baseline file, in its order."""

    lines: tuple[Line, ...] = ()

    @property
    def entries(self) -> frozenset[Entry]:
        """What is known."""
        return frozenset(line.entry for line in self.lines if line.entry)

    @property
    def text(self) -> str:
        """What the file says."""
        return "".join(f"{line.text}\n" for line in self.lines)

    def without(self, entries: Container[Entry]) -> Baseline:
        """Return the baseline without some entries; every other line stands as it was."""
        return Baseline(tuple(line for line in self.lines if line.entry not in entries))

    def including(self, entries: Iterable[Entry], reason: str = "") -> Baseline:
        """Return the baseline with some entries more, each in its sorted place, and with the reason as its comment."""
        comment = "  # " + " ".join(_LINE_BREAK.sub(" ", reason).split()) if reason.strip() else ""
        return self.adding(Line(f"{entry}{comment}", entry) for entry in set(entries) - self.entries)

    def renamed(self, old: str, new: str) -> Baseline:
        """Return the baseline after a module, or a package with everything inside it, was given another name.

        Comments go with their entries. Of two entries that become the same one, the line that has a comment stays.
        """
        lines: dict[Entry, Line] = {}
        left = self.without({entry for entry in self.entries if entry != entry.renamed(old, new)})
        for line in self.lines:
            if line.entry and line not in left.lines:
                entry = line.entry.renamed(old, new)
                lines[entry] = max(Line(f"{entry}{line.comment}", entry), lines.get(entry, _NONE), key=_length)
        return left.adding(line for entry, line in lines.items() if entry not in left.entries)

    def adding(self, lines: Iterable[Line]) -> Baseline:
        """Put lines behind the last of those that come before them, so that a comment stays above what it is about."""
        todo = sorted(lines, key=lambda line: line.key, reverse=True)
        found: list[Line] = []
        for line in reversed(self.lines):
            while todo and line.entry and line.key < todo[0].key:
                found.append(todo.pop(0))
            found.append(line)
        first = next((place for place, line in enumerate(reversed(found)) if line.entry), len(found))
        return Baseline((*found[::-1][:first], *reversed(todo), *found[::-1][first:]))


def parse(text: str, file: str) -> Baseline:
    """Return what a baseline file says; its lines may end in a comment.

    Raises UserError naming every line that is no entry, stands twice, or is left from a merge conflict, and a file
    whose lines end as on Windows.
    """
    found: dict[Entry, int] = {}
    lines: list[Line] = []
    problems: list[Problem] = []
    if "\r" in text:
        place = f"{file}:{text.count(chr(10), 0, text.index(chr(13))) + 1}"
        message = f"This line ends in a carriage return; write LF alone, and '{file} text eol=lf' into .gitattributes."
        raise UserError(Problem(message, file=place))
    for number, line in enumerate(text.removesuffix("\n").split("\n") if text else (), 1):
        entry = _entry(line)
        if (wrong := _wrong(line, entry, found)) is not None:
            problems.append(Problem(wrong, file=f"{file}:{number}"))
        elif entry:
            found[entry] = number
        lines.append(Line(line, entry))
    if problems:
        raise UserError(*problems)
    return Baseline(tuple(lines))


def _wrong(line: str, entry: Entry | None, found: dict[Entry, int]) -> str | None:
    """Return what is wrong with a line, None where nothing is."""
    if line.startswith(_CONFLICT):
        return "This line is left from a merge conflict; resolve it."
    if line.startswith("\ufeff"):
        return "This line begins with a byte order mark; write the file without one."
    words = _COMMENT.split(line, maxsplit=1)[0].strip()
    if entry is None and words:
        return f"Found '{words}'; write 'contract importer -> imported' or 'contract importer -> imported => target'."
    return f"This entry stands already in line {found[entry]}; remove one." if entry in found else None


def renaming(known: Collection[Entry], found: Collection[Entry], modules: Collection[str]) -> tuple[str, str] | None:
    """Return the old and the new name of the module or package whose renaming explains all that is new or stale.

    None where there is no such name. The old one is then no module any more, and the new one is.
    """
    stale, new = sorted(set(known) - set(found)), sorted(set(found) - set(known))
    if not stale or len(stale) != len(new):
        return None
    for old, after in dict.fromkeys(pair for entry in new for pair in _differences(stale[0], entry)):
        if old not in modules and after in modules and {each.renamed(old, after) for each in known} == set(found):
            return old, after
    return None


def _differences(one: Entry, other: Entry) -> Iterator[tuple[str, str]]:
    """Yield the names that could have become others between two entries, the shortest first."""
    if replace(one, importer="", imported="", target="") != replace(other, importer="", imported="", target=""):
        return
    for old, new in ((one.importer, other.importer), (one.imported, other.imported), (one.target, other.target)):
        before, after = old.split("."), new.split(".")
        same = 0
        while same < min(len(before), len(after)) - 1 and before[-1 - same] == after[-1 - same]:
            same += 1
        if old != new:
            for left in range(same, -1, -1):
                yield ".".join(before[: len(before) - left]), ".".join(after[: len(after) - left])
