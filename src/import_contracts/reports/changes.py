"""How to remove an import from a cycle: the changes to files, and the evidence that they suffice."""

from __future__ import annotations

from import_contracts.records import dataclass


@dataclass(frozen=True, slots=True)
class Change:
    """A change to a file: ``new`` replaces ``old`` at ``line``; ``old`` is "" if lines are only added.

    These are lines to show, which end in line feeds, the last one in none. For a tool, ``text`` is exactly what
    replaces the text from ``line`` and ``column`` to ``end_line`` and ``end_column``. Both count from 1, columns in
    characters; the end is exclusive. ``level`` is ``safe`` or ``unsafe``.
    """

    path: str
    line: int
    old: str
    new: str
    column: int
    end_line: int
    end_column: int
    text: str
    level: str


@dataclass(frozen=True, slots=True)
class ReportedFix:
    """The cheapest way to remove an import from a cycle.

    ``kind`` is ``type_checking``, ``direct_import``, ``extract``, ``defer`` or ``restructure``, or ``none`` if the
    import never runs, so that nothing has to change. ``why`` is the evidence, in sentences. ``changes`` are the edits;
    ``extract`` and ``restructure`` have none, because a person has to write them.
    """

    kind: str
    why: tuple[str, ...]
    changes: tuple[Change, ...]
