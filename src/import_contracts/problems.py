"""Problems with the configuration or the program, in messages for the user."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

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
    problem has none. ``below`` are more lines for under the message, such as an example.

    ``str(problem)`` is for people: the message is one line in which every character can be seen.
    """

    message: str
    file: str | None = None
    contract: str | None = None
    key: str | None = None
    severity: Severity = Severity.ERROR
    line: int | None = None
    below: tuple[str, ...] = ()

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
        contract = f"contract '{self.contract}'" if self.contract is not None else None
        first = ": ".join(part for part in (self.place, contract, self.key, self.message) if part is not None)
        return "\n".join(map(visible, (first, *self.below)))


class UserError(Exception):
    """The run cannot continue because of ``problems``, at least one, that the user can fix."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def did_you_mean(found: str, known: Iterable[str], *, closeness: float = 0.6) -> str:
    """Return " Did you mean 'x'?" for the known word that is most similar to ``found``; "" if none is similar.

    ``closeness`` is the required similarity, from 0 to 1 (equal), as in `difflib.get_close_matches`. Of very many
    words, only those are compared of which a part is right.
    """
    from difflib import get_close_matches  # noqa: PLC0415 - only needed for problems

    nearest = get_close_matches(found, _candidates(found, known), n=1, cutoff=closeness)
    return f" Did you mean '{nearest[0]}'?" if nearest else ""


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
