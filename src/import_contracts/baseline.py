"""The baseline: a file of known violations, one per line.

A line identifies its violation and contains nothing that could change while the violation stays: no line number, no
chain, no count.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Protocol

from import_contracts.graph.names import within
from import_contracts.patterns import pattern
from import_contracts.problems import Problem, UserError
from import_contracts.records import dataclass, replace

# Without `\s+`, which is slow on a line of spaces.
_COMMENT = pattern(r"(?:^|(?<=\s))#")
_ARROWS = frozenset({"->", "=>"})
_CONFLICT = ("<<<<<<<", "=======", ">>>>>>>", "|||||||")
_LINE_BREAK = pattern(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")


class Violating(Protocol):
    """Anything with the three names that identify a violation of a contract; "" if there is none."""

    @property
    def importer(self) -> str:
        """The module that has the import."""

    @property
    def imported(self) -> str:
        """The module that it imports."""

    @property
    def target(self) -> str:
        """The module or layer that must not be reached."""


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """The identity of a violation: equal for the same violation in two runs.

    ``imported`` is "" for a module that no layer lists, and ``target`` is "" if the contract type has no targets.
    """

    contract: str
    importer: str
    imported: str = ""
    target: str = ""

    @classmethod
    def of(cls, contract: str, violation: Violating) -> Entry:
        """Return the identity of a violation; its lines and its chain are not part of it."""
        return cls(contract, violation.importer, violation.imported, violation.target)

    @property
    def fingerprint(self) -> str:
        """32 hexadecimal digits, equal for equal entries."""
        from hashlib import sha256  # noqa: PLC0415 - loading OpenSSL takes 3.5 MiB

        identity = (self.contract, self.importer, self.imported, self.target)
        return sha256("\0".join(identity).encode(errors="surrogatepass")).hexdigest()[:32]

    def __str__(self) -> str:
        imported = f" -> {self.imported}" if self.imported else ""
        return f"{self.contract} {self.importer}{imported}" + (f" => {self.target}" if self.target else "")

    @property
    def can_be_written(self) -> bool:
        """Whether the line of this entry can be read back; not if the contract's id contains a comment or an arrow."""
        return _entry(str(self)) == self

    def renamed(self, old: str, new: str) -> Entry:
        """Return the entry after a module, with everything inside it, was renamed from ``old`` to ``new``."""
        names = (self.importer, self.imported, self.target)
        return Entry(self.contract, *(new + name[len(old) :] if within(name, old) else name for name in names))


def _comment_start(line: str) -> int:
    """Return where the comment of a line starts, with the space before it; the length of the line if it has none."""
    match = _COMMENT.search(line)
    return len(line[: match.start()].rstrip()) if match else len(line)


