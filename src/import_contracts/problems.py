"""What is wrong with what the user wrote, in words that say what to write instead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """Whether a problem makes an answer impossible, or only doubtful."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with the configuration or the program.

    ``message`` says what was found and what to write instead. ``file`` is a path as the user would write it,
    ``contract`` a contract's id, ``key`` a key of its table and ``line`` the line to blame; each is None where the
    problem has no such place.
    """

    message: str
    file: str | None = None
    contract: str | None = None
    key: str | None = None
    severity: Severity = Severity.ERROR
    line: int | None = None

    @property
    def place(self) -> str | None:
        """The file, with the line where one is to blame."""
        return self.file if self.line is None else f"{self.file}:{self.line}"

    @property
    def is_error(self) -> bool:
        """Whether no verdict can be given because of it."""
        return self.severity is Severity.ERROR

    def __str__(self) -> str:
        contract = f"contract '{self.contract}'" if self.contract is not None else None
        return ": ".join(part for part in (self.place, contract, self.key, self.message) if part is not None)


class UserError(Exception):
    """The run cannot go on, and the user can mend why; ``problems`` has at least one error."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def did_you_mean(found: str, known: Iterable[str], *, closeness: float = 0.6) -> str:
    """Return " Did you mean 'x'?" for the known word nearest to the one found, else "".

    ``closeness`` is the least similarity that counts, from 0 to 1 (the same).
    """
    from difflib import get_close_matches  # noqa: PLC0415 - only needed once something is wrong

    nearest = get_close_matches(found, sorted(known), n=1, cutoff=closeness)
    return f" Did you mean '{nearest[0]}'?" if nearest else ""
