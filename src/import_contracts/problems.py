"""Problems with the configuration or the program, in messages for the user."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from enum import StrEnum

from import_contracts.records import dataclass, replace
from import_contracts.visible import visible


class Severity(StrEnum):
    """An error prevents a result; a warning is about something that is probably a mistake."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem with the configuration or the program.

    ``message`` says what was found, and what to write instead. ``file`` is the path as shown in messages, ``contract``
    the id of a contract, ``key`` a key of its table, and ``line`` the line in the file, from 1; each is None if the
    problem has none. ``below`` are more lines for under the message, such as an example. ``missing`` is the name of the
    module that it is about, if there is none of that name. ``others`` are the ids of other contracts with this problem.

    ``str(problem)`` is for people: the message is one line in which every character can be seen.
    """

    message: str
    file: str | None = None
    contract: str | None = None
    key: str | None = None
    severity: Severity = Severity.ERROR
    line: int | None = None
    below: tuple[str, ...] = ()
    missing: str | None = None
    others: tuple[str, ...] = ()

    @property
    def contracts(self) -> tuple[str, ...]:
        """The ids of all contracts with this problem."""
        return () if self.contract is None else (self.contract, *self.others)

    @property
    def place(self) -> str | None:
        """``file``, or ``file:line`` if there is a line; None if there is no file."""
        return self.file if self.line is None else f"{self.file}:{self.line}"

    @property
    def full_message(self) -> str:
        """The message and the lines below it."""
        return "\n".join([self.message, *self.below])

    @property
    def is_error(self) -> bool:
        """Whether the problem prevents a result."""
        return self.severity is Severity.ERROR

    def __str__(self) -> str:
        ids = ", ".join(f"'{id_}'" for id_ in self.contracts)
        contract = f"contract{'s' * bool(self.others)} {ids}" if ids else None
        first = ": ".join(part for part in (self.place, contract, self.key, self.message) if part is not None)
        return "\n".join(map(visible, (first, *self.below)))


def united(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return problems; a module that is missing in a file is one, whichever contracts and keys of it name it."""
    same: dict[object, list[Problem]] = {}
    for place, problem in enumerate(problems):
        about = (problem.missing, problem.file, problem.severity)
        same.setdefault(place if None in (problem.missing, problem.contract) else about, []).append(problem)
    return tuple(_joined(group) if len(group) > 1 else group[0] for group in same.values())


def _joined(problems: Sequence[Problem]) -> Problem:
    first, *more = problems
    ids = dict.fromkeys(id_ for problem in problems for id_ in problem.contracts)
    key = first.key if all(problem.key == first.key for problem in more) else None
    return replace(first, key=key, others=tuple(ids)[1:])


class UserError(Exception):
    """The run cannot continue because of ``problems``, at least one, that the user can fix."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = united(problems)
        super().__init__("\n".join(map(str, self.problems)))


class NoConfigurationError(UserError):
    """There is no configuration, or only the members of a workspace have one; not: it cannot be read, or is wrong."""


def unreadable(error: OSError, file: str, key: str | None = None) -> UserError:
    """Return the error for a file that cannot be read; ``key`` is the key of the configuration that names it."""
    return UserError(Problem(f"This file cannot be read: {error.strerror}.", file=file, key=key))


def unwritable(error: OSError, file: str) -> UserError:
    """Return the error for a file that cannot be written."""
    return UserError(Problem(f"This file cannot be written: {error.strerror}.", file=file))


def did_you_mean(found: str, known: Iterable[str], *, closeness: float = 0.6) -> str:
    """Return " Did you mean 'x'?" for the known word that is most similar to ``found``; "" if none is similar.

    ``closeness`` is the required similarity, from 0 to 1 (equal), as in `difflib.get_close_matches`. Of very many
    words, only those are compared of which a part is right.
    """
    from difflib import get_close_matches  # noqa: PLC0415 - only needed for problems

    nearest = get_close_matches(found, _candidates(found, known), n=1, cutoff=closeness)
    return f" Did you mean '{nearest[0]}'?" if nearest else ""


def suggestion(found: str, known: Collection[str]) -> str:
    """Return " Did you mean 'x'?" if a known word is similar to ``found``, else " Use one of: " with all of them."""
    return did_you_mean(found, known) or (f" Use one of: {', '.join(sorted(known))}." if known else "")


def did_you_mean_module(found: str, known: Iterable[str]) -> str:
    """Return " Did you mean 'x'?" for the module of which ``found`` may be a typing error; "" if there is none.

    A few letters of the last part may be wrong, as few as in a typing error, or of the first part. A module whose name
    is only somewhat alike is not meant: it is far-fetched, and leads people astray.
    """
    near = [(wrong, name) for name in known if (wrong := _typing_errors(found, name)) is not None]
    return f" Did you mean '{min(near)[1]}'?" if near else ""


def did_you_mean_inner(found: str, known: Iterable[str]) -> str:
    """Return " Did you mean 'shop.x'?" for the outermost module of which only the end ``found`` is written, or ""."""
    inner = [(name.count("."), name) for name in known if name.endswith(f".{found}")]
    return f" Did you mean '{min(inner)[1]}'?" if inner else ""


def _typing_errors(found: str, known: str) -> int | None:
    """Return how many letters are wrong in one part of a name, or in a name as a whole; None if too many."""
    if abs(len(found) - len(known)) > _MOST:
        return None
    one, other = found.split("."), known.split(".")
    if len(one) == len(other):
        wrong = [pair for pair in zip(one, other, strict=True) if pair[0] != pair[1]]
        one, other = [each[0] for each in wrong], [each[1] for each in wrong]
        if len(wrong) != 1:
            return None
    written, meant = ".".join(one), ".".join(other)
    limit = _allowed(max(len(written), len(meant)))
    errors = _distance(written, meant, limit) if limit else limit + 1
    return errors if errors <= limit else None


_MOST = 3
"""How many letters may be wrong in the longest of names."""


def _allowed(length: int) -> int:
    """Return how many letters may be wrong: one, or more in a long word; none in a name of one letter."""
    return 0 if length < 2 else min(_MOST, 1 + length // 9)


def _distance(one: str, other: str, limit: int) -> int:
    """Return how many letters are added, left out, replaced or swapped with the next; any number above the limit."""
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for place, letter in enumerate(one, 1):
        earlier, before, row = before, row, [place]
        for at, wanted in enumerate(other, 1):
            least = min(before[at] + 1, row[-1] + 1, before[at - 1] + (letter != wanted))
            if place > 1 and at > 1 and letter == other[at - 2] and one[place - 2] == wanted:
                least = min(least, earlier[at - 2] + 1)
            row.append(least)
        if min(row) > limit:
            return limit + 1
    return row[-1]


# How many words are compared, which takes a second for some 30,000 names of modules.
_MANY = 2_000


def _candidates(found: str, known: Iterable[str]) -> Collection[str]:
    """Return all words; of more than ``_MANY``, those in the same package or with the same last part, near in order.

    For a word without a dot, these are the words without one.
    """
    words = frozenset(known)
    if len(words) <= _MANY:
        return words
    package, dot, name = found.rpartition(".")
    if dot:
        near = sorted(word for word in words if word.startswith(package + dot) or word.endswith(dot + name))
    else:
        near = sorted(word for word in words if "." not in word)
    place = bisect_left(near, found)
    return near[max(0, place - _MANY // 2) :][:_MANY]