def _entry(line: str) -> Entry | None:
    """Return the entry of a line without its line break; None if there is none, or the line is wrong."""
    words = line[: _comment_start(line)].strip()
    for arrows in (("->", "=>"), ("->",), ()):
        contract, *names = words.rsplit(maxsplit=2 * len(arrows) + 1) or ("",)
        if len(names) == 2 * len(arrows) + 1 and tuple(names[1::2]) == arrows:
            return Entry(contract, *names[::2]) if _ARROWS.isdisjoint([*contract.split(), names[0]]) else None
    return None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a baseline, without the line break; ``entry`` is None if it is empty or only a comment."""

    text: str
    entry: Entry | None = None

    @property
    def key(self) -> str:
        """The sort key of the line."""
        return str(self.entry)

    @property
    def comment(self) -> str:
        """The comment after the entry, with the space before it; "" if there is none."""
        return self.text[_comment_start(self.text) :]


_NONE = Line("")


def _length(line: Line) -> int:
    return len(line.text)


def _first(pair: tuple[str, Line]) -> str:
    return pair[0]


@dataclass(frozen=True, slots=True)
class Baseline:
    """The lines of a baseline file, in their order."""

    lines: tuple[Line, ...] = ()

    @property
    def entries(self) -> frozenset[Entry]:
        """The known violations."""
        return frozenset(line.entry for line in self.lines if line.entry)

    @property
    def text(self) -> str:
        """The text of the file."""
        return "".join(f"{line.text}\n" for line in self.lines)

    def without(self, entries: Container[Entry]) -> Baseline:
        """Return the baseline without some entries; all other lines stay unchanged."""
        return Baseline(tuple(line for line in self.lines if line.entry not in entries))

    def including(self, entries: Iterable[Entry], reason: str = "") -> Baseline:
        """Return the baseline with more entries, each at its sorted place, with ``reason`` as its comment."""
        comment = "  # " + " ".join(_LINE_BREAK.sub(" ", reason).split()) if reason.strip() else ""
        return self.adding(Line(f"{entry}{comment}", entry) for entry in set(entries) - self.entries)

    def renamed(self, old: str, new: str) -> Baseline:
        """Return the baseline after a module, or a package with everything inside it, was renamed."""
        return self.after(Renaming(MODULE, old, new))

    def after(self, renaming: Renaming) -> Baseline:
        """Return the baseline after a renaming.

        Comments stay with their entries. If two entries become equal, the longer line is kept, which has the comment.
        """
        pairs = [(line, line.entry and renaming.of(line.entry)) for line in self.lines]
        left = Baseline(tuple(line for line, entry in pairs if entry == line.entry))
        kept = left.entries
        lines: dict[Entry, Line] = {}
        for line, entry in pairs:
            if entry and entry != line.entry and entry not in kept:
                lines[entry] = max(Line(f"{entry}{line.comment}", entry), lines.get(entry, _NONE), key=_length)
        return left.adding(lines.values())

    def adding(self, lines: Iterable[Line]) -> Baseline:
        """Return the baseline with more lines, each directly after the last entry that sorts before it.

        So a comment stays above its entry. A line that sorts before all entries comes after the comments at the top.
        """
        todo = sorted(((line.key, line) for line in lines), key=_first)
        backwards: list[Line] = []
        for line in reversed(self.lines):
            if line.entry:
                key = line.key
                while todo and key < todo[-1][0]:
                    backwards.append(todo.pop()[1])
            backwards.append(line)
        merged = backwards[::-1]
        first = next((place for place, line in enumerate(merged) if line.entry), len(merged))
        return Baseline((*merged[:first], *(line for _, line in todo), *merged[first:]))


def parse(text: str, file: str, *, quotes: bool = True) -> Baseline:
    """Return the baseline in the text of a file; ``file`` is the path for messages.

    Without ``quotes``, messages have nothing of the text, and an entry must have an arrow: any two words, as in a file
    with a password, would be the entry of a module, and be shown as stale. Raises UserError with every line that is not
    an entry, is a duplicate, or is part of a merge conflict; and for Windows line endings.
    """
    seen: dict[Entry, int] = {}
    lines: list[Line] = []
    problems: list[Problem] = []
    if "\r" in text:
        place = f"{file}:{text.count(chr(10), 0, text.index(chr(13))) + 1}"
        message = f"This line has a Windows line ending; use LF, and add '{file} text eol=lf' to .gitattributes."
        raise UserError(Problem(message, file=place))
    for number, line in enumerate(text.removesuffix("\n").split("\n") if text else (), 1):
        entry = _entry(line)
        if (wrong := _wrong(line, entry, seen, quotes=quotes)) is not None:
            problems.append(Problem(wrong, file=f"{file}:{number}"))
        elif entry:
            seen[entry] = number
        lines.append(Line(line, entry))
    if problems:
        raise UserError(*problems)
    return Baseline(tuple(lines))


def once(text: str) -> tuple[str, list[Entry]]:
    """Return the text of a baseline without the lines that repeat an entry, and the entries of these lines.

    Git's union merge can repeat lines. The longest line of an entry stays, which has the comment; if equal, the first.
    """
    lines = [(line, _entry(line)) for line in text.split("\n")]
    kept: dict[Entry, int] = {}
    for number, (line, entry) in enumerate(lines):
        if entry and (entry not in kept or len(line) > len(lines[kept[entry]][0])):
            kept[entry] = number
    left_out = {number: entry for number, (_, entry) in enumerate(lines) if entry and kept[entry] != number}
    return "\n".join(line for number, (line, _) in enumerate(lines) if number not in left_out), [*left_out.values()]


def _wrong(line: str, entry: Entry | None, seen: dict[Entry, int], *, quotes: bool) -> str | None:
    """Return what is wrong with a line; None if it is right. ``seen`` has the line numbers of earlier entries."""
    if line.startswith(_CONFLICT):
        return "This line is part of a merge conflict; resolve it."
    if line.startswith("\ufeff"):
        return "This line starts with a byte order mark; save the file without it."
    words = line[: _comment_start(line)].strip()
    if entry and not entry.imported and not quotes:
        return "An entry without '->' is not read from a file outside the repository."
    if entry is None and words:
        found = f"Found '{words}'" if quotes else "This is not an entry"
        return f"{found}; write 'contract importer -> imported' or 'contract importer -> imported => target'."
    if entry not in seen:
        return None
    return f"This entry is already on line {seen[entry]}; remove one of them. 'lint-imports baseline shrink' does."


CONTRACT, MODULE = "contract", "module"
"""The kinds of renamings."""


@dataclass(frozen=True, slots=True)
class Renaming:
    """A new name of a contract, or of a module with everything inside it; it changes ``entries`` into violations."""

    kind: str
    old: str
    new: str
    entries: int = 0

    def of(self, entry: Entry) -> Entry:
        """Return an entry after the renaming."""
        if self.kind == MODULE:
            return entry.renamed(self.old, self.new)
        return replace(entry, contract=self.new) if entry.contract == self.old else entry

    def __str__(self) -> str:
        if self.kind == CONTRACT:
            return f"The contract '{self.old}' is called differently now: '{self.new}'"
        return f"{self.old} was renamed to {self.new}"
