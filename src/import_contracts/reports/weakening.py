"""What a configuration and its baseline let through now, and did not at an earlier commit."""

from __future__ import annotations

from import_contracts.records import dataclass


@dataclass(frozen=True, slots=True, order=True)
class LetThrough:
    """A violation of a contract as it was, which is reported no longer.

    ``violation`` is its entry in a baseline, ``path`` and ``line`` are the place of its first import; ``line`` is None
    if it has none. ``because`` is what changed.
    """

    contract: str
    violation: str
    path: str
    line: int | None
    because: str


@dataclass(frozen=True, slots=True)
class Weakening:
    """What is let through now, and was not at the revision ``since``.

    The program of today was checked with the contracts and the baseline of that commit. ``changes`` are the
    differences of the configuration. ``not_compared`` says what could not be checked as it was.
    """

    since: str
    let_through: tuple[LetThrough, ...] = ()
    changes: tuple[str, ...] = ()
    not_compared: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to say."""
        return not (self.let_through or self.changes or self.not_compared)
