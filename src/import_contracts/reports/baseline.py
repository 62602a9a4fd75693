"""What ``baseline status`` found: complete data, of which every report is a function."""

from __future__ import annotations

from dataclasses import dataclass

from import_contracts.problems import Problem


@dataclass(frozen=True, slots=True)
class ContractStatus:
    """How many violations of a contract are known, new and stale, and how many entries have come and gone.

    ``name`` is None where there is no such contract any more.
    """

    id: str
    name: str | None
    known: int
    new: int
    stale: int
    added: int
    removed: int


@dataclass(frozen=True, slots=True)
class Status:
    """What there is to say of a baseline.

    The contracts stand in the order of the configuration, those that exist no more behind them. ``modules`` are the
    importers of known violations with how many each has, those with most first. ``added`` and ``removed`` are the
    entries that have come and gone ``since`` a git revision, sorted.
    """

    file: str
    contracts: tuple[ContractStatus, ...]
    modules: tuple[tuple[str, int], ...]
    since: str | None
    added: tuple[str, ...]
    removed: tuple[str, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def exit_status(self) -> int:
        """2 where not everything could be read and checked, else 0: a status reports and does not judge."""
        return 2 if self.problems else 0


@dataclass(frozen=True, slots=True)
class BaselineChange:
    """What one of the commands ``create``, ``shrink``, ``accept`` and ``rename`` did to a baseline.

    ``added`` and ``removed`` are entries, sorted; a rename removes each entry that it changes and adds it by its new
    name. ``renaming`` is the old and the new name. ``named_in`` is the configuration file to which the name of a new
    baseline was added, None where it was there.
    """

    command: str
    file: str
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    renaming: tuple[str, str] | None = None
    named_in: str | None = None
