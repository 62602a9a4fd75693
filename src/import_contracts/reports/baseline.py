"""The results of ``lint-imports baseline``."""

from __future__ import annotations

from import_contracts.problems import Problem
from import_contracts.records import dataclass
from import_contracts.reports.weakening import Weakening


@dataclass(frozen=True, slots=True)
class ContractStatus:
    """The numbers of one contract: known and new violations, and stale, added and removed entries.

    ``name`` is None if the contract no longer exists. ``inline`` are the comments in the program that ignore an import;
    they are no entries of the baseline.
    """

    id: str
    name: str | None
    known: int
    new: int
    stale: int
    added: int
    removed: int
    inline: int = 0


@dataclass(frozen=True, slots=True)
class EarlierImport:
    """A known cyclic import that runs when its importer is imported, and did not when it was recorded.

    ``violation`` is its entry. ``path`` and ``line`` are the place of the import now. ``before`` is its kind then.
    """

    violation: str
    path: str
    line: int
    before: str


@dataclass(frozen=True, slots=True)
class Status:
    """The state of a baseline.

    ``file`` is its path. ``contracts`` are in the order of the configuration; contracts that no longer exist follow.
    ``modules`` are the importers of known violations, each with their number, the largest number first. ``added`` and
    ``removed`` are the entries that were added and removed since the git revision ``since``, sorted; ``since`` is None
    if none was given. ``earlier`` are the known cyclic imports that run earlier than then, and ``weakening`` is what is
    let through now, and was not then. ``unwritten_ids`` are the ids of contracts that have no key ``id``, so that they
    are made from the names. ``problems`` are the errors that prevented a complete answer.
    """

    file: str
    contracts: tuple[ContractStatus, ...]
    modules: tuple[tuple[str, int], ...]
    since: str | None
    added: tuple[str, ...]
    removed: tuple[str, ...]
    problems: tuple[Problem, ...] = ()
    earlier: tuple[EarlierImport, ...] = ()
    weakening: Weakening | None = None
    unwritten_ids: tuple[str, ...] = ()

    @property
    def exit_status(self) -> int:
        """2 if something could not be read or checked, else 0: violations do not fail this command."""
        return 2 if self.problems else 0


@dataclass(frozen=True, slots=True)
class BaselineChange:
    """What ``create``, ``shrink``, ``accept`` or ``rename`` changed in a baseline; ``command`` is which of them.

    ``added`` and ``removed`` are entries, sorted; ``shrink`` also removes an entry where it is repeated. A rename
    removes each entry that it changes, and adds it with the new name; ``renaming`` is then the old and the new name of
    the module. ``named_in`` is the configuration file to which ``create`` added the key ``baseline``; None if the key
    existed. ``attributes`` is the line that ``.gitattributes`` lacks so that git merges the file line by line; None if
    it lacks none. ``unwritten_ids`` are, for ``create``, the ids of contracts that have no key ``id``, so that they are
    made from the names.
    """

    command: str
    file: str
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    renaming: tuple[str, str] | None = None
    named_in: str | None = None
    attributes: str | None = None
    unwritten_ids: tuple[str, ...] = ()
